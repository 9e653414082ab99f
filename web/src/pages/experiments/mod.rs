//! The list of experiments.
//!
//! | module | what it does |
//! |---|---|
//! | `question` | what the address asks the server |
//! | `bar` | search, tag filters, the view, and what can be done with the chosen |
//! | `table` | the table: folders and experiments |
//! | `keys` | `j`, `k` and `x` |
//! | `row` | one experiment, with the activity in it |
//! | `dialogs` | what asks for a name, a description, tags |

mod bar;
mod dialogs;
mod keys;
mod question;
mod row;
mod table;

use std::collections::BTreeSet;

use leptos::prelude::*;
use mlflow_api::{Experiment, SearchExperiments};

use crate::components::confirm::use_confirm;
use crate::components::empty::{Empty, python};
use crate::components::experiment_head::{ask_delete, restore};
use crate::components::failure::Failure;
use crate::components::icon::{Glyph, Icon};
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::toasts::use_toasts;
use crate::pages::experiments::bar::Bar;
use crate::pages::experiments::dialogs::{Dialogs, Editing};
use crate::pages::experiments::question::Question;
use crate::pages::experiments::table::Table;
use crate::state::commands::use_commands;
use crate::state::experiment_runs::ExperimentRuns;
use crate::state::language::t;
use crate::state::location::use_navigator;
use crate::state::pager::{Kind, PageOf, Pager, Phase};
use crate::state::route::{Place, Route};
use crate::state::session::{Mlflow, use_session};
use crate::state::storage::Shelf;

/// How many experiments come at a time: the first few soon, the rest in large pages.
const FIRST: u32 = 100;
const MORE: u32 = 1000;

const STARS: &str = "millrace.stars";
const CLOSED: &str = "millrace.folders.closed";

/// What the parts of the page share. A copyable handle.
#[derive(Clone, Copy)]
struct Shelfful {
    client: StoredValue<Mlflow>,
    pager: Pager<Vec<Experiment>>,
    runs: ExperimentRuns,
    question: Memo<Question>,
    /// The ids that are starred on this device.
    stars: RwSignal<BTreeSet<String>>,
    /// The folders that are closed on this device.
    closed: RwSignal<BTreeSet<String>>,
    /// The ids that are chosen.
    chosen: RwSignal<BTreeSet<String>>,
    /// What a dialog is open for.
    editing: RwSignal<Option<Editing>>,
    /// Asks the server again.
    reload: Callback<()>,
}

impl Shelfful {
    fn flip(ids: RwSignal<BTreeSet<String>>, id: &str) {
        ids.update(|ids| {
            if !ids.remove(id) {
                ids.insert(id.to_owned());
            }
        });
    }

    fn star(self, id: &str) {
        Shelfful::flip(self.stars, id);
        self.stars.with_untracked(|stars| Shelf::Device.set(STARS, stars));
    }

    fn fold(self, path: &str) {
        Shelfful::flip(self.closed, path);
        self.closed.with_untracked(|closed| Shelf::Device.set(CLOSED, closed));
    }

    /// Id and name of what is chosen, in the order of the list.
    fn chosen_ones(self) -> Vec<(String, String)> {
        let chosen = self.chosen.get();
        self.pager.rows().with(|rows| {
            rows.iter()
                .filter(|experiment| chosen.contains(&experiment.experiment_id))
                .map(|experiment| (experiment.experiment_id.clone(), experiment.name.clone()))
                .collect()
        })
    }
}

