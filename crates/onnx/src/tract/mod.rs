//! Operators that we have no kernel for, computed by tract: what ONNX Runtime
//! adds for transformers, mostly.
//!
//! tract plans a node for the shapes of its inputs, so a node is planned when it
//! first meets a shape. Where it wants to know values, too, when it plans, they
//! become constants of a plan for one run.

mod node;
mod pb;
mod tensors;

pub(crate) use node::step;
