//! `TfIdfVectorizer`: how often n-grams occur in each row.
//!
//! Each token of a row is looked up once, and is a number from then on. The
//! n-grams are a tree: walking it along a row finds those of all lengths that
//! start at a token, and ends where none goes on.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use tensor::{Data, Tensor};

use crate::attributes::Attributes;
use crate::fault::{Fault, bail};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::Inputs;

/// What an occurrence does to its column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// It counts.
    Tf,
    /// The column is the weight, however often.
    Idf,
    /// It adds the weight.
    TfIdf,
}

/// The number of no token, no node, no column.
const NONE: u32 = u32::MAX;

pub(super) fn tf_idf_vectorizer(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let strings = attributes.strings("pool_strings")?;
    // Where both pools are given, ONNX Runtime has the one of texts.
    if attributes.has("pool_strings") {
        let (numbers, pool) = numbered(strings);
        let vectorizer = Vectorizer::new(attributes, &pool)?;
        return Ok(Box::new(move |inputs: Inputs<'_>| {
            let tokens = inputs.slice::<String>(0)?;
            let number = |token: &String| numbers.get(token).copied().unwrap_or(NONE);
            Ok(vec![vectorizer.run(tokens, inputs.tensor(0)?.shape(), number)?.into()])
        }));
    }
    let (numbers, pool) = numbered(attributes.ints("pool_int64s").to_vec());
    let vectorizer = Vectorizer::new(attributes, &pool)?;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let tokens = inputs.tensor(0)?;
        let number = |token: i64| numbers.get(&token).copied().unwrap_or(NONE);
        let counts = match tokens.data() {
            Data::I64(v) => vectorizer.run(v, tokens.shape(), |&token| number(token))?,
            Data::I32(v) => vectorizer.run(v, tokens.shape(), |&token| number(token.into()))?,
            other => bail!("tokens of type {}, where the n-grams are of int64", other.dtype()),
        };
        Ok(vec![counts.into()])
    }))
}

/// A number for each token of the pool, and the pool in these numbers.
fn numbered<T: Eq + Hash>(pool: Vec<T>) -> (HashMap<T, u32>, Vec<u32>) {
    let mut numbers = HashMap::new();
    let pool = pool
        .into_iter()
        .map(|token| {
            let next = u32::try_from(numbers.len()).unwrap_or(NONE);
            *numbers.entry(token).or_insert(next)
        })
        .collect();
    (numbers, pool)
}

struct Vectorizer {
    mode: Mode,
    shortest: usize,
    longest: usize,
    /// The most tokens that are left out between two of an n-gram.
    skips: usize,
    columns: usize,
    tree: Tree,
}

/// The n-grams; each node stands for the tokens on the way to it.
#[derive(Default)]
struct Tree {
    /// The node of each token that n-grams start with.
    roots: Vec<u32>,
    /// The node that a node and a token lead to.
    edges: HashMap<(u32, u32), u32, BuildHasherDefault<Mix>>,
    /// The column of the n-gram that ends at a node, and its weight.
    columns: Vec<(u32, f32)>,
}

impl Vectorizer {
    fn new(attributes: Attributes<'_>, pool: &[u32]) -> Result<Self, Fault> {
        let length = |name: &str| {
            let length = usize::try_from(attributes.int(name, 0)).ok().filter(|n| *n > 0);
            length.ok_or_else(|| Fault::new(format!("'{name}' is not positive")))
        };
        let (shortest, longest) = (length("min_gram_length")?, length("max_gram_length")?);
        let counts = attributes.ints("ngram_counts");
        if shortest > longest || longest > counts.len() {
            bail!("n-grams of {shortest} to {longest} tokens, of which {} are counted", counts.len());
        }
        let Ok(skips) = usize::try_from(attributes.int("max_skip_count", 0)) else {
            bail!("'max_skip_count' is negative");
        };
        let mode = match attributes.str("mode")? {
            Some("TF") => Mode::Tf,
            Some("IDF") => Mode::Idf,
            Some("TFIDF") => Mode::TfIdf,
            other => bail!("'{}' is no mode", other.unwrap_or_default()),
        };
        let indexes = attributes.ints("ngram_indexes");
        let weights = attributes.floats("weights");
        if attributes.has("weights") && weights.len() != indexes.len() {
            bail!("{} weights for {} n-grams", weights.len(), indexes.len());
        }
        let columns: Vec<u32> = indexes
            .iter()
            .map(|&i| u32::try_from(i).ok().filter(|&i| (i as usize) < limits::MAX_ELEMENTS))
            .collect::<Option<_>>()
            .ok_or_else(|| Fault::new("'ngram_indexes' has an index that no column can have"))?;
        let weights = weights.iter().copied().chain(std::iter::repeat(1.0));
        let mut entries = columns.iter().copied().zip(weights);
        let mut tree = Tree::default();
        let starts = counts.iter().map(|&start| usize::try_from(start).unwrap_or(usize::MAX));
        let ends = starts.clone().skip(1).chain([pool.len()]);
        for ((start, end), size) in starts.zip(ends).zip(1..) {
            let Some(grams) = pool.get(start..end).filter(|grams| grams.len() % size == 0) else {
                bail!("'ngram_counts' does not fit the pool at {size}-grams");
            };
            for gram in grams.chunks_exact(size) {
                let Some(entry) = entries.next() else {
                    bail!("there are more n-grams than 'ngram_indexes' has");
                };
                if (shortest..=longest).contains(&size) {
                    tree.insert(gram, entry)?;
                }
            }
        }
        let Some(last) = columns.iter().max() else {
            bail!("'ngram_indexes' is empty");
        };
        Ok(Self { mode, shortest, longest, skips, columns: *last as usize + 1, tree })
    }

