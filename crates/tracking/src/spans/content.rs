//! A span as the JSON text that MLflow keeps of it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mlflow_api::{AnyValue, KeyValue, SpanEvent, SpanLink, SpanStatus};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Deserialize as Derive, Serialize, Serializer};
use serde_json::Value as Json;

use super::proto::{self, Any};
use crate::python_json;

/// What is kept of a span.
#[derive(Serialize, Derive)]
pub(super) struct Content {
    /// 16 bytes in base64; `tr-` and hexadecimal digits in that of MLflow 3.5.
    pub(super) trace_id: String,
    pub(super) span_id: String,
    pub(super) parent_span_id: Option<String>,
    pub(super) name: String,
    pub(super) start_time_unix_nano: u64,
    pub(super) end_time_unix_nano: Option<u64>,
    #[serde(default)]
    pub(super) events: Vec<Event>,
    pub(super) status: Status,
    pub(super) attributes: Attributes,
    #[serde(default)]
    pub(super) links: Vec<Link>,
}

#[derive(Serialize, Derive)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) time_unix_nano: u64,
    #[serde(default)]
    pub(super) attributes: Map,
}

#[derive(Serialize, Derive)]
pub(super) struct Status {
    pub(super) code: String,
    #[serde(default)]
    pub(super) message: String,
}

#[derive(Serialize, Derive)]
pub(super) struct Link {
    /// `tr-` and hexadecimal digits.
    pub(super) trace_id: String,
    /// Hexadecimal digits.
    pub(super) span_id: String,
    #[serde(default)]
    pub(super) attributes: Option<Map>,
}

/// JSON with keys in their order.
type Map = Ordered<Json>;

/// The attributes of a span: each value is JSON in a text.
pub(super) type Attributes = Ordered<Json>;

/// Keys and values in their order.
#[derive(Clone, Default)]
pub(super) struct Ordered<V>(pub(super) Vec<(String, V)>);

impl<V> Ordered<V> {
    pub(super) fn get(&self, key: &str) -> Option<&V> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// Changes the value, or adds the key as the last.
    pub(super) fn set(&mut self, key: &str, value: V) {
        match self.0.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }
}

impl Ordered<Json> {
    /// The JSON text of an attribute.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Json::as_str)
    }

    /// The text that an attribute says; its JSON, where it is none.
    pub(super) fn string(&self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        Some(serde_json::from_str(text).unwrap_or_else(|_| text.to_owned()))
    }
}

impl<V: Serialize> Serialize for Ordered<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Ordered<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<V>(std::marker::PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
            type Value = Ordered<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }

        deserializer.deserialize_map(Entries(std::marker::PhantomData))
    }
}

impl Content {
    /// The span as OpenTelemetry's JSON has it.
    pub(super) fn into_span(self) -> mlflow_api::Span {
        let code = match self.status.code.as_str() {
            "STATUS_CODE_OK" | "OK" => Some("STATUS_CODE_OK".to_owned()),
            "STATUS_CODE_ERROR" | "ERROR" => Some("STATUS_CODE_ERROR".to_owned()),
            _ => None,
        };
        let nanos = |nanos: u64| i64::try_from(nanos).unwrap_or(i64::MAX);
        mlflow_api::Span {
            trace_id: in_base64(&self.trace_id),
            span_id: in_base64(&self.span_id),
            parent_span_id: self.parent_span_id.map(|id| in_base64(&id)),
            name: self.name,
            start_time_unix_nano: nanos(self.start_time_unix_nano),
            end_time_unix_nano: nanos(self.end_time_unix_nano.unwrap_or_default()),
            attributes: self.attributes.0.into_iter().map(attribute).collect(),
            events: self
                .events
                .into_iter()
                .map(|event| SpanEvent {
                    time_unix_nano: nanos(event.time_unix_nano),
                    name: event.name,
                    attributes: plain(event.attributes),
                })
                .collect(),
            links: self
                .links
                .into_iter()
                .map(|link| SpanLink {
                    trace_id: in_base64(&link.trace_id),
                    span_id: in_base64(&link.span_id),
                    attributes: plain(link.attributes.unwrap_or_default()),
                })
                .collect(),
            status: SpanStatus { message: self.status.message, code },
        }
    }
}

