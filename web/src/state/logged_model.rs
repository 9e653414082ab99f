//! What a logged model's answer says.

use std::collections::BTreeMap;

use mlflow_api::{LoggedModelStatus, Metric, Tag, tags};
use serde_json::Value;

use super::language::t;

/// The versions that a logged model was registered as: names and numbers.
pub(crate) fn registrations(all: &[Tag]) -> Vec<(String, String)> {
    let text = Tag::find(all, tags::MODEL_VERSIONS).unwrap_or_default();
    let list: Vec<Value> = serde_json::from_slice(text.as_bytes()).unwrap_or_default();
    let one = |value: &Value| {
        let version = match value.get("version")? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some((value.get("name")?.as_str()?.to_owned(), version))
    };
    // Client and server may both have noted one.
    let mut all: Vec<(String, String)> = list.iter().filter_map(one).collect();
    all.sort();
    all.dedup();
    all
}

/// The last value of each metric, of whichever run and dataset.
pub(crate) fn latest_metrics(metrics: &[Metric]) -> BTreeMap<&str, &Metric> {
    let mut last: BTreeMap<&str, &Metric> = BTreeMap::new();
    for metric in metrics {
        let age = |metric: &Metric| (metric.step, metric.timestamp);
        let kept = last.entry(metric.key.as_str()).or_insert(metric);
        if age(metric) >= age(kept) {
            *kept = metric;
        }
    }
    last
}

/// A metric and the dataset that it was measured on: a column of a table of
/// models. Those of one dataset stand together, those of none first.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Measure {
    /// The dataset's name and digest.
    pub(crate) dataset: Option<(String, String)>,
    /// The metric's key.
    pub(crate) key: String,
}

impl Measure {
    /// What a value measures.
    pub(crate) fn of(metric: &Metric) -> Measure {
        let dataset = metric.dataset_name.clone().filter(|name| !name.is_empty());
        let digest = metric.dataset_digest.clone().unwrap_or_default();
        Measure { dataset: dataset.map(|name| (name, digest)), key: metric.key.clone() }
    }

    /// What it is called: the key and the dataset.
    pub(crate) fn words(&self) -> String {
        match &self.dataset {
            Some((name, _)) => format!("{} · {name}", self.key),
            None => self.key.clone(),
        }
    }
}

/// The last value of each metric on each dataset.
pub(crate) fn measured(metrics: &[Metric]) -> BTreeMap<Measure, f64> {
    let mut last: BTreeMap<Measure, &Metric> = BTreeMap::new();
    for metric in metrics {
        let age = |metric: &Metric| (metric.step, metric.timestamp);
        let kept = last.entry(Measure::of(metric)).or_insert(metric);
        if age(metric) >= age(kept) {
            *kept = metric;
        }
    }
    last.into_iter().map(|(measure, metric)| (measure, metric.value)).collect()
}

/// How its upload went.
pub(crate) fn status_words(status: LoggedModelStatus) -> &'static str {
    match status {
        LoggedModelStatus::Ready => t("Ready"),
        LoggedModelStatus::Pending => t("Being uploaded"),
        LoggedModelStatus::UploadFailed => t("Failed"),
        _ => "–",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registrations_are_read_however_they_are_written() {
        let tag = |value: &str| vec![Tag { key: tags::MODEL_VERSIONS.into(), value: value.into() }];
        let list = tag(
            r#"[{"name": "a", "version": "1"}, {"name": "b", "version": 2}, {"name": "a", "version": 1}, 3, {}]"#,
        );
        assert_eq!(registrations(&list), [("a".into(), "1".into()), ("b".into(), "2".into())]);
        assert!(registrations(&tag("{")).is_empty());
        assert!(registrations(&[]).is_empty());
    }

    #[test]
    fn the_last_value_counts() {
        let metric =
            |key: &str, value, step| Metric { key: key.into(), value, step, ..Metric::default() };
        let all = [metric("a", 1.0, 2), metric("a", 2.0, 1), metric("b", 3.0, 0)];
        let last = latest_metrics(&all);
        assert_eq!(last.get("a").map(|m| m.value), Some(1.0));
        assert_eq!(last.len(), 2);
    }

    #[test]
    fn a_metric_is_one_of_each_dataset() {
        let metric = |value, step, dataset: &str| Metric {
            key: "loss".into(),
            value,
            step,
            dataset_name: (!dataset.is_empty()).then(|| dataset.to_owned()),
            dataset_digest: Some(format!("{dataset}#")),
            ..Metric::default()
        };
        let all = [
            metric(1.0, 0, "val"),
            metric(2.0, 3, "val"),
            metric(3.0, 9, ""),
            metric(4.0, 1, "test"),
        ];
        let words: Vec<(String, f64)> =
            measured(&all).into_iter().map(|(measure, value)| (measure.words(), value)).collect();
        let expected = [("loss", 3.0), ("loss · test", 4.0), ("loss · val", 2.0)];
        assert_eq!(words, expected.map(|(words, value)| (words.to_owned(), value)));
    }
}
