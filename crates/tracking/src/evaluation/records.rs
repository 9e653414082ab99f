//! The records of evaluation datasets: one for each different inputs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mlflow_api::{
    DeleteDatasetRecords, DeleteDatasetRecordsResponse, GetDatasetRecords,
    GetDatasetRecordsResponse, UpsertDatasetRecords, UpsertDatasetRecordsResponse, limits,
};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{digest, find, hash, object, user};
use crate::call::required;
use crate::sql::Columns;
use crate::{Error, Row, Sql, Value, python_json};

/// The key that outputs are kept under, since they may be no object.
const WRAPPED: &str = "mlflow_wrapped";
/// Where records come from.
const SOURCES: [&str; 5] = ["UNSPECIFIED", "TRACE", "HUMAN", "DOCUMENT", "CODE"];

const COLUMNS: &str = "dataset_record_id, dataset_id, inputs, outputs, expectations, tags, source,
    source_id, created_time, last_update_time, created_by, last_updated_by";

type Fields = Map<String, Json>;

pub(crate) fn upsert(
    sql: &dyn Sql,
    now: i64,
    asked: &UpsertDatasetRecords,
) -> Result<UpsertDatasetRecordsResponse, Error> {
    let records = required(&asked.records, "records")?;
    crate::fields::check_memory(records.as_bytes())?;
    let records: Vec<Fields> = serde_json::from_str(records)
        .map_err(|e| Error::invalid(format!("'records' has to be a JSON array in text: {e}")))?;
    let dataset = find(sql, &asked.dataset_id)?;
    let id = dataset.dataset_id.as_str();
    let mut answer = UpsertDatasetRecordsResponse::default();
    let mut updated_by = None;
    let mut schema = match dataset.schema.as_deref() {
        Some(schema) => object(schema, "schema").unwrap_or_default(),
        None => Map::new(),
    };
    for record in &records {
        updated_by = user(&fields(record, "tags")).map(str::to_owned).or(updated_by);
        if write(sql, now, id, record)? {
            answer.inserted_count += 1;
        } else {
            answer.updated_count += 1;
        }
        learn(&mut schema, record);
    }
    let schema = (!records.is_empty() || dataset.schema.is_some())
        .then(|| python_json::to_ascii(&complete(schema)));
    sql.query(
        "UPDATE evaluation_datasets SET last_update_time = ?2, last_updated_by = ?3, digest = ?4,
             schema = coalesce(?5, schema), profile =
                 (SELECT CASE WHEN count(*) > 0 THEN printf('{\"num_records\": %d}', count(*))
                     ELSE profile END FROM evaluation_dataset_records WHERE dataset_id = ?1)
         WHERE dataset_id = ?1",
        &[
            id.into(),
            now.into(),
            updated_by.into(),
            digest(&dataset.name, now).into(),
            schema.into(),
        ],
    )?;
    Ok(answer)
}

/// Adds to the record with the same inputs, or makes one; whether it made one.
fn write(sql: &dyn Sql, now: i64, dataset: &str, record: &Fields) -> Result<bool, Error> {
    let inputs = Json::Object(fields(record, "inputs"));
    // serde_json has the keys in order.
    let inputs_hash = hash(&python_json::to_ascii(&inputs));
    let rows = sql.query(
        "SELECT dataset_record_id, expectations, tags FROM evaluation_dataset_records
         WHERE dataset_id = ?1 AND input_hash = ?2",
        &[dataset.into(), inputs_hash.as_str().into()],
    )?;
    if let Some(row) = rows.into_iter().next() {
        merge(sql, now, row, record)?;
        return Ok(false);
    }
    let source = source(record.get("source"))?;
    let source_id = source.as_ref().and_then(|source| {
        let key = if source.kind == "TRACE" { "trace_id" } else { "source_id" };
        source.data.get(key).and_then(Json::as_str).map(str::to_owned)
    });
    let tags = fields(record, "tags");
    let outputs = record.get("outputs").cloned().unwrap_or_else(|| json!({}));
    sql.query(
        "INSERT INTO evaluation_dataset_records (dataset_record_id, dataset_id, inputs, outputs,
             expectations, tags, source, source_id, source_type, created_time, last_update_time,
             created_by, last_updated_by, input_hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?11, ?12)",
        &[
            format!("dr-{}", Uuid::new_v4().simple()).into(),
            dataset.into(),
            python_json::to_ascii(&inputs).into(),
            wrapped(&outputs).into(),
            python_json::to_ascii(record.get("expectations").unwrap_or(&Json::Null)).into(),
            python_json::to_ascii(&tags).into(),
            source.as_ref().map_or_else(|| "null".into(), Source::to_text).into(),
            source_id.into(),
            source.map(|source| source.kind).into(),
            now.into(),
            user(&tags).into(),
            inputs_hash.into(),
        ],
    )?;
    Ok(true)
}

