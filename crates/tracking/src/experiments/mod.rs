//! Experiments: created, found, listed, renamed, deleted; and their tags.

mod change;
mod location;
mod search;
mod tags;

pub(crate) use change::{delete, rename, restore};
pub(crate) use search::{in_experiments, search};
pub(crate) use tags::{delete as delete_tag, set as set_tag};

use mlflow_api::{
    CreateExperiment, CreateExperimentResponse, ErrorCode, Experiment, GetExperiment,
    GetExperimentByName, GetExperimentResponse, LifecycleStage, Tag, ViewType, limits,
};

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer as _};

use self::tags::{check as check_tag, write as write_tags};
use crate::call::required;
use crate::schema::artifact_location;
use crate::sql::Columns;
use crate::{Error, Row, Sql, Value, keys};

/// The columns of an experiment, and its tags as a JSON array of pairs.
const COLUMNS: &str = "experiment_id, name, artifact_location, lifecycle_stage, creation_time,
    last_update_time, (SELECT json_group_array(json_array(key, value)) FROM
        (SELECT key, value FROM experiment_tags t WHERE t.experiment_id = e.experiment_id
         ORDER BY key))";

pub(crate) fn create(
    sql: &dyn Sql,
    now: i64,
    asked: &CreateExperiment,
) -> Result<CreateExperimentResponse, Error> {
    let name = required(&asked.name, "name")?;
    if name.trim().is_empty() {
        return Err(Error::invalid(format!("Invalid experiment name: '{name}'")));
    }
    keys::check_length("name", name, limits::MAX_EXPERIMENT_NAME_LENGTH)?;
    let location = asked.artifact_location.as_deref().filter(|location| !location.is_empty());
    location.map_or(Ok(()), location::check)?;
    for tag in &asked.tags {
        check_tag(tag)?;
    }
    let known = sql.query(
        "SELECT lifecycle_stage FROM experiments WHERE name = ?1 AND workspace = 'default'",
        &[name.into()],
    )?;
    if let Some(row) = known.into_iter().next() {
        let stage = Columns::of(row).text();
        let deleted = if stage == LifecycleStage::Deleted.as_str() {
            ". It is deleted: restore it, or delete it for good, to use the name again"
        } else {
            ""
        };
        return Err(Error::new(
            ErrorCode::ResourceAlreadyExists,
            format!("Experiment(name={name}) already exists{deleted}."),
        ));
    }
    let rows = sql.query(
        "INSERT INTO experiments
         (name, artifact_location, lifecycle_stage, creation_time, last_update_time)
         VALUES (?1, ?2, 'active', ?3, ?3) RETURNING experiment_id",
        &[name.into(), location.into(), now.into()],
    )?;
    let id = rows.into_iter().next().map(|row| Columns::of(row).integer()).unwrap_or_default();
    if location.is_none() {
        sql.query(
            "UPDATE experiments SET artifact_location = ?1 WHERE experiment_id = ?2",
            &[artifact_location(sql, id)?.into(), id.into()],
        )?;
    }
    write_tags(sql, id, &asked.tags)?;
    Ok(CreateExperimentResponse { experiment_id: id.to_string() })
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetExperiment) -> Result<GetExperimentResponse, Error> {
    let id = required(&asked.experiment_id, "experiment_id")?;
    let experiment = find(sql, id)?;
    Ok(GetExperimentResponse { experiment })
}

/// The experiment with this id, which the client wrote.
pub(crate) fn find(sql: &dyn Sql, id: &str) -> Result<Experiment, Error> {
    let statement = format!("SELECT {COLUMNS} FROM experiments e WHERE experiment_id = ?1");
    let rows = sql.query(&statement, &[parse_id(id)?.into()])?;
    rows.into_iter().next().map(experiment).ok_or_else(|| unknown(id))
}

/// An id as the store has it.
pub(crate) fn parse_id(id: &str) -> Result<i64, Error> {
    id.trim().parse().map_err(|_| {
        Error::invalid(format!(
            "Invalid experiment ID '{id}'. Experiment ID must be a valid integer."
        ))
    })
}

/// An id as it is kept, however it is written; one that is no number as it is.
pub(crate) fn canonical_id(id: &str) -> String {
    id.trim().parse::<i64>().map_or_else(|_| id.to_owned(), |id| id.to_string())
}

fn unknown(id: &str) -> Error {
    Error::unknown(format!("No Experiment with id={id} exists"))
}

/// What writing into an experiment needs to know of it.
pub(crate) struct Place {
    pub(crate) id: i64,
    pub(crate) artifact_location: String,
}

/// The experiment with this id, to be written into: a deleted one is refused.
pub(crate) fn active(sql: &dyn Sql, id: &str) -> Result<Place, Error> {
    let number = parse_id(id)?;
    let rows = sql.query(
        "SELECT lifecycle_stage, artifact_location FROM experiments WHERE experiment_id = ?1",
        &[number.into()],
    )?;
    let mut columns = Columns::of(rows.into_iter().next().ok_or_else(|| unknown(id))?);
    let stage = columns.text();
    if stage != LifecycleStage::Active.as_str() {
        return Err(Error::invalid(format!(
            "The experiment {number} must be in the 'active' state. Current state is {stage}."
        )));
    }
    Ok(Place { id: number, artifact_location: columns.text() })
}

pub(crate) fn get_by_name(
    sql: &dyn Sql,
    asked: &GetExperimentByName,
) -> Result<GetExperimentResponse, Error> {
    let name = required(&asked.experiment_name, "experiment_name")?;
    let statement =
        format!("SELECT {COLUMNS} FROM experiments e WHERE name = ?1 AND workspace = 'default'");
    let rows = sql.query(&statement, &[name.into()])?;
    let experiment =
        rows.into_iter().next().map(experiment).ok_or_else(|| {
            Error::unknown(format!("Could not find experiment with name '{name}'"))
        })?;
    Ok(GetExperimentResponse { experiment })
}

/// The two stages that a view shows; one twice where it shows one.
pub(crate) fn stages(view: Option<ViewType>) -> (&'static str, &'static str) {
    let (active, deleted) = (LifecycleStage::Active.as_str(), LifecycleStage::Deleted.as_str());
    match view.unwrap_or_default() {
        ViewType::ActiveOnly => (active, active),
        ViewType::DeletedOnly => (deleted, deleted),
        ViewType::All => (active, deleted),
    }
}

/// An enum of the wire as a column has it: by its name.
pub(crate) fn named<T: DeserializeOwned + Default>(name: &str) -> T {
    let name: StrDeserializer<'_, serde::de::value::Error> = name.into_deserializer();
    T::deserialize(name).unwrap_or_default()
}

fn experiment(row: Row) -> Experiment {
    let mut columns = Columns::of(row);
    Experiment {
        experiment_id: columns.integer().to_string(),
        name: columns.text(),
        artifact_location: columns.maybe_text(),
        lifecycle_stage: named(&columns.text()),
        creation_time: columns.maybe_integer(),
        last_update_time: columns.maybe_integer(),
        tags: pairs(&columns.value()).map(|(key, value)| Tag { key, value }).collect(),
    }
}

/// The keys and texts of a JSON array of pairs.
pub(crate) fn pairs(json: &Value) -> impl Iterator<Item = (String, String)> {
    let pairs: Vec<(String, Option<String>)> = match json {
        Value::Text(json) => serde_json::from_str(json).unwrap_or_default(),
        _ => Vec::new(),
    };
    pairs.into_iter().map(|(key, value)| (key, value.unwrap_or_default()))
}
