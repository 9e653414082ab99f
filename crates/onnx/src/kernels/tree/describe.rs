//! Trees as a node's attributes describe them.

use std::collections::{HashMap, HashSet};

use tensor::Data;

use super::forest::{Described, Real, Test};
use crate::attributes::Attributes;
use crate::fault::{Fault, bail};

/// The trees of a model: nodes, and which of them are roots.
pub(super) struct Trees<T> {
    pub(super) nodes: Vec<Described<T>>,
    pub(super) roots: Vec<usize>,
    /// The targets or classes that leaves score, each once.
    pub(super) scored: Vec<u32>,
    pub(super) any_negative: bool,
}

/// Numbers that are a list of floats, or a tensor where they are doubles.
pub(super) fn numbers<T: Real>(attributes: Attributes<'_>, name: &str) -> Result<Vec<T>, Fault> {
    if let Some(tensor) = attributes.tensor(&format!("{name}_as_tensor"))? {
        return tensor_numbers(tensor.data(), name);
    }
    Ok(attributes.floats(name).iter().map(|&x| T::from_f64(f64::from(x))).collect())
}

fn tensor_numbers<T: Real>(data: &Data, name: &str) -> Result<Vec<T>, Fault> {
    Ok(match data {
        Data::F32(v) => v.iter().map(|&x| T::from_f64(f64::from(x))).collect(),
        Data::F64(v) => v.iter().map(|&x| T::from_f64(x)).collect(),
        Data::F16(v) => v.iter().map(|&x| T::from_f64(x.to_f64())).collect(),
        other => bail!("'{name}' holds {}, not floats", other.dtype()),
    })
}

/// The trees of `TreeEnsembleClassifier` (`prefix` is `class`) and
/// `TreeEnsembleRegressor` (`target`).
pub(super) fn classic<T: Real>(
    attributes: Attributes<'_>,
    prefix: &str,
) -> Result<Trees<T>, Fault> {
    let ints = |name: &str| attributes.ints(name);
    let tree_ids = ints("nodes_treeids");
    let node_ids = ints("nodes_nodeids");
    let features = ints("nodes_featureids");
    let modes = attributes.strings("nodes_modes")?;
    let thresholds: Vec<T> = numbers(attributes, "nodes_values")?;
    let (passes, fails) = (ints("nodes_truenodeids"), ints("nodes_falsenodeids"));
    let missing = ints("nodes_missing_value_tracks_true");
    let n = tree_ids.len();
    for (name, len) in [
        ("nodes_nodeids", node_ids.len()),
        ("nodes_featureids", features.len()),
        ("nodes_modes", modes.len()),
        ("nodes_values", thresholds.len()),
        ("nodes_truenodeids", passes.len()),
        ("nodes_falsenodeids", fails.len()),
    ] {
        if len != n {
            bail!("'{name}' has {len} entries for {n} nodes");
        }
    }
    let mut index = HashMap::with_capacity(n);
    let mut roots = Vec::new();
    let mut last_tree = None;
    for (i, (&tree, &node)) in tree_ids.iter().zip(node_ids).enumerate() {
        if index.insert((tree, node), i).is_some() {
            bail!("node {node} of tree {tree} is there twice");
        }
        if last_tree != Some(tree) {
            roots.push(i);
            last_tree = Some(tree);
        }
    }
    let find = |tree: i64, node: i64| {
        index.get(&(tree, node)).copied().ok_or_else(|| {
            Fault::new(format!("tree {tree} refers to its node {node}, which is not there"))
        })
    };
    let mut nodes = Vec::with_capacity(n);
    let columns = tree_ids.iter().zip(features).zip(&modes).zip(&thresholds);
    for (i, ((((&tree, &feature), mode), &t), (&pass, &fail))) in
        columns.zip(passes.iter().zip(fails)).enumerate()
    {
        let test = match mode.as_str() {
            "BRANCH_LEQ" => Test::LessOrEqual(t),
            "BRANCH_LT" => Test::Less(t),
            "BRANCH_GTE" => Test::GreaterOrEqual(t),
            "BRANCH_GT" => Test::Greater(t),
            "BRANCH_EQ" => Test::Equal(t),
            "BRANCH_NEQ" => Test::NotEqual(t),
            "LEAF" => {
                nodes.push(Described::Leaf(Vec::new()));
                continue;
            }
            other => bail!("'{other}' is no mode of a tree's node"),
        };
        nodes.push(Described::Branch {
            feature: usize::try_from(feature)
                .map_err(|_| Fault::new(format!("{feature} is no feature")))?,
            test,
            missing_passes: missing.get(i).is_some_and(|&m| m != 0),
            passes: find(tree, pass)?,
            fails: find(tree, fail)?,
        });
    }
    let weights: Vec<T> = numbers(attributes, &format!("{prefix}_weights"))?;
    let ids = ints(&format!("{prefix}_ids"));
    let score_nodes = ints(&format!("{prefix}_nodeids"));
    let score_trees = ints(&format!("{prefix}_treeids"));
    if [ids.len(), score_nodes.len(), score_trees.len()] != [weights.len(); 3] {
        bail!("the lists '{prefix}_…' differ in length");
    }
    let mut scored = Vec::new();
    let mut seen = HashSet::new();
    let mut any_negative = false;
    for ((&id, &weight), (&node, &tree)) in
        ids.iter().zip(&weights).zip(score_nodes.iter().zip(score_trees))
    {
        let target = u32::try_from(id).map_err(|_| Fault::new(format!("{id} is no target")))?;
        // A weight of an inner node is never reached.
        if let Some(Described::Leaf(scores)) = nodes.get_mut(find(tree, node)?) {
            scores.push((target, weight));
        }
        if seen.insert(target) {
            scored.push(target);
        }
        any_negative |= weight < T::default();
    }
    join_sets(&mut nodes, &roots);
    Ok(Trees { nodes, roots, scored, any_negative })
}

