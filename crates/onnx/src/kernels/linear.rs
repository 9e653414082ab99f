//! Linear models: `LinearClassifier` and `LinearRegressor` of `ai.onnx.ml`.

use tensor::{Data, Tensor};

use super::scores::{self, PostTransform, SecondClass};
use super::vectors::{Rows, Vectors, results};
use super::{Build, Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::value::Inputs;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    match (domain, op) {
        ("ai.onnx.ml", "LinearClassifier") => Some(classifier),
        ("ai.onnx.ml", "LinearRegressor") => Some(regressor),
        _ => None,
    }
}

/// A vector of coefficients for each score, and what is added to it.
struct Linear {
    vectors: Vectors,
    intercepts: Vec<f32>,
}

impl Linear {
    /// How many rows `x` has, and their scores.
    fn scores(&self, x: &Tensor) -> Result<(usize, Vec<f32>), Fault> {
        let rows = Rows::new(x, self.vectors.columns)?;
        let mut scores = results(rows.count, self.vectors.count)?;
        self.vectors.products(&rows.elements, &mut scores);
        if let [intercept] = self.intercepts.as_slice() {
            scores.iter_mut().for_each(|score| *score += intercept);
        } else if !self.intercepts.is_empty() {
            for row in scores.chunks_exact_mut(self.intercepts.len()) {
                for (score, intercept) in row.iter_mut().zip(&self.intercepts) {
                    *score += intercept;
                }
            }
        }
        Ok((rows.count, scores))
    }
}

/// `multi_class` changes nothing: the scores of one-versus-rest and of
/// multinomial models are computed alike.
fn classifier(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let intercepts = attributes.floats("intercepts").to_vec();
    let targets = intercepts.len();
    if targets == 0 {
        // How many scores there are is told by nothing else.
        bail!("the attribute 'intercepts' is missing");
    }
    let vectors = Vectors::new(attributes.floats("coefficients"), targets)?;
    let transform = PostTransform::parse(attributes.str("post_transform")?)?;
    let mut labels = scores::labels(attributes, "classlabels_ints")?;
    // One score for two classes.
    let is_shared = targets == 1 && labels.len() == 2;
    if targets == 1 && labels.is_empty() {
        labels = vec![0i64, 1].into();
    } else if labels.len() < targets || (targets == 1 && !is_shared) {
        bail!("{} labels don't fit {targets} scores", labels.len());
    }
    if is_shared && transform == PostTransform::Probit {
        // ONNX Runtime answers with what happens to be in memory.
        bail!("PROBIT of one score for two classes has no meaning");
    }
    let model = Linear { vectors, intercepts };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (rows, mut scores) = model.scores(inputs.tensor(0)?)?;
        let places: Vec<usize> = if targets == 1 {
            scores.iter().map(|score| usize::from(*score > 0.0)).collect()
        } else {
            scores.chunks_exact(targets).map(scores::highest).collect()
        };
        let classes = if is_shared {
            let both = |score: &f32| transform.both(*score, SecondClass::Complement);
            scores = scores.iter().flat_map(both).collect();
            2
        } else {
            transform.apply(&mut scores, targets);
            targets
        };
        let labels = scores::pick(&labels, &places)?;
        Ok(vec![labels.into(), Tensor::new(vec![rows, classes], Data::from(scores))?.into()])
    }))
}

fn regressor(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let targets = usize::try_from(attributes.int("targets", 1))
        .ok()
        .filter(|targets| *targets > 0)
        .ok_or_else(|| Fault::new("'targets' is no number of targets"))?;
    let vectors = Vectors::new(attributes.floats("coefficients"), targets)?;
    let transform = PostTransform::parse(attributes.str("post_transform")?)?;
    let mut intercepts = attributes.floats("intercepts").to_vec();
    if intercepts.len() != targets {
        // As ONNX Runtime does with intercepts that don't fit.
        intercepts.clear();
    }
    let model = Linear { vectors, intercepts };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (rows, mut scores) = model.scores(inputs.tensor(0)?)?;
        transform.apply(&mut scores, targets);
        Ok(vec![Tensor::new(vec![rows, targets], scores)?.into()])
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::Attributes;
    use crate::proto::AttributeProto;

    fn refusal(op: &str, attributes: &[AttributeProto]) -> Option<String> {
        let built = find("ai.onnx.ml", op).unwrap()(&mut Spec {
            op,
            version: 1,
            attributes: Attributes(attributes),
            constants: Vec::new(),
            dtypes: Vec::new(),
            outputs: 2,
            scale: None,
            absorbed: Vec::new(),
            bodies: Vec::new(),
        });
        built.err().map(|fault| fault.to_string())
    }

    #[test]
    fn models_that_do_not_add_up_are_refused() {
        let classifier = |coefficients: usize, intercepts: usize, labels: i64, transform: &str| {
            let floats = |name: &str, count| AttributeProto {
                name: name.into(),
                floats: vec![1.0; count],
                ..Default::default()
            };
            let s = transform.as_bytes().to_vec().into();
            refusal(
                "LinearClassifier",
                &[
                    floats("coefficients", coefficients),
                    floats("intercepts", intercepts),
                    AttributeProto {
                        name: "classlabels_ints".into(),
                        ints: (0..labels).collect(),
                        ..Default::default()
                    },
                    AttributeProto { name: "post_transform".into(), s, ..Default::default() },
                ],
            )
        };
        assert_eq!(classifier(4, 2, 2, "NONE"), None);
        assert_eq!(classifier(4, 1, 2, "LOGISTIC"), None);
        assert_eq!(classifier(4, 1, 0, "PROBIT"), None);
        for (refused, reason) in [
            (classifier(4, 0, 2, "NONE"), "'intercepts'"),
            (classifier(3, 2, 2, "NONE"), "3 numbers are not 2 vectors"),
            (classifier(0, 2, 2, "NONE"), "0 numbers"),
            (classifier(4, 2, 1, "NONE"), "1 labels"),
            (classifier(4, 1, 1, "NONE"), "1 labels"),
            (classifier(4, 1, 3, "NONE"), "3 labels"),
            (classifier(4, 1, 2, "PROBIT"), "PROBIT"),
            (classifier(4, 2, 2, "EXP"), "'EXP'"),
        ] {
            assert!(refused.as_ref().is_some_and(|r| r.contains(reason)), "{refused:?}");
        }
        for targets in [0, -1, i64::MAX] {
            let i = AttributeProto { name: "targets".into(), i: targets, ..Default::default() };
            assert!(refusal("LinearRegressor", &[i]).is_some());
        }
    }
}
