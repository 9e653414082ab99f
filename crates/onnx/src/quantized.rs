//! Large constants that a model keeps as 8-bit integers and a scale, and makes
//! floats of with `Cast` and `Mul`, or with `DequantizeLinear`. As floats they
//! would take four times the memory: kernels that can take the integers get
//! them, and for all others the floats are computed.

use std::rc::Rc;

use tensor::{Data, Tensor};

use crate::attributes::Attributes;
use crate::compile::is_default_domain;
use crate::program::Operand;
use crate::proto::NodeProto;
use crate::value::Value;

/// Smaller constants are floats.
const LARGE: usize = 1 << 16;

/// ONNX's number of 32-bit floats.
const FLOAT: i64 = 1;

/// A matrix of 8-bit integers, and what they are multiplied by: a number for
/// each row, or for each column, or one for all.
#[derive(Clone)]
pub(crate) struct Quantized {
    pub(crate) values: Rc<Value>,
    /// A tensor of shape `[rows, 1]` or `[1, columns]`; `None` is 1.
    pub(crate) scale: Option<Rc<Value>>,
}

impl Quantized {
    /// What a node makes of its constants, where that is such a matrix.
    /// `quantized` are the inputs that are one already.
    pub(crate) fn of(
        node: &NodeProto,
        inputs: &[Operand],
        quantized: &[Option<&Quantized>],
    ) -> Option<Self> {
        let attributes = Attributes(&node.attribute);
        match (node.op_type.as_str(), inputs, quantized) {
            ("Cast", [Operand::Constant(values)], _) => {
                matrix(values)?;
                let is_float = attributes.maybe_int("to") == Some(FLOAT);
                is_float.then(|| Self { values: values.clone(), scale: None })
            }
            ("Mul", [_, Operand::Constant(scale)], [Some(cast), _])
            | ("Mul", [Operand::Constant(scale), _], [_, Some(cast)])
                if cast.scale.is_none() =>
            {
                let (rows, columns) = matrix(&cast.values)?;
                let scale = scale.as_tensor()?;
                let shape = match *scale.shape() {
                    [] | [1] | [1, 1] => vec![1, 1],
                    [n] | [1, n] if n == columns => vec![1, columns],
                    [n, 1] if n == rows => vec![rows, 1],
                    _ => return None,
                };
                Self::new(&cast.values, scale, shape)
            }
            (
                "DequantizeLinear",
                [Operand::Constant(values), Operand::Constant(scale), zero @ ..],
                _,
            ) => {
                let (rows, columns) = matrix(values)?;
                let is_plain = match zero {
                    [] | [Operand::Absent] => true,
                    [Operand::Constant(zero)] => is_zero(zero.as_tensor()?),
                    _ => false,
                };
                if !is_plain || attributes.int("block_size", 0) != 0 {
                    return None;
                }
                let scale = scale.as_tensor()?;
                let shape = match (scale.shape(), attributes.int("axis", 1)) {
                    ([] | [1], _) => vec![1, 1],
                    ([n], 1 | -1) if *n == columns => vec![1, columns],
                    ([n], 0 | -2) if *n == rows => vec![rows, 1],
                    _ => return None,
                };
                Self::new(values, scale, shape)
            }
            _ => None,
        }
    }

    fn new(values: &Rc<Value>, scale: &Tensor, shape: Vec<usize>) -> Option<Self> {
        let factors: Vec<f32> = scale.as_slice()?.to_vec();
        let scale = Rc::new(Value::Tensor(Tensor::new(shape, factors).ok()?));
        Some(Self { values: values.clone(), scale: Some(scale) })
    }

    /// Whether a node can have the integers as its input of this number, and
    /// the scale besides.
    pub(crate) fn fits(&self, node: &NodeProto, input: usize) -> bool {
        let scale = self.scale.as_deref().and_then(Value::as_tensor).map(Tensor::shape);
        let is_default = is_default_domain(&node.domain);
        match (node.op_type.as_str(), input, scale) {
            ("MatMul", 1, Some([1, _])) => is_default,
            ("Gather", 0, Some(_)) => is_default && Attributes(&node.attribute).int("axis", 0) == 0,
            _ => false,
        }
    }

