//! External data: the tensors that a model keeps in files beside it.
//!
//! MLflow saves every initializer of 1 KiB or more that way by default, as one
//! `<uuid>.data`. tract would resolve the location on a file system, which
//! there is none of in wasm; so the bytes are put into the model before tract
//! sees it.

use prost::Message as _;
use tract_onnx::pb::tensor_proto::DataLocation;
use tract_onnx::pb::{GraphProto, ModelProto, TensorProto};

use crate::error::{Error, ErrorKind};

/// Where a model's external data comes from: the bytes of the file that
/// stands beside the model under this name.
pub trait ExternalData {
    /// The whole file at `location`, a path relative to the model's folder.
    fn get(&self, location: &str) -> Option<&[u8]>;
}

impl ExternalData for std::collections::HashMap<String, Vec<u8>> {
    fn get(&self, location: &str) -> Option<&[u8]> {
        self.get(location).map(Vec::as_slice)
    }
}

/// For a model that stands in one file.
#[derive(Debug, Clone, Copy)]
pub struct NoExternalData;

impl ExternalData for NoExternalData {
    fn get(&self, _location: &str) -> Option<&[u8]> {
        None
    }
}

/// The files, relative to the model's folder, that a model keeps large tensors
/// in: what has to be fetched before it can load. Empty for most small models.
///
/// # Errors
/// When the bytes are no ONNX model, or a location leads out of the folder.
pub fn external_locations(model: &[u8]) -> Result<Vec<String>, Error> {
    let mut model = decode(model)?;
    let mut locations = Vec::new();
    each_tensor(&mut model, &mut |tensor| {
        if is_external(tensor) {
            let location = location(tensor)?;
            if !locations.contains(&location) {
                locations.push(location);
            }
        }
        Ok(())
    })?;
    Ok(locations)
}

pub(crate) fn decode(model: &[u8]) -> Result<ModelProto, Error> {
    ModelProto::decode(model).map_err(|e| {
        Error::new(
            ErrorKind::InvalidModel,
            format!(
                "not a readable ONNX model ({} bytes): {e}; the file may be truncated",
                model.len()
            ),
        )
    })
}

/// Moves all external data into the model.
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
        let bytes = offset
            .checked_add(length)
            .and_then(|end| file.get(offset..end))
            .ok_or_else(|| {
                fail(format!(
                    "'{}' needs {length} bytes at {offset} of '{location}', which has {}; the file may be truncated",
                    tensor.name,
                    file.len()
                ))
            })?;
        tensor.raw_data = bytes.to_vec();
        tensor.data_location = None;
        tensor.external_data.clear();
        Ok(())
    })
}

fn is_external(tensor: &TensorProto) -> bool {
    tensor.data_location == Some(DataLocation::External as i32)
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
/// too. prost bounds how deep a message can nest, and so this recursion.
fn each_tensor(model: &mut ModelProto, visit: &mut Visit<'_>) -> Result<(), Error> {
    model.graph.as_mut().map_or(Ok(()), |graph| each_graph_tensor(graph, visit))
}

fn each_graph_tensor(graph: &mut GraphProto, visit: &mut Visit<'_>) -> Result<(), Error> {
    for tensor in &mut graph.initializer {
        visit(tensor)?;
    }
    for attribute in graph.node.iter_mut().flat_map(|node| &mut node.attribute) {
        for tensor in attribute.t.iter_mut().chain(&mut attribute.tensors) {
            visit(tensor)?;
        }
        for graph in attribute.g.iter_mut().chain(&mut attribute.graphs) {
            each_graph_tensor(graph, visit)?;
        }
    }
    Ok(())
}
