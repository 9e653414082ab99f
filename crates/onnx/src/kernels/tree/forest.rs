//! A forest laid out for walking.
//!
//! All nodes of all trees are in one array; the two children of a node are
//! neighbours, so that a step is an addition: `left`, or `left + 1` where the
//! test fails. A leaf's test passes for all numbers and leads to itself, so that
//! several walks go on in step without asking which have arrived: eight at
//! once, of eight rows down one tree or of one row down eight trees, which hides
//! the wait for memory. Only where a row has a NaN, leaves are asked for.

use crate::fault::{Fault, bail};

/// The number type of thresholds and features.
pub(super) trait Real:
    Copy + PartialOrd + Default + std::ops::AddAssign + std::ops::Add<Output = Self> + 'static
{
    const INFINITY: Self;
    const NAN: Self;
    fn from_f64(x: f64) -> Self;
    fn to_f32(self) -> f32;
    fn is_nan(self) -> bool;
    fn divided(self, by: usize) -> Self;
    fn negated(self) -> Self;
    /// The largest number below this one, so that `x < t` is `x <= below(t)`.
    fn below(self) -> Self;
}

macro_rules! real {
    ($t:ident) => {
        impl Real for $t {
            const INFINITY: Self = $t::INFINITY;
            const NAN: Self = $t::NAN;
            fn from_f64(x: f64) -> Self {
                x as $t
            }
            fn to_f32(self) -> f32 {
                self as f32
            }
            fn divided(self, by: usize) -> Self {
                self / by as $t
            }
            fn negated(self) -> Self {
                -self
            }
            fn is_nan(self) -> bool {
                $t::is_nan(self)
            }
            fn below(self) -> Self {
                // Nothing is below minus infinity, and nothing is at most NaN.
                if self == $t::NEG_INFINITY { $t::NAN } else { self.next_down() }
            }
        }
    };
}
real!(f32);
real!(f64);

/// How a node tests its feature.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test<T> {
    LessOrEqual(T),
    Less(T),
    GreaterOrEqual(T),
    Greater(T),
    Equal(T),
    NotEqual(T),
    /// One of these.
    Member(Vec<T>),
}

/// A node as a model describes it.
#[derive(Debug, Clone)]
pub(super) enum Described<T> {
    Branch {
        feature: usize,
        test: Test<T>,
        /// Whether a missing value (NaN) passes the test.
        missing_passes: bool,
        /// The nodes to go to, as indices among the described ones.
        passes: usize,
        fails: usize,
    },
    /// Scores to add, by target.
    Leaf(Vec<(u32, T)>),
}

impl<T: Real> Described<T> {
    /// How much there is to it: itself, and the values that it has a list of.
    fn weight(&self) -> usize {
        match self {
            Self::Branch { test: Test::Member(set), .. } => set.len().saturating_add(1),
            Self::Branch { .. } => 1,
            Self::Leaf(scores) => scores.len().saturating_add(1),
        }
    }

    /// Does what the next node does where the test of this one fails, both being
    /// tests for values.
    pub(super) fn join(&mut self, next: Self) {
        if let (Self::Branch { test, fails, .. }, Self::Branch { test: other, fails: then, .. }) =
            (self, next)
        {
            let test_here = std::mem::replace(test, Test::Member(Vec::new()));
            let (mut set, mut more) = (test_here.into_set(), other.into_set());
            if set.len() < more.len() {
                std::mem::swap(&mut set, &mut more);
            }
            set.extend(more);
            *test = Test::Member(set);
            *fails = then;
        }
    }
}

/// A node laid out.
#[derive(Debug, Clone, Copy)]
struct Node<T> {
    threshold: T,
    feature: u32,
    /// The left child; in a leaf the leaf.
    left: u32,
}

/// How many walks go in step.
const LANES: usize = 8;

/// So much may be repeated in any forest, by [`Described::weight`]; in a larger
/// one as much as it has.
const REPEATED: usize = 1 << 16;

/// How many rows are taken down a tree before the next tree.
const BLOCK: usize = 64;

/// Trees, ready to be walked.
#[derive(Debug)]
pub(super) struct Forest<T> {
    nodes: Vec<Node<T>>,
    /// By node: whether NaN goes left.
    nan_left: Vec<bool>,
    /// Tests that are no comparison with a threshold, by node; empty where
    /// there is none in the forest.
    odd: Vec<Option<Test<T>>>,
    trees: Vec<Tree>,
    /// Where a leaf's scores begin in `scores`; by node, one more than nodes.
    payload: Vec<u32>,
    scores: Vec<(u32, T)>,
    /// By node, where every leaf has one score for each target: these, in
    /// order, and zeros for branches. Nothing where a leaf has not, or where
    /// they would take much more room.
    dense: Vec<T>,
    /// One more than the largest feature.
    pub(super) features: usize,
    pub(super) targets: usize,
}

