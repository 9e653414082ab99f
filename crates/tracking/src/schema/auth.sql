-- Users, roles and what they allow: the tables of MLflow's basic-auth app. Those
-- of single permissions are of before there were roles; it only deletes there.

CREATE TABLE IF NOT EXISTS users (
    id INTEGER NOT NULL PRIMARY KEY,
    username VARCHAR(255) UNIQUE,
    password_hash VARCHAR(255),
    is_admin BOOLEAN
);

CREATE TABLE IF NOT EXISTS roles (
    id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    workspace VARCHAR(63) NOT NULL,
    description VARCHAR(1024),
    CONSTRAINT unique_workspace_role_name UNIQUE (workspace, name)
);

CREATE INDEX IF NOT EXISTS idx_roles_workspace ON roles (workspace);

CREATE TABLE IF NOT EXISTS role_permissions (
    id INTEGER NOT NULL PRIMARY KEY,
    role_id INTEGER NOT NULL REFERENCES roles (id),
    resource_type VARCHAR(64) NOT NULL,
    resource_pattern VARCHAR(255) NOT NULL,
    permission VARCHAR(255) NOT NULL,
    CONSTRAINT unique_role_resource_perm UNIQUE (role_id, resource_type, resource_pattern)
);

CREATE INDEX IF NOT EXISTS idx_role_permissions_role_id ON role_permissions (role_id);

CREATE TABLE IF NOT EXISTS user_role_assignments (
    id INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    role_id INTEGER NOT NULL REFERENCES roles (id),
    CONSTRAINT unique_user_role UNIQUE (user_id, role_id)
);

CREATE INDEX IF NOT EXISTS idx_user_role_assignments_user_id ON user_role_assignments (user_id);

CREATE INDEX IF NOT EXISTS idx_user_role_assignments_role_id ON user_role_assignments (role_id);

CREATE TABLE IF NOT EXISTS experiment_permissions (
    id INTEGER NOT NULL PRIMARY KEY,
    experiment_id VARCHAR(255) NOT NULL,
    user_id INTEGER NOT NULL CONSTRAINT fk_user_id REFERENCES users (id),
    permission VARCHAR(255),
    CONSTRAINT unique_experiment_user UNIQUE (experiment_id, user_id)
);

CREATE TABLE IF NOT EXISTS registered_model_permissions (
    id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    user_id INTEGER NOT NULL CONSTRAINT fk_user_id REFERENCES users (id),
    permission VARCHAR(255),
    workspace VARCHAR(63) DEFAULT 'default' NOT NULL,
    CONSTRAINT unique_workspace_name_user UNIQUE (workspace, name, user_id)
);

CREATE TABLE IF NOT EXISTS scorer_permissions (
    id INTEGER NOT NULL PRIMARY KEY,
    experiment_id VARCHAR(255) NOT NULL,
    scorer_name VARCHAR(256) NOT NULL,
    user_id INTEGER NOT NULL CONSTRAINT fk_scorer_perm_user_id REFERENCES users (id),
    permission VARCHAR(255),
    CONSTRAINT unique_scorer_user UNIQUE (experiment_id, scorer_name, user_id)
);

CREATE TABLE IF NOT EXISTS gateway_secret_permissions (
    id INTEGER NOT NULL PRIMARY KEY,
    secret_id VARCHAR(255) NOT NULL,
    user_id INTEGER NOT NULL CONSTRAINT fk_gateway_secret_perm_user_id REFERENCES users (id),
    permission VARCHAR(255),
    CONSTRAINT unique_secret_user UNIQUE (secret_id, user_id)
);

CREATE TABLE IF NOT EXISTS gateway_endpoint_permissions (
    id INTEGER NOT NULL PRIMARY KEY,
    endpoint_id VARCHAR(255) NOT NULL,
    user_id INTEGER NOT NULL CONSTRAINT fk_gateway_endpoint_perm_user_id REFERENCES users (id),
    permission VARCHAR(255),
    CONSTRAINT unique_endpoint_user UNIQUE (endpoint_id, user_id)
);

CREATE TABLE IF NOT EXISTS gateway_model_definition_permissions (
    id INTEGER NOT NULL PRIMARY KEY,
    model_definition_id VARCHAR(255) NOT NULL,
    user_id INTEGER NOT NULL CONSTRAINT fk_gateway_model_def_perm_user_id REFERENCES users (id),
    permission VARCHAR(255),
    CONSTRAINT unique_model_def_user UNIQUE (model_definition_id, user_id)
);

CREATE TABLE IF NOT EXISTS workspace_permissions (
    workspace VARCHAR(63) NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    permission VARCHAR(32) NOT NULL,
    CONSTRAINT workspace_permissions_pk PRIMARY KEY (workspace, user_id)
);

CREATE INDEX IF NOT EXISTS idx_workspace_permissions_user_id ON workspace_permissions (user_id);

CREATE INDEX IF NOT EXISTS idx_workspace_permissions_workspace ON workspace_permissions (workspace);

CREATE TABLE IF NOT EXISTS alembic_version_auth (
    version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_auth_pkc PRIMARY KEY
);
