//! Graphs that are not tabular: tract runs what it can of them.
//!
//! The nodes that tract has operators for are gathered into segments, as few
//! and as large as their order allows; a [`Segment`] is one step of the
//! program. Between segments our own kernels run: `ai.onnx.ml`, text,
//! sequences, control flow, and what tract lacks of `ai.onnx`. Most networks
//! are one segment.
//!
//! tract is for what is expensive: a segment of which nothing is, such as a
//! computation of shapes, is left to our kernels, which need no plan.
//!
//! tract needs to know shapes when it plans. A segment is planned when it
//! first meets a shape. Where tract can't plan or run it, its nodes are
//! computed one by one, with our kernels and, for those that we lack, with
//! tract.

mod pb;
mod segment;
mod tensors;

use std::collections::{HashMap, HashSet};

use tensor::DType;
use tract_onnx::Onnx;

use crate::attributes::Attributes;
use crate::compile::{Declared, Resolved, constant_tensor};
use crate::error::{Error, ErrorKind};
use crate::fault::Fault;
use crate::program::{Operand, Program, Slot, Step};
use segment::{Parser, Segment};

/// The operators that tract is given although we have kernels for them: what
/// networks are made of, and what stands between that. Each has been compared
/// with ONNX Runtime. tract has more, and answers otherwise than ONNX Runtime to
/// some (recurrences backwards, with a clip or with lengths; `Resize` to the
/// nearest; `LogSoftmax` and `Softplus` of large numbers; `Celu`; ties of
/// `QuantizeLinear`), or ends the program (`ScatterND` and `OneHot` with
/// indices out of range).
const SHARED: [&str; 84] = [
    "Abs",
    "Add",
    "And",
    "AveragePool",
    "BatchNormalization",
    "BiasGelu",
    "Cast",
    "Ceil",
    "Clip",
    "Concat",
    "Conv",
    "ConvInteger",
    "ConvTranspose",
    "Cos",
    "DepthToSpace",
    "DequantizeLinear",
    "Div",
    "Dropout",
    "Einsum",
    "Elu",
    "Equal",
    "Erf",
    "Exp",
    "Expand",
    "FastGelu",
    "Flatten",
    "Floor",
    "Gather",
    "Gelu",
    "Gemm",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "Greater",
    "GreaterOrEqual",
    "GroupNormalization",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "InstanceNormalization",
    "LRN",
    "LayerNormalization",
    "LeakyRelu",
    "Less",
    "LessOrEqual",
    "Log",
    "MatMul",
    "MatMulInteger",
    "MatMulNBits",
    "Max",
    "MaxPool",
    "Min",
    "Mul",
    "Neg",
    "Not",
    "Or",
    "PRelu",
    "Pad",
    "Pow",
    "QLinearConv",
    "QLinearMatMul",
    "QuickGelu",
    "Reciprocal",
    "ReduceL2",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceSum",
    "Relu",
    "Reshape",
    "Selu",
    "Shape",
    "Sigmoid",
    "Sin",
    "Slice",
    "Softmax",
    "SpaceToDepth",
    "Split",
    "Sqrt",
    "Squeeze",
    "Sub",
    "Tanh",
    "Transpose",
    "Unsqueeze",
    "Where",
];

/// The operators of `ai.onnx.ml` that tract has.
const ML: [&str; 6] = [
    "ArrayFeatureExtractor",
    "CategoryMapper",
    "LinearClassifier",
    "LinearRegressor",
    "Normalizer",
    "TreeEnsembleClassifier",
];

/// The operators of ONNX Runtime's own domain that tract means by these names.
const MICROSOFT: [&str; 12] = [
    "BiasGelu",
    "FastGelu",
    "GatherBlockQuantized",
    "Gelu",
    "GroupQueryAttention",
    "MatMulNBits",
    "MultiHeadAttention",
    "QuickGelu",
    "RotaryEmbedding",
    "SkipLayerNormalization",
    "SkipSimplifiedLayerNormalization",
    "Trilu",
];

