//! How right predictions are, where the rows have labels: added up row by row.

use std::collections::HashMap;

use mlmodel::json::Value;

use super::predictions::words;
use crate::state::language::t;

/// A measure of how right predictions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Metric {
    /// The part of the rows whose label was predicted.
    Accuracy,
    /// The mean over the labels of F1.
    F1,
    /// The mean negative logarithm of the probability of the label.
    LogLoss,
    /// The mean absolute error.
    Mae,
    /// The root of the mean squared error.
    Rmse,
    /// The part of the variance that is explained.
    R2,
}

impl Metric {
    /// All of them.
    pub(crate) const ALL: [Metric; 6] =
        [Metric::Accuracy, Metric::F1, Metric::LogLoss, Metric::Mae, Metric::Rmse, Metric::R2];

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Metric::Accuracy => t("accuracy"),
            Metric::F1 => t("F1, mean of the labels"),
            Metric::LogLoss => t("log loss"),
            Metric::Mae => t("mean absolute error"),
            Metric::Rmse => t("root mean squared error"),
            Metric::R2 => t("R²"),
        }
    }

    /// What it is called in a list of choices.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Metric::Accuracy => "accuracy",
            Metric::F1 => "f1",
            Metric::LogLoss => "log_loss",
            Metric::Mae => "mae",
            Metric::Rmse => "rmse",
            Metric::R2 => "r2",
        }
    }
}

/// The most labels that are told apart: more are no classes.
const MOST_LABELS: usize = 10_000;

/// Predictions and labels so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Score {
    rows: usize,
    hits: usize,
    /// How often each label was predicted rightly, predicted, and there.
    labels: HashMap<String, [usize; 3]>,
    many_labels: bool,
    /// Of rows with probabilities.
    log_loss: f64,
    with_probability: usize,
    /// Of rows in which both are numbers.
    numbers: usize,
    absolute: f64,
    squared: f64,
    /// The mean of the labels, and the sum of squared distances from it.
    mean: f64,
    spread: f64,
}

impl Score {
    /// One more row: what was predicted, and its label. A row without a label
    /// counts for nothing.
    pub(crate) fn add(&mut self, predicted: &[Value], label: &str) {
        let label = label.trim();
        if label.is_empty() {
            return;
        }
        self.rows += 1;
        let answer = predicted.iter().find(|value| is_single(value));
        if let Some(answer) = answer {
            self.add_answer(answer, label);
        }
        if let Some(probability) = predicted.iter().find_map(|value| probability(value, label)) {
            self.with_probability += 1;
            self.log_loss -= probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln();
        }
    }

    fn add_answer(&mut self, answer: &Value, label: &str) {
        let text = words(answer);
        let hit = is_same(&text, label);
        self.hits += usize::from(hit);
        let label = canonical(label);
        self.count(&label, 2);
        self.count(&if hit { label.clone() } else { canonical(&text) }, 1);
        if hit {
            self.count(&label, 0);
        }
        if let (Ok(predicted), Ok(truth)) = (text.parse::<f64>(), label.parse::<f64>()) {
            self.numbers += 1;
            self.absolute += (predicted - truth).abs();
            self.squared += (predicted - truth).powi(2);
            let step = truth - self.mean;
            self.mean += step / self.numbers as f64;
            self.spread += step * (truth - self.mean);
        }
    }

    fn count(&mut self, label: &str, which: usize) {
        if self.labels.len() >= MOST_LABELS && !self.labels.contains_key(label) {
            self.many_labels = true;
            return;
        }
        let counts = self.labels.entry(label.to_owned()).or_default();
        if let Some(count) = counts.get_mut(which) {
            *count += 1;
        }
    }

    /// What it comes to; nothing where the rows do not have what it needs.
    pub(crate) fn value(&self, metric: Metric) -> Option<f64> {
        let mean = |sum: f64, of: usize| (of > 0).then(|| sum / of as f64);
        match metric {
            Metric::Accuracy => mean(self.hits as f64, self.rows),
            Metric::F1 if self.many_labels => None,
            Metric::F1 => {
                let f1 = |[right, predicted, there]: &[usize; 3]| {
                    2.0 * *right as f64 / (predicted + there).max(1) as f64
                };
                mean(self.labels.values().map(f1).sum(), self.labels.len())
            }
            // A mean over some of the rows would be better than the model is.
            Metric::LogLoss if self.with_probability < self.rows => None,
            Metric::LogLoss => mean(self.log_loss, self.with_probability),
            _ if self.numbers < self.rows => None,
            Metric::Mae => mean(self.absolute, self.numbers),
            Metric::Rmse => mean(self.squared, self.numbers).map(f64::sqrt),
            Metric::R2 => (self.spread > 0.0).then(|| 1.0 - self.squared / self.spread),
        }
    }
}

