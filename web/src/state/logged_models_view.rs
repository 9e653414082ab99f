//! The list of an experiment's logged models: what the address asks for, and
//! how the models stand in a table.

use std::collections::{BTreeMap, BTreeSet};

use mlflow_api::{LoggedModel, LoggedModelDataset, LoggedModelOrder, SearchLoggedModels};
use run_frame::csv_row;

use super::filter::words_in;
use super::format::full_number;
use super::language::t;
use super::logged_model::{Measure, measured, registrations};
use super::query::Query;
use super::registry::{is_grammar, user_tags};

/// What the server calls the name, and when it was logged.
pub(crate) const NAME: &str = "name";
/// What a list is sorted by where nothing is said.
pub(crate) const CREATED: &str = "creation_timestamp";
/// How many come at a time.
const MANY: u32 = 50;
/// The most columns of parameters, and of metrics, that are shown.
const MOST_COLUMNS: usize = 12;

/// What the address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// What was typed.
    pub(crate) typed: String,
    /// The column: a name of the server's, or a [`Measure::key`].
    pub(crate) by: String,
    /// Whether the smallest comes first.
    pub(crate) ascending: bool,
    /// The dataset, as a name and a digest, that the models were measured on.
    pub(crate) dataset: Option<(String, String)>,
}

impl Wanted {
    /// Reads it from the address.
    pub(crate) fn read(query: &Query) -> Wanted {
        let by = query.get("orderByKey").unwrap_or(CREATED);
        let known = by == NAME || by == CREATED || Measure::parse(by).is_some();
        let dataset = query.get("dataset").and_then(dataset);
        Wanted {
            typed: query.get("searchFilter").unwrap_or_default().to_owned(),
            by: if known { by } else { CREATED }.to_owned(),
            ascending: query.get("orderByAsc") == Some("true"),
            dataset,
        }
    }

    /// Whether it leaves some out.
    pub(crate) fn searches(&self) -> bool {
        !self.typed.trim().is_empty() || self.dataset.is_some()
    }

    /// What the server is asked.
    pub(crate) fn request(&self, experiment: String, token: Option<String>) -> SearchLoggedModels {
        let filter = match is_grammar(&self.typed) {
            true => Some(self.typed.clone()),
            false => words_in("name", &self.typed),
        };
        let dataset = |(name, digest): (String, String)| {
            (name, Some(digest).filter(|digest| !digest.is_empty()))
        };
        let (field_name, of) = match Measure::parse(&self.by) {
            Some(measure) => (format!("metrics.{}", measure.key), measure.dataset.map(dataset)),
            None => (self.by.clone(), None),
        };
        let (dataset_name, dataset_digest) = of.unzip();
        let order = LoggedModelOrder {
            field_name,
            ascending: self.ascending,
            dataset_name,
            dataset_digest: dataset_digest.flatten(),
        };
        let datasets = self.dataset.clone().map(dataset).into_iter();
        SearchLoggedModels {
            experiment_ids: vec![experiment],
            filter,
            max_results: MANY,
            order_by: vec![order],
            datasets: datasets
                .map(|(dataset_name, dataset_digest)| LoggedModelDataset {
                    dataset_name,
                    dataset_digest,
                })
                .collect(),
            page_token: token,
        }
    }
}

/// A dataset as the address has it: its name and its digest, in JSON.
pub(crate) fn dataset(text: &str) -> Option<(String, String)> {
    serde_json::from_slice(text.as_bytes()).ok()
}

/// A dataset for the address.
pub(crate) fn dataset_text((name, digest): &(String, String)) -> String {
    serde_json::Value::from(vec![name.as_str(), digest.as_str()]).to_string()
}

/// A column of what every model has, after its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// Whether it is ready.
    Status,
    /// When it was logged.
    Created,
    /// The run that logged it.
    Run,
    /// What it was registered as.
    Versions,
    /// What kind of model it is, as whoever logged it says.
    Kind,
    /// Its id.
    Id,
}

impl Fact {
    /// All of them, in their order.
    pub(crate) const ALL: [Fact; 6] =
        [Fact::Status, Fact::Created, Fact::Run, Fact::Versions, Fact::Kind, Fact::Id];
    /// Those that are shown where nobody has chosen.
    const FIRST: [Fact; 4] = [Fact::Status, Fact::Created, Fact::Run, Fact::Versions];

    /// What the address calls it.
    const fn id(self) -> &'static str {
        match self {
            Fact::Status => "attributes.status",
            Fact::Created => "attributes.creation_timestamp",
            Fact::Run => "attributes.source_run_id",
            Fact::Versions => "attributes.registered_versions",
            Fact::Kind => "attributes.model_type",
            Fact::Id => "attributes.model_id",
        }
    }

    /// What it is called.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Fact::Status => t("Status"),
            Fact::Created => t("Created"),
            Fact::Run => t("Source run"),
            Fact::Versions => t("Registered versions"),
            Fact::Kind => t("Kind"),
            Fact::Id => t("Model id"),
        }
    }
}