    /// The floats.
    pub(crate) fn floats(&self) -> Option<Value> {
        let tensor = self.values.as_tensor()?;
        let (rows, columns) = matrix(&self.values)?;
        let mut floats: Vec<f32> = tensor.as_slice::<i8>()?.iter().map(|&x| f32::from(x)).collect();
        if let Some(scale) = self.scale.as_deref().and_then(Value::as_tensor) {
            scaled(&mut floats, columns, scale);
        }
        Tensor::new(vec![rows, columns], floats).ok().map(Value::Tensor)
    }
}

/// Multiplies rows of so many columns by a scale: one number for all, one for
/// each row, or one for each column.
pub(crate) fn scaled(rows: &mut [f32], columns: usize, scale: &Tensor) {
    let factors = scale.as_slice::<f32>().unwrap_or_default();
    let rows = rows.chunks_exact_mut(columns.max(1));
    match (factors, scale.shape()) {
        (&[factor], _) => rows.flatten().for_each(|x| *x *= factor),
        (factors, [_, 1]) => {
            for (row, &factor) in rows.zip(factors) {
                row.iter_mut().for_each(|x| *x *= factor);
            }
        }
        (factors, _) => {
            for row in rows {
                row.iter_mut().zip(factors).for_each(|(x, factor)| *x *= factor);
            }
        }
    }
}

/// The size of a large matrix of 8-bit integers.
fn matrix(value: &Value) -> Option<(usize, usize)> {
    let tensor = value.as_tensor()?;
    match (tensor.data(), tensor.shape()) {
        (Data::I8(v), [rows, columns]) if v.len() > LARGE => Some((*rows, *columns)),
        _ => None,
    }
}

fn is_zero(zero: &Tensor) -> bool {
    zero.as_slice::<i8>().is_some_and(|zeros| zeros.iter().all(|zero| *zero == 0))
}

