//! Where the user is: the part of the address after `#`, as a value.
//!
//! The paths are MLflow's own, so that every link that a notebook or a build
//! log printed (`…/#/experiments/1/runs/0a1b…`) opens here unchanged.
//! A router that is tied to the History API cannot serve them: the page must
//! work from any folder of any static host, where only `#` is ours.

use std::fmt;

use mlflow_api::ModelVersion;

use super::query::{Query, decode, encode};

/// A page of the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `/` and `/experiments`: the list of experiments.
    Experiments,
    /// `/experiments/:id` and `/experiments/:id/runs`: the runs of one experiment.
    Runs {
        /// The experiment's id.
        experiment: String,
    },
    /// `/experiments/:id/runs/:run(/:tab)`: one run.
    Run {
        /// The experiment's id.
        experiment: String,
        /// The run's id.
        run: String,
        /// What follows the run's id, empty for the overview.
        tab: String,
    },
    /// `/runs/:run`: one run whose experiment has to be looked up.
    RunById {
        /// The run's id.
        run: String,
    },
    /// `/compare-experiments/s?experiments=["1","2"]`: the runs of several experiments.
    CompareExperiments,
    /// `/experiments/:id/s?viewStateShareKey=…`: a view of its runs that was shared.
    SharedView {
        /// The experiment's id.
        experiment: String,
    },
    /// `/compare-runs?runs=["…"]&experiments=["…"]`: runs side by side.
    CompareRuns,
    /// `/metric/…?runs=["…"]&metric="…"`: one metric, large.
    Metric {
        /// What follows `/metric/`, which says nothing that the query does not.
        path: String,
    },
    /// `/experiments/:id/models`: the models that were logged in one experiment.
    LoggedModels {
        /// The experiment's id.
        experiment: String,
    },
    /// `/experiments/:id/models/:model(/:tab)`: one logged model.
    LoggedModel {
        /// The experiment's id.
        experiment: String,
        /// The model's id.
        model: String,
        /// What follows the model's id, empty for the overview.
        tab: String,
    },
    /// `/experiments/:id/traces(/:trace)`: what applications did, in one experiment.
    Traces {
        /// The experiment's id.
        experiment: String,
        /// The id of the trace that is open, empty for none.
        trace: String,
    },
    /// `/models`: the registered models.
    Models,
    /// `/models/:name(/:tab)`: one registered model.
    Model {
        /// The model's name.
        name: String,
        /// What follows the name, empty for the versions.
        tab: String,
    },
    /// `/models/:name/versions/:version(/:tab)`: one version of a model.
    Version {
        /// The model's name.
        name: String,
        /// The version's number, as the address has it.
        version: String,
        /// What follows the number, empty for the overview.
        tab: String,
    },
    /// `/compare-model-versions?name="…"&runs={"…":"1"}`: versions side by side.
    CompareVersions,
    /// `/prompts`: the registered prompts.
    Prompts,
    /// `/experiments/:id/prompts`: those that were registered in one experiment.
    ExperimentPrompts {
        /// The experiment's id.
        experiment: String,
    },
    /// `/prompts/:name`: one prompt.
    Prompt {
        /// The prompt's name.
        name: String,
    },
    /// `/try`: run a model in the page.
    Try,
    /// `/demo?model=…`: one model, for everybody, and nothing else.
    Demo,
    /// `/connect` and `/settings`: the server in use, and the theme.
    Settings,
    /// Any other path, kept to be shown.
    Unknown {
        /// The path as it stands in the address.
        path: String,
    },
}

impl Route {
    /// The list of prompts: those of one experiment, or all.
    pub(crate) fn prompts_of(experiment: Option<String>) -> Route {
        match experiment {
            Some(experiment) => Route::ExperimentPrompts { experiment },
            None => Route::Prompts,
        }
    }

    /// The experiment that a page belongs to, if it is one's.
    pub(crate) fn experiment(&self) -> Option<&str> {
        match self {
            Route::Runs { experiment }
            | Route::Run { experiment, .. }
            | Route::SharedView { experiment }
            | Route::LoggedModels { experiment }
            | Route::LoggedModel { experiment, .. }
            | Route::Traces { experiment, .. }
            | Route::ExperimentPrompts { experiment } => Some(experiment),
            _ => None,
        }
    }

