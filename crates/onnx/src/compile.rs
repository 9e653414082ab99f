//! From a model's messages to a [`Program`].
//!
//! Names become slots, nodes become steps. Functions and the graphs of control
//! flow become programs of their own, inside the kernel of their node. What is
//! wrong with a graph is found here, when it loads: an operator that we lack, a
//! name that nothing gives, a function that calls itself.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use prost::Message as _;
use tensor::{DType, Tensor};

use crate::attributes::Attributes;
#[cfg(feature = "tract")]
use crate::engine;
use crate::error::{Error, ErrorKind};
use crate::fault::Fault;
use crate::fuse;
use crate::kernels::{self, Body, Kernel, Spec};
use crate::limits::{self, Budget};
use crate::program::{Operand, Program, Slot, Step};
use crate::proto::{
    AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto,
};
use crate::quantized::Quantized;
use crate::session::{self, ValueInfo};
use crate::tensors;
#[cfg(feature = "tract")]
use crate::tract;
use crate::types;
use crate::value::{Inputs, Value};

/// Prepares a model's graph. `inputs` are those that have no initializer.
/// The loops of the program share the budget.
pub(crate) fn compile(
    model: &ModelProto,
    inputs: &[ValueInfo],
    budget: Rc<Budget>,
) -> Result<Program, Error> {
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
    let whole = Whole {
        functions: &model.functions,
        #[cfg(feature = "tract")]
        tract: std::cell::OnceCell::new(),
        nodes: Cell::new(0),
        budget,
        folded: Cell::new(0),
    };
    let context = Context { whole: &whole, opsets: &model.opset_import, bindings: None, depth: 0 };
    let names: Vec<&str> = inputs.iter().map(|i| i.name.as_str()).collect();
    let outputs: Vec<&str> = graph.output.iter().map(|o| o.name.as_str()).collect();
    let source = Source { declared: inputs, ..Source::graph(graph, &names, &outputs) };
    let (program, captured) = context.program(source, &Scope::default())?;
    debug_assert!(captured.is_empty(), "nothing surrounds a model's graph");
    Ok(program)
}

/// So many bytes of an attribute that is copied count as a node.
const BYTES_PER_NODE: usize = 1 << 10;

/// What is the same in all of a model.
struct Whole<'m> {
    functions: &'m [FunctionProto],
    /// What tract knows, once it is asked.
    #[cfg(feature = "tract")]
    tract: std::cell::OnceCell<tract_onnx::Onnx>,
    /// How many nodes have been prepared.
    nodes: Cell<usize>,
    budget: Rc<Budget>,
    /// How many elements of computed constants there are.
    folded: Cell<usize>,
}

impl Whole<'_> {
    /// Counts nodes, or what is like them to whoever prepares the model.
    fn count(&self, nodes: usize) -> Result<(), Error> {
        self.nodes.set(self.nodes.get().saturating_add(nodes));
        if self.nodes.get() <= limits::MAX_NODES {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::TooLarge,
            format!(
                "the model has more than {} nodes, or its functions copy as many attributes",
                limits::MAX_NODES
            ),
        ))
    }

    /// Counts the attributes that a function is given.
    fn count_copies(&self, attributes: &[AttributeProto]) -> Result<(), Error> {
        let weight = |attribute: &AttributeProto| 1 + attribute.encoded_len() / BYTES_PER_NODE;
        self.count(attributes.iter().map(weight).sum())
    }

    /// Whether there is room for these constants, too.
    fn keeps(&self, values: &[Value]) -> bool {
        let len = |value: &Value| value.as_tensor().map_or(0, Tensor::len);
        let all = values.iter().map(len).fold(self.folded.get(), usize::saturating_add);
        let fits = all <= MAX_ALL_FOLDED;
        if fits {
            self.folded.set(all);
        }
        fits
    }
}

/// Where a graph stands.
#[derive(Clone, Copy)]
struct Context<'m, 'c> {
    whole: &'c Whole<'m>,
    opsets: &'c [OperatorSetIdProto],
    /// In a function: what its attributes are in this call.
    bindings: Option<&'c [AttributeProto]>,
    depth: usize,
}

