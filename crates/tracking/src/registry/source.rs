//! Where a version comes from, which a client may not make up: who reads the
//! version reads what is there.

use mlflow_api::{CreateModelVersion, ErrorCode, ModelVersion};

use super::uri::{self, ModelUri, Uri};
use super::{aliases, models, tags, validate, versions};
use crate::{Error, Sql, logged_models, runs};

/// The sources of prompts, which have no files: MLflow's clients send these.
const PROMPT_SOURCES: [&str; 2] = ["dummy-source", "prompt-template"];

/// Where a version comes from.
pub(super) struct Origin {
    /// As asked for, an alias or a stage resolved to a version.
    pub(super) source: String,
    /// Where the files are.
    pub(super) storage_location: String,
    pub(super) run_id: Option<String>,
    pub(super) model_id: Option<String>,
}

/// Checks what the client says, and finds the files.
pub(super) fn resolve(sql: &dyn Sql, asked: &CreateModelVersion) -> Result<Origin, Error> {
    let uri = Uri::parse(&asked.source);
    if tags::is_prompt(&asked.tags) {
        if !PROMPT_SOURCES.contains(&asked.source.as_str()) {
            return Err(invalid(&asked.source, "a prompt's is one of MLflow's placeholders"));
        }
        return Ok(Origin {
            source: asked.source.clone(),
            storage_location: asked.source.clone(),
            run_id: Some(asked.run_id.clone().unwrap_or_default()),
            model_id: None,
        });
    }
    if uri.selects_host() {
        return Err(invalid(
            &asked.source,
            &format!("this server reads nothing from hosts that a '{}' URI names", uri.scheme),
        ));
    }
    let (source, version) = match registered(sql, asked, &uri)? {
        Some(version) => (format!("models:/{}/{}", version.name, version.version), Some(version)),
        None => (asked.source.clone(), None),
    };
    let own_run = version.as_ref().and_then(|version| version.run_id.clone());
    let mut run_id = asked.run_id.clone().or(own_run).filter(|id| !id.is_empty());
    let model_id = asked.model_id.clone().filter(|id| !id.is_empty());
    match &model_id {
        Some(model_id) => check_model(sql, &source, model_id)?,
        None => check_run(sql, &source, run_id.as_deref())?,
    }
    let storage_location = match &version {
        Some(version) => {
            let number = validate::version(&version.version)?;
            versions::download_uri(sql, &version.name, number)?
        }
        None => match &model_id {
            // Then the URI is known to be that model's.
            Some(model_id) if uri.scheme == "models" => {
                logged_models::find(sql, model_id)?.info.artifact_uri
            }
            _ => source.clone(),
        },
    };
    if let (None, Some(model_id)) = (&run_id, &model_id) {
        run_id = logged_models::find(sql, model_id)?.info.source_run_id;
    } else if run_id.is_none() {
        run_id = Some(String::new());
    }
    Ok(Origin { source, storage_location, run_id, model_id })
}

/// The version that a source such as `models:/name@alias` means.
fn registered(
    sql: &dyn Sql,
    asked: &CreateModelVersion,
    uri: &Uri,
) -> Result<Option<ModelVersion>, Error> {
    if uri.scheme != "models" {
        return Ok(None);
    }
    let source = &asked.source;
    if !uri.authority.is_empty() {
        return Err(invalid(source, "it has to be in this registry"));
    }
    let named = ModelUri::parse(&uri.path).ok_or_else(|| unidentified(source, "model_id"))?;
    let name = match &named {
        ModelUri::Logged(_) => return Ok(None),
        ModelUri::Version { name, .. }
        | ModelUri::Alias { name, .. }
        | ModelUri::Newest { name, .. } => name,
    };
    if tags::is_prompt(&models::find(sql, validate::name(name)?)?.tags) {
        return Err(invalid(source, "a version of a prompt is no model"));
    }
    let version = match &named {
        ModelUri::Alias { alias, .. } => aliases::find(sql, name, alias)?,
        ModelUri::Newest { stage, .. } => newest(sql, name, stage.as_deref())?,
        ModelUri::Version { version, .. } | ModelUri::Logged(version) => {
            versions::find(sql, name, validate::version(version)?)?
        }
    };
    let other = |asked: &Option<String>, own: &Option<String>| {
        asked.as_ref().is_some_and(|asked| asked != own.as_deref().unwrap_or_default())
    };
    if other(&asked.run_id, &version.run_id) || other(&asked.model_id, &None) {
        return Err(invalid(source, "its run_id and model_id are not those of that version"));
    }
    Ok(Some(version))
}

