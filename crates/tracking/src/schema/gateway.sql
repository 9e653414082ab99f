-- The AI gateway, and the servers of tools that it knows.

CREATE TABLE IF NOT EXISTS secrets (
    secret_id VARCHAR(36) NOT NULL PRIMARY KEY,
    secret_name VARCHAR(255) NOT NULL,
    encrypted_value BLOB NOT NULL,
    wrapped_dek BLOB NOT NULL,
    kek_version INTEGER NOT NULL,
    masked_value VARCHAR(500) NOT NULL,
    provider VARCHAR(64),
    auth_config TEXT,
    description TEXT,
    created_by VARCHAR(255),
    created_at BIGINT NOT NULL,
    last_updated_by VARCHAR(255),
    last_updated_at BIGINT NOT NULL,
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    UNIQUE (workspace, secret_name)
);

CREATE INDEX IF NOT EXISTS idx_secrets_workspace ON secrets (workspace);

CREATE TRIGGER IF NOT EXISTS prevent_secrets_aad_mutation
    BEFORE UPDATE ON secrets
    FOR EACH ROW
    WHEN OLD.secret_id != NEW.secret_id OR OLD.secret_name != NEW.secret_name
BEGIN
    SELECT RAISE(ABORT, 'secret_id and secret_name are immutable (used as AAD in encryption)');
END;

CREATE TABLE IF NOT EXISTS endpoints (
    endpoint_id VARCHAR(36) NOT NULL PRIMARY KEY,
    name VARCHAR(255),
    created_by VARCHAR(255),
    created_at BIGINT NOT NULL,
    last_updated_by VARCHAR(255),
    last_updated_at BIGINT NOT NULL,
    routing_strategy VARCHAR(64),
    fallback_config_json TEXT,
    experiment_id INTEGER REFERENCES experiments (experiment_id) ON DELETE SET NULL,
    usage_tracking BOOLEAN DEFAULT '0' NOT NULL,
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    UNIQUE (workspace, name)
);

CREATE INDEX IF NOT EXISTS idx_endpoints_workspace ON endpoints (workspace);

CREATE TABLE IF NOT EXISTS model_definitions (
    model_definition_id VARCHAR(36) NOT NULL PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    secret_id VARCHAR(36) REFERENCES secrets (secret_id) ON DELETE SET NULL,
    provider VARCHAR(64) NOT NULL,
    model_name VARCHAR(256) NOT NULL,
    created_by VARCHAR(255),
    created_at BIGINT NOT NULL,
    last_updated_by VARCHAR(255),
    last_updated_at BIGINT NOT NULL,
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    UNIQUE (workspace, name)
);

CREATE INDEX IF NOT EXISTS index_model_definitions_secret_id ON model_definitions (secret_id);

CREATE INDEX IF NOT EXISTS index_model_definitions_provider ON model_definitions (provider);

CREATE INDEX IF NOT EXISTS idx_model_definitions_workspace ON model_definitions (workspace);

CREATE TABLE IF NOT EXISTS endpoint_model_mappings (
    mapping_id VARCHAR(36) NOT NULL PRIMARY KEY,
    endpoint_id VARCHAR(36) NOT NULL REFERENCES endpoints (endpoint_id) ON DELETE CASCADE,
    model_definition_id VARCHAR(36) NOT NULL REFERENCES model_definitions (model_definition_id),
    weight FLOAT NOT NULL,
    created_by VARCHAR(255),
    created_at BIGINT NOT NULL,
    linkage_type VARCHAR(64) DEFAULT 'PRIMARY' NOT NULL,
    fallback_order INTEGER
);

CREATE INDEX IF NOT EXISTS index_endpoint_model_mappings_endpoint_id
    ON endpoint_model_mappings (endpoint_id);

CREATE INDEX IF NOT EXISTS index_endpoint_model_mappings_model_definition_id
    ON endpoint_model_mappings (model_definition_id);

CREATE UNIQUE INDEX IF NOT EXISTS unique_endpoint_model_linkage_mapping
    ON endpoint_model_mappings (endpoint_id, model_definition_id, linkage_type);

CREATE TABLE IF NOT EXISTS endpoint_bindings (
    endpoint_id VARCHAR(36) NOT NULL REFERENCES endpoints (endpoint_id) ON DELETE CASCADE,
    resource_type VARCHAR(50) NOT NULL,
    resource_id VARCHAR(255) NOT NULL,
    created_at BIGINT NOT NULL,
    created_by VARCHAR(255),
    last_updated_at BIGINT NOT NULL,
    last_updated_by VARCHAR(255),
    display_name VARCHAR(255),
    PRIMARY KEY (endpoint_id, resource_type, resource_id)
);

CREATE TABLE IF NOT EXISTS endpoint_tags (
    key VARCHAR(250) NOT NULL,
    value VARCHAR(5000),
    endpoint_id VARCHAR(36) NOT NULL REFERENCES endpoints (endpoint_id) ON DELETE CASCADE,
    PRIMARY KEY (key, endpoint_id)
);

CREATE INDEX IF NOT EXISTS index_endpoint_tags_endpoint_id ON endpoint_tags (endpoint_id);

CREATE TABLE IF NOT EXISTS budget_policies (
    budget_policy_id VARCHAR(36) NOT NULL PRIMARY KEY,
    budget_unit VARCHAR(32) NOT NULL,
    budget_amount FLOAT NOT NULL,
    duration_unit VARCHAR(32) NOT NULL,
    duration_value INTEGER NOT NULL,
    target_scope VARCHAR(32) NOT NULL,
    budget_action VARCHAR(32) NOT NULL,
    created_by VARCHAR(255),
    created_at BIGINT NOT NULL,
    last_updated_by VARCHAR(255),
    last_updated_at BIGINT NOT NULL,
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    target_value VARCHAR(255)
);

