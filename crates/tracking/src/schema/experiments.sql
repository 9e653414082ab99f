-- Experiments, and whose they are.

CREATE TABLE IF NOT EXISTS alembic_version (
    version_num VARCHAR(32) NOT NULL PRIMARY KEY
);

CREATE TABLE IF NOT EXISTS workspaces (
    name VARCHAR(63) NOT NULL PRIMARY KEY,
    description TEXT,
    default_artifact_root TEXT,
    trace_archival_location TEXT,
    trace_archival_retention VARCHAR(32)
);

CREATE TABLE IF NOT EXISTS experiments (
    experiment_id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(256) NOT NULL,
    artifact_location VARCHAR(256),
    lifecycle_stage VARCHAR(32) CHECK (lifecycle_stage IN ('active', 'deleted')),
    creation_time BIGINT,
    last_update_time BIGINT,
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    UNIQUE (workspace, name)
);

CREATE INDEX IF NOT EXISTS idx_experiments_workspace ON experiments (workspace);

CREATE INDEX IF NOT EXISTS idx_experiments_workspace_creation_time
    ON experiments (workspace, creation_time);

CREATE TABLE IF NOT EXISTS experiment_tags (
    key VARCHAR(250) NOT NULL,
    value TEXT,
    experiment_id INTEGER NOT NULL REFERENCES experiments (experiment_id),
    PRIMARY KEY (key, experiment_id)
);
