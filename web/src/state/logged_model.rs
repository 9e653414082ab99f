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
}
