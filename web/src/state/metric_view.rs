//! The metric page's choices, as MLflow's address has them.

use super::board::{LineSpec, Markers, Smoothing, XAxis};
use super::query::Query;
use super::route::{Place, Route};

/// What the metric page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct MetricView {
    /// The runs' ids.
    pub(crate) runs: Vec<String>,
    /// The ids of their experiments.
    pub(crate) experiments: Vec<String>,
    /// The metrics, of which the first gave the page its name.
    pub(crate) metrics: Vec<String>,
    /// What x shows.
    pub(crate) x: XAxis,
    /// Whether y is logarithmic.
    pub(crate) y_log: bool,
    /// MLflow's smoothness: 0 or 1 for none, at most 100.
    pub(crate) smoothness: f64,
    /// Whether points are marked; when there are few, if it was not chosen.
    pub(crate) markers: Markers,
    /// The curves that are hidden: see [`curve`].
    pub(crate) hidden: Vec<String>,
}

/// What MLflow calls the curve of a run and a metric.
pub(crate) fn curve(run: &str, metric: &str) -> String {
    format!("{run}-{metric}")
}

impl MetricView {
    /// Reads the choices in an address. What MLflow writes as JSON may stand
    /// without quotes, too.
    pub(crate) fn parse(query: &Query) -> MetricView {
        let text = |key: &str| {
            let text = query.get(key).unwrap_or_default();
            serde_json::from_slice(text.as_bytes()).unwrap_or_else(|_| text.to_owned())
        };
        let first = text("metric");
        let mut metrics = query.list("plot_metric_keys");
        if metrics.is_empty() && !first.is_empty() {
            metrics.push(first);
        }
        let smoothness = text("line_smoothness").parse().unwrap_or(0.0);
        MetricView {
            runs: query.list("runs"),
            experiments: query.list("experiments"),
            metrics,
            x: match text("x_axis").as_str() {
                "wall" => XAxis::Wall,
                "relative" => XAxis::Relative,
                _ => XAxis::Step,
            },
            y_log: text("y_axis_scale") == "log",
            smoothness: if f64::is_finite(smoothness) { smoothness.clamp(0.0, 100.0) } else { 0.0 },
            markers: match text("show_point").as_str() {
                "true" => Markers::On,
                "false" => Markers::Off,
                _ => Markers::Auto,
            },
            hidden: query.list("deselected_curves"),
        }
    }

    /// The place of the page with these choices.
    pub(crate) fn place(&self) -> Place {
        let mut place = Place::from(Route::Metric { path: String::new() });
        let query = &mut place.query;
        query.set_list("runs", &self.runs);
        let first = self.metrics.first().cloned().unwrap_or_default();
        query.set("metric", Some(&serde_json::Value::from(first).to_string()));
        query.set_list("experiments", &self.experiments);
        if self.metrics.len() > 1 {
            query.set_list("plot_metric_keys", &self.metrics);
        }
        match self.x {
            XAxis::Wall => query.set("x_axis", Some("wall")),
            XAxis::Relative => query.set("x_axis", Some("relative")),
            XAxis::Step | XAxis::Metric(_) => {}
        }
        if self.y_log {
            query.set("y_axis_scale", Some("log"));
        }
        if self.smoothness > 1.0 {
            query.set("line_smoothness", Some(&self.smoothness.to_string()));
        }
        match self.markers {
            Markers::On => query.set("show_point", Some("true")),
            Markers::Off => query.set("show_point", Some("false")),
            Markers::Auto => {}
        }
        if !self.hidden.is_empty() {
            query.set_list("deselected_curves", &self.hidden);
        }
        place
    }

    /// The line chart of these choices.
    pub(crate) fn spec(&self) -> LineSpec {
        let smoothed = self.smoothness > 1.0;
        LineSpec {
            metrics: self.metrics.clone(),
            x: Some(self.x.clone()),
            y_log: self.y_log,
            smoothing: Some(if smoothed {
                Smoothing::Ema(self.smoothness)
            } else {
                Smoothing::None
            }),
            markers: Some(self.markers),
            ..LineSpec::default()
        }
    }
}

/// The address of the metric page of some runs of some experiments.
pub(crate) fn metric_href(runs: &[String], metric: &str, experiments: &[String]) -> String {
    let view = MetricView {
        runs: runs.to_vec(),
        experiments: experiments.to_vec(),
        metrics: vec![metric.to_owned()],
        ..MetricView::default()
    };
    view.place().href()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_mlflow_is_understood() {
        let query = Query::parse(
            "runs=[%22a%22,%22b%22]&metric=%22val%2Floss%22&experiments=[%221%22]\
             &plot_metric_keys=[%22val%2Floss%22,%22loss%22]&plot_layout={%22autosize%22:true}\
             &x_axis=wall&y_axis_scale=log&line_smoothness=61&show_point=false\
             &deselected_curves=[%22a-loss%22]&last_linear_y_axis_range=[]",
        );
        let view = MetricView::parse(&query);
        assert_eq!(view.runs, ["a", "b"]);
        assert_eq!(view.metrics, ["val/loss", "loss"]);
        assert_eq!((view.x.clone(), view.y_log, view.smoothness), (XAxis::Wall, true, 61.0));
        assert_eq!((view.markers, view.hidden.clone()), (Markers::Off, vec![curve("a", "loss")]));
        assert_eq!(MetricView::parse(&view.place().query), view);
        assert_eq!(view.spec().smoothing, Some(Smoothing::Ema(61.0)));
    }

    #[test]
    fn an_address_without_choices_has_the_defaults() {
        let view = MetricView::parse(&Query::parse("metric=loss&line_smoothness=NaN&runs=x"));
        let plain = MetricView { metrics: vec!["loss".into()], ..MetricView::default() };
        assert_eq!(view, plain);
        assert_eq!(
            metric_href(&["r".into()], "a\"b", &["7".into()]),
            "#/metric?runs=%5B%22r%22%5D&metric=%22a%5C%22b%22&experiments=%5B%227%22%5D"
        );
    }
}
