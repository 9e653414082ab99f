//! What an answered request changes about who may do what: the maker of a thing
//! manages it, and a model's permissions go with its name.

use bytes::Bytes;
use http::{Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::access::kind_of;
use super::caller::Caller;
use super::fields;
use super::grants;
use super::permission::{EXPERIMENT, PROMPT, Permission, REGISTERED_MODEL};
use crate::fields::snake_case;
use crate::{Error, Sql};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Change {
    /// The caller made it.
    Made { resource_type: String, id: String },
    /// A model or a prompt has another name.
    Renamed { from: String, to: String },
    /// A model or a prompt is gone.
    Gone { name: String },
}

/// The changes, of one caller in one workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    user_id: i64,
    workspace: String,
    changes: Vec<Change>,
}

impl Changes {
    /// What a request changes that was answered well. `path` begins with
    /// `/api/`.
    pub(super) fn of(
        sql: &dyn Sql,
        caller: &Caller,
        path: &str,
        request: &Request<Bytes>,
        response: &Response<Bytes>,
    ) -> Result<Option<Self>, Error> {
        if !response.status().is_success() {
            return Ok(None);
        }
        let body = fields::body(request)?.unwrap_or_default();
        let asked = |name: &str| {
            let (_, value) = body.iter().find(|(key, _)| snake_case(key) == name)?;
            value.as_str().map(str::to_owned)
        };
        let change = match (request.method().as_str(), path) {
            ("POST", "/api/2.0/mlflow/experiments/create") => {
                let answer: Json = serde_json::from_slice(response.body()).unwrap_or_default();
                answer.get("experiment_id").and_then(Json::as_str).map(|id| Change::Made {
                    resource_type: EXPERIMENT.to_owned(),
                    id: id.to_owned(),
                })
            }
            ("POST", "/api/2.0/mlflow/registered-models/create") => match asked("name") {
                None => None,
                Some(id) => {
                    kind_of(sql, &id)?.map(|of| Change::Made { resource_type: of.to_owned(), id })
                }
            },
            ("POST", "/api/2.0/mlflow/registered-models/rename") => {
                asked("name").zip(asked("new_name")).map(|(from, to)| Change::Renamed { from, to })
            }
            ("DELETE", "/api/2.0/mlflow/registered-models/delete") => {
                asked("name").map(|name| Change::Gone { name })
            }
            _ => None,
        };
        Ok(change.map(|change| Self {
            user_id: caller.user.id,
            workspace: caller.workspace.clone(),
            changes: vec![change],
        }))
    }

    /// Makes the changes, where the permissions are kept.
    pub(super) fn apply(&self, sql: &dyn Sql) -> Result<(), Error> {
        self.changes.iter().try_for_each(|change| self.apply_one(sql, change))
    }

    fn apply_one(&self, sql: &dyn Sql, change: &Change) -> Result<(), Error> {
        // Only in the roles of users' own: the others are for people to change.
        const OWN: &str = "role_id IN (SELECT id FROM roles WHERE workspace = ?1
            AND substr(name, 1, 7) = '__user_')";
        match change {
            // Whoever has only a token has no name to grant it to.
            Change::Made { .. } if self.user_id == 0 => {}
            Change::Made { resource_type, id } => grants::put(
                sql,
                self.user_id,
                &self.workspace,
                (resource_type, id),
                Permission::Manage,
            )?,
            Change::Renamed { from, to } => {
                sql.query(
                    &format!(
                        "UPDATE OR REPLACE role_permissions SET resource_pattern = ?3
                         WHERE {OWN} AND resource_pattern = ?2 AND resource_type IN (?4, ?5)"
                    ),
                    &[
                        self.workspace.as_str().into(),
                        from.as_str().into(),
                        to.as_str().into(),
                        REGISTERED_MODEL.into(),
                        PROMPT.into(),
                    ],
                )?;
            }
            Change::Gone { name } => {
                sql.query(
                    &format!(
                        "DELETE FROM role_permissions
                         WHERE {OWN} AND resource_pattern = ?2 AND resource_type IN (?3, ?4)"
                    ),
                    &[
                        self.workspace.as_str().into(),
                        name.as_str().into(),
                        REGISTERED_MODEL.into(),
                        PROMPT.into(),
                    ],
                )?;
            }
        }
        Ok(())
    }
}
