//! From a card's settings and the histories at hand to a line chart.

use std::sync::Arc;

use plot::{Points, ScaleKind, Series, XKind, grouped};

use crate::components::failure::words;
use crate::state::board::runs::is_system;
use crate::state::board::{BoardRun, LineSettings, LineSpec, Markers, XAxis};
use crate::state::language::tf;
use crate::state::metric_histories::{History, HistoryState};
use crate::state::metric_view::curve;

/// A line chart as far as its histories are there.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// The chart without size, colours and what is under the pointer.
    pub(super) chart: plot::LineChart,
    /// How many histories it needs.
    pub(super) wanted: usize,
    /// How many of them are there.
    pub(super) ready: usize,
    /// How many points of the others have come.
    pub(super) coming: usize,
    /// Those that could not be read, with the first reason.
    pub(super) failed: Vec<(Arc<str>, Arc<str>)>,
    /// Why.
    pub(super) reason: Option<String>,
    /// How many values were logged.
    pub(super) logged: usize,
    /// How many of them are no finite number.
    pub(super) missing: usize,
    /// Whether a history was cut.
    pub(super) cut: bool,
    /// What is wrong with the formula, if there is one.
    pub(super) mistake: Option<String>,
}

/// What is shown as x, for a card.
pub(super) fn x_axis(spec: &LineSpec, settings: &LineSettings) -> XAxis {
    let system = spec.formula.is_none() && spec.metrics.iter().all(|key| is_system(key));
    let default = if system { XAxis::Relative } else { XAxis::Step };
    spec.x.clone().or_else(|| settings.x.clone()).unwrap_or(default)
}

/// As `plot` calls it.
pub(super) fn x_kind(axis: &XAxis) -> XKind {
    match axis {
        XAxis::Step => XKind::Step,
        XAxis::Wall => XKind::WallTime,
        XAxis::Relative => XKind::RelativeTime,
        XAxis::Metric(_) => XKind::Value,
    }
}

/// Builds the chart of a card from what `history` says of a run and a metric,
/// without the curves that are `hidden`.
pub(super) fn lines(
    title: &str,
    spec: &LineSpec,
    settings: &LineSettings,
    runs: &[Arc<BoardRun>],
    history: &dyn Fn(&Arc<str>, &Arc<str>) -> HistoryState,
    hidden: &[String],
) -> Lines {
    let axis = match x_axis(spec, settings) {
        XAxis::Step if spec.x.is_none() && stepless(spec, runs, history) => XAxis::Relative,
        axis => axis,
    };
    let mut lines = Lines {
        chart: plot::LineChart {
            title: title.into(),
            x_kind: x_kind(&axis),
            x_name: match &axis {
                XAxis::Metric(key) => key.as_str().into(),
                _ => "".into(),
            },
            x_scale: scale(spec.x_log),
            y_scale: scale(spec.y_log),
            cut_outliers: spec.cut_outliers.unwrap_or(settings.cut_outliers),
            markers: match spec.markers.unwrap_or(settings.markers) {
                Markers::Auto => plot::Markers::Auto,
                Markers::On => plot::Markers::On,
                Markers::Off => plot::Markers::Off,
            },
            ..plot::LineChart::default()
        },
        wanted: 0,
        ready: 0,
        coming: 0,
        failed: Vec::new(),
        reason: None,
        logged: 0,
        missing: 0,
        cut: false,
        mistake: None,
    };
    let parsed = spec.formula.as_deref().map(plot::Formula::parse);
    let formula = match parsed {
        Some(Ok(formula)) => {
            let is_known = |key: &str| runs.iter().any(|run| run.metric(key).is_some());
            if let Some(key) = formula.names().iter().find(|key| !is_known(key))
                && !runs.is_empty()
            {
                lines.mistake = Some(tf("None of these runs has the metric {0}.", &[key]));
                return lines;
            }
            Some(formula)
        }
        Some(Err(error)) => {
            lines.mistake = Some(error.to_string());
            return lines;
        }
        None => None,
    };
    let mut drawn: Vec<(Arc<BoardRun>, String, Points)> = Vec::new();
    for run in runs {
        let mut get = |key: &str| lines.take(run, key, history);
        match &formula {
            Some(formula) => {
                let found: Option<Vec<Arc<History>>> =
                    formula.names().iter().map(|key| get(key)).collect();
                let Some(found) = found else { continue };
                let samples: Vec<&[plot::Sample]> =
                    found.iter().map(|history| history.samples.as_slice()).collect();
                let other = match &axis {
                    XAxis::Metric(key) => match get(key) {
                        Some(other) => Some(other),
                        None => continue,
                    },
                    _ => None,
                };
                let samples = formula.series(&samples);
                let points = placed(&samples, &axis, other.as_deref());
                drawn.push((run.clone(), title.to_owned(), points));
            }
            None => {
                let shown =
                    |key: &&String| hidden.is_empty() || !hidden.contains(&curve(&run.id, key));
                for key in spec.metrics.iter().filter(shown) {
                    let Some(found) = get(key) else { continue };
                    let points = match &axis {
                        XAxis::Metric(other) => match get(other) {
                            Some(other) => placed(&found.samples, &axis, Some(&*other)),
                            None => continue,
                        },
                        _ => found.points(x_kind(&axis)),
                    };
                    drawn.push((run.clone(), key.clone(), points));
                }
            }
        }
    }
    lines.missing = drawn.iter().map(|(_, _, points)| points.missing()).sum();
    let smoothing = spec.smoothing.unwrap_or(settings.smoothing).of_plot();
    let series = by_group(drawn, spec.metrics.len() > 1);
    lines.chart.series = series.into_iter().map(|series| series.smoothed(smoothing)).collect();
    lines
}

