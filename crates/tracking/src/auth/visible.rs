//! Searches show what may be read, and count nothing else.

use mlflow_api::tags;

use super::caller::Caller;
use super::permission::{
    EXPERIMENT, PROMPT, PROMPT_VERSION, REGISTERED_MODEL, REGISTERED_MODEL_VERSION,
};
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

/// Keeps a search to the registered models and the prompts that may be read, or
/// to the versions of those: of the table called `owner`.
pub(crate) fn only_visible_models(
    search: &mut Search,
    caller: Option<&Caller>,
    owner: &'static str,
) {
    let Some(caller) = caller else { return };
    let name = format!("{owner}.name");
    let mut condition = |of, versions| {
        if caller.is_not_denied((versions, "*")) {
            caller.visible(of).condition(search, of, &name).unwrap_or_else(|| "1".to_owned())
        } else {
            "0".to_owned()
        }
    };
    let models = condition(REGISTERED_MODEL, REGISTERED_MODEL_VERSION);
    let prompts = condition(PROMPT, PROMPT_VERSION);
    if (models.as_str(), prompts.as_str()) == ("1", "1") {
        return;
    }
    let key = search.bind(tags::IS_PROMPT);
    search.also(format!(
        "CASE WHEN EXISTS (SELECT 1 FROM registered_model_tags k
             WHERE k.workspace = {owner}.workspace AND k.name = {owner}.name
                 AND k.key = {key} AND lower(k.value) = 'true')
         THEN {prompts} ELSE {models} END"
    ));
}
