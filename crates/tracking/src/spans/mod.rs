//! Spans: the steps of traces. They come over OTLP and are kept as MLflow keeps
//! them, each as one JSON text beside a few columns to search by.

mod content;
mod log;
mod otlp;
mod preview;
mod proto;
mod read;
mod translate;
mod usage;

pub(crate) use otlp::{EXPERIMENT_HEADER, PATH, RUN_HEADER, receive};
pub(crate) use read::{batch_get, file, get};
