//! The form of a model's request: a field for each column, tensor and param.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value, json};

use super::format::number;
use super::json::pretty;
use super::signature::Summary;

/// How a value is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A text as it is.
    Text,
    /// A moment.
    Moment,
    /// JSON: tensors, lists, objects.
    Json,
}

impl Control {
    fn of(kind: &str) -> Control {
        match kind {
            "boolean" | "bool" => Control::Boolean,
            "string" | "str" | "object" | "binary" => Control::Text,
            "datetime" => Control::Moment,
            "double" | "float" | "long" | "integer" => Control::Number,
            kind if kind.starts_with("int")
                || kind.starts_with("uint")
                || kind.starts_with("float") =>
            {
                Control::Number
            }
            _ => Control::Json,
        }
    }
}

/// What a field belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A column of the row.
    Column,
    /// A tensor.
    Tensor,
    /// A param of the call.
    Param,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormField {
    /// Its name; empty for the only, unnamed tensor.
    pub(crate) name: String,
    /// Its type, with the shape of a tensor.
    pub(crate) kind: String,
    /// How it is typed.
    pub(crate) control: Control,
    /// What it belongs to.
    pub(crate) part: Part,
    /// Whether a request must have it.
    pub(crate) required: bool,
}

/// The fields of a model that has a signature; none where there is none, or
/// where its columns have no names.
pub(crate) fn fields(model: &Summary) -> Vec<FormField> {
    let Some(inputs) = &model.signature_inputs else { return Vec::new() };
    let nameless = |name: &Option<String>| name.as_deref().is_none_or(str::is_empty);
    if inputs
        .iter()
        .any(|field| nameless(&field.name) && (field.shape.is_none() || inputs.len() > 1))
    {
        return Vec::new();
    }
    let of_inputs = inputs.iter().map(|field| {
        let name = field.name.clone().unwrap_or_default();
        match &field.shape {
            Some(shape) => {
                let shape: Vec<String> = shape.iter().map(ToString::to_string).collect();
                let kind = format!("{} ({})", field.kind, shape.join(", "));
                let (control, part) = (Control::Json, Part::Tensor);
                FormField { name, kind, control, part, required: true }
            }
            None => {
                let (control, part) = (Control::of(&field.kind), Part::Column);
                FormField {
                    name,
                    kind: field.kind.clone(),
                    control,
                    part,
                    required: field.required,
                }
            }
        }
    });
    let of_params = model.params.iter().flatten().map(|param| {
        let control = if param.is_list { Control::Json } else { Control::of(&param.kind) };
        let kind = format!("{}{}", param.kind, if param.is_list { "[]" } else { "" });
        FormField { name: param.name.clone(), kind, control, part: Part::Param, required: false }
    });
    of_inputs.chain(of_params).collect()
}

/// What stands in the fields for a body: its first row, its tensors, and the
/// params, with their defaults where it has none. A body of a form that is
/// not known leaves them empty.
pub(crate) fn values(model: &Summary, fields: &[FormField], body: &str) -> Vec<String> {
    let body: Value = serde_json::from_slice(body.as_bytes()).unwrap_or_default();
    let row = first_row(&body);
    let tensors = body.get("inputs").or_else(|| body.get("instances"));
    let default = |name: &str| {
        let param = model.params.iter().flatten().find(|param| param.name == name);
        param.and_then(|param| serde_json::from_slice(param.default.as_bytes()).ok())
    };
    let value = |field: &FormField| match field.part {
        Part::Column => row.get(&field.name).cloned(),
        Part::Tensor if field.name.is_empty() => tensors.cloned(),
        Part::Tensor => tensors
            .and_then(|all| {
                all.get(&field.name).or(match all {
                    Value::Array(_) if fields.len() == 1 => Some(all),
                    _ => None,
                })
            })
            .cloned(),
        Part::Param => body
            .get("params")
            .and_then(|params| params.get(&field.name))
            .cloned()
            .or_else(|| default(&field.name)),
    };
    fields
        .iter()
        .map(|field| match value(field) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) if field.control == Control::Moment => local(&text),
            Some(Value::String(text)) if field.control != Control::Json => text,
            Some(other) => other.to_string(),
        })
        .collect()
}