fn is_single(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Dict(_))
}

/// Labels are the same as texts or as numbers: `1` is `1.0`.
fn is_same(one: &str, other: &str) -> bool {
    one == other || matches!((one.parse::<f64>(), other.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

/// A label as it is counted.
fn canonical(label: &str) -> String {
    label.parse::<f64>().map_or_else(|_| label.to_owned(), |number| number.to_string())
}

/// The probability of a label: by its name, or by its number in a list.
fn probability(value: &Value, label: &str) -> Option<f64> {
    let found = match value {
        Value::Dict(classes) => {
            classes.iter().find(|(class, _)| is_same(class, label)).map(|it| &it.1)?
        }
        Value::List(classes) => {
            let nth = label.parse::<f64>().ok().filter(|nth| nth.fract() == 0.0 && *nth >= 0.0)?;
            classes.get(nth as usize)?
        }
        _ => return None,
    };
    match found {
        Value::Float(number) => Some(*number),
        Value::Int(number) => Some(*number as f64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlmodel::json::parse;
    use proptest::prelude::*;

    fn score(rows: &[(&str, &str)]) -> Score {
        let mut all = Score::default();
        for (predicted, label) in rows {
            let Value::List(values) = parse(predicted.as_bytes()).unwrap() else { panic!() };
            all.add(&values, label);
        }
        all
    }

    fn close(value: Option<f64>, expected: f64) {
        let value = value.unwrap();
        assert!((value - expected).abs() < 1e-12, "{value} is not {expected}");
    }

    #[test]
    fn labels_and_probabilities() {
        let all = score(&[
            (r#"[1, {"0": 0.25, "1": 0.75}]"#, "1"),
            (r#"[0, {"0": 0.5, "1": 0.5}]"#, "1.0"),
            (r#"[0, {"0": 1.0, "1": 0.0}]"#, "0"),
        ]);
        close(all.value(Metric::Accuracy), 2.0 / 3.0);
        close(all.value(Metric::F1), 2.0 / 3.0);
        close(all.value(Metric::LogLoss), (-(0.75_f64.ln()) - 0.5_f64.ln()) / 3.0);
        let none = score(&[("[1]", "1")]);
        assert_eq!((none.value(Metric::LogLoss), none.value(Metric::R2)), (None, None));
        close(
            score(&[(r#"["a", [0.5, 0.5]]"#, "a"), (r#"["b"]"#, "a")]).value(Metric::Accuracy),
            0.5,
        );
    }

    #[test]
    fn numbers() {
        let all = score(&[("[1.0]", "2"), ("[4.0]", "3"), ("[5.0]", "7"), ("[5.0]", "")]);
        close(all.value(Metric::Mae), 4.0 / 3.0);
        close(all.value(Metric::Rmse), 2.0_f64.sqrt());
        close(all.value(Metric::R2), 1.0 - 6.0 / 14.0);
        assert_eq!(score(&[("[1.0]", "x"), ("[1.0]", "1")]).value(Metric::Mae), None);
    }

    proptest! {
        #[test]
        fn no_row_makes_it_better_than_right(rows in prop::collection::vec((-5..5_i32, -5..5_i32), 1..30)) {
            let mut all = Score::default();
            for (predicted, label) in &rows {
                all.add(&[Value::Float((*predicted).into())], &label.to_string());
            }
            prop_assert!((0.0..=1.0).contains(&all.value(Metric::Accuracy).unwrap()));
            prop_assert!((0.0..=1.0).contains(&all.value(Metric::F1).unwrap()));
            let (mae, rmse) = (all.value(Metric::Mae).unwrap(), all.value(Metric::Rmse).unwrap());
            prop_assert!(mae <= rmse + 1e-9);
            prop_assert!(all.value(Metric::R2).is_none_or(|r2| r2 <= 1.0));
        }
    }
}