    fn parse(path: &str) -> Route {
        let segments: Vec<String> =
            path.split('/').filter(|part| !part.is_empty()).map(decode).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            [] | ["experiments"] => Route::Experiments,
            ["experiments", id] | ["experiments", id, "runs"] => {
                Route::Runs { experiment: (*id).to_owned() }
            }
            ["experiments", id, "runs", run, tab @ ..] => Route::Run {
                experiment: (*id).to_owned(),
                run: (*run).to_owned(),
                tab: tab.join("/"),
            },
            ["runs", run] => Route::RunById { run: (*run).to_owned() },
            ["compare-experiments", "s"] => Route::CompareExperiments,
            ["experiments", id, "s"] => Route::SharedView { experiment: (*id).to_owned() },
            ["compare-runs"] => Route::CompareRuns,
            ["metric", path @ ..] => Route::Metric { path: path.join("/") },
            ["experiments", id, "models"] => Route::LoggedModels { experiment: (*id).to_owned() },
            ["experiments", id, "models", model, tab @ ..] => Route::LoggedModel {
                experiment: (*id).to_owned(),
                model: (*model).to_owned(),
                tab: tab.join("/"),
            },
            ["experiments", id, "traces"] => {
                Route::Traces { experiment: (*id).to_owned(), trace: String::new() }
            }
            ["experiments", id, "traces", trace] => {
                Route::Traces { experiment: (*id).to_owned(), trace: (*trace).to_owned() }
            }
            ["models"] => Route::Models,
            ["models", name, "versions", version, tab @ ..] => Route::Version {
                name: (*name).to_owned(),
                version: (*version).to_owned(),
                tab: tab.join("/"),
            },
            ["models", name, tab @ ..] => {
                Route::Model { name: (*name).to_owned(), tab: tab.join("/") }
            }
            ["compare-model-versions"] => Route::CompareVersions,
            ["prompts"] => Route::Prompts,
            ["experiments", id, "prompts"] => {
                Route::ExperimentPrompts { experiment: (*id).to_owned() }
            }
            ["prompts", name] | ["experiments", _, "prompts", name] => {
                Route::Prompt { name: (*name).to_owned() }
            }
            ["try"] => Route::Try,
            ["demo"] => Route::Demo,
            ["connect"] | ["settings", ..] => Route::Settings,
            _ => Route::Unknown { path: path.to_owned() },
        }
    }

    /// The page, without the tab on it.
    pub(crate) fn page(&self) -> Route {
        match self {
            Route::Run { experiment, run, .. } => {
                Route::Run { experiment: experiment.clone(), run: run.clone(), tab: String::new() }
            }
            Route::LoggedModel { experiment, model, .. } => Route::LoggedModel {
                experiment: experiment.clone(),
                model: model.clone(),
                tab: String::new(),
            },
            Route::Traces { experiment, .. } => {
                Route::Traces { experiment: experiment.clone(), trace: String::new() }
            }
            Route::Model { name, .. } => Route::Model { name: name.clone(), tab: String::new() },
            Route::Version { name, version, .. } => {
                Route::Version { name: name.clone(), version: version.clone(), tab: String::new() }
            }
            other => other.clone(),
        }
    }

    /// The address of this page, starting with `#`: what an `href` takes.
    pub(crate) fn href(&self) -> String {
        format!("#{self}")
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Route::Experiments => f.write_str("/experiments"),
            Route::Runs { experiment } => write!(f, "/experiments/{}/runs", encode(experiment)),
            Route::Run { experiment, run, tab } => {
                write!(f, "/experiments/{}/runs/{}", encode(experiment), encode(run))?;
                write_parts(f, tab)
            }
            Route::RunById { run } => write!(f, "/runs/{}", encode(run)),
            Route::CompareExperiments => f.write_str("/compare-experiments/s"),
            Route::SharedView { experiment } => write!(f, "/experiments/{}/s", encode(experiment)),
            Route::CompareRuns => f.write_str("/compare-runs"),
            Route::Metric { path } => {
                f.write_str("/metric")?;
                write_parts(f, path)
            }
            Route::LoggedModels { experiment } => {
                write!(f, "/experiments/{}/models", encode(experiment))
            }
            Route::LoggedModel { experiment, model, tab } => {
                write!(f, "/experiments/{}/models/{}", encode(experiment), encode(model))?;
                write_parts(f, tab)
            }
            Route::Traces { experiment, trace } => {
                write!(f, "/experiments/{}/traces", encode(experiment))?;
                if trace.is_empty() { Ok(()) } else { write!(f, "/{}", encode(trace)) }
            }
            Route::Models => f.write_str("/models"),
            Route::Model { name, tab } => {
                write!(f, "/models/{}", encode(name))?;
                write_parts(f, tab)
            }
            Route::Version { name, version, tab } => {
                write!(f, "/models/{}/versions/{}", encode(name), encode(version))?;
                write_parts(f, tab)
            }
            Route::CompareVersions => f.write_str("/compare-model-versions"),
            Route::Prompts => f.write_str("/prompts"),
            Route::ExperimentPrompts { experiment } => {
                write!(f, "/experiments/{}/prompts", encode(experiment))
            }
            Route::Prompt { name } => write!(f, "/prompts/{}", encode(name)),
            Route::Try => f.write_str("/try"),
            Route::Demo => f.write_str("/demo"),
            Route::Settings => f.write_str("/settings"),
            Route::Unknown { path } => f.write_str(path),
        }
    }
}

