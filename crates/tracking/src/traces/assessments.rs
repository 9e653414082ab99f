//! Assessments: what people, models and code think of a trace.

use std::collections::HashMap;

use mlflow_api::{
    Assessment, AssessmentError, AssessmentResponse, AssessmentSource, AssessmentSourceType,
    CreateAssessment, DeleteAssessment, Empty, Expectation, Feedback, GetAssessment,
    IssueReference, SerializedValue, UpdateAssessment,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::info;
use crate::experiments::named;
use crate::sql::Columns;
use crate::{Error, Row, Sql, python_json};

/// Metadata that names the run of an evaluation.
const SOURCE_RUN: &str = "mlflow.assessment.sourceRunId";
/// The one format of [`SerializedValue`].
const JSON_FORMAT: &str = "JSON_FORMAT";

const COLUMNS: &str = "trace_id, assessment_id, name, assessment_type, value, error,
    created_timestamp, last_updated_timestamp, source_type, source_id, span_id, rationale,
    overrides, valid, assessment_metadata";

/// The assessments of these traces, by their traces' ids, the oldest first.
pub(super) fn of<'a>(
    sql: &dyn Sql,
    traces: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, Vec<Assessment>>, Error> {
    let traces: Vec<&str> = traces.collect();
    let statement = format!(
        "SELECT {COLUMNS} FROM assessments
         WHERE trace_id IN (SELECT value FROM json_each(?1)) ORDER BY created_timestamp, rowid"
    );
    let mut found: HashMap<String, Vec<Assessment>> = HashMap::new();
    for row in sql.query(&statement, &[json!(traces).to_string().into()])? {
        let assessment = read(row);
        found.entry(assessment.trace_id.clone()).or_default().push(assessment);
    }
    Ok(found)
}

pub(crate) fn create(
    sql: &dyn Sql,
    now: i64,
    asked: &CreateAssessment,
) -> Result<AssessmentResponse, Error> {
    let assessment = asked.assessment.as_ref().ok_or_else(|| Error::missing("assessment"))?;
    let trace = asked.trace_id.as_str();
    info::check_known(sql, trace)?;
    if let Some(overridden) = assessment.overrides.as_deref().filter(|id| !id.is_empty()) {
        let known = sql.query(
            "UPDATE assessments SET valid = 0 WHERE trace_id = ?1 AND assessment_id = ?2 RETURNING 1",
            &[trace.into(), overridden.into()],
        )?;
        if known.is_empty() {
            return Err(unknown(trace, overridden));
        }
    }
    let id = write(sql, now, trace, assessment)?;
    follow(sql, trace)?;
    Ok(AssessmentResponse { assessment: find(sql, trace, &id)? })
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetAssessment) -> Result<AssessmentResponse, Error> {
    Ok(AssessmentResponse { assessment: find(sql, &asked.trace_id, &asked.assessment_id)? })
}

pub(crate) fn update(
    sql: &dyn Sql,
    now: i64,
    asked: &UpdateAssessment,
) -> Result<AssessmentResponse, Error> {
    let new = asked.assessment.as_ref().ok_or_else(|| Error::missing("assessment"))?;
    let mut known = find(sql, &asked.trace_id, &asked.assessment_id)?;
    let mask = crate::call::required(&asked.update_mask, "update_mask")?;
    for field in mask.split(',') {
        match field.trim() {
            "assessment_name" | "assessmentName" => {
                known.assessment_name = new.assessment_name.clone()
            }
            "rationale" => known.rationale = new.rationale.clone(),
            "metadata" => known.metadata.extend(new.metadata.clone()),
            "feedback" if known.feedback.is_none() => {
                return Err(Error::invalid(
                    "Cannot update feedback value on an Expectation assessment.",
                ));
            }
            "feedback" => known.feedback = Some(new.feedback.clone().unwrap_or_default()),
            "expectation" if known.expectation.is_none() => {
                return Err(Error::invalid(
                    "Cannot update expectation value on a Feedback assessment.",
                ));
            }
            "expectation" => known.expectation = Some(new.expectation.clone().unwrap_or_default()),
            _ => {}
        }
    }
    let kept = Kept::of(&known)?;
    sql.query(
        "UPDATE assessments SET name = ?3, value = ?4, error = ?5, last_updated_timestamp = ?6,
             rationale = ?7, assessment_metadata = ?8, aggregate_value = ?9,
             is_numeric_value = ?10
         WHERE trace_id = ?1 AND assessment_id = ?2",
        &[
            asked.trace_id.as_str().into(),
            asked.assessment_id.as_str().into(),
            known.assessment_name.as_str().into(),
            kept.value.into(),
            kept.error.into(),
            now.into(),
            known.rationale.as_deref().into(),
            kept.metadata.into(),
            kept.number.into(),
            i64::from(kept.is_number).into(),
        ],
    )?;
    get(
        sql,
        &GetAssessment {
            trace_id: asked.trace_id.clone(),
            assessment_id: asked.assessment_id.clone(),
        },
    )
}

/// Deletes it; what it took the place of counts again.
pub(crate) fn delete(sql: &dyn Sql, asked: &DeleteAssessment) -> Result<Empty, Error> {
    let deleted = sql.query(
        "DELETE FROM assessments WHERE trace_id = ?1 AND assessment_id = ?2 RETURNING overrides",
        &[asked.trace_id.as_str().into(), asked.assessment_id.as_str().into()],
    )?;
    for row in deleted {
        sql.query("UPDATE assessments SET valid = 1 WHERE assessment_id = ?1", &row)?;
    }
    Ok(Empty {})
}

fn find(sql: &dyn Sql, trace: &str, id: &str) -> Result<Assessment, Error> {
    let statement =
        format!("SELECT {COLUMNS} FROM assessments WHERE trace_id = ?1 AND assessment_id = ?2");
    let rows = sql.query(&statement, &[trace.into(), id.into()])?;
    if let Some(row) = rows.into_iter().next() {
        return Ok(read(row));
    }
    info::check_known(sql, trace)?;
    Err(unknown(trace, id))
}

fn unknown(trace: &str, id: &str) -> Error {
    Error::unknown(format!("Assessment with ID '{id}' not found for trace '{trace}'"))
}

/// Writes the assessment down, and gives its id.
pub(super) fn write(
    sql: &dyn Sql,
    now: i64,
    trace: &str,
    assessment: &Assessment,
) -> Result<String, Error> {
    let id = match assessment.assessment_id.as_str() {
        "" => format!("a-{}", Uuid::new_v4().simple()),
        id => id.to_owned(),
    };
    let kept = Kept::of(assessment)?;
    let time = |time: i64| if time == 0 { now } else { time };
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let written = sql.query(
        "INSERT INTO assessments (assessment_id, trace_id, name, assessment_type, value, error,
             created_timestamp, last_updated_timestamp, source_type, source_id, run_id, span_id,
             rationale, overrides, valid, assessment_metadata, aggregate_value, is_numeric_value)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 1, ?15, ?16, ?17)
         ON CONFLICT (assessment_id) DO UPDATE SET name = excluded.name, value = excluded.value,
             error = excluded.error, rationale = excluded.rationale,
             last_updated_timestamp = excluded.last_updated_timestamp,
             assessment_metadata = excluded.assessment_metadata,
             aggregate_value = excluded.aggregate_value,
             is_numeric_value = excluded.is_numeric_value
         WHERE trace_id = excluded.trace_id RETURNING 1",
        &[
            id.as_str().into(),
            trace.into(),
            assessment.assessment_name.as_str().into(),
            kept.kind.into(),
            kept.value.into(),
            kept.error.into(),
            time(assessment.create_time).into(),
            time(assessment.last_update_time).into(),
            assessment.source.source_type.as_str().into(),
            filled(&assessment.source.source_id).into(),
            assessment.metadata.get(SOURCE_RUN).cloned().into(),
            filled(&assessment.span_id).into(),
            filled(&assessment.rationale).into(),
            filled(&assessment.overrides).into(),
            kept.metadata.into(),
            kept.number.into(),
            i64::from(kept.is_number).into(),
        ],
    )?;
    if written.is_empty() {
        return Err(Error::invalid(format!("another trace has an assessment with ID '{id}'")));
    }
    Ok(id)
}

