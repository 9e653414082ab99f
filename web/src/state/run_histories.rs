//! Histories of single metrics of many runs, for sparklines and for columns such
//! as a metric's minimum: read for the rows that are seen, a few at a time.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Write as _;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::MetricPoint;
use run_frame::{Column, Frame, Goal, Group, Stat};

use super::session::Mlflow;

/// How many histories are asked for at the same time.
const AT_ONCE: usize = 4;
/// How many wait at most: what was scrolled past long ago is not worth reading.
const MOST_WAITING: usize = 300;
/// How much of one history is read.
const MOST_POINTS: usize = 1_000_000;
/// How often what was read is shown.
const PACE: Duration = Duration::from_millis(150);
/// The size of a sparkline.
pub(crate) const SPARK: (f64, f64) = (108.0, 18.0);

/// A run's row and a metric.
type Key = (u32, String);

/// The last step of a metric and its value's bits: with another one there is more to
/// read.
type Latest = (i64, u64);

/// The histories. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct RunHistories {
    client: StoredValue<Mlflow>,
    frame: RwSignal<Frame>,
    /// Sparklines as SVG paths; empty for less than two points.
    lines: StoredValue<HashMap<Key, String>>,
    waiting: StoredValue<VecDeque<Key>>,
    asked: StoredValue<HashMap<Key, Latest>>,
    failed: StoredValue<HashSet<Key>>,
    busy: StoredValue<usize>,
    /// Changes when something was read.
    version: RwSignal<u32>,
    due: StoredValue<bool>,
}

impl RunHistories {
    /// No histories yet; what they say goes into `frame`, too.
    pub(crate) fn new(client: Mlflow, frame: RwSignal<Frame>) -> RunHistories {
        RunHistories {
            client: StoredValue::new(client),
            frame,
            lines: StoredValue::default(),
            waiting: StoredValue::default(),
            asked: StoredValue::default(),
            failed: StoredValue::default(),
            busy: StoredValue::new(0),
            version: RwSignal::new(0),
            due: StoredValue::new(false),
        }
    }

    /// Changes when something was read.
    pub(crate) fn version(self) -> ReadSignal<u32> {
        self.version.read_only()
    }

    /// The sparkline of a run's metric, if it was read.
    pub(crate) fn line(self, row: u32, metric: &str) -> Option<String> {
        self.lines.with_value(|lines| lines.get(&(row, metric.to_owned())).cloned())
    }

    /// Whether a run's metric could not be read.
    pub(crate) fn has_failed(self, row: u32, metric: &str) -> bool {
        self.failed
            .with_value(|failed| !failed.is_empty() && failed.contains(&(row, metric.to_owned())))
    }

    /// Reads what could not be read again, once it is seen.
    pub(crate) fn forgive(self) {
        let failed = self.failed.try_update_value(std::mem::take).unwrap_or_default();
        self.asked.update_value(|asked| asked.retain(|key, _| !failed.contains(key)));
    }

    /// Reads a run's metric, unless that was asked for already and nothing was logged
    /// since. Answers whether the run has it.
    pub(crate) fn want(self, frame: &Frame, row: u32, metric: &str) -> bool {
        let Some(column) = frame.find(Group::Metric, metric) else { return false };
        let value = frame.cell(column, row);
        if value.is_missing() {
            return false;
        }
        let value = value.number().unwrap_or(f64::NAN);
        let latest = (frame.step(column, row), value.to_bits());
        let key = (row, metric.to_owned());
        if self.asked.with_value(|asked| asked.get(&key) == Some(&latest)) {
            return true;
        }
        self.asked.update_value(|asked| {
            asked.insert(key.clone(), latest);
        });
        self.waiting.update_value(|waiting| {
            waiting.push_back(key);
            if waiting.len() > MOST_WAITING
                && let Some(old) = waiting.pop_front()
            {
                self.asked.update_value(|asked| {
                    asked.remove(&old);
                });
            }
        });
        if self.busy.get_value() < AT_ONCE {
            self.busy.update_value(|busy| *busy += 1);
            spawn_local(self.work());
        }
        true
    }

    async fn work(self) {
        while let Some(key) = self.waiting.try_update_value(VecDeque::pop_front).flatten() {
            let Some(client) = self.client.try_get_value() else { return };
            let run = self.frame.with_untracked(|frame| frame.run_id(key.0).to_owned());
            let answer = client.metric_history_all(&run, &key.1, MOST_POINTS, |_| {}).await;
            if self.frame.is_disposed() {
                return;
            }
            self.failed.update_value(|failed| match &answer {
                Ok(_) => drop(failed.remove(&key)),
                Err(_) => drop(failed.insert(key.clone())),
            });
            if let Ok(history) = answer {
                self.keep(key, history.points);
            }
            self.tell();
        }
        self.busy.try_update_value(|busy| *busy -= 1);
    }