/// A graph, or the body of a function.
struct Source<'s> {
    inputs: &'s [&'s str],
    outputs: &'s [&'s str],
    nodes: &'s [NodeProto],
    graph: Option<&'s GraphProto>,
    /// What is known of the inputs; nothing in a body or a function.
    declared: &'s [ValueInfo],
}

impl<'s> Source<'s> {
    fn graph(graph: &'s GraphProto, inputs: &'s [&'s str], outputs: &'s [&'s str]) -> Self {
        Self { inputs, outputs, nodes: &graph.node, graph: Some(graph), declared: &[] }
    }
}

/// The names around a graph.
#[derive(Default)]
struct Scope<'p> {
    parent: Option<&'p Names<'p>>,
}

/// What a graph's names stand for so far.
struct Names<'p> {
    outer: &'p Scope<'p>,
    known: HashMap<String, Operand>,
}

impl Names<'_> {
    fn is_known(&self, name: &str) -> bool {
        self.known.contains_key(name) || self.outer.parent.is_some_and(|p| p.is_known(name))
    }

    /// A constant of this graph or of one around it.
    fn constant(&self, name: &str) -> Option<Rc<Value>> {
        match self.known.get(name) {
            Some(Operand::Constant(value)) => Some(value.clone()),
            Some(_) => None,
            None => self.outer.parent.and_then(|p| p.constant(name)),
        }
    }
}

/// A node with its names resolved, and nothing decided yet.
pub(crate) struct Resolved<'m> {
    pub(crate) proto: Cow<'m, NodeProto>,
    pub(crate) version: i64,
    pub(crate) inputs: Vec<Operand>,
    /// What a constant of 8-bit integers is multiplied by.
    scale: Option<Rc<Value>>,
    pub(crate) outputs: Vec<Option<Slot>>,
    pub(crate) place: String,
    /// The element types of the inputs, where they are known.
    pub(crate) dtypes: Vec<Option<DType>>,
    runs: Runs,
}

/// What computes a node.
enum Runs {
    /// A function of the model's own.
    Function(Program),
    /// One of our kernels, or tract.
    Operator(Vec<Body>),
}

impl<'m> Context<'m, '_> {
    /// Prepares a graph. Gives, too, the names that it uses of those around it:
    /// the program takes them after its own inputs.
    fn program(
        &self,
        source: Source<'_>,
        scope: &Scope<'_>,
    ) -> Result<(Program, Vec<String>), Error> {
        if self.depth > limits::MAX_DEPTH {
            return Err(invalid(format!(
                "graphs or functions are nested more than {} deep",
                limits::MAX_DEPTH
            )));
        }
        let mut build = Build {
            context: *self,
            names: Names { outer: scope, known: HashMap::new() },
            quantized: HashMap::new(),
            keeps_quantized: cfg!(feature = "networks")
                && !source.nodes.iter().any(|n| n.attribute.iter().any(|a| a.g.is_some())),
            dtypes: HashMap::new(),
            slots: 0,
            inputs: Vec::new(),
            captured: Vec::new(),
        };
        build.initializers(source.graph)?;
        for (index, name) in source.inputs.iter().enumerate() {
            let slot = build.new_slot();
            if let Some(dtype) = source.declared.get(index).and_then(|info| info.dtype) {
                build.dtypes.insert(slot, dtype);
            }
            build.names.known.insert((*name).to_owned(), Operand::Slot { slot, last: false });
            build.inputs.push(slot);
        }
        let mut resolved = Vec::with_capacity(source.nodes.len());
        for (index, node) in source.nodes.iter().enumerate() {
            if let Some(node) = build.node(node, index)? {
                resolved.push(node);
            }
        }
        let mut outputs = Vec::with_capacity(source.outputs.len());
        for name in source.outputs {
            outputs.push(build.operand(name).ok_or_else(|| {
                invalid(format!("no node gives the output '{name}'; the file may be truncated"))
            })?);
        }
        // What no step holds any more goes with the names.
        let Build { slots, mut inputs, captured, names, quantized, .. } = build;
        drop((names, quantized));
        let resolved = fuse::fuse(resolved, &outputs);
        let steps = resolved.into_iter().map(|node| self.step(node)).collect::<Result<_, _>>()?;
        inputs.extend(captured.iter().map(|(_, slot)| *slot));
        let mut program = Program { slots, inputs, steps, outputs };
        program.mark_last_reads();
        Ok((program, captured.into_iter().map(|(name, _)| name).collect()))
    }

    /// Decides what computes a node, and prepares it.
    fn step(&self, node: Resolved<'_>) -> Result<Step, Error> {
        #[cfg(feature = "tract")]
        if matches!(node.runs, Runs::Operator(_))
            && engine::is_tracts(&node.proto.domain, &node.proto.op_type)
        {
            let onnx = self.whole.tract.get_or_init(tract_onnx::onnx);
            let place = node.place.clone();
            return tract::step(onnx, node)
                .map_err(|fault| unsupported(format!("{place}: {fault}")));
        }
        node.into_step()
    }
}