/// The list of experiments.
#[component]
pub(crate) fn ExperimentsPage(
    /// The client of the server in use.
    client: Mlflow,
) -> impl IntoView {
    let navigator = use_navigator();
    let session = use_session();
    let (confirm, toasts) = (use_confirm(), use_toasts());
    let pager: Pager<Vec<Experiment>> = Pager::new();
    let question =
        Memo::new(move |_| navigator.place().with(|place| Question::parse(&place.query)));
    let runs = ExperimentRuns::new(client.clone());
    let client = StoredValue::new(client);
    let fetch = move |page_token: Option<String>| {
        let client = client.get_value();
        let question = question.get_untracked();
        let request = SearchExperiments {
            max_results: if page_token.is_none() { FIRST } else { MORE },
            page_token,
            filter: question.filter(),
            order_by: vec![question.order_by()],
            view_type: Some(question.view_type()),
        };
        async move {
            let answer = client.search_experiments(&request).await?;
            Ok(PageOf { rows: answer.experiments, next: answer.next_page_token })
        }
    };
    let load = move || pager.load(fetch(None));
    let asked = Memo::new(move |_| question.with(Question::of_the_server));
    Effect::new(move || {
        asked.get();
        load();
    });
    // All of them, page after page: folders and stars need the whole list.
    Effect::new(move || {
        if matches!(pager.phase().get(), Phase::Ready) && pager.next_token().is_some() {
            pager.load_more(fetch(pager.next_token()));
        }
    });
    let reload = Callback::new(move |()| load());
    let the = Shelfful {
        client,
        pager,
        runs,
        question,
        stars: RwSignal::new(Shelf::Device.get(STARS).unwrap_or_default()),
        closed: RwSignal::new(Shelf::Device.get(CLOSED).unwrap_or_default()),
        chosen: RwSignal::new(BTreeSet::new()),
        editing: RwSignal::new(None),
        reload,
    };
    let compare = move || {
        let ids: Vec<String> =
            untrack(|| the.chosen_ones()).into_iter().map(|(id, _)| id).collect();
        if !ids.is_empty() {
            navigator.go(Place::compare_experiments(&ids));
        }
    };
    let delete = move || {
        let which = untrack(|| the.chosen_ones());
        if which.is_empty() {
            return;
        }
        let changed = Callback::new(move |()| {
            the.chosen.set(BTreeSet::new());
            load();
        });
        if question.with_untracked(|question| question.deleted) {
            restore(client.get_value(), toasts, which, changed);
        } else {
            ask_delete(client.get_value(), confirm, toasts, which, changed);
        }
    };
    use_commands().offer(t("New experiment"), "n", move || the.editing.set(Some(Editing::New)));
    use_commands().offer(t("Compare the chosen experiments"), "c", compare);

    // What stands below the bar: only its kind is a reason to build another.
    let kind = Memo::new(move |_| match pager.phase().get() {
        Phase::Failed(_) if pager.is_empty() => Kind::Failed,
        Phase::Ready if pager.is_empty() => Kind::Empty,
        _ => Kind::Table,
    });
    let body = move || match (kind.get(), pager.phase().get_untracked()) {
        (Kind::Failed, Phase::Failed(error)) => view! { <Failure error retry=reload/> }.into_any(),
        (Kind::Empty, _) => {
            view! { <Nothing question uri=untrack(|| session.tracking_uri())/> }.into_any()
        }
        _ => view! { <Table the/> }.into_any(),
    };
    let load_more = Callback::new(move |()| pager.load_more(fetch(pager.next_token())));
    let foot = move || match pager.phase().get() {
        Phase::Failed(error) if !pager.is_empty() => {
            view! { <Failure error retry=reload/> }.into_any()
        }
        Phase::FailedMore(error) => view! { <Failure error retry=load_more/> }.into_any(),
        _ => ().into_any(),
    };
    let crumbs = Signal::derive(move || {
        question.with(|question| {
            let mut crumbs = vec![Crumb::link(t("Experiments"), &Route::Experiments)];
            let mut path = String::new();
            for part in question.folder.split('/').filter(|part| !part.is_empty()) {
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(part);
                let mut place = Place::from(Route::Experiments);
                place.query.set("folder", Some(&path));
                crumbs.push(Crumb::to(part, place.href()));
            }
            if path.is_empty() { vec![Crumb::here(t("Experiments"))] } else { crumbs }
        })
    });
    let actions = move || {
        view! {
            <button
                type="button"
                class="button primary"
                on:click=move |_| the.editing.set(Some(Editing::New))
            >
                <Icon glyph=Glyph::Plus/>
                <span class="wide-only">{t("New experiment")}</span>
                <span class="sr-only narrow-name">{t("New experiment")}</span>
            </button>
            <Refresh refresh=move |()| load()/>
        }
    };
    view! {
        <Page crumbs actions filling=true>
            <h1 class="sr-only">{t("Experiments")}</h1>
            <Bar
                the
                compare=Callback::new(move |()| compare())
                delete=Callback::new(move |()| delete())
            />
            {body}
            {foot}
            <Dialogs the/>
        </Page>
    }
}

/// Says that there is no experiment, or none such.
#[component]
fn Nothing(
    /// What was asked.
    question: Memo<Question>,
    /// The address to give to Python.
    uri: String,
) -> impl IntoView {
    let python = python(&uri, "first-steps");
    move || {
        question.with(|question| {
            if question.filter().is_some() {
                return view! {
                    <Empty
                        title=t("No experiment fits the search")
                        words=t("Every word has to stand in the name; upper and lower case are the same.")
                    />
                }
                .into_any();
            }
            if question.deleted {
                return view! {
                    <Empty
                        title=t("No deleted experiments")
                        words=t("What is deleted stands here until the server removes it for good.")
                    />
                }
                .into_any();
            }
            view! {
                <Empty
                    title=t("No experiments yet")
                    words=t("An experiment is a named group of runs. The first run that is logged under a name creates it.")
                    python=python.clone()
                />
            }
            .into_any()
        })
    }
}