#[derive(Debug, Clone, Copy)]
struct Tree {
    root: u32,
    depth: u32,
}

/// What is made of a target's scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregate {
    Sum,
    Min,
    Max,
}

/// A row's score for a target, and whether any leaf gave one.
pub(super) type Score<T> = (T, bool);

impl<T: Real> Forest<T> {
    /// Lays out trees. `roots` are indices among the nodes.
    pub(super) fn new(
        described: &[Described<T>],
        roots: &[usize],
        targets: usize,
    ) -> Result<Self, Fault> {
        let mut forest = Self {
            nodes: Vec::with_capacity(described.len()),
            nan_left: Vec::with_capacity(described.len()),
            odd: Vec::new(),
            trees: Vec::with_capacity(roots.len()),
            payload: Vec::with_capacity(described.len() + 1),
            scores: Vec::new(),
            dense: Vec::new(),
            features: 0,
            targets,
        };
        // Each node once; those that several lead to are repeated, for as long as
        // there is room. A circle is out of room at last.
        let all = described.iter().map(Described::weight).fold(0, usize::saturating_add);
        let mut room = all.saturating_add(all.max(REPEATED));
        let mut odd = Vec::new();
        for &root in roots {
            forest.lay_out(described, root, &mut room, &mut odd)?;
        }
        let payload_end = u32::try_from(forest.scores.len())
            .map_err(|_| Fault::new("the trees have too many scores"))?;
        forest.payload.push(payload_end);
        if odd.iter().any(Option::is_some) {
            forest.odd = odd;
        }
        forest.dense = forest.dense_scores().unwrap_or_default();
        Ok(forest)
    }

    fn lay_out(
        &mut self,
        described: &[Described<T>],
        root: usize,
        room: &mut usize,
        odd: &mut Vec<Option<Test<T>>>,
    ) -> Result<(), Fault> {
        let start = self.nodes.len();
        let too_many = || Fault::new("the trees have too many nodes");
        // Breadth first: what a node's children are is known when it is put
        // down, and their places are next to each other.
        let mut level = vec![root];
        let mut depth = 0;
        let blank = Node { threshold: T::INFINITY, feature: 0, left: 0 };
        self.nodes.push(blank);
        let mut at = start;
        while !level.is_empty() {
            let mut next = Vec::new();
            for index in level {
                let weight = described.get(index).map_or(1, Described::weight);
                *room = room.checked_sub(weight).ok_or_else(|| {
                    Fault::new(format!(
                        "node {index} of a tree is reached again and again, or too many share nodes"
                    ))
                })?;
                let payload = u32::try_from(self.scores.len()).map_err(|_| too_many())?;
                self.payload.push(payload);
                let here = u32::try_from(at).map_err(|_| too_many())?;
                let node = match described.get(index) {
                    Some(Described::Branch {
                        feature,
                        test: described_test,
                        missing_passes,
                        passes,
                        fails,
                    }) => {
                        self.features = self.features.max(feature.saturating_add(1));
                        let left = u32::try_from(self.nodes.len()).map_err(|_| too_many())?;
                        let (threshold, swap, test) = split(described_test);
                        let (l, r) = if swap { (fails, passes) } else { (passes, fails) };
                        next.extend([*l, *r]);
                        odd.push(test);
                        // NaN is unequal to anything: it passes that test,
                        // tracked or not, and goes right.
                        let is_unequal = matches!(described_test, Test::NotEqual(_));
                        let nan_left = !is_unequal && *missing_passes != swap;
                        self.nan_left.push(nan_left);
                        let feature = u32::try_from(*feature).map_err(|_| too_many())?;
                        self.nodes.extend([blank, blank]);
                        Node { threshold, feature, left }
                    }
                    Some(Described::Leaf(scores)) => {
                        // Of a single target ONNX Runtime keeps a leaf's first score.
                        let most = if self.targets == 1 { 1 } else { scores.len() };
                        for &(target, weight) in scores.iter().take(most) {
                            if usize::try_from(target).map_or(true, |t| t >= self.targets) {
                                bail!(
                                    "a leaf scores the target {target}, of {} targets",
                                    self.targets
                                );
                            }
                            self.scores.push((target, weight));
                        }
                        odd.push(None);
                        self.nan_left.push(false);
                        Node { left: here, ..blank }
                    }
                    None => bail!("a tree refers to the node {index}, which is not there"),
                };
                if let Some(place) = self.nodes.get_mut(at) {
                    *place = node;
                }
                at += 1;
            }
            if !next.is_empty() {
                depth += 1;
            }
            level = next;
        }
        let root = u32::try_from(start).map_err(|_| too_many())?;
        self.trees.push(Tree { root, depth });
        Ok(())
    }

