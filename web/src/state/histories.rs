//! The histories of a run's metrics, a few at a time.

use std::collections::{HashMap, VecDeque};

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::{Error, MetricPoint};
use plot::{Points, Sample, XKind};

use super::session::Mlflow;

/// How many histories are asked for at the same time.
const AT_ONCE: usize = 4;
/// How much of one history is read.
pub(crate) const MOST_POINTS: usize = 1_000_000;

/// A metric's history, ready to draw.
#[derive(Clone, Debug)]
pub(crate) struct History {
    /// The points, in order of their steps.
    pub(crate) points: Points,
    /// How many values were logged; more than points where some are no numbers.
    pub(crate) logged: usize,
    /// The smallest and the largest value, leaving out what is no number.
    pub(crate) range: Option<(f64, f64)>,
    /// Whether all of it was read.
    pub(crate) complete: bool,
}

/// How far a history has come.
#[derive(Clone, Debug)]
pub(crate) enum HistoryState {
    /// It is on its way, or waits for its turn.
    Waiting,
    /// It is there.
    Ready(History),
    /// It could not be read.
    Failed(Error),
}

/// The histories of one run. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Histories {
    states: StoredValue<HashMap<String, RwSignal<HistoryState>>>,
}

impl Histories {
    /// Begins to read the histories of `keys`, in that order.
    pub(crate) fn load(client: Mlflow, run_id: String, keys: Vec<String>) -> Histories {
        let states =
            keys.iter().map(|key| (key.clone(), RwSignal::new(HistoryState::Waiting))).collect();
        let histories = Histories { states: StoredValue::new(states) };
        let waiting: StoredValue<VecDeque<String>> = StoredValue::new(keys.into());
        for _ in 0..AT_ONCE {
            let client = client.clone();
            let run_id = run_id.clone();
            spawn_local(async move {
                // Ends when nothing waits any more, or the page is gone.
                while let Some(key) = waiting.try_update_value(VecDeque::pop_front).flatten() {
                    histories.read(&client, &run_id, &key).await;
                }
            });
        }
        histories
    }

    /// How far the history of `key` has come.
    pub(crate) fn get(self, key: &str) -> HistoryState {
        self.signal(key).map_or(HistoryState::Waiting, |state| state.get())
    }

    /// Reads the history of `key` again.
    pub(crate) fn retry(self, client: Mlflow, run_id: String, key: String) {
        if let Some(state) = self.signal(&key) {
            state.set(HistoryState::Waiting);
            spawn_local(async move { self.read(&client, &run_id, &key).await });
        }
    }

    async fn read(self, client: &Mlflow, run_id: &str, key: &str) {
        let answer = client.metric_history_all(run_id, key, MOST_POINTS, |_| {}).await;
        let Some(state) = self.signal(key) else { return };
        state.set(match answer {
            Ok(history) => HistoryState::Ready(History::of(&history.points, history.complete)),
            Err(error) => HistoryState::Failed(error),
        });
    }

    fn signal(self, key: &str) -> Option<RwSignal<HistoryState>> {
        self.states.try_with_value(|states| states.get(key).copied()).flatten()
    }
}

impl History {
    fn of(logged: &[MetricPoint], complete: bool) -> History {
        let samples: Vec<Sample> = logged
            .iter()
            .map(|point| Sample {
                step: point.step,
                timestamp: point.timestamp,
                value: point.value,
            })
            .collect();
        let points = Points::from_samples(&samples, XKind::Step);
        let range = points.extrema(0..points.len()).and_then(|extrema| {
            let value = |index| points.get(index).map(|(_, value)| value);
            value(extrema.lowest).zip(value(extrema.highest))
        });
        History { points, logged: logged.len(), range, complete }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_knows_its_range_without_what_is_no_number() {
        let point = |step, value| MetricPoint { step, timestamp: 0, value };
        let logged = [point(2, 0.5), point(0, f64::NAN), point(1, -3.0), point(3, f64::INFINITY)];
        let history = History::of(&logged, true);
        assert_eq!(history.logged, 4);
        assert_eq!(history.points.len(), 2);
        assert_eq!(history.range, Some((-3.0, 0.5)));
        assert_eq!(History::of(&[], true).range, None);
    }
}
