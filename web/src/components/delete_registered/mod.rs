//! Deletes a model or a prompt, or a version of one, once somebody said so who
//! read what goes. What is in use as a stage says is not deleted: MLflow's
//! server would, MLflow's page does not.

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{
    DeleteModelVersion, DeleteRegisteredModel, GetModelVersion, ModelVersion, SearchModelVersions,
};

use crate::components::confirm::{Question, use_confirm};
use crate::components::toasts::use_toasts;
use crate::state::language::{t, tf, tn};
use crate::state::location::use_navigator;
use crate::state::registry::{Registered, is_active};
use crate::state::route::Route;
use crate::state::session::Mlflow;

/// What asks, and then deletes what has a name and goes to the list. Needs the
/// names of the aliases that it has.
pub(crate) fn delete_registered(
    kind: Registered,
    client: StoredValue<Mlflow>,
    name: StoredValue<String>,
) -> impl Fn(Vec<String>) + Copy + Send + Sync + 'static {
    let (confirm, toasts, navigator) = (use_confirm(), use_toasts(), use_navigator());
    move |aliases| {
        let (client, name) = (client.get_value(), name.get_value());
        spawn_local(async move {
            // What goes is counted when it is asked, not when the page was read.
            let request = SearchModelVersions {
                filter: kind.versions_of(&name),
                max_results: 10_000,
                ..SearchModelVersions::default()
            };
            let mut versions = match client.call(&request).await {
                Ok(found) => found.model_versions,
                Err(error) => return toasts.failed(t("The versions are not counted"), &error),
            };
            versions.retain(|version| version.name == name);
            let active: Vec<&ModelVersion> = versions.iter().filter(|v| is_active(v)).collect();
            if !active.is_empty() {
                let stages: Vec<String> = active.into_iter().map(in_stage).collect();
                let title = tf("The model {0} is in use", &[&name]);
                let words = t(
                    "A model is deleted once none of its versions is in Staging or Production. Give them the stage None or Archived first, each on its page.",
                );
                return confirm.refuse(title, format!("{} {words}", stages.join(" ")));
            }
            let (title, list) = match kind {
                Registered::Model => (tf("Delete the model {0}?", &[&name]), Route::Models),
                Registered::Prompt => (tf("Delete the prompt {0}?", &[&name]), Route::Prompts),
            };
            let going = tn(
                versions.len(),
                "{0} version goes with it, for good.",
                "{0} versions go with it, for good.",
            );
            let words = what_goes(kind, going, &aliases);
            let run = Callback::new(move |()| {
                let (client, name, list) = (client.clone(), name.clone(), list.clone());
                spawn_local(async move {
                    match client.call(&DeleteRegisteredModel { name: name.clone() }).await {
                        Ok(_) => {
                            navigator.go(list);
                            toasts.done(tf("{0} deleted", &[&name]));
                        }
                        Err(error) => toasts.failed(tf("{0} is not deleted", &[&name]), &error),
                    }
                });
            });
            confirm.ask(Question { title, words, verb: t("Delete").to_owned(), run });
        });
    }
}

/// What asks, and then deletes a version. Needs its number, the names of its
/// aliases, and who hears that it is gone.
pub(crate) fn delete_version(
    kind: Registered,
    client: StoredValue<Mlflow>,
    name: StoredValue<String>,
) -> impl Fn(String, Vec<String>, Callback<()>) + Copy + Send + Sync + 'static {
    let (confirm, toasts) = (use_confirm(), use_toasts());
    move |version, aliases, gone| {
        let (client, name) = (client.get_value(), name.get_value());
        spawn_local(async move {
            // Somebody may have put it to use since the page was read.
            let request = GetModelVersion { name: name.clone(), version: version.clone() };
            let found = match client.call(&request).await {
                Ok(found) => found.model_version,
                Err(error) => {
                    return toasts.failed(tf("Version {0} is not deleted", &[&version]), &error);
                }
            };
            if is_active(&found) {
                let title = tf("Version {0} of {1} is in use", &[&version, &name]);
                let words =
                    t("A version is deleted once its stage is None or Archived. Change it first.");
                return confirm.refuse(title, format!("{} {words}", in_stage(&found)));
            }
            let title = tf("Delete version {0} of {1}?", &[&version, &name]);
            let going = tf(
                "Version {0} of {1} goes for good; its number is not used again.",
                &[&version, &name],
            );
            let words = what_goes(kind, going, &aliases);
            let run = Callback::new(move |()| {
                let (client, name, version) = (client.clone(), name.clone(), version.clone());
                spawn_local(async move {
                    let request = DeleteModelVersion { name, version: version.clone() };
                    match client.call(&request).await {
                        Ok(_) => {
                            gone.try_run(());
                            toasts.done(tf("Version {0} deleted", &[&version]));
                        }
                        Err(error) => {
                            toasts.failed(tf("Version {0} is not deleted", &[&version]), &error);
                        }
                    }
                });
            });
            confirm.ask(Question { title, words, verb: t("Delete").to_owned(), run });
        });
    }
}

/// Says in which stage a version is.
fn in_stage(version: &ModelVersion) -> String {
    let stage = version.current_stage.clone().unwrap_or_default();
    tf("Version {0} is in {1}.", &[&version.version, &stage])
}

/// What goes, what goes with it, and what stays.
fn what_goes(kind: Registered, going: String, aliases: &[String]) -> String {
    let mut words = going;
    if !aliases.is_empty() {
        words.push(' ');
        words.push_str(&tf("So do its aliases: {0}.", &[&aliases.join(", ")]));
    }
    if kind == Registered::Model {
        words.push(' ');
        words.push_str(t("The files of the models stay with their runs."));
    }
    words
}
