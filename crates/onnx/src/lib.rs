//! An ONNX session: model bytes in, named values through.
//!
//! [`Session::load`] takes the bytes of `model.onnx` and of the files beside
//! it that hold its large tensors ([`requirements`] says which), checks
//! that everything the graph uses is there and known to us, and prepares it.
//! [`Session::run`] takes named values and gives named values: tensors, and the
//! lists of maps that classifiers answer with.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let bytes = include_bytes!("../tests/models/add.onnx").as_slice();
//! use onnx::{Session, Tensor, Value};
//!
//! let session = Session::load(bytes, &onnx::NoExternalData)?;
//! let x = Value::Tensor(Tensor::vector(vec![1.0f32, 2.0]));
//! let y = Value::Tensor(Tensor::vector(vec![10.0f32, 20.0]));
//! let outputs = session.run(vec![("x".into(), x), ("y".into(), y)])?;
//! let sum = Value::Tensor(Tensor::vector(vec![11.0f32, 22.0]));
//! assert_eq!(outputs, [("sum".to_string(), sum)]);
//! # Ok(())
//! # }
//! ```
//!
//! # What runs a graph
//!
//! A graph is prepared as a program: steps that each compute one node with a
//! kernel of ours. Without features the kernels are those of tabular models:
//! trees, linear models, encoders, text features, and the arithmetic around
//! them. The feature `networks` adds convolutions, attention, recurrences,
//! sequences, signals. With the feature `tract`, tract computes the nodes that
//! we have no kernel for.
//!
//! Models are untrusted input: a model that is damaged, refers outside its
//! folder, or needs an operator that we lack is refused when it loads, with
//! the node in the message; see [`ErrorKind`].

mod attributes;
mod compile;
mod engine;
mod error;
mod external;
mod fault;
mod fuse;
mod kernels;
mod limits;
mod program;
mod proto;
mod quantized;
mod serialized;
mod session;
mod tensors;
#[cfg(feature = "tract")]
mod tract;
mod types;
mod value;

pub use engine::Engine;
pub use error::{Error, ErrorKind};
pub use external::{ExternalData, NoExternalData};
pub use session::{Dim, Kind, Requirements, Session, ValueInfo, requirements};
pub use tensor::{DType, Data, Tensor};
pub use value::{Map, Maps, Value};
