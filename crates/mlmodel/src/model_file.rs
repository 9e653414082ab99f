//! The MLmodel file itself.

use std::fmt;

use crate::schema::Signature;
use crate::signature;
use crate::yaml::Yaml;

/// The largest MLmodel file that is read, in bytes: a signature of ten
/// thousand columns takes about one million.
pub const MAX_FILE_BYTES: usize = 4 << 20;

/// A parsed MLmodel file. Every field may be missing, as in files that older
/// MLflow versions wrote; fields that are not listed here are ignored.
///
/// ```
/// let text = b"flavors:
///   onnx:
///     data: model.onnx
/// mlflow_version: 3.18.0
/// ";
/// let file = mlmodel::MlModel::parse(text)?;
/// assert_eq!(file.onnx_flavor()?.data, "model.onnx");
/// # Ok::<(), mlmodel::MlModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MlModel {
    /// Where the model was logged: `model`, or
    /// `mlflow-artifacts:/1/models/m-…/artifacts`.
    pub artifact_path: Option<String>,
    /// The version of MLflow that wrote the file.
    pub mlflow_version: Option<String>,
    /// The id of the logged model, from MLflow 3 on.
    pub model_id: Option<String>,
    /// The older id.
    pub model_uuid: Option<String>,
    /// The run that logged the model.
    pub run_id: Option<String>,
    /// When the file was written, as MLflow prints it.
    pub utc_time_created: Option<String>,
    /// The size of the whole folder, in bytes.
    pub model_size_bytes: Option<u64>,
    /// The signature; empty when there is none.
    pub signature: Signature,
    /// The input example, when one was saved.
    pub input_example: Option<InputExample>,
    flavors: Vec<(String, Yaml)>,
}

/// What an MLmodel file says about its saved input example.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InputExample {
    /// The example's file, relative to the model's folder.
    pub path: Option<String>,
    /// The file that holds the example as a whole request body, relative to
    /// the model's folder. Older MLflow versions wrote none.
    pub serving_path: Option<String>,
    /// `dataframe`, `ndarray`, `json_object`, `sparse_matrix_csc` or
    /// `sparse_matrix_csr`.
    pub kind: Option<String>,
}

/// The ONNX flavor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnnxFlavor {
    /// The path of the ONNX file, relative to the model's folder. It never
    /// leads out of that folder.
    pub data: String,
    /// The version of the `onnx` package that wrote it.
    pub onnx_version: Option<String>,
    /// The execution providers that the model asks for. We have one of our
    /// own and only show these.
    pub providers: Vec<String>,
}

/// Why a file is no MLmodel that we can serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MlModelError {
    /// The file is larger than [`MAX_FILE_BYTES`].
    TooLarge {
        /// Its size in bytes.
        len: usize,
    },
    /// The file is not YAML; the text says where.
    NotYaml(String),
    /// The file is YAML, but no mapping at its top.
    NotAMapping,
    /// A field does not hold what it should.
    BadField {
        /// The field, such as `signature.inputs`.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The model has no ONNX flavor.
    NoOnnxFlavor {
        /// The flavors that it has.
        found: Vec<String>,
    },
    /// A path in the file leads out of the model's folder.
    UnsafePath {
        /// The field that holds the path.
        field: &'static str,
        /// The path.
        path: String,
    },
}

impl fmt::Display for MlModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { len } => {
                write!(f, "The MLmodel file has {len} bytes; at most {MAX_FILE_BYTES} are read.")
            }
            Self::NotYaml(problem) => write!(f, "The MLmodel file is not YAML: {problem}."),
            Self::NotAMapping => {
                f.write_str("The MLmodel file is no YAML mapping. Is this an MLmodel file?")
            }
            Self::BadField { field, problem } => {
                write!(f, "In the MLmodel file, `{field}` {problem}.")
            }
            Self::NoOnnxFlavor { found } if found.is_empty() => {
                f.write_str("The MLmodel file has no flavors; a model needs the flavor `onnx`.")
            }
            Self::NoOnnxFlavor { found } => write!(
                f,
                "The model has the flavors {}, but not `onnx`. Log it with mlflow.onnx.log_model.",
                found.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ),
            Self::UnsafePath { field, path } => write!(
                f,
                "In the MLmodel file, `{field}` is the path {path:?}, which is not a plain path \
                 within the model's folder."
            ),
        }
    }
}

impl std::error::Error for MlModelError {}

