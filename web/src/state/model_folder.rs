//! Where the files of a model are that an address names.

use leptos::prelude::*;
use mlflow_api::{GetModelVersion, GetModelVersionByAlias};
use mlflow_client::{Error, ErrorKind, FileRoot};

use super::engine::{ModelFolder, Unopened};
use super::language::t;
use super::model_place::ModelPlace;
use super::model_source::ModelSource;
use super::session::Mlflow;
use super::trial_code::absolute;

/// Where a model's files are.
///
/// # Errors
/// When no server is in use that has it, or that server does not answer or refuses.
pub(crate) async fn whereabouts(
    source: ModelSource,
    client: Option<Mlflow>,
) -> Result<ModelFolder, Unopened> {
    if let ModelSource::Folder { url } = source {
        return Ok(ModelFolder {
            address: absolute_here(&url),
            plain: true,
            ..ModelFolder::default()
        });
    }
    let client = client.ok_or_else(|| {
        let words = t("This model is on an MLflow server: choose one in the settings first.");
        Unopened::Away(words.to_owned())
    })?;
    let ModelPlace { root, folder } = match source {
        ModelSource::Version { name, version } => {
            let found = client.call(&GetModelVersion { name, version }).await;
            ModelPlace::of_version(&found.map_err(refused)?.model_version)
        }
        ModelSource::Alias { name, alias } => {
            let found = client.call(&GetModelVersionByAlias { name, alias }).await;
            ModelPlace::of_version(&found.map_err(refused)?.model_version)
        }
        ModelSource::Logged { id } => ModelPlace::of_logged(&id),
        ModelSource::Run { run, path } => of_run(&client, run, path).await?,
        ModelSource::Folder { .. } => return Err(Unopened::Failed(String::new())),
    };
    let request = client.file_request(&root, "", None).map_err(refused)?;
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    Ok(ModelFolder {
        address: absolute_here(&request.uri().to_string()),
        folder,
        plain: false,
        headers: request.headers().iter().filter_map(header).collect(),
    })
}

/// The folder of a run's model. Since MLflow 3 that lies apart from the run's
/// files, with the name under which it was logged.
async fn of_run(client: &Mlflow, run_id: String, path: String) -> Result<ModelPlace, Unopened> {
    /// How many of a run's models are looked at.
    const MOST: usize = 100;
    match client.get_run(&run_id).await {
        Ok(run) => {
            for output in run.outputs.model_outputs.iter().take(MOST) {
                if let Ok(model) = client.get_logged_model(&output.model_id).await
                    && model.info.name == path
                {
                    return Ok(ModelPlace::of_logged(&output.model_id));
                }
            }
        }
        Err(error) => {
            if let away @ Unopened::Away(_) = refused(error) {
                return Err(away);
            }
        }
    }
    Ok(ModelPlace { root: FileRoot::Run { run_id }, folder: path })
}

fn refused(error: Error) -> Unopened {
    match error.kind() {
        ErrorKind::Unauthenticated { .. } => Unopened::SignIn,
        _ if error.is_out_of_reach() => Unopened::Away(error.to_string()),
        _ => Unopened::Failed(error.to_string()),
    }
}

/// An address as seen from this page.
pub(crate) fn absolute_here(url: &str) -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    absolute(&base, url)
}
