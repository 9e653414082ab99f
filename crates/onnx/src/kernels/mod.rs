//! The operators that we compute ourselves.
//!
//! An operator is a [`Build`]: it reads a node's attributes once, when the
//! model loads, refuses what it can't do, and gives a [`Kernel`], which then
//! computes outputs from inputs as often as asked. Kernels are plain functions
//! over slices behind a thin closure that finds those slices.
//!
//! Each file holds a family of operators and ends in `find`, its table. An entry
//! that needs the feature `networks` is of an operator that no converter of
//! tabular models writes: without the feature nothing reaches it, and it is not
//! linked.

#![cfg_attr(not(feature = "networks"), allow(dead_code, reason = "what only networks reach"))]

mod axes;
mod cast;
mod control;
mod elementwise;
mod encode;
mod gather;
mod linear;
mod math;
mod matmul;
#[cfg(feature = "networks")]
mod nn;
mod order;
mod reduce;
mod scale;
mod scores;
#[cfg(feature = "networks")]
mod sequence;
mod shape;
#[cfg(feature = "networks")]
mod signal;
mod svm;
mod text;
mod tree;
mod vectors;

use std::borrow::Cow;
use std::rc::Rc;

use tensor::{DType, Tensor};

use crate::attributes::Attributes;
use crate::fault::Fault;
use crate::limits::Budget;
use crate::program::Program;
use crate::session::ValueInfo;
use crate::value::{Inputs, Value};
pub(crate) use control::is_distances;
pub(crate) use matmul::{RECTIFIES, is_row};

/// Computes a node's outputs.
pub(crate) trait Kernel {
    /// The outputs, in the node's order; as many as it names, at least.
    fn run(&self, inputs: Inputs<'_>) -> Result<Vec<Value>, Fault>;
}

impl<F> Kernel for F
where
    F: Fn(Inputs<'_>) -> Result<Vec<Value>, Fault>,
{
    fn run(&self, inputs: Inputs<'_>) -> Result<Vec<Value>, Fault> {
        self(inputs)
    }
}

/// Prepares a node: reads its attributes, or says why it can't be run.
pub(crate) type Build = fn(&mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault>;

/// What is known of a node when the model loads.
pub(crate) struct Spec<'a> {
    /// The operator's name.
    pub(crate) op: &'a str,
    /// The version of the operator set that the model was made for. What holds
    /// is the newest definition of the operator up to that version.
    pub(crate) version: i64,
    /// The node's attributes.
    pub(crate) attributes: Attributes<'a>,
    /// The inputs whose values are known already; `None` for all others.
    pub(crate) constants: Vec<Option<&'a Tensor>>,
    /// The element types of the inputs, where they are known.
    pub(crate) dtypes: Vec<Option<DType>>,
    /// How many outputs the node names.
    pub(crate) outputs: usize,
    /// What the integers of a constant input stand for when they are multiplied
    /// by this; see [`crate::quantized`].
    pub(crate) scale: Option<&'a Tensor>,
    /// The constant inputs that the kernel has taken in another form, and is
    /// not given when it runs.
    pub(crate) absorbed: Vec<usize>,
    /// The graphs among the attributes (of `If`, `Loop`, `Scan`), by name.
    pub(crate) bodies: Vec<Body>,
}

/// A graph that is an attribute of a node.
pub(crate) struct Body {
    /// The attribute's name.
    pub(crate) name: String,
    /// Takes the graph's own inputs, and then the captured values.
    pub(crate) program: Program,
    /// Which of the node's inputs are the values that the graph uses of those
    /// around it.
    pub(crate) captures: Vec<usize>,
    /// What the graph declares of its own inputs and of its outputs.
    pub(crate) inputs: Vec<ValueInfo>,
    pub(crate) outputs: Vec<ValueInfo>,
    /// Whether it computes the distances of a row to others; see
    /// [`is_distances`].
    pub(crate) is_distances: bool,
    /// What the loops of the model may still do.
    pub(crate) budget: Rc<Budget>,
}

impl Body {
    /// Runs the graph once in a loop: on values for its own inputs, and on the
    /// node's inputs that it captures, which are lent to it.
    pub(crate) fn iterate<'a>(
        &'a self,
        own: impl Iterator<Item = Cow<'a, Value>>,
        inputs: &'a Inputs<'_>,
    ) -> Result<Vec<Value>, Fault> {
        self.budget.spend(self.program.steps.len())?;
        let captured = self.captures.iter().map(|&i| inputs.get(i).map(Cow::Borrowed));
        self.program.run(own.map(Some).chain(captured).collect())
    }
}

impl Spec<'_> {
    /// Takes out the body of this name.
    pub(crate) fn body(&mut self, name: &str) -> Result<Body, Fault> {
        let at = self
            .bodies
            .iter()
            .position(|body| body.name == name)
            .ok_or_else(|| Fault::new(format!("the attribute '{name}' is missing")))?;
        Ok(self.bodies.swap_remove(at))
    }
}

/// Looks an operator up in all families.
macro_rules! families {
    ($(tabular $tabular:ident,)* $(general $general:ident,)*) => {
        /// How to prepare a node of this operator; `None` where we lack it.
        pub(crate) fn find(domain: &str, op: &str) -> Option<Build> {
            $(
                #[cfg(feature = "networks")]
                if let Some(build) = $general::find(domain, op) {
                    return Some(build);
                }
            )*
            find_tabular(domain, op)
        }

        /// The same among the operators of tabular models.
        pub(crate) fn find_tabular(domain: &str, op: &str) -> Option<Build> {
            $(
                if let Some(build) = $tabular::find(domain, op) {
                    return Some(build);
                }
            )*
            None
        }
    };
}

families!(
    tabular tree,
    tabular linear,
    tabular svm,
    tabular scale,
    tabular encode,
    tabular text,
    tabular elementwise,
    tabular cast,
    tabular reduce,
    tabular shape,
    tabular gather,
    tabular matmul,
    tabular control,
    general sequence,
    general nn,
    general signal,
);
