//! MLmodel files: flavors, signature, schema, enforcement, input examples.
//!
//! An MLmodel file says what a model takes. This crate reads it, reads the
//! JSON that callers send, and fits the one to the other as MLflow 3.18's
//! scoring server does, down to the texts of its errors. It knows nothing of
//! HTTP and of ONNX.
//!
//! ```
//! use mlmodel::{Input, MlModel, enforce, json};
//!
//! let file = MlModel::parse(br#"
//! flavors: {onnx: {data: model.onnx}}
//! signature:
//!   inputs: '[{"type": "double", "name": "a"}, {"type": "long", "name": "b"}]'
//! "#)?;
//! let schema = file.signature.inputs.as_ref().ok_or("no signature")?;
//!
//! // Columns are reordered, and `"7"` in a column of integers is 7.
//! let records = json::parse(br#"[{"b": "7", "a": 0.5}]"#)?;
//! let input = enforce(&Input::from_records(&records, Some(schema))?, schema)?;
//! let Input::Frame(frame) = input else { return Err("no frame".into()) };
//! assert_eq!(frame.columns()[0].1, vec![0.5f64].into());
//! assert_eq!(frame.columns()[1].1, vec![7i64].into());
//!
//! // A missing column is named.
//! let records = json::parse(br#"[{"a": 0.5}]"#)?;
//! let error = enforce(&Input::from_records(&records, Some(schema))?, schema).unwrap_err();
//! assert!(error.to_string().ends_with("Error: Model is missing inputs ['b']."));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Two steps
//!
//! MLflow fits data in two steps of different strictness, and so does this
//! crate. Reading ([`Input::from_records`] and its siblings) converts
//! generously: `"7"` is 7, and 3.7 in a column of integers is 3. [`enforce`]
//! then only picks, orders and widens.
//!
//! # Where it differs from MLflow
//!
//! - Values of the types array, object and map are checked, and otherwise stay
//!   the JSON they were. No ONNX input can hold them.
//! - Times are read from ISO 8601 and `month/day/year`; MLflow's data frames
//!   read whatever dateutil does. Times beyond the years 1677 to 2262 are
//!   errors, not wrapped.
//! - The times of one column may be written in different forms.
//! - Extra scalars beside the columns under `inputs` are dropped like extra
//!   columns; MLflow refuses them. A tensor of text takes a frame of several
//!   columns; MLflow refuses that too.
//! - `dataframe_split` takes rows and a list of column names; MLflow also takes
//!   dictionaries there, and names of several levels.
//! - A column that appears twice is an error that says so.
//! - A frame that a small request would blow up to gigabytes is refused.
//! - The data in an error's text is printed as Python prints it, but long
//!   lines are not wrapped, and 4000 characters is all there is of it.
//! - Where MLflow prints a Python set, whose order changes with each process,
//!   this crate keeps the order of the request.

mod cast;
mod datetime;
mod display;
mod enforce;
mod error;
mod frame;
mod input;
pub mod json;
mod model_file;
mod nested;
mod numpy;
mod pandas;
mod params;
mod places;
mod plain;
pub mod python;
mod schema;
mod signature;
mod table;
mod values;
mod yaml;

pub use datetime::names_offset;
pub use display::input as display_input;
pub use enforce::enforce;
pub use error::{InputError, InputErrorKind};
pub use frame::{DataFrame, Label};
pub use input::Input;
pub use model_file::{
    InputExample, MAX_FILE_BYTES, MlModel, MlModelError, OnnxFlavor, names_flavor,
};
pub use params::enforce_params;
pub use plain::{Plain, PlainReader};
pub use schema::{
    ColumnSpec, ColumnType, ParamSpec, ParamType, Property, ScalarType, Schema, Signature,
    TensorSpec, TensorType,
};
pub use table::is_missing as is_missing_text;
pub use values::{Array, Values};
