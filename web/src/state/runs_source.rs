//! The runs of some experiments, as they arrive: a screenful at once, the rest in
//! the background, and then what changes.

use std::collections::HashSet;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{LifecycleStage, Run, RunStatus, SearchRuns, ViewType};
use mlflow_client::Error;
use run_frame::Frame;

use super::pager::Phase;
use super::session::Mlflow;
use super::window;

/// How many each further page has.
const PAGE: u32 = 1000;
/// Where loading stops by itself.
pub(crate) const MOST: usize = 100_000;
/// How often a list of many runs is shown anew while more arrive.
const PACE: f64 = 400.0;
/// How many running runs are asked about at once.
const FOLLOWED: usize = 200;
/// How often running runs are asked about.
const FOLLOW_EVERY: Duration = Duration::from_secs(15);

/// What a server is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ask {
    /// Of MLflow's grammar.
    pub(crate) filter: Option<String>,
    /// Whether deleted runs are meant instead of the others.
    pub(crate) deleted: bool,
    /// `order_by`.
    pub(crate) order: Vec<String>,
}

impl Ask {
    fn stage(&self) -> LifecycleStage {
        if self.deleted { LifecycleStage::Deleted } else { LifecycleStage::Active }
    }
}

/// What the server has answered so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listing {
    /// The frame's rows, in the server's order.
    pub(crate) rows: Vec<u32>,
    /// What was asked.
    pub(crate) ask: Ask,
    /// What the next page is asked for with.
    next: Option<String>,
    /// Rows that the server has no more.
    gone: HashSet<u32>,
}

impl Listing {
    /// Adds the rows of a page, whether there are new ones among them. Runs that
    /// began meanwhile move others to the next page, where they come again. Rows
    /// below `known` may be in the list, others can't.
    fn append(&mut self, mut rows: Vec<u32>, known: u32) -> bool {
        if rows.iter().any(|row| *row < known) {
            let mut listed: HashSet<u32> = self.rows.iter().copied().collect();
            rows.retain(|row| listed.insert(*row));
        }
        let more = !rows.is_empty();
        self.rows.append(&mut rows);
        more
    }
}

/// The runs. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct RunsSource {
    client: StoredValue<Mlflow>,
    experiments: StoredValue<Vec<String>>,
    frame: RwSignal<Frame>,
    listing: RwSignal<Listing>,
    phase: RwSignal<Phase>,
    /// Whether every run of that stage is in the frame.
    whole: RwSignal<Option<LifecycleStage>>,
    paused: RwSignal<bool>,
    /// Counts the questions asked: answers to earlier ones are dropped.
    turn: StoredValue<u32>,
    /// What else is asked once the first page is there, or is not.
    heard: StoredValue<Option<Callback<()>>>,
}

impl RunsSource {
    /// The runs of some experiments; nothing is asked yet.
    pub(crate) fn new(client: Mlflow, experiments: Vec<String>) -> RunsSource {
        RunsSource {
            client: StoredValue::new(client),
            experiments: StoredValue::new(experiments),
            frame: RwSignal::new(Frame::new()),
            listing: RwSignal::new(Listing::default()),
            phase: RwSignal::new(Phase::Loading),
            whole: RwSignal::new(None),
            paused: RwSignal::new(false),
            turn: StoredValue::new(0),
            heard: StoredValue::new(None),
        }
    }

    /// Asks for something else once the server has answered, before further pages.
    pub(crate) fn when_heard(self, ask: Callback<()>) {
        self.heard.set_value(Some(ask));
    }

    /// The runs, of every question asked so far.
    pub(crate) fn frame(self) -> RwSignal<Frame> {
        self.frame
    }

    /// How the last request fares.
    pub(crate) fn phase(self) -> ReadSignal<Phase> {
        self.phase.read_only()
    }

    /// The client.
    pub(crate) fn client(self) -> Mlflow {
        self.client.get_value()
    }

    /// The experiments' ids.
    pub(crate) fn experiments(self) -> Vec<String> {
        self.experiments.get_value()
    }

    /// Whether loading is stopped for now.
    pub(crate) fn paused(self) -> bool {
        self.paused.get()
    }

    /// Whether every run that is or is not deleted is here, so that filters and
    /// orders need no server.
    pub(crate) fn is_whole(self, deleted: bool) -> bool {
        self.whole.get() == Some(Ask { deleted, ..Ask::default() }.stage())
    }

    /// The same, for effects that shall not run again when it changes.
    pub(crate) fn is_whole_untracked(self, deleted: bool) -> bool {
        self.whole.get_untracked() == Some(Ask { deleted, ..Ask::default() }.stage())
    }

    /// Whether the server has more of what it was asked for.
    pub(crate) fn has_more(self) -> bool {
        self.listing.with(|listing| listing.next.is_some())
    }

