//! Scorers: kept and given out, never run.

use mlflow_api::{
    DeleteScorer, Empty, GetScorer, ListScorerVersions, ListScorers, RegisterScorer,
    RegisterScorerResponse, Scorer, ScorerResponse, ScorersResponse,
};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::auth::{Caller, may_see_in};
use crate::call::required;
use crate::sql::Columns;
use crate::{Error, Row, Sql, experiments};

const SELECT: &str = "SELECT s.experiment_id, s.scorer_name, v.scorer_version, v.serialized_scorer,
    v.creation_time, s.scorer_id FROM scorers s JOIN scorer_versions v USING (scorer_id)";

pub(crate) fn register(
    sql: &dyn Sql,
    now: i64,
    asked: &RegisterScorer,
) -> Result<RegisterScorerResponse, Error> {
    required(&asked.experiment_id, "experiment_id")?;
    let name = required(&asked.name, "name")?;
    let text = required(&asked.serialized_scorer, "serialized_scorer")?;
    let parsed: Json = serde_json::from_str(text)
        .map_err(|_| Error::invalid("serialized_scorer must be valid JSON"))?;
    if has_code(&parsed) {
        return Err(Error::invalid(
            "a scorer that is a Python function is not kept: whoever loads it would run its code",
        ));
    }
    if name.trim().is_empty() {
        return Err(Error::invalid("Scorer name cannot be empty or contain only whitespace."));
    }
    let experiment = experiments::active(sql, &asked.experiment_id)?.id;
    sql.query(
        "INSERT OR IGNORE INTO scorers (experiment_id, scorer_name, scorer_id)
         VALUES (?1, ?2, ?3)",
        &[experiment.into(), name.into(), Uuid::new_v4().to_string().into()],
    )?;
    let rows = sql.query(
        "INSERT INTO scorer_versions (scorer_id, scorer_version, serialized_scorer, creation_time)
         SELECT scorer_id, 1 + ifnull((SELECT max(scorer_version) FROM scorer_versions v
             WHERE v.scorer_id = s.scorer_id), 0), ?3, ?4
         FROM scorers s WHERE experiment_id = ?1 AND scorer_name = ?2
         RETURNING scorer_version, scorer_id",
        &[experiment.into(), name.into(), text.into(), now.into()],
    )?;
    let mut columns = Columns::of(rows.into_iter().next().unwrap_or_default());
    Ok(RegisterScorerResponse {
        version: columns.integer(),
        scorer_id: columns.text(),
        experiment_id: experiment.to_string(),
        name: name.to_owned(),
        serialized_scorer: text.to_owned(),
        creation_time: now,
    })
}

/// Whether there is code in it, at any depth, that clients run when they load it.
fn has_code(value: &Json) -> bool {
    match value {
        Json::Object(fields) => {
            fields.get("call_source").is_some_and(|code| !code.is_null())
                || fields.values().any(has_code)
        }
        Json::Array(values) => values.iter().any(has_code),
        _ => false,
    }
}

pub(crate) fn list(
    sql: &dyn Sql,
    caller: Option<&Caller>,
    asked: &ListScorers,
) -> Result<ScorersResponse, Error> {
    let ids: Option<Vec<i64>> = match (asked.experiment_id.as_str(), &asked.experiment_ids) {
        ("", None) => None,
        ("", Some(ids)) => {
            Some(ids.iter().map(|id| experiments::parse_id(id)).collect::<Result<_, _>>()?)
        }
        (id, None) => Some(vec![experiments::active(sql, id)?.id]),
        _ => {
            return Err(Error::invalid(
                "Cannot specify both 'experiment_id' and 'experiment_ids': one experiment, or several",
            ));
        }
    };
    let statement = format!(
        "{SELECT} JOIN experiments e USING (experiment_id) WHERE e.lifecycle_stage = 'active'
             AND (?1 IS NULL OR s.experiment_id IN (SELECT value FROM json_each(?1)))
             AND v.scorer_version = (SELECT max(scorer_version) FROM scorer_versions n
                 WHERE n.scorer_id = s.scorer_id) ORDER BY s.experiment_id, s.scorer_name"
    );
    let ids = ids.map(|ids| serde_json::json!(ids).to_string());
    let rows = sql.query(&statement, &[ids.into()])?;
    let may_see = |scorer: &Scorer| may_see_in(caller, scorer.experiment_id, "scorer");
    Ok(ScorersResponse { scorers: rows.into_iter().map(scorer).filter(may_see).collect() })
}

pub(crate) fn versions(
    sql: &dyn Sql,
    asked: &ListScorerVersions,
) -> Result<ScorersResponse, Error> {
    Ok(ScorersResponse { scorers: all(sql, &asked.experiment_id, &asked.name)? })
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetScorer) -> Result<ScorerResponse, Error> {
    let mut known = all(sql, &asked.experiment_id, &asked.name)?.into_iter().rev();
    let scorer = known.find(|known| asked.version.is_none_or(|v| v == known.scorer_version));
    let scorer = scorer.ok_or_else(|| unknown(&asked.experiment_id, &asked.name, asked.version))?;
    Ok(ScorerResponse { scorer })
}

pub(crate) fn delete(sql: &dyn Sql, asked: &DeleteScorer) -> Result<Empty, Error> {
    let known = all(sql, &asked.experiment_id, &asked.name)?;
    let is_meant = |known: &&Scorer| asked.version.is_none_or(|v| v == known.scorer_version);
    let Some(meant) = known.iter().find(is_meant) else {
        return Err(unknown(&asked.experiment_id, &asked.name, asked.version));
    };
    let id = meant.scorer_id.as_str();
    sql.query(
        "DELETE FROM scorer_versions WHERE scorer_id = ?1 AND (?2 IS NULL OR scorer_version = ?2)",
        &[id.into(), asked.version.into()],
    )?;
    if asked.version.is_none() {
        sql.query("DELETE FROM scorers WHERE scorer_id = ?1", &[id.into()])?;
    }
    Ok(Empty {})
}

/// All versions of a scorer, of which there is at least one.
fn all(sql: &dyn Sql, experiment_id: &str, name: &str) -> Result<Vec<Scorer>, Error> {
    let id = required(experiment_id, "experiment_id")?;
    required(name, "name")?;
    let experiment = experiments::active(sql, id)?.id;
    let statement = format!(
        "{SELECT} WHERE s.experiment_id = ?1 AND s.scorer_name = ?2 ORDER BY v.scorer_version"
    );
    let rows = sql.query(&statement, &[experiment.into(), name.into()])?;
    if rows.is_empty() {
        return Err(unknown(experiment_id, name, None));
    }
    Ok(rows.into_iter().map(scorer).collect())
}

fn unknown(experiment: &str, name: &str, version: Option<i64>) -> Error {
    let version = version.map(|version| format!(" and version {version}")).unwrap_or_default();
    Error::unknown(format!(
        "Scorer with name '{name}'{version} not found for experiment {experiment}."
    ))
}

fn scorer(row: Row) -> Scorer {
    let mut columns = Columns::of(row);
    Scorer {
        experiment_id: columns.integer(),
        scorer_name: columns.text(),
        scorer_version: columns.integer(),
        serialized_scorer: columns.text(),
        creation_time: columns.integer(),
        scorer_id: columns.text(),
    }
}
