//! What runs read and made: datasets and logged models.

use std::collections::HashSet;

use mlflow_api::{
    Dataset, DatasetInput, DatasetSummary, Empty, LogInputs, LogOutputs, ModelInput, ModelOutput,
    SearchDatasets, SearchDatasetsResponse, Tag, limits,
};
use serde_json::json;
use uuid::Uuid;

use super::check_active;
use crate::call::required;
use crate::experiments::{pairs, parse_id};
use crate::sql::Columns;
use crate::{Error, Sql, Value, keys};

pub(crate) fn log_inputs(sql: &dyn Sql, asked: &LogInputs) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    for input in &asked.datasets {
        check_input(input)?;
    }
    let experiment = check_active(sql, id)?;
    let mut seen = HashSet::new();
    for input in &asked.datasets {
        if seen.insert((&input.dataset.name, &input.dataset.digest)) {
            let dataset = write_dataset(sql, experiment, &input.dataset)?;
            write_input(sql, id, &dataset, &input.tags)?;
        }
    }
    for model in &asked.models {
        sql.query(
            "INSERT INTO inputs
             (input_uuid, source_type, source_id, destination_type, destination_id)
             VALUES (?1, 'RUN_INPUT', ?2, 'MODEL_INPUT', ?3)
             ON CONFLICT (source_type, source_id, destination_type, destination_id)
             DO UPDATE SET input_uuid = excluded.input_uuid",
            &[new_id().into(), id.into(), model.model_id.as_str().into()],
        )?;
    }
    Ok(Empty {})
}

fn new_id() -> String {
    Uuid::new_v4().simple().to_string()
}

/// Refuses texts that are missing or too long.
fn check_input(input: &DatasetInput) -> Result<(), Error> {
    let Dataset { name, digest, source_type, source, schema, profile } = &input.dataset;
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    let missing = [
        ("name", name.is_empty()),
        ("digest", digest.is_empty()),
        ("source_type", source_type.as_ref().is_none_or(String::is_empty)),
        ("source", source.as_ref().is_none_or(String::is_empty)),
    ];
    if let Some((field, _)) = missing.into_iter().find(|(_, is_missing)| *is_missing) {
        return Err(Error::invalid(format!("Dataset {field} cannot be None")));
    }
    for (what, text, max) in [
        ("name", name.clone(), limits::MAX_DATASET_NAME_LENGTH),
        ("digest", digest.clone(), limits::MAX_DATASET_DIGEST_LENGTH),
        ("source", of(source), limits::MAX_DATASET_SOURCE_LENGTH),
        ("schema", of(schema), limits::MAX_DATASET_SCHEMA_LENGTH),
        ("profile", of(profile), limits::MAX_DATASET_PROFILE_LENGTH),
    ] {
        keys::check_length(what, &text, max)?;
    }
    for tag in &input.tags {
        keys::check_length("key", &tag.key, limits::MAX_INPUT_TAG_KEY_LENGTH)?;
        keys::check_length("value", &tag.value, limits::MAX_INPUT_TAG_VALUE_LENGTH)?;
    }
    Ok(())
}

/// The id of the dataset, which an experiment has once: the first one stays.
fn write_dataset(sql: &dyn Sql, experiment: i64, dataset: &Dataset) -> Result<String, Error> {
    let rows = sql.query(
        "INSERT INTO datasets (dataset_uuid, experiment_id, name, digest, dataset_source_type,
             dataset_source, dataset_schema, dataset_profile)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (experiment_id, name, digest) DO UPDATE SET name = name
         RETURNING dataset_uuid",
        &[
            new_id().into(),
            experiment.into(),
            dataset.name.as_str().into(),
            dataset.digest.as_str().into(),
            dataset.source_type.clone().into(),
            dataset.source.clone().into(),
            dataset.schema.clone().into(),
            dataset.profile.clone().into(),
        ],
    )?;
    Ok(rows.into_iter().next().map(|row| Columns::of(row).text()).unwrap_or_default())
}

/// Says that the run read the dataset; what was said before stays, with its tags.
fn write_input(sql: &dyn Sql, run: &str, dataset: &str, tags: &[Tag]) -> Result<(), Error> {
    let id = new_id();
    let new = sql.query(
        "INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id)
         VALUES (?1, 'DATASET', ?2, 'RUN', ?3) ON CONFLICT DO NOTHING RETURNING 1",
        &[id.as_str().into(), dataset.into(), run.into()],
    )?;
    if new.is_empty() || tags.is_empty() {
        return Ok(());
    }
    let pairs: Vec<(&str, &str)> =
        tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect();
    sql.query(
        "INSERT INTO input_tags (input_uuid, name, value)
         SELECT ?2, value ->> 0, value ->> 1 FROM json_each(?1) WHERE true
         ON CONFLICT (input_uuid, name) DO UPDATE SET value = excluded.value",
        &[json!(pairs).to_string().into(), id.into()],
    )?;
    Ok(())
}