/// A graph on its way to a program.
struct Build<'m, 'c, 'p> {
    context: Context<'m, 'c>,
    names: Names<'p>,
    /// Constants that are not in `names` until somebody wants their floats.
    quantized: HashMap<String, Quantized>,
    /// Whether there are such: not where a graph inside of this one might look
    /// for them.
    keeps_quantized: bool,
    dtypes: HashMap<Slot, DType>,
    slots: usize,
    inputs: Vec<Slot>,
    captured: Vec<(String, Slot)>,
}

impl Build<'_, '_, '_> {
    fn new_slot(&mut self) -> Slot {
        self.slots += 1;
        self.slots - 1
    }

    fn initializers(&mut self, graph: Option<&GraphProto>) -> Result<(), Error> {
        let Some(graph) = graph else { return Ok(()) };
        let dense = graph.initializer.iter().map(|t| (&t.name, tensors::decode(t)));
        let sparse = graph.sparse_initializer.iter().filter_map(|sparse| {
            let name = &sparse.values.as_ref()?.name;
            Some((name, tensors::decode_sparse(sparse)))
        });
        for (name, tensor) in dense.chain(sparse) {
            let tensor = tensor.map_err(|fault| unsupported(fault.to_string()))?;
            let value = Rc::new(Value::Tensor(tensor));
            self.names.known.insert(name.clone(), Operand::Constant(value));
        }
        Ok(())
    }

    /// What a name stands for; one that is known around this graph only is
    /// captured.
    fn operand(&mut self, name: &str) -> Option<Operand> {
        if let Some(operand) = self.names.known.get(name) {
            return Some(operand.clone());
        }
        if let Some(floats) = self.quantized.get(name).and_then(Quantized::floats) {
            let operand = Operand::Constant(Rc::new(floats));
            self.names.known.insert(name.to_owned(), operand.clone());
            return Some(operand);
        }
        let operand = if let Some(value) = self.names.constant(name) {
            Operand::Constant(value)
        } else if self.names.is_known(name) {
            let slot = self.new_slot();
            self.captured.push((name.to_owned(), slot));
            Operand::Slot { slot, last: false }
        } else {
            return None;
        };
        self.names.known.insert(name.to_owned(), operand.clone());
        Some(operand)
    }

    /// Whether a node makes floats of a large constant of 8-bit integers, which
    /// is kept as it is.
    fn is_quantized(&mut self, node: &NodeProto) -> bool {
        let [output] = node.output.as_slice() else { return false };
        if !self.keeps_quantized
            || !is_default_domain(&node.domain)
            || !matches!(node.op_type.as_str(), "Cast" | "Mul" | "DequantizeLinear")
        {
            return false;
        }
        let known = |name: &String| self.names.known.get(name).cloned().unwrap_or(Operand::Absent);
        let inputs: Vec<Operand> = node.input.iter().map(known).collect();
        let quantized: Vec<_> = node.input.iter().map(|name| self.quantized.get(name)).collect();
        let Some(made) = Quantized::of(node, &inputs, &quantized) else { return false };
        self.quantized.insert(output.clone(), made);
        true
    }

    /// Resolves a node; `None` for one whose values are known already.
    fn node<'n>(
        &mut self,
        node: &'n NodeProto,
        index: usize,
    ) -> Result<Option<Resolved<'n>>, Error> {
        self.context.whole.count(1)?;
        let node = self.bound(node);
        if let Cow::Owned(node) = &node {
            self.context.whole.count_copies(&node.attribute)?;
        }
        let version = self.version(&node);
        let place = place(&node, version, index);

        if self.is_quantized(&node) {
            return Ok(None);
        }
        let mut inputs = Vec::with_capacity(node.input.len());
        let mut scale = None;
        for (index, name) in node.input.iter().enumerate() {
            inputs.push(if name.is_empty() {
                Operand::Absent
            } else if let Some(known) = self.quantized.get(name).filter(|q| q.fits(&node, index)) {
                scale.clone_from(&known.scale);
                Operand::Constant(known.values.clone())
            } else {
                self.operand(name).ok_or_else(|| {
                    invalid(format!("{place} takes '{name}', which nothing before it gives"))
                })?
            });
        }
        if is_default_domain(&node.domain) && node.op_type == "Constant" {
            let value =
                constant(&node).map_err(|fault| unsupported(format!("{place}: {fault}")))?;
            if let Some(name) = node.output.first() {
                self.names.known.insert(name.clone(), Operand::Constant(Rc::new(value)));
            }
            return Ok(None);
        }
        let runs = if let Some(function) = self.function(&node) {
            Runs::Function(self.call(function, &node, &place)?)
        } else {
            let has_graph = node.attribute.iter().any(|a| a.g.is_some());
            if !has_graph
                && scale.is_none()
                && let Some(values) = folded(&node, version, &inputs)
                && self.context.whole.keeps(&values)
            {
                for (name, value) in node.output.iter().zip(values) {
                    self.names.known.insert(name.clone(), Operand::Constant(Rc::new(value)));
                }
                return Ok(None);
            }
            Runs::Operator(self.bodies(&node, &mut inputs)?)
        };
        let dtypes: Vec<Option<DType>> = inputs
            .iter()
            .map(|operand| match operand {
                Operand::Slot { slot, .. } => self.dtypes.get(slot).copied(),
                operand => constant_tensor(operand).map(Tensor::dtype),
            })
            .collect();
        let known = if scale.is_some() {
            vec![Some(DType::F32)]
        } else if matches!(runs, Runs::Operator(_)) {
            types::outputs(&node, &dtypes)
        } else {
            Vec::new()
        };
        let mut outputs = Vec::with_capacity(node.output.len());
        for (index, name) in node.output.iter().enumerate() {
            if name.is_empty() {
                outputs.push(None);
                continue;
            }
            let slot = self.new_slot();
            if let Some(dtype) = known.get(index).copied().flatten() {
                self.dtypes.insert(slot, dtype);
            }
            self.names.known.insert(name.clone(), Operand::Slot { slot, last: false });
            outputs.push(Some(slot));
        }
        Ok(Some(Resolved { proto: node, version, inputs, scale, outputs, place, dtypes, runs }))
    }

    /// The node with the attributes that refer to a function's replaced by what
    /// they are in this call; those that the call leaves out are left out.
    fn bound<'n>(&self, node: &'n NodeProto) -> Cow<'n, NodeProto> {
        let refers = node.attribute.iter().any(|a| !a.ref_attr_name.is_empty());
        let Some(bindings) = self.context.bindings.filter(|_| refers) else {
            return Cow::Borrowed(node);
        };
        let mut node = node.clone();
        node.attribute = node
            .attribute
            .into_iter()
            .filter_map(|attribute| {
                if attribute.ref_attr_name.is_empty() {
                    return Some(attribute);
                }
                let bound = bindings.iter().find(|b| b.name == attribute.ref_attr_name)?;
                Some(AttributeProto { name: attribute.name, ..bound.clone() })
            })
            .collect();
        Cow::Owned(node)
    }

    fn version(&self, node: &NodeProto) -> i64 {
        let same = |domain: &str| {
            domain == node.domain || (is_default_domain(domain) && is_default_domain(&node.domain))
        };
        self.context.opsets.iter().find(|set| same(&set.domain)).map_or(0, |set| set.version)
    }

    fn function(&self, node: &NodeProto) -> Option<&'_ FunctionProto> {
        self.context.whole.functions.iter().find(|f| {
            f.name == node.op_type && f.domain == node.domain && f.overload == node.overload
        })
    }

    /// Prepares a function for one call of it.
    fn call(
        &self,
        function: &FunctionProto,
        node: &NodeProto,
        place: &str,
    ) -> Result<Program, Error> {
        let given = |name: &str| node.attribute.iter().any(|a| a.name == name);
        let defaults = function.attribute_proto.iter().filter(|a| !given(&a.name));
        let bindings: Vec<AttributeProto> =
            node.attribute.iter().chain(defaults).cloned().collect();
        self.context.whole.count_copies(&bindings)?;
        let context = Context {
            whole: self.context.whole,
            opsets: &function.opset_import,
            bindings: Some(&bindings),
            depth: self.context.depth + 1,
        };
        let inputs: Vec<&str> = function.input.iter().map(String::as_str).collect();
        let outputs: Vec<&str> = function.output.iter().map(String::as_str).collect();
        let source = Source {
            inputs: &inputs,
            outputs: &outputs,
            nodes: &function.node,
            graph: None,
            declared: &[],
        };
        let (program, _) = context
            .program(source, &Scope::default())
            .map_err(|e| Error::new(e.kind(), format!("{place}: {e}")))?;
        Ok(program)
    }

    /// Prepares a node's graphs. What they use of the graph around them becomes
    /// inputs of the node, after its own.
    fn bodies(
        &mut self,
        node: &NodeProto,
        operands: &mut Vec<Operand>,
    ) -> Result<Vec<Body>, Error> {
        let mut bodies = Vec::new();
        for attribute in &node.attribute {
            let Some(graph) = &attribute.g else { continue };
            let inputs: Vec<&str> = session::open_inputs(graph).map(|i| i.name.as_str()).collect();
            let outputs: Vec<&str> = graph.output.iter().map(|o| o.name.as_str()).collect();
            let context = Context { depth: self.context.depth + 1, ..self.context };
            let (program, captured) = context.program(
                Source::graph(graph, &inputs, &outputs),
                &Scope { parent: Some(&self.names) },
            )?;
            let mut captures = Vec::with_capacity(captured.len());
            for name in captured {
                captures.push(operands.len());
                operands.push(self.operand(&name).ok_or_else(|| {
                    invalid(format!("a graph uses '{name}', which nothing gives"))
                })?);
            }
            bodies.push(Body {
                name: attribute.name.clone(),
                program,
                captures,
                inputs: session::open_inputs(graph).map(session::value_info).collect(),
                outputs: graph.output.iter().map(session::value_info).collect(),
                is_distances: kernels::is_distances(graph),
                budget: self.context.whole.budget.clone(),
            });
        }
        Ok(bodies)
    }
}

