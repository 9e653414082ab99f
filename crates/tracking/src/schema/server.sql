-- Webhooks, jobs and the scheduler.

CREATE TABLE IF NOT EXISTS webhooks (
    webhook_id VARCHAR(256) NOT NULL PRIMARY KEY,
    name VARCHAR(256) NOT NULL,
    description VARCHAR(1000),
    url VARCHAR(500) NOT NULL,
    status VARCHAR(20) DEFAULT 'ACTIVE' NOT NULL,
    secret VARCHAR(1000),
    creation_timestamp BIGINT,
    last_updated_timestamp BIGINT,
    deleted_timestamp BIGINT,
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL
);

CREATE INDEX IF NOT EXISTS idx_webhooks_name ON webhooks (name);

CREATE INDEX IF NOT EXISTS idx_webhooks_status ON webhooks (status);

CREATE INDEX IF NOT EXISTS idx_webhooks_workspace ON webhooks (workspace);

CREATE TABLE IF NOT EXISTS webhook_events (
    webhook_id VARCHAR(256) NOT NULL REFERENCES webhooks (webhook_id) ON DELETE CASCADE,
    entity VARCHAR(50) NOT NULL,
    action VARCHAR(50) NOT NULL,
    PRIMARY KEY (webhook_id, entity, action)
);

CREATE INDEX IF NOT EXISTS idx_webhook_events_entity ON webhook_events (entity);

CREATE INDEX IF NOT EXISTS idx_webhook_events_action ON webhook_events (action);

CREATE INDEX IF NOT EXISTS idx_webhook_events_entity_action ON webhook_events (entity, action);

CREATE TABLE IF NOT EXISTS jobs (
    id VARCHAR(36) NOT NULL PRIMARY KEY,
    creation_time BIGINT NOT NULL,
    job_name VARCHAR(500) NOT NULL,
    params TEXT NOT NULL,
    timeout FLOAT,
    status INTEGER NOT NULL,
    result TEXT,
    retry_count INTEGER NOT NULL,
    last_update_time BIGINT NOT NULL,
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    status_details JSON,
    creator VARCHAR(255),
    executor_backend VARCHAR(255),
    lease_expires_at BIGINT,
    status_message TEXT,
    progress JSON,
    progress_updated_at BIGINT,
    token_hash VARCHAR(64),
    scoped_permissions JSON,
    next_attempt_at BIGINT
);

CREATE INDEX IF NOT EXISTS index_jobs_name_status_creation_time
    ON jobs (job_name, workspace, status, creation_time);

CREATE INDEX IF NOT EXISTS index_jobs_status_lease_expires_at ON jobs (status, lease_expires_at);

CREATE TABLE IF NOT EXISTS job_locks (
    lock_key VARCHAR(255) NOT NULL PRIMARY KEY,
    job_id VARCHAR(36) NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    acquired_at BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS index_job_locks_job_id ON job_locks (job_id);

CREATE TABLE IF NOT EXISTS scheduler_leases (
    lease_key VARCHAR(255) NOT NULL PRIMARY KEY,
    acquired_at BIGINT NOT NULL,
    ttl_seconds INTEGER NOT NULL
);
