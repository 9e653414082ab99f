//! What differs between versions of a model: of themselves, of their runs and
//! logged models, and of what the models take and give.

use std::collections::{BTreeMap, BTreeSet};

use mlflow_api::{LoggedModel, ModelVersion, Run};
use run_frame::csv_row;

use super::board::{BoardRun, Latest, run_colour};
use super::comparison::{Wanted, spread_of};
use super::format::{full_number, number};
use super::language::tf;
use super::logged_model::measured;
use super::model_schema::{ModelSchema, SchemaRow};

/// A version with its run, its logged model and its schema, as far as they are
/// there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Column {
    /// The version.
    pub(crate) version: ModelVersion,
    /// The run that made it.
    pub(crate) run: Option<Run>,
    /// The logged model that it was.
    pub(crate) logged: Option<LoggedModel>,
    /// What its model takes and gives.
    pub(crate) schema: Option<ModelSchema>,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// The version itself.
    Version,
    /// A parameter of its run or its logged model.
    Param,
    /// A metric of them.
    Metric,
    /// A part of what it takes.
    Input,
    /// A part of what it gives.
    Output,
    /// What a request may set.
    RequestParam,
}

impl Group {
    const ALL: [Group; 6] = [
        Group::Version,
        Group::Param,
        Group::Metric,
        Group::Input,
        Group::Output,
        Group::RequestParam,
    ];

    /// Whether it is a part of the schema.
    pub(crate) fn is_schema(self) -> bool {
        matches!(self, Group::Input | Group::Output | Group::RequestParam)
    }

    /// What a file of values calls it.
    fn key(self) -> &'static str {
        match self {
            Group::Version => "version",
            Group::Param => "param",
            Group::Metric => "metric",
            Group::Input => "input",
            Group::Output => "output",
            Group::RequestParam => "request param",
        }
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A time, in milliseconds since 1970.
    Time(i64),
}

impl Value {
    /// The whole of it.
    pub(crate) fn whole(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Number(value) => full_number(*value),
            Value::Time(at) => at.to_string(),
        }
    }

    /// As a number, if it is one or looks like one.
    fn number(&self) -> Option<f64> {
        match self {
            Value::Number(value) => Some(*value),
            Value::Time(_) => None,
            Value::Text(text) => text.parse().ok(),
        }
    }

    /// As a table shows a number.
    pub(crate) fn short(&self) -> String {
        match self {
            Value::Number(value) => number(*value),
            other => other.whole(),
        }
    }
}

/// What became of a part of the schema since the first version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is as it was.
    Same,
    /// It was not there.
    Added,
    /// It is no longer there.
    Removed,
    /// It was of this type.
    Was(String),
}

/// One value of every version.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// What it is about.
    pub(crate) group: Group,
    /// The key.
    pub(crate) name: String,
    /// A value for each version.
    pub(crate) values: Vec<Option<Value>>,
    /// Whether they are not all the same.
    pub(crate) differs: bool,
    /// How much: see [`spread_of`].
    pub(crate) spread: f64,
}

impl Row {
    fn new(group: Group, name: &str, values: Vec<Option<Value>>) -> Row {
        let differs = values.iter().any(|value| Some(value) != values.first());
        let distinct: BTreeSet<Option<String>> =
            values.iter().map(|value| value.as_ref().map(Value::whole)).collect();
        // A version that lacks it differs as a text of its own does.
        let numbers: Option<Vec<f64>> =
            values.iter().map(|value| value.as_ref().and_then(Value::number)).collect();
        let range = numbers.map(|numbers| {
            let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
            (least, numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max))
        });
        let part = distinct.len() as f64 / values.len().max(1) as f64;
        let spread = if differs { spread_of(range, part) } else { 0.0 };
        Row { group, name: name.to_owned(), values, differs, spread }
    }

    /// What became of a part of the schema in one of the versions.
    pub(crate) fn change(&self, nth: usize) -> Change {
        let value = |nth: usize| self.values.get(nth).and_then(Option::as_ref);
        match (value(0), value(nth)) {
            (None, Some(_)) => Change::Added,
            (Some(_), None) => Change::Removed,
            (Some(before), Some(now)) if before != now => Change::Was(before.whole()),
            _ => Change::Same,
        }
    }
}

