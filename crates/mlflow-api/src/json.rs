//! How MLflow writes JSON: the few places where it differs from serde's idea.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::Serializer;

/// `null` reads as the default, as protobuf's JSON mapping has it.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// For a list of texts: a query has one text as a text.
pub(crate) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Texts {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Option::<Texts>::deserialize(deserializer)? {
        None => Vec::new(),
        Some(Texts::One(text)) => vec![text],
        Some(Texts::Many(texts)) => texts,
    })
}

/// For an optional list of texts: a query has one text as a text.
pub(crate) fn opt_texts<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<String>>, D::Error> {
    texts(d).map(Some)
}

/// Whether a field is left out where 0 is nothing.
pub(crate) fn is_zero(value: &i64) -> bool {
    *value == 0
}

/// For an id, which may come as a number.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(i64),
    }
    Ok(match Option::<Id>::deserialize(deserializer)? {
        None => String::new(),
        Some(Id::Text(text)) => text,
        Some(Id::Number(number)) => number.to_string(),
    })
}

/// For an optional `bool` field: a query has it as a text.
pub(crate) fn opt_flag<'de, D: Deserializer<'de>>(d: D) -> Result<Option<bool>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Flag {
        Bool(bool),
        Text(String),
    }
    Ok(Option::<Flag>::deserialize(d)?.map(|flag| match flag {
        Flag::Bool(flag) => flag,
        Flag::Text(text) => text.eq_ignore_ascii_case("true"),
    }))
}

/// A 64-bit integer: a number, a whole floating-point number, or a string of either.
struct Int64(i64);

impl<'de> Deserialize<'de> for Int64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Int64Visitor).map(Self)
    }
}

struct Int64Visitor;

impl Visitor<'_> for Int64Visitor {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a 64-bit integer, as a number or as a string")
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<i64, E> {
        Ok(v)
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<i64, E> {
        i64::try_from(v).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(v), &self))
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<i64, E> {
        whole(v).ok_or_else(|| E::invalid_value(de::Unexpected::Float(v), &self))
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<i64, E> {
        v.parse()
            .ok()
            .or_else(|| whole(v.parse().ok()?))
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(v), &self))
    }
}

/// `v` as an integer, if it is one that an `f64` holds without doubt.
fn whole(v: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    (v.fract() == 0.0 && v.abs() <= EXACT).then_some(v as i64)
}

/// For an `i64` field where absent and `null` mean 0.
pub(crate) fn int64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    opt_int64(deserializer).map(Option::unwrap_or_default)
}

/// For an optional `i64` field.
pub(crate) fn opt_int64<'de, D: Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
    Ok(Option::<Int64>::deserialize(d)?.map(|v| v.0))
}

/// For a `u32` field: a number, or a string of one, as queries have it; `null`
/// means 0, which no such field allows.
pub(crate) fn uint32<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    opt_uint32(deserializer).map(Option::unwrap_or_default)
}

/// For an optional `u32` field. A negative number is as bad as 0.
pub(crate) fn opt_uint32<'de, D: Deserializer<'de>>(d: D) -> Result<Option<u32>, D::Error> {
    Ok(opt_int64(d)?.map(|v| u32::try_from(v.max(0)).unwrap_or(u32::MAX)))
}

/// A metric's value: numbers, their strings, and MLflow's clamped infinities.
pub(crate) mod metric_value {
    use super::*;

    /// Writes what MLflow itself would: a number, infinities clamped; a string
    /// for NaN, which JSON's numbers cannot say.
    pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if value.is_nan() {
            serializer.serialize_str("NaN")
        } else {
            serializer.serialize_f64(value.clamp(f64::MIN, f64::MAX))
        }
    }

    /// `null` reads as 0, protobuf's default.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        Ok(unclamp(deserializer.deserialize_any(ValueVisitor)?))
    }

    /// The largest finite number stands for infinity: MLflow's SQL store
    /// clamps ±∞ to it.
    fn unclamp(value: f64) -> f64 {
        if value == f64::MAX {
            f64::INFINITY
        } else if value == f64::MIN {
            f64::NEG_INFINITY
        } else {
            value
        }
    }

    struct ValueVisitor;

    impl Visitor<'_> for ValueVisitor {
        type Value = f64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number, \"NaN\", \"Infinity\" or \"-Infinity\"")
        }

        fn visit_f64<E: de::Error>(self, v: f64) -> Result<f64, E> {
            Ok(v)
        }

        fn visit_i64<E: de::Error>(self, v: i64) -> Result<f64, E> {
            Ok(v as f64)
        }

        fn visit_u64<E: de::Error>(self, v: u64) -> Result<f64, E> {
            Ok(v as f64)
        }

        fn visit_unit<E: de::Error>(self) -> Result<f64, E> {
            Ok(0.0)
        }

        fn visit_str<E: de::Error>(self, v: &str) -> Result<f64, E> {
            match v {
                "NaN" => Ok(f64::NAN),
                "Infinity" => Ok(f64::INFINITY),
                "-Infinity" => Ok(f64::NEG_INFINITY),
                number => {
                    number.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(number), &self))
                }
            }
        }
    }
}

/// The same for a value that may be missing.
pub(crate) mod opt_metric_value {
    use super::*;

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Value(#[serde(with = "metric_value")] f64);

    pub(crate) fn serialize<S: Serializer>(value: &Option<f64>, s: S) -> Result<S::Ok, S::Error> {
        serde::Serialize::serialize(&value.map(Value), s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<f64>, D::Error> {
        Ok(Option::<Value>::deserialize(d)?.map(|value| value.0))
    }
}

/// An enum of the wire: a name, and the number that protobuf gave it.
pub(crate) trait WireEnum: Copy + Default + 'static {
    /// Name and number of each value.
    const VALUES: &'static [(Self, &'static str, i64)];
}

