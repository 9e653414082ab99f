//! The runs of one experiment or several: one filter box, and one table with a
//! column for every metric and parameter that says something.

mod bar;
mod bulk;
mod cells;
mod columns_panel;
mod filter;
mod grid;
mod head;
mod split;
mod table;
mod views;
mod words;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::Experiment;
use mlflow_client::Error;

use crate::components::announcer::use_announcer;
use crate::components::empty::{Empty, python};
use crate::components::experiment_head::ExperimentHead;
use crate::components::failure::{self, Failure, refusal};
use crate::components::icon::{Glyph, Icon};
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::skeleton::SkeletonRows;
use crate::pages::runs::bar::{Bar, counted};
use crate::pages::runs::bulk::SelectionBar;
use crate::pages::runs::filter::RunsFilter;
use crate::pages::runs::split::Split;
use crate::state::brush::Brushes;
use crate::state::language::{t, tf, tn};
use crate::state::location::use_navigator;
use crate::state::pager::{Kind, Phase};
use crate::state::route::Route;
use crate::state::runs_table::RunsTable;
use crate::state::session::{Mlflow, use_session};

/// The page of the runs of an experiment.
#[component]
pub(crate) fn RunsPage(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment in the address.
    experiment: String,
) -> impl IntoView {
    let found: RwSignal<Option<Experiment>> = RwSignal::new(None);
    let missing: RwSignal<Option<Error>> = RwSignal::new(None);
    let id = StoredValue::new(experiment.clone());
    let asked = client.clone();
    let ask = Callback::new(move |()| {
        let asked = asked.clone();
        spawn_local(async move {
            match asked.get_experiment(&id.get_value()).await {
                Ok(experiment) => {
                    found.try_set(Some(experiment));
                    missing.try_set(None);
                }
                // A server without the experiment finds no runs, as in an empty one.
                Err(error) if error.is_not_found() => drop(missing.try_set(Some(error))),
                // Else the breadcrumb shows the id.
                Err(_) => {}
            }
        });
    });
    let session = use_session();
    session.ask_first();
    session.afterwards(ask);
    let name = Signal::derive(move || {
        found
            .with(|found| found.as_ref().map(|found| found.name.clone()))
            .unwrap_or_else(|| id.get_value())
    });
    let own = client.clone();
    let head = move || view! { <ExperimentHead client=own.clone() experiment=found/> }.into_any();
    // What is there stays: only whether it is there is a reason to build it anew.
    let is_missing = Memo::new(move |_| missing.with(Option::is_some));
    move || match is_missing.get().then(|| missing.get_untracked()).flatten() {
        Some(error) => {
            let crumbs = vec![
                Crumb::link(t("Experiments"), &Route::Experiments),
                Crumb::here(id.get_value()),
            ];
            view! {
                <Page crumbs=Signal::stored(crumbs)>
                    <div class="page"><Failure error retry=ask/></div>
                </Page>
            }
            .into_any()
        }
        None => {
            let (client, experiments) = (client.clone(), vec![experiment.clone()]);
            view! { <AskedFirst client experiments name head=head.clone()/> }.into_any()
        }
    }
}

/// The page of the runs of several experiments, which the address names.
#[component]
pub(crate) fn ExperimentsRunsPage(
    /// The client of the server in use.
    client: Mlflow,
) -> impl IntoView {
    let navigator = use_navigator();
    let experiments =
        Memo::new(move |_| navigator.place().with(|place| place.query.list("experiments")));
    move || {
        let experiments = experiments.get();
        let name = tn(experiments.len(), "{0} experiment", "{0} experiments");
        let title = tf("Runs of {0}", &[&name]);
        let head = move || view! { <h1 class="sr-only">{title.clone()}</h1> }.into_any();
        let (client, name) = (client.clone(), Signal::derive(move || name.clone()));
        view! { <AskedFirst client experiments name head/> }
    }
}

/// Reads what experiments are called; one that is not there keeps its id.
async fn name_experiments(client: Mlflow, experiments: Vec<String>, table: RunsTable) {
    /// The most that are asked for.
    const MOST: usize = 50;
    for id in experiments.iter().take(MOST) {
        if let Ok(experiment) = client.get_experiment(id).await {
            table.experiment_names.try_update(|names| names.insert(id.clone(), experiment.name));
        }
    }
}

/// The page, built when the server has been asked for the runs: to build it takes
/// as long as the answer does.
#[component]
fn AskedFirst(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiments' ids.
    experiments: Vec<String>,
    /// What they are called.
    name: Signal<String>,
    /// What stands above the filter: the page's heading.
    #[prop(into)]
    head: ViewFn,
) -> impl IntoView {
    let table = RunsTable::new(client.clone(), experiments.clone());
    if experiments.len() > 1 {
        spawn_local(name_experiments(client, experiments, table));
    }
    let session = use_session();
    table.source.when_heard(Callback::new(move |()| session.answered()));
    let is_asked = RwSignal::new(false);
    spawn_local(async move {
        is_asked.try_set(true);
    });
    move || is_asked.get().then(|| view! { <Runs table name head=head.clone()/> })
}

