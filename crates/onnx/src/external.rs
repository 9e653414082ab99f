//! External data: the tensors that a model keeps in files beside it.
//!
//! MLflow saves every initializer of 1 KiB or more that way by default, as one
//! `<uuid>.data`. A session has no file system; so the host fetches those files
//! and their bytes are put into the model before anything else sees it.

use std::collections::HashSet;

use bytes::Bytes;
use prost::Message as _;

use crate::error::{Error, ErrorKind};
use crate::proto::{GraphProto, ModelProto, NodeProto, TensorProto};

/// Where a model's external data comes from: the bytes of the file that
/// stands beside the model under this name.
pub trait ExternalData {
    /// The whole file at `location`, a path relative to the model's folder.
    fn get(&self, location: &str) -> Option<Bytes>;
}

impl ExternalData for std::collections::HashMap<String, Bytes> {
    fn get(&self, location: &str) -> Option<Bytes> {
        self.get(location).cloned()
    }
}

/// For a model that stands in one file.
#[derive(Debug, Clone, Copy)]
pub struct NoExternalData;

impl ExternalData for NoExternalData {
    fn get(&self, _location: &str) -> Option<Bytes> {
        None
    }
}

/// The files, relative to the model's folder, that a model keeps large tensors
/// in.
pub(crate) fn locations(model: &mut ModelProto) -> Result<Vec<String>, Error> {
    let mut locations = Vec::new();
    let mut seen = HashSet::new();
    each_tensor(model, &mut |tensor| {
        if is_external(tensor) {
            let location = location(tensor)?;
            if seen.insert(location.clone()) {
                locations.push(location);
            }
        }
        Ok(())
    })?;
    Ok(locations)
}

pub(crate) fn decode(model: Bytes) -> Result<ModelProto, Error> {
    let len = model.len();
    ModelProto::decode(model).map_err(|e| {
        Error::new(
            ErrorKind::InvalidModel,
            format!("not a readable ONNX model ({len} bytes): {e}; the file may be truncated"),
        )
    })
}

/// Moves all external data into the model. Nothing is copied: the tensors are
/// slices of the files.
pub(crate) fn inline(model: &mut ModelProto, data: &dyn ExternalData) -> Result<(), Error> {
    each_tensor(model, &mut |tensor| {
        if !is_external(tensor) {
            return Ok(());
        }
        let location = location(tensor)?;
        let fail = |what: String| Error::new(ErrorKind::ExternalData, format!("tensor {what}"));
        let file = data.get(&location).ok_or_else(|| {
            fail(format!("'{}' is kept in the file '{location}', which is missing", tensor.name))
        })?;
        let offset = number(tensor, "offset")?.unwrap_or(0);
        let length = number(tensor, "length")?.unwrap_or(file.len().saturating_sub(offset));
        let end = offset.checked_add(length).filter(|end| *end <= file.len()).ok_or_else(|| {
            fail(format!(
                "'{}' needs {length} bytes at {offset} of '{location}', which has {}; the file may be truncated",
                tensor.name,
                file.len()
            ))
        })?;
        tensor.raw_data = file.slice(offset..end);
        tensor.data_location = 0;
        tensor.external_data.clear();
        Ok(())
    })
}

fn is_external(tensor: &TensorProto) -> bool {
    tensor.data_location == 1
}

fn entry<'a>(tensor: &'a TensorProto, key: &str) -> Option<&'a str> {
    tensor.external_data.iter().find(|e| e.key == key).map(|e| e.value.as_str())
}

/// The file of an external tensor, refused when it could lead elsewhere.
fn location(tensor: &TensorProto) -> Result<String, Error> {
    let location = entry(tensor, "location").unwrap_or_default();
    let safe = !location.is_empty()
        && !location.contains(['\\', '\0', ':'])
        && location.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if safe {
        Ok(location.to_owned())
    } else {
        Err(Error::new(
            ErrorKind::ExternalData,
            format!(
                "tensor '{}' is kept at '{location}', which is not a file in the model's folder",
                tensor.name
            ),
        ))
    }
}

fn number(tensor: &TensorProto, key: &str) -> Result<Option<usize>, Error> {
    entry(tensor, key)
        .map(|text| {
            text.parse().map_err(|_| {
                Error::new(
                    ErrorKind::ExternalData,
                    format!("tensor '{}' has the {key} '{text}', which is no size", tensor.name),
                )
            })
        })
        .transpose()
}

type Visit<'v> = dyn FnMut(&mut TensorProto) -> Result<(), Error> + 'v;

/// Visits every tensor of a model: initializers and attributes, in subgraphs
/// and functions too. prost bounds how deep a message can nest, and so this
/// recursion.
fn each_tensor(model: &mut ModelProto, visit: &mut Visit<'_>) -> Result<(), Error> {
    if let Some(graph) = &mut model.graph {
        each_graph_tensor(graph, visit)?;
    }
    model.functions.iter_mut().try_for_each(|f| each_node_tensor(&mut f.node, visit))
}

fn each_graph_tensor(graph: &mut GraphProto, visit: &mut Visit<'_>) -> Result<(), Error> {
    for tensor in &mut graph.initializer {
        visit(tensor)?;
    }
    for sparse in &mut graph.sparse_initializer {
        for tensor in sparse.values.iter_mut().chain(&mut sparse.indices) {
            visit(tensor)?;
        }
    }
    each_node_tensor(&mut graph.node, visit)
}

fn each_node_tensor(nodes: &mut [NodeProto], visit: &mut Visit<'_>) -> Result<(), Error> {
    for attribute in nodes.iter_mut().flat_map(|node| &mut node.attribute) {
        for tensor in attribute.t.iter_mut().chain(&mut attribute.tensors) {
            visit(tensor)?;
        }
        for graph in attribute.g.iter_mut().chain(&mut attribute.graphs) {
            each_graph_tensor(graph, visit)?;
        }
    }
    Ok(())
}
