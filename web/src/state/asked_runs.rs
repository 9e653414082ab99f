//! The runs that an address names, as far as they have come: for the pages that
//! show some runs of any experiments.

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::Run;
use mlflow_client::Error;

use super::session::Mlflow;

/// How far the runs have come.
#[derive(Clone)]
pub(crate) enum Arrival {
    /// They are on their way.
    Loading,
    /// They are there, but for those that the server does not have.
    Ready(Vec<Run>),
    /// They could not be read.
    Failed(Error),
}

/// The runs that an address names, and where they are looked for. A copyable
/// handle.
#[derive(Clone, Copy)]
pub(crate) struct AskedRuns {
    client: StoredValue<Mlflow>,
    asked: Memo<(Vec<String>, Vec<String>)>,
    arrival: RwSignal<Arrival>,
}

impl AskedRuns {
    /// Reads the runs of `asked`, ids of runs and of experiments, and reads
    /// others when it changes.
    pub(crate) fn follow(client: Mlflow, asked: Memo<(Vec<String>, Vec<String>)>) -> AskedRuns {
        let client = StoredValue::new(client);
        let runs = AskedRuns { client, asked, arrival: RwSignal::new(Arrival::Loading) };
        Effect::new(move || {
            asked.track();
            runs.reload();
        });
        runs
    }

    /// Reads them again; what is there stays until they come.
    pub(crate) fn reload(self) {
        let wanted = self.asked.get_untracked();
        let client = self.client.get_value();
        spawn_local(async move {
            let answer = client.runs_by_id(&wanted.0, &wanted.1).await;
            // The page may be gone, or be about others.
            if self.asked.try_get_untracked() == Some(wanted) {
                self.arrival.set(match answer {
                    Ok(runs) => Arrival::Ready(runs),
                    Err(error) => Arrival::Failed(error),
                });
            }
        });
    }

    /// Reads them again after a failure.
    pub(crate) fn retry(self) {
        self.arrival.set(Arrival::Loading);
        self.reload();
    }

    /// How far they have come.
    pub(crate) fn arrival(self) -> ReadSignal<Arrival> {
        self.arrival.read_only()
    }

    /// The ids of the runs that are asked for.
    pub(crate) fn ids(self) -> Vec<String> {
        self.asked.with(|(runs, _)| runs.clone())
    }

    /// The ids of the experiments in which they are looked for.
    pub(crate) fn experiments(self) -> Vec<String> {
        self.asked.with(|(_, experiments)| experiments.clone())
    }

    /// The client that reads them.
    pub(crate) fn client(self) -> Mlflow {
        self.client.get_value()
    }
}