pub(crate) fn log_outputs(sql: &dyn Sql, asked: &LogOutputs) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    if asked.models.is_empty() {
        return Err(Error::missing("models"));
    }
    check_active(sql, id)?;
    for model in &asked.models {
        sql.query(
            "INSERT INTO inputs
             (input_uuid, source_type, source_id, destination_type, destination_id, step)
             VALUES (?1, 'RUN_OUTPUT', ?2, 'MODEL_OUTPUT', ?3, ?4)",
            &[new_id().into(), id.into(), model.model_id.as_str().into(), model.step.into()],
        )?;
    }
    Ok(Empty {})
}

/// What the runs of a list of ids read, with the run of each.
pub(super) fn datasets_read(
    sql: &dyn Sql,
    ids: &Value,
) -> Result<Vec<(String, DatasetInput)>, Error> {
    let rows = sql.query(
        "SELECT i.destination_id, d.name, d.digest, d.dataset_source_type, d.dataset_source,
             d.dataset_schema, d.dataset_profile,
             (SELECT json_group_array(json_array(t.name, t.value)) FROM input_tags t
              WHERE t.input_uuid = i.input_uuid)
         FROM json_each(?1) page
         JOIN inputs i ON i.destination_type = 'RUN' AND i.destination_id = page.value
             AND i.source_type = 'DATASET'
         JOIN datasets d ON d.dataset_uuid = i.source_id ORDER BY page.key, i.rowid",
        std::slice::from_ref(ids),
    )?;
    let inputs = rows.into_iter().map(Columns::of).map(|mut columns| {
        let run = columns.text();
        let dataset = Dataset {
            name: columns.text(),
            digest: columns.text(),
            source_type: columns.maybe_text(),
            source: columns.maybe_text(),
            schema: columns.maybe_text(),
            profile: columns.maybe_text(),
        };
        let tags = pairs(&columns.value()).map(|(key, value)| Tag { key, value }).collect();
        (run, DatasetInput { tags, dataset })
    });
    Ok(inputs.collect())
}

/// What the runs of a list of ids made, with the run of each.
pub(super) fn models_made(sql: &dyn Sql, ids: &Value) -> Result<Vec<(String, ModelOutput)>, Error> {
    let rows = sql.query(
        "SELECT i.source_id, i.destination_id, i.step FROM json_each(?1) page
         JOIN inputs i ON i.source_type = 'RUN_OUTPUT' AND i.source_id = page.value
             AND i.destination_type = 'MODEL_OUTPUT' ORDER BY page.key, i.rowid",
        std::slice::from_ref(ids),
    )?;
    let outputs = rows.into_iter().map(Columns::of).map(|mut columns| {
        let run = columns.text();
        (run, ModelOutput { model_id: columns.text(), step: columns.integer() })
    });
    Ok(outputs.collect())
}

/// The models that a run read.
pub(super) fn models_read(sql: &dyn Sql, run: &str) -> Result<Vec<ModelInput>, Error> {
    let rows = sql.query(
        "SELECT destination_id FROM inputs WHERE source_type = 'RUN_INPUT' AND source_id = ?1
             AND destination_type = 'MODEL_INPUT' ORDER BY rowid",
        &[run.into()],
    )?;
    Ok(rows.into_iter().map(|row| ModelInput { model_id: Columns::of(row).text() }).collect())
}

pub(crate) fn search_datasets(
    sql: &dyn Sql,
    asked: &SearchDatasets,
) -> Result<SearchDatasetsResponse, Error> {
    let max = limits::SEARCH_DATASETS_MAX_EXPERIMENTS;
    let got = asked.experiment_ids.len();
    if got == 0 {
        return Err(Error::invalid(
            "SearchDatasets request must specify at least one experiment_id.",
        ));
    }
    if got > max {
        return Err(Error::invalid(format!(
            "SearchDatasets request cannot specify more than {max} experiment_ids. Received {got} experiment_ids."
        )));
    }
    let ids: Result<Vec<i64>, Error> = asked.experiment_ids.iter().map(|id| parse_id(id)).collect();
    let rows = sql.query(
        "SELECT d.experiment_id, d.name, d.digest, t.value FROM datasets d
         JOIN inputs i ON i.source_type = 'DATASET' AND i.source_id = d.dataset_uuid
         LEFT JOIN input_tags t
             ON t.input_uuid = i.input_uuid AND t.name = 'mlflow.data.context'
         WHERE d.experiment_id IN (SELECT value FROM json_each(?1))
         GROUP BY d.experiment_id, d.name, d.digest, t.value
         ORDER BY min(d.rowid), min(i.rowid) LIMIT ?2",
        &[json!(ids?).to_string().into(), (limits::SEARCH_DATASETS_MAX_RESULTS as i64).into()],
    )?;
    let summaries = rows.into_iter().map(Columns::of).map(|mut columns| DatasetSummary {
        experiment_id: columns.integer().to_string(),
        name: columns.text(),
        digest: columns.text(),
        context: columns.maybe_text(),
    });
    Ok(SearchDatasetsResponse { dataset_summaries: summaries.collect() })
}