/// The columns after the name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Columns {
    /// What every model has.
    pub(crate) facts: Vec<Fact>,
    /// Metrics, those of one dataset together.
    pub(crate) measures: Vec<Measure>,
    /// Parameters.
    pub(crate) params: Vec<String>,
    /// Tags.
    pub(crate) tags: Vec<String>,
}

impl Columns {
    /// All columns that some models have.
    pub(crate) fn known(models: &[LoggedModel]) -> Columns {
        let params: BTreeSet<&String> =
            models.iter().flat_map(|m| &m.data.params).map(|param| &param.key).collect();
        let measures: BTreeSet<Measure> =
            models.iter().flat_map(|m| &m.data.metrics).map(Measure::of).collect();
        let tags: BTreeSet<String> =
            models.iter().flat_map(|m| user_tags(&m.info.tags)).map(|(key, _)| key).collect();
        Columns {
            facts: Fact::ALL.to_vec(),
            measures: measures.into_iter().collect(),
            params: params.into_iter().cloned().collect(),
            tags: tags.into_iter().collect(),
        }
    }

    /// What is shown where nobody has chosen: the first of what there is.
    pub(crate) fn first(models: &[LoggedModel]) -> Columns {
        let mut columns = Columns::known(models);
        columns.facts = Fact::FIRST.to_vec();
        columns.measures.truncate(MOST_COLUMNS);
        columns.params.truncate(MOST_COLUMNS);
        columns.tags.clear();
        columns
    }

    /// The columns that somebody chose, by their ids, in the order of the table.
    pub(crate) fn chosen(ids: &[String]) -> Columns {
        let keys = |prefix: &str| -> Vec<String> {
            let keys: BTreeSet<&str> =
                ids.iter().filter_map(|id| id.strip_prefix(prefix)).collect();
            keys.into_iter().map(str::to_owned).collect()
        };
        let measures: BTreeSet<Measure> = ids.iter().filter_map(|id| Measure::parse(id)).collect();
        let is_chosen = |fact: &Fact| ids.iter().any(|id| id == fact.id());
        Columns {
            facts: Fact::ALL.into_iter().filter(is_chosen).collect(),
            measures: measures.into_iter().collect(),
            params: keys("params."),
            tags: keys("tags."),
        }
    }

    /// How many columns stand after the name.
    pub(crate) fn len(&self) -> usize {
        self.facts.len() + self.measures.len() + self.params.len() + self.tags.len()
    }

    /// The columns of each kind, by id and what they are called: facts, metrics,
    /// parameters, tags.
    pub(crate) fn named(&self) -> [Vec<(String, String)>; 4] {
        let keyed = |prefix: &str, keys: &[String]| {
            keys.iter().map(|key| (format!("{prefix}{key}"), key.clone())).collect()
        };
        [
            self.facts.iter().map(|f| (f.id().to_owned(), f.words().to_owned())).collect(),
            self.measures.iter().map(|measure| (measure.key(), measure.words())).collect(),
            keyed("params.", &self.params),
            keyed("tags.", &self.tags),
        ]
    }

    /// The ids of all of them.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.named().into_iter().flatten().map(|(id, _)| id).collect()
    }

    /// The datasets of the metrics, and how many columns each has.
    pub(crate) fn groups(&self) -> Vec<(Option<(String, String)>, usize)> {
        let mut groups: Vec<(Option<(String, String)>, usize)> = Vec::new();
        for measure in &self.measures {
            match groups.last_mut() {
                Some((dataset, many)) if *dataset == measure.dataset => *many += 1,
                _ => groups.push((measure.dataset.clone(), 1)),
            }
        }
        groups
    }
}

/// The datasets that some models were measured on.
pub(crate) fn datasets(models: &[LoggedModel]) -> BTreeSet<(String, String)> {
    models.iter().flat_map(|m| &m.data.metrics).filter_map(|m| Measure::of(m).dataset).collect()
}

/// Models by the run that logged them, a run where its first model stands.
pub(crate) fn by_run(models: &[LoggedModel]) -> Vec<(String, Vec<LoggedModel>)> {
    let mut groups: Vec<(String, Vec<LoggedModel>)> = Vec::new();
    for model in models {
        let run = model.info.source_run_id.clone().unwrap_or_default();
        match groups.iter_mut().find(|(known, _)| *known == run) {
            Some((_, of)) => of.push(model.clone()),
            None => groups.push((run, vec![model.clone()])),
        }
    }
    groups
}