fn newest(sql: &dyn Sql, name: &str, stage: Option<&str>) -> Result<ModelVersion, Error> {
    let stage = stage.map(versions::stage).transpose()?;
    let mut latest = versions::latest(sql, &[name])?;
    latest.retain(|version| stage.is_none() || version.current_stage.as_deref() == stage);
    latest.pop().ok_or_else(|| {
        Error::new(
            ErrorCode::InternalError,
            format!("No versions of model with name '{name}' found in that stage"),
        )
    })
}

/// Refuses a source that may be somebody else's: one that only a logged model
/// can speak for, and this one doesn't.
fn check_model(sql: &dyn Sql, source: &str, model_id: &str) -> Result<(), Error> {
    let uri = Uri::parse(source);
    let location = || match logged_models::find(sql, model_id) {
        Ok(model) => Ok(Uri::parse(&model.info.artifact_uri)),
        Err(error) => Err(unidentified_if_unknown(error, source, "model_id")),
    };
    let is_of_model = if uri.is_local() {
        let location = location()?;
        location.is_local() && uri.is_in_folder(&location)
    } else {
        check_absolute(source)?;
        match uri.scheme.as_str() {
            "runs" => false,
            "models" => match ModelUri::parse(&uri.path) {
                Some(ModelUri::Logged(id)) => id == model_id,
                other => other.is_some(),
            },
            _ => !uri.is_proxied() || uri.is_within(&location()?),
        }
    };
    if is_of_model { Ok(()) } else { Err(unidentified(source, "model_id")) }
}

/// The same for one that only a run can speak for.
fn check_run(sql: &dyn Sql, source: &str, run_id: Option<&str>) -> Result<(), Error> {
    let uri = Uri::parse(source);
    let location = || match run_id.map(|id| runs::find(sql, id)) {
        None => Ok(None),
        Some(Ok(run)) => Ok(run.info.artifact_uri.map(|uri| Uri::parse(&uri))),
        Some(Err(error)) => Err(unidentified_if_unknown(error, source, "run_id")),
    };
    let is_of_run = if uri.is_local() {
        location()?.is_some_and(|folder| folder.is_local() && uri.is_in_folder(&folder))
    } else {
        check_absolute(source)?;
        match uri.scheme.as_str() {
            "runs" => {
                let id = uri.path.trim_start_matches('/').split('/').next();
                uri.authority.is_empty() && run_id.is_some() && id == run_id
            }
            "models" => !matches!(ModelUri::parse(&uri.path), None | Some(ModelUri::Logged(_))),
            _ => !uri.is_proxied() || location()?.is_some_and(|root| uri.is_within(&root)),
        }
    };
    if is_of_run { Ok(()) } else { Err(unidentified(source, "run_id")) }
}

fn check_absolute(source: &str) -> Result<(), Error> {
    if uri::is_absolute(source) {
        return Ok(());
    }
    Err(invalid(
        source,
        "If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present",
    ))
}

fn unidentified_if_unknown(error: Error, source: &str, field: &str) -> Error {
    if *error.code() == ErrorCode::ResourceDoesNotExist {
        unidentified(source, field)
    } else {
        error
    }
}

fn unidentified(source: &str, field: &str) -> Error {
    let why = if Uri::parse(source).is_local() {
        format!(
            "To use a local path as a model version source, the {field} request parameter has to be specified and the local path has to be contained within the artifact directory of what the {field} specifies"
        )
    } else {
        format!("the {field} request parameter must identify the resource that contains the source")
    };
    invalid(source, &why)
}

fn invalid(source: &str, why: &str) -> Error {
    Error::invalid(format!("Invalid model version source: '{source}'. {why}."))
}
