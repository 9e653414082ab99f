//! Spans as OpenTelemetry's protobufs say them in JSON.

use serde::{Deserialize, Serialize};

use crate::json;

/// One step of a trace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Span {
    /// 16 bytes in base64.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_id: String,
    /// 8 bytes in base64.
    #[serde(deserialize_with = "json::or_default")]
    pub span_id: String,
    /// That of the step that this is a part of; the trace's root has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_span_id: Option<String>,
    /// What is done.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "json::or_default")]
    pub name: String,
    /// Nanoseconds since 1970.
    #[serde(skip_serializing_if = "json::is_zero", deserialize_with = "json::int64")]
    pub start_time_unix_nano: i64,
    /// Nanoseconds since 1970; 0 while it lasts.
    #[serde(skip_serializing_if = "json::is_zero", deserialize_with = "json::int64")]
    pub end_time_unix_nano: i64,
    /// Each key once.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub attributes: Vec<KeyValue>,
    /// What happened meanwhile.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub events: Vec<SpanEvent>,
    /// Other spans that it has to do with.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub links: Vec<SpanLink>,
    /// How it ended.
    #[serde(deserialize_with = "json::or_default")]
    pub status: SpanStatus,
}

/// Something that happened during a span.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpanEvent {
    /// Nanoseconds since 1970.
    #[serde(skip_serializing_if = "json::is_zero", deserialize_with = "json::int64")]
    pub time_unix_nano: i64,
    /// What happened.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "json::or_default")]
    pub name: String,
    /// Each key once.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub attributes: Vec<KeyValue>,
}

/// A span of another trace, or of the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpanLink {
    /// 16 bytes in base64.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_id: String,
    /// 8 bytes in base64.
    #[serde(deserialize_with = "json::or_default")]
    pub span_id: String,
    /// Each key once.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub attributes: Vec<KeyValue>,
}

/// How a span ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpanStatus {
    /// Why it failed.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "json::or_default")]
    pub message: String,
    /// `STATUS_CODE_OK` or `STATUS_CODE_ERROR`; absent where nobody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// An attribute.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyValue {
    /// Its name.
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
    /// Its value.
    #[serde(skip_serializing_if = "AnyValue::is_missing", deserialize_with = "json::or_default")]
    pub value: AnyValue,
}

/// The value of an attribute.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Wire", into = "Wire")]
pub enum AnyValue {
    /// None.
    #[default]
    Missing,
    /// A text.
    String(String),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Double(f64),
    /// Several values.
    Array(Vec<AnyValue>),
    /// Values with keys, in their order.
    Map(Vec<KeyValue>),
}

impl AnyValue {
    fn is_missing(&self) -> bool {
        *self == Self::Missing
    }

    /// The value that a JSON text says.
    ///
    /// # Errors
    /// When it is no JSON.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<plain::Plain>(text).map(|plain| plain.0)
    }
}

/// The one of these that is there.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Wire {
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bool_value: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    int_value: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    double_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    array_value: Option<Values<AnyValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kvlist_value: Option<Values<KeyValue>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Values<T> {
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    values: Vec<T>,
}

impl From<Wire> for AnyValue {
    fn from(wire: Wire) -> Self {
        wire.string_value
            .map(Self::String)
            .or_else(|| wire.bool_value.map(Self::Bool))
            .or_else(|| wire.int_value.map(Self::Int))
            .or_else(|| wire.double_value.map(Self::Double))
            .or_else(|| wire.array_value.map(|array| Self::Array(array.values)))
            .or_else(|| wire.kvlist_value.map(|map| Self::Map(map.values)))
            .unwrap_or_default()
    }
}

impl From<AnyValue> for Wire {
    fn from(value: AnyValue) -> Self {
        let mut wire = Self::default();
        match value {
            AnyValue::Missing => {}
            AnyValue::String(text) => wire.string_value = Some(text),
            AnyValue::Bool(flag) => wire.bool_value = Some(flag),
            AnyValue::Int(number) => wire.int_value = Some(number),
            AnyValue::Double(number) => wire.double_value = Some(number),
            AnyValue::Array(values) => wire.array_value = Some(Values { values }),
            AnyValue::Map(values) => wire.kvlist_value = Some(Values { values }),
        }
        wire
    }
}

/// Plain JSON as values.
mod plain {
    use std::fmt;

    use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

    use super::{AnyValue, KeyValue};

    pub(super) struct Plain(pub(super) AnyValue);

    impl<'de> Deserialize<'de> for Plain {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(PlainVisitor).map(Self)
        }
    }

    struct PlainVisitor;

    impl<'de> Visitor<'de> for PlainVisitor {
        type Value = AnyValue;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("JSON")
        }

        fn visit_unit<E>(self) -> Result<AnyValue, E> {
            Ok(AnyValue::Missing)
        }

        fn visit_bool<E>(self, value: bool) -> Result<AnyValue, E> {
            Ok(AnyValue::Bool(value))
        }

        fn visit_i64<E>(self, value: i64) -> Result<AnyValue, E> {
            Ok(AnyValue::Int(value))
        }

        fn visit_u64<E>(self, value: u64) -> Result<AnyValue, E> {
            Ok(i64::try_from(value).map_or(AnyValue::Double(value as f64), AnyValue::Int))
        }

        fn visit_f64<E>(self, value: f64) -> Result<AnyValue, E> {
            Ok(AnyValue::Double(value))
        }

        fn visit_str<E>(self, value: &str) -> Result<AnyValue, E> {
            Ok(AnyValue::String(value.to_owned()))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<AnyValue, A::Error> {
            let mut values = Vec::new();
            while let Some(Plain(value)) = items.next_element()? {
                values.push(value);
            }
            Ok(AnyValue::Array(values))
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<AnyValue, A::Error> {
            let mut values = Vec::new();
            while let Some((key, Plain(value))) = entries.next_entry()? {
                values.push(KeyValue { key, value });
            }
            Ok(AnyValue::Map(values))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_plain_json() {
        let json = r#"{"z": [1, 2.5, "x", null, true], "a": {}, "e": []}"#;
        let value = AnyValue::from_json(json).unwrap();
        let wire = r#"{"kvlist_value":{"values":[{"key":"z","value":{"array_value":{"values":[{"int_value":1},{"double_value":2.5},{"string_value":"x"},{},{"bool_value":true}]}}},{"key":"a","value":{"kvlist_value":{}}},{"key":"e","value":{"array_value":{}}}]}}"#;
        assert_eq!(serde_json::to_string(&value).unwrap(), wire);
        assert_eq!(serde_json::from_str::<AnyValue>(wire).unwrap(), value);
        let none = KeyValue { key: "k".into(), value: AnyValue::from_json("null").unwrap() };
        assert_eq!(serde_json::to_string(&none).unwrap(), r#"{"key":"k"}"#);
    }
}