/// The parts of a path that is not taken apart further.
fn write_parts(f: &mut fmt::Formatter<'_>, path: &str) -> fmt::Result {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    parts.try_for_each(|part| write!(f, "/{}", encode(part)))
}

/// The key of the trace that is open, as MLflow's addresses have it.
const TRACE: &str = "selectedEvaluationId";

/// A page and what is chosen on it: the whole part of the address after `#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The page.
    pub(crate) route: Route,
    /// The choices made on it, such as `searchFilter`.
    pub(crate) query: Query,
}

impl Place {
    /// Reads `location.hash`, with or without its `#`.
    pub(crate) fn parse(hash: &str) -> Place {
        let hash = hash.strip_prefix('#').unwrap_or(hash);
        let (path, query) = hash.split_once('?').unwrap_or((hash, ""));
        let (mut route, query) = (Route::parse(path), Query::parse(query));
        // MLflow's links to shared views; once opened, they say what is asked, too.
        if let Route::Runs { experiment } = &route
            && query.get("viewStateShareKey").is_some()
            && query.get("searchFilter").is_none()
        {
            route = Route::SharedView { experiment: experiment.clone() };
        }
        Place { route, query }
    }

    /// The trial of the model that an address names.
    pub(crate) fn trial_of(model: &str) -> Place {
        let mut place = Place::from(Route::Try);
        place.query.set("model", Some(model));
        place
    }

    /// The id of the trace that is open on a page, if one is.
    pub(crate) fn trace(&self) -> Option<&str> {
        let in_path = match &self.route {
            Route::Traces { trace, .. } => trace.as_str(),
            _ => "",
        };
        [in_path, self.query.get(TRACE).unwrap_or_default()].into_iter().find(|id| !id.is_empty())
    }

    /// The same place with another trace open, or none.
    pub(crate) fn with_trace(&self, trace: Option<&str>) -> Place {
        let mut place = self.clone();
        if let Route::Traces { trace, .. } = &mut place.route {
            trace.clear();
        }
        place.query.set(TRACE, trace);
        place
    }

    /// The comparison of some runs.
    pub(crate) fn compare_runs(runs: &[String], experiments: &[String]) -> Place {
        let mut place = Place::from(Route::CompareRuns);
        place.query.set_list("runs", runs);
        place.query.set_list("experiments", experiments);
        place
    }

