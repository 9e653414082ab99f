//! What the suites leave out: refusals, hostile numbers, and where ONNX Runtime
//! answers in its own way.

use std::borrow::Cow;

use tensor::{Data, Tensor};

use crate::attributes::Attributes;
use crate::fault::Fault;
use crate::kernels::{Spec, find_tabular};
use crate::proto::AttributeProto;
use crate::value::{Inputs, Value};

/// Runs one node of the default domain.
fn run(
    op: &str,
    version: i64,
    attributes: &[AttributeProto],
    inputs: &[Option<Tensor>],
    outputs: usize,
) -> Result<Vec<Tensor>, Fault> {
    let build = find_tabular("", op).unwrap();
    let mut spec = Spec {
        op,
        version,
        attributes: Attributes(attributes),
        constants: vec![None; inputs.len()],
        dtypes: inputs.iter().map(|input| input.as_ref().map(Tensor::dtype)).collect(),
        outputs,
        scale: None,
        absorbed: Vec::new(),
        bodies: Vec::new(),
    };
    let kernel = build(&mut spec)?;
    let inputs = inputs.iter().cloned().map(|x| Some(Cow::Owned(Value::Tensor(x?)))).collect();
    let outputs = kernel.run(Inputs(inputs))?;
    Ok(outputs.into_iter().map(|value| value.into_tensor().unwrap()).collect())
}

fn one(op: &str, attributes: &[AttributeProto], inputs: &[Tensor]) -> Result<Tensor, Fault> {
    let inputs: Vec<_> = inputs.iter().cloned().map(Some).collect();
    run(op, 18, attributes, &inputs, 1).map(|mut outputs| outputs.remove(0))
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.into(), i, ..Default::default() }
}

fn text(name: &str, s: &str) -> AttributeProto {
    AttributeProto { name: name.into(), s: s.as_bytes().to_vec().into(), ..Default::default() }
}

fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), ints: ints.to_vec(), ..Default::default() }
}

fn tensor(shape: &[usize], data: impl Into<Data>) -> Tensor {
    Tensor::new(shape.to_vec(), data).unwrap()
}

fn list(values: &[i64]) -> Tensor {
    Tensor::vector(values.to_vec())
}

/// A matrix of 2 by 3: 0 to 5.
fn matrix() -> Tensor {
    tensor(&[2, 3], vec![0.0f32, 1.0, 2.0, 3.0, 4.0, 5.0])
}

#[test]
fn shapes_that_cannot_be_are_faults() {
    for shape in [
        &[4, -1][..],
        &[-1, -1],
        &[2, 3, 0],
        &[-2, -3],
        &[i64::MAX, i64::MAX],
        &[i64::MIN],
        &[i64::MAX, -1],
    ] {
        assert!(one("Reshape", &[], &[matrix(), list(shape)]).is_err(), "{shape:?}");
    }
    let empty = tensor(&[0, 3], Vec::<f32>::new());
    assert_eq!(one("Reshape", &[], &[empty.clone(), list(&[-1, 3])]), Ok(empty.clone()));
    assert!(one("Reshape", &[], &[empty, list(&[0, -1])]).is_err());
    for shape in [&[-1][..], &[i64::MAX, 2], &[1 << 20, 1 << 20]] {
        assert!(one("ConstantOfShape", &[], &[list(shape)]).is_err(), "{shape:?}");
        assert!(one("Expand", &[], &[tensor(&[1, 1], vec![1u8]), list(shape)]).is_err());
    }
    assert!(one("Tile", &[], &[matrix(), list(&[i64::MAX, i64::MAX])]).is_err());
    assert!(one("Unsqueeze", &[], &[matrix(), list(&[0; 40])]).is_err());
}

#[test]
fn indices_outside_are_faults() {
    for at in [3, -4, i64::MAX, i64::MIN] {
        let axis = [int("axis", 1)];
        assert!(one("Gather", &axis, &[matrix(), list(&[at])]).is_err());
        let at = tensor(&[1, 1], vec![at]);
        let update = tensor(&[1, 1], vec![9f32]);
        assert!(one("GatherElements", &axis, &[matrix(), at.clone()]).is_err());
        assert!(one("ScatterElements", &axis, &[matrix(), at.clone(), update]).is_err());
        assert!(one("GatherND", &[], &[matrix(), at.clone()]).is_err());
        let update = tensor(&[1, 3], vec![9f32; 3]);
        assert!(one("ScatterND", &[], &[matrix(), at, update]).is_err());
    }
    // Even where nothing would be read.
    assert!(one("Gather", &[], &[tensor(&[2, 0], Vec::<i8>::new()), list(&[5])]).is_err());
}

