-- Evaluation datasets, scorers, issues and reviews.

CREATE TABLE IF NOT EXISTS evaluation_datasets (
    dataset_id VARCHAR(36) NOT NULL PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    schema TEXT,
    profile TEXT,
    digest VARCHAR(64),
    created_time BIGINT,
    last_update_time BIGINT,
    created_by VARCHAR(255),
    last_updated_by VARCHAR(255),
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL
);

CREATE INDEX IF NOT EXISTS index_evaluation_datasets_name ON evaluation_datasets (name);

CREATE INDEX IF NOT EXISTS index_evaluation_datasets_created_time
    ON evaluation_datasets (created_time);

CREATE INDEX IF NOT EXISTS idx_evaluation_datasets_workspace ON evaluation_datasets (workspace);

CREATE TABLE IF NOT EXISTS evaluation_dataset_tags (
    dataset_id VARCHAR(36) NOT NULL REFERENCES evaluation_datasets (dataset_id) ON DELETE CASCADE,
    key VARCHAR(255) NOT NULL,
    value VARCHAR(5000),
    PRIMARY KEY (dataset_id, key)
);

CREATE INDEX IF NOT EXISTS index_evaluation_dataset_tags_dataset_id
    ON evaluation_dataset_tags (dataset_id);

CREATE TABLE IF NOT EXISTS evaluation_dataset_records (
    dataset_record_id VARCHAR(36) NOT NULL PRIMARY KEY,
    dataset_id VARCHAR(36) NOT NULL REFERENCES evaluation_datasets (dataset_id) ON DELETE CASCADE,
    inputs JSON NOT NULL,
    expectations JSON,
    tags JSON,
    source JSON,
    source_id VARCHAR(36),
    source_type VARCHAR(255),
    created_time BIGINT,
    last_update_time BIGINT,
    created_by VARCHAR(255),
    last_updated_by VARCHAR(255),
    input_hash VARCHAR(64) NOT NULL,
    outputs JSON,
    UNIQUE (dataset_id, input_hash)
);

CREATE INDEX IF NOT EXISTS index_evaluation_dataset_records_dataset_id
    ON evaluation_dataset_records (dataset_id);

CREATE TABLE IF NOT EXISTS entity_associations (
    association_id VARCHAR(36) NOT NULL,
    source_type VARCHAR(36) NOT NULL,
    source_id VARCHAR(36) NOT NULL,
    destination_type VARCHAR(36) NOT NULL,
    destination_id VARCHAR(36) NOT NULL,
    created_time BIGINT,
    PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);

CREATE INDEX IF NOT EXISTS index_entity_associations_association_id
    ON entity_associations (association_id);

CREATE INDEX IF NOT EXISTS index_entity_associations_reverse_lookup
    ON entity_associations (destination_type, destination_id, source_type, source_id);

CREATE TABLE IF NOT EXISTS scorers (
    experiment_id INTEGER NOT NULL REFERENCES experiments (experiment_id) ON DELETE CASCADE,
    scorer_name VARCHAR(256) NOT NULL,
    scorer_id VARCHAR(36) NOT NULL PRIMARY KEY
);

CREATE UNIQUE INDEX IF NOT EXISTS index_scorers_experiment_id_scorer_name
    ON scorers (experiment_id, scorer_name);

CREATE TABLE IF NOT EXISTS scorer_versions (
    scorer_id VARCHAR(36) NOT NULL REFERENCES scorers (scorer_id) ON DELETE CASCADE,
    scorer_version INTEGER NOT NULL,
    serialized_scorer TEXT NOT NULL,
    creation_time BIGINT,
    PRIMARY KEY (scorer_id, scorer_version)
);

CREATE INDEX IF NOT EXISTS index_scorer_versions_scorer_id ON scorer_versions (scorer_id);

CREATE TABLE IF NOT EXISTS online_scoring_configs (
    online_scoring_config_id VARCHAR(36) NOT NULL PRIMARY KEY,
    scorer_id VARCHAR(36) NOT NULL REFERENCES scorers (scorer_id) ON DELETE CASCADE,
    sample_rate FLOAT NOT NULL,
    experiment_id INTEGER NOT NULL REFERENCES experiments (experiment_id),
    filter_string TEXT
);

