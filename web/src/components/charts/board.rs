//! The board, what its cards share, and its bar.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use plot::{LineChart, XKind};
use wasm_bindgen::JsValue;

use super::bar::BoardBar;
use super::section::Section;
use crate::components::toasts::Toasts;
use crate::state::board::runs::metrics_of;
use crate::state::board::{ArrangedCard, ArrangedSection, BoardLayout, BoardRun, Scope, arrange};
use crate::state::brush::Brushes;
use crate::state::language::t;
use crate::state::location::use_navigator;
use crate::state::metric_histories::{HistoryState, MetricHistories};
use crate::state::run_images::RunImages;
use crate::state::runs_link::CHARTS;

/// How often the histories of running runs are read again.
const FOLLOW: Duration = Duration::from_secs(30);

/// How many of a run's metrics are read only to see whether they have a history.
const MOST_UNSURE: usize = 60;

/// The layout of a board: the one in the address, which is taken out of it, else
/// the one that this device keeps for the board of that name. Changes are kept.
pub(crate) fn use_board_layout(board: &str) -> RwSignal<BoardLayout> {
    let navigator = use_navigator();
    let mut place = navigator.place().get_untracked();
    let shared = place.query.get(CHARTS).map(str::to_owned);
    if shared.is_some() {
        place.query.set(CHARTS, None);
        navigator.replace(place);
    }
    let kept = || BoardLayout::kept(board);
    let shared = shared.as_deref().and_then(BoardLayout::decode);
    let layout = RwSignal::new(shared.unwrap_or_else(kept));
    let board = board.to_owned();
    // What came with an address is kept once the user changes it.
    Effect::new(move |before: Option<()>| {
        layout.track();
        if before.is_some() {
            layout.with(|layout| layout.keep(&board));
        }
    });
    layout
}

/// Where the pointer is, for the charts of the same x.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cursor {
    /// What x is.
    pub(super) x_kind: XKind,
    /// Where.
    pub(super) x: f64,
    /// In which card.
    pub(super) card: Arc<str>,
}

impl Cursor {
    /// Whether another chart shows it, too.
    pub(super) fn speaks_to(&self, chart: &LineChart, card: &Arc<str>) -> bool {
        self.x_kind == chart.x_kind && self.x_kind != XKind::Value && self.card != *card
    }
}

/// What the cards of a board share. A copyable handle.
#[derive(Clone, Copy)]
pub(super) struct Board {
    /// The runs that are drawn.
    pub(super) runs: Signal<Vec<Arc<BoardRun>>>,
    /// Their histories.
    pub(super) histories: MetricHistories,
    /// Their images.
    pub(super) images: RunImages,
    /// What the user changed.
    pub(super) layout: RwSignal<BoardLayout>,
    /// The sections as they are, before the search.
    pub(super) arranged: Memo<Vec<ArrangedSection>>,
    /// The run that is lit.
    pub(super) highlighted: RwSignal<Option<Arc<str>>>,
    /// Where the pointer is.
    pub(super) cursor: RwSignal<Option<Cursor>>,
    /// The card that is dragged.
    pub(super) dragged: RwSignal<Option<Arc<str>>>,
    /// What is brushed.
    pub(super) brushes: Brushes,
    /// The curves that are not drawn, as MLflow calls them.
    pub(super) hidden: Signal<Vec<String>>,
}

impl Board {
    /// What a chart without a board needs of one.
    pub(super) fn alone(
        runs: Signal<Vec<Arc<BoardRun>>>,
        histories: MetricHistories,
        highlighted: RwSignal<Option<Arc<str>>>,
        hidden: Signal<Vec<String>>,
    ) -> Board {
        Board {
            runs,
            histories,
            images: RunImages::new(histories.client()),
            layout: RwSignal::new(BoardLayout::default()),
            arranged: Memo::new(|_| Vec::new()),
            highlighted,
            cursor: RwSignal::new(None),
            dragged: RwSignal::new(None),
            brushes: Brushes::here(),
            hidden,
        }
    }

    /// The series of a chart to bring forward: the run that is lit, or its group.
    pub(super) fn focus(self, chart: &LineChart) -> Option<Arc<str>> {
        let lit = self.highlighted.get()?;
        let drawn = |id: &Arc<str>| chart.series.iter().any(|series| series.id == *id);
        if drawn(&lit) {
            return Some(lit);
        }
        let group = self.runs.with_untracked(|runs| {
            runs.iter().find(|run| run.id == lit).and_then(|run| run.group.clone())
        });
        group.filter(drawn)
    }

    /// Lights a run, or none.
    pub(super) fn light(self, run: Option<Arc<str>>) {
        if self.highlighted.with_untracked(|before| *before != run) {
            self.highlighted.set(run);
        }
    }

    /// Reads the histories and images of running runs again now and then, as far as they were
    /// read at all, and never while nobody looks.
    pub(super) fn keep_up(self) {
        let turn = move || {
            if document().hidden() {
                return;
            }
            let Some(runs) = self.runs.try_get_untracked() else { return };
            for run in runs.iter().filter(|run| run.status.is_active()) {
                for latest in &run.metrics {
                    self.histories.refresh(&run.id, &latest.key);
                }
                self.images.refresh(&run.id);
            }
        };
        if let Ok(handle) = set_interval_with_handle(turn, FOLLOW) {
            on_cleanup(move || handle.clear());
        }
    }

