//! Ticks that a person would choose, with labels as short as they can be while
//! they differ.
//!
//! Every function takes the most ticks that there is room for and gives at most
//! that many: increasing, inside the domain, with distinct labels.

mod calendar;
mod duration;
mod number;
mod time;

pub use calendar::{Civil, civil};
pub use duration::{duration_label, durations, log_durations};
pub(crate) use number::bins;
pub use number::{integers, log, nice, numbers};
pub use time::{time_label, times};

/// One mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, in the axis's values.
    pub value: f64,
    /// What stands there.
    pub label: String,
}

/// No axis has use for more ticks, whatever the caller asks for.
const MOST: usize = 1000;