#[cfg(test)]
#[cfg(feature = "networks")]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::proto::{
        AttributeProto, GraphProto, ModelProto, OperatorSetIdProto, TensorProto, ValueInfoProto,
    };
    use crate::{NoExternalData, Session};

    const ROWS: usize = 300;
    const COLUMNS: usize = 301;

    fn node(op: &str, input: &[&str], output: &str, ints: &[(&str, i64)]) -> NodeProto {
        let attribute = |&(name, i): &(&str, i64)| AttributeProto {
            name: name.into(),
            i,
            r#type: 2,
            ..AttributeProto::default()
        };
        NodeProto {
            op_type: op.into(),
            input: input.iter().map(|s| (*s).to_owned()).collect(),
            output: vec![output.to_owned()],
            attribute: ints.iter().map(attribute).collect(),
            ..NodeProto::default()
        }
    }

    fn initializer(name: &str, dims: &[usize], data_type: i32, raw: Vec<u8>) -> TensorProto {
        TensorProto {
            name: name.into(),
            dims: dims.iter().map(|&d| i64::try_from(d).unwrap()).collect(),
            data_type,
            raw_data: raw.into(),
            ..TensorProto::default()
        }
    }

    fn number(row: usize, column: usize) -> i8 {
        ((row * 31 + column * 17) % 255) as u8 as i8
    }

    fn factor(i: usize) -> f32 {
        0.01 + i as f32 * 1e-4
    }

    /// What a node gives that takes `w`, of which `nodes` make floats.
    fn run(mut nodes: Vec<NodeProto>, scale: &[usize], last: NodeProto, feed: Tensor) -> Tensor {
        nodes.push(last);
        let value = |name: &str| ValueInfoProto { name: name.into(), ..ValueInfoProto::default() };
        let numbers =
            (0..ROWS * COLUMNS).map(|i| number(i / COLUMNS, i % COLUMNS).cast_unsigned()).collect();
        let factors = (0..scale.iter().product()).flat_map(|i| factor(i).to_le_bytes()).collect();
        let model = ModelProto {
            graph: Some(GraphProto {
                node: nodes,
                initializer: vec![
                    initializer("q", &[ROWS, COLUMNS], 3, numbers),
                    initializer("s", scale, 1, factors),
                ],
                input: vec![value("x")],
                output: vec![value("y")],
                ..GraphProto::default()
            }),
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 21 }],
            functions: Vec::new(),
        };
        let session = Session::load(model.encode_to_vec(), &NoExternalData).unwrap();
        let mut outputs = session.run(vec![("x".into(), Value::Tensor(feed))]).unwrap();
        outputs.remove(0).1.into_tensor().unwrap()
    }

    /// What the integer at a place is multiplied by.
    type Scale<'a> = &'a dyn Fn(usize, usize) -> f32;

    fn cast_and_mul() -> Vec<NodeProto> {
        vec![node("Cast", &["q"], "f", &[("to", 1)]), node("Mul", &["f", "s"], "w", &[])]
    }

    fn dequantize(axis: i64) -> Vec<NodeProto> {
        vec![node("DequantizeLinear", &["q", "s"], "w", &[("axis", axis)])]
    }

    #[test]
    fn what_kernels_take_and_what_floats_are_made_of_is_the_same() {
        let by_row = |r: usize, _: usize| factor(r);
        let by_column = |_: usize, c: usize| factor(c);
        let for_all = |_: usize, _: usize| factor(0);
        let cases: [(Vec<NodeProto>, &[usize], Scale<'_>); 7] = [
            (cast_and_mul(), &[1, COLUMNS], &by_column),
            (cast_and_mul(), &[COLUMNS], &by_column),
            (cast_and_mul(), &[ROWS, 1], &by_row),
            (cast_and_mul(), &[], &for_all),
            (dequantize(1), &[COLUMNS], &by_column),
            (dequantize(0), &[ROWS], &by_row),
            (dequantize(1), &[], &for_all),
        ];
        for (nodes, shape, scale) in cases {
            let weight = |r: usize, c: usize| f64::from(number(r, c)) * f64::from(scale(r, c));
            let left = |m: usize, r: usize| ((m * 7 + r * 3) % 11) as f32 - 5.0;
            for m in [1, 3, 9] {
                let x: Vec<f32> = (0..m * ROWS).map(|i| left(i / ROWS, i % ROWS)).collect();
                let x = Tensor::new(vec![m, ROWS], x).unwrap();
                let y = run(nodes.clone(), shape, node("MatMul", &["x", "w"], "y", &[]), x);
                assert_eq!(y.shape(), [m, COLUMNS]);
                for (i, &y) in y.as_slice::<f32>().unwrap().iter().enumerate() {
                    let (m, c) = (i / COLUMNS, i % COLUMNS);
                    let sum: f64 = (0..ROWS).map(|r| f64::from(left(m, r)) * weight(r, c)).sum();
                    assert!((f64::from(y) - sum).abs() < 0.02, "{shape:?} {m} {c}: {y}, not {sum}");
                }
            }
            let ids = Tensor::new(vec![2, 2], vec![0i64, 299, -1, 7]).unwrap();
            let y = run(nodes.clone(), shape, node("Gather", &["w", "x"], "y", &[]), ids);
            assert_eq!(y.shape(), [2, 2, COLUMNS]);
            for (i, &y) in y.as_slice::<f32>().unwrap().iter().enumerate() {
                let (r, c) = ([0, 299, 299, 7][i / COLUMNS], i % COLUMNS);
                assert!((f64::from(y) - weight(r, c)).abs() < 1e-4, "{shape:?} {r} {c}");
            }
            // Nobody has a kernel for this: the floats are computed.
            let x = Tensor::scalar(2.0f32);
            let y = run(nodes, shape, node("Mul", &["w", "x"], "y", &[]), x);
            for (i, &y) in y.as_slice::<f32>().unwrap().iter().enumerate() {
                let expected = 2.0 * weight(i / COLUMNS, i % COLUMNS);
                assert!((f64::from(y) - expected).abs() < 1e-4, "{shape:?} {i}");
            }
        }
    }
}
