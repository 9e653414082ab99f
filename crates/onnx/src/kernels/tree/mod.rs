//! Decision trees: `TreeEnsembleClassifier`, `TreeEnsembleRegressor` and
//! `TreeEnsemble` of `ai.onnx.ml`.
//!
//! The specification leaves much open that a label depends on (one score for
//! two classes, base values, classes that no leaf scores); here it is as ONNX
//! Runtime has it, which is what MLflow answers with.

mod describe;
mod forest;

use std::cell::OnceCell;

use half::f16;
use tensor::{DType, Data, Tensor};

use super::scores::{PostTransform, SecondClass, write_scores};
use super::{Build, Kernel, Spec};
use crate::attributes::Attributes;
use crate::fault::{Fault, bail};
use crate::limits;
use crate::proto::AttributeProto;
use crate::value::Inputs;
use describe::Trees;
use forest::{Aggregate, Forest, Real, Score};

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    if domain != "ai.onnx.ml" {
        return None;
    }
    Some(match op {
        "TreeEnsembleClassifier" => classifier,
        "TreeEnsembleRegressor" => regressor,
        "TreeEnsemble" => ensemble,
        _ => return None,
    })
}

/// The same trees in either precision: doubles are compared as doubles,
/// everything else as 32-bit floats, as ONNX Runtime does. Where only the
/// values tell which it is, the doubles are laid out when they first come.
struct Either<S, D> {
    single: S,
    double: OnceCell<D>,
    attributes: Vec<AttributeProto>,
}

type Prepare<P> = fn(Attributes<'_>) -> Result<P, Fault>;

impl<S, D> Either<S, D> {
    fn new(spec: &Spec<'_>, prepare: Prepare<S>) -> Result<Self, Fault> {
        let is_single = matches!(spec.dtypes.first(), Some(Some(dtype)) if *dtype != DType::F64);
        let attributes = if is_single { Vec::new() } else { spec.attributes.0.to_vec() };
        Ok(Self { single: prepare(spec.attributes)?, double: OnceCell::new(), attributes })
    }

    fn double(&self, prepare: Prepare<D>) -> Result<&D, Fault> {
        if let Some(double) = self.double.get() {
            return Ok(double);
        }
        let double = prepare(Attributes(&self.attributes))?;
        Ok(self.double.get_or_init(|| double))
    }
}

fn classifier(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let trees = Either::new(spec, Classifier::<f32>::new)?;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let (labels, scores) = match x.data() {
            Data::F64(rows) => trees.double(Classifier::<f64>::new)?.run(rows, x.shape())?,
            other => trees.single.run(&singles(other)?, x.shape())?,
        };
        Ok(vec![labels.into(), scores.into()])
    }))
}

fn regressor(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let trees = Either::new(spec, Regressor::<f32>::classic)?;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let scores = match x.data() {
            Data::F64(rows) => {
                let scores = trees.double(Regressor::<f64>::classic)?.run(rows, x.shape())?;
                scores.into_iter().map(Real::to_f32).collect()
            }
            other => trees.single.run(&singles(other)?, x.shape())?,
        };
        Ok(vec![Tensor::new(trees.single.shape(x.shape())?, scores)?.into()])
    }))
}

fn ensemble(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let trees = Either::new(spec, Regressor::<f32>::modern)?;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let data: Data = match x.data() {
            Data::F64(rows) => trees.double(Regressor::<f64>::modern)?.run(rows, x.shape())?.into(),
            Data::F16(rows) => {
                let rows: Vec<f32> = rows.iter().map(|x| x.to_f32()).collect();
                let scores = trees.single.run(&rows, x.shape())?;
                scores.into_iter().map(f16::from_f32).collect::<Vec<_>>().into()
            }
            other => trees.single.run(&singles(other)?, x.shape())?.into(),
        };
        Ok(vec![Tensor::new(trees.single.shape(x.shape())?, data)?.into()])
    }))
}

/// Rows as 32-bit floats.
fn singles(data: &Data) -> Result<std::borrow::Cow<'_, [f32]>, Fault> {
    Ok(match data {
        Data::F32(v) => v.as_slice().into(),
        Data::I64(v) => v.iter().map(|&x| x as f32).collect(),
        Data::I32(v) => v.iter().map(|&x| x as f32).collect(),
        other => bail!("trees take numbers, not {}", other.dtype()),
    })
}

/// The rows and columns of an input; a vector is one row.
fn rows_and_columns(shape: &[usize]) -> Result<(usize, usize), Fault> {
    match shape {
        [columns] => Ok((1, *columns)),
        [rows, columns] => Ok((*rows, *columns)),
        _ => bail!("trees take a matrix, not a tensor of shape {shape:?}"),
    }
}

/// A place for each row's scores.
fn scores_for<T: Real>(rows: usize, targets: usize) -> Result<Vec<Score<T>>, Fault> {
    Ok(vec![(T::default(), false); limits::elements(&[rows, targets])?])
}

