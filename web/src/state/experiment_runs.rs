//! How many runs experiments have and when they ran: asked for by the rows that
//! are on screen, a few at a time.

use std::collections::{HashMap, VecDeque};

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::SearchRuns;

use super::session::Mlflow;

/// How many experiments are asked about at the same time.
const AT_ONCE: usize = 3;
/// How many runs are looked at: more are "100+".
const MOST: u32 = 100;

/// What is known of an experiment's runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Activity {
    /// How many runs there are, up to a limit.
    pub(crate) runs: usize,
    /// Whether there are more.
    pub(crate) more: bool,
    /// When the last of them began or ended.
    pub(crate) last: Option<i64>,
    /// When they began.
    pub(crate) starts: Vec<i64>,
}

/// The activity of the experiments of a page. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct ExperimentRuns {
    client: StoredValue<Mlflow>,
    known: StoredValue<HashMap<String, ArcRwSignal<Option<Activity>>>>,
    waiting: StoredValue<VecDeque<String>>,
    readers: StoredValue<usize>,
}

impl ExperimentRuns {
    /// Nothing is known yet.
    pub(crate) fn new(client: Mlflow) -> ExperimentRuns {
        ExperimentRuns {
            client: StoredValue::new(client),
            known: StoredValue::new(HashMap::new()),
            waiting: StoredValue::new(VecDeque::new()),
            readers: StoredValue::new(0),
        }
    }

    /// What is known of an experiment's runs. Asks, if nobody has yet.
    pub(crate) fn get(self, id: &str) -> Option<Activity> {
        if let Some(known) = self.known.with_value(|known| known.get(id).cloned()) {
            return known.get();
        }
        let signal = ArcRwSignal::new(None);
        self.known.update_value(|known| {
            known.insert(id.to_owned(), signal.clone());
        });
        self.waiting.update_value(|waiting| waiting.push_back(id.to_owned()));
        self.read();
        signal.get()
    }

    /// Lets go of what nobody has begun to read: its row is off screen.
    pub(crate) fn forget(self, id: &str) {
        let dropped = self.waiting.try_update_value(|waiting| {
            let at = waiting.iter().position(|waiting| waiting == id)?;
            waiting.remove(at)
        });
        if dropped.flatten().is_some() {
            self.known.try_update_value(|known| known.remove(id));
        }
    }

    fn read(self) {
        if self.readers.get_value() >= AT_ONCE {
            return;
        }
        self.readers.update_value(|readers| *readers += 1);
        spawn_local(async move {
            // Ends when nothing waits any more, or the page is gone.
            while let Some(id) = self.waiting.try_update_value(VecDeque::pop_front).flatten() {
                self.read_one(id).await;
            }
            self.readers.try_update_value(|readers| *readers -= 1);
        });
    }

    async fn read_one(self, id: String) {
        let Some(client) = self.client.try_get_value() else { return };
        let request = SearchRuns {
            experiment_ids: vec![id.clone()],
            max_results: MOST,
            ..SearchRuns::default()
        };
        let Ok(answer) = client.search_runs(&request).await else { return };
        let times = |run: &mlflow_api::Run| [run.info.start_time, run.info.end_time];
        let activity = Activity {
            runs: answer.runs.len(),
            more: answer.next_page_token.is_some(),
            last: answer.runs.iter().flat_map(times).flatten().max(),
            starts: answer.runs.iter().filter_map(|run| run.info.start_time).collect(),
        };
        let signal = self.known.try_with_value(|known| known.get(&id).cloned()).flatten();
        if let Some(signal) = signal {
            signal.set(Some(activity));
        }
    }
}
