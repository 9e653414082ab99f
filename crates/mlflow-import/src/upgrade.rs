//! What MLflow's migrations did to rows, not only to tables: done to the copy.
//!
//! Each does nothing to the rows of an MLflow that has done it already.

use rusqlite::Connection;

use crate::copy::columns;
use crate::error::Result;
use crate::source::SCHEMA;

pub(crate) fn rows(db: &Connection) -> Result<()> {
    db.execute_batch(RUNS)?;
    for column in TOKENS {
        db.execute(&traced(column, TOKEN_USAGE, true), [])?;
    }
    for column in COSTS {
        db.execute(&traced(column, COST, false), [])?;
        db.execute(&spent(column), [])?;
    }
    if columns(db, SCHEMA, "spans")?.iter().any(|column| column == "dimension_attributes") {
        db.execute_batch(SPANS)?;
    }
    Ok(db.execute_batch(TRACES)?)
}

/// The name of a run of MLflow 1 is a tag; and the last value of each metric had
/// no table.
const RUNS: &str = "
    UPDATE runs SET name = substr(t.value, 1, 250) FROM tags t
    WHERE t.run_uuid = runs.run_uuid AND t.key = 'mlflow.runName' AND coalesce(name, '') = '';

    INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid)
    SELECT key, value, timestamp, step, is_nan, run_uuid FROM (
        SELECT *, row_number() OVER (
            PARTITION BY run_uuid, key ORDER BY step DESC, timestamp DESC, value DESC
        ) AS place
        FROM metrics m WHERE NOT EXISTS (
            SELECT 1 FROM latest_metrics l WHERE l.run_uuid = m.run_uuid AND l.key = m.key
        )
    ) WHERE place = 1;";

// Until MLflow 3.17, all that is said of a trace was tags and metadata; what is
// summed and grouped is now in columns, and there alone.
const TOKEN_USAGE: &str = "mlflow.trace.tokenUsage";
const COST: &str = "mlflow.trace.cost";

const TOKENS: [&str; 6] = [
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation_input_tokens_above_1hr",
];

const COSTS: [&str; 3] = ["input_cost", "output_cost", "total_cost"];

/// A column of a trace, from the metadata of that key: a JSON object. A metric of
/// the trace goes before it, where there are any.
fn traced(column: &str, key: &str, has_metrics: bool) -> String {
    let metric = if has_metrics {
        format!(
            "(SELECT value FROM trace_metrics m
              WHERE m.request_id = trace_info.request_id AND m.key = '{column}'),"
        )
    } else {
        String::new()
    };
    format!(
        "UPDATE trace_info SET {column} = coalesce({metric} (
            SELECT json_extract(value, '$.{column}') FROM trace_request_metadata d
            WHERE d.request_id = trace_info.request_id AND d.key = '{key}' AND json_valid(value)
        ), {column})"
    )
}

/// A cost of a span, from its metrics.
fn spent(column: &str) -> String {
    format!(
        "UPDATE spans SET {column} = m.value FROM span_metrics m
         WHERE m.trace_id = spans.trace_id AND m.span_id = spans.span_id AND m.key = '{column}'"
    )
}

const SPANS: &str = "
    UPDATE spans SET
        model_name = substr(json_extract(d.dimension_attributes, '$.\"mlflow.llm.model\"'), 1, 500),
        model_provider =
            substr(json_extract(d.dimension_attributes, '$.\"mlflow.llm.provider\"'), 1, 500)
    FROM source.spans d
    WHERE d.trace_id = spans.trace_id AND d.span_id = spans.span_id
        AND json_valid(d.dimension_attributes);";

const TRACES: &str = "
    UPDATE trace_info SET trace_name = substr(t.value, 1, 4096) FROM trace_tags t
    WHERE t.request_id = trace_info.request_id AND t.key = 'mlflow.traceName';

    UPDATE trace_info SET session_id = substr(d.value, 1, 250) FROM trace_request_metadata d
    WHERE d.request_id = trace_info.request_id AND d.key = 'mlflow.trace.session';

    UPDATE trace_info SET total_cost = s.cost
    FROM (SELECT trace_id, sum(total_cost) AS cost FROM spans GROUP BY trace_id) s
    WHERE s.trace_id = request_id AND total_cost IS NULL AND EXISTS (
        SELECT 1 FROM trace_request_metadata d
        WHERE d.request_id = trace_info.request_id AND d.key = 'mlflow.gateway.endpointId'
    );

    UPDATE assessments SET
        experiment_id = t.experiment_id,
        trace_timestamp_ms = t.timestamp_ms,
        aggregate_value = CASE
            WHEN v.kind IN ('text', 'none')
            THEN CASE lower(trim(v.plain)) WHEN 'yes' THEN 1.0 WHEN 'no' THEN 0.0 END
            WHEN v.kind IN ('true', 'false', 'integer', 'real') THEN v.plain END,
        is_numeric_value = v.kind IN ('integer', 'real')
    FROM trace_info t, (
        SELECT assessment_id AS id, iif(json_valid(value), json_type(value), 'none') AS kind,
            iif(json_valid(value), json_extract(value, '$'), value) AS plain
        FROM assessments
    ) v
    WHERE t.request_id = trace_id AND v.id = assessment_id AND assessments.experiment_id IS NULL;

    DELETE FROM trace_tags WHERE key = 'mlflow.traceName';

    DELETE FROM trace_request_metadata
    WHERE key IN ('mlflow.trace.session', 'mlflow.trace.tokenUsage', 'mlflow.trace.cost');

    DELETE FROM trace_metrics WHERE key IN (
        'input_tokens', 'output_tokens', 'total_tokens', 'cache_read_input_tokens',
        'cache_creation_input_tokens', 'cache_creation_input_tokens_above_1hr'
    );

    DELETE FROM span_metrics WHERE key IN ('input_cost', 'output_cost', 'total_cost');";