    /// The comparison of some versions of a model, as MLflow's addresses have
    /// it: the name, and the version of each run. Versions without a run, or of
    /// the same run, stand under keys of their own.
    pub(crate) fn compare_versions(name: &str, versions: &[ModelVersion]) -> Place {
        let mut place = Place::from(Route::CompareVersions);
        let mut runs = serde_json::Map::new();
        for version in versions {
            let run = version.run_id.clone().unwrap_or_default();
            let taken = run.is_empty() || runs.contains_key(&run);
            let key = if taken { format!("{run}#{}", version.version) } else { run };
            runs.insert(key, version.version.clone().into());
        }
        place.query.set("name", Some(&serde_json::Value::from(name).to_string()));
        place.query.set("runs", Some(&serde_json::Value::from(runs).to_string()));
        place
    }

    /// The runs of several experiments.
    pub(crate) fn compare_experiments(experiments: &[String]) -> Place {
        let mut place = Place::from(Route::CompareExperiments);
        place.query.set_list("experiments", experiments);
        place
    }

    /// The address of this place, starting with `#`.
    pub(crate) fn href(&self) -> String {
        if self.query.is_empty() {
            self.route.href()
        } else {
            format!("{}?{}", self.route.href(), self.query)
        }
    }
}

impl From<Route> for Place {
    fn from(route: Route) -> Place {
        Place { route, query: Query::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(tab: &str) -> Route {
        Route::Run { experiment: "1".into(), run: "0a1b".into(), tab: tab.into() }
    }

    fn logged(tab: &str) -> Route {
        Route::LoggedModel { experiment: "7".into(), model: "m-0a".into(), tab: tab.into() }
    }

    fn traces(trace: &str) -> Route {
        Route::Traces { experiment: "7".into(), trace: trace.into() }
    }

    fn version(tab: &str) -> Route {
        Route::Version { name: "iris".into(), version: "3".into(), tab: tab.into() }
    }

    #[test]
    fn the_paths_that_mlflow_prints_are_understood() {
        for (hash, expected) in [
            ("", Route::Experiments),
            ("#/", Route::Experiments),
            ("#/experiments", Route::Experiments),
            ("#/experiments/", Route::Experiments),
            ("#/experiments/7", Route::Runs { experiment: "7".into() }),
            ("#/experiments/7/runs", Route::Runs { experiment: "7".into() }),
            ("#/experiments/1/runs/0a1b", run("")),
            ("#/experiments/1/runs/0a1b/model-metrics", run("model-metrics")),
            ("#/experiments/1/runs/0a1b/artifactPath/a/b.txt", run("artifactPath/a/b.txt")),
            ("#/runs/0a1b", Route::RunById { run: "0a1b".into() }),
            ("#/compare-experiments/s?experiments=[\"1\"]", Route::CompareExperiments),
            ("#/experiments/7/s?viewStateShareKey=a", Route::SharedView { experiment: "7".into() }),
            (
                "#/experiments/7/runs?viewStateShareKey=a",
                Route::SharedView { experiment: "7".into() },
            ),
            ("#/compare-runs?runs=[\"a\"]", Route::CompareRuns),
            ("#/metric/val%20loss?runs=[]", Route::Metric { path: "val loss".into() }),
            ("#/metric", Route::Metric { path: String::new() }),
            ("#/experiments/7/models", Route::LoggedModels { experiment: "7".into() }),
            ("#/experiments/7/models/m-0a/artifacts", logged("artifacts")),
            ("#/experiments/7/traces", traces("")),
            ("#/experiments/7/traces/tr-0a", traces("tr-0a")),
            ("#/experiments/7/traces?selectedEvaluationId=tr-0a", traces("")),
            ("#/models", Route::Models),
            ("#/models/iris%20a%2Fb", Route::Model { name: "iris a/b".into(), tab: "".into() }),
            ("#/models/iris/versions/3", version("")),
            ("#/models/iris/versions/3/artifacts/model/x", version("artifacts/model/x")),
            ("#/compare-model-versions?name=%22iris%22&runs={}", Route::CompareVersions),
            ("#/prompts", Route::Prompts),
            ("#/experiments/7/prompts", Route::ExperimentPrompts { experiment: "7".into() }),
            ("#/prompts/greet", Route::Prompt { name: "greet".into() }),
            ("#/experiments/7/prompts/greet", Route::Prompt { name: "greet".into() }),
            ("#/try", Route::Try),
            ("#/demo?model=./iris/", Route::Demo),
            ("#/connect", Route::Settings),
            ("#/settings/general", Route::Settings),
            ("#/gateway", Route::Unknown { path: "/gateway".into() }),
        ] {
            assert_eq!(Place::parse(hash).route, expected, "{hash}");
        }
    }

    #[test]
    fn every_route_reads_back_as_it_was_printed() {
        for route in [
            Route::Experiments,
            Route::Runs { experiment: "a b/c%".into() },
            run(""),
            run("artifactPath/dir/ü.txt"),
            Route::RunById { run: "x?y#z".into() },
            Route::CompareExperiments,
            Route::SharedView { experiment: "1".into() },
            Route::CompareRuns,
            Route::Metric { path: "a/val loss".into() },
            Route::LoggedModels { experiment: "7".into() },
            logged(""),
            logged("artifacts/a b"),
            traces(""),
            traces("tr-0a/b c"),
            Route::Models,
            Route::Model { name: "iris a/b?".into(), tab: "".into() },
            version(""),
            version("artifacts/model/ü.txt"),
            Route::CompareVersions,
            Route::Prompts,
            Route::Prompt { name: "a/b".into() },
            Route::Try,
            Route::Demo,
            Route::Settings,
        ] {
            assert_eq!(Place::parse(&route.href()).route, route, "{}", route.href());
        }
    }

    #[test]
    fn the_open_trace_stands_in_the_path_or_in_the_query() {
        for (hash, expected) in [
            ("#/experiments/7/traces", None),
            ("#/experiments/7/traces?selectedEvaluationId=", None),
            ("#/experiments/7/traces?selectedEvaluationId=tr-1", Some("tr-1")),
            ("#/experiments/7/traces/tr-2", Some("tr-2")),
            ("#/experiments/1/runs/0a1b/traces?selectedEvaluationId=tr-3", Some("tr-3")),
        ] {
            let place = Place::parse(hash);
            assert_eq!(place.trace(), expected, "{hash}");
            assert_eq!(place.with_trace(None).trace(), None, "{hash}");
            let other = place.with_trace(Some("a b"));
            assert_eq!(Place::parse(&other.href()).trace(), Some("a b"), "{hash}");
        }
    }

    #[test]
    fn lists_stand_in_the_address_as_mlflow_writes_them() {
        let runs = ["a".to_owned(), "b\"'&".to_owned()];
        let place = Place::compare_runs(&runs, &["1".to_owned()]);
        assert_eq!(
            place.href(),
            "#/compare-runs?runs=%5B%22a%22%2C%22b%5C%22'%26%22%5D&experiments=%5B%221%22%5D"
        );
        assert_eq!(Place::parse(&place.href()).query.list("runs"), runs);
        assert!(Place::parse("#/compare-runs?runs=[1").query.list("runs").is_empty());
    }

    #[test]
    fn a_comparison_keeps_versions_of_one_run_apart() {
        let version = |version: &str, run: Option<&str>| ModelVersion {
            version: version.into(),
            run_id: run.map(str::to_owned),
            ..ModelVersion::default()
        };
        let versions = [version("1", Some("r")), version("2", Some("r")), version("3", None)];
        let place = Place::compare_versions("a b", &versions);
        assert_eq!(place.query.get("name"), Some("\"a b\""));
        assert_eq!(place.query.get("runs"), Some(r##"{"#3":"3","r":"1","r#2":"2"}"##));
    }

    #[test]
    fn the_filter_in_the_address_survives_a_round_trip() {
        let mut place = Place::from(Route::Runs { experiment: "1".into() });
        let filter = "metrics.`f1 score` > 0.5 and params.p = 'a&b=c+d%#?'";
        place.query.set("searchFilter", Some(filter));
        let read = Place::parse(&place.href());
        assert_eq!(read, place);
        assert_eq!(read.query.get("searchFilter"), Some(filter));
    }
}
