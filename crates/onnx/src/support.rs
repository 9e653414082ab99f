//! What we refuse before tract sees it.
//!
//! tract looks an operator up by its type alone, whatever its domain, and
//! finds an unknown one, or a name that nothing produces, late or by
//! panicking. A user should be told when the model loads, and told where.

use std::collections::HashSet;

use tract_onnx::Onnx;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto};

use crate::error::{Error, ErrorKind};

/// The operators of `ai.onnx.ml` that tract has and gets right.
///
/// Not `TreeEnsembleClassifier`: tract's takes the label of a binary
/// classifier from scores that are not yet complemented, which is a wrong
/// answer without an error. Refusing it is better, until our own is here.
const ML_OPERATORS: [&str; 5] = [
    "ArrayFeatureExtractor",
    "CategoryMapper",
    "LinearClassifier",
    "LinearRegressor",
    "Normalizer",
];

/// Checks that a model is whole, and that every operator in it is known.
pub(crate) fn check(model: &ModelProto, onnx: &Onnx) -> Result<(), Error> {
    let graph = model.graph.as_ref().filter(|g| !g.output.is_empty()).ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidModel,
            "the file holds no ONNX graph with outputs; it may be truncated, or another format",
        )
    })?;
    if model.opset_import.is_empty() {
        return Err(Error::new(
            ErrorKind::InvalidModel,
            "the model does not say which operator versions it uses; the file may be truncated",
        ));
    }
    check_graph(model, graph, onnx, &HashSet::new())
}

fn check_graph(
    model: &ModelProto,
    graph: &GraphProto,
    onnx: &Onnx,
    outer: &HashSet<&str>,
) -> Result<(), Error> {
    let mut names = outer.clone();
    names.extend(graph.input.iter().map(|v| v.name.as_str()));
    names.extend(graph.initializer.iter().map(|t| t.name.as_str()));
    names.extend(graph.node.iter().flat_map(|n| &n.output).map(String::as_str));

    for (index, node) in graph.node.iter().enumerate() {
        if !is_supported(node, onnx) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "operator {} (version {}) in {} is not supported",
                    operator(node),
                    version(model, node),
                    place(node, index)
                ),
            ));
        }
        if let Some(missing) =
            node.input.iter().find(|name| !name.is_empty() && !names.contains(name.as_str()))
        {
            return Err(Error::new(
                ErrorKind::InvalidModel,
                format!("{} takes '{missing}', which nothing gives", place(node, index)),
            ));
        }
        for attribute in &node.attribute {
            for graph in attribute.g.iter().chain(&attribute.graphs) {
                check_graph(model, graph, onnx, &names)?;
            }
        }
    }
    if let Some(missing) = graph.output.iter().find(|o| !names.contains(o.name.as_str())) {
        return Err(Error::new(
            ErrorKind::InvalidModel,
            format!("no node gives the output '{}'; the file may be truncated", missing.name),
        ));
    }
    Ok(())
}

fn is_supported(node: &NodeProto, onnx: &Onnx) -> bool {
    let op_type = node.op_type.as_str();
    match node.domain.as_str() {
        "ai.onnx.ml" => ML_OPERATORS.contains(&op_type),
        "" | "ai.onnx" | "com.microsoft" => {
            onnx.op_register.0.contains_key(op_type)
                && !ML_OPERATORS.contains(&op_type)
                && op_type != "TreeEnsembleClassifier"
        }
        _ => false,
    }
}

fn domain(node: &NodeProto) -> &str {
    if node.domain.is_empty() { "ai.onnx" } else { &node.domain }
}

fn operator(node: &NodeProto) -> String {
    format!("{}.{}", domain(node), node.op_type)
}

fn version(model: &ModelProto, node: &NodeProto) -> i64 {
    model
        .opset_import
        .iter()
        .find(|set| {
            set.domain == node.domain || (set.domain.is_empty() && domain(node) == "ai.onnx")
        })
        .map_or(0, |set| set.version)
}

fn place(node: &NodeProto, index: usize) -> String {
    let name = if node.name.is_empty() {
        node.output.first().map(String::as_str).unwrap_or_default()
    } else {
        &node.name
    };
    if name.is_empty() { format!("node {index}") } else { format!("node '{name}'") }
}
