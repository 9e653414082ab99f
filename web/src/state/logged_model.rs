//! What a logged model's answer says.

use std::collections::BTreeMap;

use mlflow_api::{LoggedModel, LoggedModelStatus, Metric, Tag, tags};
use serde_json::Value;

use super::board::{BoardRun, Latest, run_colour};
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

    /// What the address sorts by it: `metrics.loss`, or with its dataset
    /// `metrics.loss @["val","0a1b"]`.
    pub(crate) fn key(&self) -> String {
        match &self.dataset {
            Some((name, digest)) => {
                let dataset = Value::from(vec![name.as_str(), digest.as_str()]);
                format!("metrics.{} @{dataset}", self.key)
            }
            None => format!("metrics.{}", self.key),
        }
    }

    /// Reads [`Measure::key`].
    pub(crate) fn parse(key: &str) -> Option<Measure> {
        let key = key.strip_prefix("metrics.")?;
        let of_dataset = key.match_indices(" @[").find_map(|(at, _)| {
            let dataset = serde_json::from_slice(key.get(at + 2..)?.as_bytes()).ok()?;
            Some(Measure { dataset: Some(dataset), key: key.get(..at)?.to_owned() })
        });
        Some(of_dataset.unwrap_or_else(|| Measure { dataset: None, key: key.to_owned() }))
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

/// A model as the charts take a run: with what it measured, as single values.
pub(crate) fn board_run(model: &LoggedModel) -> BoardRun {
    let info = &model.info;
    let latest = |(measure, value): (Measure, f64)| Latest {
        key: measure.words().into(),
        value,
        step: 0,
        timestamp: 0,
    };
    BoardRun {
        id: info.model_id.as_str().into(),
        experiment: info.experiment_id.as_str().into(),
        name: info.name.as_str().into(),
        colour: run_colour(&info.model_id, None).into(),
        params: model
            .data
            .params
            .iter()
            .map(|param| (param.key.as_str().into(), param.value.as_str().into()))
            .collect(),
        metrics: measured(&model.data.metrics).into_iter().map(latest).collect(),
        ..BoardRun::default()
    }
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
        let mut model = LoggedModel::default();
        model.data.metrics = all.to_vec();
        assert_eq!(board_run(&model).metric("loss · val").map(|latest| latest.value), Some(2.0));
    }
}
