//! Runs as columns: ingest pages of runs, then sort, summarise and read cells.
//!
//! A [`Frame`] holds runs the way a table shows them: one column for each
//! metric, parameter and tag that any run has, and none per run, so that
//! 100,000 runs with hundreds of keys fit in a page's memory. Rows stay where
//! they are; an order is a list of row numbers.
//!
//! ```
//! use mlflow_api::SearchRunsResponse;
//! use run_frame::{Cell, Direction, Frame, Group, SortKey};
//!
//! let page: SearchRunsResponse = serde_json::from_str(r#"{"runs": [
//!     {"info": {"run_id": "a"}, "data": {"metrics": [{"key": "loss", "value": 0.5}],
//!                                        "params": [{"key": "lr", "value": "0.01"}]}},
//!     {"info": {"run_id": "b"}, "data": {"metrics": [{"key": "loss", "value": 0.25}],
//!                                        "params": [{"key": "lr", "value": "0.01"}]}}]}"#)?;
//! let mut frame = Frame::new();
//! frame.extend(&page.runs);
//!
//! let loss = frame.find(Group::Metric, "loss").expect("both runs have it");
//! let order = frame.order(&[SortKey { column: loss, direction: Direction::Ascending }]);
//! assert_eq!(order, [1, 0]);
//! assert_eq!(frame.cell(loss, order[0]), Cell::Number(0.25));
//!
//! let params = frame.layout(Group::Param);
//! assert!(params.varying.is_empty());
//! assert_eq!(frame.name(params.same[0]), "lr"); // the same in all runs
//! # Ok::<(), serde_json::Error>(())
//! ```

mod best;
mod cells;
mod column;
mod datasets;
mod export;
mod filter;
mod format;
mod frame;
mod group;
mod mask;
mod order;
mod query;
mod radix;
mod summary;
mod tree;

pub use best::{Best, Goal};
pub use column::{Attribute, Cell, Column, Group, KeyId, Stat};
pub use export::{csv_row, exact};
pub use filter::{Pattern, Patterns};
pub use format::format_number;
pub use frame::{Frame, Ingest};
pub use group::{Aggregate, RunGroup};
pub use mask::Mask;
pub use order::{Direction, SortKey};
pub use query::{Expr, Match, Query, QueryError, Reach};
pub use summary::{Layout, Summary};
pub use tree::Line;
