//! A forest laid out for walking.
//!
//! All nodes of all trees are in one array; the two children of a node are
//! neighbours, so that a step is an addition: `left`, or `left + 1` where the
//! test fails. A leaf steps to itself, so that several walks go on in step
//! without asking which have arrived: eight at once, of eight rows down one
//! tree or of one row down eight trees, which hides the wait for memory.

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

/// A node laid out.
#[derive(Debug, Clone, Copy)]
struct Node<T> {
    threshold: T,
    feature: u32,
    left: u32,
    /// 0 in a leaf, which can't be left; else 1.
    step: u32,
    /// Whether NaN goes left.
    nan_left: bool,
}

/// How many walks go in step.
const LANES: usize = 8;

/// How many rows are taken down a tree before the next tree.
const BLOCK: usize = 64;

/// Trees, ready to be walked.
#[derive(Debug)]
pub(super) struct Forest<T> {
    nodes: Vec<Node<T>>,
    /// Tests that are no comparison with a threshold, by node; empty where
    /// there is none in the forest.
    odd: Vec<Option<Test<T>>>,
    trees: Vec<Tree>,
    /// Where a leaf's scores begin in `scores`; by node, one more than nodes.
    payload: Vec<u32>,
    scores: Vec<(u32, T)>,
    /// By node: the only score of its leaf, where every leaf has one, and that
    /// for the only target.
    single: Option<Vec<T>>,
    any_nan_left: bool,
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
            odd: Vec::new(),
            trees: Vec::with_capacity(roots.len()),
            payload: Vec::with_capacity(described.len() + 1),
            scores: Vec::new(),
            single: None,
            any_nan_left: false,
            features: 0,
            targets,
        };
        let mut seen = vec![false; described.len()];
        let mut odd = Vec::new();
        for &root in roots {
            forest.lay_out(described, root, &mut seen, &mut odd)?;
        }
        let payload_end = u32::try_from(forest.scores.len())
            .map_err(|_| Fault::new("the trees have too many scores"))?;
        forest.payload.push(payload_end);
        if odd.iter().any(Option::is_some) {
            forest.odd = odd;
        }
        forest.single = forest.single_scores();
        Ok(forest)
    }

    fn lay_out(
        &mut self,
        described: &[Described<T>],
        root: usize,
        seen: &mut [bool],
        odd: &mut Vec<Option<Test<T>>>,
    ) -> Result<(), Fault> {
        let start = self.nodes.len();
        let too_many = || Fault::new("the trees have too many nodes");
        // Breadth first: what a node's children are is known when it is put
        // down, and their places are next to each other.
        let mut level = vec![root];
        let mut depth = 0;
        self.nodes.push(Node {
            threshold: T::INFINITY,
            feature: 0,
            left: 0,
            step: 0,
            nan_left: false,
        });
        let mut at = start;
        while !level.is_empty() {
            let mut next = Vec::new();
            for index in level {
                match seen.get_mut(index) {
                    Some(seen) if !*seen => *seen = true,
                    Some(_) => bail!("node {index} of a tree is reached twice"),
                    None => bail!("a tree refers to the node {index}, which is not there"),
                }
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
                        self.any_nan_left |= nan_left;
                        let feature = u32::try_from(*feature).map_err(|_| too_many())?;
                        let leaf = Node {
                            threshold: T::INFINITY,
                            feature: 0,
                            left: 0,
                            step: 0,
                            nan_left: false,
                        };
                        self.nodes.extend([leaf, leaf]);
                        Node { threshold, feature, left, step: 1, nan_left }
                    }
                    Some(Described::Leaf(scores)) => {
                        for &(target, weight) in scores {
                            if usize::try_from(target).map_or(true, |t| t >= self.targets) {
                                bail!(
                                    "a leaf scores the target {target}, of {} targets",
                                    self.targets
                                );
                            }
                            self.scores.push((target, weight));
                        }
                        odd.push(None);
                        Node {
                            threshold: T::INFINITY,
                            feature: 0,
                            left: here,
                            step: 0,
                            nan_left: false,
                        }
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

    fn single_scores(&self) -> Option<Vec<T>> {
        if self.targets != 1 {
            return None;
        }
        let mut single = Vec::with_capacity(self.nodes.len());
        for (node, at) in self.nodes.iter().zip(self.payload.windows(2)) {
            let &[start, end] = at else { return None };
            let score = self.scores.get(start as usize..end as usize)?;
            single.push(match (node.step, score) {
                (0, [(_, weight)]) => *weight,
                (0, _) => return None,
                _ => T::default(),
            });
        }
        Some(single)
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
        let blocks = rows.chunks(columns.saturating_mul(BLOCK));
        for (rows, out) in blocks.zip(out.chunks_mut(self.targets.saturating_mul(BLOCK))) {
            let has_nan = self.any_nan_left && rows.iter().any(|x| x.is_nan());
            if rows.len() < columns.saturating_mul(LANES / 2) {
                for (row, out) in rows.chunks_exact(columns).zip(out.chunks_mut(self.targets)) {
                    self.score_row(row, has_nan, aggregate, out);
                }
            } else {
                self.score_block(rows, columns, has_nan, aggregate, out);
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
            self.walk(&mut at, [row; LANES], depth, has_nan);
            for (&leaf, _) in at.iter().zip(trees) {
                self.add(out, leaf, aggregate);
            }
        }
    }

    /// Takes rows down one tree after another, eight rows in step.
    fn score_block(
        &self,
        rows: &[T],
        columns: usize,
        has_nan: bool,
        aggregate: Aggregate,
        out: &mut [Score<T>],
    ) {
        for tree in &self.trees {
            let groups = rows.chunks(columns.saturating_mul(LANES));
            for (rows, out) in groups.zip(out.chunks_mut(self.targets.saturating_mul(LANES))) {
                let mut lanes: [&[T]; LANES] = [rows; LANES];
                for (lane, row) in lanes.iter_mut().zip(rows.chunks_exact(columns)) {
                    *lane = row;
                }
                let mut at = [tree.root; LANES];
                self.walk(&mut at, lanes, tree.depth, has_nan);
                if let (Some(single), Aggregate::Sum) = (&self.single, aggregate) {
                    for (score, leaf) in out.iter_mut().zip(at) {
                        score.0 += single.get(leaf as usize).copied().unwrap_or_default();
                        score.1 = true;
                    }
                } else {
                    for (row, leaf) in out.chunks_exact_mut(self.targets).zip(at) {
                        self.add(row, leaf, aggregate);
                    }
                }
            }
        }
    }

    /// Walks eight times `depth` steps down.
    fn walk(&self, at: &mut [u32; LANES], rows: [&[T]; LANES], depth: u32, has_nan: bool) {
        if !self.odd.is_empty() {
            for (at, row) in at.iter_mut().zip(rows) {
                *at = self.walk_odd(*at, row);
            }
        } else if has_nan {
            self.walk_with(at, rows, depth, |node, x| {
                !(x <= node.threshold || (node.nan_left && x.is_nan()))
            });
        } else {
            // A NaN fails the comparison, and goes right.
            self.walk_with(at, rows, depth, |node, x| {
                !matches!(
                    x.partial_cmp(&node.threshold),
                    Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal)
                )
            });
        }
    }

    #[inline(always)]
    fn walk_with(
        &self,
        at: &mut [u32; LANES],
        rows: [&[T]; LANES],
        depth: u32,
        right: impl Fn(&Node<T>, T) -> bool,
    ) {
        let nodes = self.nodes.as_slice();
        for _ in 0..depth {
            for (at, row) in at.iter_mut().zip(rows) {
                if let Some(node) = nodes.get(*at as usize)
                    && let Some(&x) = row.get(node.feature as usize)
                {
                    *at = node.left + (node.step & u32::from(right(node, x)));
                }
            }
        }
    }

    /// One walk through tests of any kind.
    fn walk_odd(&self, mut at: u32, row: &[T]) -> u32 {
        while let Some(node) = self.nodes.get(at as usize).filter(|node| node.step == 1) {
            let x = row.get(node.feature as usize).copied().unwrap_or(T::NAN);
            let passes = match self.odd.get(at as usize) {
                Some(Some(test)) => test.passes(x),
                _ => x <= node.threshold,
            };
            let left = passes || (node.nan_left && x.is_nan());
            at = node.left + u32::from(!left);
        }
        at
    }

    /// Adds a leaf's scores to a row's.
    fn add(&self, row: &mut [Score<T>], leaf: u32, aggregate: Aggregate) {
        let leaf = leaf as usize;
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