impl Resolved<'_> {
    /// Whether this is an operator, and neither a function nor control flow.
    pub(crate) fn is_operator(&self) -> bool {
        matches!(&self.runs, Runs::Operator(bodies) if bodies.is_empty())
    }

    /// Prepares the node to be computed by us.
    pub(crate) fn into_step(self) -> Result<Step, Error> {
        let Self { proto, version, mut inputs, scale, outputs, place, dtypes, runs } = self;
        let kernel: Box<dyn Kernel> = match runs {
            Runs::Function(program) => Box::new(move |inputs: Inputs<'_>| call(&program, inputs)),
            Runs::Operator(bodies) => {
                if kernels::find(&proto.domain, &proto.op_type).is_none() {
                    return Err(unsupported(format!("{place}: the operator is not supported")));
                }
                let (kernel, absorbed) = kernel(
                    &proto,
                    version,
                    (&inputs, scale.as_deref()),
                    dtypes,
                    outputs.len(),
                    bodies,
                )
                .map_err(|fault| unsupported(format!("{place}: {fault}")))?;
                for input in absorbed {
                    if let Some(operand) = inputs.get_mut(input) {
                        *operand = Operand::Absent;
                    }
                }
                kernel
            }
        };
        Ok(Step { kernel, inputs, outputs, place })
    }
}