/// The rows that are wanted, group after group. Columns of schemas are compared
/// by name, so their order makes no difference.
pub(crate) fn rows(columns: &[Column], wanted: &Wanted) -> Vec<Row> {
    let letters = wanted.search.trim().to_lowercase();
    let of_group = |group| {
        let mut rows = of_group(group, columns);
        rows.retain(|row| {
            (row.differs || !wanted.only_differences) && row.name.to_lowercase().contains(&letters)
        });
        if wanted.by_spread {
            rows.sort_by(|a, b| b.spread.total_cmp(&a.spread));
        }
        rows
    };
    Group::ALL.into_iter().flat_map(of_group).collect()
}

fn of_group(group: Group, columns: &[Column]) -> Vec<Row> {
    let values: Vec<BTreeMap<String, Value>> =
        columns.iter().map(|column| values(group, column)).collect();
    let keys: BTreeSet<&String> = values.iter().flat_map(BTreeMap::keys).collect();
    let row =
        |key: &String| Row::new(group, key, values.iter().map(|of| of.get(key).cloned()).collect());
    keys.into_iter().map(row).collect()
}

fn values(group: Group, column: &Column) -> BTreeMap<String, Value> {
    let Column { version, run, logged, schema } = column;
    let schema = schema.as_ref();
    match group {
        Group::Version => facts(version, run.as_ref()),
        Group::Param => {
            let of_run = run.iter().flat_map(|run| &run.data.params);
            let of_model = logged.iter().flat_map(|model| &model.data.params);
            let params = of_model.chain(of_run);
            params.map(|param| (param.key.clone(), Value::Text(param.value.clone()))).collect()
        }
        Group::Metric => {
            let of_model = logged.iter().flat_map(|model| measured(&model.data.metrics));
            let mut all: BTreeMap<String, Value> =
                of_model.map(|(measure, value)| (measure.words(), Value::Number(value))).collect();
            let of_run = run.iter().flat_map(|run| &run.data.metrics);
            all.extend(of_run.map(|metric| (metric.key.clone(), Value::Number(metric.value))));
            all
        }
        Group::Input => side(schema.and_then(|schema| schema.inputs.as_deref())),
        Group::Output => side(schema.and_then(|schema| schema.outputs.as_deref())),
        Group::RequestParam => side(schema.and_then(|schema| schema.params.as_deref())),
    }
}

