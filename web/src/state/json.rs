//! JSON as a person would lay it out.

use serde_json::Value;

/// What fits on a line stays on a line; the rest is broken, two spaces a level.
///
/// ```text
/// {
///   "columns": ["a", "b"],
///   "data": [[0.0, 1.0], [4.0, 5.0]]
/// }
/// ```
pub(crate) fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, 0);
    out
}

/// A body or an answer, laid out if it is JSON and as it is if not (MLflow's
/// answers may hold bare `NaN`).
pub(crate) fn pretty_text(text: &str) -> String {
    match serde_json::from_slice(text.as_bytes()) {
        Ok(value) => pretty(&value),
        Err(_) => text.trim_end().to_owned(),
    }
}

/// The longest text that is laid out and shown whole, in bytes: what is longer takes
/// the browser longer than a frame.
const LARGEST_SHOWN: usize = 48 << 10;

/// How much is shown of a longer one, in bytes.
const BEGINNING: usize = 8 << 10;

/// What is shown of a text, and whether that is all: laid out as [`pretty_text`]
/// does, or its beginning as it is.
pub(crate) fn shown(text: &str) -> (String, bool) {
    if text.len() <= LARGEST_SHOWN {
        return (pretty_text(text), true);
    }
    let end = (0..=BEGINNING).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    (text.get(..end).unwrap_or_default().to_owned(), false)
}

/// Longest line that a list or an object is kept on.
const WIDTH: usize = 72;

fn write(out: &mut String, value: &Value, indent: usize) {
    let flat = flat(value);
    let children = match value {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        _ => 0,
    };
    let outermost_object = indent == 0 && value.is_object();
    if children == 0 || (indent + flat.len() <= WIDTH && !outermost_object) {
        out.push_str(&flat);
        return;
    }
    let inner = indent + 2;
    let next_line = |out: &mut String, nth: usize| {
        out.push_str(if nth == 0 { "\n" } else { ",\n" });
        out.push_str(&" ".repeat(inner));
    };
    match value {
        Value::Array(items) => {
            out.push('[');
            for (nth, item) in items.iter().enumerate() {
                next_line(out, nth);
                write(out, item, inner);
            }
            close(out, indent, ']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (nth, (key, item)) in fields.iter().enumerate() {
                next_line(out, nth);
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(": ");
                write(out, item, inner);
            }
            close(out, indent, '}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn close(out: &mut String, indent: usize, bracket: char) {
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push(bracket);
}

/// The value on one line, with a space after each comma and colon.
fn flat(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(flat).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| {
                format!("{}: {}", Value::from(key.as_str()), flat(value))
            };
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_lists_stay_on_their_line() {
        let value =
            json!({"dataframe_split": {"columns": ["a", "b"], "data": [[0.0, 1.5], [4.0, 5.0]]}});
        assert_eq!(
            pretty(&value),
            "{\n  \"dataframe_split\": {\"columns\": [\"a\", \"b\"], \"data\": [[0.0, 1.5], [4.0, 5.0]]}\n}"
        );
    }

    #[test]
    fn long_lists_are_broken_and_read_back() {
        let rows: Vec<Vec<f64>> = (0..20).map(|row| vec![f64::from(row) / 3.0; 6]).collect();
        let value = json!({ "inputs": rows, "e": [], "o": {} });
        let text = pretty(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(text.lines().count() > 20);
        assert!(text.contains("\"e\": [],\n"));
    }

    #[test]
    fn what_is_no_json_is_left_alone() {
        assert_eq!(pretty_text("{\"predictions\": [NaN]}\n"), "{\"predictions\": [NaN]}");
        assert_eq!(pretty_text("[1,2]"), "[1, 2]");
    }
}