    fn keep(self, (row, metric): Key, mut points: Vec<MetricPoint>) {
        points.sort_by_key(|point| (point.step, point.timestamp));
        self.frame.update_untracked(|frame| {
            let Some(Column::Metric(id)) = frame.find(Group::Metric, &metric) else { return };
            for (stat, value) in statistics(&metric, &points) {
                frame.set_stat(row, id, stat, value);
            }
        });
        self.lines.update_value(|lines| drop(lines.insert((row, metric), path(&points))));
    }

    /// Has what was read shown, before long.
    fn tell(self) {
        if !self.due.get_value() {
            self.due.set_value(true);
            set_timeout(
                move || {
                    if self.due.try_update_value(|due| *due = false).is_some() {
                        self.version.update(|version| *version = version.wrapping_add(1));
                    }
                },
                PACE,
            );
        }
    }
}

/// What a history says; NaN is left out of all but the first and the last.
fn statistics(metric: &str, points: &[MetricPoint]) -> Vec<(Stat, f64)> {
    let numbers = || points.iter().filter(|point| !point.value.is_nan());
    let least = numbers().min_by(|a, b| a.value.total_cmp(&b.value));
    // The first of several: `max_by` takes the last.
    let most = numbers().rev().max_by(|a, b| a.value.total_cmp(&b.value));
    let best = match Goal::from_name(metric) {
        Some(Goal::Minimize) => least,
        Some(Goal::Maximize) => most,
        None => None,
    };
    [
        (Stat::Min, least.map(|point| point.value)),
        (Stat::Max, most.map(|point| point.value)),
        (Stat::First, points.first().map(|point| point.value)),
        (Stat::Last, points.last().map(|point| point.value)),
        (Stat::BestStep, best.map(|point| point.step as f64)),
    ]
    .into_iter()
    .filter_map(|(stat, value)| Some((stat, value?)))
    .collect()
}

/// A history as the path of a sparkline: of each pixel's points the least and
/// the greatest, so that no spike is lost.
fn path(points: &[MetricPoint]) -> String {
    let finite: Vec<&MetricPoint> = points.iter().filter(|p| p.value.is_finite()).collect();
    let (Some(first), Some(last)) = (finite.first(), finite.last()) else { return String::new() };
    if finite.len() < 2 || first.step == last.step {
        return String::new();
    }
    let steps = (last.step - first.step) as f64;
    let values = || finite.iter().map(|point| point.value);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::MIN, f64::max));
    let (width, height) = SPARK;
    let x = |step: i64| ((step - first.step) as f64 / steps * width).round();
    let scale = if high > low { (height - 2.0) / (high - low) } else { 0.0 };
    let y = |value: f64| height - 1.0 - (value - low) * scale;
    let mut out = String::new();
    let mut write = |x: f64, y: f64| {
        let letter = if out.is_empty() { 'M' } else { 'L' };
        write!(out, "{letter}{x} {y:.1}").ok();
    };
    for column in finite.chunk_by(|a, b| x(a.step) == x(b.step)) {
        let values = || column.iter().map(|point| point.value);
        let (low, high) =
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::MIN, f64::max));
        let Some(at) = column.first() else { continue };
        let falls = column.last().is_some_and(|last| last.value < at.value);
        let (one, other) = if falls { (high, low) } else { (low, high) };
        write(x(at.step), y(one));
        if other != one {
            write(x(at.step), y(other));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[f64]) -> Vec<MetricPoint> {
        let point = |(step, value): (i64, &f64)| MetricPoint { step, timestamp: 0, value: *value };
        (0..).zip(values).map(point).collect()
    }

    #[test]
    fn a_history_says_where_it_was_best() {
        let history = points(&[3.0, 1.0, f64::NAN, 2.0, 1.0]);
        let of = |metric| statistics(metric, &history);
        assert_eq!(
            of("loss"),
            [
                (Stat::Min, 1.0),
                (Stat::Max, 3.0),
                (Stat::First, 3.0),
                (Stat::Last, 1.0),
                (Stat::BestStep, 1.0)
            ]
        );
        assert_eq!(of("accuracy").last(), Some(&(Stat::BestStep, 0.0)));
        assert_eq!(of("thing").len(), 4);
        assert!(statistics("loss", &[]).is_empty());
    }

    #[test]
    fn a_sparkline_keeps_its_spikes() {
        assert_eq!(path(&points(&[0.0, 1.0])), "M0 17.0L108 1.0");
        assert_eq!(path(&points(&[1.0])), "");
        let mut values = vec![0.0; 10_000];
        values[5000] = 1.0;
        let line = path(&points(&values));
        assert!(line.contains("L54 1.0"), "{line}");
        assert!(line.len() < 3000);
    }
}
