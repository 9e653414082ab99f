//! A served model.

use bytes::Bytes;
use mlmodel::{Input, MlModel, PlainReader, display_input, enforce, enforce_params};
use onnx::{ExternalData, Session};

use crate::answer;
use crate::body::{self, Body};
use crate::content_type::{self, Format};
use crate::dialect::{self, Dialect};
use crate::error::{ApiError, LoadError, body_too_large};
use crate::http::{Request, Response};
use crate::predict::{Predictor, predict, predict_plain};
use crate::summary::{Summary, summary};

/// The largest body that is read unless the host says otherwise: 10 MB.
pub const DEFAULT_BODY_LIMIT: usize = 10 << 20;

/// The version of MLflow whose protocol this is, and what `/version` says.
pub const MLFLOW_VERSION: &str = "3.18.0";

/// What a host may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The largest body, in bytes.
    pub body_limit: usize,
    /// How predictions are written, unless a request says otherwise.
    pub dialect: Dialect,
    /// The name under which the model is served.
    pub name: Option<String>,
    /// The request body that was saved with the model, to show in forms.
    pub serving_input_example: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            body_limit: DEFAULT_BODY_LIMIT,
            dialect: Dialect::default(),
            name: None,
            serving_input_example: None,
        }
    }
}

/// A loaded model, which answers requests.
#[derive(Debug)]
pub struct Model {
    file: MlModel,
    plain: PlainReader,
    predictor: Box<dyn Predictor>,
    options: Options,
}

impl Model {
    /// Loads a model from the bytes of its MLmodel file, of the ONNX file that
    /// this names ([`MlModel::onnx_flavor`]), and of the files of external data
    /// that this in turn names ([`onnx::requirements`]).
    ///
    /// # Errors
    /// When the MLmodel file has no ONNX flavor, or either file is damaged or
    /// needs what we lack.
    pub fn load(
        mlmodel: &[u8],
        model: impl Into<Bytes>,
        external: &dyn ExternalData,
        options: Options,
    ) -> Result<Self, LoadError> {
        let file = MlModel::parse(mlmodel)?;
        file.onnx_flavor()?;
        let session = Session::load(model, external)?;
        Ok(Self::with_predictor(file, Box::new(session), options))
    }

    /// Serves whatever runs as the model that an MLmodel file describes.
    #[must_use]
    pub fn with_predictor(file: MlModel, predictor: Box<dyn Predictor>, options: Options) -> Self {
        let plain = PlainReader::new(file.signature.inputs.as_ref());
        Self { file, plain, predictor, options }
    }

    /// What the model is.
    #[must_use]
    pub fn describe(&self) -> Summary {
        let example = self.options.serving_input_example.as_deref();
        summary(&self.file, self.predictor.as_ref(), self.options.name.as_deref(), example)
    }

    /// Answers a request. Whatever goes wrong is part of the answer.
    #[must_use]
    pub fn handle(&self, request: &Request<'_>) -> Response {
        let path = request.path.split('?').next().unwrap_or_default();
        match (path, request.method) {
            ("/ping" | "/health", "GET") => Response::json(200, "\n"),
            ("/version", "GET") => Response::json(200, MLFLOW_VERSION),
            ("/ping" | "/health" | "/version", _) => Response::method_not_allowed("GET"),
            ("/invocations", "POST") => self.invocations(request),
            ("/invocations", _) => Response::method_not_allowed("POST"),
            _ => Response::not_found(),
        }
    }

    fn invocations(&self, request: &Request<'_>) -> Response {
        if request.body.len() > self.options.body_limit {
            return body_too_large(self.options.body_limit);
        }
        let format = match content_type::read(request.content_type) {
            Ok(format) => format,
            Err(problem) => return Response::text(415, problem),
        };
        let dialect = match request.accept.map(dialect::asked).transpose() {
            Ok(asked) => asked.flatten().unwrap_or(self.options.dialect),
            Err(problem) => return Response::text(406, problem),
        };
        if format == Format::Json
            && let Some(body) = self.score_plain(request.body, dialect)
        {
            return Response::json(200, body);
        }
        match self.score(format, request.body, dialect) {
            Ok(body) => Response::json(200, body),
            Err(error) => error.into_response(),
        }
    }

    /// The short way for plain bodies. What goes wrong on it is for the long way
    /// to say.
    fn score_plain(&self, bytes: &[u8], dialect: Dialect) -> Option<String> {
        let plain = self.plain.read(bytes)?;
        let prediction = predict_plain(self.predictor.as_ref(), plain, dialect).ok()?;
        Some(answer::write(&prediction, dialect))
    }

    fn score(&self, format: Format, bytes: &[u8], dialect: Dialect) -> Result<String, ApiError> {
        let schema = self.file.signature.inputs.as_ref();
        let Body { input, params } = match format {
            Format::Json => body::read_json(bytes, schema)?,
            Format::Csv => body::read_csv(bytes, schema)?,
        };
        let fitted = schema.map(|schema| enforce(&input, schema));
        let refuse = |error| refused(&input, error);
        let fitted = fitted.transpose().map_err(refuse)?;
        // ONNX models take no parameters; like MLflow, check them all the same.
        let specs = self.file.signature.params.as_deref();
        enforce_params(params.as_ref(), specs).map_err(refuse)?;
        let input = fitted.unwrap_or(input);
        let prediction = predict(self.predictor.as_ref(), input, dialect)
            .map_err(|error| ApiError::model_failed(error.to_string()))?;
        Ok(answer::write(&prediction, dialect))
    }
}

fn refused(input: &Input, error: mlmodel::InputError) -> ApiError {
    let message = format!("Failed to predict data '{}'. \nError: {error}", display_input(input));
    ApiError::from(error).with_message(message)
}
