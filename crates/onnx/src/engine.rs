//! Which of the kernels a model needs.

use crate::compile::is_default_domain;
use crate::kernels;
use crate::proto::{FunctionProto, ModelProto, NodeProto};

/// The operators that only tract has, by domain.
const TRACT: [(&str, &str); 16] = [
    ("", "Multinomial"),
    ("", "RandomNormal"),
    ("", "RandomNormalLike"),
    ("", "RandomUniform"),
    ("", "RandomUniformLike"),
    // ONNX Runtime's, though it stands among ONNX's own.
    ("", "SimplifiedLayerNormalization"),
    ("com.microsoft", "BiasGelu"),
    ("com.microsoft", "FastGelu"),
    ("com.microsoft", "GatherBlockQuantized"),
    ("com.microsoft", "GroupQueryAttention"),
    ("com.microsoft", "MatMulNBits"),
    ("com.microsoft", "MultiHeadAttention"),
    ("com.microsoft", "QuickGelu"),
    ("com.microsoft", "RotaryEmbedding"),
    ("com.microsoft", "SkipLayerNormalization"),
    ("com.microsoft", "SkipSimplifiedLayerNormalization"),
];

/// What has to be there for a model to run: each has what those before it have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    /// The kernels of tabular models.
    Tabular,
    /// Those of networks too: the feature `networks`.
    Networks,
    /// Operators that only tract has: the feature `tract`.
    Tract,
}

impl Engine {
    /// What a model needs. One that uses an operator which nobody has needs
    /// [`Self::Networks`], where it is refused by name.
    pub(crate) fn of(model: &ModelProto) -> Self {
        let graphs = model.graph.iter().map(|graph| graph.node.as_slice());
        let functions = model.functions.iter().map(|function| function.node.as_slice());
        graphs
            .chain(functions)
            .map(|nodes| Self::of_nodes(nodes, &model.functions))
            .max()
            .unwrap_or(Self::Tabular)
    }

    /// The nesting of the graphs is bounded by that of the messages.
    fn of_nodes(nodes: &[NodeProto], functions: &[FunctionProto]) -> Self {
        let engines = nodes.iter().map(|node| {
            let graphs = node.attribute.iter().filter_map(|a| a.g.as_ref());
            let bodies = graphs.map(|graph| Self::of_nodes(&graph.node, functions));
            bodies.chain([Self::of_node(node, functions)]).max().unwrap_or(Self::Tabular)
        });
        engines.max().unwrap_or(Self::Tabular)
    }

    fn of_node(node: &NodeProto, functions: &[FunctionProto]) -> Self {
        let is_function =
            || functions.iter().any(|f| f.name == node.op_type && f.domain == node.domain);
        let (domain, op) = (node.domain.as_str(), node.op_type.as_str());
        if is_default_domain(domain) && op == "Constant"
            || kernels::find_tabular(domain, op).is_some()
            || is_function()
        {
            Self::Tabular
        } else if is_tracts(domain, op) {
            Self::Tract
        } else {
            Self::Networks
        }
    }
}

/// Whether only tract has the operator of a node.
pub(crate) fn is_tracts(domain: &str, op: &str) -> bool {
    let domain = if is_default_domain(domain) { "" } else { domain };
    TRACT.contains(&(domain, op))
}