/// Prepares a kernel of ours for a node. Says, too, which constant inputs it
/// has no more need of.
fn kernel(
    node: &NodeProto,
    version: i64,
    (inputs, scale): (&[Operand], Option<&Value>),
    dtypes: Vec<Option<DType>>,
    outputs: usize,
    bodies: Vec<Body>,
) -> Result<(Box<dyn Kernel>, Vec<usize>), Fault> {
    let build = kernels::find(&node.domain, &node.op_type)
        .ok_or_else(|| Fault::new("the operator is not supported"))?;
    let mut spec = Spec {
        op: &node.op_type,
        version,
        attributes: Attributes(&node.attribute),
        constants: inputs.iter().map(constant_tensor).collect(),
        dtypes,
        outputs,
        scale: scale.and_then(Value::as_tensor),
        absorbed: Vec::new(),
        bodies,
    };
    let kernel = build(&mut spec)?;
    Ok((kernel, spec.absorbed))
}

/// The largest constant that may be computed when a model loads, unless what it
/// is computed from is larger, in elements.
const MAX_FOLDED: usize = 1 << 22;

/// The most elements of all of them.
const MAX_ALL_FOLDED: usize = 1 << 26;

/// The values of a node that takes constants only: computed once. `None` where
/// that can't be; whoever runs the graph finds out why.
fn folded(node: &NodeProto, version: i64, inputs: &[Operand]) -> Option<Vec<Value>> {
    let is_random = node.op_type.starts_with("Random")
        || matches!(node.op_type.as_str(), "Bernoulli" | "Dropout" | "Multinomial");
    if is_random || inputs.is_empty() || !is_default_domain(&node.domain) {
        return None;
    }
    let mut values = Vec::with_capacity(inputs.len());
    let mut largest = MAX_FOLDED;
    for operand in inputs {
        values.push(match operand {
            Operand::Absent => None,
            Operand::Slot { .. } => return None,
            Operand::Constant(value) => {
                largest = largest.max(value.as_tensor().map_or(0, Tensor::len));
                Some(Cow::Borrowed(value.as_ref()))
            }
        });
    }
    let dtypes = inputs.iter().map(|i| constant_tensor(i).map(Tensor::dtype)).collect();
    let (kernel, _) =
        kernel(node, version, (inputs, None), dtypes, node.output.len(), Vec::new()).ok()?;
    let values = kernel.run(Inputs(values)).ok()?;
    let fits = |value: &Value| value.as_tensor().is_some_and(|tensor| tensor.len() <= largest);
    (values.len() >= node.output.len() && values.iter().all(fits)).then_some(values)
}

