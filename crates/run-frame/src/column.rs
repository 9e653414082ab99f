//! What a column is, and what a cell holds.

use mlflow_api::RunStatus;

/// A column of a [`Frame`](crate::Frame). It stays valid as the frame grows; in
/// another frame it means something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// A field that every run has.
    Attribute(Attribute),
    /// The latest value of a metric.
    Metric(KeyId),
    /// A parameter.
    Param(KeyId),
    /// A tag.
    Tag(KeyId),
    /// What a metric's history says, as far as it was read.
    Stat(KeyId, Stat),
}

impl Column {
    /// What kind of column this is.
    pub const fn group(self) -> Group {
        match self {
            Self::Attribute(_) => Group::Attribute,
            Self::Metric(_) | Self::Stat(..) => Group::Metric,
            Self::Param(_) => Group::Param,
            Self::Tag(_) => Group::Tag,
        }
    }
}

/// A number that is made of a metric's whole history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stat {
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// The value of the first step.
    First,
    /// The value of the last step, which need not be the one logged last.
    Last,
    /// The step of the best value, where it is known which way is better.
    BestStep,
}

impl Stat {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Min, Self::Max, Self::First, Self::Last, Self::BestStep];

    /// The name, in snake case, as it stands in links and exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::First => "first",
            Self::Last => "last",
            Self::BestStep => "best_step",
        }
    }
}

/// A key within its group: the first one that a frame met is number 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub(crate) u32);

impl KeyId {
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The kinds of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Fields that every run has.
    Attribute,
    /// Metrics: numbers.
    Metric,
    /// Parameters: texts, which often look like numbers.
    Param,
    /// Tags: texts.
    Tag,
}

impl Group {
    /// All of them, in the order in which a table shows them.
    pub const ALL: &'static [Self] = &[Self::Attribute, Self::Metric, Self::Param, Self::Tag];
}

/// The fields that every run has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// The run's name, or its id where it has none: text.
    Name,
    /// Running, finished, failed…
    Status,
    /// When it started: a time.
    StartTime,
    /// When it ended: a time, missing while it runs.
    EndTime,
    /// From start to end: missing while it runs.
    Duration,
    /// Who started it: text.
    User,
    /// The experiment's id: text.
    ExperimentId,
    /// The run's id: text.
    RunId,
    /// The id of the run that it is nested in: text.
    ParentRunId,
    /// The datasets that it read, with their digests: text.
    Dataset,
    /// How many logged models it made: a number, missing for none.
    Models,
}

impl Attribute {
    /// All of them, in the order in which a table shows them.
    pub const ALL: &'static [Self] = &[
        Self::Name,
        Self::Status,
        Self::StartTime,
        Self::EndTime,
        Self::Duration,
        Self::User,
        Self::ExperimentId,
        Self::RunId,
        Self::ParentRunId,
        Self::Dataset,
        Self::Models,
    ];

    /// The name, in snake case, as it stands in links and exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "run_name",
            Self::Status => "status",
            Self::StartTime => "start_time",
            Self::EndTime => "end_time",
            Self::Duration => "duration",
            Self::User => "user",
            Self::ExperimentId => "experiment_id",
            Self::RunId => "run_id",
            Self::ParentRunId => "parent_run_id",
            Self::Dataset => "dataset",
            Self::Models => "models",
        }
    }
}

/// What a run has in a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing: the run never logged this key.
    Missing,
    /// A number, which may be NaN or infinite.
    Number(f64),
    /// A text, which may be empty.
    Text(&'a str),
    /// Milliseconds since 1970.
    Time(i64),
    /// Milliseconds.
    Duration(i64),
    /// A run's status.
    Status(RunStatus),
}

impl Cell<'_> {
    /// The cell as a number: metrics, times and durations as they are, texts
    /// if they look like a number, statuses never.
    pub fn number(&self) -> Option<f64> {
        match *self {
            Self::Number(number) => Some(number),
            Self::Time(ms) | Self::Duration(ms) => Some(ms as f64),
            Self::Text(text) => parse_number(text),
            Self::Missing | Self::Status(_) => None,
        }
    }

    /// Whether there is nothing.
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

/// A number as Python prints one. Other spellings of NaN and infinity, which
/// Rust's own parser takes, are words here: somebody may be called Nan.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    match text {
        "nan" | "NaN" => Some(f64::NAN),
        "inf" | "Infinity" => Some(f64::INFINITY),
        "-inf" | "-Infinity" => Some(f64::NEG_INFINITY),
        _ if text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) => text.parse().ok(),
        _ => None,
    }
}