fn merge(sql: &dyn Sql, now: i64, known: Row, record: &Fields) -> Result<(), Error> {
    let mut columns = Columns::of(known);
    let id = columns.text();
    let merged = |known: Option<String>, new: Fields| {
        let known = known.map(|known| object(&known, "kept").unwrap_or_default());
        (!new.is_empty()).then(|| {
            let mut all = known.unwrap_or_default();
            all.extend(new);
            python_json::to_ascii(&all)
        })
    };
    let new_tags = fields(record, "tags");
    let user = user(&new_tags).map(str::to_owned);
    let expectations = merged(columns.maybe_text(), fields(record, "expectations"));
    let tags = merged(columns.maybe_text(), new_tags);
    sql.query(
        "UPDATE evaluation_dataset_records SET outputs = coalesce(?2, outputs),
             expectations = coalesce(?3, expectations), tags = coalesce(?4, tags),
             last_updated_by = coalesce(?5, last_updated_by), last_update_time = ?6
         WHERE dataset_record_id = ?1",
        &[
            id.into(),
            record.get("outputs").map(wrapped).into(),
            expectations.into(),
            tags.into(),
            user.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// The object in a field; an empty one for anything else.
fn fields(record: &Fields, field: &str) -> Fields {
    record.get(field).and_then(Json::as_object).cloned().unwrap_or_default()
}

/// Outputs as they are kept.
fn wrapped(outputs: &Json) -> String {
    if outputs.is_null() {
        "null".into()
    } else {
        python_json::to_ascii(&json!({WRAPPED: outputs}))
    }
}

/// Where a record comes from.
struct Source {
    kind: String,
    data: Json,
}

impl Source {
    fn to_text(&self) -> String {
        python_json::to_ascii(&json!({"source_type": self.kind, "source_data": self.data}))
    }
}

fn source(value: Option<&Json>) -> Result<Option<Source>, Error> {
    let Some(value) = value.filter(|value| value.is_object()) else { return Ok(None) };
    let kind = value.get("source_type").and_then(Json::as_str).unwrap_or_default();
    let kind = kind.to_ascii_uppercase();
    if !SOURCES.contains(&kind.as_str()) {
        return Err(Error::invalid(format!(
            "Invalid dataset record source type: {kind}. Valid source types: {SOURCES:?}"
        )));
    }
    let data = value.get("source_data").filter(|data| !data.is_null());
    Ok(Some(Source { kind, data: data.cloned().unwrap_or_else(|| json!({})) }))
}

/// Adds the record's fields to a dataset's schema; the first type counts.
fn learn(schema: &mut Fields, record: &Fields) {
    for part in ["inputs", "outputs", "expectations"] {
        let known = schema.entry(part).or_insert_with(|| json!({}));
        match (record.get(part), known) {
            (Some(Json::Object(fields)), Json::Object(known)) => {
                for (key, value) in fields {
                    known.entry(key.clone()).or_insert_with(|| type_name(value).into());
                }
            }
            (Some(outputs), known)
                if part == "outputs" && !outputs.is_null() && known == &json!({}) =>
            {
                *known = type_name(outputs).into();
            }
            _ => {}
        }
    }
}

/// The schema in MLflow's form, with every part.
fn complete(mut schema: Fields) -> Fields {
    for part in ["inputs", "outputs", "expectations"] {
        schema.entry(part).or_insert_with(|| json!({}));
    }
    schema.entry("version").or_insert_with(|| "1.0".into());
    schema
}

fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_f64() => "float",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// Records in the order in which they were made.
pub(crate) fn get(
    sql: &dyn Sql,
    asked: &GetDatasetRecords,
) -> Result<GetDatasetRecordsResponse, Error> {
    let size = asked.max_results.filter(|size| *size > 0);
    let size = i64::from(size.unwrap_or(limits::SEARCH_EVALUATION_DATASETS_DEFAULT_MAX_RESULTS));
    let (time, id) = cursor(asked.page_token.as_deref())?;
    let statement = format!(
        "SELECT {COLUMNS} FROM evaluation_dataset_records
         WHERE dataset_id = ?1 AND (?2 IS NULL OR (created_time, dataset_record_id) > (?2, ?3))
         ORDER BY created_time, dataset_record_id LIMIT ?4"
    );
    let parameters = [asked.dataset_id.as_str().into(), time.into(), id.into(), (size + 1).into()];
    let mut rows = sql.query(&statement, &parameters)?;
    let page = usize::try_from(size).unwrap_or(usize::MAX);
    let more = rows.len() > page;
    rows.truncate(page);
    let records: Vec<Fields> = rows.into_iter().map(record).collect();
    let next_page_token = records.last().filter(|_| more).map(|last| {
        let id = last.get("dataset_record_id").and_then(Json::as_str).unwrap_or_default();
        let time = last.get("created_time").and_then(Json::as_i64).unwrap_or_default();
        STANDARD.encode(format!("{time}:{id}"))
    });
    Ok(GetDatasetRecordsResponse { records: python_json::to_ascii(&records), next_page_token })
}

/// The record that a page begins after.
fn cursor(token: Option<&str>) -> Result<(Option<i64>, Option<String>), Error> {
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok((None, None)) };
    let decoded = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
    let pair = pair.and_then(|(time, id)| Some((time.parse().ok()?, id.to_owned())));
    pair.map(|(time, id)| (Some(time), Some(id)))
        .ok_or_else(|| Error::invalid("Invalid page token, could not base64-decode"))
}

pub(crate) fn delete(
    sql: &dyn Sql,
    asked: &DeleteDatasetRecords,
) -> Result<DeleteDatasetRecordsResponse, Error> {
    let id = Value::from(asked.dataset_id.as_str());
    let deleted = sql.query(
        "DELETE FROM evaluation_dataset_records WHERE dataset_id = ?1
             AND dataset_record_id IN (SELECT value FROM json_each(?2)) RETURNING 1",
        &[id.clone(), json!(asked.dataset_record_ids).to_string().into()],
    )?;
    if !deleted.is_empty() {
        sql.query(
            "UPDATE evaluation_datasets SET profile =
                 (SELECT CASE WHEN count(*) > 0 THEN printf('{\"num_records\": %d}', count(*))
                     ELSE 'null' END FROM evaluation_dataset_records WHERE dataset_id = ?1)
             WHERE dataset_id = ?1",
            &[id],
        )?;
    }
    let deleted_count = i64::try_from(deleted.len()).unwrap_or(i64::MAX);
    Ok(DeleteDatasetRecordsResponse { deleted_count })
}

/// A record as it is answered, without what it lacks.
fn record(row: Row) -> Fields {
    let mut columns = Columns::of(row);
    let mut record = Fields::new();
    record.insert("dataset_record_id".into(), columns.text().into());
    record.insert("dataset_id".into(), columns.text().into());
    let mut json = || -> Json {
        let text = columns.maybe_text().unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    };
    record.insert("inputs".into(), json());
    let outputs = json().get_mut(WRAPPED).map(Json::take).unwrap_or_default();
    record.insert("outputs".into(), outputs);
    record.insert("expectations".into(), json());
    let tags = json();
    record.insert("tags".into(), if tags.is_null() { json!({}) } else { tags });
    let source = json();
    record.insert("source_type".into(), source.get("source_type").cloned().unwrap_or_default());
    record.insert("source".into(), source);
    record.insert("source_id".into(), columns.maybe_text().into());
    record.insert("created_time".into(), columns.integer().into());
    record.insert("last_update_time".into(), columns.integer().into());
    record.insert("created_by".into(), columns.maybe_text().into());
    record.insert("last_updated_by".into(), columns.maybe_text().into());
    record.retain(|_, value| !value.is_null());
    record
}