/// Joins chains of nodes that compare one feature with one value after another
/// and lead to the same node where it is equal: converters write so that a
/// category is one of a set, and the node that all lead to would have to be
/// there for each.
fn join_sets<T: Real>(nodes: &mut [Described<T>], roots: &[usize]) {
    let mut reads = vec![0u8; nodes.len()];
    let mut read = |index: usize| {
        if let Some(reads) = reads.get_mut(index) {
            *reads = reads.saturating_add(1);
        }
    };
    roots.iter().for_each(|&root| read(root));
    for node in nodes.iter() {
        if let Described::Branch { passes, fails, .. } = node {
            read(*passes);
            read(*fails);
        }
    }
    for index in 0..nodes.len() {
        while let Some(next) = follower(nodes, &reads, index)
            && let Some(gone) = nodes.get_mut(next)
        {
            // Nothing leads there any more.
            let gone = std::mem::replace(gone, Described::Leaf(Vec::new()));
            if let Some(node) = nodes.get_mut(index) {
                node.join(gone);
            }
        }
    }
}

/// The node that is reached only where the test of this one fails, if both look
/// for values of one feature and lead to the same node where they find one.
fn follower<T: Real>(nodes: &[Described<T>], reads: &[u8], index: usize) -> Option<usize> {
    let Described::Branch { feature, test, missing_passes, passes, fails } = nodes.get(index)?
    else {
        return None;
    };
    let Described::Branch {
        feature: next_feature,
        test: next_test,
        missing_passes: next_missing,
        passes: next_passes,
        ..
    } = nodes.get(*fails)?
    else {
        return None;
    };
    let follows = (feature, passes, missing_passes) == (next_feature, next_passes, next_missing)
        && test.is_set()
        && next_test.is_set()
        && *fails != index
        && reads.get(*fails) == Some(&1);
    follows.then_some(*fails)
}