impl MlModel {
    /// Parses the bytes of an MLmodel file.
    ///
    /// # Errors
    /// When the file is too large, not YAML, or its signature cannot be read.
    pub fn parse(bytes: &[u8]) -> Result<Self, MlModelError> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(MlModelError::TooLarge { len: bytes.len() });
        }
        let top = Yaml::parse(bytes).map_err(MlModelError::NotYaml)?;
        if !matches!(top, Yaml::Map(_)) {
            return Err(MlModelError::NotAMapping);
        }
        let flavors = match top.get("flavors") {
            None | Some(Yaml::Null) => Vec::new(),
            Some(Yaml::Map(flavors)) => flavors.clone(),
            Some(_) => {
                let problem = "is no mapping".into();
                return Err(MlModelError::BadField { field: "flavors", problem });
            }
        };
        Ok(Self {
            artifact_path: text(&top, "artifact_path"),
            mlflow_version: text(&top, "mlflow_version"),
            model_id: text(&top, "model_id"),
            model_uuid: text(&top, "model_uuid"),
            run_id: text(&top, "run_id"),
            utc_time_created: text(&top, "utc_time_created"),
            model_size_bytes: text(&top, "model_size_bytes").and_then(|bytes| bytes.parse().ok()),
            signature: read_signature(&top)?,
            input_example: read_example(&top)?,
            flavors,
        })
    }

    /// The names of the flavors, in the file's order.
    pub fn flavor_names(&self) -> impl Iterator<Item = &str> {
        self.flavors.iter().map(|(name, _)| name.as_str())
    }

    /// The ONNX flavor.
    ///
    /// # Errors
    /// When there is none, or the path of its file leads out of the folder.
    pub fn onnx_flavor(&self) -> Result<OnnxFlavor, MlModelError> {
        let Some((_, conf)) = self.flavors.iter().rfind(|(name, _)| name == "onnx") else {
            let found = self.flavor_names().map(str::to_owned).collect();
            return Err(MlModelError::NoOnnxFlavor { found });
        };
        // The oldest files name no file here: MLflow itself then takes this one.
        let data = text(conf, "data").unwrap_or_else(|| "model.onnx".into());
        let providers = conf.get("providers").map(Yaml::items).unwrap_or_default();
        Ok(OnnxFlavor {
            data: safe_path("flavors.onnx.data", data)?,
            onnx_version: text(conf, "onnx_version"),
            // An entry is a name, or a name and its options.
            providers: providers
                .iter()
                .filter_map(|p| p.items().first().unwrap_or(p).text().map(str::to_owned))
                .collect(),
        })
    }
}

fn text(map: &Yaml, key: &str) -> Option<String> {
    map.get(key).and_then(Yaml::text).map(str::to_owned)
}

fn read_signature(top: &Yaml) -> Result<Signature, MlModelError> {
    let Some(conf) = top.get("signature") else {
        return Ok(Signature::default());
    };
    let schema = |key: &str, field| match text(conf, key) {
        Some(text) => signature::schema(&text)
            .map(Some)
            .map_err(|problem| MlModelError::BadField { field, problem }),
        None => Ok(None),
    };
    Ok(Signature {
        inputs: schema("inputs", "signature.inputs")?,
        outputs: schema("outputs", "signature.outputs")?,
        params: match text(conf, "params") {
            Some(text) => Some(signature::params(&text).map_err(|problem| {
                MlModelError::BadField { field: "signature.params", problem }
            })?),
            None => None,
        },
    })
}

fn read_example(top: &Yaml) -> Result<Option<InputExample>, MlModelError> {
    let Some(conf @ Yaml::Map(_)) = top.get("saved_input_example_info") else {
        return Ok(None);
    };
    let path = |key: &str, field| text(conf, key).map(|path| safe_path(field, path)).transpose();
    Ok(Some(InputExample {
        path: path("artifact_path", "saved_input_example_info.artifact_path")?,
        serving_path: path("serving_input_path", "saved_input_example_info.serving_input_path")?,
        kind: text(conf, "type"),
    }))
}

/// Lets only paths through that name a file below the folder, on every
/// system: no root, no drive, no `..`, no backslash.
fn safe_path(field: &'static str, path: String) -> Result<String, MlModelError> {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    let odd = |c: char| c.is_control() || matches!(c, '\\' | ':' | '?' | '#' | '%');
    if path.split('/').all(plain) && !path.contains(odd) {
        Ok(path)
    } else {
        Err(MlModelError::UnsafePath { field, path })
    }
}

