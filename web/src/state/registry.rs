//! What the registry's answers say, and how it is asked.

use mlflow_api::{ModelVersion, RegisteredModel, Tag, filter, tags};

use super::filter::name_contains;
use super::language::t;

/// What a name in the registry is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Registered {
    /// A model.
    Model,
    /// A prompt: a model with a tag that says so.
    Prompt,
}

impl Registered {
    /// The filter for what somebody typed: plain words have to stand in the
    /// name, anything else is MLflow's grammar. `None` is all of them. With an
    /// experiment, what is not linked to it is left out.
    pub(crate) fn filter(self, typed: &str, experiment: Option<&str>) -> Option<String> {
        let asked =
            if is_grammar(typed) { Some(typed.trim().to_owned()) } else { name_contains(typed) };
        let linked = experiment.map(|id| {
            let ids = filter::string(&format!("%{}%", linked_to(id))).unwrap_or_default();
            format!("tags.`{}` LIKE {ids}", tags::PROMPT_EXPERIMENTS)
        });
        self.among(linked.into_iter().chain(asked))
    }

    /// The filter for the versions of one name.
    pub(crate) fn versions_of(self, name: &str) -> Option<String> {
        // A name with both kinds of quotes can't be said: `_` is any character.
        let clause = match filter::string(name) {
            Ok(text) => format!("name = {text}"),
            Err(_) => {
                let text = filter::string(&name.replace('\'', "_")).unwrap_or_default();
                format!("name LIKE {text}")
            }
        };
        self.among([clause])
    }

    fn among(self, asked: impl IntoIterator<Item = String>) -> Option<String> {
        let prompt =
            (self == Registered::Prompt).then(|| format!("tags.`{}` = 'true'", tags::IS_PROMPT));
        let clauses: Vec<String> = prompt.into_iter().chain(asked).collect();
        (!clauses.is_empty()).then(|| clauses.join(" AND "))
    }
}

/// An experiment's id as the tag of a prompt has it: between commas, so that 1 is
/// not found in 10.
pub(crate) fn linked_to(experiment: &str) -> String {
    format!(",{experiment},")
}

/// Whether a text is meant as MLflow's grammar: it compares something.
pub(crate) fn is_grammar(typed: &str) -> bool {
    let lower = typed.to_lowercase();
    let quoted = lower.contains(['\'', '"']);
    lower.contains(['=', '<', '>'])
        || quoted && [" like ", " ilike ", " in "].iter().any(|word| lower.contains(word))
}

/// The number of a version, for sorting.
pub(crate) fn number(version: &str) -> u64 {
    version.parse().unwrap_or_default()
}

/// The newest version of a model.
pub(crate) fn latest(model: &RegisteredModel) -> Option<&ModelVersion> {
    model.latest_versions.iter().max_by_key(|version| number(&version.version))
}

/// The stages in which MLflow takes a version for being in use.
pub(crate) const ACTIVE: [&str; 2] = ["Staging", "Production"];

/// Whether a version is in use, as far as its stage says.
pub(crate) fn is_active(version: &ModelVersion) -> bool {
    version.current_stage.as_deref().is_some_and(|stage| ACTIVE.contains(&stage))
}

/// The newest version of a model in a stage.
pub(crate) fn latest_in<'a>(model: &'a RegisteredModel, stage: &str) -> Option<&'a ModelVersion> {
    let in_stage = model.latest_versions.iter();
    let in_stage = in_stage.filter(|version| version.current_stage.as_deref() == Some(stage));
    in_stage.max_by_key(|version| number(&version.version))
}

/// The aliases of a version, which searches for versions leave out.
pub(crate) fn aliases_of(model: &RegisteredModel, version: &str) -> Vec<String> {
    let of = model.aliases.iter().filter(|alias| alias.version == version);
    let mut aliases: Vec<String> = of.map(|alias| alias.alias.clone()).collect();
    aliases.sort();
    aliases
}

