//! Reads signatures: the JSON texts that stand inside an MLmodel file.

use std::collections::HashSet;

use tensor::DType;

use crate::json::{self, Value};
use crate::schema::{
    ColumnSpec, ColumnType, ParamSpec, ParamType, Property, ScalarType, Schema, TensorSpec,
    TensorType,
};

/// What a reader says when the text does not hold what it should.
type Read<T> = Result<T, String>;

/// Reads `signature.inputs` or `signature.outputs`.
pub(crate) fn schema(text: &str) -> Read<Schema> {
    let value = json::parse(text.as_bytes()).map_err(|e| format!("is not JSON: {e}"))?;
    let items = value.as_list().ok_or("is not a list")?;
    let is_tensor = |v: &Value| v.get("type").and_then(Value::as_str) == Some("tensor");
    let schema = match items.iter().filter(|v| is_tensor(v)).count() {
        _ if items.is_empty() => return Err("is an empty list".into()),
        0 => Schema::Columns(items.iter().map(column).collect::<Read<_>>()?),
        n if n == items.len() => Schema::Tensors(items.iter().map(tensor).collect::<Read<_>>()?),
        _ => return Err("mixes columns and tensors".into()),
    };
    check_names(&schema)?;
    Ok(schema)
}

fn check_names(schema: &Schema) -> Read<()> {
    let names: Vec<_> = schema.names().collect();
    let named: Vec<_> = names.iter().flatten().collect();
    if !named.is_empty() && named.len() < names.len() {
        return Err("mixes named and unnamed inputs".into());
    }
    if let (Schema::Tensors(tensors), true) = (schema, named.is_empty())
        && tensors.len() > 1
    {
        return Err("has several unnamed tensors".into());
    }
    let mut seen = HashSet::new();
    match named.into_iter().find(|name| !seen.insert(**name)) {
        Some(name) => Err(format!("names `{name}` twice")),
        None => Ok(()),
    }
}

fn name(value: &Value) -> Read<Option<String>> {
    match value.get("name") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Str(name)) => Ok(Some(name.clone())),
        // Data frames may have numbers for names; they arrive as text.
        Some(Value::Int(n)) => Ok(Some(n.to_string())),
        Some(other) => Err(format!("has a name that is no text: {other:?}")),
    }
}

/// `required`, or its older opposite `optional`; columns are required unless
/// something says otherwise.
fn is_required(value: &Value) -> bool {
    match (value.get("required"), value.get("optional")) {
        (Some(Value::Bool(required)), _) => *required,
        (_, Some(Value::Bool(optional))) => !optional,
        _ => true,
    }
}

fn column(value: &Value) -> Read<ColumnSpec> {
    Ok(ColumnSpec { name: name(value)?, kind: column_type(value)?, required: is_required(value) })
}

fn column_type(value: &Value) -> Read<ColumnType> {
    let kind = value.get("type").and_then(Value::as_str).ok_or("has an entry without a type")?;
    let inner = |key: &str| {
        let value = value.get(key).ok_or_else(|| format!("has a type `{kind}` without `{key}`"))?;
        column_type(value).map(Box::new)
    };
    Ok(match kind {
        "array" => ColumnType::Array(inner("items")?),
        "map" => ColumnType::Map(inner("values")?),
        "object" => ColumnType::Object(properties(value)?),
        "sparkml_vector" => ColumnType::SparkVector,
        "any" => ColumnType::Any,
        name => ColumnType::Scalar(
            ScalarType::from_name(name).ok_or_else(|| format!("has an unknown type `{name}`"))?,
        ),
    })
}

fn properties(value: &Value) -> Read<Vec<Property>> {
    let Some(Value::Dict(entries)) = value.get("properties") else {
        return Err("has a type `object` without `properties`".into());
    };
    let mut properties = entries
        .iter()
        .map(|(name, value)| {
            let required = is_required(value);
            Ok(Property { name: name.to_string(), kind: column_type(value)?, required })
        })
        .collect::<Read<Vec<_>>>()?;
    properties.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(properties)
}

fn tensor(value: &Value) -> Read<TensorSpec> {
    let spec = value.get("tensor-spec").ok_or("has a tensor without `tensor-spec`")?;
    let dtype = spec.get("dtype").and_then(Value::as_str).ok_or("has a tensor without a dtype")?;
    let shape = spec.get("shape").and_then(Value::as_list).ok_or("has a tensor without a shape")?;
    let shape = shape.iter().map(|d| match d {
        Value::Int(n) if *n >= -1 => Ok(*n),
        other => Err(format!("has a tensor with a dimension that is no length: {other:?}")),
    });
    Ok(TensorSpec {
        name: name(value)?,
        dtype: match (dtype, DType::from_numpy_name(dtype)) {
            ("object", _) => TensorType::Object,
            (_, Some(known)) => TensorType::Known(known),
            (other, None) => TensorType::Other(other.to_owned()),
        },
        shape: shape.collect::<Read<_>>()?,
    })
}