/// What a row is labelled.
enum Label {
    /// The label at this index.
    Class(usize),
    /// 1 or 0, whatever the labels are: ONNX Runtime answers so where leaves
    /// score both of two classes. Of texts it is the second or the first.
    Sign(bool),
}

impl Label {
    fn index(&self) -> usize {
        match self {
            Self::Class(i) => *i,
            Self::Sign(is_positive) => usize::from(*is_positive),
        }
    }
}

struct Classifier<T> {
    forest: Forest<T>,
    base: Vec<T>,
    labels: Data,
    transform: PostTransform,
    /// Two classes, of which the leaves score one.
    is_binary: bool,
    all_positive: bool,
}

impl<T: Real> Classifier<T> {
    fn new(attributes: Attributes<'_>) -> Result<Self, Fault> {
        let Trees { nodes, roots, scored, any_negative } =
            describe::classic::<T>(attributes, "class")?;
        let strings = attributes.strings("classlabels_strings")?;
        let labels: Data = if strings.is_empty() {
            attributes.ints("classlabels_int64s").to_vec().into()
        } else {
            strings.into()
        };
        if labels.is_empty() {
            bail!("the classifier has no labels");
        }
        Ok(Self {
            forest: Forest::new(&nodes, &roots, labels.len())?,
            base: describe::numbers(attributes, "base_values")?,
            is_binary: labels.len() == 2 && scored.len() == 1,
            all_positive: !any_negative,
            transform: PostTransform::parse(attributes.str("post_transform")?)?,
            labels,
        })
    }

    fn run(&self, rows: &[T], shape: &[usize]) -> Result<(Tensor, Tensor), Fault> {
        let (count, columns) = rows_and_columns(shape)?;
        let classes = self.labels.len();
        let mut scores = scores_for(count, classes)?;
        self.forest.score(rows, columns, Aggregate::Sum, &mut scores)?;
        let mut labels = Vec::with_capacity(count);
        let mut out = vec![0f32; scores.len()];
        let mut buffer = Vec::with_capacity(classes);
        for (row, out) in scores.chunks_exact_mut(classes).zip(out.chunks_exact_mut(classes)) {
            let (label, second) = if classes > 2 {
                (Label::Class(self.best(row)), SecondClass::Given)
            } else {
                self.two_classes(row)
            };
            labels.push(label);
            buffer.clear();
            let given = if second == SecondClass::Given { classes } else { 1 };
            buffer.extend(row.iter().take(given).map(|score| written(*score).to_f32()));
            write_scores(&buffer, self.transform, second, out);
        }
        let labels = match &self.labels {
            Data::Str(names) => {
                let name = |label: &Label| names.get(label.index()).cloned().unwrap_or_default();
                Tensor::vector(labels.iter().map(name).collect::<Vec<_>>())
            }
            Data::I64(ids) => {
                let id = |label: &Label| match label {
                    Label::Class(i) => ids.get(*i).copied().unwrap_or_default(),
                    Label::Sign(is_positive) => i64::from(*is_positive),
                };
                Tensor::vector(labels.iter().map(id).collect::<Vec<_>>())
            }
            other => bail!("labels of {}", other.dtype()),
        };
        Ok((labels, Tensor::new(vec![count, classes], out)?))
    }

    /// The class with the highest score, the first of equals; base values are
    /// added. A class that no leaf scores does not take part.
    fn best(&self, row: &mut [Score<T>]) -> usize {
        for (score, &base) in row.iter_mut().zip(&self.base) {
            *score = (score.0 + base, true);
        }
        let mut best: Option<(usize, T)> = None;
        for (i, &(score, scored)) in row.iter().enumerate() {
            if scored && best.is_none_or(|(_, high)| score > high) {
                best = Some((i, score));
            }
        }
        best.map_or(0, |(i, _)| i)
    }

    /// The label of one or two classes, and what the row's first score stands
    /// for.
    fn two_classes(&self, row: &mut [Score<T>]) -> (Label, SecondClass) {
        let zero = T::default();
        let mut given = row.len();
        if let ([first, second], base) = (&mut *row, self.base.as_slice()) {
            match base {
                [_, base] if second.1 => {
                    second.0 = *base + first.0;
                    first.0 = second.0.negated();
                }
                [base0, base1] => {
                    *second = (second.0 + *base1, second.1);
                    first.0 += *base0;
                }
                [base] => {
                    first.0 += *base;
                    given = if second.1 { 2 } else { 1 };
                }
                _ => given = if second.1 { 2 } else { 1 },
            }
        } else if let ([first], [base, ..]) = (&mut *row, self.base.as_slice()) {
            first.0 += *base;
        }
        let positive = match row {
            [_, (score, true)] if given == 2 => *score,
            [(score, true), ..] => *score,
            _ => zero,
        };
        let second = |second| if given == 2 { SecondClass::Given } else { second };
        if !self.is_binary {
            return (Label::Sign(positive > zero), second(SecondClass::Negative));
        }
        let half = T::from_f64(0.5);
        match (self.all_positive, positive > if self.all_positive { half } else { zero }) {
            // A log-odds, even if no leaf's is negative.
            (true, label) if self.transform == PostTransform::Logistic => {
                (Label::Class(usize::from(label)), second(SecondClass::Negative))
            }
            (true, label) => (Label::Class(usize::from(label)), second(SecondClass::Complement)),
            (false, label) => (Label::Class(usize::from(label)), second(SecondClass::Negative)),
        }
    }
}