/// Has the assessments say when their trace was, and where.
pub(crate) fn follow(sql: &dyn Sql, trace: &str) -> Result<(), Error> {
    sql.query(
        "UPDATE assessments SET (experiment_id, trace_timestamp_ms) =
             (SELECT experiment_id, timestamp_ms FROM trace_info WHERE request_id = ?1)
         WHERE trace_id = ?1",
        &[trace.into()],
    )?;
    Ok(())
}

/// What of an assessment is kept as JSON, and as a number that can be compared.
struct Kept {
    kind: &'static str,
    value: String,
    error: Option<String>,
    metadata: Option<String>,
    number: Option<f64>,
    is_number: bool,
}

impl Kept {
    fn of(assessment: &Assessment) -> Result<Self, Error> {
        let (kind, value, error) = if let Some(expectation) = &assessment.expectation {
            ("expectation", expected(expectation)?, None)
        } else if let Some(feedback) = &assessment.feedback {
            ("feedback", doubles(&feedback.value), feedback.error.as_ref().map(error_json))
        } else if let Some(issue) = &assessment.issue {
            ("issue", json!({"issue_name": issue.issue_name}), None)
        } else {
            return Err(Error::invalid("Unknown assessment type: None"));
        };
        let metadata =
            (!assessment.metadata.is_empty()).then(|| python_json::to_ascii(&assessment.metadata));
        let (number, is_number) = match &value {
            _ if kind == "issue" => (None, false),
            Json::Bool(flag) => (Some(f64::from(u8::from(*flag))), false),
            Json::Number(number) => (number.as_f64(), true),
            Json::String(text) => match text.trim().to_lowercase().as_str() {
                "yes" => (Some(1.0), false),
                "no" => (Some(0.0), false),
                _ => (None, false),
            },
            _ => (None, false),
        };
        let value = python_json::to_ascii(&value);
        Ok(Self { kind, value, error, metadata, number, is_number })
    }
}