    fn run<T>(
        &self,
        tokens: &[T],
        shape: &[usize],
        number: impl Fn(&T) -> u32,
    ) -> Result<Tensor, Fault> {
        let (rows, shape) = match shape {
            [_] => (1, vec![self.columns]),
            [rows, _] => (*rows, vec![*rows, self.columns]),
            _ => bail!("tokens of shape {shape:?}: [C] or [N, C] is wanted"),
        };
        let mut counts = vec![0f32; limits::elements(&shape)?];
        let width = tokens.len() / rows.max(1);
        if width > 0 {
            let mut numbers: Vec<u32> = Vec::with_capacity(width);
            let rows = tokens.chunks_exact(width);
            for (row, counts) in rows.zip(counts.chunks_exact_mut(self.columns)) {
                numbers.clear();
                numbers.extend(row.iter().map(&number));
                self.count(&numbers, counts);
            }
        }
        Ok(Tensor::new(shape, counts)?)
    }

    /// Counts the n-grams of a row. Those of one token are counted once,
    /// whatever may be left out between tokens of others.
    fn count(&self, row: &[u32], counts: &mut [f32]) {
        if self.shortest == 1 {
            for &token in row {
                self.hit(self.tree.root(token), counts);
            }
            if self.longest == 1 {
                return;
            }
        }
        let shortest = self.shortest.max(2);
        // Further apart than the row is long there is nothing.
        for step in 1..=self.skips.saturating_add(1).min(row.len()) {
            let Some(starts) = row.len().checked_sub(step.saturating_mul(shortest - 1)) else {
                break;
            };
            for start in 0..starts {
                let mut tokens = row.iter().skip(start).step_by(step).take(self.longest);
                let mut node = tokens.next().map_or(NONE, |&token| self.tree.root(token));
                for (&token, size) in tokens.zip(2..) {
                    if node == NONE {
                        break;
                    }
                    node = self.tree.next(node, token);
                    if size >= shortest {
                        self.hit(node, counts);
                    }
                }
            }
        }
    }

    /// An n-gram was found, if one ends at this node.
    #[inline]
    fn hit(&self, node: u32, counts: &mut [f32]) {
        if let Some(&(column, weight)) = self.tree.columns.get(node as usize)
            && let Some(count) = counts.get_mut(column as usize)
        {
            match self.mode {
                Mode::Tf => *count += 1.0,
                Mode::Idf => *count = weight,
                Mode::TfIdf => *count += weight,
            }
        }
    }
}

impl Tree {
    fn root(&self, token: u32) -> u32 {
        self.roots.get(token as usize).copied().unwrap_or(NONE)
    }

    fn next(&self, node: u32, token: u32) -> u32 {
        self.edges.get(&(node, token)).copied().unwrap_or(NONE)
    }

    fn insert(&mut self, gram: &[u32], entry: (u32, f32)) -> Result<(), Fault> {
        let Some((&first, rest)) = gram.split_first() else {
            return Ok(());
        };
        let at = first as usize;
        if self.roots.len() <= at {
            self.roots.resize(at + 1, NONE);
        }
        let mut node = self.root(first);
        if node == NONE {
            node = self.add();
            if let Some(root) = self.roots.get_mut(at) {
                *root = node;
            }
        }
        for &token in rest {
            node = match self.next(node, token) {
                NONE => {
                    let next = self.add();
                    self.edges.insert((node, token), next);
                    next
                }
                next => next,
            };
        }
        match self.columns.get_mut(node as usize) {
            Some(slot) if slot.0 == NONE => *slot = entry,
            _ => bail!("an n-gram of {} tokens is given twice", gram.len()),
        }
        Ok(())
    }

    fn add(&mut self) -> u32 {
        self.columns.push((NONE, 0.0));
        u32::try_from(self.columns.len() - 1).unwrap_or(NONE)
    }
}

/// Mixes two small numbers: nodes and tokens are numbered by us, so that nobody
/// chooses what collides.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u32(byte.into()));
    }

    fn write_u32(&mut self, x: u32) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(x)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}
