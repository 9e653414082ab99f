//! Workspaces: which there are. The default one keeps the list; what is in each
//! is in a store of its own.

use bytes::Bytes;
use http::{Response, StatusCode};
use mlflow_api::{
    CreateWorkspace, DEFAULT_WORKSPACE, DeleteWorkspace, Empty, ErrorCode, GetWorkspace,
    ListWorkspaces, ListWorkspacesResponse, UpdateWorkspace, Workspace, WorkspaceResponse,
};

use crate::call::required;
use crate::routes::{Answer, Ask};
use crate::sql::Columns;
use crate::{Error, Row, Sql};

/// Names that would be mistaken for paths.
const RESERVED: [&str; 4] = ["workspaces", "api", "ajax-api", "static-files"];

/// Answers a request about workspaces.
pub(crate) fn answer(ask: &Ask<'_>) -> Answer {
    let sql = ask.sql;
    ask.read(|_: ListWorkspaces| list(sql, |_| true))
        .or_else(|| created(ask.write(|r: CreateWorkspace| create(sql, &r))))
        .or_else(|| ask.read(|r: GetWorkspace| get(sql, &r)))
        .or_else(|| ask.write(|r: UpdateWorkspace| update(sql, &r)))
        .or_else(|| deleted(ask.write(|r: DeleteWorkspace| delete(sql, &r))))
}

/// The answer with the status that MLflow has for a new workspace.
pub(crate) fn created(answer: Answer) -> Answer {
    answer.map(|answer| {
        answer.map(|mut response| {
            *response.status_mut() = StatusCode::CREATED;
            response
        })
    })
}

/// The same for one that is gone: nothing is said of it.
pub(crate) fn deleted(answer: Answer) -> Answer {
    answer.map(|answer| {
        answer.map(|_| {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        })
    })
}

/// Refuses what is no name of a workspace.
///
/// # Errors
/// When it is not.
pub fn check_name(name: &str) -> Result<(), Error> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_name = (2..=63).contains(&name.len())
        && name.starts_with(is_word)
        && name.ends_with(is_word)
        && name.chars().all(|c| is_word(c) || c == '-')
        && !RESERVED.contains(&name);
    if is_name {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "'{name}' is no name of a workspace: that is 2 to 63 lowercase letters, digits, and hyphens in between, and none of {}",
        RESERVED.join(", ")
    )))
}

/// The workspaces, of those that are wanted.
pub(crate) fn list(
    sql: &dyn Sql,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<ListWorkspacesResponse, Error> {
    let rows = sql.query("SELECT name, description FROM workspaces ORDER BY name", &[])?;
    let workspaces = rows.into_iter().map(workspace).filter(|workspace| is_wanted(&workspace.name));
    Ok(ListWorkspacesResponse { workspaces: workspaces.collect() })
}

fn workspace(row: Row) -> Workspace {
    let mut columns = Columns::of(row);
    Workspace { name: columns.text(), description: columns.maybe_text() }
}

/// The workspace of that name.
pub(crate) fn find(sql: &dyn Sql, name: &str) -> Result<Workspace, Error> {
    let rows =
        sql.query("SELECT name, description FROM workspaces WHERE name = ?1", &[name.into()])?;
    rows.into_iter()
        .next()
        .map(workspace)
        .ok_or_else(|| Error::unknown(format!("Workspace '{name}' not found")))
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetWorkspace) -> Result<WorkspaceResponse, Error> {
    Ok(WorkspaceResponse { workspace: find(sql, &asked.workspace_name)? })
}

pub(crate) fn create(sql: &dyn Sql, asked: &CreateWorkspace) -> Result<WorkspaceResponse, Error> {
    let name = required(&asked.name, "name")?;
    if name == DEFAULT_WORKSPACE {
        return Err(Error::invalid(format!(
            "The '{DEFAULT_WORKSPACE}' workspace is reserved and cannot be created"
        )));
    }
    check_name(name)?;
    if find(sql, name).is_ok() {
        return Err(Error::new(
            ErrorCode::ResourceAlreadyExists,
            format!("Workspace '{name}' already exists."),
        ));
    }
    sql.query(
        "INSERT INTO workspaces (name, description) VALUES (?1, ?2)",
        &[name.into(), asked.description.clone().into()],
    )?;
    Ok(WorkspaceResponse { workspace: find(sql, name)? })
}

pub(crate) fn update(sql: &dyn Sql, asked: &UpdateWorkspace) -> Result<WorkspaceResponse, Error> {
    let name = find(sql, &asked.workspace_name)?.name;
    if asked.description.is_none() {
        return Err(Error::invalid("Workspace update must have at least one key"));
    }
    sql.query(
        "UPDATE workspaces SET description = coalesce(?2, description) WHERE name = ?1",
        &[name.as_str().into(), asked.description.clone().into()],
    )?;
    Ok(WorkspaceResponse { workspace: find(sql, &name)? })
}

/// Takes a workspace off the list. What is in it stays, and is there again when
/// there is a workspace of that name again.
pub(crate) fn delete(sql: &dyn Sql, asked: &DeleteWorkspace) -> Result<Empty, Error> {
    let name = find(sql, &asked.workspace_name)?.name;
    if name == DEFAULT_WORKSPACE {
        return Err(Error::invalid(format!(
            "The '{DEFAULT_WORKSPACE}' workspace is reserved and cannot be deleted"
        )));
    }
    sql.query("DELETE FROM workspaces WHERE name = ?1", &[name.into()])?;
    Ok(Empty {})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["team-a", "ab", "0-0", &"x".repeat(63), "default"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "a", "-a", "a-", "A1", "a_b", "a/b", "ä1", "api", &"x".repeat(64)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
