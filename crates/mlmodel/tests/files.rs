//! Files that MLflow 3.18 wrote.

use mlmodel::MlModel;

#[test]
fn a_model_with_columns_is_read_whole() {
    let file = MlModel::parse(include_bytes!("golden/MLmodel.columns")).unwrap();
    assert_eq!(file.flavor_names().collect::<Vec<_>>(), ["onnx", "python_function"]);
    let flavor = file.onnx_flavor().unwrap();
    assert_eq!(flavor.data, "model.onnx");
    assert_eq!(flavor.onnx_version.as_deref(), Some("1.23.2"));
    assert_eq!(flavor.providers, ["CUDAExecutionProvider", "CPUExecutionProvider"]);
    assert_eq!(file.mlflow_version.as_deref(), Some("3.18.0"));
    assert_eq!(file.model_id, None);
    assert_eq!(file.model_size_bytes, Some(448));
    assert_eq!(
        file.signature.inputs.unwrap().to_string(),
        "['a': double (required), 'b': double (required), 'c': double (required), \
         'd': long (required)]"
    );
    assert_eq!(file.signature.outputs.unwrap().to_string(), "['output': double (required)]");
    assert_eq!(file.signature.params, None);
    let example = file.input_example.unwrap();
    assert_eq!(example.serving_path.as_deref(), Some("serving_input_example.json"));
    assert_eq!(example.kind.as_deref(), Some("dataframe"));
}

#[test]
fn a_model_with_tensors_is_read_whole() {
    let file = MlModel::parse(include_bytes!("golden/MLmodel.tensors")).unwrap();
    assert_eq!(
        file.signature.inputs.unwrap().to_string(),
        "['x': Tensor('float32', (-1,)), 'y': Tensor('float32', (-1,))]"
    );
    assert_eq!(file.signature.outputs, None);
    assert_eq!(file.input_example, None);
}