CREATE INDEX IF NOT EXISTS idx_budget_policies_workspace ON budget_policies (workspace);

CREATE INDEX IF NOT EXISTS idx_budget_policies_target_value ON budget_policies (target_value);

CREATE TABLE IF NOT EXISTS guardrails (
    guardrail_id VARCHAR(36) NOT NULL PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    scorer_id VARCHAR(36) NOT NULL,
    scorer_version INTEGER NOT NULL,
    stage VARCHAR(32) NOT NULL,
    action VARCHAR(32) NOT NULL,
    action_endpoint_id VARCHAR(36) REFERENCES endpoints (endpoint_id) ON DELETE SET NULL,
    created_by VARCHAR(255),
    created_at BIGINT NOT NULL,
    last_updated_by VARCHAR(255),
    last_updated_at BIGINT NOT NULL,
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    FOREIGN KEY (scorer_id, scorer_version)
        REFERENCES scorer_versions (scorer_id, scorer_version)
);

CREATE INDEX IF NOT EXISTS idx_guardrails_workspace ON guardrails (workspace);

CREATE INDEX IF NOT EXISTS idx_guardrails_scorer ON guardrails (scorer_id, scorer_version);

CREATE TABLE IF NOT EXISTS guardrail_configs (
    endpoint_id VARCHAR(36) NOT NULL REFERENCES endpoints (endpoint_id) ON DELETE CASCADE,
    guardrail_id VARCHAR(36) NOT NULL REFERENCES guardrails (guardrail_id) ON DELETE CASCADE,
    execution_order INTEGER,
    created_by VARCHAR(255),
    created_at BIGINT NOT NULL,
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    PRIMARY KEY (endpoint_id, guardrail_id)
);

CREATE INDEX IF NOT EXISTS idx_guardrail_configs_endpoint_id ON guardrail_configs (endpoint_id);

CREATE INDEX IF NOT EXISTS idx_guardrail_configs_guardrail_id ON guardrail_configs (guardrail_id);

CREATE TABLE IF NOT EXISTS mcp_servers (
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    name VARCHAR(256) NOT NULL,
    display_name VARCHAR(256),
    description TEXT,
    icons JSON,
    created_by VARCHAR(256),
    last_updated_by VARCHAR(256),
    created_at BIGINT NOT NULL,
    last_updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, name)
);

CREATE TABLE IF NOT EXISTS mcp_server_tags (
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    name VARCHAR(256) NOT NULL,
    key VARCHAR(250) NOT NULL,
    value VARCHAR(5000),
    PRIMARY KEY (workspace, name, key),
    FOREIGN KEY (workspace, name)
        REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE IF NOT EXISTS mcp_server_aliases (
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    name VARCHAR(256) NOT NULL,
    alias VARCHAR(256) NOT NULL,
    version VARCHAR(128) NOT NULL,
    PRIMARY KEY (workspace, name, alias),
    FOREIGN KEY (workspace, name)
        REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE IF NOT EXISTS mcp_server_versions (
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    name VARCHAR(256) NOT NULL,
    version VARCHAR(128) NOT NULL,
    version_major INTEGER NOT NULL,
    version_minor INTEGER NOT NULL,
    version_patch INTEGER NOT NULL,
    version_prerelease_sort_key VARCHAR(512) NOT NULL,
    server_json JSON NOT NULL,
    status VARCHAR(20) DEFAULT 'draft' NOT NULL,
    tools JSON,
    source VARCHAR(512),
    connect_options JSON,
    created_by VARCHAR(256),
    last_updated_by VARCHAR(256),
    created_at BIGINT NOT NULL,
    last_updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, name, version),
    FOREIGN KEY (workspace, name)
        REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX IF NOT EXISTS idx_mcp_server_versions_latest
    ON mcp_server_versions (
        workspace, name, status, version_major DESC, version_minor DESC, version_patch DESC
    );

CREATE TABLE IF NOT EXISTS mcp_server_version_tags (
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    name VARCHAR(256) NOT NULL,
    version VARCHAR(128) NOT NULL,
    key VARCHAR(250) NOT NULL,
    value VARCHAR(5000),
    PRIMARY KEY (workspace, name, version, key),
    FOREIGN KEY (workspace, name, version)
        REFERENCES mcp_server_versions (workspace, name, version)
        ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE IF NOT EXISTS mcp_access_endpoints (
    id VARCHAR(36) NOT NULL PRIMARY KEY,
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    server_name VARCHAR(256) NOT NULL,
    server_version VARCHAR(128),
    server_alias VARCHAR(256),
    url VARCHAR(2048) NOT NULL,
    transport_type VARCHAR(32) DEFAULT 'streamable-http' NOT NULL,
    created_by VARCHAR(256),
    last_updated_by VARCHAR(256),
    created_at BIGINT NOT NULL,
    last_updated_at BIGINT NOT NULL,
    FOREIGN KEY (workspace, server_name)
        REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_mcp_access_endpoints_server_name
    ON mcp_access_endpoints (workspace, server_name);

CREATE INDEX IF NOT EXISTS ix_mcp_access_endpoints_version
    ON mcp_access_endpoints (workspace, server_name, server_version);

CREATE INDEX IF NOT EXISTS ix_mcp_access_endpoints_alias
    ON mcp_access_endpoints (workspace, server_name, server_alias);
