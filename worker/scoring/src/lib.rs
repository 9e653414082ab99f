//! The scoring modules: `crates/scoring` and the ONNX session behind a
//! wasm-bindgen face, for the edge and for the page alike.
//!
//! Built twice: `scoring` runs any model, `tabular` (without the feature
//! `networks`) is a tenth of its size and runs tabular models.
//! A host loads `tabular` first, and `scoring` when a model requires it
//! ([`Requirements`]).
//!
//! The host brings files and bytes; nothing here fetches or waits. Errors are
//! JavaScript `Error`s whose message is the one that a user should read.

use std::alloc::System;
use std::collections::HashMap;

use bytes::Bytes;
use cap::Cap;
use js_sys::Uint8Array;
use mlmodel::MlModel;
use scoring::{Dialect, Options, Request};
use serde::Serialize as _;
use wasm_bindgen::prelude::*;

/// Counts what is allocated, so that a host can bound it.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Lets the module allocate so many bytes at most, and trap beyond
/// that. Without a call there is no limit.
#[wasm_bindgen(js_name = limitMemory)]
pub fn limit_memory(bytes: usize) {
    // A limit below what is in use is none; then the next one counts.
    ALLOCATOR.set_limit(bytes).ok();
}

/// The bytes that are allocated now.
#[wasm_bindgen(js_name = allocatedBytes)]
#[must_use]
pub fn allocated_bytes() -> usize {
    ALLOCATOR.allocated()
}

/// The path of the ONNX file that an `MLmodel` names, relative to its folder.
#[wasm_bindgen(js_name = modelFile)]
pub fn model_file(mlmodel: &[u8]) -> Result<String, JsError> {
    let mlmodel = MlModel::parse(mlmodel)?;
    Ok(mlmodel.onnx_flavor()?.data.clone())
}

/// What a model needs before it can load.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Requirements(onnx::Requirements);

#[wasm_bindgen]
impl Requirements {
    /// Reads an ONNX file.
    #[wasm_bindgen(constructor)]
    pub fn new(model: Vec<u8>) -> Result<Requirements, JsError> {
        Ok(Self(onnx::requirements(model)?))
    }

    /// The files of external data, relative to the ONNX file's folder.
    #[wasm_bindgen(getter, js_name = externalFiles)]
    #[must_use]
    pub fn external_files(&self) -> Vec<String> {
        self.0.external_files.clone()
    }

    /// Whether the module `tabular` can't run it, and `scoring` is needed.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn networks(&self) -> bool {
        self.0.engine > onnx::Engine::Tabular
    }
}

/// The answer to a request whose body is longer than `limit` bytes, none of
/// which has to be read for it.
#[wasm_bindgen(js_name = bodyTooLarge)]
#[must_use]
pub fn body_too_large(limit: usize) -> Answer {
    Answer(scoring::body_too_large(limit))
}

/// A file on its way into the module, chunk by chunk.
#[wasm_bindgen]
#[derive(Debug)]
pub struct File(Vec<u8>);

#[wasm_bindgen]
impl File {
    /// An empty file, with room for so many bytes.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(length: usize) -> File {
        Self(Vec::with_capacity(length))
    }

    /// Appends a chunk.
    pub fn push(&mut self, chunk: &Uint8Array) {
        let start = self.0.len();
        self.0.resize(start + chunk.length() as usize, 0);
        if let Some(end) = self.0.get_mut(start..) {
            chunk.copy_to(end);
        }
    }
}

/// A loaded model.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Model(scoring::Model);

#[wasm_bindgen]
impl Model {
    /// Loads a model: its `MLmodel`, its ONNX file, and the names and contents
    /// of the files of external data. Unless `strict`, predictions are written
    /// as MLflow writes them ([`Dialect`]).
    #[wasm_bindgen(constructor)]
    pub fn new(
        mlmodel: &[u8],
        model: Vec<u8>,
        names: Vec<String>,
        files: Vec<File>,
        strict: bool,
    ) -> Result<Model, JsError> {
        let files = files.into_iter().map(|file| Bytes::from(file.0));
        let external: HashMap<String, Bytes> = names.into_iter().zip(files).collect();
        let dialect = if strict { Dialect::Strict } else { Dialect::Mlflow };
        // The host bounds bodies before it hands them over.
        let options = Options { body_limit: usize::MAX, dialect, ..Options::default() };
        Ok(Self(scoring::Model::load(mlmodel, model, &external, options)?))
    }

    /// What the model is, as a plain object: inputs, outputs, signature.
    pub fn describe(&self) -> Result<JsValue, JsError> {
        let serializer = serde_wasm_bindgen::Serializer::json_compatible();
        Ok(self.0.describe().serialize(&serializer)?)
    }

    /// Answers a request of the scoring protocol.
    #[must_use]
    pub fn handle(
        &self,
        method: &str,
        path: &str,
        content_type: Option<String>,
        accept: Option<String>,
        body: &[u8],
    ) -> Answer {
        let (content_type, accept) = (content_type.as_deref(), accept.as_deref());
        Answer(self.0.handle(&Request { method, path, content_type, accept, body }))
    }
}

/// An answer of the scoring protocol. Not `Response`: the generated JavaScript
/// would shadow the browser's.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Answer(scoring::Response);

#[wasm_bindgen]
impl Answer {
    /// The HTTP status.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// The header `content-type`.
    #[wasm_bindgen(getter, js_name = contentType)]
    #[must_use]
    pub fn content_type(&self) -> String {
        self.0.content_type.to_owned()
    }

    /// The header `allow`, where the method was wrong.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn allow(&self) -> Option<String> {
        self.0.allow.map(str::to_owned)
    }

    /// The body; the answer is used up by it.
    #[wasm_bindgen(js_name = takeBody)]
    #[must_use]
    pub fn take_body(self) -> Vec<u8> {
        self.0.body
    }
}
