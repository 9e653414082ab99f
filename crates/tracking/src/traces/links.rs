//! What traces belong to: runs, and versions of prompts.

use mlflow_api::{Empty, LinkPromptsToTrace, LinkTracesToRun, PromptVersionRef, limits};

use super::info;
use crate::associations::{self, Kind};
use crate::call::required;
use crate::{Error, Sql};

pub(crate) fn to_run(sql: &dyn Sql, asked: &LinkTracesToRun) -> Result<Empty, Error> {
    if asked.trace_ids.is_empty() {
        return Err(Error::missing("trace_ids"));
    }
    let run = required(&asked.run_id, "run_id")?;
    if asked.trace_ids.len() > limits::MAX_TRACE_LINKS {
        return Err(Error::invalid(format!(
            "Cannot link more than {} traces to a run in a single request. Provided {} traces.",
            limits::MAX_TRACE_LINKS,
            asked.trace_ids.len()
        )));
    }
    for trace in &asked.trace_ids {
        associations::add(sql, (Kind::Trace, trace), (Kind::Run, run), None)?;
    }
    Ok(Empty {})
}

pub(crate) fn to_prompts(sql: &dyn Sql, asked: &LinkPromptsToTrace) -> Result<Empty, Error> {
    let trace = required(&asked.trace_id, "trace_id")?;
    if asked.prompt_versions.is_empty() {
        return Err(Error::missing("prompt_versions"));
    }
    info::check_known(sql, trace)?;
    for PromptVersionRef { name, version } in &asked.prompt_versions {
        let prompt = format!("{name}/{}", version.trim());
        associations::add(sql, (Kind::Trace, trace), (Kind::PromptVersion, &prompt), None)?;
    }
    Ok(Empty {})
}
