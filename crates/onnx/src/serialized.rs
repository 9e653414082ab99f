//! Values in ONNX's own serialisation: `TensorProto`, `SequenceProto`,
//! `OptionalProto`, as the files of the ONNX backend tests hold them.

use bytes::Bytes;
use prost::Message as _;
use tensor::Data;

use crate::error::{Error, ErrorKind};
use crate::fault::{Fault, bail};
use crate::limits;
use crate::proto::TensorProto;
use crate::session::Kind;
use crate::tensors;
use crate::value::{Map, Value};

#[derive(Clone, PartialEq, prost::Message)]
struct SequenceProto {
    #[prost(int32, tag = "2")]
    elem_type: i32,
    #[prost(message, repeated, tag = "3")]
    tensors: Vec<TensorProto>,
    #[prost(message, repeated, tag = "5")]
    sequences: Vec<SequenceProto>,
    #[prost(message, repeated, tag = "6")]
    maps: Vec<MapProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct MapProto {
    #[prost(int64, repeated, tag = "3")]
    keys: Vec<i64>,
    #[prost(bytes = "bytes", repeated, tag = "4")]
    string_keys: Vec<Bytes>,
    #[prost(message, optional, boxed, tag = "5")]
    values: Option<Box<SequenceProto>>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct OptionalProto {
    #[prost(int32, tag = "2")]
    elem_type: i32,
    #[prost(message, optional, tag = "3")]
    tensor: Option<TensorProto>,
    #[prost(message, optional, tag = "5")]
    sequence: Option<SequenceProto>,
}

impl Value {
    /// Reads a value of the kind that a model declares.
    ///
    /// # Errors
    /// When the bytes are of another kind, or damaged.
    pub fn from_serialized(bytes: impl Into<Bytes>, kind: Kind) -> Result<Self, Error> {
        let bytes = bytes.into();
        let unreadable = |e: prost::DecodeError| Fault::new(format!("not a readable value: {e}"));
        let value = match kind {
            Kind::Tensor => TensorProto::decode(bytes)
                .map_err(unreadable)
                .and_then(|t| tensors::decode(&t))
                .map(Self::Tensor),
            Kind::Sequence => {
                SequenceProto::decode(bytes).map_err(unreadable).and_then(|s| sequence(&s, 0))
            }
            Kind::Map => MapProto::decode(bytes).map_err(unreadable).and_then(|m| map(&m)),
            Kind::Optional => OptionalProto::decode(bytes).map_err(unreadable).and_then(optional),
            Kind::Unknown => Err(Fault::new("values of this type are not supported")),
        };
        value.map_err(|fault| Error::new(ErrorKind::InvalidInput, fault.to_string()))
    }
}

fn sequence(proto: &SequenceProto, depth: usize) -> Result<Value, Fault> {
    if depth > limits::MAX_DEPTH {
        bail!("sequences are nested more than {} deep", limits::MAX_DEPTH);
    }
    let tensors = proto.tensors.iter().map(|t| tensors::decode(t).map(Value::Tensor));
    let sequences = proto.sequences.iter().map(|s| sequence(s, depth + 1));
    let maps = proto.maps.iter().map(map);
    tensors.chain(sequences).chain(maps).collect::<Result<_, _>>().map(Value::Sequence)
}

fn map(proto: &MapProto) -> Result<Value, Fault> {
    let keys: Data = if proto.string_keys.is_empty() {
        proto.keys.clone().into()
    } else {
        let keys = proto.string_keys.iter().map(|k| String::from_utf8(k.to_vec()));
        let keys: Result<Vec<String>, _> = keys.collect();
        keys.map_err(|_| Fault::new("a key is not UTF-8 text"))?.into()
    };
    let Some([values]) = proto.values.as_ref().map(|v| v.tensors.as_slice()) else {
        bail!("a map has no single tensor of values");
    };
    let (_, values) = tensors::decode(values)?.into_parts();
    if keys.len() != values.len() {
        bail!("a map has {} keys and {} values", keys.len(), values.len());
    }
    Ok(Value::Map(Map { keys, values }))
}

fn optional(proto: OptionalProto) -> Result<Value, Fault> {
    match (proto.tensor, proto.sequence) {
        (Some(tensor), _) => tensors::decode(&tensor).map(Value::Tensor),
        (None, Some(proto)) => sequence(&proto, 0),
        (None, None) => Ok(Value::None),
    }
}
