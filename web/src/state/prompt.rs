//! What a version of a prompt says, and how one is made: with the tags that
//! MLflow's Python client sets and reads.

use mlflow_api::{ModelVersion, Tag, tags};
use serde_json::{Map, Value};

use super::json;
use super::language::{t, tf};

/// What its text is: `text`, or `chat` for messages.
const KIND: &str = "_mlflow_prompt_type";
const CHAT: &str = "chat";
/// The schema that answers are asked to keep, as JSON.
const RESPONSE_FORMAT: &str = "_mlflow_prompt_response_format";
/// The model that the prompt is for and its settings, as JSON.
const MODEL_CONFIG: &str = "_mlflow_prompt_model_config";

/// What a version has to have as its source, which means nothing for a prompt.
pub(crate) const SOURCE: &str = "dummy-source";

/// The tag that makes a model a prompt.
pub(crate) fn is_prompt() -> Tag {
    tag(tags::IS_PROMPT, "true".to_owned())
}

fn tag(key: &str, value: String) -> Tag {
    Tag { key: key.to_owned(), value }
}

/// Whether Python loads a prompt of this name.
pub(crate) fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    !name.is_empty() && name.chars().all(is_plain)
}

/// One message of a chat.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Message {
    /// Who says it: `system`, `user`, `assistant`.
    pub(crate) role: String,
    /// What is said; a list of parts as JSON.
    pub(crate) content: String,
    /// Whether it is such a list.
    pub(crate) parts: bool,
    /// What else it has, such as `tool_calls`: kept as it is.
    pub(crate) rest: Map<String, Value>,
}

impl Message {
    /// One of a role that says nothing yet.
    pub(crate) fn of(role: &str) -> Message {
        Message { role: role.to_owned(), ..Message::default() }
    }

    fn read(value: &Value) -> Option<Message> {
        let mut rest = value.as_object()?.clone();
        let role = rest.remove("role")?.as_str()?.to_owned();
        let (content, parts) = match rest.remove("content") {
            None | Some(Value::Null) => (String::new(), false),
            Some(Value::String(text)) => (text, false),
            Some(other) => (json::pretty(&other), true),
        };
        Some(Message { role, content, parts, rest })
    }

    /// As Python writes it: the role first.
    fn write(&self) -> Result<String, String> {
        let content = match (self.parts, self.content.is_empty()) {
            (true, _) => match serde_json::from_slice(self.content.as_bytes()) {
                Ok(list @ Value::Array(_)) => list,
                _ => {
                    return Err(t("The parts of a message have to be a list in JSON.").to_owned());
                }
            },
            (false, true) if !self.rest.is_empty() => Value::Null,
            (false, _) => Value::from(self.content.as_str()),
        };
        let role = Value::from(self.role.trim());
        let mut out = format!("{{\"role\": {role}, \"content\": {content}");
        for (key, value) in &self.rest {
            out.push_str(&format!(", {}: {value}", Value::from(key.as_str())));
        }
        out.push('}');
        Ok(out)
    }
}

/// What a version of a prompt says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PromptText {
    /// One text.
    Text(String),
    /// Messages.
    Chat(Vec<Message>),
}

impl PromptText {
    /// Reads it from the tags of a version.
    pub(crate) fn of(version: &ModelVersion) -> PromptText {
        let text = Tag::find(&version.tags, tags::PROMPT_TEXT).unwrap_or_default();
        if Tag::find(&version.tags, KIND) == Some(CHAT)
            && let Some(messages) = messages(text)
        {
            return PromptText::Chat(messages);
        }
        PromptText::Text(text.to_owned())
    }

    /// As one text, line after line: to compare it with another.
    pub(crate) fn plain(&self) -> String {
        match self {
            PromptText::Text(text) => text.clone(),
            PromptText::Chat(messages) => {
                let message =
                    |message: &Message| format!("{}:\n{}\n", message.role, message.content);
                messages.iter().map(message).collect()
            }
        }
    }

    /// The names that stand in `{{…}}`, each once, in their order.
    pub(crate) fn variables(&self) -> Vec<String> {
        let mut names = Vec::new();
        match self {
            PromptText::Text(text) => find_variables(text, &mut names),
            PromptText::Chat(messages) => {
                messages.iter().for_each(|message| find_variables(&message.content, &mut names));
            }
        }
        names
    }
}

fn messages(json: &str) -> Option<Vec<Message>> {
    let list: Vec<Value> = serde_json::from_slice(json.as_bytes()).ok()?;
    list.iter().map(Message::read).collect()
}

