//! What differs between versions of a model: of themselves, of their runs, and
//! of what the models take and give.

use std::collections::{BTreeMap, BTreeSet};

use mlflow_api::{ModelVersion, Run};

use super::format::number;
use super::model_schema::{ModelSchema, SchemaRow};

/// A version with its run and its schema, as far as they are there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Column {
    /// The version.
    pub(crate) version: ModelVersion,
    /// The run that made it.
    pub(crate) run: Option<Run>,
    /// What its model takes and gives.
    pub(crate) schema: Option<ModelSchema>,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// The version itself.
    Version,
    /// A parameter of its run.
    Param,
    /// A metric of its run.
    Metric,
    /// A part of what it takes.
    Input,
    /// A part of what it gives.
    Output,
}

/// One value of every version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// What it is about.
    pub(crate) group: Group,
    /// The key.
    pub(crate) name: String,
    /// A value for each version.
    pub(crate) values: Vec<Option<String>>,
    /// Whether they are not all the same.
    pub(crate) differs: bool,
}

/// All rows, group after group. Columns of schemas are compared by name, so
/// their order makes no difference.
pub(crate) fn rows(columns: &[Column]) -> Vec<Row> {
    [Group::Version, Group::Param, Group::Metric, Group::Input, Group::Output]
        .into_iter()
        .flat_map(|group| of_group(group, columns))
        .collect()
}

fn of_group(group: Group, columns: &[Column]) -> Vec<Row> {
    let values: Vec<BTreeMap<String, String>> =
        columns.iter().map(|column| values(group, column)).collect();
    let keys: BTreeSet<&String> = values.iter().flat_map(BTreeMap::keys).collect();
    let row = |key: &String| {
        let values: Vec<Option<String>> = values.iter().map(|of| of.get(key).cloned()).collect();
        let differs = values.windows(2).any(|pair| pair.first() != pair.last());
        Row { group, name: key.clone(), values, differs }
    };
    keys.into_iter().map(row).collect()
}

fn values(group: Group, column: &Column) -> BTreeMap<String, String> {
    let Column { version, run, schema } = column;
    match group {
        Group::Version => {
            let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
            let facts = [
                ("aliases", Some(version.aliases.join(", ")).filter(|text| !text.is_empty())),
                ("creation_timestamp", version.creation_timestamp.map(|at| at.to_string())),
                ("description", text(&version.description)),
                ("run", run.as_ref().map(|run| run.name().to_owned()).or(text(&version.run_id))),
                ("source", text(&version.source)),
                ("stage", text(&version.current_stage)),
            ];
            facts.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
        }
        Group::Param => {
            let params = run.iter().flat_map(|run| &run.data.params);
            params.map(|param| (param.key.clone(), param.value.clone())).collect()
        }
        Group::Metric => {
            let metrics = run.iter().flat_map(|run| &run.data.metrics);
            metrics.map(|metric| (metric.key.clone(), number(metric.value))).collect()
        }
        Group::Input => side(schema.as_ref().and_then(|schema| schema.inputs.as_deref())),
        Group::Output => side(schema.as_ref().and_then(|schema| schema.outputs.as_deref())),
    }
}

/// The types of columns by their names, of nested ones by their paths.
fn side(rows: Option<&[SchemaRow]>) -> BTreeMap<String, String> {
    let mut path: Vec<&str> = Vec::new();
    let mut all = BTreeMap::new();
    for row in rows.into_iter().flatten() {
        path.truncate(row.depth);
        path.push(if row.name.is_empty() { "–" } else { &row.name });
        let optional = if row.required { "" } else { "?" };
        all.insert(path.join("."), format!("{}{optional}", row.kind));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlflow_api::Param;

    #[test]
    fn what_differs_is_marked() {
        let column = |alpha: &str, inputs: &[(usize, &str, &str)]| {
            let param = |key: &str, value: &str| Param { key: key.into(), value: value.into() };
            let mut run = Run::default();
            run.data.params = vec![param("alpha", alpha), param("seed", "7")];
            let row = |(depth, name, kind): &(usize, &str, &str)| SchemaRow {
                depth: *depth,
                name: (*name).into(),
                kind: (*kind).into(),
                required: true,
                default: None,
            };
            let inputs = Some(inputs.iter().map(row).collect());
            let schema = Some(ModelSchema { inputs, ..ModelSchema::default() });
            Column { run: Some(run), schema, ..Column::default() }
        };
        let a = column("1", &[(0, "x", "double"), (0, "o", "object"), (1, "k", "long")]);
        let b = column("2", &[(0, "o", "object"), (1, "k", "string"), (0, "x", "double")]);
        let rows = rows(&[a, b]);
        let differs = |group, name: &str| {
            rows.iter().find(|row| row.group == group && row.name == name).map(|row| row.differs)
        };
        assert_eq!(differs(Group::Param, "alpha"), Some(true));
        assert_eq!(differs(Group::Param, "seed"), Some(false));
        assert_eq!(differs(Group::Input, "x"), Some(false));
        assert_eq!(differs(Group::Input, "o.k"), Some(true));
    }
}
