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

    /// The names of the inputs, in order.
    #[wasm_bindgen(getter, js_name = inputNames)]
    #[must_use]
    pub fn input_names(&self) -> Vec<String> {
        self.0.inputs().iter().map(|info| info.name.clone()).collect()
    }

    /// The names of the outputs, in order.
    #[wasm_bindgen(getter, js_name = outputNames)]
    #[must_use]
    pub fn output_names(&self) -> Vec<String> {
        self.0.outputs().iter().map(|info| info.name.clone()).collect()
    }

    /// Runs the model on tensors in the order of its inputs: their elements,
    /// and for all of them one after another the rank and the lengths. Elements
    /// are a typed array, bytes for booleans, an array for texts. Gives the
    /// elements and the shape of each output in turn.
    ///
    /// # Errors
    /// A text that says why it can't run.
    pub fn run(&self, elements: &Array, shapes: &[u32]) -> Result<Array, JsValue> {
        let mut values = Vec::with_capacity(self.0.inputs().len());
        let mut shapes = shapes.iter().map(|&len| len as usize);
        for (info, elements) in self.0.inputs().iter().zip(elements.iter()) {
            let rank = shapes.next().ok_or_else(|| text("a shape is missing"))?;
            let shape = shapes.by_ref().take(rank).collect();
            let tensor = tensor(info.dtype.unwrap_or(DType::F32), &elements, shape);
            let tensor =
                tensor.map_err(|problem| text(format!("input '{}' {problem}", info.name)))?;
            values.push(Value::Tensor(tensor));
        }
        let ran = Array::new();
        for (info, value) in self.0.outputs().iter().zip(self.0.run_in_order(values).map_err(text)?)
        {
            let Value::Tensor(tensor) = value else {
                return Err(text(format!("output '{}' is no tensor", info.name)));
            };
            let elements = elements_of(&tensor)
                .ok_or_else(|| text(format!("output '{}' has no typed array", info.name)))?;
            let shape: Vec<u32> =
                tensor.shape().iter().map(|&len| u32::try_from(len).unwrap_or(u32::MAX)).collect();
            ran.push(&elements);
            ran.push(&Uint32Array::from(shape.as_slice()));
        }
        Ok(ran)
    }
}

fn text(problem: impl ToString) -> JsValue {
    JsValue::from_str(&problem.to_string())
}

fn tensor(dtype: DType, elements: &JsValue, shape: Vec<usize>) -> Result<Tensor, String> {
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
            texts(elements.dyn_ref::<Array>().ok_or_else(wrong)?).ok_or_else(wrong)?.into()
        }
        DType::F16 => return Err("is of type float16, which has no typed array".to_owned()),
    };
    Tensor::new(shape, data).map_err(|e| format!("does not fit: {e}"))
}

/// The texts of an array: crossed over as one, unless one of them holds what stands
/// between them.
fn texts(array: &Array) -> Option<Vec<String>> {
    const BETWEEN: char = '\0';
    let joined = String::from(array.join(BETWEEN.encode_utf8(&mut [0; 4])));
    let texts: Vec<String> = joined.split(BETWEEN).map(str::to_owned).collect();
    if texts.len() == array.length() as usize {
        return Some(texts);
    }
    array.iter().map(|text| text.as_string()).collect()
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
