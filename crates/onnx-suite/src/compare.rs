//! Whether a value is the expected one.

use onnx::{Data, Tensor, Value};

/// What 32-bit and 64-bit floats may differ by: relative, then absolute. ONNX's
/// own runner allows this relative difference, and less absolutely; sums in
/// another order need a little around zero.
const FLOAT: (f64, f64) = (1e-3, 1e-5);

/// The same for 16-bit floats, whose own steps are larger.
const HALF: (f64, f64) = (4e-3, 2e-3);

/// Compares a value with the expected one.
pub(crate) fn values(got: &Value, expected: &Value) -> Result<(), String> {
    match (got, expected) {
        (Value::Tensor(got), Value::Tensor(expected)) => tensors(got, expected),
        (Value::Sequence(got), Value::Sequence(expected)) => {
            if got.len() != expected.len() {
                return Err(format!("{} elements instead of {}", got.len(), expected.len()));
            }
            for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
                values(got, expected).map_err(|problem| format!("element {i}: {problem}"))?;
            }
            Ok(())
        }
        (got, expected) if got == expected => Ok(()),
        _ => Err("a value of another kind".into()),
    }
}

fn tensors(got: &Tensor, expected: &Tensor) -> Result<(), String> {
    if got.dtype() != expected.dtype() || got.shape() != expected.shape() {
        return Err(format!(
            "{}{:?} instead of {}{:?}",
            got.dtype(),
            got.shape(),
            expected.dtype(),
            expected.shape()
        ));
    }
    let floats = |limits: (f64, f64), pairs: &mut dyn Iterator<Item = (f64, f64)>| match pairs
        .enumerate()
        .find(|(_, (got, expected))| !close(*got, *expected, limits))
    {
        Some((i, (got, expected))) => Err(format!("{got} instead of {expected} at {i}")),
        None => Ok(()),
    };
    match (got.data(), expected.data()) {
        (Data::F32(g), Data::F32(e)) => {
            floats(FLOAT, &mut g.iter().zip(e).map(|(g, e)| (f64::from(*g), f64::from(*e))))
        }
        (Data::F64(g), Data::F64(e)) => floats(FLOAT, &mut g.iter().zip(e).map(|(g, e)| (*g, *e))),
        (Data::F16(g), Data::F16(e)) => {
            floats(HALF, &mut g.iter().zip(e).map(|(g, e)| (g.to_f64(), e.to_f64())))
        }
        (got, expected) if got == expected => Ok(()),
        (got, expected) => Err(format!("{} instead of {}", brief(got), brief(expected))),
    }
}

fn brief(data: &Data) -> String {
    let mut text = format!("{data:?}");
    if let Some((at, _)) = text.char_indices().nth(80) {
        text.truncate(at);
        text.push('…');
    }
    text
}

fn close(got: f64, expected: f64, (relative, absolute): (f64, f64)) -> bool {
    got == expected
        || (got.is_nan() && expected.is_nan())
        || (got - expected).abs() <= absolute + relative * expected.abs()
}

/// Compares a list of maps with its JSON: `[{"key": number, …}, …]`. Keys that
/// are integers are texts there.
pub(crate) fn maps(got: &Value, text: &str) -> Result<(), String> {
    let expected: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(text).map_err(|e| format!("the expected maps can't be read: {e}"))?;
    let Value::Maps(maps) = got else { return Err("no list of maps".into()) };
    let keys: Vec<String> = match &maps.keys {
        Data::I64(keys) => keys.iter().map(ToString::to_string).collect(),
        Data::Str(keys) => keys.clone(),
        _ => return Err("keys of another type".into()),
    };
    let Data::F32(values) = maps.values.data() else {
        return Err("values that are no 32-bit floats".into());
    };
    let rows: Vec<&[f32]> = values.chunks(keys.len().max(1)).collect();
    if rows.len() != expected.len() {
        return Err(format!("{} maps instead of {}", rows.len(), expected.len()));
    }
    for (i, (row, expected)) in rows.iter().zip(&expected).enumerate() {
        if expected.len() != keys.len() {
            return Err(format!("map {i} has {} keys instead of {}", keys.len(), expected.len()));
        }
        for (key, value) in keys.iter().zip(*row) {
            let wanted = expected.get(key).and_then(serde_json::Value::as_f64);
            let wanted = wanted.ok_or_else(|| format!("map {i} has a key '{key}' too many"))?;
            if !close(f64::from(*value), wanted, FLOAT) {
                return Err(format!("map {i}: {value} instead of {wanted} for '{key}'"));
            }
        }
    }
    Ok(())
}