    fn dense_scores(&self) -> Option<Vec<T>> {
        let len = self.nodes.len().checked_mul(self.targets)?;
        // A leaf has as many scores, and half of the nodes are leaves.
        if len > self.scores.len().saturating_mul(2) {
            return None;
        }
        let mut dense = Vec::with_capacity(len);
        for (index, (node, at)) in self.nodes.iter().zip(self.payload.windows(2)).enumerate() {
            let &[start, end] = at else { return None };
            let scores = self.scores.get(start as usize..end as usize)?;
            let is_leaf = node.left as usize == index;
            if is_leaf {
                let targets = scores.iter().map(|(target, _)| *target as usize);
                if !targets.eq(0..self.targets) {
                    return None;
                }
            }
            dense.extend(scores.iter().map(|(_, weight)| *weight));
            dense.resize((index + 1) * self.targets, T::default());
        }
        Some(dense)
    }

    pub(super) fn tree_count(&self) -> usize {
        self.trees.len()
    }

    /// Scores every row: `out` holds the scores of each row, target by target.
    ///
    /// `rows` has `columns` numbers for each row.
    pub(super) fn score(
        &self,
        rows: &[T],
        columns: usize,
        aggregate: Aggregate,
        out: &mut [Score<T>],
    ) -> Result<(), Fault> {
        if columns < self.features {
            bail!("the trees test {} features, but the rows have {columns}", self.features);
        }
        if columns == 0 {
            // Nothing to test: every tree is a leaf.
            for row in out.chunks_exact_mut(self.targets) {
                for tree in &self.trees {
                    self.add(row, tree.root, aggregate);
                }
            }
            return Ok(());
        }
        let mut lanes = Vec::new();
        let blocks = rows.chunks(columns.saturating_mul(BLOCK));
        for (rows, out) in blocks.zip(out.chunks_mut(self.targets.saturating_mul(BLOCK))) {
            let has_nan = rows.iter().any(|x| x.is_nan());
            let few = rows.len() < columns.saturating_mul(LANES / 2);
            if few || !self.odd.is_empty() {
                for (row, out) in rows.chunks_exact(columns).zip(out.chunks_mut(self.targets)) {
                    self.score_row(row, has_nan, aggregate, out);
                }
                continue;
            }
            lanes.clear();
            for eight in rows.chunks(columns.saturating_mul(LANES)) {
                lay_side_by_side(eight, columns, &mut lanes);
            }
            for tree in &self.trees {
                let eights = lanes.chunks_exact(columns);
                for (eight, out) in eights.zip(out.chunks_mut(self.targets.saturating_mul(LANES))) {
                    let leaves = self.walk([tree.root; LANES], tree.depth, has_nan, |lane, f| {
                        eight.get(f as usize).and_then(|eight| eight.get(lane)).copied()
                    });
                    for (row, leaf) in out.chunks_exact_mut(self.targets).zip(leaves) {
                        self.add(row, leaf, aggregate);
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes one row down all trees, eight trees in step.
    fn score_row(&self, row: &[T], has_nan: bool, aggregate: Aggregate, out: &mut [Score<T>]) {
        for trees in self.trees.chunks(LANES) {
            let mut at = [0u32; LANES];
            let mut depth = 0;
            for (at, tree) in at.iter_mut().zip(trees) {
                *at = tree.root;
                depth = depth.max(tree.depth);
            }
            let leaves = if self.odd.is_empty() {
                self.walk(at, depth, has_nan, |_, f| row.get(f as usize).copied())
            } else {
                at.map(|at| self.walk_odd(at, row))
            };
            for (leaf, _) in leaves.into_iter().zip(trees) {
                self.add(out, leaf, aggregate);
            }
        }
    }

    /// Eight walks from these nodes to leaves. `see` gives a walk's feature.
    #[inline(always)]
    fn walk(
        &self,
        at: [u32; LANES],
        depth: u32,
        has_nan: bool,
        see: impl Fn(usize, u32) -> Option<T> + Copy,
    ) -> [u32; LANES] {
        let nodes = self.nodes.as_slice();
        if has_nan {
            return walk_down(at, depth, |lane, at| {
                let index = at as usize;
                let Some(node) = nodes.get(index) else { return at };
                let x = see(lane, node.feature).unwrap_or(T::NAN);
                let nan_left = self.nan_left.get(index).copied().unwrap_or_default();
                let is_left = node.left == at || x <= node.threshold || (nan_left && x.is_nan());
                node.left + u32::from(!is_left)
            });
        }
        walk_down(at, depth, |lane, at| match nodes.get(at as usize) {
            Some(node) => match see(lane, node.feature) {
                // A NaN as threshold is passed by nothing.
                Some(x) => node.left + (u32::from(x <= node.threshold) ^ 1),
                None => at,
            },
            None => at,
        })
    }

    /// One walk through tests of any kind.
    fn walk_odd(&self, mut at: u32, row: &[T]) -> u32 {
        while let Some(node) = self.nodes.get(at as usize).filter(|node| node.left != at) {
            let x = row.get(node.feature as usize).copied().unwrap_or(T::NAN);
            let passes = match self.odd.get(at as usize) {
                Some(Some(test)) => test.passes(x),
                _ => x <= node.threshold,
            };
            let nan_left = self.nan_left.get(at as usize).copied().unwrap_or_default();
            let left = passes || (nan_left && x.is_nan());
            at = node.left + u32::from(!left);
        }
        at
    }

    /// Adds a leaf's scores to a row's.
    fn add(&self, row: &mut [Score<T>], leaf: u32, aggregate: Aggregate) {
        let leaf = leaf as usize;
        if aggregate == Aggregate::Sum
            && let Some(weights) = self.dense.get(leaf * self.targets..(leaf + 1) * self.targets)
        {
            for (score, &weight) in row.iter_mut().zip(weights) {
                *score = (score.0 + weight, true);
            }
            return;
        }
        let (start, end) = match self.payload.get(leaf..leaf + 2) {
            Some(&[start, end]) => (start as usize, end as usize),
            _ => return,
        };
        for &(target, weight) in self.scores.get(start..end).unwrap_or_default() {
            if let Some((score, scored)) = row.get_mut(target as usize) {
                match aggregate {
                    Aggregate::Sum => *score += weight,
                    Aggregate::Min if *scored && *score <= weight => {}
                    Aggregate::Max if *scored && *score >= weight => {}
                    Aggregate::Min | Aggregate::Max => *score = weight,
                }
                *scored = true;
            }
        }
    }
}

/// Steps eight walks at a time, until all have arrived. Each by name: a loop
/// over them would keep them in memory, where the module is optimised for size.
#[inline(always)]
fn walk_down(
    at: [u32; LANES],
    depth: u32,
    next: impl Fn(usize, u32) -> u32 + Copy,
) -> [u32; LANES] {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = at;
    for _ in 0..depth {
        let mut moved = 0;
        let mut step = |lane, at: &mut u32| {
            let to = next(lane, *at);
            moved |= to ^ *at;
            *at = to;
        };
        step(0, &mut a);
        step(1, &mut b);
        step(2, &mut c);
        step(3, &mut d);
        step(4, &mut e);
        step(5, &mut f);
        step(6, &mut g);
        step(7, &mut h);
        if moved == 0 {
            break;
        }
    }
    [a, b, c, d, e, f, g, h]
}

/// Appends up to eight rows feature by feature: the features of all of them
/// side by side. Where there are fewer, zeros stand in.
fn lay_side_by_side<T: Real>(rows: &[T], columns: usize, lanes: &mut Vec<[T; LANES]>) {
    let start = lanes.len();
    lanes.resize(start + columns, [T::default(); LANES]);
    let places = lanes.get_mut(start..).unwrap_or_default();
    for (lane, row) in rows.chunks_exact(columns).enumerate() {
        for (place, &x) in places.iter_mut().zip(row) {
            if let Some(place) = place.get_mut(lane) {
                *place = x;
            }
        }
    }
}

/// A test as `x <= threshold`, with the branches swapped or not; or the test
/// itself, where it is no comparison with a threshold.
fn split<T: Real>(test: &Test<T>) -> (T, bool, Option<Test<T>>) {
    match test {
        Test::LessOrEqual(t) => (*t, false, None),
        Test::Less(t) => (t.below(), false, None),
        Test::Greater(t) => (*t, true, None),
        Test::GreaterOrEqual(t) => (t.below(), true, None),
        Test::NotEqual(t) => (T::NAN, true, Some(Test::Equal(*t))),
        odd => (T::NAN, false, Some(odd.clone())),
    }
}

impl<T: Real> Test<T> {
    /// Whether it looks for single values.
    pub(super) fn is_set(&self) -> bool {
        matches!(self, Self::Equal(_) | Self::Member(_))
    }

    /// The values that it looks for.
    fn into_set(self) -> Vec<T> {
        match self {
            Self::Equal(t) => vec![t],
            Self::Member(set) => set,
            _ => Vec::new(),
        }
    }

    fn passes(&self, x: T) -> bool {
        match self {
            Self::LessOrEqual(t) => x <= *t,
            Self::Less(t) => x < *t,
            Self::GreaterOrEqual(t) => x >= *t,
            Self::Greater(t) => x > *t,
            Self::Equal(t) => x == *t,
            Self::NotEqual(t) => x != *t,
            Self::Member(set) => set.contains(&x),
        }
    }
}