impl Lines {
    /// A history, if the run has it and it is there.
    fn take(
        &mut self,
        run: &BoardRun,
        key: &str,
        history: &dyn Fn(&Arc<str>, &Arc<str>) -> HistoryState,
    ) -> Option<Arc<History>> {
        let key = run.metric(key)?.key.clone();
        self.wanted += 1;
        match history(&run.id, &key) {
            HistoryState::Ready(history) => {
                self.ready += 1;
                self.logged += history.samples.len();
                self.cut |= !history.complete;
                Some(history)
            }
            HistoryState::Loading(points) => {
                self.coming += points;
                None
            }
            HistoryState::Failed(error) => {
                self.failed.push((run.id.clone(), key));
                self.reason.get_or_insert_with(|| words(&error));
                None
            }
        }
    }
}

/// Whether all that was logged has one step: whoever counts none wants time.
fn stepless(
    spec: &LineSpec,
    runs: &[Arc<BoardRun>],
    history: &dyn Fn(&Arc<str>, &Arc<str>) -> HistoryState,
) -> bool {
    let mut found = false;
    for run in runs {
        for latest in spec.metrics.iter().filter_map(|key| run.metric(key)) {
            if let HistoryState::Ready(history) = history(&run.id, &latest.key) {
                let [first, rest @ ..] = history.samples.as_slice() else { continue };
                if rest.iter().any(|sample| sample.step != first.step) {
                    return false;
                }
                found |= !rest.is_empty();
            }
        }
    }
    found
}

fn scale(log: bool) -> ScaleKind {
    if log { ScaleKind::Log } else { ScaleKind::Linear }
}

/// Samples as points over an axis.
fn placed(samples: &[plot::Sample], axis: &XAxis, other: Option<&History>) -> Points {
    match (axis, other) {
        (XAxis::Metric(_), Some(other)) => Points::against(samples, &other.samples),
        _ => Points::from_samples(samples, x_kind(axis)),
    }
}

/// A line for each run; where runs are grouped, one for each group with the band
/// in which its members lie. Of several metrics, each line says its own.
fn by_group(drawn: Vec<(Arc<BoardRun>, String, Points)>, several: bool) -> Vec<Series> {
    let mut series: Vec<Series> = Vec::new();
    let mut groups: Vec<(Arc<str>, String, Vec<Points>)> = Vec::new();
    let mut of_run: Option<(Arc<str>, usize)> = None;
    for (run, key, points) in drawn {
        if let Some(group) = &run.group {
            let known = groups.iter_mut().find(|(name, of, _)| name == group && *of == key);
            match known {
                Some((_, _, members)) => members.push(points),
                None => groups.push((group.clone(), key, vec![points])),
            }
            continue;
        }
        let nth = match of_run {
            Some((ref id, nth)) if *id == run.id => nth + 1,
            _ => 0,
        };
        of_run = Some((run.id.clone(), nth));
        let label = if several { format!("{} · {key}", run.name) } else { run.name.to_string() };
        let mut line = Series::new(&run.id, &label, points);
        line.colour = shade(&run.colour, nth);
        series.push(line);
    }
    for (group, key, members) in groups {
        let together = grouped(&members);
        let label = if several { format!("{group} · {key}") } else { group.to_string() };
        let mut line = Series::new(&group, &label, together.mean);
        line.band = (members.len() > 1).then_some(together.band);
        series.push(line);
    }
    series
}

