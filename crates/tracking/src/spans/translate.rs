//! What other conventions than MLflow's call a span's kind, its inputs, outputs,
//! tokens and model.

use serde_json::Value as Json;

use super::content::{Attributes, Event};
use super::usage::CHAT_USAGE;
use crate::python_json;
use crate::traces::promoted::count;

pub(super) const INPUTS: &str = "mlflow.spanInputs";
pub(super) const OUTPUTS: &str = "mlflow.spanOutputs";
pub(super) const SPAN_TYPE: &str = "mlflow.spanType";
pub(super) const MODEL: &str = "mlflow.llm.model";
pub(super) const PROVIDER: &str = "mlflow.llm.provider";
const MESSAGE_FORMAT: &str = "mlflow.message.format";
const CHAT_TOOLS: &str = "mlflow.chat.tools";

/// Where a convention has what; it may lack any of them.
struct Convention {
    kind: &'static [&'static str],
    kinds: &'static [(&'static str, &'static str)],
    inputs: &'static [&'static str],
    outputs: &'static [&'static str],
    /// Of input, output, both, read from a cache, and written into one.
    tokens: [&'static [&'static str]; 5],
    models: &'static [&'static str],
    provider: &'static [&'static str],
    tools: &'static [&'static str],
    /// The format of messages, and the attributes that tell it.
    format: Option<(&'static str, &'static [&'static str])>,
}

const NONE: Convention = Convention {
    kind: &[],
    kinds: &[],
    inputs: &[],
    outputs: &[],
    tokens: [&[]; 5],
    models: &[],
    provider: &[],
    tools: &[],
    format: None,
};

/// The first that knows something decides. A `#` in a key stands for a number.
const CONVENTIONS: [Convention; 9] = [
    // OpenInference.
    Convention {
        kind: &["openinference.span.kind"],
        kinds: &[
            ("TOOL", "TOOL"),
            ("CHAIN", "CHAIN"),
            ("LLM", "LLM"),
            ("RETRIEVER", "RETRIEVER"),
            ("EMBEDDING", "EMBEDDING"),
            ("AGENT", "AGENT"),
            ("RERANKER", "RERANKER"),
            ("UNKNOWN", "UNKNOWN"),
            ("GUARDRAIL", "GUARDRAIL"),
            ("EVALUATOR", "EVALUATOR"),
        ],
        inputs: &["input.value"],
        outputs: &["output.value"],
        tokens: [
            &["llm.token_count.prompt"],
            &["llm.token_count.completion"],
            &["llm.token_count.total"],
            &["llm.token_count.prompt_details.cache_read"],
            &["llm.token_count.prompt_details.cache_write"],
        ],
        models: &[
            "llm.response.model_name",
            "llm.model_name",
            "llm.request.model_name",
            "embedding.model_name",
        ],
        provider: &["llm.provider"],
        ..NONE
    },
    // OpenTelemetry's own for generative AI.
    Convention {
        kind: &["gen_ai.operation.name"],
        kinds: &[
            ("chat", "CHAT_MODEL"),
            ("create_agent", "AGENT"),
            ("embeddings", "EMBEDDING"),
            ("execute_tool", "TOOL"),
            ("generate_content", "LLM"),
            ("invoke_agent", "AGENT"),
            ("text_completion", "LLM"),
            ("response", "LLM"),
        ],
        inputs: &["gen_ai.input.messages", "gen_ai.tool.call.arguments"],
        outputs: &["gen_ai.output.messages", "gen_ai.tool.call.result"],
        tokens: [
            &["gen_ai.usage.input_tokens"],
            &["gen_ai.usage.output_tokens"],
            &[],
            &["gen_ai.usage.cache_read.input_tokens"],
            &["gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens"],
        ],
        models: &["gen_ai.response.model", "gen_ai.request.model"],
        provider: &["gen_ai.provider.name"],
        tools: &["gen_ai.tool.definitions"],
        ..NONE
    },
    // Traceloop.
    Convention {
        kind: &["traceloop.span.kind"],
        kinds: &[
            ("workflow", "WORKFLOW"),
            ("task", "TASK"),
            ("agent", "AGENT"),
            ("tool", "TOOL"),
            ("unknown", "UNKNOWN"),
        ],
        inputs: &[
            "traceloop.entity.input",
            "gen_ai.prompt.#.content",
            "gen_ai.completion.#.tool_calls.#.arguments",
        ],
        outputs: &["traceloop.entity.output", "gen_ai.completion.#.content"],
        tokens: [
            &["gen_ai.usage.prompt_tokens"],
            &["gen_ai.usage.completion_tokens"],
            &["llm.usage.total_tokens"],
            &[],
            &[],
        ],
        provider: &["gen_ai.system"],
        ..NONE
    },
    // Google ADK.
    Convention {
        inputs: &["gcp.vertex.agent.llm_request", "gcp.vertex.agent.tool_call_args"],
        outputs: &["gcp.vertex.agent.llm_response", "gcp.vertex.agent.tool_response"],
        ..NONE
    },
    // Vercel AI.
    Convention {
        kind: &["ai.operationId"],
        kinds: &[
            ("ai.generateText", "LLM"),
            ("ai.generateText.doGenerate", "LLM"),
            ("ai.toolCall", "TOOL"),
            ("ai.streamText", "LLM"),
            ("ai.streamText.doStream", "LLM"),
            ("ai.generateObject", "LLM"),
            ("ai.generateObject.doGenerate", "LLM"),
            ("ai.streamObject", "LLM"),
            ("ai.streamObject.doStream", "LLM"),
            ("ai.embed", "EMBEDDING"),
            ("ai.embed.doEmbed", "EMBEDDING"),
            ("ai.embedMany", "EMBEDDING"),
        ],
        inputs: &["ai.prompt", "ai.toolCall.args", "ai.value", "ai.values"],
        outputs: &[
            "ai.response.text",
            "ai.toolCall.result",
            "ai.response.object",
            "ai.embedding",
            "ai.embeddings",
        ],
        ..NONE
    },
    // VoltAgent.
    Convention {
        kind: &["span.type", "entity.type"],
        kinds: &[("agent", "AGENT"), ("llm", "LLM"), ("tool", "TOOL"), ("memory", "MEMORY")],
        inputs: &["agent.messages", "llm.messages", "input"],
        outputs: &["output"],
        tokens: [
            &["usage.prompt_tokens", "llm.usage.prompt_tokens"],
            &["usage.completion_tokens", "llm.usage.completion_tokens"],
            &["usage.total_tokens", "llm.usage.total_tokens"],
            &[],
            &[],
        ],
        format: Some(("voltagent", &["voltagent.operation_id", "voltagent.conversation_id"])),
        ..NONE
    },
    // LiveKit.
    Convention {
        inputs: &["lk.user_input", "lk.user_transcript", "lk.chat_ctx", "lk.input_text"],
        outputs: &["lk.response.text", "lk.response.function_calls"],
        format: Some((
            "livekit",
            &["lk.agent_name", "lk.room_name", "lk.job_id", "lk.participant_identity"],
        )),
        ..NONE
    },
    // Laminar.
    Convention {
        kind: &["lmnr.span.type"],
        kinds: &[
            ("LLM", "LLM"),
            ("TOOL", "TOOL"),
            ("DEFAULT", "CHAIN"),
            ("PIPELINE", "CHAIN"),
            ("EXECUTOR", "AGENT"),
            ("EVALUATOR", "EVALUATOR"),
            ("HUMAN_EVALUATOR", "EVALUATOR"),
            ("EVALUATION", "EVALUATOR"),
            ("CACHED", "LLM"),
        ],
        inputs: &["lmnr.span.input"],
        outputs: &["lmnr.span.output"],
        provider: &["gen_ai.system"],
        format: Some(("openai", &["lmnr.span.type"])),
        ..NONE
    },
    // Langfuse.
    Convention {
        kind: &["langfuse.observation.type"],
        kinds: &[
            ("generation", "LLM"),
            ("embedding", "EMBEDDING"),
            ("tool", "TOOL"),
            ("retriever", "RETRIEVER"),
            ("agent", "AGENT"),
            ("chain", "CHAIN"),
            ("evaluator", "EVALUATOR"),
            ("guardrail", "GUARDRAIL"),
            ("span", "UNKNOWN"),
        ],
        inputs: &["langfuse.observation.input"],
        outputs: &["langfuse.observation.output"],
        ..NONE
    },
];

/// What events say in conventions that have no attribute for it: the event, and
/// the attribute of it.
const PROMPT_EVENT: (&str, &str) = ("gen_ai.content.prompt", "gen_ai.prompt");
const COMPLETION_EVENT: (&str, &str) = ("gen_ai.content.completion", "gen_ai.completion");

/// Adds MLflow's attributes to those of other conventions.
pub(super) fn translate(attributes: &mut Attributes, events: &[Event]) {
    unquote_twice(attributes);
    let own = attributes.string(SPAN_TYPE);
    if own.is_none_or(|kind| kind == "UNKNOWN")
        && let Some(kind) = kind(attributes)
    {
        attributes.set(SPAN_TYPE, quoted(kind));
    }
    let inputs = || find(attributes, |c| c.inputs).or_else(|| said(events, PROMPT_EVENT));
    let inputs = if attributes.get(INPUTS).is_none() { inputs() } else { None };
    let outputs = || find(attributes, |c| c.outputs).or_else(|| said(events, COMPLETION_EVENT));
    let outputs = if attributes.get(OUTPUTS).is_none() { outputs() } else { None };
    let found = [
        (INPUTS, inputs),
        (OUTPUTS, outputs),
        (CHAT_USAGE, usage(attributes)),
        (MESSAGE_FORMAT, format(attributes)),
        (CHAT_TOOLS, find(attributes, |c| c.tools)),
    ];
    for (key, value) in found {
        add(attributes, key, value);
    }
    let model = find(attributes, |c| c.models).or_else(|| model_of_chat(attributes));
    add(attributes, MODEL, model);
    let provider = find(attributes, |c| c.provider);
    add(attributes, PROVIDER, provider);
}

fn add(attributes: &mut Attributes, key: &str, value: Option<Json>) {
    if let Some(value) = value
        && attributes.get(key).is_none()
    {
        attributes.set(key, value);
    }
}

/// Takes one layer off what was written as JSON twice: by the client, and here.
fn unquote_twice(attributes: &mut Attributes) {
    for (_, value) in &mut attributes.0 {
        let inner: Option<String> = value.as_str().and_then(|text| serde_json::from_str(text).ok());
        let Some(inner) = inner else { continue };
        let parsed: Result<Json, _> = serde_json::from_str(&inner);
        if parsed.is_ok_and(|json| json.is_string() || json.is_object() || json.is_array()) {
            *value = Json::String(inner);
        }
    }
}

fn quoted(text: &str) -> Json {
    python_json::to_string(&text).into()
}

fn kind(attributes: &Attributes) -> Option<&'static str> {
    CONVENTIONS.iter().find_map(|convention| {
        let named = |key: &&str| {
            let kind = attributes.string(key)?;
            let known = convention.kinds.iter().find(|(theirs, _)| *theirs == kind);
            known.map(|(_, ours)| *ours)
        };
        convention.kind.iter().find_map(named)
    })
}