/// What is written of a score: nothing, 0, where no leaf scored, even where a
/// base value was added.
fn written<T: Real>((score, scored): Score<T>) -> T {
    if scored { score } else { T::default() }
}

struct Regressor<T> {
    forest: Forest<T>,
    base: Vec<T>,
    transform: PostTransform,
    aggregate: Aggregate,
    average: bool,
}

impl<T: Real> Regressor<T> {
    fn classic(attributes: Attributes<'_>) -> Result<Self, Fault> {
        let trees = describe::classic(attributes, "target")?;
        let (aggregate, average) = match attributes.str("aggregate_function")?.unwrap_or("SUM") {
            "SUM" => (Aggregate::Sum, false),
            "AVERAGE" => (Aggregate::Sum, true),
            "MIN" => (Aggregate::Min, false),
            "MAX" => (Aggregate::Max, false),
            other => bail!("'{other}' is no aggregate function"),
        };
        let transform = PostTransform::parse(attributes.str("post_transform")?)?;
        let base = describe::numbers(attributes, "base_values")?;
        Self::new(attributes, &trees, base, (aggregate, average), transform)
    }

    fn modern(attributes: Attributes<'_>) -> Result<Self, Fault> {
        let trees = describe::modern(attributes)?;
        let aggregate = match attributes.int("aggregate_function", 1) {
            0 => (Aggregate::Sum, true),
            1 => (Aggregate::Sum, false),
            2 => (Aggregate::Min, false),
            3 => (Aggregate::Max, false),
            other => bail!("{other} is no aggregate function"),
        };
        let transform = match attributes.int("post_transform", 0) {
            0 => PostTransform::None,
            1 => PostTransform::Softmax,
            2 => PostTransform::Logistic,
            3 => PostTransform::SoftmaxZero,
            4 => PostTransform::Probit,
            other => bail!("{other} is no post transform"),
        };
        Self::new(attributes, &trees, Vec::new(), aggregate, transform)
    }

    fn new(
        attributes: Attributes<'_>,
        trees: &Trees<T>,
        base: Vec<T>,
        (aggregate, average): (Aggregate, bool),
        transform: PostTransform,
    ) -> Result<Self, Fault> {
        let targets = usize::try_from(attributes.int("n_targets", 1))
            .ok()
            .filter(|n| *n > 0 && *n <= limits::MAX_ELEMENTS)
            .ok_or_else(|| Fault::new("'n_targets' is no number of targets"))?;
        let forest = Forest::new(&trees.nodes, &trees.roots, targets)?;
        Ok(Self { forest, base, transform, aggregate, average })
    }

    fn shape(&self, input: &[usize]) -> Result<Vec<usize>, Fault> {
        Ok(vec![rows_and_columns(input)?.0, self.forest.targets])
    }

    fn run(&self, rows: &[T], shape: &[usize]) -> Result<Vec<T>, Fault> {
        let (count, columns) = rows_and_columns(shape)?;
        let targets = self.forest.targets;
        let mut scores = scores_for(count, targets)?;
        self.forest.score(rows, columns, self.aggregate, &mut scores)?;
        let base = |i: usize| match self.base.as_slice() {
            [only] if targets == 1 => *only,
            all if all.len() == targets => all.get(i).copied().unwrap_or_default(),
            _ => T::default(),
        };
        let trees = self.forest.tree_count().max(1);
        let scores = scores.iter().enumerate().map(|(i, &(score, scored))| {
            let score = if self.average { score.divided(trees) } else { score };
            let score = score + base(i % targets);
            if targets == 1 { score } else { written((score, scored)) }
        });
        if self.transform == PostTransform::None
            || (targets == 1 && self.transform != PostTransform::Probit)
        {
            // A single target is only ever changed by PROBIT.
            return Ok(scores.collect());
        }
        let scores: Vec<f32> = scores.map(Real::to_f32).collect();
        let mut out = vec![0f32; scores.len()];
        for (row, out) in scores.chunks_exact(targets).zip(out.chunks_exact_mut(targets)) {
            write_scores(row, self.transform, SecondClass::Given, out);
        }
        Ok(out.into_iter().map(|x| T::from_f64(f64::from(x))).collect())
    }
}