/// A moment as a field for moments takes it: without its zone, down to
/// milliseconds; a day alone is its midnight.
fn local(text: &str) -> String {
    const TO_MILLISECONDS: usize = "2026-01-31T12:00:00.000".len();
    let text = text.trim().replacen(' ', "T", 1);
    if !text.contains('T') {
        return format!("{text}T00:00:00");
    }
    let (day, time) = text.split_once('T').unwrap_or_default();
    let time = time.split(['Z', '+', '-']).next().unwrap_or_default();
    let text = format!("{day}T{time}");
    text.get(..TO_MILLISECONDS).unwrap_or(&text).to_owned()
}

/// The first row of a table, in any of the forms that MLflow takes.
fn first_row(body: &Value) -> Map<String, Value> {
    let records = body.get("dataframe_records").or_else(|| body.get("instances"));
    if let Some(Value::Object(row)) = records.and_then(|records| records.get(0)) {
        return row.clone();
    }
    if let Some(split) = body.get("dataframe_split") {
        let names = split.get("columns").and_then(Value::as_array).into_iter().flatten();
        let values = split.pointer("/data/0").and_then(Value::as_array).into_iter().flatten();
        let pair =
            |(name, value): (&Value, &Value)| Some((name.as_str()?.to_owned(), value.clone()));
        return names.zip(values).filter_map(pair).collect();
    }
    let columns = body.get("inputs").and_then(Value::as_object).into_iter().flatten();
    columns.map(|(name, values)| (name.clone(), values.get(0).unwrap_or(values).clone())).collect()
}

/// The body that the values make.
///
/// # Errors
/// Which field is wrong.
pub(crate) fn body(fields: &[FormField], values: &[String]) -> Result<Value, usize> {
    let (mut row, mut tensors, mut params) = (Map::new(), Map::new(), Map::new());
    let mut unnamed = None;
    for (nth, (field, text)) in fields.iter().zip(values).enumerate() {
        let text = if field.control == Control::Text { text.as_str() } else { text.trim() };
        if text.is_empty() && !(field.required && field.control == Control::Text) {
            if field.required {
                return Err(nth);
            }
            continue;
        }
        let value = typed(field, text).ok_or(nth)?;
        match field.part {
            Part::Column => row.insert(field.name.clone(), value),
            Part::Tensor if field.name.is_empty() => unnamed.replace(value),
            Part::Tensor => tensors.insert(field.name.clone(), value),
            Part::Param => params.insert(field.name.clone(), value),
        };
    }
    let mut body = Map::new();
    if let Some(tensor) = unnamed {
        body.insert("inputs".into(), tensor);
    } else if !tensors.is_empty() {
        body.insert("inputs".into(), tensors.into());
    } else {
        let (columns, data): (Vec<String>, Vec<Value>) = row.into_iter().unzip();
        body.insert("dataframe_split".into(), json!({ "columns": columns, "data": [data] }));
    }
    if !params.is_empty() {
        body.insert("params".into(), params.into());
    }
    Ok(body.into())
}

fn typed(field: &FormField, text: &str) -> Option<Value> {
    match field.control {
        Control::Text | Control::Moment => Some(text.into()),
        Control::Boolean => text.parse::<bool>().ok().map(Value::from),
        Control::Json => serde_json::from_slice(text.as_bytes()).ok(),
        Control::Number => {
            let number: Value = serde_json::from_slice(text.as_bytes()).ok().or_else(|| {
                // `.5`, `1.` and `+2` are numbers to a person.
                serde_json::Number::from_f64(text.parse::<f64>().ok()?).map(Value::Number)
            })?;
            number.is_number().then_some(number)
        }
    }
}

/// The request of a model's own example: a whole request, or only its data as
/// models from before MLflow 2.15 have it.
pub(crate) fn request_of(example: &str) -> String {
    let Ok(value) = serde_json::from_slice::<Value>(example.as_bytes()) else {
        return example.trim_end().to_owned();
    };
    let body = match &value {
        Value::Object(fields) if fields.contains_key("columns") && fields.contains_key("data") => {
            json!({ "dataframe_split": value })
        }
        Value::Array(_) => json!({ "inputs": value }),
        _ => value,
    };
    pretty(&body)
}

/// Predictions as a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Predictions {
    /// The headings.
    pub(crate) columns: Vec<String>,
    /// The rows, at most [`MOST_ROWS`].
    pub(crate) rows: Vec<Vec<String>>,
    /// How many rows there are in all, where they were counted.
    pub(crate) total: Option<usize>,
}