#[test]
fn unknown_names_are_refused_when_the_model_loads() {
    let build = |op: &str, version: i64, attributes: &[AttributeProto]| {
        run(op, version, attributes, &[], 2).unwrap_err().to_string()
    };
    assert_eq!(build("Pad", 18, &[text("mode", "symmetric")]), "'symmetric' is no mode of padding");
    assert_eq!(build("ScatterND", 18, &[text("reduction", "mean")]), "'mean' is no reduction");
    assert_eq!(
        build("DepthToSpace", 13, &[int("blocksize", 0)]),
        "'blocksize' is missing, or no size"
    );
    assert_eq!(build("Concat", 13, &[]), "the attribute 'axis' is missing");
    assert_eq!(
        build("Split", 18, &[int("num_outputs", 3)]),
        "'num_outputs' is 3, but the node has 2 outputs"
    );
}

/// Expected values from ONNX Runtime 1.32.
#[test]
fn a_range_adds_up_its_steps() {
    let range = |start: f32, limit: f32, delta: f32| {
        one("Range", &[], &[start, limit, delta].map(Tensor::scalar))
    };
    let sums = range(0.0, 1.0, 0.1).unwrap();
    assert_eq!(sums.as_slice::<f32>().unwrap().last(), Some(&0.900_000_1));
    assert!(range(0.0, f32::INFINITY, 1.0).is_err());
    assert!(range(f32::NAN, 1.0, 1.0).is_err());
    assert!(range(0.0, 1.0, 0.0).is_err());
    assert!(range(0.0, 1e30, 1e-3).is_err());
    let wide = [i64::MIN, i64::MAX, i64::MAX].map(Tensor::scalar);
    assert_eq!(one("Range", &[], &wide), Ok(list(&[i64::MIN, -1, i64::MAX - 1])));
}

/// Expected values from ONNX Runtime 1.32.
#[test]
fn tensors_without_elements_fit_any_other() {
    let axis = [int("axis", 0)];
    let narrow = tensor(&[0, 5], Vec::<f32>::new());
    assert_eq!(one("Concat", &axis, &[narrow, matrix()]), Ok(matrix()));
    // There it answers with rows that nobody wrote.
    assert!(one("Concat", &axis, &[tensor(&[7, 0], Vec::<f32>::new()), matrix()]).is_err());
    assert!(one("Concat", &axis, &[tensor(&[1, 5], vec![0f32; 5]), matrix()]).is_err());
    assert!(one("Concat", &axis, &[tensor(&[2, 3], vec![0i64; 6]), matrix()]).is_err());
}

/// Expected values from ONNX Runtime 1.32.
#[test]
fn pads_take_away_before_they_repeat() {
    let pad = |mode: &str, pads: &[i64]| {
        let out = one("Pad", &[text("mode", mode)], &[list(&[0, 1, 2]), list(pads)])?;
        Ok::<_, Fault>(out.as_slice::<i64>().unwrap().to_vec())
    };
    assert_eq!(pad("edge", &[-1, 2]), Ok(vec![1, 2, 2, 2]));
    assert_eq!(pad("wrap", &[2, -1]), Ok(vec![0, 1, 0, 1]));
    assert_eq!(pad("wrap", &[4, 5]), Ok(vec![2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1]));
    assert_eq!(pad("reflect", &[-1, 1]), Ok(vec![1, 2, 1]));
    assert_eq!(pad("constant", &[-4, 5]), Ok(vec![0; 4]));
    assert!(pad("reflect", &[3, 0]).is_err());
    assert!(pad("edge", &[-3, 2]).is_err());
    assert!(pad("constant", &[-4, 0]).is_err());
    assert_eq!(pad("constant", &[i64::MIN, i64::MAX]), Ok(vec![0, 0]));
    // What has no elements is padded with others' only.
    let none = || list(&[]);
    assert_eq!(one("Pad", &[], &[none(), list(&[1, 1])]), Ok(list(&[0, 0])));
    assert!(one("Pad", &[text("mode", "wrap")], &[none(), list(&[1, 1])]).is_err());
}