/// The JSON text of the first attribute that says something.
fn find(
    attributes: &Attributes,
    keys: impl Fn(&Convention) -> &'static [&'static str],
) -> Option<Json> {
    let keys = CONVENTIONS.iter().flat_map(|convention| keys(convention).iter());
    keys.copied().find_map(|key| {
        let mut fitting = attributes.0.iter().filter(|(known, _)| fits(key, known));
        fitting.find(|(_, value)| says_something(value)).map(|(_, value)| value.clone())
    })
}

/// Whether an attribute's key is that one; `#` is any number.
fn fits(pattern: &str, key: &str) -> bool {
    if !pattern.contains('#') {
        return pattern == key;
    }
    let (mut ours, mut theirs) = (pattern.split('.'), key.split('.'));
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return true,
            (Some("#"), Some(number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {}
            (Some(ours), Some(theirs)) if ours == theirs => {}
            _ => return false,
        }
    }
}

/// Whether the JSON is more than nothing.
fn says_something(value: &Json) -> bool {
    let Some(text) = value.as_str() else { return false };
    match serde_json::from_str::<Json>(text) {
        Ok(Json::Null | Json::Bool(false)) => false,
        Ok(Json::String(text)) => !text.is_empty(),
        Ok(Json::Array(items)) => !items.is_empty(),
        Ok(Json::Object(fields)) => !fields.is_empty(),
        Ok(Json::Number(number)) => number.as_f64() != Some(0.0),
        Ok(Json::Bool(true)) => true,
        Err(_) => !text.is_empty(),
    }
}

