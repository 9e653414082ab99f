//! The best value of a column.

use crate::column::{Cell, Column};
use crate::frame::Frame;

/// Which values of a metric are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Goal {
    /// Smaller ones, as of a loss.
    Minimize,
    /// Larger ones, as of an accuracy.
    Maximize,
}

/// Words in the names of metrics of which less is better.
const MINIMIZE: &[&str] = &[
    "brier",
    "cer",
    "entropy",
    "err",
    "error",
    "errors",
    "fid",
    "hinge",
    "latency",
    "logloss",
    "loss",
    "losses",
    "mae",
    "mape",
    "mse",
    "msle",
    "nll",
    "perplexity",
    "ppl",
    "rmse",
    "rmsle",
    "smape",
    "wer",
];

/// Words in the names of metrics of which more is better.
const MAXIMIZE: &[&str] = &[
    "acc",
    "accuracy",
    "ap",
    "auc",
    "auprc",
    "auroc",
    "bleu",
    "dice",
    "f1",
    "iou",
    "kappa",
    "map",
    "mcc",
    "meteor",
    "mrr",
    "ndcg",
    "precision",
    "psnr",
    "r2",
    "recall",
    "rouge",
    "score",
    "sensitivity",
    "specificity",
    "ssim",
    "throughput",
];

impl Goal {
    /// What a metric's name says: `val_loss` is to be small, `accuracy` to be
    /// large. `None` where it says nothing, or two different things.
    ///
    /// A word `neg` turns a name around, as in scikit-learn's
    /// `neg_mean_squared_error`.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let words = || name.split(|c: char| !c.is_ascii_alphanumeric());
        let has = |list: &[&str]| words().any(|word| list.contains(&word));
        let goal = match (has(MINIMIZE), has(MAXIMIZE)) {
            (true, false) => Self::Minimize,
            (false, true) => Self::Maximize,
            _ => return None,
        };
        Some(if has(&["neg", "negative"]) { goal.opposite() } else { goal })
    }

    const fn opposite(self) -> Self {
        match self {
            Self::Minimize => Self::Maximize,
            Self::Maximize => Self::Minimize,
        }
    }

    fn is_better(self, a: f64, b: f64) -> bool {
        match self {
            Self::Minimize => a < b,
            Self::Maximize => a > b,
        }
    }
}

/// The best value of a column, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// The first of the given rows that has the value.
    pub row: u32,
    /// Never NaN.
    pub value: f64,
}

impl Frame {
    /// The best number among some rows, such as those that a filter left.
    /// `None` if no row has a number.
    pub fn best(
        &self,
        column: Column,
        goal: Goal,
        rows: impl IntoIterator<Item = u32>,
    ) -> Option<Best> {
        let number = |row| {
            let value = match column {
                // Parsed once when it came in.
                Column::Param(id) => self.params.get(id)?.number(row as usize)?,
                Column::Tag(id) => self.tags.get(id)?.number(row as usize)?,
                column => match self.cell(column, row) {
                    Cell::Text(_) => return None,
                    cell => cell.number()?,
                },
            };
            (!value.is_nan()).then_some(Best { row, value })
        };
        rows.into_iter()
            .filter_map(number)
            .reduce(|best, next| if goal.is_better(next.value, best.value) { next } else { best })
    }
}
