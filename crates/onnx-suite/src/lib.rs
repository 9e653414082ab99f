//! Test cases of the ONNX backend layout: a model, inputs, and the outputs that
//! it has to give.
//!
//! [`check`] runs one case. The program of this package calls it natively, for
//! the inner loop; `cargo xtask onnx-suite` calls it in the wasm build, in V8.

#[cfg(target_arch = "wasm32")]
mod bench;
mod compare;
#[cfg(target_arch = "wasm32")]
mod wasm;

use std::collections::HashMap;

use bytes::Bytes;
use onnx::{Kind, Session, Value};

/// An output that a case expects.
#[derive(Debug, Clone)]
pub enum Expected {
    /// The bytes of `output_N.pb`.
    Serialized(Bytes),
    /// The text of `output_N.json`: a list of maps.
    Json(String),
}

/// A model with what it needs beside it, loaded.
#[derive(Debug)]
pub struct Case(Session);

impl Case {
    /// Loads the model of a case.
    ///
    /// # Errors
    /// Why it can't be loaded.
    pub fn load(model: Bytes, external: &HashMap<String, Bytes>) -> Result<Self, String> {
        Session::load(model, external).map(Self).map_err(|e| format!("does not load: {e}"))
    }

    /// Runs the model on one set of inputs, in the model's order, and compares
    /// its outputs.
    ///
    /// # Errors
    /// Why the case fails, in a line.
    pub fn check(&self, inputs: Vec<Bytes>, expected: &[Expected]) -> Result<(), String> {
        let session = &self.0;
        let mut feeds = Vec::with_capacity(inputs.len());
        for (info, bytes) in session.inputs().iter().zip(inputs) {
            let value = Value::from_serialized(bytes, info.kind)
                .map_err(|e| format!("input '{}' can't be read: {e}", info.name))?;
            feeds.push((info.name.clone(), value));
        }
        let outputs = session.run(feeds).map_err(|e| format!("does not run: {e}"))?;
        if outputs.len() < expected.len() {
            return Err(format!("{} outputs instead of {}", outputs.len(), expected.len()));
        }
        for (info, ((name, value), expected)) in
            session.outputs().iter().zip(outputs.iter().zip(expected))
        {
            let problem = match expected {
                Expected::Json(text) => compare::maps(value, text),
                Expected::Serialized(bytes) => {
                    let kind = if info.kind == Kind::Unknown { Kind::Tensor } else { info.kind };
                    Value::from_serialized(bytes.clone(), kind)
                        .map_err(|e| format!("the expected value can't be read: {e}"))
                        .and_then(|expected| compare::values(value, &expected))
                }
            };
            problem.map_err(|problem| format!("output '{name}': {problem}"))?;
        }
        Ok(())
    }
}
