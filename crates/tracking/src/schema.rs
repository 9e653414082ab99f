//! The tables: names and columns of MLflow's SQLite schema.

use crate::{Error, Sql, Value};

/// Each statement makes a table or an index where it is missing.
const TABLES: [&str; 12] = [
    "CREATE TABLE IF NOT EXISTS experiments (
        experiment_id INTEGER NOT NULL PRIMARY KEY,
        name VARCHAR(256) NOT NULL,
        artifact_location VARCHAR(256),
        lifecycle_stage VARCHAR(32) CHECK (lifecycle_stage IN ('active', 'deleted')),
        creation_time BIGINT,
        last_update_time BIGINT,
        workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
        UNIQUE (workspace, name)
    )",
    "CREATE TABLE IF NOT EXISTS experiment_tags (
        key VARCHAR(250) NOT NULL,
        value TEXT,
        experiment_id INTEGER NOT NULL REFERENCES experiments (experiment_id),
        PRIMARY KEY (key, experiment_id)
    )",
    "CREATE TABLE IF NOT EXISTS runs (
        run_uuid VARCHAR(32) NOT NULL PRIMARY KEY,
        name VARCHAR(250),
        source_type VARCHAR(20),
        source_name VARCHAR(500),
        entry_point_name VARCHAR(50),
        user_id VARCHAR(256),
        status VARCHAR(9)
            CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED')),
        start_time BIGINT,
        end_time BIGINT,
        source_version VARCHAR(50),
        lifecycle_stage VARCHAR(20) CHECK (lifecycle_stage IN ('active', 'deleted')),
        artifact_uri VARCHAR(200),
        experiment_id INTEGER REFERENCES experiments (experiment_id),
        deleted_time BIGINT
    )",
    "CREATE TABLE IF NOT EXISTS tags (
        key VARCHAR(250) NOT NULL,
        value VARCHAR(8000),
        run_uuid VARCHAR(32) NOT NULL REFERENCES runs (run_uuid),
        PRIMARY KEY (key, run_uuid)
    )",
    "CREATE TABLE IF NOT EXISTS params (
        key VARCHAR(250) NOT NULL,
        value VARCHAR(8000) NOT NULL,
        run_uuid VARCHAR(32) NOT NULL REFERENCES runs (run_uuid),
        PRIMARY KEY (key, run_uuid)
    )",
    "CREATE TABLE IF NOT EXISTS metrics (
        key VARCHAR(250) NOT NULL,
        value FLOAT NOT NULL,
        timestamp BIGINT NOT NULL,
        run_uuid VARCHAR(32) NOT NULL REFERENCES runs (run_uuid),
        step BIGINT DEFAULT 0 NOT NULL,
        is_nan BOOLEAN DEFAULT 0 NOT NULL CHECK (is_nan IN (0, 1)),
        PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan)
    )",
    "CREATE TABLE IF NOT EXISTS latest_metrics (
        key VARCHAR(250) NOT NULL,
        value FLOAT NOT NULL,
        timestamp BIGINT,
        step BIGINT NOT NULL,
        is_nan BOOLEAN NOT NULL CHECK (is_nan IN (0, 1)),
        run_uuid VARCHAR(32) NOT NULL REFERENCES runs (run_uuid),
        PRIMARY KEY (key, run_uuid)
    )",
    "CREATE INDEX IF NOT EXISTS runs_by_experiment ON runs (experiment_id, start_time)",
    // What was logged is read by run.
    "CREATE INDEX IF NOT EXISTS metrics_by_run ON metrics (run_uuid, key, timestamp, step)",
    "CREATE INDEX IF NOT EXISTS tags_by_run ON tags (run_uuid)",
    "CREATE INDEX IF NOT EXISTS params_by_run ON params (run_uuid)",
    "CREATE INDEX IF NOT EXISTS latest_metrics_by_run ON latest_metrics (run_uuid)",
];

/// Where the artifacts of an experiment are kept: below the server itself.
pub(crate) fn artifact_location(experiment_id: i64) -> String {
    format!("mlflow-artifacts:/{experiment_id}")
}

/// Makes the tables where they are missing, and MLflow's experiment 0. `now`
/// is the time in milliseconds since 1970.
///
/// # Errors
/// When the store fails.
pub fn prepare(sql: &dyn Sql, now: i64) -> Result<(), Error> {
    sql.transaction(&mut || {
        for statement in TABLES {
            sql.query(statement, &[])?;
        }
        sql.query(
            "INSERT OR IGNORE INTO experiments
             (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
             VALUES (0, 'Default', ?1, 'active', ?2, ?2)",
            &[artifact_location(0).into(), Value::Integer(now)],
        )?;
        Ok(())
    })
}
