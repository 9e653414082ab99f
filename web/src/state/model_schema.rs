//! The signature of a model as rows to read: what is nested in a column stands
//! below it.

use mlmodel::{ColumnType, MlModel, ParamSpec, ParamType, Property, Schema};

use super::model_source::FLAVOR;

/// A column, a tensor, a parameter, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SchemaRow {
    /// How deep it is nested.
    pub(crate) depth: usize,
    /// Its name; empty for what has none.
    pub(crate) name: String,
    /// Its type.
    pub(crate) kind: String,
    /// Whether it has to be there.
    pub(crate) required: bool,
    /// What it is where a request does not say: only of parameters.
    pub(crate) default: Option<String>,
}

/// What is read of a model's file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ModelSchema {
    /// What it can be loaded as.
    pub(crate) flavors: Vec<String>,
    /// What it takes; `None` where nobody said.
    pub(crate) inputs: Option<Vec<SchemaRow>>,
    /// What it gives.
    pub(crate) outputs: Option<Vec<SchemaRow>>,
    /// What a request may set.
    pub(crate) params: Option<Vec<SchemaRow>>,
}

impl ModelSchema {
    /// Whether it has the flavor that the page runs.
    pub(crate) fn runs_here(&self) -> bool {
        self.flavors.iter().any(|flavor| flavor == FLAVOR)
    }

    /// Reads an `MLmodel` file.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    pub(crate) fn parse(bytes: &[u8]) -> Result<ModelSchema, String> {
        let model = MlModel::parse(bytes).map_err(|error| error.to_string())?;
        let signature = &model.signature;
        Ok(ModelSchema {
            flavors: model.flavor_names().map(str::to_owned).collect(),
            inputs: signature.inputs.as_ref().map(rows),
            outputs: signature.outputs.as_ref().map(rows),
            params: signature.params.as_ref().map(|params| params.iter().flat_map(param).collect()),
        })
    }
}

fn rows(schema: &Schema) -> Vec<SchemaRow> {
    match schema {
        Schema::Columns(columns) => columns
            .iter()
            .flat_map(|c| nested(0, c.name.clone().unwrap_or_default(), &c.kind, c.required))
            .collect(),
        Schema::Tensors(tensors) => tensors
            .iter()
            .map(|tensor| {
                let sizes: Vec<String> = tensor.shape.iter().map(ToString::to_string).collect();
                SchemaRow {
                    depth: 0,
                    name: tensor.name.clone().unwrap_or_default(),
                    kind: format!("{} ({})", tensor.dtype, sizes.join(", ")),
                    required: true,
                    default: None,
                }
            })
            .collect(),
    }
}

/// A column and, below it, the keys of the objects in it.
fn nested(depth: usize, name: String, kind: &ColumnType, required: bool) -> Vec<SchemaRow> {
    let mut all = vec![SchemaRow { depth, name, kind: type_words(kind), required, default: None }];
    all.extend(properties(kind).iter().flat_map(|p| property(depth + 1, p)));
    all
}

fn property(depth: usize, property: &Property) -> Vec<SchemaRow> {
    nested(depth, property.name.clone(), &property.kind, property.required)
}

/// The keys of the objects that values of a type are made of.
fn properties(kind: &ColumnType) -> &[Property] {
    match kind {
        ColumnType::Object(properties) => properties,
        ColumnType::Array(inner) | ColumnType::Map(inner) => properties(inner),
        _ => &[],
    }
}

fn type_words(kind: &ColumnType) -> String {
    match kind {
        ColumnType::Scalar(scalar) => scalar.name().to_owned(),
        ColumnType::Array(items) => format!("array of {}", type_words(items)),
        ColumnType::Map(values) => format!("map to {}", type_words(values)),
        ColumnType::Object(_) => "object".to_owned(),
        other => other.to_string(),
    }
}

fn param(param: &ParamSpec) -> Vec<SchemaRow> {
    let text = param.to_string();
    let default = text.split_once("(default: ").map(|(_, rest)| {
        let rest = rest.strip_suffix(" (shape: (-1,))").unwrap_or(rest);
        rest.strip_suffix(')').unwrap_or(rest).to_owned()
    });
    let (kind, inner): (String, &[Property]) = match &param.kind {
        ParamType::Scalar(scalar) => (scalar.name().to_owned(), &[]),
        ParamType::Object(properties) => ("object".to_owned(), properties),
    };
    let kind = if param.is_list { format!("array of {kind}") } else { kind };
    let mut all =
        vec![SchemaRow { depth: 0, name: param.name.clone(), kind, required: false, default }];
    all.extend(inner.iter().flat_map(|p| property(1, p)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(rows: Option<&Vec<SchemaRow>>) -> Vec<(usize, &str, &str, bool)> {
        rows.into_iter()
            .flatten()
            .map(|row| (row.depth, row.name.as_str(), row.kind.as_str(), row.required))
            .collect()
    }

    #[test]
    fn nested_types_stand_below_their_column() {
        let inputs = r#"[{"type": "double", "name": "a", "required": true}, {"type": "array", "items": {"type": "object", "properties": {"role": {"type": "string", "required": true}, "n": {"type": "long", "required": false}}}, "name": "messages", "required": false}]"#;
        let outputs =
            r#"[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3]}}]"#;
        let params = r#"[{"name": "t", "default": 0.5, "shape": null, "type": "double"}]"#;
        let text = format!(
            "flavors:\n  onnx:\n    data: model.onnx\nsignature:\n  inputs: '{inputs}'\n  outputs: '{outputs}'\n  params: '{params}'\n"
        );
        let schema = ModelSchema::parse(text.as_bytes()).unwrap();
        assert_eq!(schema.flavors, ["onnx"]);
        assert_eq!(
            short(schema.inputs.as_ref()),
            [
                (0, "a", "double", true),
                (0, "messages", "array of object", false),
                (1, "n", "long", false),
                (1, "role", "string", true),
            ]
        );
        assert_eq!(short(schema.outputs.as_ref()), [(0, "", "float32 (-1, 3)", true)]);
        let params = schema.params.unwrap();
        assert_eq!(params[0].kind, "double");
        assert_eq!(params[0].default.as_deref(), Some("0.5"));
    }

    #[test]
    fn what_is_no_model_says_so() {
        assert!(ModelSchema::parse(b"[1").is_err());
        assert_eq!(ModelSchema::parse(b"flavors: {}").map(|schema| schema.inputs), Ok(None));
    }
}
