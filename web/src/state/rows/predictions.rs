//! An answer of a model as rows and columns.

use mlmodel::json::{Value, parse, write_value};

use crate::state::language::{t, tf};

/// Predictions, a row for each row that was asked about.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Predictions {
    /// What they are called: as `mlflow.pyfunc` names them.
    pub(crate) columns: Vec<String>,
    /// The values, row by row.
    pub(crate) rows: Vec<Vec<Value>>,
}

impl Predictions {
    /// Reads an answer to a request of `asked` rows, where that is known.
    ///
    /// # Errors
    /// When it has none, or not one for each row.
    pub(crate) fn read(answer: &str, asked: Option<usize>) -> Result<Predictions, String> {
        let unknown = || t("The answer has no predictions that are rows.").to_owned();
        let value = parse(answer.as_bytes()).map_err(|_| unknown())?;
        let Value::Dict(fields) = value else { return Err(unknown()) };
        let found = fields.into_iter().find(|(key, _)| **key == *"predictions");
        let read = match found.map(|(_, value)| value) {
            Some(Value::List(rows)) => Predictions::of_rows(rows),
            Some(Value::Dict(outputs)) => Predictions::of_columns(outputs),
            _ => None,
        };
        let read = read.ok_or_else(unknown)?;
        match asked.filter(|asked| *asked != read.rows.len()) {
            None => Ok(read),
            Some(asked) => {
                Err(tf("The model gave {0} predictions for {1} rows.", &[&read.rows.len(), &asked]))
            }
        }
    }

    /// A list: of records, which name their values, or of values.
    fn of_rows(rows: Vec<Value>) -> Option<Predictions> {
        let columns: Vec<String> = match rows.first() {
            Some(Value::Dict(record)) => record.iter().map(|(key, _)| (**key).to_owned()).collect(),
            _ => vec!["prediction".to_owned()],
        };
        let row = |row: Value| match row {
            Value::Dict(record) => {
                let same = record.len() == columns.len()
                    && record.iter().zip(&columns).all(|((key, _), name)| **key == **name);
                same.then(|| record.into_iter().map(|(_, value)| single(value)).collect())
            }
            value => Some(vec![single(value)]),
        };
        let rows: Option<Vec<Vec<Value>>> = rows.into_iter().map(row).collect();
        Some(Predictions { rows: rows?, columns })
    }

    /// Outputs by their names, each a list with an entry for each row.
    fn of_columns(outputs: Vec<(std::sync::Arc<str>, Value)>) -> Option<Predictions> {
        let mut table = Predictions::default();
        for (name, output) in outputs {
            let Value::List(values) = output else { return None };
            if table.columns.is_empty() {
                table.rows.resize_with(values.len(), Vec::new);
            }
            if table.rows.len() != values.len() {
                return None;
            }
            table.columns.push((*name).to_owned());
            for (row, value) in table.rows.iter_mut().zip(values) {
                row.push(single(value));
            }
        }
        (!table.columns.is_empty()).then_some(table)
    }
}

/// The only value of a list of one.
fn single(value: Value) -> Value {
    match value {
        Value::List(mut items) if items.len() == 1 => match items.pop() {
            Some(item) => single(item),
            None => Value::Null,
        },
        value => value,
    }
}

/// A value as it is shown, and written into a table: what is missing is
/// empty, and what has parts is JSON.
pub(crate) fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Float(number) if number.is_nan() => String::new(),
        Value::Str(text) => text.clone(),
        value => {
            let mut out = String::new();
            write_value(&mut out, value);
            out
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: &str, asked: usize) -> Result<(Vec<String>, Vec<Vec<String>>), String> {
        let Predictions { columns, rows } = Predictions::read(answer, Some(asked))?;
        Ok((columns, rows.iter().map(|row| row.iter().map(words).collect()).collect()))
    }

    fn table(columns: &[&str], rows: &[&[&str]]) -> (Vec<String>, Vec<Vec<String>>) {
        let texts = |row: &[&str]| row.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        (texts(columns), rows.iter().map(|row| texts(row)).collect())
    }

    #[test]
    fn every_form_of_an_answer_is_rows() {
        for (answer, columns, rows) in [
            (
                r#"{"predictions": [{"label": 1, "p": {"0": 0.25, "1": 0.75}}, {"label": 0, "p": {"0": 1.0, "1": 0.0}}]}"#,
                &["label", "p"][..],
                &[&["1", r#"{"0": 0.25, "1": 0.75}"#][..], &["0", r#"{"0": 1.0, "1": 0.0}"#]][..],
            ),
            (
                r#"{"predictions": [0.30000000000000004, NaN]}"#,
                &["prediction"],
                &[&["0.30000000000000004"], &[""]],
            ),
            (
                r#"{"predictions": {"variable": [[1.5], [2.5]], "p": [[0.5, 0.5], [1, 0]], "s": ["a", null]}}"#,
                &["variable", "p", "s"],
                &[&["1.5", "[0.5, 0.5]", "a"], &["2.5", "[1, 0]", ""]],
            ),
        ] {
            assert_eq!(read(answer, 2).unwrap(), table(columns, rows), "{answer}");
        }
    }

    #[test]
    fn what_is_no_row_for_each_is_refused() {
        for answer in [
            r#"{"predictions": [1]}"#,
            r#"{"predictions": 1}"#,
            r#"{"predictions": {"a": [1, 2], "b": [1]}}"#,
            r#"{"predictions": {}}"#,
            r#"{"predictions": [{"a": 1}, {"b": 1}]}"#,
            "[]",
            "{",
        ] {
            assert!(read(answer, 2).is_err(), "{answer}");
        }
    }
}