/// The operators that take the time of a network: products of matrices,
/// convolutions, recurrences.
const EXPENSIVE: [&str; 18] = [
    "Attention",
    "Conv",
    "ConvInteger",
    "ConvTranspose",
    "DeformConv",
    "Einsum",
    "GRU",
    "Gemm",
    "GroupQueryAttention",
    "LSTM",
    "LRN",
    "MatMul",
    "MatMulInteger",
    "MatMulNBits",
    "MultiHeadAttention",
    "QLinearConv",
    "QLinearMatMul",
    "RNN",
];

/// The longest side that tract may be asked for by a constant.
const MAX_SIZE: i64 = 1 << 24;

/// Puts nodes into steps. `is_body` says that they may run in a loop.
pub(crate) fn steps(
    nodes: Vec<Resolved<'_>>,
    outputs: &[Operand],
    declared: &Declared<'_>,
    is_body: bool,
) -> Result<Vec<Step>, Error> {
    let onnx = tract_onnx::onnx();
    let mut for_tract = Vec::with_capacity(nodes.len());
    for node in &nodes {
        let tract = runs_in_tract(node, &onnx);
        if !tract && !node.has_kernel() {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("{}: the operator is not supported", node.place),
            ));
        }
        for_tract.push(tract);
    }
    let mut parser = Parser::new(onnx, declared, is_body);
    let mut steps = Vec::new();
    let groups = groups(nodes, &for_tract);
    // What is read after a group: by later groups, and by the graph's outputs.
    let mut read_later: Vec<HashSet<Slot>> = Vec::with_capacity(groups.len());
    let mut read: HashSet<Slot> = outputs.iter().filter_map(Operand::slot).collect();
    for (_, nodes) in groups.iter().rev() {
        read_later.push(read.clone());
        read.extend(nodes.iter().flat_map(|n| &n.inputs).filter_map(Operand::slot));
    }
    for ((tract, nodes), read_later) in groups.into_iter().zip(read_later.into_iter().rev()) {
        if tract && !is_better_ours(&nodes) {
            steps.extend(segment_steps(&mut parser, nodes, &read_later)?);
        } else {
            for node in nodes {
                steps.push(node.into_step()?);
            }
        }
    }
    Ok(steps)
}

fn runs_in_tract(node: &Resolved<'_>, onnx: &Onnx) -> bool {
    let op = node.proto.op_type.as_str();
    // tract knows no domains.
    let is_tracts = match node.proto.domain.as_str() {
        "" | "ai.onnx" => onnx.op_register.0.contains_key(op) && !ML.contains(&op),
        "com.microsoft" => MICROSOFT.contains(&op),
        _ => false,
    };
    node.is_operator() && is_tracts && (!node.has_kernel() || SHARED.contains(&op) && is_safe(node))
}