/// The longest answer whose rows are counted, in bytes: to read a longer one takes
/// longer than a frame.
const LONGEST_COUNTED: usize = 4 << 20;

/// The most rows and columns that are shown.
const MOST_ROWS: usize = 100;
const MOST_COLUMNS: usize = 50;

/// The predictions of an answer, where they are rows. Only those that are shown
/// are taken in.
pub(crate) fn predictions(answer: &str) -> Option<Predictions> {
    let counts = answer.len() <= LONGEST_COUNTED;
    let mut rows = Rows { first: Vec::new(), total: 0, counts, cut: false };
    let mut json = serde_json::Deserializer::from_slice(answer.as_bytes());
    let read = AnswerReader(&mut rows).deserialize(&mut json);
    let Rows { first, total, cut, .. } = rows;
    if !cut {
        read.and_then(|()| json.end()).ok()?;
    }
    let total = (!cut).then_some(total);
    let cell = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => shares(fields).unwrap_or_else(|| value.to_string()),
        other => other.to_string(),
    };
    let columns: Vec<String> = match first.first()? {
        Value::Object(row) => row.keys().take(MOST_COLUMNS).cloned().collect(),
        Value::Array(row) => (1..=row.len().min(MOST_COLUMNS)).map(|nth| nth.to_string()).collect(),
        _ => vec!["prediction".to_owned()],
    };
    let rows = first.iter().map(|row| match row {
        Value::Object(row) => {
            columns.iter().map(|name| row.get(name).map(cell).unwrap_or_default()).collect()
        }
        Value::Array(row) => row.iter().take(MOST_COLUMNS).map(cell).collect(),
        single => vec![cell(single)],
    });
    Some(Predictions { rows: rows.collect(), total, columns })
}

/// What a classifier says of each class, to be read; the answer itself has all digits.
fn shares(classes: &Map<String, Value>) -> Option<String> {
    let share = |(class, value): (&String, &Value)| {
        value.as_f64().map(|value| format!("{class}: {}", number(value)))
    };
    let all: Option<Vec<String>> = classes.iter().map(share).collect();
    all.map(|all| all.join(", "))
}

/// The beginning of the list of predictions.
struct Rows {
    first: Vec<Value>,
    total: usize,
    /// Whether the rest is counted.
    counts: bool,
    /// Whether there is a rest that was not counted.
    cut: bool,
}

