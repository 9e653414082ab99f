//! Which columns of a table a model takes, and the rows as a request.

use mlmodel::json::{write_float, write_int, write_string};
use mlmodel::{is_missing_text, names_offset};
use serde_json::Value;

use crate::state::files::separated::Separated;
use crate::state::language::{t, tf};
use crate::state::signature::{RowColumn, RowInput};

/// How the values of a column are written into a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A number with a fraction; a missing one is NaN to the model.
    Float,
    /// A whole number within bounds.
    Integer(i64, i64),
    /// True or false.
    Boolean,
    /// A text as it is.
    Text,
    /// A moment, without an offset from UTC.
    Moment,
    /// JSON: lists and objects.
    Json,
}

impl Kind {
    fn of(kind: &str) -> Kind {
        match kind {
            "double" | "float" => Kind::Float,
            "boolean" | "bool" => Kind::Boolean,
            "integer" => Kind::Integer(i32::MIN.into(), i32::MAX.into()),
            "long" => Kind::Integer(i64::MIN, i64::MAX),
            "string" | "str" | "object" | "binary" => Kind::Text,
            "datetime" => Kind::Moment,
            kind if kind.starts_with("float") => Kind::Float,
            "int8" => Kind::Integer(i8::MIN.into(), i8::MAX.into()),
            "int16" => Kind::Integer(i16::MIN.into(), i16::MAX.into()),
            "int32" => Kind::Integer(i32::MIN.into(), i32::MAX.into()),
            "uint8" => Kind::Integer(0, u8::MAX.into()),
            "uint16" => Kind::Integer(0, u16::MAX.into()),
            "uint32" => Kind::Integer(0, u32::MAX.into()),
            kind if kind.starts_with("uint") => Kind::Integer(0, i64::MAX),
            kind if kind.starts_with("int") => Kind::Integer(i64::MIN, i64::MAX),
            _ => Kind::Json,
        }
    }

    /// Writes a value as JSON; `None` where it is no such value.
    fn write(self, out: &mut String, text: &str) -> Option<()> {
        match self {
            Kind::Float => write_float(out, number(text)?),
            Kind::Integer(least, most) => {
                write_int(out, whole(text).filter(|n| (least..=most).contains(n))?);
            }
            Kind::Boolean => out.push_str(truth(text)?),
            Kind::Text => write_string(out, text),
            Kind::Moment => {
                names_offset(text).filter(|names| !names)?;
                write_string(out, text);
            }
            Kind::Json => {
                serde_json::from_slice::<serde::de::IgnoredAny>(text.as_bytes()).ok()?;
                out.push_str(text);
            }
        }
        Some(())
    }

    /// Whether the model can be given a missing value.
    fn may_miss(self) -> bool {
        matches!(self, Kind::Float | Kind::Text | Kind::Moment | Kind::Json)
    }
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    // Rust reads `infinity` and `nan` in any case, as Python does.
    text.parse().ok()
}

/// A whole number, also one written as `3.0`.
fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let (before, after) = text.split_once('.')?;
        after.bytes().all(|digit| digit == b'0').then(|| before.parse().ok())?
    })
}

fn truth(text: &str) -> Option<&'static str> {
    match text.trim() {
        "true" | "True" | "TRUE" | "1" => Some("true"),
        "false" | "False" | "FALSE" | "0" => Some("false"),
        _ => None,
    }
}

/// A column of the table that the model takes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Taken {
    /// Its place in the table.
    column: usize,
    /// What stands above it there.
    name: String,
    /// Its type, as the signature has it.
    type_name: String,
    kind: Kind,
}

/// How a table's rows become requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    taken: Vec<Taken>,
    /// What stands before the rows, and behind them.
    around: (String, String),
}

/// Room for a value in a request, to begin with.
const ROOM: usize = 12;

impl Plan {
    /// For a table with these columns, of which `left_out` is not the model's,
    /// such as its labels. `body` is a request whose params are kept.
    ///
    /// # Errors
    /// Which columns are missing.
    pub(crate) fn new(
        input: &RowInput,
        header: &[String],
        left_out: Option<usize>,
        body: &str,
    ) -> Result<Plan, String> {
        let body: Value = serde_json::from_slice(body.as_bytes()).unwrap_or_default();
        let params =
            body.get("params").map(|params| format!(", \"params\": {params}")).unwrap_or_default();
        match input {
            RowInput::Columns(columns) => {
                let taken = by_name(columns, header, left_out)?;
                let names = match columns.iter().all(|column| column.name.is_some()) {
                    true => format!("\"columns\": {}, ", quoted(&taken)),
                    false => String::new(),
                };
                let before = format!("{{\"dataframe_split\": {{{names}\"data\": [");
                Ok(Plan { taken, around: (before, format!("]}}{params}}}")) })
            }
            RowInput::Tensor { name, kind, width } => {
                let columns = (0..header.len()).filter(|at| Some(*at) != left_out);
                let taken: Vec<Taken> =
                    columns.filter_map(|at| taken(at, header.get(at)?, kind)).collect();
                if let Some(width) = width.filter(|width| *width != taken.len()) {
                    return Err(tf(
                        "The model takes rows of {0} numbers, and the table has {1} columns.",
                        &[&width, &taken.len()],
                    ));
                }
                let (before, after) = match name.as_str() {
                    "" => ("{\"inputs\": [".to_owned(), "]"),
                    name => (format!("{{\"inputs\": {{{}: [", Value::from(name)), "]}"),
                };
                Ok(Plan { taken, around: (before, format!("{after}{params}}}")) })
            }
        }
    }

