//! From our messages to tract's.

use tract_onnx::pb;

use crate::fault::{Fault, bail};
use crate::proto::{AttributeProto, NodeProto, TensorProto};

/// A node as tract reads it, with its values named anew: names are only unique
/// within the graph that they came from.
pub(super) fn node(
    proto: &NodeProto,
    name: String,
    input: Vec<String>,
    output: Vec<String>,
) -> Result<pb::NodeProto, Fault> {
    Ok(pb::NodeProto {
        input,
        output,
        name,
        op_type: proto.op_type.clone(),
        domain: proto.domain.clone(),
        attribute: proto.attribute.iter().map(attribute).collect::<Result<_, _>>()?,
        ..Default::default()
    })
}

fn attribute(proto: &AttributeProto) -> Result<pb::AttributeProto, Fault> {
    if proto.g.is_some() || !proto.graphs.is_empty() {
        bail!("the attribute '{}' is a graph", proto.name);
    }
    Ok(pb::AttributeProto {
        name: proto.name.clone(),
        r#type: proto.r#type,
        f: proto.f,
        i: proto.i,
        s: proto.s.to_vec(),
        t: proto.t.as_ref().map(tensor),
        floats: proto.floats.clone(),
        ints: proto.ints.clone(),
        strings: proto.strings.iter().map(|s| s.to_vec()).collect(),
        tensors: proto.tensors.iter().map(tensor).collect(),
        ..Default::default()
    })
}

fn tensor(proto: &TensorProto) -> pb::TensorProto {
    pb::TensorProto {
        dims: proto.dims.clone(),
        data_type: proto.data_type,
        float_data: proto.float_data.clone(),
        int32_data: proto.int32_data.clone(),
        string_data: proto.string_data.iter().map(|s| s.to_vec()).collect(),
        int64_data: proto.int64_data.clone(),
        name: proto.name.clone(),
        raw_data: proto.raw_data.to_vec(),
        double_data: proto.double_data.clone(),
        uint64_data: proto.uint64_data.clone(),
        ..Default::default()
    }
}
