//! What a loaded model says of itself, as a table to read and as an example to
//! send.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The engine's summary of a model: the parts that the page shows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Summary {
    /// Where it was logged.
    pub(crate) name: Option<String>,
    /// The version of MLflow that wrote it.
    pub(crate) mlflow_version: Option<String>,
    /// The id of the logged model.
    pub(crate) model_id: Option<String>,
    /// The run that logged it.
    pub(crate) run_id: Option<String>,
    /// When it was made, as MLflow prints it.
    pub(crate) utc_time_created: Option<String>,
    inputs: Vec<GraphValue>,
    outputs: Vec<GraphValue>,
    /// The signature's inputs, where it has one.
    pub(crate) signature_inputs: Option<Vec<SignatureField>>,
    signature_outputs: Option<Vec<SignatureField>>,
    /// What a call may set.
    pub(crate) params: Option<Vec<Param>>,
}

/// An input or output of the ONNX graph.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct GraphValue {
    name: String,
    dtype: Option<String>,
    shape: Option<Vec<String>>,
}

/// A column or tensor of the signature; a column has no shape.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct SignatureField {
    /// Its name.
    pub(crate) name: Option<String>,
    /// Its type, such as `double` or `float32`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Whether a request must have it.
    pub(crate) required: bool,
    /// A tensor's shape, -1 where any length goes.
    pub(crate) shape: Option<Vec<i64>>,
}

/// A parameter of the signature.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Param {
    /// Its name.
    pub(crate) name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Its default, as JSON.
    pub(crate) default: String,
    /// Whether it is a list of values of that type.
    #[serde(default)]
    pub(crate) is_list: bool,
}

/// What a row of a table must have to be a model's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowInput {
    /// Columns.
    Columns(Vec<RowColumn>),
    /// A tensor of numbers, of which each row is one.
    Tensor {
        /// Its name; empty for the only, unnamed one.
        name: String,
        /// Its type.
        kind: String,
        /// How many numbers a row has, where that is not free.
        width: Option<usize>,
    },
}

/// A column that a model takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowColumn {
    /// Its name; none where columns are told by their place.
    pub(crate) name: Option<String>,
    /// Its type.
    pub(crate) kind: String,
    /// Whether a table must have it.
    pub(crate) required: bool,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name; empty for the only, unnamed one.
    pub(crate) name: String,
    /// Its type, such as `double` or `float32 (-1, 4)`.
    pub(crate) kind: String,
    /// `optional`, a default, or nothing.
    pub(crate) remark: String,
}

impl From<&GraphValue> for Field {
    fn from(value: &GraphValue) -> Field {
        let dtype = value.dtype.as_deref().unwrap_or("no tensor");
        let kind = match &value.shape {
            Some(shape) => format!("{dtype} ({})", shape.join(", ")),
            None => dtype.to_owned(),
        };
        Field { name: value.name.clone(), kind, remark: String::new() }
    }
}

impl From<&SignatureField> for Field {
    fn from(field: &SignatureField) -> Field {
        let kind = match &field.shape {
            Some(shape) => {
                let shape: Vec<String> = shape.iter().map(ToString::to_string).collect();
                format!("{} ({})", field.kind, shape.join(", "))
            }
            None => field.kind.clone(),
        };
        let remark = if field.required { "" } else { "optional" };
        Field { name: field.name.clone().unwrap_or_default(), kind, remark: remark.to_owned() }
    }
}

impl From<&Param> for Field {
    fn from(param: &Param) -> Field {
        let list = if param.is_list { "list of " } else { "" };
        Field {
            name: param.name.clone(),
            kind: format!("{list}{}", param.kind),
            remark: format!("default {}", param.default),
        }
    }
}

impl Summary {
    /// What it was logged as, where that is a name: newer ones have their
    /// address there.
    pub(crate) fn own_name(&self) -> Option<&str> {
        self.name.as_deref().filter(|name| !name.contains(":/"))
    }

    /// Whether it has a signature, which says what a request must be like.
    pub(crate) fn has_signature(&self) -> bool {
        self.signature_inputs.is_some()
    }

    /// What it takes: as the signature has it, else as the graph does.
    pub(crate) fn inputs(&self) -> Vec<Field> {
        match &self.signature_inputs {
            Some(fields) => fields.iter().map(Field::from).collect(),
            None => self.inputs.iter().map(Field::from).collect(),
        }
    }

    /// What it answers with: as the signature has it, else as the graph does.
    pub(crate) fn outputs(&self) -> Vec<Field> {
        match &self.signature_outputs {
            Some(fields) => fields.iter().map(Field::from).collect(),
            None => self.outputs.iter().map(Field::from).collect(),
        }
    }

    /// What a call may set.
    pub(crate) fn params(&self) -> Vec<Field> {
        self.params.iter().flatten().map(Field::from).collect()
    }