/// Runs a function; a call may leave out inputs at the end.
fn call(program: &Program, inputs: Inputs<'_>) -> Result<Vec<Value>, Fault> {
    let mut values = inputs.0;
    values.resize_with(program.inputs.len(), || None);
    program.run(values)
}

pub(crate) fn constant_tensor(operand: &Operand) -> Option<&Tensor> {
    match operand {
        Operand::Constant(value) => value.as_tensor(),
        Operand::Absent | Operand::Slot { .. } => None,
    }
}

/// Whether a domain is ONNX's own.
pub(crate) fn is_default_domain(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx")
}

/// The value of a `Constant` node.
fn constant(node: &NodeProto) -> Result<Value, Fault> {
    let attributes = Attributes(&node.attribute);
    let Some(attribute) = node.attribute.first() else {
        return Err(Fault::new("the constant has no value"));
    };
    let tensor = match attribute.name.as_str() {
        "value" => attributes.tensor("value")?,
        "value_float" => Some(Tensor::scalar(attribute.f)),
        "value_floats" => Some(Tensor::vector(attribute.floats.clone())),
        "value_int" => Some(Tensor::scalar(attribute.i)),
        "value_ints" => Some(Tensor::vector(attribute.ints.clone())),
        "value_string" => attributes.str("value_string")?.map(|s| Tensor::scalar(s.to_owned())),
        "value_strings" => Some(Tensor::vector(attributes.strings("value_strings")?)),
        "sparse_value" => {
            attribute.sparse_tensor.as_ref().map(tensors::decode_sparse).transpose()?
        }
        other => return Err(Fault::new(format!("'{other}' is no kind of constant"))),
    };
    tensor.map(Value::Tensor).ok_or_else(|| Fault::new("the constant has no value"))
}

/// The operator with its domain and version, and which node it is.
fn place(node: &NodeProto, version: i64, index: usize) -> String {
    let domain = if node.domain.is_empty() { "ai.onnx" } else { &node.domain };
    let name = if node.name.is_empty() {
        node.output.first().map(String::as_str).unwrap_or_default()
    } else {
        &node.name
    };
    let node_name = if name.is_empty() { index.to_string() } else { format!("'{name}'") };
    format!("operator {domain}.{} (version {version}) in node {node_name}", node.op_type)
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidModel, message)
}

fn unsupported(message: String) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}