/// Reads an answer as far as it is shown.
struct AnswerReader<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for AnswerReader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for AnswerReader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut answer: A) -> Result<(), A::Error> {
        while let Some(key) = answer.next_key::<String>()? {
            match key.as_str() {
                "predictions" => answer.next_value_seed(RowsReader(&mut *self.0))?,
                _ => drop(answer.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Reads the list of predictions.
struct RowsReader<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for RowsReader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowsReader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let rows = self.0;
        while rows.first.len() < MOST_ROWS {
            let Some(row) = list.next_element()? else { return Ok(()) };
            rows.first.push(row);
            rows.total += 1;
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            rows.total += 1;
            if !rows.counts {
                rows.cut = true;
                return Err(A::Error::custom("the rest is not read"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(json: Value) -> Summary {
        serde_json::from_value(json).unwrap()
    }

    fn columns() -> Summary {
        model(json!({
            "signature_inputs": [
                {"name": "age", "type": "long", "required": true, "shape": null},
                {"name": "ok", "type": "boolean", "required": false, "shape": null},
                {"name": "city", "type": "string", "required": true, "shape": null},
            ],
            "params": [{"name": "top", "type": "integer", "default": "3"}],
        }))
    }

    #[test]
    fn a_form_is_filled_from_any_body_and_makes_one_with_the_same_row() {
        let model = columns();
        let fields = fields(&model);
        for body_text in [
            r#"{"dataframe_split": {"columns": ["age", "city"], "data": [[4, "Bern"], [5, "x"]]}}"#,
            r#"{"dataframe_records": [{"age": 4, "city": "Bern"}]}"#,
            r#"{"inputs": {"age": [4], "city": ["Bern"]}}"#,
        ] {
            let values = values(&model, &fields, body_text);
            assert_eq!(values, ["4", "", "Bern", "3"], "{body_text}");
            assert_eq!(
                body(&fields, &values).unwrap(),
                json!({
                    "dataframe_split": {"columns": ["age", "city"], "data": [[4, "Bern"]]},
                    "params": {"top": 3},
                })
            );
        }
    }

    #[test]
    fn a_wrong_value_is_named_by_its_field() {
        let fields = fields(&columns());
        let with =
            |age: &str, ok: &str| body(&fields, &[age.into(), ok.into(), "".into(), "".into()]);
        assert_eq!(with("four", ""), Err(0));
        assert_eq!(with("", ""), Err(0));
        assert_eq!(with("1", "perhaps"), Err(1));
        assert!(with(".5", "true").is_ok());
    }

    #[test]
    fn moments_are_as_their_field_takes_them() {
        for (text, expected) in [
            ("2026-01-31T12:00:00", "2026-01-31T12:00:00"),
            ("2026-01-31 12:00:00.123456789", "2026-01-31T12:00:00.123"),
            ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00"),
            ("2026-01-31T12:00:00-05:00", "2026-01-31T12:00:00"),
            ("2026-01-31", "2026-01-31T00:00:00"),
        ] {
            assert_eq!(local(text), expected, "{text}");
        }
    }

    #[test]
    fn tensors_are_json() {
        let model = model(json!({
            "signature_inputs": [{"name": null, "type": "float32", "required": true, "shape": [-1, 2]}],
        }));
        let fields = fields(&model);
        let values = values(&model, &fields, r#"{"inputs": [[1.0, 2.0]]}"#);
        assert_eq!(values, ["[[1.0,2.0]]"]);
        assert_eq!(fields[0].kind, "float32 (-1, 2)");
        assert_eq!(body(&fields, &values).unwrap(), json!({"inputs": [[1.0, 2.0]]}));
        assert_eq!(body(&fields, &["[1,".into()]), Err(0));
    }

    #[test]
    fn an_example_is_a_request_or_its_data() {
        for (example, expected) in [
            (r#"{"dataframe_split": {"columns": ["a"], "data": [[1]]}}"#, "dataframe_split"),
            (r#"{"columns": ["a"], "data": [[9007199254740993]]}"#, "dataframe_split"),
            (r#"[[1.5, 2]]"#, "inputs"),
            (r#"{"inputs": [[1]]}"#, "inputs"),
        ] {
            let body: Value = serde_json::from_slice(request_of(example).as_bytes()).unwrap();
            assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), [expected]);
        }
        assert!(
            request_of(r#"{"columns": ["a"], "data": [[9007199254740993]]}"#).contains("740993")
        );
        assert_eq!(request_of("{\"inputs\": [NaN]}\n"), "{\"inputs\": [NaN]}");
    }

    #[test]
    fn predictions_of_each_form_are_a_table() {
        let table = predictions(r#"{"predictions": [{"y": 1.5, "z": "a"}]}"#).unwrap();
        assert_eq!(
            (table.columns, table.rows),
            (vec!["y".into(), "z".into()], vec![vec!["1.5".into(), "a".into()]])
        );
        assert_eq!(predictions(r#"{"predictions": [1, 2]}"#).unwrap().total, Some(2));
        assert_eq!(predictions(r#"{"predictions": [[1, 2]]}"#).unwrap().columns, ["1", "2"]);
        let table =
            predictions(r#"{"predictions": [{"p": {"a": 0.64315348, "b": 1}, "q": {"c": "x"}}]}"#);
        assert_eq!(table.unwrap().rows, [["a: 0.6432, b: 1", r#"{"c":"x"}"#]]);
        let long = format!("{{\"predictions\": [{}1]}}", "1, ".repeat(250));
        let table = predictions(&long).unwrap();
        assert_eq!((table.rows.len(), table.total), (MOST_ROWS, Some(251)));
        // What is not read of a longer one may be anything.
        let longer = format!("{{\"predictions\": [{}1], not JSON", "1, ".repeat(1_600_000));
        let table = predictions(&longer).unwrap();
        assert_eq!((table.rows.len(), table.total), (MOST_ROWS, None));
        assert_eq!(predictions(r#"{"predictions": {"a": [1]}}"#), None);
        assert_eq!(predictions("no JSON"), None);
    }
}
