//! Sessions over real models, damaged models, and models that refer to files.

use std::collections::HashMap;

use onnx::{Dim, Engine, ErrorKind, NoExternalData, Session, Tensor, Value, requirements};

const ADD: &[u8] = include_bytes!("models/add.onnx");
const BIG: &[u8] = include_bytes!("models/big/model.onnx");
const BIG_DATA: &[u8] = include_bytes!("models/big/weights.data");
const BIG_LOCATION: &str = "28616ae0-e6b5-11f1-b8a5-02fc00000001.data";

fn vector(values: &[f32]) -> Value {
    Tensor::vector(values.to_vec()).into()
}

#[test]
fn inputs_and_outputs_are_as_declared() {
    let session = Session::load(ADD, &NoExternalData).unwrap();
    let names: Vec<_> = session.inputs().iter().map(|i| i.name.as_str()).collect();
    assert_eq!(names, ["x", "y"]);
    for info in session.inputs() {
        assert_eq!(info.dtype, Some(onnx::DType::F32));
        assert!(matches!(info.shape.as_deref(), Some([Dim::Symbol(_) | Dim::Unknown])));
    }
    assert_eq!(session.outputs()[0].name, "sum");
}

#[test]
fn one_session_takes_batches_of_any_length() {
    let session = Session::load(ADD, &NoExternalData).unwrap();
    for n in [1, 2, 7, 0] {
        let x: Vec<f32> = (0..n).map(|i| i as f32).collect();
        let outputs =
            session.run(vec![("y".into(), vector(&x)), ("x".into(), vector(&x))]).unwrap();
        let doubled: Vec<f32> = x.iter().map(|v| v + v).collect();
        assert_eq!(outputs, [("sum".to_owned(), vector(&doubled))]);
    }
}

#[test]
fn lengths_that_differ_broadcast_as_the_operators_say() {
    let session = Session::load(ADD, &NoExternalData).unwrap();
    let run =
        |x: &[f32], y: &[f32]| session.run(vec![("x".into(), vector(x)), ("y".into(), vector(y))]);
    assert_eq!(run(&[1.0, 2.0], &[3.0]).unwrap()[0].1, vector(&[4.0, 5.0]));
    assert_eq!(run(&[1.0, 2.0], &[3.0, 4.0, 5.0]).unwrap_err().kind(), ErrorKind::Run);
    assert_eq!(run(&[1.0], &[3.0]).unwrap()[0].1, vector(&[4.0]));
}

#[test]
fn an_input_that_does_not_fit_is_named() {
    let session = Session::load(ADD, &NoExternalData).unwrap();
    let error = |inputs: Vec<(String, Value)>| {
        let error = session.run(inputs).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        error.to_string()
    };
    let x = || ("x".to_owned(), vector(&[1.0]));
    assert!(error(vec![x()]).contains("input 'y' is missing"));
    assert!(error(vec![x(), ("z".into(), vector(&[1.0]))]).contains("no input 'z'"));
    assert!(
        error(vec![x(), ("y".into(), Tensor::vector(vec![1i64]).into())])
            .contains("of type int64, but the model takes float32")
    );
    let square = Tensor::new(vec![1, 1], vec![1.0f32]).unwrap().into();
    assert!(error(vec![x(), ("y".into(), square)]).contains("has the shape [1, 1]"));
}

#[test]
fn external_data_is_found_and_used() {
    assert_eq!(requirements(BIG).unwrap().external_files, [BIG_LOCATION]);
    assert_eq!(requirements(ADD).unwrap().external_files, [""; 0]);
    let files = HashMap::from([(BIG_LOCATION.to_owned(), BIG_DATA.into())]);
    let session = Session::load(BIG, &files).unwrap();
    assert_eq!(session.inputs().len(), 1);
}

#[test]
fn missing_and_short_external_data_is_told() {
    let error = Session::load(BIG, &NoExternalData).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ExternalData);
    assert!(error.to_string().contains(BIG_LOCATION), "{error}");
    let short = HashMap::from([(BIG_LOCATION.to_owned(), BIG_DATA[..100].into())]);
    let error = Session::load(BIG, &short).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ExternalData);
    assert!(error.to_string().contains("truncated"), "{error}");
}