/// Whether tract can have this node, as far as can be told before it runs. The
/// program ends where tract meets a number that it does not expect, such as an
/// index out of range; our kernels answer with an error.
fn is_safe(node: &Resolved<'_>) -> bool {
    let attributes = Attributes(&node.proto.attribute);
    let lists = ["kernel_shape", "strides", "dilations"];
    let numbers = ["group", "blocksize", "size", "num_groups"];
    if !lists.iter().all(|name| attributes.ints(name).iter().all(|i| *i > 0))
        || !numbers.iter().all(|name| attributes.maybe_int(name).is_none_or(|i| i > 0))
    {
        return false;
    }
    let constant = |i: usize| node.inputs.get(i).and_then(constant_tensor);
    // How many axes a window has; each has a number, and two pads.
    let window = match attributes.ints("kernel_shape") {
        [] => constant(1).map(|w| w.rank().saturating_sub(2)),
        lengths => Some(lengths.len()),
    };
    let fits_window = |name: &str, each: usize| {
        let given = attributes.ints(name);
        given.is_empty() || window.is_none_or(|axes| given.len() == axes * each)
    };
    let integers = |i: usize| constant(i).and_then(|t| t.as_slice::<i64>());
    let are_sizes = |sizes: &[i64]| sizes.iter().all(|size| (0..MAX_SIZE).contains(size));
    let op = node.proto.op_type.as_str();
    if matches!(op, "AveragePool" | "Conv" | "ConvInteger" | "ConvTranspose" | "MaxPool")
        && !(fits_window("strides", 1) && fits_window("dilations", 1) && fits_window("pads", 2))
    {
        return false;
    }
    match op {
        // To text: otherwise than ONNX Runtime.
        "Cast" => attributes.maybe_int("to") != Some(8),
        // Of these it has floats only.
        "Conv" | "Einsum" | "Gemm" | "MatMul" => node
            .dtypes
            .iter()
            .flatten()
            .all(|dtype| matches!(dtype, DType::F16 | DType::F32 | DType::F64)),
        "ConvTranspose" => !attributes.has("output_shape"),
        // The least number of a type has no index there.
        "MaxPool" if node.outputs.len() > 1 => false,
        "AveragePool" | "MaxPool" => {
            let auto_pad = attributes.str("auto_pad").ok().flatten();
            auto_pad != Some("VALID") || !attributes.flag("ceil_mode", false)
        }
        "Expand" => integers(1).is_none_or(are_sizes),
        "Gather" => constant(1).is_some(),
        // It cuts nothing off.
        "Pad" => match node.inputs.get(1) {
            Some(_) => integers(1).is_some_and(are_sizes),
            None => are_sizes(attributes.ints("pads")),
        },
        // An end before the start.
        "Slice" => {
            let is_forward = |starts: &[i64], ends: &[i64]| {
                starts.iter().zip(ends).all(|(start, end)| start <= end || *start < 0 || *end < 0)
            };
            match (integers(1), integers(2)) {
                (Some(starts), Some(ends)) => integers(4).is_some() || is_forward(starts, ends),
                _ => is_forward(attributes.ints("starts"), attributes.ints("ends")),
            }
        }
        // It takes a length that it does not know for another than 1.
        "Squeeze" => attributes.has("axes") || node.inputs.len() > 1,
        _ => true,
    }
}

