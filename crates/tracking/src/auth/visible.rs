//! Searches show what may be read, and count nothing else.

use bytes::Bytes;
use http::Response;
use mlflow_api::tags;
use serde_json::Value as Json;

use super::access::{may_in, versions_of};
use super::caller::Caller;
use super::permission::{EXPERIMENT, Level, PROMPT, REGISTERED_MODEL, REVIEW_QUEUE, RUN};
use crate::search::Search;

/// Keeps a search to the experiments that may be read.
pub(crate) fn only_visible_experiments(
    search: &mut Search,
    caller: Option<&Caller>,
    column: &'static str,
) {
    let Some(caller) = caller else { return };
    if let Some(condition) = caller.visible(EXPERIMENT).condition(search, EXPERIMENT, column) {
        search.also(condition);
    }
}

/// Whether such things of an experiment are shown.
pub(crate) fn may_see_in(caller: Option<&Caller>, experiment: i64, resource_type: &str) -> bool {
    caller.is_none_or(|caller| {
        caller.user.is_admin || may_in(caller, &experiment.to_string(), resource_type, Level::Read)
    })
}

/// Whether the review queues of an experiment may be changed, and so all be listed.
pub(crate) fn may_change_queues_of(caller: Option<&Caller>, experiment: i64) -> bool {
    caller.is_none_or(|caller| {
        let experiment = experiment.to_string();
        caller.user.is_admin || may_in(caller, &experiment, REVIEW_QUEUE, Level::Update)
    })
}

/// Whether runs may be known of at all.
pub(crate) fn may_see_runs(caller: Option<&Caller>) -> bool {
    caller.is_none_or(|caller| caller.user.is_admin || caller.is_not_denied((RUN, "*")))
}

/// Keeps a search to the registered models and the prompts that may be read: of
/// the table called `owner`.
pub(crate) fn only_visible_models(
    search: &mut Search,
    caller: Option<&Caller>,
    owner: &'static str,
) {
    let Some(caller) = caller else { return };
    let name = format!("{owner}.name");
    let [models, prompts] =
        [REGISTERED_MODEL, PROMPT].map(|of| caller.visible(of).condition(search, of, &name));
    by_kind(search, owner, models, prompts);
}

/// Keeps a search to the versions of those; to none of a type that is denied.
pub(crate) fn only_visible_versions(
    search: &mut Search,
    caller: Option<&Caller>,
    owner: &'static str,
) {
    only_visible_models(search, caller, owner);
    let Some(caller) = caller else { return };
    let [models, prompts] = [REGISTERED_MODEL, PROMPT].map(|of| {
        let is_denied = !caller.is_not_denied((versions_of(of), "*"));
        is_denied.then(|| "0".to_owned())
    });
    by_kind(search, owner, models, prompts);
}

/// Adds a condition for registered models and one for prompts, if there is any.
fn by_kind(search: &mut Search, owner: &str, models: Option<String>, prompts: Option<String>) {
    if (&models, &prompts) == (&None, &None) {
        return;
    }
    let any = |condition: Option<String>| condition.unwrap_or_else(|| "1".to_owned());
    let key = search.bind(tags::IS_PROMPT);
    search.also(format!(
        "CASE WHEN EXISTS (SELECT 1 FROM registered_model_tags k
             WHERE k.workspace = {owner}.workspace AND k.name = {owner}.name
                 AND k.key = {key} AND lower(k.value) = 'true')
         THEN {} ELSE {} END",
        any(prompts),
        any(models)
    ));
}

/// Takes versions out of an answer about registered models, or prompts, where
/// those of the type are denied. `path` begins with `/api/`.
pub(super) fn without_denied_versions(
    caller: &Caller,
    path: &str,
    answer: Response<Bytes>,
) -> Response<Bytes> {
    let is_denied = |of| !caller.is_not_denied((versions_of(of), "*"));
    let denied = [REGISTERED_MODEL, PROMPT].map(is_denied);
    if denied == [false; 2]
        || !path.starts_with("/api/2.0/mlflow/registered-models/")
        || !answer.status().is_success()
    {
        return answer;
    }
    let [models, prompts] = denied;
    let (parts, body) = answer.into_parts();
    let mut json: Json = serde_json::from_slice(&body).unwrap_or_default();
    let one = json.get_mut("registered_model").into_iter().collect::<Vec<_>>();
    let found = match one.is_empty() {
        false => one,
        true => json
            .get_mut("registered_models")
            .and_then(Json::as_array_mut)
            .map(|found| found.iter_mut().collect())
            .unwrap_or_default(),
    };
    for model in found {
        let is_prompt = model.get("tags").and_then(Json::as_array).is_some_and(|tags| {
            tags.iter().any(|tag| {
                let text = |name: &str| tag.get(name).and_then(Json::as_str).unwrap_or_default();
                text("key") == tags::IS_PROMPT && text("value").eq_ignore_ascii_case("true")
            })
        });
        if (if is_prompt { prompts } else { models })
            && let Some(model) = model.as_object_mut()
        {
            model.remove("latest_versions");
        }
    }
    Response::from_parts(parts, Bytes::from(json.to_string()))
}