/// Reads `signature.params`.
pub(crate) fn params(text: &str) -> Read<Vec<ParamSpec>> {
    let value = json::parse(text.as_bytes()).map_err(|e| format!("is not JSON: {e}"))?;
    let specs = value.as_list().ok_or("is not a list")?.iter().map(param);
    let specs = specs.collect::<Read<Vec<_>>>()?;
    let mut seen = HashSet::new();
    match specs.iter().find(|spec| !seen.insert(spec.name.as_str())) {
        Some(spec) => Err(format!("names `{}` twice", spec.name)),
        None => Ok(specs),
    }
}

fn param(value: &Value) -> Read<ParamSpec> {
    let name = name(value)?.ok_or("has a parameter without a name")?;
    // Before 2.7 the key was `dtype`.
    let kind = value.get("type").or_else(|| value.get("dtype")).and_then(Value::as_str);
    let kind = match kind.ok_or_else(|| format!("has a parameter `{name}` without a type"))? {
        "object" => ParamType::Object(properties(value)?),
        other => match ScalarType::from_name(other) {
            Some(ScalarType::Binary) | None => {
                return Err(format!("has a parameter `{name}` of type `{other}`"));
            }
            Some(scalar) => ParamType::Scalar(scalar),
        },
    };
    let is_list = match value.get("shape") {
        None | Some(Value::Null) => false,
        Some(Value::List(shape)) if *shape == [Value::Int(-1)] => true,
        Some(_) => return Err(format!("has a parameter `{name}` with another shape than [-1]")),
    };
    let default = value.get("default").cloned().unwrap_or(Value::Null);
    Ok(ParamSpec { name, kind, default, is_list })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_print_as_mlflow_prints_them() {
        let text = r#"[{"type": "double", "name": "a", "required": true},
            {"type": "long", "name": "it's", "optional": true},
            {"type": "array", "items": {"type": "string"}, "name": "v"},
            {"type": "object", "name": "o", "properties": {
                "y": {"type": "string", "required": false}, "x": {"type": "long"}}},
            {"type": "map", "name": "m", "values": {"type": "any"}}]"#;
        assert_eq!(
            schema(text).unwrap().to_string(),
            "['a': double (required), \"it's\": long (optional), 'v': Array(string) (required), \
             'o': {x: long (required), y: string (optional)} (required), \
             'm': Map(str -> Any) (required)]"
        );
    }

    #[test]
    fn tensors_print_as_mlflow_prints_them() {
        let text = r#"[{"name": "x", "type": "tensor",
            "tensor-spec": {"dtype": "float32", "shape": [-1]}}]"#;
        assert_eq!(schema(text).unwrap().to_string(), "['x': Tensor('float32', (-1,))]");
        let text =
            r#"[{"type": "tensor", "tensor-spec": {"dtype": "complex64", "shape": [-1, 4]}}]"#;
        assert_eq!(schema(text).unwrap().to_string(), "[Tensor('complex64', (-1, 4))]");
    }

    #[test]
    fn wrong_signatures_say_what_is_wrong() {
        for (text, expected) in [
            ("{", "is not JSON"),
            ("{}", "is not a list"),
            ("[]", "is an empty list"),
            (r#"[{"type": "decimal"}]"#, "has an unknown type `decimal`"),
            (r#"[{"name": "a"}]"#, "has an entry without a type"),
            (r#"[{"type": "array"}]"#, "has a type `array` without `items`"),
            (r#"[{"type": "long"}, {"type": "tensor"}]"#, "mixes columns and tensors"),
            (r#"[{"type": "long"}, {"type": "long", "name": "a"}]"#, "mixes named and unnamed"),
            (
                r#"[{"type": "long", "name": "a"}, {"type": "long", "name": "a"}]"#,
                "names `a` twice",
            ),
            (
                r#"[{"type": "tensor", "tensor-spec": {"dtype": "int8", "shape": [-2]}}]"#,
                "has a tensor with a dimension that is no length",
            ),
        ] {
            let error = schema(text).unwrap_err();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn params_take_both_spellings_of_type() {
        let specs = params(
            r#"[{"name": "t", "default": 0.5, "shape": null, "type": "double"},
                {"name": "l", "default": ["a"], "shape": [-1], "dtype": "string"}]"#,
        );
        let printed: Vec<_> = specs.unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(
            printed,
            ["'t': double (default: 0.5)", "'l': string (default: ['a']) (shape: (-1,))"]
        );
        assert!(params(r#"[{"name": "b", "default": "", "type": "binary"}]"#).is_err());
    }
}
