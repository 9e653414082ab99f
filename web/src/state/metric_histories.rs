//! The full histories of metrics, of many runs: asked for by what is on screen,
//! read a few at a time, and kept for as long as the page is.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, OnceLock};

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::{Error, MetricPoint};
use plot::{Points, Sample, XKind};

use super::session::Mlflow;

/// How many histories are read at the same time.
const AT_ONCE: usize = 4;
/// How much of one history is read.
pub(crate) const MOST_POINTS: usize = 1_000_000;

/// A metric's history.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// What was logged, in the server's order.
    pub(crate) samples: Vec<Sample>,
    /// Whether all of it was read.
    pub(crate) complete: bool,
    /// Where the last page begins, to read on from there.
    tail: Tail,
    /// As points over the step, wall time and relative time, once asked for.
    points: [OnceLock<Points>; 3],
}

/// Where the last page of a history begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tail {
    token: Option<String>,
    before: usize,
}

impl History {
    /// The points in order of x. They are made once.
    pub(crate) fn points(&self, x: XKind) -> Points {
        let [step, wall, relative] = &self.points;
        let kept = match x {
            XKind::Step | XKind::Value => step,
            XKind::WallTime => wall,
            XKind::RelativeTime => relative,
        };
        kept.get_or_init(|| Points::from_samples(&self.samples, x)).clone()
    }
}

#[cfg(test)]
impl History {
    /// What was logged, all of it.
    pub(crate) fn of(samples: Vec<Sample>) -> History {
        History { samples, complete: true, ..History::default() }
    }
}

impl History {
    /// The smallest and the largest value, leaving out what is no number.
    pub(crate) fn range(&self) -> Option<(f64, f64)> {
        let points = self.points(XKind::Step);
        points.extrema(0..points.len()).map(|extrema| (extrema.min, extrema.max))
    }
}

/// How far a history has come.
#[derive(Clone, Debug)]
pub(crate) enum HistoryState {
    /// It waits for its turn, or so many points of it are there.
    Loading(usize),
    /// It is there.
    Ready(Arc<History>),
    /// It could not be read.
    Failed(Error),
}

/// A run's id and a metric's key.
type Key = (Arc<str>, Arc<str>);

/// The histories of a page. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct MetricHistories {
    client: StoredValue<Mlflow>,
    states: StoredValue<HashMap<Key, ArcRwSignal<HistoryState>>>,
    waiting: StoredValue<VecDeque<Key>>,
    readers: StoredValue<usize>,
}

impl MetricHistories {
    /// None yet.
    pub(crate) fn new(client: Mlflow) -> MetricHistories {
        MetricHistories {
            client: StoredValue::new(client),
            states: StoredValue::new(HashMap::new()),
            waiting: StoredValue::new(VecDeque::new()),
            readers: StoredValue::new(0),
        }
    }

    /// The client that reads them.
    pub(crate) fn client(self) -> Mlflow {
        self.client.get_value()
    }

    /// How far a history has come. Asks for it if nobody has yet.
    pub(crate) fn get(self, run: &Arc<str>, key: &Arc<str>) -> HistoryState {
        let asked = (run.clone(), key.clone());
        if let Some(state) = self.state(&asked) {
            return state.get();
        }
        let state = ArcRwSignal::new(HistoryState::Loading(0));
        self.states.update_value(|states| {
            states.insert(asked.clone(), state.clone());
        });
        self.read_later(asked);
        state.get()
    }

    /// Lets go of a history that nobody needs any more and that was not begun.
    pub(crate) fn forget(self, run: &Arc<str>, key: &Arc<str>) {
        let asked = (run.clone(), key.clone());
        let dropped = self.waiting.try_update_value(|waiting| {
            let at = waiting.iter().position(|known| *known == asked)?;
            waiting.remove(at)
        });
        if dropped.flatten().is_some() {
            self.states.try_update_value(|states| states.remove(&asked));
        }
    }

    /// Reads a history again that could not be read.
    pub(crate) fn retry(self, run: &Arc<str>, key: &Arc<str>) {
        let asked = (run.clone(), key.clone());
        if let Some(state) = self.state(&asked) {
            state.set(HistoryState::Loading(0));
            self.read_later(asked);
        }
    }