/// The models as CSV, with all of their columns.
pub(crate) fn csv(models: &[LoggedModel]) -> String {
    let measures: BTreeSet<Measure> =
        models.iter().flat_map(|m| &m.data.metrics).map(Measure::of).collect();
    let params: BTreeSet<&String> =
        models.iter().flat_map(|m| &m.data.params).map(|param| &param.key).collect();
    let mut out = String::new();
    let head = ["name", "model_id", "status", "created", "source_run_id", "registered_versions"];
    let head = head.map(str::to_owned).into_iter();
    let metrics = measures.iter().map(|measure| match &measure.dataset {
        Some((name, digest)) => format!("metrics.{} ({name} {digest})", measure.key),
        None => format!("metrics.{}", measure.key),
    });
    csv_row(&mut out, head.chain(metrics).chain(params.iter().map(|key| format!("params.{key}"))));
    for model in models {
        let info = &model.info;
        let versions = registrations(&info.tags).into_iter();
        let versions: Vec<String> = versions.map(|(name, nth)| format!("{name}/{nth}")).collect();
        let facts = [
            info.name.clone(),
            info.model_id.clone(),
            info.status.as_str().to_owned(),
            info.creation_timestamp_ms.map(mlflow_api::format_time).unwrap_or_default(),
            info.source_run_id.clone().unwrap_or_default(),
            versions.join(" "),
        ];
        let values = measured(&model.data.metrics);
        let given: BTreeMap<&String, &String> =
            model.data.params.iter().map(|param| (&param.key, &param.value)).collect();
        let metrics =
            measures.iter().map(|m| values.get(m).copied().map(full_number).unwrap_or_default());
        let params =
            params.iter().map(|key| given.get(key).map_or(String::new(), ToString::to_string));
        csv_row(&mut out, facts.into_iter().chain(metrics).chain(params));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlflow_api::{Metric, Param};

    fn model(id: &str, run: &str, loss: f64, dataset: Option<&str>) -> LoggedModel {
        let mut model = LoggedModel::default();
        model.info.model_id = id.into();
        model.info.name = format!("{id}, the model");
        model.info.source_run_id = Some(run.into());
        model.data.params = vec![Param { key: "depth".into(), value: id.into() }];
        model.data.metrics = vec![Metric {
            key: "loss".into(),
            value: loss,
            dataset_name: dataset.map(str::to_owned),
            dataset_digest: dataset.map(|name| format!("{name}#")),
            ..Metric::default()
        }];
        model
    }

    #[test]
    fn a_metric_of_a_dataset_is_asked_for_as_such() {
        let measure = Measure { dataset: Some(("a @[b".into(), "d\"".into())), key: "x @[".into() };
        let mut query = Query::default();
        query.set("orderByKey", Some(&measure.key()));
        query.set("dataset", Some(&dataset_text(&("val".into(), String::new()))));
        query.set("searchFilter", Some("metrics.loss < 1"));
        let wanted = Wanted::read(&Query::parse(&query.to_string()));
        let request = wanted.request("7".into(), None);
        assert_eq!(request.filter.as_deref(), Some("metrics.loss < 1"));
        let order = request.order_by.first().unwrap();
        assert_eq!(order.field_name, "metrics.x @[");
        assert_eq!(order.dataset_name.as_deref(), Some("a @[b"));
        assert_eq!(order.dataset_digest.as_deref(), Some("d\""));
        let dataset = request.datasets.first().unwrap();
        assert_eq!((dataset.dataset_name.as_str(), &dataset.dataset_digest), ("val", &None));
        let odd = Wanted::read(&Query::parse("orderByKey=params.x&dataset=%5B1"));
        assert_eq!((odd.by.as_str(), odd.dataset), (CREATED, None));
    }

    #[test]
    fn columns_stand_by_dataset_and_rows_by_run() {
        let models = [
            model("a", "r1", 1.0, Some("val")),
            model("b", "r2", 2.0, None),
            model("c", "r1", 3.0, Some("test")),
        ];
        let columns = Columns::first(&models);
        let words: Vec<String> = columns.measures.iter().map(Measure::words).collect();
        assert_eq!(words, ["loss", "loss · test", "loss · val"]);
        assert_eq!(columns.groups().iter().map(|(_, many)| *many).collect::<Vec<_>>(), [1, 1, 1]);
        assert_eq!(datasets(&models).len(), 2);
        let groups = by_run(&models);
        let shape: Vec<(&str, usize)> =
            groups.iter().map(|(run, of)| (run.as_str(), of.len())).collect();
        assert_eq!(shape, [("r1", 2), ("r2", 1)]);
        let csv = csv(&models);
        let mut lines = csv.lines();
        let head = "metrics.loss,metrics.loss (test test#),metrics.loss (val val#),params.depth";
        assert!(lines.next().unwrap().ends_with(head), "{csv}");
        assert!(lines.next().unwrap().starts_with("\"a, the model\",a,"), "{csv}");
        assert!(csv.contains(",r2,,2,,,b\r\n"), "{csv}");
    }

    #[test]
    fn chosen_columns_read_back_in_the_order_of_the_table() {
        let mut tagged = model("a", "r1", 1.0, Some("val"));
        tagged.info.tags = [("team", "x"), ("mlflow.user", "y")]
            .map(|(key, value)| mlflow_api::Tag { key: key.into(), value: value.into() })
            .to_vec();
        let known = Columns::known(&[tagged.clone()]);
        assert_eq!(known.tags, ["team"]);
        let mut ids = known.ids();
        assert_eq!(ids.len(), known.len());
        ids.reverse();
        assert_eq!(Columns::chosen(&ids), known);
        let first = Columns::first(&[tagged]);
        assert!(first.tags.is_empty() && !first.facts.contains(&Fact::Id));
        let odd = ["nonsense".to_owned(), "attributes.none".to_owned()];
        assert_eq!(Columns::chosen(&odd), Columns::default());
    }
}
