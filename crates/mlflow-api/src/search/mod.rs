//! MLflow's search grammar: filters, and what results are ordered by.
//!
//! A filter is comparisons joined by `AND`; there is no `OR`, no `NOT`, and no
//! parentheses but those of lists. What may be compared differs from search to
//! search: [`Subject`] has the rules of each.
//!
//! Everything that has a place in the text carries it as a range of bytes, so
//! that an editor can colour [`tokens`], and mark what an [`SearchError`] is
//! about. [`filter`](crate::filter) is the way back, from keys and texts to a
//! filter.
//!
//! ```
//! use mlflow_api::filter::Entity;
//! use mlflow_api::search::{self, Comparator, Subject, Value};
//!
//! let clauses = search::parse(Subject::Runs, "metrics.`val loss` < 0.1 AND status = 'FINISHED'")?;
//! assert_eq!(clauses[0].entity, Entity::Metric);
//! assert_eq!(clauses[0].key, "val loss");
//! assert_eq!(clauses[0].comparator, Comparator::Less);
//! assert_eq!(clauses[1].value, Value::Text("FINISHED".into()));
//!
//! let error = search::parse(Subject::Runs, "metrics.loss < 'low'").unwrap_err();
//! assert_eq!(error.span(), 15..20);
//! # Ok::<(), search::SearchError>(())
//! ```

mod clause;
mod error;
mod identifier;
mod lexer;
mod order;
mod parser;
mod subject;

pub use clause::{Clause, Comparator, Value};
pub use error::SearchError;
pub use lexer::{Token, TokenKind, tokens};
pub use order::{OrderBy, order_by};
pub use parser::parse;
pub use subject::{Attribute, Kind, Subject};
