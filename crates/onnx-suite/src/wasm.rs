//! The face for JavaScript.

use std::collections::HashMap;

use bytes::Bytes;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::{Case, Expected};

/// A loaded model.
#[wasm_bindgen(js_name = Case)]
pub struct JsCase(Case);

#[wasm_bindgen(js_class = Case)]
impl JsCase {
    /// Loads a model; `files` is a list of `[name, bytes]`: its external data.
    ///
    /// # Errors
    /// A text that says why it can't be loaded.
    #[wasm_bindgen(constructor)]
    pub fn load(model: Vec<u8>, files: &Array) -> Result<JsCase, JsValue> {
        let external: HashMap<String, Bytes> = files
            .iter()
            .filter_map(|file| {
                let file: Array = file.dyn_into().ok()?;
                Some((file.get(0).as_string()?, bytes(&file.get(1))))
            })
            .collect();
        Case::load(model.into(), &external).map(JsCase).map_err(|e| JsValue::from_str(&e))
    }

    /// Runs one set of data. `expected` holds bytes for a serialised value and
    /// a text for JSON. Gives why it fails, or nothing.
    pub fn check(&self, inputs: &Array, expected: &Array) -> Option<String> {
        let inputs = inputs.iter().map(|input| bytes(&input)).collect();
        let expected: Vec<Expected> = expected
            .iter()
            .map(|value| match value.as_string() {
                Some(text) => Expected::Json(text),
                None => Expected::Serialized(bytes(&value)),
            })
            .collect();
        self.0.check(inputs, &expected).err()
    }
}

fn bytes(value: &JsValue) -> Bytes {
    Uint8Array::new(value).to_vec().into()
}