    /// Reads what was logged since, of a history that is there.
    pub(crate) fn refresh(self, run: &Arc<str>, key: &Arc<str>) {
        let asked = (run.clone(), key.clone());
        let there = self.state(&asked).is_some_and(|state| {
            state.with_untracked(|state| matches!(state, HistoryState::Ready(_)))
        });
        if there {
            self.read_later(asked);
        }
    }

    fn state(self, key: &Key) -> Option<ArcRwSignal<HistoryState>> {
        self.states.try_with_value(|states| states.get(key).cloned()).flatten()
    }

    /// Puts a history into the queue, and starts a reader if one is free.
    fn read_later(self, key: Key) {
        self.waiting.update_value(|waiting| {
            if !waiting.contains(&key) {
                waiting.push_back(key);
            }
        });
        if self.readers.get_value() >= AT_ONCE {
            return;
        }
        self.readers.update_value(|readers| *readers += 1);
        spawn_local(async move {
            // Ends when nothing waits any more, or the page is gone.
            while let Some(key) = self.waiting.try_update_value(VecDeque::pop_front).flatten() {
                self.read(&key).await;
            }
            self.readers.try_update_value(|readers| *readers -= 1);
        });
    }

    async fn read(self, key: &Key) {
        let (Some(client), Some(state)) = (self.client.try_get_value(), self.state(key)) else {
            return;
        };
        let known = state.with_untracked(|state| match state {
            HistoryState::Ready(history) => Some(history.clone()),
            _ => None,
        });
        let progress = |points| {
            if known.is_none() {
                state.set(HistoryState::Loading(points));
            }
        };
        match read_on(&client, &key.0, &key.1, known.as_deref(), progress).await {
            // Nothing new: what is drawn stays as it is.
            Ok(read) if known.as_ref().is_some_and(|k| k.samples.len() == read.samples.len()) => {}
            Ok(read) => state.set(HistoryState::Ready(Arc::new(read))),
            // What is there stays; the next refresh tries again.
            Err(_) if known.is_some() => {}
            Err(error) => state.set(HistoryState::Failed(error)),
        }
    }
}

/// Reads a history from its beginning, or from the last page that is known of it
/// on: servers keep a history in the order in which it was logged.
async fn read_on(
    client: &Mlflow,
    run: &str,
    key: &str,
    known: Option<&History>,
    progress: impl Fn(usize),
) -> Result<History, Error> {
    let mut tail = known.map(|known| known.tail.clone()).unwrap_or_default();
    let mut samples: Vec<Sample> =
        known.and_then(|known| known.samples.get(..tail.before)).unwrap_or_default().to_vec();
    loop {
        let page = client.metric_history(run, key, tail.token.as_deref()).await?;
        let empty = page.points.is_empty();
        samples.extend(page.points.into_iter().map(sample));
        samples.truncate(MOST_POINTS);
        progress(samples.len());
        // A page without points, or with its own token, would never end.
        let next = page.next_page_token.filter(|next| !empty && tail.token.as_ref() != Some(next));
        let Some(token) = next else {
            return Ok(History { samples, complete: true, tail, ..History::default() });
        };
        if samples.len() >= MOST_POINTS {
            return Ok(History { samples, complete: false, tail, ..History::default() });
        }
        tail = Tail { token: Some(token), before: samples.len() };
    }
}

fn sample(point: MetricPoint) -> Sample {
    Sample { step: point.step, timestamp: point.timestamp, value: point.value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_made_once_for_each_x() {
        let sample = |step, timestamp, value| Sample { step, timestamp, value };
        let history = History {
            samples: vec![sample(1, 500, 2.0), sample(0, 900, 1.0)],
            ..History::default()
        };
        assert_eq!(history.points(XKind::Step).ys(), [1.0, 2.0]);
        assert_eq!(history.points(XKind::WallTime).xs(), [500.0, 900.0]);
        assert_eq!(history.points(XKind::RelativeTime).xs(), [0.0, 400.0]);
        let (a, b) = (history.points(XKind::Step), history.points(XKind::Step));
        assert!(std::ptr::eq(a.xs(), b.xs()));
    }

    #[test]
    fn a_range_leaves_out_what_is_no_number() {
        let sample = |step, value| Sample { step, timestamp: 0, value };
        let samples = vec![sample(2, 0.5), sample(0, f64::NAN), sample(1, -3.0)];
        let history = History { samples, ..History::default() };
        assert_eq!(history.range(), Some((-3.0, 0.5)));
        assert_eq!(History::default().range(), None);
    }
}