/// Whether a file names a flavor, by a look at its lines: for a list of many
/// models, where reading each file would be too much. It finds what clients write,
/// a key a line; of another form of YAML it answers no.
pub fn names_flavor(file: &[u8], flavor: &str) -> bool {
    let text = String::from_utf8_lossy(file);
    let mut lines = text.lines().skip_while(|line| line.trim_end() != "flavors:").skip(1);
    let Some(first) = lines.next() else { return false };
    let indent = first.len() - first.trim_start().len();
    let is_within = |line: &&str| line.starts_with(' ') || line.trim().is_empty();
    let names = std::iter::once(first).chain(lines).take_while(is_within);
    names
        .filter(|line| line.len() - line.trim_start().len() == indent)
        .any(|line| line.trim().split(':').next() == Some(flavor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_may_be_missing() {
        let file = MlModel::parse(b"artifact_path: model\nrun_id: abc\n").unwrap();
        assert_eq!(file.artifact_path.as_deref(), Some("model"));
        assert_eq!(file.signature, Signature::default());
        assert_eq!(file.onnx_flavor(), Err(MlModelError::NoOnnxFlavor { found: vec![] }));
    }

    #[test]
    fn an_old_file_with_a_conda_string_and_a_bare_version_loads() {
        let file = MlModel::parse(
            b"flavors:\n  onnx: {data: model.onnx, onnx_version: 1.7}\n  python_function:\n    \
              env: conda.yaml\nmlflow_version: 2.0\n\
              signature:\n  inputs: '[{\"name\": \"a\", \"type\": \"double\"}]'\n  outputs: null\n",
        )
        .unwrap();
        assert_eq!(file.onnx_flavor().unwrap().onnx_version.as_deref(), Some("1.7"));
        assert_eq!(file.mlflow_version.as_deref(), Some("2.0"));
        let inputs = file.signature.inputs.unwrap();
        assert_eq!(inputs.to_string(), "['a': double (required)]");
    }

    #[test]
    fn a_missing_flavor_lists_those_there_are() {
        let file = MlModel::parse(b"flavors: {sklearn: {}, python_function: {}}").unwrap();
        assert_eq!(
            file.onnx_flavor().unwrap_err().to_string(),
            "The model has the flavors `sklearn`, `python_function`, but not `onnx`. \
             Log it with mlflow.onnx.log_model."
        );
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for path in
            ["/etc/passwd", "../m.onnx", "a/../../b", "C:\\m.onnx", "a//b", "", ".", "a\u{0}"]
        {
            let text = format!("flavors: {{onnx: {{data: {path:?}}}}}");
            let file = MlModel::parse(text.as_bytes()).unwrap();
            let error = file.onnx_flavor().unwrap_err();
            assert!(matches!(error, MlModelError::UnsafePath { .. }), "{path}: {error}");
        }
        let file = MlModel::parse(b"flavors: {onnx: {data: sub/model.onnx}}").unwrap();
        assert_eq!(file.onnx_flavor().unwrap().data, "sub/model.onnx");
    }

    #[test]
    fn what_is_no_mlmodel_says_so() {
        assert_eq!(MlModel::parse(b"just text"), Err(MlModelError::NotAMapping));
        assert_eq!(MlModel::parse(b""), Err(MlModelError::NotAMapping));
        assert!(matches!(MlModel::parse(b"a: [1"), Err(MlModelError::NotYaml(_))));
        assert!(matches!(MlModel::parse(b"\xff\xfe"), Err(MlModelError::NotYaml(_))));
        let nested = "[a: ".repeat(MAX_FILE_BYTES / 4);
        let error = MlModel::parse(nested.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("nested more than 128 deep"), "{error}");
        let large = vec![b' '; MAX_FILE_BYTES + 1];
        assert!(matches!(MlModel::parse(&large), Err(MlModelError::TooLarge { .. })));
        let error = MlModel::parse(b"signature: {inputs: '[{\"type\": \"x\"}]'}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "In the MLmodel file, `signature.inputs` has an unknown type `x`."
        );
    }

    #[test]
    fn providers_may_carry_options() {
        let file = MlModel::parse(
            b"flavors: {onnx: {data: m.onnx, providers: [[CUDA, {device_id: 1}], CPU]}}",
        );
        assert_eq!(file.unwrap().onnx_flavor().unwrap().providers, ["CUDA", "CPU"]);
    }

    #[test]
    fn an_alias_bomb_is_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..12 {
            let row = vec![format!("*a{}", i - 1); 10].join(", ");
            text.push_str(&format!("a{i}: &a{i} [{row}]\n"));
        }
        assert!(matches!(MlModel::parse(text.as_bytes()), Err(MlModelError::NotYaml(_))));
    }

    #[test]
    fn a_look_finds_the_flavors_that_reading_finds() {
        let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/models");
        let mut seen = 0;
        for folder in std::fs::read_dir(models).unwrap() {
            let Ok(file) = std::fs::read(folder.unwrap().path().join("MLmodel")) else { continue };
            let read = MlModel::parse(&file).unwrap();
            let names: Vec<&str> = read.flavor_names().collect();
            for flavor in ["onnx", "python_function", "sklearn", "code", "data"] {
                assert_eq!(names_flavor(&file, flavor), names.contains(&flavor), "{flavor}");
            }
            seen += 1;
        }
        assert!(seen > 5);
        for (file, found) in [
            ("flavors:\n  python_function: {}\n\n  onnx: {}\n", true),
            ("flavors:\r\n    onnx:\r\n        data: x\r\n", true),
            ("flavors:\n  python_function:\n    onnx: x\nonnx: y\n", false),
            ("a: b\n", false),
            ("flavors:", false),
            ("", false),
        ] {
            assert_eq!(names_flavor(file.as_bytes(), "onnx"), found, "{file}");
        }
    }
}
