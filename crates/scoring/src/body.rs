//! Bodies: which of the input fields a request has, and what is in it.

use std::sync::Arc;

use csv::StringRecord;
use mlmodel::json::{self, Value};
use mlmodel::{Input, Schema, python};

use crate::error::ApiError;

/// How much of a body an error repeats.
const ECHOED_BYTES: usize = 1000;

/// What MLflow tells callers that still speak the protocol of version 1.
pub(crate) const PROTOCOL_CHANGE: &str = "IMPORTANT: The MLflow Model scoring protocol has changed in MLflow version 2.0. If you are \
     seeing this error, you are likely using an outdated scoring request format. To resolve the \
     error, either update your request format or adjust your MLflow Model's requirements file to \
     specify an older version of MLflow (for example, change the 'mlflow' requirement specifier \
     to 'mlflow==1.30.0'). If you are making a request using the MLflow client (e.g. via \
     `mlflow.pyfunc.spark_udf()`), upgrade your MLflow client to a version >= 2.0 in order to use \
     the new request format. For more information about the updated MLflow Model scoring protocol \
     in MLflow 2.0, see https://mlflow.org/docs/latest/models.html#deploy-mlflow-models.";

const EXPECTED: &str = "The input must be a JSON dictionary with exactly one of the input fields \
                        {'dataframe_split', 'instances', 'inputs', 'dataframe_records'}";

const FIELDS: [&str; 4] = ["dataframe_split", "instances", "inputs", "dataframe_records"];

/// Keys of bodies that MLflow hands to language models as they are.
const LANGUAGE_MODEL_KEYS: [&str; 3] = ["messages", "prompt", "input"];

/// A body that was read.
#[derive(Debug)]
pub(crate) struct Body {
    /// The data.
    pub(crate) input: Input,
    /// The value of `params`.
    pub(crate) params: Option<Value>,
}

/// Reads a JSON body.
///
/// # Errors
/// When it is no JSON, has not exactly one input field, or its data cannot be
/// read.
pub(crate) fn read_json(bytes: &[u8], schema: Option<&Schema>) -> Result<Body, ApiError> {
    let value = json::parse(bytes).map_err(|error| {
        ApiError::bad_request(format!(
            "Invalid input. Ensure that input is a valid JSON formatted string. Error: \
             '{error}'\nInput: \n{}\n",
            python::repr_bytes(bytes, ECHOED_BYTES)
        ))
    })?;
    let entries = match value {
        Value::Dict(entries) => entries,
        Value::List(_) => {
            let message = format!("Invalid input. {EXPECTED}. Received a list.");
            return Err(ApiError::bad_request(message));
        }
        other => {
            return Err(ApiError::bad_request(format!(
                "Invalid input. {EXPECTED}. Received unexpected input type '<class '{}'>.",
                python::type_name(&other)
            )));
        }
    };
    if let Some((key, _)) = entries.iter().find(|(key, _)| LANGUAGE_MODEL_KEYS.contains(&&**key)) {
        return Err(ApiError::model_failed(format!(
            "a body with the key '{key}' is a request to a language model, and this is an ONNX \
             model"
        )));
    }
    let mut params = None;
    let mut data: Vec<(Arc<str>, Value)> = Vec::new();
    for (key, value) in entries {
        if *key == *"params" {
            params = Some(value);
        } else if FIELDS.contains(&&*key) {
            data.push((key, value));
        }
    }
    let [(field, value)] = data.as_slice() else {
        let found = python::repr_list(data.iter().map(|(key, _)| &**key));
        return Err(ApiError::bad_request(format!(
            "{EXPECTED}. Received dictionary with input fields: {found}. {PROTOCOL_CHANGE}"
        )));
    };
    let input = match &**field {
        "dataframe_split" => Input::from_split(value, schema),
        "dataframe_records" => Input::from_records(value, schema),
        "instances" => Input::from_instances(value, schema),
        _ => Input::from_inputs(value, schema),
    };
    Ok(Body { input: input?, params })
}

/// Reads a CSV body: a header, and rows of the same length or shorter.
///
/// # Errors
/// When it is no CSV, or a column does not convert to the schema's type.
pub(crate) fn read_csv(bytes: &[u8], schema: Option<&Schema>) -> Result<Body, ApiError> {
    let records = csv_records(bytes).map_err(|problem| ApiError::not_csv(&problem))?;
    let Some((header, rows)) = records.split_first() else {
        return Err(ApiError::not_csv("No columns to parse from file"));
    };
    let cells = |i| rows.iter().map(|row| row.get(i).unwrap_or_default()).collect();
    let columns = header.iter().enumerate().map(|(i, name)| (name, cells(i))).collect();
    let input = Input::from_text(columns, schema).map_err(|problem| ApiError::not_csv(&problem))?;
    Ok(Body { input, params: None })
}

/// The header and the rows, none of them longer than the header.
fn csv_records(bytes: &[u8]) -> Result<Vec<StringRecord>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut records: Vec<StringRecord> = Vec::new();
    let mut given = 0usize;
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        let width = records.first().map_or(record.len(), StringRecord::len);
        let line = records.len() + 1;
        if record.len() > width {
            return Err(format!(
                "Error tokenizing data. C error: Expected {width} fields in line {line}, saw {}",
                record.len()
            ));
        }
        given += record.len();
        // Short rows are filled up, but must not make gigabytes of a small body.
        if line.saturating_mul(width) > 1_000_000 + given.saturating_mul(4) {
            return Err(format!("{line} rows of {width} columns would be mostly empty"));
        }
        records.push(record);
    }
    Ok(records)
}