/// What an event says, as a JSON text.
fn said(events: &[Event], (name, key): (&str, &str)) -> Option<Json> {
    let mut values = events
        .iter()
        .filter(|event| event.name == name)
        .filter_map(|event| event.attributes.get(key));
    values.find(|value| !value.is_null()).map(|value| match value {
        Json::String(text) => Json::from(text.as_str()),
        other => python_json::to_string(other).into(),
    })
}

fn usage(attributes: &Attributes) -> Option<Json> {
    let number = |keys: &[&str]| {
        keys.iter().find_map(|key| {
            let text = attributes.text(key)?;
            serde_json::from_str::<Json>(text).ok().as_ref().and_then(count)
        })
    };
    CONVENTIONS.iter().find_map(|convention| {
        let [input, output, total, read, written] = convention.tokens.map(number);
        let total = total.or_else(|| Some(input? + output?));
        if input.is_none() && output.is_none() && total.is_none() {
            return None;
        }
        let named = [
            ("input_tokens", input),
            ("output_tokens", output),
            ("total_tokens", total),
            ("cache_read_input_tokens", read),
            ("cache_creation_input_tokens", written),
        ];
        let known: Vec<(&str, i64)> =
            named.into_iter().filter_map(|(key, number)| Some((key, number?))).collect();
        Some(python_json::to_string(&crate::traces::promoted::InOrder(known)).into())
    })
}