#[test]
fn external_data_can_not_lead_out_of_the_folder() {
    let at = BIG.windows(BIG_LOCATION.len()).position(|w| w == BIG_LOCATION.as_bytes()).unwrap();
    for escape in ["../../../../../../etc/passwd", "/etc/passwd", "a/../../b", "c:\\x", "./x"] {
        let mut name = escape.to_owned();
        while name.len() < BIG_LOCATION.len() {
            name.push('x');
        }
        let mut model = BIG.to_vec();
        model[at..at + name.len()].copy_from_slice(name.as_bytes());
        let error = requirements(model).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ExternalData, "{name}");
    }
}

#[test]
fn a_truncated_model_is_refused_wherever_it_ends() {
    for end in 0..ADD.len() {
        let error = Session::load(&ADD[..end], &NoExternalData).map(|_| ()).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::InvalidModel | ErrorKind::Unsupported),
            "{end}: {error}"
        );
    }
}

#[test]
fn an_operator_that_we_lack_is_named_with_its_node_at_load() {
    let scaler = include_bytes!("models/scaler.onnx");
    let at = scaler.windows(7).position(|w| w == b"Scaler*").unwrap();
    let mut unknown = scaler.to_vec();
    unknown[at..at + 6].copy_from_slice(b"Scalar");
    let error = Session::load(unknown, &NoExternalData).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let text = error.to_string();
    assert!(text.contains("ai.onnx.ml.Scalar (version "), "{text}");
    assert!(text.contains("in node '"), "{text}");
}

/// A graph of one initializer, whose dimensions are all of `i64::MAX`.
const VAST: &[u8] = b"\x3a\x16\x2a\x14\
    \x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f";

#[test]
fn an_initializer_that_claims_more_elements_than_can_be_counted_is_just_large() {
    assert_eq!(requirements(VAST).unwrap().engine, Engine::Tabular);
    assert!(Session::load(VAST, &NoExternalData).is_err());
}

/// A field of a message that holds bytes.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    let mut len = content.len();
    while len >= 0x80 {
        field.push(len as u8 | 0x80);
        len >>= 7;
    }
    field.push(len as u8);
    field.extend(content);
    field
}

#[test]
fn the_time_to_load_grows_with_the_file_and_not_with_its_square() {
    let mut graph = Vec::new();
    for i in 0..100_000 {
        // An initializer, an input, and an output that is the first input again.
        graph.extend(field(5, &[field(8, format!("t{i}").as_bytes()), vec![16, 1, 8, 0]].concat()));
        graph.extend(field(11, &field(1, format!("x{i}").as_bytes())));
        graph.extend(field(12, &field(1, b"x0")));
    }
    let model = [field(7, &graph), field(8, &[16, 21])].concat();
    let session = Session::load(model, &NoExternalData).unwrap();
    assert_eq!((session.inputs().len(), session.outputs().len()), (100_000, 100_000));
}

#[test]
fn a_tensor_of_too_many_dimensions_is_refused() {
    let initializer = [field(8, b"t"), vec![16, 1], field(4, &[0; 4]), field(1, &[1; 33])].concat();
    let graph = [field(5, &initializer), field(12, &field(1, b"t"))].concat();
    let model = [field(7, &graph), field(8, &[16, 21])].concat();
    let error = Session::load(model, &NoExternalData).unwrap_err();
    assert!(error.to_string().contains("33 dimensions are too many"), "{error}");
}

#[test]
fn a_function_is_not_expanded_without_end() {
    let name = |depth: u8| vec![b'f', b'0' + depth];
    let node = |op: &[u8]| {
        let attribute = [field(1, b"value_int"), vec![24, 1]].concat();
        [field(4, op), field(2, b"y"), field(5, &attribute)].concat()
    };
    let graph = [field(1, &node(&name(0))), field(12, &field(1, b"y"))].concat();
    let mut model = [field(7, &graph), field(8, &[16, 21])].concat();
    // Each function calls the next one a hundred times.
    for depth in 0..8 {
        let body = match depth {
            7 => field(7, &node(b"Constant")),
            _ => field(7, &node(&name(depth + 1))).repeat(100),
        };
        let function = [field(1, &name(depth)), field(5, b"y"), body].concat();
        // The field 25, whose number takes two bytes.
        model.extend([&[0xca, 0x01], &field(0, &function)[1..]].concat());
    }
    let error = Session::load(model, &NoExternalData).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
}
