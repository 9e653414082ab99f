//! Many rows given to a model: a table read piece by piece, its predictions,
//! what two models say of the same rows, and how right they are.
//!
//! | module | what it does |
//! |---|---|
//! | `plan` | which columns of a table a model takes, and its rows as a request |
//! | `predictions` | an answer as rows and columns |
//! | `source` | a table that is read piece by piece |
//! | `batches` | a table on its way through one model, or two |
//! | `difference` | what two models say of the same rows |
//! | `metrics` | how right predictions are |

pub(crate) mod batches;
pub(crate) mod difference;
pub(crate) mod metrics;
pub(crate) mod plan;
pub(crate) mod predictions;
pub(crate) mod source;