/// Key and value of the tags that MLflow did not set itself.
pub(crate) fn user_tags(tags: &[Tag]) -> Vec<(String, String)> {
    let of_user = tags.iter().filter(|tag| !tag.is_system() && !tag.key.starts_with("_mlflow"));
    of_user.map(|tag| (tag.key.clone(), tag.value.clone())).collect()
}

/// How a version's registration went.
pub(crate) fn version_status(status: &str) -> String {
    match status {
        "READY" => t("Ready").to_owned(),
        "PENDING_REGISTRATION" => t("Being registered").to_owned(),
        "FAILED_REGISTRATION" => t("Failed").to_owned(),
        other => other.to_owned(),
    }
}

/// The colour of such a status.
pub(crate) fn version_class(status: &str) -> &'static str {
    match status {
        "READY" => "version-ready",
        "FAILED_REGISTRATION" => "version-failed",
        _ => "version-pending",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlflow_api::ModelAlias;

    #[test]
    fn plain_words_are_looked_for_in_names() {
        let models = |typed| Registered::Model.filter(typed, None);
        assert_eq!(models("  "), None);
        let both = "name ILIKE '%iris%' AND name ILIKE '%net%'";
        assert_eq!(models("iris net").as_deref(), Some(both));
        assert_eq!(models("made in china").as_deref().map(|f| f.matches("ILIKE").count()), Some(3));
        for grammar in ["name = 'a'", "tags.`k` = 'v'", "name LIKE 'a%'", "name IN ('a')"] {
            assert_eq!(models(grammar).as_deref(), Some(grammar));
        }
    }

    #[test]
    fn prompts_are_asked_for_as_such() {
        let prompt = "tags.`mlflow.prompt.is_prompt` = 'true'";
        assert_eq!(Registered::Prompt.filter("", None).as_deref(), Some(prompt));
        let linked = format!("{prompt} AND tags.`_mlflow_experiment_ids` LIKE '%,7,%'");
        assert_eq!(Registered::Prompt.filter("", Some("7")).as_ref(), Some(&linked));
        let named = format!("{linked} AND name ILIKE '%hi%'");
        assert_eq!(Registered::Prompt.filter("hi", Some("7")), Some(named));
        let found = Registered::Prompt.versions_of("it's");
        assert_eq!(found, Some(format!("{prompt} AND name = \"it's\"")));
        let odd = Registered::Model.versions_of("a'b\"c");
        assert!(odd.is_some_and(|odd| odd.starts_with("name LIKE ")));
    }

    #[test]
    fn the_latest_is_the_highest_number() {
        let version = |n: &str| ModelVersion { version: n.into(), ..ModelVersion::default() };
        let alias = |a: &str, v: &str| ModelAlias { alias: a.into(), version: v.into() };
        let model = RegisteredModel {
            latest_versions: vec![version("9"), version("10"), version("2")],
            aliases: vec![alias("b", "9"), alias("a", "9"), alias("c", "10")],
            ..RegisteredModel::default()
        };
        assert_eq!(latest(&model).map(|v| v.version.as_str()), Some("10"));
        assert_eq!(aliases_of(&model, "9"), ["a", "b"]);
        assert!(aliases_of(&model, "1").is_empty());
        assert!(latest_in(&model, "Staging").is_none());
    }

    #[test]
    fn a_stage_has_its_own_latest() {
        let version = |n: &str, stage: &str| ModelVersion {
            version: n.into(),
            current_stage: Some(stage.into()),
            ..ModelVersion::default()
        };
        let model = RegisteredModel {
            latest_versions: vec![version("3", "None"), version("2", "Staging")],
            ..RegisteredModel::default()
        };
        assert_eq!(latest_in(&model, "Staging").map(|v| v.version.as_str()), Some("2"));
        assert!(latest_in(&model, "Production").is_none());
        assert_eq!(model.latest_versions.iter().filter(|v| is_active(v)).count(), 1);
    }
}