    /// What a table's row must have; nothing where rows are no input of the model.
    pub(crate) fn row_input(&self) -> Option<RowInput> {
        let Some(fields) = &self.signature_inputs else { return self.graph_row() };
        if fields.iter().all(|field| field.shape.is_none()) {
            let column = |field: &SignatureField| RowColumn {
                name: field.name.clone().filter(|name| !name.is_empty()),
                kind: field.kind.clone(),
                required: field.required,
            };
            return Some(RowInput::Columns(fields.iter().map(column).collect()));
        }
        match fields.as_slice() {
            [SignatureField { name, kind, shape: Some(shape), .. }] => match shape.as_slice() {
                [-1, width] => Some(RowInput::Tensor {
                    name: name.clone().unwrap_or_default(),
                    kind: kind.clone(),
                    width: usize::try_from(*width).ok(),
                }),
                _ => None,
            },
            _ => None,
        }
    }

    /// The same of the graph: one input of rows, or one of single values for
    /// each column.
    fn graph_row(&self) -> Option<RowInput> {
        let sizes = |value: &GraphValue| -> Option<Vec<Option<usize>>> {
            Some(value.shape.as_ref()?.iter().map(|size| size.parse().ok()).collect())
        };
        if let [only] = self.inputs.as_slice()
            && let [None, width] = sizes(only)?.as_slice()
        {
            let kind = only.dtype.clone()?;
            return Some(RowInput::Tensor { name: String::new(), kind, width: *width });
        }
        let column = |value: &GraphValue| match sizes(value)?.as_slice() {
            [None] | [None, Some(1)] => Some(RowColumn {
                name: Some(value.name.clone()),
                kind: value.dtype.clone()?,
                required: true,
            }),
            _ => None,
        };
        let columns: Option<Vec<RowColumn>> = self.inputs.iter().map(column).collect();
        columns.filter(|columns| !columns.is_empty()).map(RowInput::Columns)
    }

    /// A request body that fits: a row of plausible values for columns, zeros
    /// for tensors.
    pub(crate) fn example_body(&self) -> Value {
        match &self.signature_inputs {
            Some(fields) if fields.iter().all(|field| field.shape.is_none()) => columns(fields),
            Some(fields) => {
                let tensor = |field: &SignatureField| {
                    let shape = field.shape.clone().unwrap_or_default();
                    (field.name.clone().unwrap_or_default(), zeros(&field.kind, &shape))
                };
                json!({ "inputs": tensors(fields.iter().map(tensor).collect()) })
            }
            None => {
                let tensor = |value: &GraphValue| {
                    let shape = value.shape.iter().flatten();
                    let shape: Vec<i64> = shape.map(|size| size.parse().unwrap_or(-1)).collect();
                    let dtype = value.dtype.as_deref().unwrap_or_default();
                    (value.name.clone(), zeros(dtype, &shape))
                };
                let mut all: Vec<_> = self.inputs.iter().map(tensor).collect();
                // Without a signature, one input is sent without its name.
                if let [(name, _)] = all.as_mut_slice() {
                    name.clear();
                }
                json!({ "inputs": tensors(all) })
            }
        }
    }
}

fn columns(fields: &[SignatureField]) -> Value {
    let row: Vec<Value> = fields.iter().map(|field| sample(&field.kind)).collect();
    let names: Option<Vec<&str>> = fields.iter().map(|field| field.name.as_deref()).collect();
    match names {
        Some(names) => json!({ "dataframe_split": { "columns": names, "data": [row] } }),
        None => json!({ "dataframe_split": { "data": [row] } }),
    }
}

/// The only tensor if it has no name, else all by their names.
fn tensors(all: Vec<(String, Value)>) -> Value {
    match all.as_slice() {
        [(name, tensor)] if name.is_empty() => tensor.clone(),
        _ => Value::Object(all.into_iter().collect::<Map<_, _>>()),
    }
}

/// A tensor of zeros in a shape, with 1 for every free size. At most 4,096
/// elements are written out; a larger one is left to the user, empty.
fn zeros(dtype: &str, shape: &[i64]) -> Value {
    const MOST: i64 = 4096;
    let sizes: Vec<i64> = shape.iter().map(|size| (*size).max(1)).collect();
    let elements = sizes.iter().try_fold(1_i64, |product, size| product.checked_mul(*size));
    if elements.is_none_or(|elements| elements > MOST) {
        return json!([]);
    }
    sizes.iter().rev().fold(sample(dtype), |inner, size| {
        Value::Array(vec![inner; usize::try_from(*size).unwrap_or(0)])
    })
}