/// What MLflow takes for a variable: an identifier, or several with dots
/// between them.
fn find_variables(text: &str, names: &mut Vec<String>) {
    for part in text.split("{{").skip(1) {
        let Some((name, _)) = part.trim_start_matches('{').split_once("}}") else { continue };
        let name = name.trim();
        if name.split('.').all(is_identifier) && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let begins = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    begins && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The Python that loads a version and fills it in.
pub(crate) fn python(uri: &str, address: &str, variables: &[String]) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    let (plain, dotted): (Vec<&String>, Vec<&String>) =
        variables.iter().partition(|name| is_identifier(name));
    let mut given: Vec<String> = plain.iter().map(|name| format!("{name}=\"…\"")).collect();
    if !dotted.is_empty() {
        let pairs: Vec<String> =
            dotted.iter().map(|name| format!("{}: \"…\"", quoted(name))).collect();
        given.push(format!("**{{{}}}", pairs.join(", ")));
    }
    format!(
        "import mlflow\nmlflow.set_tracking_uri({})\nprompt = mlflow.genai.load_prompt({})\nprint(prompt.format({}))",
        quoted(uri),
        quoted(address),
        given.join(", ")
    )
}

/// What a version says beside its text, laid out: the schema of answers, and
/// the model that it is for.
pub(crate) fn settings(version: &ModelVersion) -> (Option<String>, Option<String>) {
    let read = |key| Tag::find(&version.tags, key).map(json::pretty_text);
    (read(RESPONSE_FORMAT), read(MODEL_CONFIG))
}

/// What a form holds: what the next version will say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Draft {
    /// Its text.
    pub(crate) text: Option<PromptText>,
    /// What changed, for who reads the list of versions.
    pub(crate) message: String,
    /// Tags of the user's, which the prompt gets, too.
    pub(crate) tags: Vec<(String, String)>,
    /// The schema of answers, as JSON; empty for none.
    pub(crate) response_format: String,
    /// The model and its settings, as JSON; empty for none.
    pub(crate) model_config: String,
}

impl Draft {
    /// What a version says, to be changed. Its message and tags are its own.
    pub(crate) fn of(version: &ModelVersion) -> Draft {
        let (response_format, model_config) = settings(version);
        Draft {
            text: Some(PromptText::of(version)),
            response_format: response_format.unwrap_or_default(),
            model_config: model_config.unwrap_or_default(),
            ..Draft::default()
        }
    }

    /// The tags of the version, or what is wrong, in words.
    pub(crate) fn version_tags(&self) -> Result<Vec<Tag>, String> {
        let (kind, text) = match &self.text {
            Some(PromptText::Text(text)) if !text.trim().is_empty() => ("text", text.clone()),
            Some(PromptText::Chat(messages)) if !messages.is_empty() => {
                if messages.iter().any(|message| message.role.trim().is_empty()) {
                    return Err(t("Every message needs a role.").to_owned());
                }
                let messages: Result<Vec<String>, String> =
                    messages.iter().map(Message::write).collect();
                (CHAT, format!("[{}]", messages?.join(", ")))
            }
            _ => return Err(t("A prompt needs a text.").to_owned()),
        };
        let mut all: Vec<Tag> =
            self.tags.iter().map(|(key, value)| tag(key, value.clone())).collect();
        all.extend([is_prompt(), tag(KIND, kind.to_owned()), tag(tags::PROMPT_TEXT, text)]);
        if let Some(format) = object(&self.response_format, t("Response format"))? {
            all.push(tag(RESPONSE_FORMAT, Value::from(format).to_string()));
        }
        if let Some(config) = object(&self.model_config, t("Model settings"))? {
            check_config(&config)?;
            all.push(tag(MODEL_CONFIG, Value::from(config).to_string()));
        }
        Ok(all)
    }
}

/// The object of a field; none where it is empty.
fn object(text: &str, field: &str) -> Result<Option<Map<String, Value>>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    match serde_json::from_slice(text.as_bytes()) {
        Ok(Value::Object(object)) => Ok((!object.is_empty()).then_some(object)),
        Ok(_) => Err(tf("{0} has to be an object in JSON.", &[&field])),
        Err(error) => Err(tf("{0} is no JSON: {1}", &[&field, &error])),
    }
}