    /// Changes the layout of the board as it is shown.
    pub(super) fn edit(self, change: impl FnOnce(&mut BoardLayout, &[ArrangedSection])) {
        let arranged = self.arranged.get_untracked();
        self.layout.update(|layout| change(layout, &arranged));
    }
}

/// Charts of some runs, in sections. It scrolls with what is around it.
#[component]
pub(crate) fn ChartBoard(
    /// Where histories come from; made anew for each page.
    histories: MetricHistories,
    /// The runs to draw, in their order.
    #[prop(into)]
    runs: Signal<Vec<Arc<BoardRun>>>,
    /// Which metrics.
    #[prop(optional)]
    scope: Scope,
    /// The id of the run under the pointer, here or elsewhere on the page.
    highlighted: RwSignal<Option<Arc<str>>>,
    /// What the user changed: see [`use_board_layout`].
    layout: RwSignal<BoardLayout>,
    /// Whether running runs are read again now and then.
    #[prop(default = true)]
    follow: bool,
) -> impl IntoView {
    let metrics = Memo::new(move |_| {
        let mut metrics = runs.with(|runs| metrics_of(runs, scope));
        // Only a history tells whether what was last logged at step 0 has one. A
        // single run's are few, and its page reads them anyway.
        if let Some(run) =
            runs.with(|runs| (runs.len() == 1).then(|| runs.first().cloned())).flatten()
        {
            for (key, facts) in metrics.iter_mut().filter(|(_, f)| !f.stepped).take(MOST_UNSURE) {
                facts.stepped = matches!(
                    histories.get(&run.id, key),
                    HistoryState::Ready(history) if history.samples.len() > 1
                );
            }
        }
        metrics
    });
    let single = Memo::new(move |_| runs.with(|runs| runs.len() <= 1));
    let images = Memo::new(move |_| {
        scope != Scope::System && runs.with(|runs| runs.iter().any(|run| run.images))
    });
    let arranged = Memo::new(move |_| {
        layout.with(|layout| {
            metrics.with(|metrics| arrange(layout, metrics, single.get(), images.get()))
        })
    });
    let board = Board {
        runs,
        histories,
        images: RunImages::new(histories.client()),
        layout,
        arranged,
        highlighted,
        cursor: RwSignal::new(None),
        dragged: RwSignal::new(None),
        brushes: Brushes::here(),
        hidden: Signal::stored(Vec::new()),
    };
    if follow {
        board.keep_up();
    }
    let wanted = RwSignal::new(String::new());
    let shown = Memo::new(move |_| {
        let search = Search::new(&wanted.get());
        let mut sections = arranged.get();
        if search.is_some() {
            for section in &mut sections {
                section.open = true;
                section.cards.retain(|card| search.as_ref().is_some_and(|s| s.finds(card)));
            }
            sections.retain(|section| !section.cards.is_empty());
        }
        sections
    });
    let ids = move || shown.with(|shown| shown.iter().map(|s| s.id.clone()).collect::<Vec<_>>());
    let section = move |id: Arc<str>| {
        let of = id.clone();
        let here = Memo::new(move |_| {
            shown.with(|shown| shown.iter().find(|section| section.id == of).cloned())
        });
        view! { <Section board id section=here/> }
    };
    let nothing = move || {
        let none = shown.with(Vec::is_empty);
        none.then(|| {
            let words = if wanted.with(String::is_empty) {
                t("No metric with a history was logged here.")
            } else {
                t("No chart fits the search.")
            };
            view! { <p class="board-none faint">{words}</p> }
        })
    };
    view! {
        <section class="board" aria-label=t("Metric charts")>
            <BoardBar board wanted/>
            <For each=ids key=Clone::clone children=section/>
            {nothing}
        </section>
    }
}

/// What is searched for: words, or a pattern between slashes.
enum Search {
    Words(Vec<String>),
    Pattern(js_sys::RegExp),
}

impl Search {
    /// Nothing for nothing. A pattern that is none yet is taken as words.
    fn new(text: &str) -> Option<Search> {
        let text = text.trim();
        let pattern = text.strip_prefix('/').map(|rest| rest.strip_suffix('/').unwrap_or(rest));
        if let Some(pattern) = pattern.filter(|pattern| !pattern.is_empty()) {
            // The constructor throws for what is no pattern.
            let made = js_sys::Reflect::construct(
                &js_sys::Function::from(
                    js_sys::Reflect::get(&js_sys::global(), &"RegExp".into()).ok()?,
                ),
                &js_sys::Array::of2(&JsValue::from_str(pattern), &JsValue::from_str("i")),
            );
            if let Ok(made) = made {
                return Some(Search::Pattern(made.into()));
            }
        }
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        (!words.is_empty()).then_some(Search::Words(words))
    }

    fn finds(&self, card: &ArrangedCard) -> bool {
        match self {
            Search::Words(words) => {
                let title = card.title.to_lowercase();
                words.iter().all(|word| title.contains(word.as_str()))
            }
            Search::Pattern(pattern) => pattern.test(&card.title),
        }
    }
}

/// Says what was changed, and offers the layout that was before.
pub(super) fn offer_undo(toasts: Toasts, board: Board, words: String, before: BoardLayout) {
    toasts.undoable(words, move || board.layout.set(before.clone()));
}