fn error_json(error: &AssessmentError) -> String {
    python_json::to_ascii(&json!({
        "error_code": error.error_code,
        "error_message": error.error_message,
        "stack_trace": error.stack_trace,
    }))
}

/// The value with every number as a floating-point one, which protobuf's are.
fn doubles(value: &Json) -> Json {
    match value {
        Json::Number(number) => number.as_f64().map_or(Json::Null, Json::from),
        Json::Array(values) => values.iter().map(doubles).collect(),
        Json::Object(values) => {
            values.iter().map(|(key, value)| (key.clone(), doubles(value))).collect()
        }
        other => other.clone(),
    }
}

fn expected(expectation: &Expectation) -> Result<Json, Error> {
    let value = match &expectation.serialized_value {
        Some(serialized) if serialized.serialization_format == JSON_FORMAT => {
            serde_json::from_str(&serialized.value)
                .map_err(|e| Error::invalid(format!("the expectation's value is no JSON: {e}")))?
        }
        Some(serialized) => {
            return Err(Error::invalid(format!(
                "Unknown serialization format: {}. Only {JSON_FORMAT} is supported.",
                serialized.serialization_format
            )));
        }
        None => doubles(expectation.value.as_ref().unwrap_or(&Json::Null)),
    };
    if value.is_null() {
        return Err(Error::invalid("The `value` field must be specified."));
    }
    Ok(value)
}

fn read(row: Row) -> Assessment {
    let mut columns = Columns::of(row);
    let trace_id = columns.text();
    let assessment_id = columns.text();
    let assessment_name = columns.text();
    let kind = columns.text();
    let value: Json = serde_json::from_str(&columns.text()).unwrap_or_default();
    let error: Option<AssessmentError> =
        columns.maybe_text().and_then(|error| serde_json::from_str(&error).ok());
    let mut assessment = Assessment {
        trace_id,
        assessment_id,
        assessment_name,
        create_time: columns.integer(),
        last_update_time: columns.integer(),
        source: AssessmentSource {
            source_type: named::<AssessmentSourceType>(&columns.text()),
            source_id: columns.maybe_text(),
        },
        span_id: columns.maybe_text(),
        rationale: columns.maybe_text(),
        overrides: columns.maybe_text(),
        valid: Some(columns.integer() != 0),
        metadata: metadata(columns.maybe_text()),
        ..Assessment::default()
    };
    match kind.as_str() {
        "expectation" => assessment.expectation = Some(expectation(value)),
        "issue" => {
            assessment.issue =
                Some(serde_json::from_value(value).unwrap_or_else(|_| IssueReference::default()));
        }
        _ => assessment.feedback = Some(Feedback { value: doubles(&value), error }),
    }
    assessment
}

fn expectation(value: Json) -> Expectation {
    if value.is_array() || value.is_object() || value.is_null() {
        let serialized = SerializedValue {
            serialization_format: JSON_FORMAT.into(),
            value: python_json::to_ascii(&value),
        };
        return Expectation { serialized_value: Some(serialized), value: None };
    }
    Expectation { value: Some(doubles(&value)), serialized_value: None }
}

/// Metadata in texts, whatever it was.
fn metadata(json: Option<String>) -> std::collections::BTreeMap<String, String> {
    let json = json.map(|json| super::promoted::object(&json)).unwrap_or_default();
    let text = |value: Json| match value {
        Json::String(text) => text,
        other => python_json::to_ascii(&other),
    };
    json.into_iter().map(|(key, value)| (key, text(value))).collect()
}