fn format(attributes: &Attributes) -> Option<Json> {
    let formats = CONVENTIONS.iter().filter_map(|convention| convention.format);
    let mut fitting =
        formats.filter(|(_, keys)| keys.iter().any(|key| attributes.get(key).is_some()));
    fitting.next().map(|(format, _)| quoted(format))
}

/// The model that a chat's request or answer names.
fn model_of_chat(attributes: &Attributes) -> Option<Json> {
    [INPUTS, OUTPUTS].into_iter().find_map(|key| {
        let chat: Json = serde_json::from_str(attributes.text(key)?).ok()?;
        chat.get("model")?.as_str().filter(|model| !model.is_empty()).map(quoted)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attributes(json: Json) -> Attributes {
        let Json::Object(fields) = json else { return Attributes::default() };
        super::super::content::Ordered(
            fields.into_iter().map(|(k, v)| (k, Json::from(v.to_string()))).collect(),
        )
    }

    #[test]
    fn other_conventions_are_understood() {
        let mut chat = attributes(json!({
            "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 10,
            "gen_ai.usage.output_tokens": "5", "gen_ai.request.model": "m",
            "gen_ai.input.messages": "[{\"role\": \"user\"}]",
        }));
        translate(&mut chat, &[]);
        assert_eq!(chat.text(SPAN_TYPE), Some("\"CHAT_MODEL\""));
        assert_eq!(
            chat.text(CHAT_USAGE),
            Some(r#"{"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}"#)
        );
        assert_eq!(chat.text(MODEL), Some("\"m\""));
        assert_eq!(chat.text(INPUTS), Some("[{\"role\": \"user\"}]"));
        let mut loops = attributes(json!({"gen_ai.prompt.0.content": "hi"}));
        translate(&mut loops, &[]);
        assert_eq!(loops.text(INPUTS), Some("\"hi\""));
        let mut own = attributes(json!({
            "mlflow.spanType": "TOOL", "openinference.span.kind": "LLM",
            "mlflow.spanInputs": {"model": "x"},
        }));
        translate(&mut own, &[]);
        assert_eq!(own.text(SPAN_TYPE), Some("\"TOOL\""));
        assert_eq!(own.text(MODEL), Some("\"x\""));
    }
}
