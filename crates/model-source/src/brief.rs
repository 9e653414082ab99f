//! Requests to an MLflow server of which little of the answer is read: readers
//! of whole runs and models are a large part of a module.

use std::marker::PhantomData;

use mlflow_api::{Endpoint, Method};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A request with another type for its answer.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Brief<E, A> {
    request: E,
    #[serde(skip)]
    answer: PhantomData<A>,
}

impl<E, A> Brief<E, A> {
    pub(crate) fn of(request: E) -> Self {
        Self { request, answer: PhantomData }
    }
}

impl<E: Endpoint, A: DeserializeOwned> Endpoint for Brief<E, A> {
    type Response = A;
    const METHOD: Method = E::METHOD;
    const PATH: &'static str = E::PATH;
    const IDEMPOTENT: bool = E::IDEMPOTENT;
}

/// Of a version of a registered model.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Version {
    pub(crate) version: String,
}

/// An answer about one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct OneVersion {
    pub(crate) model_version: Version,
}

/// An answer about several.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Versions {
    pub(crate) model_versions: Vec<Version>,
}

/// Of a run or a logged model.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Info {
    pub(crate) name: Option<String>,
    pub(crate) artifact_uri: Option<String>,
}

/// A run or a logged model.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Holder {
    pub(crate) info: Info,
    pub(crate) outputs: Outputs,
}

/// What a run made.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Outputs {
    pub(crate) model_outputs: Vec<Output>,
}

/// A logged model that a run made.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Output {
    pub(crate) model_id: String,
}

/// An answer about a run.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct OneRun {
    pub(crate) run: Holder,
}

/// An answer about a logged model.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct OneModel {
    pub(crate) model: Holder,
}