/// Expected values from ONNX Runtime 1.32; halves, which it does not add, from
/// NumPy.
#[test]
fn updates_are_added_and_compared() {
    let scatter = |how: &str, data: Tensor, at: &[i64], updates: Tensor| {
        one("ScatterElements", &[text("reduction", how)], &[data, list(at), updates])
    };
    let nan = f32::NAN;
    let data = || Tensor::vector(vec![nan, 1.0, 2.0]);
    let updates = || Tensor::vector(vec![1.0, nan, 3.0]);
    let least = scatter("min", data(), &[0, 1, 2], updates()).unwrap();
    assert!(matches!(least.as_slice::<f32>(), Some([1.0, x, 2.0]) if x.is_nan()));
    let most = scatter("max", data(), &[0, 1, 2], updates()).unwrap();
    assert!(matches!(most.as_slice::<f32>(), Some([1.0, x, 3.0]) if x.is_nan()));

    let texts = |texts: &[&str]| {
        Tensor::vector(texts.iter().map(|text| text.to_string()).collect::<Vec<_>>())
    };
    let joined = scatter("add", texts(&["a", "b"]), &[0, -1, 0], texts(&["x", "y", "z"]));
    assert_eq!(joined, Ok(texts(&["axz", "by"])));
    assert!(scatter("mul", texts(&["a"]), &[0], texts(&["b"])).is_err());

    let truth = |truth: &[bool]| Tensor::vector(truth.to_vec());
    let or = scatter("add", truth(&[true, false]), &[0, 1], truth(&[true, true]));
    assert_eq!(or, Ok(truth(&[true, true])));

    let bytes = |bytes: &[i8]| Tensor::vector(bytes.to_vec());
    assert_eq!(scatter("add", bytes(&[127]), &[0], bytes(&[1])), Ok(bytes(&[-128])));
    assert_eq!(scatter("mul", bytes(&[-128]), &[0], bytes(&[-1])), Ok(bytes(&[-128])));

    let half = |x: f32| Tensor::vector(vec![half::f16::from_f32(x)]);
    assert_eq!(scatter("add", half(2048.0), &[0], half(1.0)), Ok(half(2048.0)));
    assert_eq!(scatter("mul", half(300.0), &[0], half(300.0)), Ok(half(f32::INFINITY)));
}

#[test]
fn indices_that_are_no_numbers_mark_nothing() {
    let values = Tensor::vector(vec![5f32, 9.0]);
    let at = Tensor::vector(vec![f32::NAN, f32::INFINITY, -1.0]);
    let out = one("OneHot", &[], &[at, Tensor::scalar(2.7f32), values.clone()]).unwrap();
    assert_eq!(out, tensor(&[3, 2], vec![5f32, 5.0, 5.0, 5.0, 5.0, 9.0]));
    for depth in [0, -1, i64::MAX] {
        assert!(one("OneHot", &[], &[list(&[0]), Tensor::scalar(depth), values.clone()]).is_err());
    }
}

/// Not of ONNX Runtime, which lacks them.
#[test]
fn the_oldest_versions_read_their_attributes() {
    let tile = run(
        "Tile",
        1,
        &[],
        &[Some(matrix()), Some(Tensor::scalar(2f32)), Some(Tensor::scalar(1f32))],
        1,
    );
    let twice = vec![0.0f32, 1.0, 2.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 3.0, 4.0, 5.0];
    assert_eq!(tile, Ok(vec![tensor(&[2, 6], twice)]));
    let concat = run(
        "Concat",
        1,
        &[],
        &[Some(list(&[1])), Some(list(&[2]))].map(|x| x.map(|x| x.reshape(vec![1, 1]).unwrap())),
        1,
    );
    assert_eq!(concat, Ok(vec![tensor(&[1, 2], vec![1i64, 2])]));
    let pad = run("Pad", 1, &[ints("paddings", &[1, 0])], &[Some(Tensor::vector(vec![1f32]))], 1);
    assert_eq!(pad, Ok(vec![Tensor::vector(vec![0f32, 1.0])]));
    let split = run("Split", 1, &[ints("split", &[1, 2])], &[Some(list(&[1, 2, 3]))], 2);
    assert_eq!(split, Ok(vec![list(&[1]), list(&[2, 3])]));
}

/// Numbers from a small generator: the same at each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn number(&mut self) -> i64 {
        const NUMBERS: [i64; 13] = [
            i64::MIN,
            i64::MIN + 1,
            -(1 << 40),
            -3,
            -2,
            -1,
            0,
            1,
            2,
            3,
            1 << 40,
            i64::MAX - 1,
            i64::MAX,
        ];
        if self.roll(3) == 0 { NUMBERS[self.roll(13)] } else { NUMBERS[4 + self.roll(6)] }
    }

    fn numbers(&mut self) -> Vec<i64> {
        let len = self.roll(5);
        (0..len).map(|_| self.number()).collect()
    }

    fn tensor(&mut self) -> Tensor {
        let rank = self.roll(5);
        let mut shape: Vec<usize> = (0..rank).map(|_| 1 + self.roll(3)).collect();
        if self.roll(5) == 0 && rank > 1 {
            // No elements, but lengths whose product is none.
            shape = vec![usize::MAX / 2; rank];
            shape[self.roll(rank)] = 0;
        }
        let len = tensor::element_count(&shape).unwrap();
        let numbers: Vec<i64> = (0..len).map(|_| self.number()).collect();
        let data: Data = match self.roll(6) {
            0 => numbers.iter().map(|n| n.to_string()).collect::<Vec<_>>().into(),
            1 => numbers.iter().map(|&n| n as f32).collect::<Vec<_>>().into(),
            2 => numbers.iter().map(|&n| n > 0).collect::<Vec<_>>().into(),
            3 => numbers.iter().map(|&n| n as i32).collect::<Vec<_>>().into(),
            _ => numbers.into(),
        };
        Tensor::new(shape, data).unwrap()
    }
}