    /// The rows that there are, before any filter of ours: all of them if every
    /// run is here, else what the server has answered, in its order.
    pub(crate) fn rows(self, deleted: bool) -> Vec<u32> {
        let wanted = Ask { deleted, ..Ask::default() }.stage();
        self.frame.with(|frame| {
            self.listing.with(|listing| {
                let right = |row: &u32| {
                    frame.lifecycle_stage(*row) == wanted && !listing.gone.contains(row)
                };
                if self.is_whole(deleted) {
                    (0..frame.len() as u32).filter(right).collect()
                } else {
                    listing.rows.iter().copied().filter(right).collect()
                }
            })
        })
    }

    fn has_more_untracked(self) -> bool {
        self.listing.with_untracked(|listing| listing.next.is_some())
    }

    /// How many runs the server has answered with.
    pub(crate) fn listed(self) -> usize {
        self.listing.with(|listing| listing.rows.len())
    }

    /// Asks, unless that is what was asked last.
    pub(crate) fn ask(self, ask: Ask) {
        if self.turn.get_value() == 0 || self.listing.with_untracked(|now| now.ask != ask) {
            self.load(ask);
        }
    }

    /// Asks again.
    pub(crate) fn reload(self) {
        self.load(self.listing.with_untracked(|listing| listing.ask.clone()));
    }

    /// Stops loading after the page that is on its way, or goes on.
    pub(crate) fn pause(self, paused: bool) {
        self.paused.set(paused);
        if !paused {
            self.go_on();
        }
    }

    /// Loads what is missing after a failure or a pause.
    pub(crate) fn go_on(self) {
        if self.has_more() {
            let turn = self.take_turn();
            spawn_local(self.stream(turn));
        }
    }

    fn take_turn(self) -> u32 {
        self.turn.update_value(|turn| *turn += 1);
        self.turn.get_value()
    }

    fn is_turn(self, turn: u32) -> bool {
        self.turn.try_get_value() == Some(turn)
    }

    fn load(self, ask: Ask) {
        let turn = self.take_turn();
        self.paused.set(false);
        self.phase.set(Phase::Loading);
        // Asked at once, so that the same question is not asked twice meanwhile.
        self.listing.update_untracked(|listing| listing.ask = ask.clone());
        spawn_local(async move {
            let answer = self.page(&ask, screenful(), None).await;
            if let Some(ask) = self.heard.try_update_value(Option::take).flatten() {
                ask.try_run(());
            }
            if !self.is_turn(turn) {
                return;
            }
            match answer {
                Err(error) => self.phase.set(Phase::Failed(error)),
                Ok((runs, next)) => {
                    let mut frame_rows = Vec::new();
                    self.frame.update(|frame| frame_rows = take_in(frame, &runs));
                    let kept = self.whole.get_untracked() == Some(ask.stage());
                    self.listing.update(|listing| {
                        listing.rows = frame_rows;
                        listing.next = next;
                        if !kept {
                            listing.gone.clear();
                        }
                    });
                    // These are drawn, and what waits for them is asked, before more comes.
                    let go_on = move || {
                        if self.is_turn(turn) {
                            spawn_local(self.stream(turn));
                        }
                    };
                    set_timeout(go_on, Duration::ZERO);
                }
            }
        });
    }

    async fn page(
        self,
        ask: &Ask,
        max_results: u32,
        page_token: Option<String>,
    ) -> Result<(Vec<Run>, Option<String>), Error> {
        let request = SearchRuns {
            experiment_ids: self.experiments(),
            filter: ask.filter.clone(),
            run_view_type: ask.deleted.then_some(ViewType::DeletedOnly),
            max_results,
            order_by: ask.order.clone(),
            page_token,
        };
        let answer = self.client().search_runs(&request).await?;
        let next = answer.next_page_token.filter(|token| !token.is_empty());
        Ok((answer.runs, next))
    }

    /// Loads page after page until all is there, or enough, or it is paused.
    async fn stream(self, turn: u32) {
        let ask = self.listing.with_untracked(|listing| listing.ask.clone());
        let mut shown = super::clock::stopwatch();
        loop {
            let (token, loaded) =
                self.listing.with_untracked(|listing| (listing.next.clone(), listing.rows.len()));
            if token.is_none() || loaded >= MOST || self.paused.get_untracked() {
                break;
            }
            if !matches!(self.phase.get_untracked(), Phase::LoadingMore) {
                self.phase.set(Phase::LoadingMore);
            }
            let answer = self.page(&ask, PAGE, token.clone()).await;
            if !self.is_turn(turn) {
                return;
            }
            match answer {
                Err(error) => {
                    self.show();
                    self.phase.set(Phase::FailedMore(error));
                    return;
                }
                Ok((runs, next)) => {
                    let known = self.frame.with_untracked(Frame::len) as u32;
                    let mut rows = Vec::new();
                    self.frame.update_untracked(|frame| rows = take_in(frame, &runs));
                    let mut more = false;
                    self.listing.update_untracked(|listing| {
                        more = listing.append(rows, known);
                        listing.next = next;
                    });
                    // A server whose pages bring nothing new would never end.
                    if !more && self.has_more_untracked() {
                        self.paused.set(true);
                    }
                    let now = super::clock::stopwatch();
                    if loaded < 4 * PAGE as usize || now - shown > PACE {
                        shown = now;
                        self.show();
                    }
                }
            }
        }
        self.finish(&ask);
        self.show();
        self.phase.set(Phase::Ready);
    }