/// The page.
#[component]
fn Runs(
    /// The table.
    table: RunsTable,
    /// What its experiments are called.
    name: Signal<String>,
    /// What stands above the filter: the page's heading.
    head: ViewFn,
) -> impl IntoView {
    let session = use_session();
    let announcer = use_announcer();
    let board = views::receive(table, use_navigator());
    let phase = table.source.phase();
    Effect::new(move || {
        if let Phase::Ready = phase.get() {
            announcer.say(untrack(|| counted(table)));
        }
    });
    let refused = Memo::new(move |_| match phase.get() {
        Phase::Failed(error) => refusal(&error),
        _ => None,
    });
    // What stands below the bar: only its kind is a reason to build another.
    let kind = Memo::new(move |_| {
        // Charts stay where a brush on one of them leaves nothing.
        let none = table.lines.with(|lines| {
            lines.lines.is_empty() && lines.before_brush.as_ref().is_none_or(Vec::is_empty)
        });
        match phase.get() {
            Phase::Failed(error) if refusal(&error).is_none() && none => Kind::Failed,
            Phase::Ready if none => Kind::Empty,
            _ => Kind::Table,
        }
    });
    let retry = Callback::new(move |()| table.source.reload());
    let body = move || match (kind.get(), phase.get_untracked()) {
        (Kind::Failed, Phase::Failed(error)) => view! { <Failure error retry/> }.into_any(),
        (Kind::Empty, _) if table.view.with(|view| !view.is_narrowed() && !view.deleted) => {
            let python = python(&untrack(|| session.tracking_uri()), &name.get_untracked());
            let words = t(
                "A run is one execution of your code, with the parameters and metrics that it logs.",
            );
            view! { <Empty title=t("No runs yet") words python/> }.into_any()
        }
        (Kind::Empty, _) if table.view.with(|view| !view.is_narrowed()) => {
            let words =
                t("Runs that are deleted stand here until the server removes them for good.");
            view! { <Empty title=t("No deleted runs") words/> }.into_any()
        }
        (Kind::Empty, _) => {
            let words = t(
                "Comparisons with a metric, a parameter or a tag leave out the runs that do not have it.",
            );
            view! { <Empty title=t("No run fits the filter") words/> }.into_any()
        }
        _ => view! { <Split table board foot=move || foot(table)/> }.into_any(),
    };
    let crumbs = Signal::derive(move || {
        let names: Vec<String> = table.experiment_names.with(|names| {
            let all = table.source.experiments();
            all.iter().filter_map(|id| names.get(id).cloned()).collect()
        });
        let here = if names.is_empty() { name.get() } else { names.join(", ") };
        vec![Crumb::link(t("Experiments"), &Route::Experiments), Crumb::here(here)]
    });
    let reload = move |()| {
        table.histories.forgive();
        table.source.reload();
    };
    let actions = move || view! { <Refresh refresh=reload/> };
    view! {
        <Page crumbs actions filling=true>
            {head.run()}
            <div class="table-bar">
                <RunsFilter table/>
            </div>
            {move || {
                refused.get().map(|words| view! { <p class="refusal" role="alert">{words}</p> })
            }}
            <Bar table board/>
            <Same table/>
            <Brushed table/>
            <SelectionBar table/>
            <Stale table/>
            {body}
        </Page>
    }
}

/// That the runs were asked for again, and what is shown is from before.
#[component]
fn Stale(
    /// The table.
    table: RunsTable,
) -> impl IntoView {
    let phase = table.source.phase();
    let failed = move || match phase.get() {
        Phase::Failed(error) if refusal(&error).is_none() => {
            let some = table.lines.with(|lines| !lines.lines.is_empty());
            some.then(|| failure::words(&error))
        }
        _ => None,
    };
    move || {
        failed().map(|words| {
            view! {
                <div class="runs-notice" role="alert">
                    <Icon glyph=Glyph::Warning/>
                    <span>{tf("{0}. These runs are from before.", &[&words])}</span>
                    <button type="button" class="button" on:click=move |_| table.source.reload()>
                        {t("Try again")}
                    </button>
                </div>
            }
        })
    }
}

/// That a brush on a chart leaves some of the runs, and a way out.
#[component]
fn Brushed(
    /// The table.
    table: RunsTable,
) -> impl IntoView {
    let brushes = Brushes::here();
    move || {
        let lines = table.lines.get();
        lines.before_brush.as_ref().map(|before| {
            let show_all = move |_| brushes.set(&[]);
            view! {
                <div class="runs-notice" role="status">
                    <span>
                        {tf("The brush on a chart leaves {0} of {1} runs.", &[&lines.rows.len(), &before.len()])}
                    </span>
                    <button type="button" class="button" on:click=show_all>
                        {t("Show all")}
                    </button>
                </div>
            }
        })
    }
}

/// What stands under the last row.
fn foot(table: RunsTable) -> AnyView {
    let phase = table.source.phase();
    let waiting = Memo::new(move |_| {
        matches!(phase.get(), Phase::Loading) && table.lines.with(|lines| lines.lines.is_empty())
    });
    let failed = move || match phase.get() {
        Phase::FailedMore(error) => {
            view! { <Failure error retry=move |()| table.source.go_on()/> }.into_any()
        }
        _ => ().into_any(),
    };
    view! {
        <Show when=move || waiting.get()>
            <table class="bones" aria-hidden="true">
                <tbody>
                    <SkeletonRows rows=16 columns=6/>
                </tbody>
            </table>
        </Show>
        {failed}
    }
    .into_any()
}

/// What is the same in all runs, as a strip of keys and values.
#[component]
fn Same(
    /// The table.
    table: RunsTable,
) -> impl IntoView {
    let same = Memo::new(move |_| table.defaults.with(|defaults| defaults.same.clone()));
    let strip = move || {
        let same = same.get();
        if same.is_empty() {
            return ().into_any();
        }
        let item = |(key, value): (String, String)| {
            let whole = format!("{key} = {value}");
            view! {
                <li title=whole>
                    <span class="faint">{key}</span>
                    " "
                    {value}
                </li>
            }
        };
        view! {
            <span class="label">{t("Same in all runs")}</span>
            <ul tabindex="0" aria-label=t("Same in all runs")>
                {same.into_iter().map(item).collect_view()}
            </ul>
        }
        .into_any()
    };
    view! { <div class="same">{strip}</div> }
}
