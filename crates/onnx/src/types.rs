//! The element types of values between nodes, as far as they are plain from
//! the types of what goes in.

use tensor::{DType, Tensor};

use crate::attributes::Attributes;
use crate::proto::NodeProto;
use crate::tensors;

/// The operators whose outputs are all of the type of the first input.
const SAME: [&str; 76] = [
    "Abs",
    "Add",
    "AveragePool",
    "Ceil",
    "Clip",
    "Compress",
    "Concat",
    "Conv",
    "ConvTranspose",
    "CumSum",
    "DepthToSpace",
    "Div",
    "Einsum",
    "Elu",
    "Erf",
    "Exp",
    "Expand",
    "Flatten",
    "Floor",
    "GRU",
    "Gather",
    "GatherElements",
    "GatherND",
    "Gelu",
    "Gemm",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "InstanceNormalization",
    "LSTM",
    "LeakyRelu",
    "Log",
    "LogSoftmax",
    "MatMul",
    "Max",
    "Mean",
    "Min",
    "Mod",
    "Mul",
    "Neg",
    "PRelu",
    "Pad",
    "Pow",
    "RNN",
    "Range",
    "Reciprocal",
    "ReduceL2",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "Relu",
    "Reshape",
    "Resize",
    "Round",
    "ScatterElements",
    "ScatterND",
    "Sigmoid",
    "Sign",
    "Slice",
    "Softmax",
    "SpaceToDepth",
    "Split",
    "Sqrt",
    "Squeeze",
    "Sub",
    "Sum",
    "Tanh",
    "Tile",
    "Transpose",
    "Trilu",
    "Unsqueeze",
    "Upsample",
];

/// The type of each output; `None` where it is not known.
pub(crate) fn outputs(node: &NodeProto, inputs: &[Option<DType>]) -> Vec<Option<DType>> {
    let attributes = Attributes(&node.attribute);
    let input = |i: usize| inputs.get(i).copied().flatten();
    let op = node.op_type.as_str();
    if !matches!(node.domain.as_str(), "" | "ai.onnx") {
        return Vec::new();
    }
    let first = match op {
        "Shape" | "Size" | "NonZero" | "ArgMax" | "ArgMin" => Some(DType::I64),
        "And" | "Equal" | "Greater" | "GreaterOrEqual" | "IsInf" | "IsNaN" | "Less"
        | "LessOrEqual" | "Not" | "Or" | "Xor" => Some(DType::Bool),
        "ConvInteger" | "MatMulInteger" => Some(DType::I32),
        "Cast" => attributes.maybe_int("to").and_then(|to| tensors::dtype(i32::try_from(to).ok()?)),
        "CastLike" | "Where" | "DequantizeLinear" => input(1),
        "OneHot" => input(2),
        "ConstantOfShape" => match attributes.tensor("value") {
            Ok(value) => Some(value.as_ref().map_or(DType::F32, Tensor::dtype)),
            Err(_) => None,
        },
        // What else these give is of another type.
        "Dropout" | "LayerNormalization" | "MaxPool" | "TopK" | "Unique" => input(0),
        _ if SAME.contains(&op) => {
            return vec![input(0); node.output.len()];
        }
        _ => None,
    };
    let second = match op {
        "Dropout" => Some(DType::Bool),
        "MaxPool" | "TopK" => Some(DType::I64),
        _ => None,
    };
    vec![first, second]
}