    /// All pages of a question are there.
    fn finish(self, ask: &Ask) {
        if ask.filter.is_some() || self.has_more_untracked() {
            return;
        }
        // What was there before and did not come again, the server has no more.
        self.listing.update_untracked(|listing| {
            let came: HashSet<u32> = listing.rows.iter().copied().collect();
            let all = self.frame.with_untracked(Frame::len) as u32;
            listing.gone = (0..all).filter(|row| !came.contains(row)).collect();
        });
        self.frame.with_untracked(|frame| {
            self.listing.update_untracked(|listing| {
                listing.gone.retain(|row| frame.lifecycle_stage(*row) == ask.stage());
            });
        });
        self.whole.set(Some(ask.stage()));
    }

    /// Shows what has arrived.
    fn show(self) {
        self.frame.notify();
        self.listing.notify();
    }

    /// Finds runs by a filter beside what is listed, and adds them to the list.
    pub(crate) fn look_for(self, filter: String) {
        let ask = Ask { filter: Some(filter), ..self.listing.with_untracked(|l| l.ask.clone()) };
        let turn = self.turn.get_value();
        spawn_local(async move {
            if let Ok((runs, _)) = self.page(&ask, PAGE, None).await
                && self.is_turn(turn)
            {
                self.merge(&runs);
            }
        });
    }

    /// Reads some runs again, after they were changed.
    pub(crate) async fn read_again(self, ids: &[String]) -> Result<(), Error> {
        let runs = self.client().runs_by_id(ids, &self.experiments()).await?;
        self.merge(&runs);
        Ok(())
    }

    /// Takes in runs that are new or have changed; the new ones come first.
    fn merge(self, runs: &[Run]) {
        if runs.is_empty() || self.frame.is_disposed() {
            return;
        }
        let mut rows = Vec::new();
        self.frame.update_untracked(|frame| rows = take_in(frame, runs));
        self.listing.update_untracked(|listing| {
            let known: HashSet<u32> = listing.rows.iter().copied().collect();
            rows.retain(|row| !known.contains(row));
            rows.append(&mut listing.rows);
            listing.rows = rows;
        });
        self.show();
    }

    /// Asks about running runs every 15 seconds, and about ones that have begun
    /// since, for as long as the page is there.
    pub(crate) fn follow(self) {
        let handle = set_interval_with_handle(
            move || {
                if matches!(self.phase.try_get_untracked(), Some(Phase::Ready)) {
                    spawn_local(async move { drop(self.look_again().await) });
                }
            },
            FOLLOW_EVERY,
        );
        if let Ok(handle) = handle {
            on_cleanup(move || handle.clear());
        }
    }

    async fn look_again(self) -> Result<(), Error> {
        let (running, newest) = self.frame.with_untracked(|frame| {
            let rows = 0..frame.len() as u32;
            let running = rows.clone().filter(|row| frame.status(*row) == RunStatus::Running);
            let running: Vec<String> =
                running.take(FOLLOWED).map(|row| frame.run_id(row).to_owned()).collect();
            (running, rows.filter_map(|row| frame.start_time(row)).max())
        });
        let (Some(newest), false) = (newest, running.is_empty()) else { return Ok(()) };
        self.read_again(&running).await?;
        let ask = self.listing.with_untracked(|listing| listing.ask.clone());
        let begun = format!("attributes.start_time > {newest}");
        let filter = match &ask.filter {
            Some(filter) => format!("{filter} AND {begun}"),
            None => begun,
        };
        let order = vec!["attributes.start_time DESC".to_owned()];
        let (runs, _) = self.page(&Ask { filter: Some(filter), order, ..ask }, PAGE, None).await?;
        self.merge(&runs);
        Ok(())
    }
}

/// How many runs the first page has: as many as the window shows, since each costs
/// the server time and the network bytes before the first is on the screen.
fn screenful() -> u32 {
    /// What stands above the rows, in CSS pixels.
    const ABOVE: f64 = 168.0;
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(900.0);
    (((height - ABOVE) / window::ROW as f64) as u32).clamp(10, 100)
}

/// Takes in a page; returns the rows of its runs.
fn take_in(frame: &mut Frame, runs: &[Run]) -> Vec<u32> {
    frame.extend(runs);
    runs.iter().filter_map(|run| frame.row_of(&run.info.run_id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_comes_again_is_listed_once() {
        let mut listing = Listing { rows: vec![0, 1, 2], ..Listing::default() };
        // Row 2 moved to the second page; rows 3 and 4 are new.
        assert!(listing.append(vec![2, 3, 4], 3));
        assert_eq!(listing.rows, [0, 1, 2, 3, 4]);
        assert!(!listing.append(vec![3, 4], 5));
        // Known from an earlier question, but not listed yet.
        let mut other = Listing { rows: vec![4], ..Listing::default() };
        assert!(other.append(vec![1, 1, 4], 5));
        assert_eq!(other.rows, [4, 1]);
    }
}
