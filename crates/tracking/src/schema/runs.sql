-- Runs, what they log, and the datasets that they read.

CREATE TABLE IF NOT EXISTS runs (
    run_uuid VARCHAR(32) NOT NULL PRIMARY KEY,
    name VARCHAR(250),
    source_type VARCHAR(20)
        CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')),
    source_name VARCHAR(500),
    entry_point_name VARCHAR(50),
    user_id VARCHAR(256),
    status VARCHAR(9) CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED')),
    start_time BIGINT,
    end_time BIGINT,
    source_version VARCHAR(50),
    lifecycle_stage VARCHAR(20) CHECK (lifecycle_stage IN ('active', 'deleted')),
    artifact_uri VARCHAR(200),
    experiment_id INTEGER REFERENCES experiments (experiment_id),
    deleted_time BIGINT
);

CREATE TABLE IF NOT EXISTS tags (
    key VARCHAR(250) NOT NULL,
    value VARCHAR(8000),
    run_uuid VARCHAR(32) NOT NULL REFERENCES runs (run_uuid),
    PRIMARY KEY (key, run_uuid)
);

CREATE INDEX IF NOT EXISTS index_tags_run_uuid ON tags (run_uuid);

CREATE TABLE IF NOT EXISTS params (
    key VARCHAR(250) NOT NULL,
    value VARCHAR(8000) NOT NULL,
    run_uuid VARCHAR(32) NOT NULL REFERENCES runs (run_uuid),
    PRIMARY KEY (key, run_uuid)
);

CREATE INDEX IF NOT EXISTS index_params_run_uuid ON params (run_uuid);

CREATE TABLE IF NOT EXISTS metrics (
    key VARCHAR(250) NOT NULL,
    value FLOAT NOT NULL,
    timestamp BIGINT NOT NULL,
    run_uuid VARCHAR(32) NOT NULL REFERENCES runs (run_uuid),
    step BIGINT DEFAULT '0' NOT NULL,
    is_nan BOOLEAN DEFAULT '0' NOT NULL CHECK (is_nan IN (0, 1)),
    PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan)
);

CREATE INDEX IF NOT EXISTS index_metrics_run_uuid ON metrics (run_uuid);

CREATE INDEX IF NOT EXISTS index_metrics_run_uuid_key_step ON metrics (run_uuid, key, step);

CREATE TABLE IF NOT EXISTS latest_metrics (
    key VARCHAR(250) NOT NULL,
    value FLOAT NOT NULL,
    timestamp BIGINT,
    step BIGINT NOT NULL,
    is_nan BOOLEAN NOT NULL CHECK (is_nan IN (0, 1)),
    run_uuid VARCHAR(32) NOT NULL REFERENCES runs (run_uuid),
    PRIMARY KEY (key, run_uuid)
);

CREATE INDEX IF NOT EXISTS index_latest_metrics_run_uuid ON latest_metrics (run_uuid);

CREATE TABLE IF NOT EXISTS datasets (
    dataset_uuid VARCHAR(36) NOT NULL,
    experiment_id INTEGER NOT NULL REFERENCES experiments (experiment_id) ON DELETE CASCADE,
    name VARCHAR(500) NOT NULL,
    digest VARCHAR(36) NOT NULL,
    dataset_source_type VARCHAR(36) NOT NULL,
    dataset_source TEXT NOT NULL,
    dataset_schema TEXT,
    dataset_profile TEXT,
    PRIMARY KEY (experiment_id, name, digest)
);

CREATE INDEX IF NOT EXISTS index_datasets_dataset_uuid ON datasets (dataset_uuid);

CREATE INDEX IF NOT EXISTS index_datasets_experiment_id_dataset_source_type
    ON datasets (experiment_id, dataset_source_type);

CREATE TABLE IF NOT EXISTS inputs (
    input_uuid VARCHAR(36) NOT NULL,
    source_type VARCHAR(36) NOT NULL,
    source_id VARCHAR(36) NOT NULL,
    destination_type VARCHAR(36) NOT NULL,
    destination_id VARCHAR(36) NOT NULL,
    step BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);

CREATE INDEX IF NOT EXISTS index_inputs_destination_type_destination_id_source_type
    ON inputs (destination_type, destination_id, source_type);

CREATE INDEX IF NOT EXISTS index_inputs_input_uuid ON inputs (input_uuid);

CREATE TABLE IF NOT EXISTS input_tags (
    input_uuid VARCHAR(36) NOT NULL,
    name VARCHAR(255) NOT NULL,
    value VARCHAR(500) NOT NULL,
    PRIMARY KEY (input_uuid, name)
);