/// Orders the nodes so that those for tract stand together where dependencies
/// let them, and splits them into runs of one kind.
fn groups<'m>(nodes: Vec<Resolved<'m>>, for_tract: &[bool]) -> Vec<(bool, Vec<Resolved<'m>>)> {
    let mut maker = HashMap::new();
    for (index, node) in nodes.iter().enumerate() {
        for slot in node.outputs.iter().flatten() {
            maker.insert(*slot, index);
        }
    }
    // How many groups come before a node's own, at least: an edge between two
    // kinds starts a new one. Even levels are tract's.
    let mut levels: Vec<usize> = Vec::with_capacity(nodes.len());
    for (node, &tract) in nodes.iter().zip(for_tract) {
        let mut level = usize::from(!tract);
        for maker in node.inputs.iter().filter_map(Operand::slot).filter_map(|s| maker.get(&s)) {
            let before = levels.get(*maker).copied().unwrap_or_default();
            let step = usize::from((before % 2 == 0) != tract);
            level = level.max(before + step);
        }
        levels.push(level);
    }
    let mut groups: Vec<(usize, Vec<Resolved<'m>>)> = Vec::new();
    let mut nodes: Vec<_> = nodes.into_iter().zip(levels).collect();
    // Stable: within a level the model's order stands.
    nodes.sort_by_key(|(_, level)| *level);
    for (node, level) in nodes {
        match groups.last_mut() {
            // Different opsets (of functions) can't share a plan.
            Some((last, group))
                if *last == level && group.last().is_none_or(|n| n.version == node.version) =>
            {
                group.push(node);
            }
            _ => groups.push((level, vec![node])),
        }
    }
    groups.into_iter().map(|(level, nodes)| (level % 2 == 0, nodes)).collect()
}

/// Whether a segment has nothing in it that tract would be faster at.
fn is_better_ours(nodes: &[Resolved<'_>]) -> bool {
    nodes.iter().all(|node| node.has_kernel() && !EXPENSIVE.contains(&node.proto.op_type.as_str()))
}

/// A segment as a step; as one for each node, where tract can't have it as a
/// whole.
fn segment_steps(
    parser: &mut Parser<'_>,
    nodes: Vec<Resolved<'_>>,
    read_later: &HashSet<Slot>,
) -> Result<Vec<Step>, Error> {
    let made: HashSet<Slot> =
        nodes.iter().flat_map(|n| n.outputs.iter().flatten().copied()).collect();
    let mut inputs: Vec<Slot> = Vec::new();
    for slot in nodes.iter().flat_map(|n| &n.inputs).filter_map(Operand::slot) {
        if !made.contains(&slot) && !inputs.contains(&slot) {
            inputs.push(slot);
        }
    }
    let outputs: Vec<Slot> = nodes
        .iter()
        .flat_map(|n| n.outputs.iter().flatten().copied())
        .filter(|slot| read_later.contains(slot))
        .collect();
    let place = match nodes.as_slice() {
        [only] => only.place.clone(),
        [first, ..] => format!("{} and {} nodes after it", first.place, nodes.len() - 1),
        [] => String::new(),
    };
    let unsupported =
        |fault: Fault| Error::new(ErrorKind::Unsupported, format!("{place}: {fault}"));
    let template = parser.template(&nodes, &inputs, &outputs);
    let is_one = nodes.len() == 1;
    if is_one && nodes.iter().all(|n| !n.has_kernel()) {
        let segment = template
            .and_then(|template| parser.segment(template, None, &inputs))
            .map_err(unsupported)?;
        return Ok(vec![step(segment, &inputs, &outputs, place)]);
    }
    let single = single_steps(parser, nodes);
    match (template, single) {
        (Ok(template), single) => {
            let program = single.ok().map(|steps| program(steps, &inputs, &outputs));
            let segment = parser.segment(template, program, &inputs).map_err(unsupported)?;
            Ok(vec![step(segment, &inputs, &outputs, place)])
        }
        (Err(_), single) => single,
    }
}

fn step(segment: Segment, inputs: &[Slot], outputs: &[Slot], place: String) -> Step {
    Step {
        kernel: Box::new(segment),
        inputs: inputs.iter().map(|&slot| Operand::Slot { slot, last: false }).collect(),
        outputs: outputs.iter().copied().map(Some).collect(),
        place,
    }
}

/// The nodes of a segment one by one, each with a kernel of ours or, where we
/// lack it, with tract.
fn single_steps(parser: &mut Parser<'_>, nodes: Vec<Resolved<'_>>) -> Result<Vec<Step>, Error> {
    let mut steps = Vec::with_capacity(nodes.len());
    for node in nodes {
        if node.has_kernel() {
            steps.push(node.into_step()?);
        } else {
            let outputs = node.outputs.iter().flatten().copied().collect();
            steps.extend(segment_steps(parser, vec![node], &outputs)?);
        }
    }
    Ok(steps)
}

/// Steps as a program of their own.
fn program(mut steps: Vec<Step>, inputs: &[Slot], outputs: &[Slot]) -> Program {
    let mut slots: HashMap<Slot, Slot> = HashMap::new();
    let mut renumbered = |slot: Slot| {
        let next = slots.len();
        *slots.entry(slot).or_insert(next)
    };
    let inputs = inputs.iter().map(|&s| renumbered(s)).collect();
    for step in &mut steps {
        for operand in &mut step.inputs {
            if let Operand::Slot { slot, .. } = operand {
                *slot = renumbered(*slot);
            }
        }
        for slot in step.outputs.iter_mut().flatten() {
            *slot = renumbered(*slot);
        }
    }
    let outputs =
        outputs.iter().map(|&s| Operand::Slot { slot: renumbered(s), last: false }).collect();
    let mut program = Program { slots: slots.len(), inputs, steps, outputs };
    program.mark_last_reads();
    program
}
