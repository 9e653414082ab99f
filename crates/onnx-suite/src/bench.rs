//! The face for JavaScript that the benchmark calls: a session, with typed
//! arrays in and typed arrays out, as other engines' interfaces have it.

use std::collections::HashMap;

use bytes::Bytes;
use js_sys::{
    Array, BigInt64Array, BigUint64Array, Float32Array, Float64Array, Int8Array, Int16Array,
    Int32Array, Uint8Array, Uint16Array, Uint32Array,
};
use onnx::{DType, Data, Session, Tensor, Value};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;

/// A loaded model.
#[wasm_bindgen(js_name = Session)]
pub struct JsSession(Session);

#[wasm_bindgen(js_class = Session)]
impl JsSession {
    /// Loads a model; `files` is a list of `[name, bytes]`: its external data.
    ///
    /// # Errors
    /// A text that says why it can't be loaded.
    #[wasm_bindgen(constructor)]
    pub fn load(model: Vec<u8>, files: &Array) -> Result<JsSession, JsValue> {
        let external: HashMap<String, Bytes> = files
            .iter()
            .filter_map(|file| {
                let file: Array = file.dyn_into().ok()?;
                let bytes = Uint8Array::new(&file.get(1)).to_vec();
                Some((file.get(0).as_string()?, bytes.into()))
            })
            .collect();
        Session::load(model, &external).map(Self).map_err(text)
    }

    /// Runs the model on tensors: their names, elements and shapes. Elements
    /// are a typed array, bytes for booleans, an array for texts. Gives
    /// `[name, elements, shape]` for each output.
    ///
    /// # Errors
    /// A text that says why it can't run.
    pub fn run(
        &self,
        names: &Array,
        elements: &Array,
        shapes: &Array,
    ) -> Result<Vec<Array>, JsValue> {
        let mut feeds = Vec::with_capacity(names.length() as usize);
        for (i, name) in names.iter().enumerate() {
            let i = u32::try_from(i).unwrap_or(u32::MAX);
            let name = name.as_string().unwrap_or_default();
            let declared = self.0.inputs().iter().find(|info| info.name == name);
            let dtype = declared.and_then(|info| info.dtype).unwrap_or(DType::F32);
            let tensor = tensor(dtype, &elements.get(i), &shapes.get(i));
            let tensor = tensor.map_err(|problem| text(format!("input '{name}' {problem}")))?;
            feeds.push((name, Value::Tensor(tensor)));
        }
        let outputs = self.0.run(feeds).map_err(text)?;
        outputs
            .into_iter()
            .map(|(name, value)| {
                let Value::Tensor(tensor) = value else {
                    return Err(text(format!("output '{name}' is no tensor")));
                };
                let elements = elements_of(&tensor)
                    .ok_or_else(|| text(format!("output '{name}' has no typed array")))?;
                let shape = tensor.shape().iter().map(|&len| JsValue::from(len));
                Ok(Array::of3(&name.into(), &elements, &shape.collect::<Array>()))
            })
            .collect()
    }
}

fn text(problem: impl ToString) -> JsValue {
    JsValue::from_str(&problem.to_string())
}

fn tensor(dtype: DType, elements: &JsValue, shape: &JsValue) -> Result<Tensor, String> {
    let wrong = || format!("takes {dtype}, not that");
    macro_rules! typed {
        ($array:ty) => {
            elements.dyn_ref::<$array>().ok_or_else(wrong)?.to_vec().into()
        };
    }
    let data: Data = match dtype {
        DType::F32 => typed!(Float32Array),
        DType::F64 => typed!(Float64Array),
        DType::I8 => typed!(Int8Array),
        DType::I16 => typed!(Int16Array),
        DType::I32 => typed!(Int32Array),
        DType::I64 => typed!(BigInt64Array),
        DType::U8 => typed!(Uint8Array),
        DType::U16 => typed!(Uint16Array),
        DType::U32 => typed!(Uint32Array),
        DType::U64 => typed!(BigUint64Array),
        DType::Bool => {
            let bytes = elements.dyn_ref::<Uint8Array>().ok_or_else(wrong)?.to_vec();
            bytes.into_iter().map(|byte| byte != 0).collect::<Vec<_>>().into()
        }
        DType::Str => {
            let texts = elements.dyn_ref::<Array>().ok_or_else(wrong)?;
            let texts: Option<Vec<String>> = texts.iter().map(|text| text.as_string()).collect();
            texts.ok_or_else(wrong)?.into()
        }
        DType::F16 => return Err("is of type float16, which has no typed array".to_owned()),
    };
    let shape = shape.dyn_ref::<Array>().ok_or("needs a shape")?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a length that is none does not fit the elements"
    )]
    let shape = shape.iter().map(|len| len.as_f64().unwrap_or(-1.0) as usize).collect();
    Tensor::new(shape, data).map_err(|e| format!("does not fit: {e}"))
}

fn elements_of(tensor: &Tensor) -> Option<JsValue> {
    Some(match tensor.data() {
        Data::F32(v) => Float32Array::from(v.as_slice()).into(),
        Data::F64(v) => Float64Array::from(v.as_slice()).into(),
        Data::I8(v) => Int8Array::from(v.as_slice()).into(),
        Data::I16(v) => Int16Array::from(v.as_slice()).into(),
        Data::I32(v) => Int32Array::from(v.as_slice()).into(),
        Data::I64(v) => BigInt64Array::from(v.as_slice()).into(),
        Data::U8(v) => Uint8Array::from(v.as_slice()).into(),
        Data::U16(v) => Uint16Array::from(v.as_slice()).into(),
        Data::U32(v) => Uint32Array::from(v.as_slice()).into(),
        Data::U64(v) => BigUint64Array::from(v.as_slice()).into(),
        Data::Bool(v) => {
            let bytes: Vec<u8> = v.iter().map(|&x| u8::from(x)).collect();
            Uint8Array::from(bytes.as_slice()).into()
        }
        Data::Str(v) => v.iter().map(|text| JsValue::from_str(text)).collect::<Array>().into(),
        Data::F16(_) => return None,
    })
}