const OPERATORS: [&str; 30] = [
    "Reshape",
    "Flatten",
    "Squeeze",
    "Unsqueeze",
    "Transpose",
    "Concat",
    "Split",
    "Slice",
    "Expand",
    "Tile",
    "Pad",
    "CenterCropPad",
    "Shape",
    "Size",
    "ConstantOfShape",
    "Range",
    "EyeLike",
    "Trilu",
    "DepthToSpace",
    "SpaceToDepth",
    "ReverseSequence",
    "OneHot",
    "Compress",
    "Gather",
    "GatherElements",
    "GatherND",
    "Scatter",
    "ScatterElements",
    "ScatterND",
    "TensorScatter",
];

#[test]
fn whatever_the_numbers_are_nothing_panics() {
    let mut dice = Dice(1);
    let mut answers = [0; OPERATORS.len()];
    for turn in 0..120_000 {
        let op = OPERATORS[turn % OPERATORS.len()];
        let mut attributes = Vec::new();
        for name in [
            "axis",
            "batch_dims",
            "k",
            "start",
            "end",
            "blocksize",
            "upper",
            "allowzero",
            "batch_axis",
            "time_axis",
        ] {
            if dice.roll(3) == 0 {
                attributes.push(int(name, dice.number()));
            }
        }
        for name in ["axes", "perm", "shape", "starts", "ends", "pads", "paddings", "split"] {
            if dice.roll(3) == 0 {
                attributes.push(ints(name, &dice.numbers()));
            }
        }
        if dice.roll(2) == 0 {
            let modes = ["constant", "reflect", "edge", "wrap", "linear", "circular", "DCR", "CRD"];
            attributes.push(text("mode", modes[dice.roll(8)]));
        }
        if dice.roll(2) == 0 {
            let reductions = ["add", "mul", "min", "max"];
            attributes.push(text("reduction", reductions[dice.roll(4)]));
        }
        let version = [1, 9, 11, 13, 18, 24][dice.roll(6)];
        let mut inputs = vec![Some(dice.tensor())];
        for _ in 0..dice.roll(5) {
            inputs.push(match dice.roll(8) {
                0 => None,
                1 | 2 => Some(dice.tensor()),
                3 => Some(inputs[0].clone().unwrap()),
                4 => Some(Tensor::scalar(dice.number())),
                _ => Some(list(&dice.numbers())),
            });
        }
        answers[turn % OPERATORS.len()] +=
            usize::from(run(op, version, &attributes, &inputs, 1 + dice.roll(3)).is_ok());
    }
    // Most are faults; that some are not shows that the kernels were reached.
    for (op, answers) in OPERATORS.iter().zip(answers) {
        assert!(answers > 0, "{op} never answers");
    }
}

#[test]
fn long_texts_are_not_repeated_beyond_measure() {
    let long = Tensor::vector(vec!["x".repeat(1 << 20)]);
    let short = Tensor::vector(vec![String::new()]);
    let truths = Tensor::vector(vec![true; 1 << 11]);
    for (op, inputs) in [
        ("Expand", vec![long.clone(), list(&[1 << 11])]),
        ("Tile", vec![long.clone(), list(&[1 << 11])]),
        ("Gather", vec![long.clone(), list(&[0; 1 << 11])]),
        ("Where", vec![truths, long.clone(), short]),
        ("OneHot", vec![list(&[0]), list(&[1 << 11]), tensor(&[2], vec!["x".repeat(1 << 20); 2])]),
    ] {
        let fault = one(op, &[], &inputs).unwrap_err().to_string();
        assert!(fault.contains("1048576 bytes of text, 2048 times"), "{op}: {fault}");
    }
    let joined = |text: &str| Tensor::vector(vec![text.to_owned()]);
    let updates = [joined("a"), list(&[0]), joined("b")];
    assert_eq!(one("ScatterElements", &[text("reduction", "add")], &updates), Ok(joined("ab")));
}
