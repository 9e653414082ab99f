//! What belongs to what, across the kinds of things: one table for all.

use uuid::Uuid;

use crate::{Error, Sql};

/// A kind of thing that others belong to.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Trace,
    Run,
    PromptVersion,
    EvaluationDataset,
    Experiment,
}

impl Kind {
    /// The kind's name in the store.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Run => "run",
            Self::PromptVersion => "prompt_version",
            Self::EvaluationDataset => "evaluation_dataset",
            Self::Experiment => "experiment",
        }
    }
}

/// Has the first belong to the second, if it does not yet.
pub(crate) fn add(
    sql: &dyn Sql,
    (source_kind, source): (Kind, &str),
    (destination_kind, destination): (Kind, &str),
    created: Option<i64>,
) -> Result<(), Error> {
    sql.query(
        "INSERT OR IGNORE INTO entity_associations (association_id, source_type, source_id,
             destination_type, destination_id, created_time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            Uuid::new_v4().simple().to_string().into(),
            source_kind.as_str().into(),
            source.into(),
            destination_kind.as_str().into(),
            destination.into(),
            created.into(),
        ],
    )?;
    Ok(())
}