/// A plausible value of a column's or a tensor's type.
fn sample(kind: &str) -> Value {
    match kind {
        "string" | "str" | "object" => json!("text"),
        "boolean" | "bool" => json!(true),
        "datetime" => json!("2026-01-31T12:00:00"),
        "binary" => json!("AAAA"),
        "any" => json!({}),
        kind if kind.starts_with("array") || kind.starts_with("Array") => json!([]),
        kind if kind.starts_with("map") || kind.starts_with('{') => json!({}),
        kind if kind == "long" || kind.contains("int") => json!(0),
        _ => json!(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(json: Value) -> Summary {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn columns_become_a_row() {
        let model = summary(json!({
            "name": "df", "mlflow_version": "3.18.0",
            "inputs": [{"name": "a", "dtype": "float64", "shape": ["batch", "1"]}],
            "outputs": [],
            "signature_inputs": [
                {"name": "a", "type": "double", "required": true, "shape": null},
                {"name": "d", "type": "long", "required": false, "shape": null}],
            "signature_outputs": [{"name": "output", "type": "double", "required": true, "shape": null}],
            "params": [{"name": "t", "type": "double", "default": "0.5", "is_list": false}]
        }));
        assert_eq!(model.inputs()[1].remark, "optional");
        assert_eq!(model.outputs()[0].kind, "double");
        assert_eq!(model.params()[0].remark, "default 0.5");
        assert_eq!(
            model.example_body(),
            json!({"dataframe_split": {"columns": ["a", "d"], "data": [[0.0, 0]]}})
        );
    }

    #[test]
    fn unnamed_columns_have_no_names_in_the_example() {
        let model = summary(json!({"signature_inputs": [
            {"name": null, "type": "float", "required": true, "shape": null},
            {"name": null, "type": "string", "required": true, "shape": null}]}));
        assert_eq!(model.example_body(), json!({"dataframe_split": {"data": [[0.0, "text"]]}}));
    }

    #[test]
    fn tensors_become_zeros() {
        let one = summary(json!({"signature_inputs": [
            {"name": null, "type": "float32", "required": true, "shape": [-1, 3]}]}));
        assert_eq!(one.inputs()[0].kind, "float32 (-1, 3)");
        assert_eq!(one.example_body(), json!({"inputs": [[0.0, 0.0, 0.0]]}));
        let two = summary(json!({"signature_inputs": [
            {"name": "x", "type": "int64", "required": true, "shape": [-1]},
            {"name": "y", "type": "float32", "required": true, "shape": [2, 2]}]}));
        assert_eq!(
            two.example_body(),
            json!({"inputs": {"x": [0], "y": [[0.0, 0.0], [0.0, 0.0]]}})
        );
    }

    #[test]
    fn without_a_signature_the_graph_speaks() {
        let model = summary(json!({
            "inputs": [{"name": "x", "dtype": "float32", "shape": ["batch", "2"]}],
            "outputs": [{"name": "y", "dtype": null, "shape": null}]
        }));
        assert!(!model.has_signature());
        assert_eq!(model.inputs()[0].kind, "float32 (batch, 2)");
        assert_eq!(model.outputs()[0].kind, "no tensor");
        assert_eq!(model.example_body(), json!({"inputs": [[0.0, 0.0]]}));
    }

    #[test]
    fn rows_are_columns_or_one_tensor() {
        let field = |name: Value, kind: &str, shape: Value| json!({"name": name, "type": kind, "required": true, "shape": shape});
        let of = |fields: Vec<Value>| summary(json!({ "signature_inputs": fields })).row_input();
        let columns = of(vec![
            field(json!("a"), "double", Value::Null),
            field(json!(null), "long", Value::Null),
        ]);
        let Some(RowInput::Columns(columns)) = columns else { panic!("no columns") };
        assert_eq!((columns[0].name.as_deref(), columns[1].name.as_deref()), (Some("a"), None));
        let tensor =
            |width| Some(RowInput::Tensor { name: "x".into(), kind: "float32".into(), width });
        assert_eq!(of(vec![field(json!("x"), "float32", json!([-1, 4]))]), tensor(Some(4)));
        assert_eq!(of(vec![field(json!("x"), "float32", json!([-1, -1]))]), tensor(None));
        assert_eq!(of(vec![field(json!("x"), "float32", json!([-1, 3, 8, 8]))]), None);
        let graph = |inputs: Value| summary(json!({ "inputs": inputs })).row_input();
        assert_eq!(
            graph(json!([{"name": "x", "dtype": "float32", "shape": ["batch", "2"]}])),
            Some(RowInput::Tensor { name: String::new(), kind: "float32".into(), width: Some(2) })
        );
        let Some(RowInput::Columns(two)) = graph(json!([
            {"name": "x", "dtype": "float32", "shape": ["batch", "1"]},
            {"name": "y", "dtype": "str", "shape": ["batch"]}]))
        else {
            panic!("no columns")
        };
        assert_eq!(two[1].name.as_deref(), Some("y"));
        assert_eq!(graph(json!([])), None);
    }

    #[test]
    fn huge_and_missing_shapes_are_harmless() {
        let shape = |shape: Value| {
            summary(json!({"signature_inputs": [
                {"name": null, "type": "int8", "required": true, "shape": shape}]}))
        };
        assert_eq!(shape(json!([-1, 1_000_000, 1_000_000])).example_body(), json!({"inputs": []}));
        assert_eq!(shape(json!([i64::MAX, i64::MAX])).example_body(), json!({"inputs": []}));
        assert_eq!(shape(json!([])).example_body(), json!({"inputs": 0}));
        assert_eq!(Summary::default().example_body(), json!({"inputs": {}}));
    }
}