fn facts(version: &ModelVersion, run: Option<&Run>) -> BTreeMap<String, Value> {
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let texts = [
        ("aliases", Some(version.aliases.join(", ")).filter(|text| !text.is_empty())),
        ("description", text(&version.description)),
        ("run", run.map(|run| run.name().to_owned()).or(text(&version.run_id))),
        ("source", text(&version.source)),
        ("stage", text(&version.current_stage)),
    ];
    let texts = texts.into_iter().filter_map(|(key, text)| Some((key, Value::Text(text?))));
    let created = version.creation_timestamp.map(|at| ("creation_timestamp", Value::Time(at)));
    texts.chain(created).map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The types of columns by their names, of nested ones by their paths.
fn side(rows: Option<&[SchemaRow]>) -> BTreeMap<String, Value> {
    let mut path: Vec<&str> = Vec::new();
    let mut all = BTreeMap::new();
    for row in rows.into_iter().flatten() {
        path.truncate(row.depth);
        path.push(if row.name.is_empty() { "–" } else { &row.name });
        let optional = if row.required { "" } else { "?" };
        let default = row.default.as_ref().map(|default| format!(" = {default}"));
        let kind = format!("{}{optional}{}", row.kind, default.unwrap_or_default());
        all.insert(path.join("."), Value::Text(kind));
    }
    all
}

/// The rows as CSV: a column for each version.
pub(crate) fn csv(columns: &[Column], rows: &[Row]) -> String {
    let mut out = String::new();
    let versions = columns.iter().map(|column| tf("Version {0}", &[&column.version.version]));
    csv_row(&mut out, ["", ""].map(str::to_owned).into_iter().chain(versions));
    for row in rows {
        let head = [row.group.key().to_owned(), row.name.clone()];
        let cells = row.values.iter().map(|value| value.as_ref().map(Value::whole));
        csv_row(&mut out, head.into_iter().chain(cells.map(Option::unwrap_or_default)));
    }
    out
}

/// The versions as the charts take runs. A run that made two of them is drawn
/// once with its history; the other ones are drawn with what is known of them.
pub(crate) fn board_runs(columns: &[Column]) -> Vec<BoardRun> {
    let mut all: Vec<BoardRun> = Vec::new();
    for column in columns {
        let ModelVersion { name, version, .. } = &column.version;
        let numbers =
            values(Group::Metric, column).into_iter().filter_map(|(key, value)| match value {
                Value::Number(value) => {
                    Some(Latest { key: key.into(), value, step: 0, timestamp: 0 })
                }
                _ => None,
            });
        let known =
            all.iter().any(|run| column.run.as_ref().is_some_and(|of| *run.id == of.info.run_id));
        let mut run = match &column.run {
            Some(run) if !known => BoardRun::from(run),
            _ => {
                let id = format!("{name}/{version}");
                BoardRun {
                    colour: run_colour(&id, None).into(),
                    id: id.into(),
                    ..BoardRun::default()
                }
            }
        };
        let own: Vec<Latest> = numbers.filter(|latest| run.metric(&latest.key).is_none()).collect();
        run.metrics.extend(own);
        let params = values(Group::Param, column).into_iter();
        run.params = params.map(|(key, value)| (key.into(), value.whole().into())).collect();
        run.name = tf("Version {0}", &[version]).into();
        all.push(run);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlflow_api::{Metric, Param};

    fn column(alpha: &str, loss: f64, inputs: &[(usize, &str, &str)]) -> Column {
        let param = |key: &str, value: &str| Param { key: key.into(), value: value.into() };
        let mut run = Run::default();
        run.info.run_id = "r".into();
        run.data.params = vec![param("alpha", alpha), param("seed", "7")];
        run.data.metrics = vec![Metric { key: "loss".into(), value: loss, ..Metric::default() }];
        let mut logged = LoggedModel::default();
        logged.data.metrics = vec![Metric {
            key: "loss".into(),
            value: 0.5,
            dataset_name: Some("val".into()),
            ..Metric::default()
        }];
        let row = |(depth, name, kind): &(usize, &str, &str)| SchemaRow {
            depth: *depth,
            name: (*name).into(),
            kind: (*kind).into(),
            required: true,
            default: None,
        };
        let inputs = Some(inputs.iter().map(row).collect());
        let schema = Some(ModelSchema { inputs, ..ModelSchema::default() });
        Column { run: Some(run), logged: Some(logged), schema, ..Column::default() }
    }

    fn two() -> [Column; 2] {
        let inputs =
            [(0, "x", "double"), (0, "o", "object"), (1, "k", "long"), (0, "gone", "long")];
        let a = column("1", 1.0 / 3.0, &inputs);
        let b = column(
            "2",
            0.25,
            &[(0, "o", "object"), (1, "k", "string"), (0, "x", "double"), (0, "new", "long")],
        );
        [a, b]
    }

    fn find<'a>(rows: &'a [Row], group: Group, name: &str) -> &'a Row {
        rows.iter().find(|row| row.group == group && row.name == name).unwrap()
    }

    #[test]
    fn what_differs_is_marked() {
        let rows = rows(&two(), &Wanted::default());
        let differs = |group, name: &str| find(&rows, group, name).differs;
        assert!(differs(Group::Param, "alpha") && differs(Group::Input, "o.k"));
        assert!(!differs(Group::Param, "seed") && !differs(Group::Input, "x"));
        assert!(!differs(Group::Metric, "loss · val"));
        let change = |name: &str| find(&rows, Group::Input, name).change(1);
        assert_eq!(change("o.k"), Change::Was("long".into()));
        assert_eq!((change("new"), change("gone")), (Change::Added, Change::Removed));
        assert_eq!(find(&rows, Group::Input, "o.k").change(0), Change::Same);
    }

    #[test]
    fn rows_are_searched_and_sorted_and_saved() {
        let columns = two();
        let wanted = Wanted { only_differences: true, by_spread: true, search: String::new() };
        let names: Vec<String> = rows(&columns, &wanted).into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["alpha", "loss", "gone", "new", "o.k"]);
        let wanted = Wanted { search: "LOSS".into(), ..Wanted::default() };
        let found = rows(&columns, &wanted);
        let csv = csv(&columns, &found);
        assert!(csv.contains("metric,loss,0.3333333333333333,0.25\r\n"), "{csv}");
    }

    #[test]
    fn a_run_is_drawn_once() {
        let [a, mut b] = two();
        b.version.version = "2".into();
        let runs = board_runs(&[a, b]);
        assert_ne!(runs[0].id, runs[1].id);
        assert_eq!(runs[1].metric("loss").map(|latest| latest.value), Some(0.25));
        assert_eq!(runs[0].metric("loss · val").map(|latest| latest.value), Some(0.5));
    }
}