/// An attribute, of which the value is JSON in a text, as it should be.
fn attribute((key, value): (String, Json)) -> KeyValue {
    let value = match value {
        Json::String(text) => AnyValue::from_json(&text).unwrap_or(AnyValue::String(text)),
        other => AnyValue::from_json(&other.to_string()).unwrap_or_default(),
    };
    KeyValue { key, value }
}

fn plain(map: Map) -> Vec<KeyValue> {
    map.0
        .into_iter()
        .map(|(key, value)| KeyValue {
            key,
            value: AnyValue::from_json(&value.to_string()).unwrap_or_default(),
        })
        .collect()
}

/// An id in base64; it may be, or may have hexadecimal digits: those of a span
/// are 16, of a trace `tr-` and 32.
fn in_base64(id: &str) -> String {
    let digits = id.strip_prefix("tr-").unwrap_or(id);
    let is_hex = (digits.len() == 32 || digits.len() == 16)
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex {
        return id.to_owned();
    }
    let bytes: Option<Vec<u8>> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    bytes.map_or_else(|| id.to_owned(), |bytes| STANDARD.encode(bytes))
}

/// Bytes in hexadecimal digits, at least so many of them.
pub(super) fn in_hex(id: &[u8], digits: usize) -> String {
    let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex:0>digits$}")
}

/// Bytes in base64, filled up with zeros before them.
pub(super) fn padded_base64(id: &[u8], length: usize) -> String {
    let mut padded = vec![0; length.saturating_sub(id.len())];
    padded.extend_from_slice(id);
    STANDARD.encode(padded)
}

/// Attributes of events and links, as JSON.
pub(super) fn plain_json(attributes: &[proto::KeyValue]) -> Map {
    let mut map = Ordered::default();
    for attribute in attributes {
        map.set(&attribute.key, json(attribute.value.as_ref()));
    }
    map
}

/// A value as plain JSON. Python says bytes in the way of its own source.
pub(super) fn json(value: Option<&proto::AnyValue>) -> Json {
    match value.and_then(|value| value.value.as_ref()) {
        None => Json::Null,
        Some(Any::StringValue(text)) => Json::from(text.as_str()),
        Some(Any::BoolValue(flag)) => Json::from(*flag),
        Some(Any::IntValue(number)) => Json::from(*number),
        Some(Any::DoubleValue(number)) => Json::from(*number),
        Some(Any::BytesValue(bytes)) => Json::from(python_bytes(bytes)),
        Some(Any::ArrayValue(array)) => array.values.iter().map(|v| json(Some(v))).collect(),
        Some(Any::KvlistValue(map)) => {
            map.values.iter().map(|entry| (entry.key.clone(), json(entry.value.as_ref()))).collect()
        }
    }
}

/// A value as a JSON text, its keys in their order.
pub(super) fn dumped(value: Option<&proto::AnyValue>) -> String {
    python_json::to_string(&Dumped(value))
}

struct Dumped<'a>(Option<&'a proto::AnyValue>);

impl Serialize for Dumped<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.and_then(|value| value.value.as_ref()) {
            Some(Any::ArrayValue(array)) => {
                serializer.collect_seq(array.values.iter().map(|value| Dumped(Some(value))))
            }
            Some(Any::KvlistValue(map)) => serializer.collect_map(
                map.values.iter().map(|entry| (&entry.key, Dumped(entry.value.as_ref()))),
            ),
            _ => json(self.0).serialize(serializer),
        }
    }
}

fn python_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut text = format!("b{quote}");
    for byte in bytes {
        match byte {
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\\' => text.push_str("\\\\"),
            b'\'' if quote == '\'' => text.push_str("\\'"),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push(quote);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_as_python_says_them() {
        assert_eq!(python_bytes(b"\x00\xffa"), "b'\\x00\\xffa'");
        assert_eq!(python_bytes(b"it's\n"), "b\"it's\\n\"");
        assert_eq!(python_bytes(b"'\""), "b'\\'\"'");
    }

    #[test]
    fn ids_in_every_form() {
        assert_eq!(in_base64("AAAAAAAAAKo="), "AAAAAAAAAKo=");
        assert_eq!(in_base64("00000000000000aa"), "AAAAAAAAAKo=");
        assert_eq!(in_base64("tr-0123456789abcdef0123456789abcdef"), "ASNFZ4mrze8BI0VniavN7w==");
        assert_eq!(padded_base64(&[0xaa], 8), "AAAAAAAAAKo=");
        assert_eq!(in_hex(&[0xaa], 16), "00000000000000aa");
    }
}
