//! What files are and hold, as plain functions over their names and bytes.
//!
//! | module | what it reads |
//! |---|---|
//! | `kind` | how a file can be shown, by its name and first bytes |
//! | `paths` | paths of files and folders |
//! | `letters` | bytes as text, in UTF-8 or Windows-1252 |
//! | `blocks` | a long table in blocks, of which some are kept |
//! | `logged` | tables that were logged as JSON, and their pictures |
//! | `separated` | values separated by commas or tabs, as they come |
//! | `hex` | any bytes, as numbers and letters |
//! | `zip` | what is in an archive |
//! | `code` | the language of code |
//! | `onnx` | models of ONNX, without their weights |
//! | `geo` | GeoJSON, as shapes on a plane |
//! | `npy` | NumPy's arrays |
//! | `notebook` | Jupyter's notebooks |
//! | `report` | pages of HTML: what they load from elsewhere |
//! | `union` | what a folder holds in several runs |
//! | `picture` | how large a picture is, before it is drawn |

pub(crate) mod blocks;
pub(crate) mod code;
pub(crate) mod geo;
pub(crate) mod hex;
pub(crate) mod kind;
pub(crate) mod letters;
pub(crate) mod logged;
pub(crate) mod notebook;
pub(crate) mod npy;
pub(crate) mod onnx;
pub(crate) mod paths;
pub(crate) mod picture;
pub(crate) mod report;
pub(crate) mod separated;
pub(crate) mod union;
pub(crate) mod zip;