/// Python refuses to load a prompt with settings of a model that it knows and
/// that are not as it knows them.
fn check_config(config: &Map<String, Value>) -> Result<(), String> {
    let wrong = |(key, value): &(&String, &Value)| {
        let number = |most: f64| value.as_f64().is_some_and(|n| (0.0..=most).contains(&n));
        !value.is_null()
            && !match key.as_str() {
                "provider" | "model_name" => value.is_string(),
                "temperature" => number(f64::INFINITY),
                "top_p" => number(1.0),
                "max_tokens" | "top_k" => value.as_u64().is_some_and(|n| n > 0),
                "frequency_penalty" | "presence_penalty" => value.is_number(),
                "stop_sequences" => {
                    value.as_array().is_some_and(|all| all.iter().all(Value::is_string))
                }
                _ => true,
            }
    };
    match config.iter().find(wrong) {
        Some((key, value)) => Err(tf("{0} cannot be {1}.", &[key, value])),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn version(kind: &str, text: &str) -> ModelVersion {
        ModelVersion {
            tags: vec![tag(tags::PROMPT_TEXT, text.into()), tag(KIND, kind.into())],
            ..ModelVersion::default()
        }
    }

    fn prompt(kind: &str, text: &str) -> PromptText {
        PromptText::of(&version(kind, text))
    }

    fn find(all: &[Tag], key: &str) -> String {
        Tag::find(all, key).unwrap_or_default().to_owned()
    }

    #[test]
    fn prompts_are_texts_or_messages() {
        let chat = prompt("chat", r#"[{"role": "user", "content": "Hi {{x}}"}]"#);
        assert_eq!(chat.plain(), "user:\nHi {{x}}\n");
        assert_eq!(chat.variables(), ["x"]);
        assert_eq!(prompt("chat", "no json"), PromptText::Text("no json".into()));
    }

    #[test]
    fn variables_are_those_of_mlflow() {
        let text = "Hi {{ name }}, {{name}}: {{q}} {{ a b }} {{{c}}} {{u.id}} {{1}} {{ü}} {{";
        assert_eq!(prompt("text", text).variables(), ["name", "q", "c", "u.id"]);
        let code = python("http://x", "prompts:/p/1", &["q".into(), "u.id".into()]);
        assert!(code.ends_with("prompt.format(q=\"…\", **{\"u.id\": \"…\"}))"), "{code}");
    }

    #[test]
    fn a_version_is_edited_without_losing_what_the_form_does_not_show() {
        let text = r#"[{"role": "system", "content": "Be {{tone}}"}, {"role": "user", "content": [{"text": "Hi", "type": "text"}], "name": "ann"}, {"role": "assistant", "content": null, "tool_calls": []}]"#;
        let mut old = version("chat", text);
        old.tags.push(tag(MODEL_CONFIG, r#"{"model_name":"m","temperature":0.5}"#.into()));
        let made = Draft::of(&old).version_tags().unwrap();
        let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(json(&find(&made, tags::PROMPT_TEXT)), json(text));
        assert!(find(&made, tags::PROMPT_TEXT).starts_with(r#"[{"role": "system", "content": "#));
        assert_eq!(find(&made, MODEL_CONFIG), r#"{"model_name":"m","temperature":0.5}"#);
        assert_eq!(find(&made, KIND), "chat");
        assert_eq!(find(&made, tags::IS_PROMPT), "true");
        assert_eq!(Tag::find(&made, RESPONSE_FORMAT), None);
    }

    #[test]
    fn what_python_would_not_load_is_said() {
        let draft = |text: PromptText, config: &str| Draft {
            text: Some(text),
            model_config: config.into(),
            ..Draft::default()
        };
        let hello = || PromptText::Text("hello".into());
        let wrong = |draft: Draft| draft.version_tags().unwrap_err();
        assert_eq!(wrong(Draft::default()), "A prompt needs a text.");
        assert_eq!(wrong(draft(PromptText::Chat(Vec::new()), "")), "A prompt needs a text.");
        let nobody = PromptText::Chat(vec![Message::of(" ")]);
        assert_eq!(wrong(draft(nobody, "")), "Every message needs a role.");
        let parts = Message { parts: true, content: "[".into(), ..Message::of("user") };
        assert!(wrong(draft(PromptText::Chat(vec![parts]), "")).contains("a list in JSON"));
        assert!(wrong(draft(hello(), "[]")).contains("an object in JSON"));
        assert!(wrong(draft(hello(), "{")).contains("no JSON"));
        let hot = r#"{"temperature": "hot"}"#;
        assert_eq!(wrong(draft(hello(), hot)), "temperature cannot be \"hot\".");
        for right in [r#"{"temperature": 0, "stop_sequences": ["a"], "own": "x"}"#, "{}", " "] {
            assert!(draft(hello(), right).version_tags().is_ok(), "{right}");
        }
        assert!(is_name("a.b_c-1") && !is_name("a b") && !is_name("") && !is_name("ü"));
    }

    proptest! {
        #[test]
        fn a_text_reads_back_as_it_was_written(text in ".*\\S.*", content in ".*", role in "[a-z]+") {
            for said in [
                PromptText::Text(text),
                PromptText::Chat(vec![Message { content, ..Message::of(&role) }]),
            ] {
                let tags = Draft { text: Some(said.clone()), ..Draft::default() }.version_tags();
                let made = ModelVersion { tags: tags.unwrap(), ..ModelVersion::default() };
                prop_assert_eq!(PromptText::of(&made), said);
            }
        }
    }
}