/// The trees of `TreeEnsemble`, where leaves are listed apart.
pub(super) fn modern<T: Real>(attributes: Attributes<'_>) -> Result<Trees<T>, Fault> {
    let ints = |name: &str| attributes.ints(name);
    let required = |name: &str| {
        attributes
            .tensor(name)?
            .ok_or_else(|| Fault::new(format!("the attribute '{name}' is missing")))
    };
    let splits: Vec<T> = tensor_numbers(required("nodes_splits")?.data(), "nodes_splits")?;
    let weights: Vec<T> = tensor_numbers(required("leaf_weights")?.data(), "leaf_weights")?;
    let modes = required("nodes_modes")?;
    let Some(modes) = modes.as_slice::<u8>() else { bail!("'nodes_modes' is not of type uint8") };
    let features = ints("nodes_featureids");
    let (passes, fails) = (ints("nodes_truenodeids"), ints("nodes_falsenodeids"));
    let (pass_leaf, fail_leaf) = (ints("nodes_trueleafs"), ints("nodes_falseleafs"));
    let missing = ints("nodes_missing_value_tracks_true");
    let targets = ints("leaf_targetids");
    let n = features.len();
    let lengths =
        [splits.len(), modes.len(), passes.len(), fails.len(), pass_leaf.len(), fail_leaf.len()];
    if lengths != [n; 6] || targets.len() != weights.len() {
        bail!("the lists that describe the trees differ in length");
    }
    let members: Vec<T> = match attributes.tensor("membership_values")? {
        Some(tensor) => tensor_numbers(tensor.data(), "membership_values")?,
        None => Vec::new(),
    };
    // Sets are one after another, each ended by a NaN.
    let mut sets = members.split(|x| x.is_nan()).map(<[T]>::to_vec);
    let leaf = |id: i64| usize::try_from(id).ok().filter(|i| *i < weights.len());
    let link = |id: i64, is_leaf: i64| {
        let found = if is_leaf != 0 { leaf(id).map(|i| n + i) } else { usize::try_from(id).ok() };
        found.ok_or_else(|| {
            Fault::new(format!("a tree refers to the node {id}, which is not there"))
        })
    };
    let mut nodes = Vec::with_capacity(n + weights.len());
    let links = passes.iter().zip(pass_leaf).zip(fails.iter().zip(fail_leaf));
    for (i, (((&feature, &t), &mode), ((&pass, &pass_leaf), (&fail, &fail_leaf)))) in
        features.iter().zip(&splits).zip(modes).zip(links).enumerate()
    {
        nodes.push(Described::Branch {
            feature: usize::try_from(feature)
                .map_err(|_| Fault::new(format!("{feature} is no feature")))?,
            test: match mode {
                0 => Test::LessOrEqual(t),
                1 => Test::Less(t),
                2 => Test::GreaterOrEqual(t),
                3 => Test::Greater(t),
                4 => Test::Equal(t),
                5 => Test::NotEqual(t),
                6 => Test::Member(sets.next().unwrap_or_default()),
                other => bail!("{other} is no mode of a tree's node"),
            },
            missing_passes: missing.get(i).is_some_and(|&m| m != 0),
            passes: link(pass, pass_leaf)?,
            fails: link(fail, fail_leaf)?,
        });
    }
    let mut scored = Vec::new();
    let mut seen = HashSet::new();
    for (&id, &weight) in targets.iter().zip(&weights) {
        let target = u32::try_from(id).map_err(|_| Fault::new(format!("{id} is no target")))?;
        nodes.push(Described::Leaf(vec![(target, weight)]));
        if seen.insert(target) {
            scored.push(target);
        }
    }
    let mut roots = Vec::new();
    for &root in ints("tree_roots") {
        let root = usize::try_from(root).map_err(|_| Fault::new(format!("{root} is no root")))?;
        // A tree that is a leaf alone has both links of its root to that leaf.
        let alone = match nodes.get(root) {
            Some(Described::Branch { passes, fails, .. }) if passes == fails => Some(*passes),
            _ => None,
        };
        roots.push(alone.unwrap_or(root));
    }
    join_sets(&mut nodes, &roots);
    Ok(Trees { nodes, roots, scored, any_negative: false })
}