    /// The request for the rows of a table; `first` is the number of the first.
    ///
    /// # Errors
    /// Which value is none of its column's type.
    pub(crate) fn body(&self, rows: &Separated, first: usize) -> Result<String, String> {
        let (before, after) = &self.around;
        let mut out = String::with_capacity(before.len() + rows.len() * self.taken.len() * ROOM);
        out.push_str(before);
        for row in 0..rows.len() {
            out.push_str(if row == 0 { "[" } else { ", [" });
            for (nth, taken) in self.taken.iter().enumerate() {
                if nth > 0 {
                    out.push_str(", ");
                }
                let bytes = rows.bytes(row, taken.column).unwrap_or_default();
                let text = String::from_utf8_lossy(bytes);
                taken.write(&mut out, &text).map_err(|problem| {
                    tf("Row {0}, column {1}: {2}", &[&(first + row), &taken.name, &problem])
                })?;
            }
            out.push(']');
        }
        out.push_str(after);
        Ok(out)
    }
}

impl Taken {
    fn write(&self, out: &mut String, text: &str) -> Result<(), String> {
        if is_missing_text(text) {
            if !self.kind.may_miss() {
                return Err(tf("the value is missing, and a {0} cannot be.", &[&self.type_name]));
            }
            out.push_str("null");
            return Ok(());
        }
        self.kind.write(out, text).ok_or_else(|| match self.kind {
            Kind::Moment if names_offset(text) == Some(true) => {
                tf("“{0}” names an offset from UTC, and a datetime has none.", &[&short(text)])
            }
            _ => tf("“{0}” is no {1}.", &[&short(text), &self.type_name]),
        })
    }
}

