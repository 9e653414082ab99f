//! What one chart shows, as a plain value.

use serde::{Deserialize, Serialize};

use crate::state::language::t;

/// Something that a run has: a metric or a parameter. Written as MLflow's
/// filters write it: `metrics.loss`, `params.lr`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub(crate) enum Field {
    /// A metric, of which its last value counts.
    Metric(String),
    /// A parameter.
    Param(String),
}

impl Field {
    /// The key without its kind.
    pub(crate) fn key(&self) -> &str {
        match self {
            Field::Metric(key) | Field::Param(key) => key,
        }
    }
}

impl From<Field> for String {
    fn from(field: Field) -> String {
        match field {
            Field::Metric(key) => format!("metrics.{key}"),
            Field::Param(key) => format!("params.{key}"),
        }
    }
}

impl From<String> for Field {
    fn from(text: String) -> Field {
        match text.strip_prefix("params.") {
            Some(key) => Field::Param(key.to_owned()),
            None => Field::Metric(text.strip_prefix("metrics.").unwrap_or(&text).to_owned()),
        }
    }
}

/// What the x axis of a line chart shows. Written as MLflow's address writes
/// it, with the key for another metric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum XAxis {
    /// The step.
    #[default]
    Step,
    /// When each value was logged.
    Wall,
    /// How long after the run's first value of it each was logged.
    Relative,
    /// The value of another metric at the same step.
    Metric(String),
}

/// How the lines of a chart are smoothed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Smoothing {
    /// Not at all.
    #[default]
    None,
    /// MLflow's moving average, 1 to 100.
    Ema(f64),
    /// The mean of so many values around each.
    Mean(usize),
    /// The median of so many values around each.
    Median(usize),
}

impl Smoothing {
    /// As `plot` takes it.
    pub(crate) fn of_plot(self) -> plot::Smoothing {
        match self {
            Smoothing::None => plot::Smoothing::None,
            Smoothing::Ema(smoothness) => plot::Smoothing::Ema(smoothness),
            Smoothing::Mean(window) => plot::Smoothing::Mean(window),
            Smoothing::Median(window) => plot::Smoothing::Median(window),
        }
    }
}

/// Whether each point of a line is marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Markers {
    /// When there are few.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// What holds for all line charts that do not say otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LineSettings {
    /// The x axis; system metrics have time instead of steps of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) x: Option<XAxis>,
    /// The smoothing.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) smoothing: Smoothing,
    /// Whether the y axis leaves out the lowest and the highest twentieth.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) cut_outliers: bool,
    /// Whether points are marked.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) markers: Markers,
}

/// A line chart. What is `None` is as the board has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LineSpec {
    /// The metrics, a line each and run.
    pub(crate) metrics: Vec<String>,
    /// A formula of metrics instead of them, such as `log(loss) / ${val/loss}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) formula: Option<String>,
    /// The x axis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) x: Option<XAxis>,
    /// Whether the x axis is logarithmic.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) x_log: bool,
    /// Whether the y axis is logarithmic.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) y_log: bool,
    /// The part of x to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) x_range: Option<(f64, f64)>,
    /// The part of y to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) y_range: Option<(f64, f64)>,
    /// The smoothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) smoothing: Option<Smoothing>,
    /// Whether the y axis leaves out the lowest and the highest twentieth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cut_outliers: Option<bool>,
    /// Whether points are marked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) markers: Option<Markers>,
}

impl LineSpec {
    /// The chart of one metric, as the board has it.
    pub(crate) fn of(metric: &str) -> LineSpec {
        LineSpec { metrics: vec![metric.to_owned()], ..LineSpec::default() }
    }
}