/// Reads a name (in either case) or a number; anything else is the default.
pub(crate) fn wire_enum<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: WireEnum,
{
    deserializer.deserialize_any(EnumVisitor(PhantomData))
}

/// The same where a value that is none is as good as no value, as MLflow has it
/// in requests.
pub(crate) fn known_enum<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: WireEnum,
{
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Word {
        Number(i64),
        Name(String),
        Other(de::IgnoredAny),
    }
    let word = Option::<Word>::deserialize(deserializer)?;
    let is_it = |(_, name, number): &&(T, &str, i64)| match &word {
        Some(Word::Number(n)) => n == number,
        Some(Word::Name(text)) => says(text, name, *number),
        Some(Word::Other(_)) | None => false,
    };
    Ok(T::VALUES.iter().find(is_it).map(|value| value.0))
}

/// Whether a text stands for an enum's value: its name, or in a query its number.
fn says(text: &str, name: &str, number: i64) -> bool {
    text.eq_ignore_ascii_case(name) || text.parse() == Ok(number)
}

struct EnumVisitor<T>(PhantomData<T>);

impl<T: WireEnum> EnumVisitor<T> {
    fn find(pick: impl Fn(&str, i64) -> bool) -> T {
        T::VALUES.iter().find(|(_, name, n)| pick(name, *n)).map_or_else(T::default, |v| v.0)
    }
}

impl<T: WireEnum> Visitor<'_> for EnumVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name or the number of an enum value")
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<T, E> {
        Ok(Self::find(|name, number| says(v, name, number)))
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<T, E> {
        Ok(Self::find(|_, number| number == v))
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<T, E> {
        Ok(Self::find(|_, number| i64::try_from(v) == Ok(number)))
    }

    fn visit_unit<E: de::Error>(self) -> Result<T, E> {
        Ok(T::default())
    }
}

#[cfg(test)]
mod tests {
    use crate::{LifecycleStage, Metric, Run, RunStatus, SearchRuns, ViewType};
    use proptest::prelude::*;

    fn metric(value: &str) -> Result<Metric, serde_json::Error> {
        serde_json::from_str(&format!("{{\"key\":\"m\",\"value\":{value}}}"))
    }

    #[test]
    fn metric_values_in_every_spelling() {
        for (text, value) in [
            ("0.1", 0.1),
            ("3", 3.0),
            ("-7", -7.0),
            ("18446744073709551615", 18446744073709551615.0),
            ("\"1e-3\"", 0.001),
            ("\"Infinity\"", f64::INFINITY),
            ("\"-Infinity\"", f64::NEG_INFINITY),
            ("1.7976931348623157e+308", f64::INFINITY),
            ("-1.7976931348623157e308", f64::NEG_INFINITY),
            ("1.7976931348623155e308", 1.7976931348623155e308),
            ("0.12345678901234566", 0.12345678901234566),
            ("null", 0.0),
        ] {
            assert_eq!(metric(text).unwrap().value, value, "{text}");
        }
        assert!(metric("\"NaN\"").unwrap().value.is_nan());
        for wrong in ["\"\"", "\"loss\"", "true", "[]", "{}", "NaN", "1e999"] {
            assert!(metric(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn int64_as_number_or_string() {
        let step = |text: &str| {
            serde_json::from_str::<Metric>(&format!("{{\"step\":{text}}}")).map(|m| m.step)
        };
        assert_eq!(step("-1").unwrap(), -1);
        assert_eq!(step("\"9223372036854775807\"").unwrap(), i64::MAX);
        assert_eq!(step("-9223372036854775808").unwrap(), i64::MIN);
        assert_eq!(step("1.7e12").unwrap(), 1_700_000_000_000);
        assert_eq!(step("null").unwrap(), 0);
        for wrong in ["1.5", "9223372036854775808", "1e300", "\"x\"", "true", "[1]"] {
            assert!(step(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn enums_as_name_or_number() {
        let status = |text: &str| {
            let json = format!("{{\"info\":{{\"status\":{text}}}}}");
            serde_json::from_str::<Run>(&json).unwrap().info.status
        };
        assert_eq!(status("\"FINISHED\""), RunStatus::Finished);
        assert_eq!(status("\"killed\""), RunStatus::Killed);
        assert_eq!(status("3"), RunStatus::Finished);
        assert_eq!(status("\"3\""), RunStatus::Finished);
        assert_eq!(status("99"), RunStatus::Unknown);
        assert_eq!(status("\"PAUSED\""), RunStatus::Unknown);
        assert_eq!(status("null"), RunStatus::Unknown);
        let view = r#"{"run_view_type":2}"#;
        let view = serde_json::from_str::<SearchRuns>(view).unwrap().run_view_type;
        assert_eq!(view, Some(ViewType::DeletedOnly));
        let stage = serde_json::from_str::<LifecycleStage>("\"deleted\"").unwrap();
        assert_eq!(stage, LifecycleStage::Deleted);
    }

    proptest! {
        #[test]
        fn a_metric_survives_the_wire(value in any::<f64>(), step in any::<i64>()) {
            let metric = Metric { key: "m".into(), value, step, ..Metric::default() };
            let back: Metric =
                serde_json::from_str(&serde_json::to_string(&metric).unwrap()).unwrap();
            prop_assert_eq!(back.step, step);
            if value.is_nan() {
                prop_assert!(back.value.is_nan());
            } else if value.abs() < f64::MAX {
                prop_assert_eq!(back.value.to_bits(), value.to_bits());
            }
        }
    }
}
