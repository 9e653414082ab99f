//! Parameters, as MLflow 3.18 was measured to fit them.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as loudly as tests")]

use mlmodel::json::{self, Value};
use mlmodel::{InputErrorKind, MlModel, ParamSpec, enforce_params};

fn specs() -> Vec<ParamSpec> {
    let file = MlModel::parse(
        br#"
signature:
  params: '[{"name": "t", "default": 0.5, "shape": null, "type": "double"},
    {"name": "n", "default": 3, "shape": null, "type": "integer"},
    {"name": "l", "default": ["a"], "shape": [-1], "type": "string"},
    {"name": "d", "default": "2024-01-01", "shape": null, "type": "datetime"}]'
"#,
    );
    file.unwrap().signature.params.unwrap()
}

fn fit(params: &str) -> Result<String, (InputErrorKind, String)> {
    let params = json::parse(params.as_bytes()).unwrap();
    let fitted = enforce_params(Some(&params), Some(&specs()));
    let fitted = fitted.map_err(|e| (e.kind(), e.to_string()))?;
    let mut out = String::new();
    json::write_value(&mut out, &Value::Dict(fitted));
    Ok(out)
}

#[test]
fn defaults_are_filled_in_and_integers_widen() {
    for (params, expected) in [
        ("null", r#"{"t": 0.5, "n": 3, "l": ["a"], "d": "2024-01-01"}"#),
        ("{}", r#"{"t": 0.5, "n": 3, "l": ["a"], "d": "2024-01-01"}"#),
        (r#"{"t": 1}"#, r#"{"t": 1.0, "n": 3, "l": ["a"], "d": "2024-01-01"}"#),
        (r#"{"n": 2, "zz": 1}"#, r#"{"t": 0.5, "n": 2, "l": ["a"], "d": "2024-01-01"}"#),
        (r#"{"l": ["x"]}"#, r#"{"t": 0.5, "n": 3, "l": ["x"], "d": "2024-01-01"}"#),
        (r#"{"d": "2024-05-06"}"#, r#"{"t": 0.5, "n": 3, "l": ["a"], "d": "2024-05-06"}"#),
        (r#"{"t": null}"#, r#"{"t": null, "n": 3, "l": ["a"], "d": "2024-01-01"}"#),
    ] {
        assert_eq!(fit(params).as_deref(), Ok(expected), "{params}");
    }
}

#[test]
fn what_does_not_fit_is_refused_in_mlflows_words() {
    for (params, expected) in [
        (
            r#"{"t": "x"}"#,
            "Invalid parameters found: {('t', \"Failed to validate type and shape for 't': double \
             (default: 0.5), error: Can not safely convert `<class 'str'>` to `DataType.double` \
             for value `x`\")}",
        ),
        (
            r#"{"n": 1.5}"#,
            "Invalid parameters found: {('n', \"Failed to validate type and shape for 'n': \
             integer (default: 3), error: Can not safely convert `<class 'float'>` to \
             `DataType.integer` for value `1.5`\")}",
        ),
        (
            r#"{"l": "x"}"#,
            "Invalid parameters found: {('l', \"Value must be a 1D array with shape (-1,) for \
             param 'l': string (default: ['a']) (shape: (-1,)), received str with ndim 0\")}",
        ),
        (
            r#"{"d": "junk"}"#,
            "Invalid parameters found: {('d', \"Failed to validate type and shape for 'd': \
             datetime (default: 2024-01-01), error: Failed to convert value `junk` from type \
             `<class 'str'>` to `DataType.datetime`\")}",
        ),
        ("[1]", "Parameters must be a dictionary. Got type 'list'."),
    ] {
        let expected = (InputErrorKind::InvalidParams, expected.to_owned());
        assert_eq!(fit(params), Err(expected), "{params}");
    }
}

#[test]
fn without_a_schema_parameters_are_ignored() {
    let params = json::parse(br#"{"x": 1}"#).unwrap();
    assert_eq!(enforce_params(Some(&params), None), Ok(vec![]));
}