/// The colour of a run's nth metric in one chart: its own first, then others.
fn shade(colour: &Arc<str>, nth: usize) -> Arc<str> {
    if nth == 0 {
        return colour.clone();
    }
    let at = plot::colour::PALETTE.iter().position(|known| **known == **colour).unwrap_or(0);
    let next = plot::colour::PALETTE.get((at + nth * 3) % 10).copied();
    next.map_or_else(|| colour.clone(), Arc::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::board::runs::Latest;
    use plot::Sample;

    fn run(id: &str, group: Option<&str>, keys: &[&str]) -> Arc<BoardRun> {
        let latest = |key: &&str| Latest { key: (*key).into(), value: 1.0, step: 2, timestamp: 0 };
        Arc::new(BoardRun {
            id: id.into(),
            name: format!("run {id}").into(),
            colour: "#123456".into(),
            group: group.map(Arc::from),
            metrics: keys.iter().map(latest).collect(),
            ..BoardRun::default()
        })
    }

    /// A history over these steps, whose values are ten times the step.
    fn over(steps: &[i64]) -> HistoryState {
        let sample =
            |step: &i64| Sample { step: *step, timestamp: 1000 * step, value: *step as f64 * 10.0 };
        HistoryState::Ready(Arc::new(History::of(steps.iter().map(sample).collect())))
    }

    fn built(
        spec: &LineSpec,
        runs: &[Arc<BoardRun>],
        state: impl Fn(&str) -> HistoryState,
    ) -> Lines {
        let history = |_: &Arc<str>, key: &Arc<str>| state(key);
        lines("title", spec, &LineSettings::default(), runs, &history, &[])
    }

    #[test]
    fn runs_without_the_metric_are_not_waited_for() {
        let runs = [run("a", None, &["loss"]), run("b", None, &["acc"])];
        let built = built(&LineSpec::of("loss"), &runs, |_| HistoryState::Loading(7));
        assert_eq!((built.wanted, built.ready, built.coming), (1, 0, 7));
        assert!(built.chart.series.is_empty());
    }

    #[test]
    fn the_runs_of_a_group_are_one_line_in_a_band() {
        let runs = [
            run("a", Some("g"), &["loss"]),
            run("b", Some("g"), &["loss"]),
            run("c", None, &["loss"]),
        ];
        let built = built(&LineSpec::of("loss"), &runs, |_| over(&[0, 1, 2]));
        let series: Vec<(&str, bool)> =
            built.chart.series.iter().map(|s| (&*s.id, s.band.is_some())).collect();
        assert_eq!(series, [("c", false), ("g", true)]);
    }

    #[test]
    fn without_steps_x_is_time() {
        let runs = [run("a", None, &["loss"])];
        let flat = [(0, 1.0), (0, 2.0)].map(|(step, value)| Sample {
            step,
            timestamp: value as i64,
            value,
        });
        let state = |_: &str| HistoryState::Ready(Arc::new(History::of(flat.to_vec())));
        let kind = |spec: &LineSpec| built(spec, &runs, state).chart.x_kind;
        assert_eq!(kind(&LineSpec::of("loss")), XKind::RelativeTime);
        let chosen = LineSpec { x: Some(XAxis::Step), ..LineSpec::of("loss") };
        assert_eq!(kind(&chosen), XKind::Step);
        let stepped = built(&LineSpec::of("loss"), &runs, |_| over(&[0, 1]));
        assert_eq!(stepped.chart.x_kind, XKind::Step);
        let system = [run("a", None, &["system/cpu"])];
        let system = built(&LineSpec::of("system/cpu"), &system, |_| over(&[0, 1]));
        assert_eq!(system.chart.x_kind, XKind::RelativeTime);
    }

    #[test]
    fn a_metric_over_another_and_a_formula_meet_at_their_steps() {
        let runs = [run("a", None, &["loss", "epoch"])];
        let state = |key: &str| if key == "epoch" { over(&[1, 2, 3]) } else { over(&[2, 3, 4]) };
        let spec = LineSpec { x: Some(XAxis::Metric("epoch".into())), ..LineSpec::of("loss") };
        let over_epoch = built(&spec, &runs, state);
        assert_eq!(over_epoch.chart.series[0].points.xs(), [20.0, 30.0]);
        assert_eq!(&*over_epoch.chart.x_name, "epoch");
        let spec = LineSpec { formula: Some("loss - epoch / 2".into()), ..LineSpec::default() };
        assert_eq!(built(&spec, &runs, state).chart.series[0].points.ys(), [10.0, 15.0]);
        let spec = LineSpec { formula: Some("loss / losss".into()), ..LineSpec::default() };
        let mistake = built(&spec, &runs, state).mistake.unwrap();
        assert!(mistake.ends_with("the metric losss."), "{mistake}");
        let spec = LineSpec { formula: Some("loss +".into()), ..LineSpec::default() };
        assert!(built(&spec, &runs, state).mistake.is_some());
    }

    #[test]
    fn several_metrics_of_a_run_are_told_apart() {
        let runs = [run("a", None, &["loss", "acc"])];
        let spec = LineSpec { metrics: vec!["loss".into(), "acc".into()], ..LineSpec::default() };
        let built = built(&spec, &runs, |_| over(&[0, 1]));
        let [first, second] = built.chart.series.as_slice() else { panic!() };
        assert_eq!((&*first.label, &*second.label), ("run a · loss", "run a · acc"));
        assert_eq!(&*first.colour, "#123456");
        assert_ne!(first.colour, second.colour);
    }
}