CREATE TABLE IF NOT EXISTS issues (
    issue_id VARCHAR(36) NOT NULL PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (experiment_id) ON DELETE CASCADE,
    name VARCHAR(250) NOT NULL,
    description TEXT NOT NULL,
    status VARCHAR(50) NOT NULL,
    severity VARCHAR(50),
    root_causes TEXT,
    source_run_id VARCHAR(32) REFERENCES runs (run_uuid) ON DELETE SET NULL,
    categories TEXT,
    created_timestamp BIGINT NOT NULL,
    last_updated_timestamp BIGINT NOT NULL,
    created_by VARCHAR(255)
);

CREATE INDEX IF NOT EXISTS index_issues_experiment_id ON issues (experiment_id);

CREATE INDEX IF NOT EXISTS index_issues_source_run_id ON issues (source_run_id);

CREATE INDEX IF NOT EXISTS index_issues_status ON issues (status);

CREATE TABLE IF NOT EXISTS label_schemas (
    schema_id VARCHAR(36) NOT NULL PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (experiment_id) ON DELETE CASCADE,
    name VARCHAR(250) NOT NULL,
    type VARCHAR(16) NOT NULL,
    instruction TEXT,
    enable_comment BOOLEAN DEFAULT '0' NOT NULL,
    input_type VARCHAR(32) NOT NULL,
    input_config TEXT NOT NULL,
    created_by VARCHAR(255),
    created_time BIGINT NOT NULL,
    last_update_time BIGINT NOT NULL,
    is_default BOOLEAN DEFAULT 0 NOT NULL,
    UNIQUE (experiment_id, name)
);

CREATE INDEX IF NOT EXISTS index_label_schemas_experiment_id ON label_schemas (experiment_id);

CREATE TABLE IF NOT EXISTS review_queues (
    queue_id VARCHAR(36) NOT NULL PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (experiment_id) ON DELETE CASCADE,
    name VARCHAR(250) NOT NULL,
    queue_type VARCHAR(16) NOT NULL,
    created_by VARCHAR(255),
    creation_time_ms BIGINT NOT NULL,
    last_update_time_ms BIGINT NOT NULL,
    name_key VARCHAR(250) NOT NULL,
    UNIQUE (experiment_id, name_key)
);

CREATE INDEX IF NOT EXISTS index_review_queues_experiment_id ON review_queues (experiment_id);

CREATE TABLE IF NOT EXISTS review_queue_users (
    queue_id VARCHAR(36) NOT NULL REFERENCES review_queues (queue_id) ON DELETE CASCADE,
    user_id VARCHAR(250) NOT NULL,
    PRIMARY KEY (queue_id, user_id)
);

CREATE INDEX IF NOT EXISTS index_review_queue_users_user_id ON review_queue_users (user_id);

CREATE TABLE IF NOT EXISTS review_queue_items (
    queue_id VARCHAR(36) NOT NULL REFERENCES review_queues (queue_id) ON DELETE CASCADE,
    item_type VARCHAR(16) NOT NULL,
    item_id VARCHAR(50) NOT NULL,
    status VARCHAR(16) NOT NULL,
    completed_by VARCHAR(250),
    completed_time_ms BIGINT,
    creation_time_ms BIGINT NOT NULL,
    last_update_time_ms BIGINT NOT NULL,
    PRIMARY KEY (queue_id, item_id)
);

CREATE INDEX IF NOT EXISTS index_review_queue_items_queue_id_status
    ON review_queue_items (queue_id, status);

CREATE INDEX IF NOT EXISTS index_review_queue_items_item_id ON review_queue_items (item_id);

CREATE TABLE IF NOT EXISTS review_queue_label_schemas (
    queue_id VARCHAR(36) NOT NULL REFERENCES review_queues (queue_id) ON DELETE CASCADE,
    schema_id VARCHAR(36) NOT NULL,
    PRIMARY KEY (queue_id, schema_id)
);

CREATE INDEX IF NOT EXISTS index_review_queue_label_schemas_schema_id
    ON review_queue_label_schemas (schema_id);
