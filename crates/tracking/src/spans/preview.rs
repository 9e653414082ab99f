//! The beginning of what a trace was asked and answered: of a chat the text of
//! a message.

use serde_json::Value as Json;

use crate::keys;

/// Characters of a preview.
const MAX: usize = 1000;

/// The preview of JSON; `role` is whose message of a chat it shows.
pub(super) fn of(text: &str, role: &str) -> String {
    let json: Json = serde_json::from_str(text).unwrap_or_default();
    let message = messages(&json).and_then(|messages| message_text(&messages, role));
    let text = message.filter(|text| !text.is_empty()).unwrap_or(text);
    if text.len() <= MAX || text.chars().count() <= MAX {
        return text.to_owned();
    }
    format!("{}...", keys::cut(text, MAX - 3))
}

/// The messages of a chat, in the forms of the common interfaces.
fn messages(json: &Json) -> Option<Vec<&Json>> {
    let is_message = |item: &&Json| item.get("role").is_some() && item.get("content").is_some();
    let list = |key: &str| {
        let items = json.get(key)?.as_array().filter(|items| !items.is_empty())?;
        Some(items.iter().filter(is_message).collect::<Vec<_>>())
    };
    let choice = || {
        let message = json.get("choices")?.get(0)?.get("message")?;
        is_message(&message).then(|| vec![message])
    };
    list("messages")
        .or_else(choice)
        .or_else(|| list("input"))
        .or_else(|| list("output"))
        .or_else(|| messages(json.get("request")?))
}

/// The text of the role's last message, else of the last one.
fn message_text<'a>(messages: &[&'a Json], role: &str) -> Option<&'a str> {
    let of_role = messages.iter().rfind(|message| message.get("role").is_some_and(|r| r == role));
    let content = of_role.or(messages.last())?.get("content")?;
    let part_text = |part: &'a Json| match part.get("type").and_then(Json::as_str) {
        Some("text" | "output_text") => part.get("text").and_then(Json::as_str),
        _ => part.as_str(),
    };
    match content {
        Json::Array(parts) => parts.iter().find_map(part_text),
        content => content.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_chats_and_of_anything_else() {
        let chat = r#"{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": [{"type": "text", "text": "yes"}]}]}"#;
        assert_eq!(of(chat, "user"), "hi");
        assert_eq!(of(chat, "assistant"), "yes");
        let answer = r#"{"choices": [{"message": {"role": "assistant", "content": "so"}}]}"#;
        assert_eq!(of(answer, "assistant"), "so");
        for plain in ["\"out\"", "{\"q\": 1}", "no json", r#"{"messages": []}"#] {
            assert_eq!(of(plain, "user"), plain);
        }
        assert_eq!(of(&"ä".repeat(1001), "user"), format!("{}...", "ä".repeat(997)));
        let nested = format!("{}1{}", r#"{"request":"#.repeat(100), "}".repeat(100));
        assert!(of(&nested, "user").len() <= nested.len());
    }
}
