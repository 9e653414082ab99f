//! The tables: MLflow's whole SQLite schema, so that `mlflow server` opens our
//! file, and we the one that it made.

use crate::sql::Columns;
use crate::{Error, Sql, Value};
use mlflow_api::{DEFAULT_WORKSPACE, ErrorCode};

/// The revision of the schema, as MLflow's migrations name it; that of 3.17.
const REVISION: &str = "dc11669786a5";

/// Every table and index. Each statement makes one where it is missing. The
/// indexes are MLflow's, since its migrations to later schemas drop some by
/// name, and some more.
const TABLES: [&str; 9] = [
    include_str!("schema/experiments.sql"),
    include_str!("schema/runs.sql"),
    include_str!("schema/logged_models.sql"),
    include_str!("schema/registry.sql"),
    include_str!("schema/traces.sql"),
    include_str!("schema/evaluation.sql"),
    include_str!("schema/gateway.sql"),
    include_str!("schema/server.sql"),
    OWN_INDEXES,
];

/// MLflow has no index for what is in an experiment. Both of ours for runs have all
/// that a search asks of a run: one is in the order in which runs are shown, the other
/// in that of what they logged, so that one walks beside the other.
const OWN_INDEXES: &str = "CREATE INDEX IF NOT EXISTS runs_by_time ON runs
    (experiment_id, start_time DESC, run_uuid, lifecycle_stage);

CREATE INDEX IF NOT EXISTS runs_by_id ON runs
    (experiment_id, run_uuid, lifecycle_stage, start_time);

CREATE INDEX IF NOT EXISTS logged_models_by_time ON logged_models
    (experiment_id, creation_timestamp_ms DESC, model_id);";

/// The statements of a file. Paragraphs are statements, or comments.
pub(crate) fn statements(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.split("\n\n").filter(|paragraph| !paragraph.starts_with("--"))
}

/// Where the artifacts of an experiment are kept: below the server itself, and
/// there below the workspace, where it is not the default one.
pub(crate) fn artifact_location(sql: &dyn Sql, experiment_id: i64) -> Result<String, Error> {
    let root = default_root(sql)?.unwrap_or_else(|| "mlflow-artifacts:".to_owned());
    Ok(format!("{root}/{experiment_id}"))
}

/// Makes the tables where they are missing, and MLflow's experiment 0. `now`
/// is the time in milliseconds since 1970.
///
/// A store that has them all is found ready by one statement.
///
/// # Errors
/// When the store fails, or has the tables of another version of MLflow.
pub fn prepare(sql: &dyn Sql, now: i64) -> Result<(), Error> {
    prepare_workspace(sql, now, DEFAULT_WORKSPACE)
}

/// The same for a workspace of that name. Each has a store of its own, in which
/// it is the default one; but for where artifacts are kept.
///
/// # Errors
/// When the store fails, or has the tables of another version of MLflow.
pub fn prepare_workspace(sql: &dyn Sql, now: i64, workspace: &str) -> Result<(), Error> {
    if is_ready(sql) {
        return Ok(());
    }
    check_revision(sql)?;
    sql.transaction(&mut || {
        for statement in TABLES.into_iter().flat_map(statements) {
            sql.query(statement, &[])?;
        }
        sql.query(
            "INSERT INTO alembic_version (version_num) SELECT ?1
             WHERE NOT EXISTS (SELECT * FROM alembic_version)",
            &[REVISION.into()],
        )?;
        sql.query(
            "INSERT OR IGNORE INTO workspaces (name, description, default_artifact_root)
             VALUES ('default', 'Default workspace for legacy resources', ?1)",
            &[artifact_root(workspace).into()],
        )?;
        sql.query(
            "INSERT OR IGNORE INTO experiments
             (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
             VALUES (0, 'Default', ?1, 'active', ?2, ?2)",
            // Older than whatever the request creates for which this is done.
            &[artifact_location(sql, 0)?.into(), Value::Integer(now - 1)],
        )?;
        Ok(())
    })
}

const WORKSPACES_ROOT: &str = "mlflow-artifacts:/workspaces/";

fn artifact_root(workspace: &str) -> Option<String> {
    (workspace != DEFAULT_WORKSPACE).then(|| format!("{WORKSPACES_ROOT}{workspace}"))
}

/// The name of the workspace that a store is of.
pub(crate) fn workspace_of(sql: &dyn Sql) -> Result<String, Error> {
    let root = default_root(sql)?.unwrap_or_default();
    Ok(root.strip_prefix(WORKSPACES_ROOT).unwrap_or(DEFAULT_WORKSPACE).to_owned())
}

/// Where the artifacts of the store's workspace are kept, where it says so.
fn default_root(sql: &dyn Sql) -> Result<Option<String>, Error> {
    let roots =
        sql.query("SELECT default_artifact_root FROM workspaces WHERE name = 'default'", &[])?;
    Ok(roots.into_iter().next().and_then(|row| Columns::of(row).maybe_text()))
}

/// Whether nothing is left to do. In a store without tables the question itself
/// fails, which says no, too.
fn is_ready(sql: &dyn Sql) -> bool {
    let rows = sql.query(
        "SELECT count(*) FROM alembic_version WHERE version_num = ?1
             AND EXISTS (SELECT * FROM sqlite_master WHERE name = 'logged_models_by_time')
             AND EXISTS (SELECT * FROM experiments WHERE experiment_id = 0)",
        &[REVISION.into()],
    );
    matches!(rows.as_deref(), Ok([row]) if row.as_slice() == [Value::Integer(1)])
}

/// Refuses tables of another revision. Those without a `workspace` are of an
/// MLflow from before it wrote revisions down.
fn check_revision(sql: &dyn Sql) -> Result<(), Error> {
    let tables = sql.query(
        "SELECT (SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'),
             (SELECT count(*) FROM sqlite_master WHERE name = 'experiments'),
             (SELECT count(*) FROM pragma_table_info('experiments') WHERE name = 'workspace')",
        &[],
    )?;
    let mut tables = Columns::of(tables.into_iter().next().unwrap_or_default());
    let [has_revision, has_experiments, has_workspaces] =
        [tables.integer(), tables.integer(), tables.integer()].map(|count| count > 0);
    if !has_revision {
        return if has_experiments && !has_workspaces {
            Err(other_revision("none"))
        } else {
            Ok(())
        };
    }
    let revisions = sql.query("SELECT version_num FROM alembic_version", &[])?;
    match revisions.into_iter().next().map(|row| Columns::of(row).text()) {
        Some(revision) if revision != REVISION => Err(other_revision(&revision)),
        _ => Ok(()),
    }
}

fn other_revision(found: &str) -> Error {
    Error::new(
        ErrorCode::InvalidState,
        format!(
            "the store has the tables of another version of MLflow (revision {found}; this server's is {REVISION}): import it, or bring it there with `mlflow db upgrade` of MLflow 3.17"
        ),
    )
}
