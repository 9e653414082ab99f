//! What a board of charts knows of a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use mlflow_api::{Metric, Param, Run, RunData, RunInfo, RunStatus, Tag, tags};

/// A run on a board. Share it (`Arc`): boards compare and clone lists of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BoardRun {
    /// Its id.
    pub(crate) id: Arc<str>,
    /// The id of its experiment.
    pub(crate) experiment: Arc<str>,
    /// Its name.
    pub(crate) name: Arc<str>,
    /// Its colour, the same everywhere: see [`run_colour`].
    pub(crate) colour: Arc<str>,
    /// The name of its group, when runs are grouped: the runs of a group are
    /// drawn as one mean in a band from their least to their greatest value.
    pub(crate) group: Option<Arc<str>>,
    /// Where it is in its life; unknown for what is no run.
    pub(crate) status: RunStatus,
    /// When it began, in milliseconds since 1970.
    pub(crate) start: Option<i64>,
    /// When it ended.
    pub(crate) end: Option<i64>,
    /// Its tags.
    pub(crate) tags: Vec<(Arc<str>, Arc<str>)>,
    /// Whether it says that it logged images.
    pub(crate) images: bool,
    /// Its parameters.
    pub(crate) params: Vec<(Arc<str>, Arc<str>)>,
    /// The last value of each of its metrics.
    pub(crate) metrics: Vec<Latest>,
}

/// The last value that a run logged of a metric.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Latest {
    /// The metric's key.
    pub(crate) key: Arc<str>,
    /// The value; NaN and infinities are allowed.
    pub(crate) value: f64,
    /// Its step.
    pub(crate) step: i64,
    /// When it was logged, in milliseconds since 1970.
    pub(crate) timestamp: i64,
}

impl BoardRun {
    /// The last value of a metric.
    pub(crate) fn metric(&self, key: &str) -> Option<&Latest> {
        self.metrics.iter().find(|latest| &*latest.key == key)
    }

    /// The run, as far as a board knows it.
    pub(crate) fn bare(&self) -> Run {
        let param = |(key, value): &(Arc<str>, Arc<str>)| Param {
            key: key.to_string(),
            value: value.to_string(),
        };
        let tag = |(key, value): &(Arc<str>, Arc<str>)| Tag {
            key: key.to_string(),
            value: value.to_string(),
        };
        let metric = |latest: &Latest| Metric {
            key: latest.key.to_string(),
            value: latest.value,
            step: latest.step,
            timestamp: latest.timestamp,
            ..Metric::default()
        };
        Run {
            info: RunInfo {
                run_id: self.id.to_string(),
                run_name: Some(self.name.to_string()),
                experiment_id: self.experiment.to_string(),
                status: self.status,
                start_time: self.start,
                end_time: self.end,
                ..RunInfo::default()
            },
            data: RunData {
                params: self.params.iter().map(param).collect(),
                metrics: self.metrics.iter().map(metric).collect(),
                tags: self.tags.iter().map(tag).collect(),
            },
            ..Run::default()
        }
    }

    /// The value of a parameter.
    pub(crate) fn param(&self, key: &str) -> Option<&Arc<str>> {
        self.params.iter().find(|(name, _)| &**name == key).map(|(_, value)| value)
    }
}

impl From<&Run> for BoardRun {
    fn from(run: &Run) -> BoardRun {
        let latest = |metric: &Metric| Latest {
            key: metric.key.as_str().into(),
            value: metric.value,
            step: metric.step,
            timestamp: metric.timestamp,
        };
        BoardRun {
            id: run.info.run_id.as_str().into(),
            experiment: run.info.experiment_id.as_str().into(),
            name: run.name().into(),
            colour: run_colour(&run.info.run_id, run.tag(tags::RUN_COLOR)).into(),
            group: None,
            status: run.info.status,
            start: run.info.start_time,
            end: run.info.end_time,
            tags: run
                .data
                .tags
                .iter()
                .map(|tag| (tag.key.as_str().into(), tag.value.as_str().into()))
                .collect(),
            images: run.tag(tags::LOGGED_IMAGES).is_some(),
            params: run
                .data
                .params
                .iter()
                .map(|param| (param.key.as_str().into(), param.value.as_str().into()))
                .collect(),
            metrics: run.data.metrics.iter().map(latest).collect(),
        }
    }
}

/// The colour of a run: the one that its tag `mlflow.runColor` names, if it is
/// a colour, else the one of its id.
pub(crate) fn run_colour<'a>(run_id: &str, tag: Option<&'a str>) -> &'a str {
    let is_colour = |text: &&str| {
        let digits = text.strip_prefix('#').unwrap_or_default();
        matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    tag.filter(is_colour).unwrap_or_else(|| plot::series_colour(run_id))
}

/// Which metrics a board shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them.
    #[default]
    All,
    /// Those that the user's code logged.
    Model,
    /// Those that MLflow logged about the machine: `system/…`.
    System,
}

impl Scope {
    /// Whether a metric belongs to it.
    pub(crate) fn holds(self, key: &str) -> bool {
        match self {
            Scope::All => true,
            Scope::Model => !is_system(key),
            Scope::System => is_system(key),
        }
    }
}

/// Whether a metric is about the machine.
pub(crate) fn is_system(key: &str) -> bool {
    key.starts_with("system/")
}

/// What the runs at hand say of a metric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MetricFacts {
    /// Whether a run logged it at another step than 0: it has a history.
    pub(crate) stepped: bool,
}

/// The metrics of some runs that belong to a scope, by key.
pub(crate) fn metrics_of(runs: &[Arc<BoardRun>], scope: Scope) -> BTreeMap<Arc<str>, MetricFacts> {
    let mut metrics: BTreeMap<Arc<str>, MetricFacts> = BTreeMap::new();
    for latest in runs.iter().flat_map(|run| &run.metrics) {
        if scope.holds(&latest.key) {
            let facts = metrics.entry(latest.key.clone()).or_default();
            facts.stepped |= latest.step != 0;
        }
    }
    metrics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_of_a_tag_counts_only_if_it_is_one() {
        let own = plot::series_colour("a");
        assert_eq!(run_colour("a", Some("#d6336c")), "#d6336c");
        assert_eq!(run_colour("a", Some("#fff")), "#fff");
        for no in ["red", "#12345", "#ggg", "", "#", "url(x)", "#1234567"] {
            assert_eq!(run_colour("a", Some(no)), own, "{no}");
        }
        assert_eq!(run_colour("a", None), own);
    }

    #[test]
    fn the_metrics_of_a_scope_are_found_once() {
        let latest = |key: &str, step| Latest { key: key.into(), value: 1.0, step, timestamp: 0 };
        let run = |metrics| Arc::new(BoardRun { metrics, ..BoardRun::default() });
        let runs = [
            run(vec![latest("loss", 0), latest("system/cpu", 3)]),
            run(vec![latest("loss", 7), latest("acc", 0)]),
        ];
        let keys = |scope| -> Vec<(String, bool)> {
            let found = metrics_of(&runs, scope).into_iter();
            found.map(|(key, facts)| (key.to_string(), facts.stepped)).collect()
        };
        assert_eq!(keys(Scope::Model), [("acc".into(), false), ("loss".into(), true)]);
        assert_eq!(keys(Scope::System), [("system/cpu".into(), true)]);
        assert_eq!(keys(Scope::All).len(), 3);
    }
}