/// What a chart shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Chart {
    /// Histories as lines.
    Line(LineSpec),
    /// The last values of metrics as bars, a group of bars a run.
    Bar {
        /// The metrics.
        metrics: Vec<String>,
    },
    /// A dot a run.
    Scatter {
        /// The field to the right.
        x: Field,
        /// The field upwards.
        y: Field,
        /// The field that colours the dots, instead of the runs' own colours.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        colour: Option<Field>,
    },
    /// How a metric spreads, for each value of a parameter or group.
    Box {
        /// What the runs are grouped by; their groups without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Field>,
        /// The field that spreads.
        y: Field,
    },
    /// How often a metric has which value.
    Histogram {
        /// The field.
        field: Field,
        /// How many bars; as many as suit the number of runs without.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bins: Option<usize>,
    },
    /// A third field as the height over two.
    Contour {
        /// The field to the right.
        x: Field,
        /// The field upwards.
        y: Field,
        /// The field that is the height.
        z: Field,
        /// Whether the colours run the other way.
        #[serde(default, skip_serializing_if = "is_default")]
        reverse: bool,
    },
    /// A line a run across several axes.
    Parallel {
        /// The axes from left to right.
        axes: Vec<Field>,
    },
    /// The images that runs logged, a row a run.
    Images(ImageSpec),
    /// What differs between the runs, a column a run.
    Differences {
        /// The id of the run that the others are held against; the first run
        /// without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        baseline: Option<String>,
        /// Whether what is the same in all runs is shown, too.
        #[serde(default, skip_serializing_if = "is_default")]
        all: bool,
    },
}

/// A grid of images.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ImageSpec {
    /// Their keys; all that there are without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) keys: Vec<String>,
    /// What its columns are.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) columns: ImageColumns,
    /// The step that is shown, or the last of those that are; the last of all
    /// without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<i64>,
    /// A folder of the runs' files, whose pictures are shown, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<String>,
}

/// What the columns of a grid of images are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ImageColumns {
    /// A column a key, all of one step.
    #[default]
    Keys,
    /// A column a step, all of the first key.
    Steps,
}

impl Chart {
    /// The title that a chart has by itself.
    pub(crate) fn title(&self) -> String {
        match self {
            Chart::Line(LineSpec { formula: Some(formula), .. }) => formula.clone(),
            Chart::Line(LineSpec { metrics, .. }) | Chart::Bar { metrics } => metrics.join(", "),
            Chart::Scatter { x, y, .. } => format!("{} × {}", x.key(), y.key()),
            Chart::Box { by: Some(by), y } => format!("{} by {}", y.key(), by.key()),
            Chart::Box { by: None, y } => y.key().to_owned(),
            Chart::Histogram { field, .. } => field.key().to_owned(),
            Chart::Contour { x, y, z, .. } => format!("{} over {} × {}", z.key(), x.key(), y.key()),
            Chart::Parallel { axes } => axes.iter().map(Field::key).collect::<Vec<_>>().join(" · "),
            Chart::Images(ImageSpec { keys, .. }) if keys.is_empty() => t("Images").to_owned(),
            Chart::Images(ImageSpec { keys, .. }) => keys.join(", "),
            Chart::Differences { .. } => t("Differences").to_owned(),
        }
    }
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_filters_write_them() {
        for (field, text) in [
            (Field::Metric("val/loss".into()), "\"metrics.val/loss\""),
            (Field::Param("params.x".into()), "\"params.params.x\""),
        ] {
            assert_eq!(serde_json::to_string(&field).unwrap(), text);
            assert_eq!(serde_json::from_str::<Field>(text).unwrap(), field);
        }
        assert_eq!(
            serde_json::from_str::<Field>("\"loss\"").unwrap(),
            Field::Metric("loss".into())
        );
    }

    #[test]
    fn a_line_chart_is_written_briefly() {
        let chart = Chart::Line(LineSpec::of("loss"));
        let text = serde_json::to_string(&chart).unwrap();
        assert_eq!(text, r#"{"kind":"line","metrics":["loss"]}"#);
        assert_eq!(serde_json::from_str::<Chart>(&text).unwrap(), chart);
        let spec = LineSpec {
            x: Some(XAxis::Metric("epoch".into())),
            smoothing: Some(Smoothing::Ema(60.0)),
            ..LineSpec::of("loss")
        };
        let text = serde_json::to_string(&Chart::Line(spec.clone())).unwrap();
        assert_eq!(serde_json::from_str::<Chart>(&text).unwrap(), Chart::Line(spec));
    }
}