/// A value as far as it is shown.
fn short(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn taken(column: usize, name: &str, type_name: &str) -> Option<Taken> {
    let (name, type_name) = (name.to_owned(), type_name.to_owned());
    Some(Taken { column, name, kind: Kind::of(&type_name), type_name })
}

/// The columns by their names; those without names in the table's order.
fn by_name(
    columns: &[RowColumn],
    header: &[String],
    left_out: Option<usize>,
) -> Result<Vec<Taken>, String> {
    let mut free = (0..header.len()).filter(|at| Some(*at) != left_out);
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for column in columns {
        let at = match &column.name {
            None => free.next(),
            Some(name) => header
                .iter()
                .position(|head| head == name)
                .or_else(|| header.iter().position(|head| head.trim() == name.trim())),
        };
        match at.and_then(|at| taken(at, header.get(at)?, &column.kind)) {
            Some(mut taken) => {
                if let Some(name) = &column.name {
                    taken.name.clone_from(name);
                }
                found.push(taken);
            }
            None if column.required => {
                missing.push(column.name.clone().unwrap_or_else(|| column.kind.clone()));
            }
            None => {}
        }
    }
    match missing.is_empty() {
        true if found.is_empty() => Err(t("No column of the table is one of the model's.").into()),
        true => Ok(found),
        false => Err(tf(
            "The table lacks columns that the model needs: {0}. Its first line must have their names.",
            &[&missing.join(", ")],
        )),
    }
}

fn quoted(taken: &[Taken]) -> Value {
    taken.iter().map(|taken| taken.name.as_str()).collect::<Vec<_>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, kind: &str, required: bool) -> RowColumn {
        RowColumn { name: Some(name.into()), kind: kind.into(), required }
    }

    fn table(text: &str) -> (Vec<String>, Separated) {
        let (head, rest) = text.split_once('\n').unwrap();
        let mut rows = Separated::new(b',');
        rows.push(rest.as_bytes());
        rows.finish();
        (head.split(',').map(str::to_owned).collect(), rows)
    }

    fn columns() -> RowInput {
        RowInput::Columns(vec![
            column("age", "long", true),
            column("bmi", "double", true),
            column("city", "string", false),
        ])
    }

    fn made(input: &RowInput, text: &str, left_out: Option<usize>) -> Result<Value, String> {
        let (header, rows) = table(text);
        let body =
            Plan::new(input, &header, left_out, r#"{"params": {"k": 2}}"#)?.body(&rows, 1)?;
        Ok(serde_json::from_str(&body).unwrap())
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        assert_eq!(
            made(&columns(), "id,bmi, age \n7,2.5,3\n8,,4.0\n", None).unwrap(),
            serde_json::json!({
                "dataframe_split": {"columns": ["age", "bmi"], "data": [[3, 2.5], [4, null]]},
                "params": {"k": 2},
            })
        );
        assert_eq!(
            made(&columns(), "age,bmi,city\n1,1e3,\"a \"\"b\"\"\"\n", None).unwrap(),
            serde_json::json!({
                "dataframe_split": {"columns": ["age", "bmi", "city"], "data": [[1, 1000.0, "a \"b\""]]},
                "params": {"k": 2},
            })
        );
    }

    #[test]
    fn what_is_wrong_is_named_by_row_and_column() {
        let problem = |text: &str| made(&columns(), text, None).unwrap_err();
        assert_eq!(
            problem("age\n1\n"),
            "The table lacks columns that the model needs: bmi. Its first line must have their names."
        );
        assert_eq!(problem("age,bmi\n1,2\nx,3\n"), "Row 2, column age: “x” is no long.");
        assert_eq!(problem("age,bmi\n1,2\n1.5,3\n"), "Row 2, column age: “1.5” is no long.");
        assert_eq!(
            problem("age,bmi\n,2\n"),
            "Row 1, column age: the value is missing, and a long cannot be."
        );
        assert_eq!(problem("age,bmi\n1,heavy\n"), "Row 1, column bmi: “heavy” is no double.");
        let times = RowInput::Columns(vec![column("at", "datetime", true)]);
        let problem_of_time = |text: &str| made(&times, text, None).unwrap_err();
        assert_eq!(
            problem_of_time("at\n2026-01-31\n\n31.01.2026\n"),
            "Row 2, column at: “31.01.2026” is no datetime."
        );
        assert_eq!(
            problem_of_time("at\n2026-01-31T12:00:00+01:00\n"),
            "Row 1, column at: “2026-01-31T12:00:00+01:00” names an offset from UTC, and a datetime has none."
        );
        let long = format!("age,bmi\n1,{}\n", "é".repeat(100));
        assert!(problem(&long).contains(&format!("“{}…”", "é".repeat(40))));
    }

    #[test]
    fn numbers_keep_to_their_type() {
        for (kind, text, expected) in [
            ("integer", "2147483648", None),
            ("uint8", "255", Some("255")),
            ("uint8", "-1", None),
            ("int64", " 7 ", Some("7")),
            ("float32", "inf", Some("Infinity")),
            ("float32", "0.1", Some("0.1")),
            ("boolean", "True", Some("true")),
            ("boolean", "yes", None),
            ("Array(double)", "[1, 2]", Some("[1, 2]")),
            ("Array(double)", "[1, 2", None),
            ("string", "ü", Some("\"\\u00fc\"")),
            ("datetime", "2026-01-31 12:00:00.5", Some("\"2026-01-31 12:00:00.5\"")),
            ("datetime", "1/31/2026", Some("\"1/31/2026\"")),
            ("datetime", "2026-02-30", None),
            ("datetime", "2026-01-31T12:00:00Z", None),
            ("datetime", "soon", None),
        ] {
            let mut out = String::new();
            let written = Kind::of(kind).write(&mut out, text).map(|()| out.as_str());
            assert_eq!(written, expected, "{kind} {text}");
        }
    }

    #[test]
    fn a_tensor_takes_all_columns_but_the_labels() {
        let tensor = |name: &str| RowInput::Tensor {
            name: name.into(),
            kind: "float32".into(),
            width: Some(2),
        };
        let text = "a,y,b\n1,x,2\n";
        assert_eq!(
            made(&tensor(""), text, Some(1)).unwrap()["inputs"],
            serde_json::json!([[1.0, 2.0]])
        );
        assert_eq!(
            made(&tensor("t"), text, Some(1)).unwrap()["inputs"],
            serde_json::json!({"t": [[1.0, 2.0]]})
        );
        assert!(made(&tensor(""), text, None).unwrap_err().contains("rows of 2 numbers"));
    }

    #[test]
    fn columns_without_names_are_told_by_their_place() {
        let unnamed = |kind: &str| RowColumn { name: None, kind: kind.into(), required: true };
        let input = RowInput::Columns(vec![unnamed("double"), unnamed("string")]);
        assert_eq!(
            made(&input, "y,a,b\n0,1,x\n", Some(0)).unwrap()["dataframe_split"],
            serde_json::json!({"data": [[1.0, "x"]]})
        );
    }
}
