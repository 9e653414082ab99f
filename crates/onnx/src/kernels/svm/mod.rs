//! Support vector machines: `SVMClassifier` and `SVMRegressor` of `ai.onnx.ml`.
//!
//! The specification says little more than which attributes there are; the rest
//! is as in ONNX Runtime. Without support vectors both are linear models.

mod coupling;
mod similarity;

use std::ops::Range;

use tensor::{Data, Tensor};

use super::scores::{self, PostTransform, SecondClass, logistic};
use super::vectors::{BLOCK, Rows, Vectors, results, wide_product};
use super::{Build, Kernel, Spec};
use crate::attributes::Attributes;
use crate::fault::{Fault, bail};
use crate::value::{Inputs, Value};
use coupling::Coupling;
use similarity::Similarity;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    match (domain, op) {
        ("ai.onnx.ml", "SVMClassifier") => Some(classifier),
        ("ai.onnx.ml", "SVMRegressor") => Some(regressor),
        _ => None,
    }
}

fn classifier(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let labels = scores::labels(attributes, "classlabels_ints")?;
    if labels.is_empty() {
        bail!("the classifier has no labels");
    }
    if attributes.ints("vectors_per_class").iter().any(|count| *count != 0) {
        let model = Pairwise::new(attributes, labels)?;
        return Ok(Box::new(move |inputs: Inputs<'_>| model.run(inputs.tensor(0)?)));
    }
    let model = OnePerClass::new(attributes, labels)?;
    Ok(Box::new(move |inputs: Inputs<'_>| model.run(inputs.tensor(0)?)))
}

/// The first element of `rho`.
fn first_rho(attributes: Attributes<'_>) -> Result<f32, Fault> {
    let first = attributes.floats("rho").first().copied();
    first.ok_or_else(|| Fault::new("the attribute 'rho' is missing"))
}

/// Both outputs of a classifier.
fn outputs(
    labels: &Data,
    places: &[usize],
    scores: Vec<f32>,
    columns: usize,
) -> Result<Vec<Value>, Fault> {
    let scores = Tensor::new(vec![places.len(), columns], scores)?;
    Ok(vec![scores::pick(labels, places)?.into(), scores.into()])
}

/// A linear score for each class. All have the same intercept.
struct OnePerClass {
    vectors: Vectors,
    intercept: f32,
    labels: Data,
    transform: PostTransform,
    /// What the highest score must reach, or exceed, for the second of two
    /// classes, even where it is the score of the first.
    threshold: Option<Threshold>,
}

#[derive(Debug, Clone, Copy)]
enum Threshold {
    AtLeastHalf,
    AboveZero,
}

impl OnePerClass {
    fn new(attributes: Attributes<'_>, labels: Data) -> Result<Self, Fault> {
        let coefficients = attributes.floats("coefficients");
        let threshold = if coefficients.iter().all(|x| *x >= 0.0) {
            Threshold::AtLeastHalf
        } else {
            Threshold::AboveZero
        };
        let is_threshold_used = labels.len() == 2 && attributes.floats("prob_a").is_empty();
        Ok(Self {
            vectors: Vectors::new(coefficients, labels.len())?,
            intercept: first_rho(attributes)?,
            transform: PostTransform::parse(attributes.str("post_transform")?)?,
            threshold: is_threshold_used.then_some(threshold),
            labels,
        })
    }

    fn run(&self, x: &Tensor) -> Result<Vec<Value>, Fault> {
        let classes = self.labels.len();
        let rows = Rows::new(x, self.vectors.columns)?;
        let mut scores = results(rows.count, classes)?;
        self.vectors.products(&rows.elements, &mut scores);
        scores.iter_mut().for_each(|score| *score += self.intercept);
        let place = |row: &[f32]| {
            let best = scores::highest(row);
            let score = row.get(best).copied().unwrap_or_default();
            let is_second = match self.threshold {
                Some(Threshold::AtLeastHalf) => score >= 0.5,
                Some(Threshold::AboveZero) => score > 0.0,
                None => false,
            };
            if is_second { 1 } else { best }
        };
        let places: Vec<usize> = scores.chunks_exact(classes).map(place).collect();
        self.transform.apply(&mut scores, classes);
        outputs(&self.labels, &places, scores, classes)
    }
}

/// Support vectors that decide between each pair of classes.
struct Pairwise {
    supports: Vectors,
    similarity: Similarity,
    pairs: Vec<Pair>,
    labels: Data,
    transform: PostTransform,
    /// Whether there are probabilities of classes, not only decisions.
    has_probabilities: bool,
}

/// Two classes: what decides for the first and against the second.
struct Pair {
    first: usize,
    second: usize,
    first_vectors: Weighted,
    second_vectors: Weighted,
    rho: f64,
    /// How a probability is made of the decision (Platt scaling), where one is.
    scaling: (f32, f32),
}

/// Some of the support vectors, and their weights.
struct Weighted {
    vectors: Range<usize>,
    weights: Vec<f32>,
}

impl Weighted {
    /// Row `row` of a matrix of coefficients with a column for each vector.
    fn new(
        vectors: &Range<usize>,
        coefficients: &[f32],
        row: usize,
        columns: usize,
    ) -> Result<Self, Fault> {
        let start = row.saturating_mul(columns);
        let weights = coefficients
            .get(start.saturating_add(vectors.start)..start.saturating_add(vectors.end))
            .ok_or_else(|| Fault::new("there are too few coefficients"))?;
        Ok(Self { vectors: vectors.clone(), weights: weights.to_vec() })
    }

    fn sum(&self, similarities: &[f32]) -> f64 {
        let similarities = similarities.get(self.vectors.clone()).unwrap_or_default();
        wide_product(similarities, &self.weights)
    }
}

impl Pairwise {
    fn new(attributes: Attributes<'_>, labels: Data) -> Result<Self, Fault> {
        let classes = labels.len();
        let counts = attributes.ints("vectors_per_class");
        if classes < 2 || counts.len() != classes {
            bail!("{classes} labels don't fit the support vectors of {} classes", counts.len());
        }
        let mut total = 0usize;
        let mut ranges = Vec::with_capacity(classes);
        for count in counts {
            let count = usize::try_from(*count)
                .map_err(|_| Fault::new(format!("{count} is no number of support vectors")))?;
            let end = total.saturating_add(count);
            ranges.push(total..end);
            total = end;
        }
        let supports = Vectors::new(attributes.floats("support_vectors"), total)?;
        let coefficients = attributes.floats("coefficients");
        let (rho, a, b) =
            (attributes.floats("rho"), attributes.floats("prob_a"), attributes.floats("prob_b"));
        let has_probabilities = !a.is_empty();
        if a.len() != b.len() {
            bail!("'prob_a' and 'prob_b' differ in length");
        }
        let mut pairs = Vec::with_capacity(rho.len());
        for (first, vectors) in ranges.iter().enumerate() {
            for (second, others) in ranges.iter().enumerate().skip(first + 1) {
                let (Some(rho), scaling) = (rho.get(pairs.len()), a.get(pairs.len())) else {
                    bail!("'rho' has no entry for each pair of {classes} classes");
                };
                let scaling = scaling.copied().zip(b.get(pairs.len()).copied());
                if has_probabilities && scaling.is_none() {
                    bail!("'prob_a' has no entry for each pair of {classes} classes");
                }
                // A class has coefficients for all classes but itself.
                pairs.push(Pair {
                    first,
                    second,
                    first_vectors: Weighted::new(vectors, coefficients, second - 1, total)?,
                    second_vectors: Weighted::new(others, coefficients, first, total)?,
                    rho: f64::from(*rho),
                    scaling: scaling.unwrap_or_default(),
                });
            }
        }
        let transform = PostTransform::parse(attributes.str("post_transform")?)?;
        if !has_probabilities && classes == 2 && transform == PostTransform::Probit {
            // ONNX Runtime answers with what happens to be in memory.
            bail!("PROBIT of one score for two classes has no meaning");
        }
        let similarity = Similarity::new(attributes)?;
        Ok(Self { supports, similarity, pairs, labels, transform, has_probabilities })
    }

    /// The label is the class that wins most pairs, the first of equals, even
    /// where another is the most probable.
    fn run(&self, x: &Tensor) -> Result<Vec<Value>, Fault> {
        let classes = self.labels.len();
        // One score for each pair where there are no probabilities, but two for
        // the only pair.
        let columns =
            if self.has_probabilities || classes == 2 { classes } else { self.pairs.len() };
        let rows = Rows::new(x, self.supports.columns)?;
        let mut scores = results(rows.count, columns)?;
        let mut places = Vec::with_capacity(rows.count);
        let mut similarities = results(BLOCK.min(rows.count), self.supports.count)?;
        let mut coupling = Coupling::new(if self.has_probabilities { classes } else { 0 })?;
        let mut votes = vec![0usize; classes];
        let mut decisions = vec![0.0; self.pairs.len()];
        let blocks = rows.elements.chunks(self.supports.columns.saturating_mul(BLOCK));
        for (rows, scores) in blocks.zip(scores.chunks_mut(columns.saturating_mul(BLOCK))) {
            self.similarity.of(&self.supports, rows, &mut similarities);
            for (row, scores) in
                similarities.chunks_exact(self.supports.count).zip(scores.chunks_exact_mut(columns))
            {
                self.decide(row, &mut decisions, &mut votes);
                places.push(scores::highest(&votes));
                self.score(&mut decisions, &mut coupling, scores);
            }
        }
        outputs(&self.labels, &places, scores, columns)
    }

    fn decide(&self, similarities: &[f32], decisions: &mut [f32], votes: &mut [usize]) {
        votes.fill(0);
        for (pair, decision) in self.pairs.iter().zip(decisions) {
            let sum = pair.first_vectors.sum(similarities)
                + pair.second_vectors.sum(similarities)
                + pair.rho;
            *decision = sum as f32;
            if let Some(votes) = votes.get_mut(if sum > 0.0 { pair.first } else { pair.second }) {
                *votes += 1;
            }
        }
    }

    /// Makes a row of scores of the decisions, which are changed.
    fn score(&self, decisions: &mut [f32], coupling: &mut Coupling, scores: &mut [f32]) {
        if self.has_probabilities {
            for (decision, pair) in decisions.iter_mut().zip(&self.pairs) {
                let (a, b) = pair.scaling;
                *decision = (1.0 - logistic(*decision * a + b)).clamp(1e-7, 1.0 - 1e-7);
            }
            coupling.probabilities(decisions, scores);
        } else if let ([decision], [first, second]) = (&*decisions, &mut *scores) {
            let both = if self.transform == PostTransform::None {
                SecondClass::Negative
            } else {
                SecondClass::Complement
            };
            [*first, *second] = self.transform.both(*decision, both);
            return;
        } else {
            for (score, decision) in scores.iter_mut().zip(decisions) {
                *score = *decision;
            }
        }
        self.transform.apply(scores, scores.len());
    }
}

/// One score for each row, or, with `one_class`, whether it is one of those
/// that the model has learned: 1, or else -1. `post_transform` changes nothing
/// in ONNX Runtime.
fn regressor(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    PostTransform::parse(attributes.str("post_transform")?)?;
    let rho = first_rho(attributes)?;
    let is_one_class = attributes.flag("one_class", false);
    let coefficients = attributes.floats("coefficients").to_vec();
    let count = usize::try_from(attributes.int("n_supports", 0))
        .map_err(|_| Fault::new("'n_supports' is no number of support vectors"))?;
    let (vectors, supports) = if count == 0 {
        (Vectors::new(&coefficients, 1)?, None)
    } else {
        let weights = coefficients.get(..count);
        let weights = weights.ok_or_else(|| Fault::new("there are too few coefficients"))?.to_vec();
        let vectors = Vectors::new(attributes.floats("support_vectors"), count)?;
        (vectors, Some((Similarity::new(attributes)?, weights)))
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let rows = Rows::new(inputs.tensor(0)?, vectors.columns)?;
        let mut scores = results(rows.count, 1)?;
        if let Some((similarity, weights)) = &supports {
            let mut similarities = results(BLOCK.min(rows.count), vectors.count)?;
            let blocks = rows.elements.chunks(vectors.columns.saturating_mul(BLOCK));
            for (rows, scores) in blocks.zip(scores.chunks_mut(BLOCK)) {
                similarity.of(&vectors, rows, &mut similarities);
                for (row, score) in similarities.chunks_exact(vectors.count).zip(scores) {
                    *score = (wide_product(row, weights) + f64::from(rho)) as f32;
                }
            }
        } else {
            vectors.products(&rows.elements, &mut scores);
            scores.iter_mut().for_each(|score| *score += rho);
        }
        if is_one_class {
            scores.iter_mut().for_each(|x| *x = if *x > 0.0 { 1.0 } else { -1.0 });
        }
        Ok(vec![Tensor::new(vec![rows.count, 1], scores)?.into()])
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::AttributeProto;

    fn floats(name: &str, floats: &[f32]) -> AttributeProto {
        AttributeProto { name: name.into(), floats: floats.to_vec(), ..Default::default() }
    }

    fn ints(name: &str, ints: &[i64]) -> AttributeProto {
        AttributeProto { name: name.into(), ints: ints.to_vec(), ..Default::default() }
    }

    fn text(name: &str, text: &str) -> AttributeProto {
        let s = text.as_bytes().to_vec().into();
        AttributeProto { name: name.into(), s, ..Default::default() }
    }

    fn build(op: &str, attributes: &[AttributeProto]) -> Result<Box<dyn Kernel>, Fault> {
        find("ai.onnx.ml", op).unwrap()(&mut Spec {
            op,
            version: 1,
            attributes: Attributes(attributes),
            constants: Vec::new(),
            dtypes: Vec::new(),
            outputs: 2,
            scale: None,
            absorbed: Vec::new(),
            bodies: Vec::new(),
        })
    }

    fn refusal(op: &str, attributes: &[AttributeProto]) -> String {
        build(op, attributes).err().unwrap().to_string()
    }

    /// A classifier of two classes, with one attribute changed.
    fn changed(change: AttributeProto) -> Vec<AttributeProto> {
        let mut attributes = vec![
            ints("classlabels_ints", &[5, 7]),
            ints("vectors_per_class", &[2, 1]),
            floats("support_vectors", &[1.0, 1.0, -1.0, 0.0, 0.5, 2.0]),
            floats("coefficients", &[1.0, 0.5, -1.5]),
            floats("rho", &[0.1]),
            floats("kernel_params", &[0.5, 0.0, 3.0]),
            text("kernel_type", "RBF"),
            text("post_transform", "NONE"),
            floats("prob_a", &[-1.2]),
            floats("prob_b", &[0.1]),
        ];
        attributes.retain(|a| a.name != change.name);
        attributes.push(change);
        attributes
    }

    #[test]
    fn models_that_do_not_add_up_are_refused() {
        for (change, reason) in [
            (ints("classlabels_ints", &[]), "no labels"),
            (ints("classlabels_ints", &[5]), "1 labels don't fit"),
            (ints("vectors_per_class", &[3]), "vectors of 1 classes"),
            (ints("vectors_per_class", &[4, -1]), "-1 is no number"),
            (ints("vectors_per_class", &[i64::MAX, i64::MAX]), "vectors"),
            (floats("support_vectors", &[1.0; 7]), "7 numbers are not 3 vectors"),
            (floats("support_vectors", &[]), "0 numbers are not 3 vectors"),
            (floats("coefficients", &[1.0, 0.5]), "too few coefficients"),
            (floats("rho", &[]), "'rho'"),
            (floats("kernel_params", &[0.5]), "'kernel_params' has 1"),
            (text("kernel_type", "COSINE"), "'COSINE'"),
            (text("post_transform", "EXP"), "'EXP'"),
            (floats("prob_b", &[]), "differ in length"),
        ] {
            let message = refusal("SVMClassifier", &changed(change));
            assert!(message.contains(reason), "{message}");
        }
        let probit = [&changed(text("post_transform", "PROBIT"))[..], &[]].concat();
        let is_scaling = |a: &AttributeProto| a.name.starts_with("prob_");
        let probit: Vec<_> = probit.into_iter().filter(|a| !is_scaling(a)).collect();
        assert!(refusal("SVMClassifier", &probit).contains("PROBIT"));
    }

    #[test]
    fn regressors_that_do_not_add_up_are_refused() {
        let supports =
            |n: i64| AttributeProto { name: "n_supports".into(), i: n, ..Default::default() };
        let (rho, two) = (floats("rho", &[0.0]), floats("coefficients", &[1.0, 2.0]));
        for (attributes, reason) in [
            (vec![two.clone()], "'rho'"),
            (vec![rho.clone()], "0 numbers"),
            (vec![rho.clone(), two.clone(), supports(-1)], "'n_supports'"),
            (vec![rho.clone(), two.clone(), supports(3)], "too few coefficients"),
            (vec![rho, two, supports(2)], "0 numbers are not 2 vectors"),
        ] {
            let message = refusal("SVMRegressor", &attributes);
            assert!(message.contains(reason), "{message}");
        }
    }

    #[test]
    fn rows_of_another_width_or_type_are_refused() {
        let model = build("SVMClassifier", &changed(floats("rho", &[0.1]))).unwrap();
        let run =
            |x: Tensor| model.run(Inputs(vec![Some(std::borrow::Cow::Owned(Value::Tensor(x)))]));
        let fault = |x: Tensor| run(x).unwrap_err().to_string();
        assert!(fault(Tensor::vector(vec![1.0f32; 3])).contains("2 features, not 3"));
        assert!(fault(Tensor::vector(vec![true; 2])).contains("bool"));
        let cube = Tensor::new(vec![1, 2, 2], vec![1.0f32; 4]).unwrap();
        assert!(fault(cube).contains("matrix"));
        assert!(run(Tensor::vector(vec![1.0f32; 2])).is_ok());
    }
}
