//! An ONNX session: model bytes in, named tensors through.
//!
//! [`Session::load`] takes the bytes of `model.onnx` and of the files beside
//! it that hold its large tensors ([`external_locations`] says which), checks
//! that everything the graph uses is there and known to us, and compiles it.
//! [`Session::run`] takes named tensors and gives named tensors.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let bytes = include_bytes!("../tests/models/add.onnx").as_slice();
//! use onnx::{Session, Tensor};
//!
//! let session = Session::load(bytes, &onnx::NoExternalData)?;
//! let x = Tensor::vector(vec![1.0f32, 2.0]);
//! let y = Tensor::vector(vec![10.0f32, 20.0]);
//! let outputs = session.run(vec![("x".into(), x), ("y".into(), y)])?;
//! assert_eq!(outputs, [("sum".to_string(), Tensor::vector(vec![11.0f32, 22.0]))]);
//! # Ok(())
//! # }
//! ```
//!
//! Models are untrusted input: a model that is damaged, refers outside its
//! folder, or needs an operator that we lack is refused when it loads, with
//! the node in the message; see [`ErrorKind`].

mod convert;
mod error;
mod external;
mod session;
mod support;

pub use error::{Error, ErrorKind};
pub use external::{ExternalData, NoExternalData, external_locations};
pub use session::{Dim, Session, ValueInfo};
pub use tensor::{DType, Tensor};
