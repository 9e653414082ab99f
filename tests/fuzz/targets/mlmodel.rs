//! MLmodel files: any bytes.

#![no_main]

use fuzz::{assert_inside, assert_says_why};
use libfuzzer_sys::fuzz_target;
use mlmodel::MlModel;

fuzz_target!(|bytes: &[u8]| {
    let file = match MlModel::parse(bytes) {
        Ok(file) => file,
        Err(error) => return assert_says_why(&error),
    };
    match file.onnx_flavor() {
        Ok(flavor) => assert_inside(&flavor.data),
        Err(error) => assert_says_why(&error),
    }
    let example = file.input_example.iter();
    example.flat_map(|e| e.path.iter().chain(&e.serving_path)).for_each(|p| assert_inside(p));
    let schemas = file.signature.inputs.iter().chain(&file.signature.outputs);
    schemas.for_each(|schema| assert!(!schema.to_string().is_empty()));
});
