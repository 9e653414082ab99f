//! Graphs that are not tabular: tract runs what it can of them.
//!
//! The nodes that tract has operators for are gathered into segments, as few
//! and as large as their order allows; a [`Segment`] is one step of the
//! program. Between segments our own kernels run: `ai.onnx.ml`, text,
//! sequences, control flow, and what tract lacks of `ai.onnx`. Most networks
//! are one segment.
//!
//! tract needs to know shapes when it plans. A segment is planned when it
//! first meets a shape, and where tract can't plan it at all, our kernels
//! compute its nodes one by one, if we have them all.

mod pb;
mod segment;
mod tensors;

use std::collections::{HashMap, HashSet};

use tract_onnx::Onnx;

use crate::compile::{Declared, Resolved};
use crate::error::{Error, ErrorKind};
use crate::program::{Operand, Program, Slot, Step};
use segment::Segment;

/// Operators that tract has, and that are not for it.
///
/// tract plans the branches of an `If` anew at each run, and wants the outputs
/// of both to be alike; its `Scan` needs shapes that a model may not declare.
/// The others are of `ai.onnx.ml`: tract knows no domains.
const OURS: [&str; 8] = [
    "If",
    "Scan",
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

/// Puts nodes into steps.
pub(crate) fn steps(
    nodes: Vec<Resolved<'_>>,
    outputs: &[Operand],
    declared: &Declared<'_>,
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
        if tract {
            steps.push(segment_step(&onnx, nodes, &read_later, declared)?);
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
    node.is_operator()
        && match node.proto.domain.as_str() {
            "" | "ai.onnx" => !OURS.contains(&op),
            "com.microsoft" => MICROSOFT.contains(&op),
            _ => false,
        }
        && onnx.op_register.0.contains_key(op)
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

/// One segment as a step.
fn segment_step(
    onnx: &Onnx,
    nodes: Vec<Resolved<'_>>,
    read_later: &HashSet<Slot>,
    declared: &Declared<'_>,
) -> Result<Step, Error> {
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
    let template = segment::template(onnx, &nodes, &inputs, &outputs);
    let fallback = if nodes.iter().all(Resolved::has_kernel) {
        interpreted(nodes, &inputs, &outputs).ok()
    } else {
        None
    };
    let segment = template
        .and_then(|template| Segment::new(template, fallback, &inputs, declared))
        .map_err(|fault| Error::new(ErrorKind::Unsupported, format!("{place}: {fault}")))?;
    Ok(Step {
        kernel: Box::new(segment),
        inputs: inputs.iter().map(|&slot| Operand::Slot { slot, last: false }).collect(),
        outputs: outputs.into_iter().map(Some).collect(),
        place,
    })
}

/// The nodes of a segment as a program of our own kernels.
fn interpreted(
    nodes: Vec<Resolved<'_>>,
    inputs: &[Slot],
    outputs: &[Slot],
) -> Result<Program, Error> {
    let mut slots: HashMap<Slot, Slot> = HashMap::new();
    let mut renumbered = |slot: Slot| {
        let next = slots.len();
        *slots.entry(slot).or_insert(next)
    };
    let inputs = inputs.iter().map(|&s| renumbered(s)).collect();
    let mut steps = nodes.into_iter().map(Resolved::into_step).collect::<Result<Vec<_>, _>>()?;
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
    Ok(program)
}
