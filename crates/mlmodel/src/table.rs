//! Tables of text: what CSV holds, typed as pandas's `read_csv` types it.

use tensor::DType;

use crate::frame::{DataFrame, Label};
use crate::input::Input;
use crate::json::Value;
use crate::pandas;
use crate::python;
use crate::schema::{ColumnType, ScalarType, Schema};
use crate::values::Values;

impl Input {
    /// Makes a frame of columns of text: of the types that the schema names,
    /// or else of the narrowest that fits each column.
    ///
    /// # Errors
    /// pandas's text when a column does not convert; MLflow's when the schema
    /// has types that CSV cannot hold.
    pub fn from_text(
        columns: Vec<(&str, Vec<&str>)>,
        schema: Option<&Schema>,
    ) -> Result<Self, String> {
        let specs = match schema {
            None => &[][..],
            Some(Schema::Columns(specs)) => specs,
            Some(Schema::Tensors(_)) => {
                return Err(
                    "TensorSpec only supports numpy types, use numpy_types() instead".into()
                );
            }
        };
        if specs.iter().any(|spec| !matches!(spec.kind, ColumnType::Scalar(_))) {
            return Err(
                "Failed to get pandas types as some of the inputs types are not DataType.".into()
            );
        }
        let by_name: std::collections::HashMap<_, _> =
            specs.iter().filter_map(|spec| Some((spec.name.as_deref()?, &spec.kind))).collect();
        let columns = columns.into_iter().enumerate().map(|(place, (name, cells))| {
            let kind = match specs.first() {
                Some(first) if first.name.is_none() => specs.get(place).map(|spec| &spec.kind),
                _ => by_name.get(name).copied(),
            };
            let values = match kind {
                Some(ColumnType::Scalar(t)) => typed(&cells, *t, place)?,
                _ => guessed(&cells),
            };
            Ok((Label::Name(name.into()), values))
        });
        let frame = DataFrame::new(columns.collect::<Result<_, String>>()?);
        frame.map(Self::Frame).ok_or_else(|| "All arrays must be of the same length".into())
    }
}

/// Whether pandas takes the text of a CSV file for a missing value.
#[must_use]
pub fn is_missing(cell: &str) -> bool {
    matches!(
        cell,
        "" | "#N/A"
            | "#N/A N/A"
            | "#NA"
            | "-1.#IND"
            | "-1.#QNAN"
            | "-NaN"
            | "-nan"
            | "1.#IND"
            | "1.#QNAN"
            | "<NA>"
            | "N/A"
            | "NA"
            | "NULL"
            | "NaN"
            | "None"
            | "n/a"
            | "nan"
            | "null"
    )
}

fn truth(cell: &str) -> Option<bool> {
    match cell {
        "True" | "TRUE" | "true" => Some(true),
        "False" | "FALSE" | "false" => Some(false),
        _ => None,
    }
}

fn typed(cells: &[&str], t: ScalarType, place: usize) -> Result<Values, String> {
    let missing = |what| format!("{what} column has NA values in column {place}");
    let values = cells.iter().map(|&cell| match t {
        ScalarType::String | ScalarType::Binary => {
            Ok(if is_missing(cell) { Value::Float(f64::NAN) } else { Value::Str(cell.to_owned()) })
        }
        ScalarType::Datetime => {
            Err("the dtype datetime64[ns] is not supported for parsing, pass this column using \
             parse_dates instead"
                .into())
        }
        ScalarType::Boolean if is_missing(cell) => Err(missing("Bool")),
        ScalarType::Boolean => truth(cell).map(Value::Bool).ok_or_else(|| {
            format!(
                "cannot safely convert passed user dtype of bool for object dtyped data in \
                 column {place}"
            )
        }),
        ScalarType::Integer | ScalarType::Long if is_missing(cell) => Err(missing("Integer")),
        ScalarType::Integer | ScalarType::Long => python::parse_int(cell).ok_or_else(|| {
            format!("invalid literal for int() with base 10: {}", python::repr_str(cell))
        }),
        ScalarType::Float | ScalarType::Double if is_missing(cell) => Ok(Value::Float(f64::NAN)),
        ScalarType::Float | ScalarType::Double => {
            python::parse_float(cell).map(Value::Float).ok_or_else(|| {
                format!("could not convert string to float: {}", python::repr_str(cell))
            })
        }
    });
    let values = Values::Object(values.collect::<Result<_, String>>()?);
    match t.dtype() {
        Some(DType::Str) | None => Ok(values),
        Some(dtype) => pandas::astype(values, dtype).map_err(|raised| raised.text),
    }
}

/// Integers, floats or truth values when every cell is one, else text.
fn guessed(cells: &[&str]) -> Values {
    let any_missing = cells.iter().any(|cell| is_missing(cell));
    let present = || cells.iter().filter(|cell| !is_missing(cell));
    let number = |cell: &str| match cell.trim().parse::<i64>() {
        Ok(n) => Some(Value::Int(n)),
        Err(_) => python::parse_float(cell).map(Value::Float),
    };
    let convert = |f: &dyn Fn(&str) -> Option<Value>| -> Option<Vec<Value>> {
        cells.iter().map(|c| if is_missing(c) { Some(Value::Null) } else { f(c) }).collect()
    };
    if let Some(numbers) = convert(&number) {
        // A column without any value is one of missing floats.
        return match present().next() {
            None => vec![f64::NAN; cells.len()].into(),
            Some(_) => pandas::infer(numbers.iter()),
        };
    }
    let truths = convert(&|cell| truth(cell).map(Value::Bool)).filter(|_| !any_missing);
    let values = truths.unwrap_or_else(|| {
        let text = |c: &&str| if is_missing(c) { Value::Null } else { Value::Str((*c).to_owned()) };
        cells.iter().map(text).collect()
    });
    pandas::infer(values.iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cells: &[&str]) -> Values {
        guessed(cells)
    }

    #[test]
    fn types_are_guessed_as_read_csv_guesses_them() {
        for (cells, name) in [
            (&["1", "2"][..], "int64"),
            (&["1", ""], "float64"),
            (&["1", "2.5"], "float64"),
            (&["True", "false"], "bool"),
            (&["a", "1"], "str"),
            (&["a", "NA"], "object"),
            (&["", ""], "float64"),
            (&[], "float64"),
        ] {
            assert_eq!(column(cells).type_name(), name, "{cells:?}");
        }
    }

    #[test]
    fn typed_columns_say_what_does_not_convert() {
        assert_eq!(typed(&["7"], ScalarType::Integer, 0).unwrap(), vec![7i32].into());
        assert_eq!(typed(&["7"], ScalarType::Float, 0).unwrap(), vec![7.0f32].into());
        for (text, t, expected) in [
            ("", ScalarType::Long, "Integer column has NA values in column 3"),
            ("x", ScalarType::Double, "could not convert string to float: 'x'"),
            ("NA", ScalarType::Boolean, "Bool column has NA values in column 3"),
        ] {
            assert_eq!(typed(&[text], t, 3).unwrap_err(), expected);
        }
    }
}
