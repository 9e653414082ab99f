//! The parts of the page whose code is fetched when they are first shown.
//!
//! A function here that is marked with `wasm_split` marks a file of its own: the
//! build moves what can be reached through it alone out of the page's module.
//! Each gives the function that builds the part, so that the part is built where
//! it is shown and not where its code arrives.

use std::future::Future;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use mlflow_api::Experiment;
use mlflow_client::FileRoot;

use crate::components::charts::ChartBoard;
use crate::components::experiment_head::ExperimentDetails;
use crate::components::files::{self, CompareFiles, ComparedRun, Files, Formatted};
use crate::components::palette::{PaletteHits, Typing};
use crate::components::sign_in::SignIn;
use crate::components::traces::Traces;
use crate::components::views::ViewsPanel;
use crate::pages::compare::ComparePage;
use crate::pages::compare_versions::CompareVersionsPage;
use crate::pages::demo::DemoPage;
use crate::pages::experiments::ExperimentsPage;
use crate::pages::logged_model::LoggedModelPage;
use crate::pages::logged_models::LoggedModelsPage;
use crate::pages::metric::MetricPage;
use crate::pages::model::ModelPage;
use crate::pages::models::ModelsPage;
use crate::pages::prompt::PromptPage;
use crate::pages::prompts::PromptsPage;
use crate::pages::run::RunPage;
use crate::pages::settings::SettingsPage;
use crate::pages::shared_view::SharedViewPage;
use crate::pages::traces::TracesPage;
use crate::pages::try_model::{TrialHere, TryPage};
use crate::pages::version::VersionPage;
use crate::state::board::{BoardLayout, BoardRun, Scope};
use crate::state::language::t;
use crate::state::metric_histories::MetricHistories;
use crate::state::route::Route;
use crate::state::runs_table::RunsTable;
use crate::state::session::Mlflow;
use crate::state::traces::Whose;

/// What builds a part, from what it is about.
pub(crate) type Build<P> = fn(P) -> AnyView;

/// A builder whose code is on its way, or why it did not come.
type Fetched<P> = Result<Build<P>, SplitLoaderError>;

/// What a board of charts is about: see [`ChartBoard`].
#[derive(Clone, Copy)]
pub(crate) struct Charts {
    /// Where histories come from.
    pub(crate) histories: MetricHistories,
    /// The runs to draw.
    pub(crate) runs: Signal<Vec<Arc<BoardRun>>>,
    /// Which metrics.
    pub(crate) scope: Scope,
    /// The run under the pointer.
    pub(crate) highlighted: RwSignal<Option<Arc<str>>>,
    /// What the user changed.
    pub(crate) layout: RwSignal<BoardLayout>,
}

#[wasm_split(charts, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_charts() -> Fetched<Charts> {
    Ok(|charts| {
        let Charts { histories, runs, scope, highlighted, layout } = charts;
        view! { <ChartBoard histories runs scope highlighted layout/> }.into_any()
    })
}

#[wasm_split(charts, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_metric() -> Fetched<Mlflow> {
    Ok(|client| view! { <MetricPage client/> }.into_any())
}

#[wasm_split(pages, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_compare() -> Fetched<Mlflow> {
    Ok(|client| view! { <ComparePage client/> }.into_any())
}

#[wasm_split(experiments, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_experiments() -> Fetched<Mlflow> {
    Ok(|client| view! { <ExperimentsPage client/> }.into_any())
}

#[wasm_split(pages, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_run() -> Fetched<(Mlflow, String, String)> {
    Ok(|(client, experiment, run)| view! { <RunPage client experiment run/> }.into_any())
}

#[wasm_split(pages, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_details() -> Fetched<(Mlflow, RwSignal<Option<Experiment>>)> {
    Ok(|(client, experiment)| view! { <ExperimentDetails client experiment/> }.into_any())
}

/// What says which server is asked, and who asks.
#[wasm_split(settings, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_settings() -> Fetched<SettingsPart> {
    Ok(|part| match part {
        SettingsPart::Page => view! { <SettingsPage/> }.into_any(),
        SettingsPart::SignIn => view! { <SignIn/> }.into_any(),
    })
}

/// What of the settings is shown.
#[derive(Clone, Copy)]
enum SettingsPart {
    Page,
    SignIn,
}

/// The pages of registered models and their versions.
#[wasm_split(registry, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_registry() -> Fetched<(Mlflow, Route)> {
    Ok(|(client, route)| match route {
        Route::Model { name, .. } => view! { <ModelPage client name/> }.into_any(),
        Route::Version { name, version, .. } => {
            view! { <VersionPage client name version/> }.into_any()
        }
        _ => view! { <ModelsPage client/> }.into_any(),
    })
}

#[wasm_split(registry, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_compare_versions() -> Fetched<Mlflow> {
    Ok(|client| view! { <CompareVersionsPage client/> }.into_any())
}

/// The pages of logged models.
#[wasm_split(registry, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_logged() -> Fetched<(Mlflow, String, Option<String>)> {
    Ok(|(client, experiment, model)| match model {
        Some(model) => view! { <LoggedModelPage client experiment model/> }.into_any(),
        None => view! { <LoggedModelsPage client experiment/> }.into_any(),
    })
}

/// The pages of prompts.
#[wasm_split(prompts, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_prompts() -> Fetched<(Mlflow, Route)> {
    Ok(|(client, route)| match route {
        Route::Prompt { name } => view! { <PromptPage client name/> }.into_any(),
        Route::ExperimentPrompts { experiment } => {
            view! { <PromptsPage client experiment/> }.into_any()
        }
        _ => view! { <PromptsPage client/> }.into_any(),
    })
}

/// The files below a root: see [`Files`].
#[derive(Clone)]
pub(crate) struct FilesPart {
    /// The client of the server in use.
    pub(crate) client: Mlflow,
    /// Whose files they are: a run's or a logged model's.
    pub(crate) root: FileRoot,
    /// The folder below the root that is shown, empty for all of them.
    pub(crate) base: String,
    /// The path in the address.
    pub(crate) chosen: Signal<Option<String>>,
    /// The address of the page that shows a path.
    pub(crate) href: Callback<String, String>,
}

#[wasm_split(files, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_files() -> Fetched<FilesPart> {
    Ok(|FilesPart { client, root, base, chosen, href }| {
        view! { <Files client root base chosen href/> }.into_any()
    })
}

/// The files of several runs: see [`CompareFiles`].
#[derive(Clone)]
pub(crate) struct ComparedFiles {
    /// The client of the server in use.
    pub(crate) client: Mlflow,
    /// The runs.
    pub(crate) runs: Vec<ComparedRun>,
    /// The path in the address.
    pub(crate) chosen: Signal<Option<String>>,
    /// The address of the page that shows a path.
    pub(crate) href: Callback<String, String>,
}

#[wasm_split(formats, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_formats() -> Fetched<Formatted> {
    Ok(files::formatted)
}

#[wasm_split(formats, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_compared_files() -> Fetched<ComparedFiles> {
    Ok(|ComparedFiles { client, runs, chosen, href }| {
        view! { <CompareFiles client runs chosen href/> }.into_any()
    })
}

/// What is saved and shared of a table of runs.
#[derive(Clone)]
enum ViewsPart {
    /// What is behind the button of the views.
    Panel(Box<RunsTable>, RwSignal<BoardLayout>),
    /// The page of a view that somebody shared, in an experiment.
    Shared(Mlflow, String),
}

#[wasm_split(views, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_views() -> Fetched<ViewsPart> {
    Ok(|part| match part {
        ViewsPart::Panel(table, board) => view! { <ViewsPanel table=*table board/> }.into_any(),
        ViewsPart::Shared(client, experiment) => {
            view! { <SharedViewPage client experiment/> }.into_any()
        }
    })
}

/// What tries models.
#[wasm_split(trial, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_trial() -> Fetched<TrialPart> {
    Ok(|part| match part {
        TrialPart::Page => view! { <TryPage/> }.into_any(),
        TrialPart::Demo => view! { <DemoPage/> }.into_any(),
        TrialPart::Here(client, uri) => view! { <TrialHere client uri/> }.into_any(),
    })
}

/// What of the trial is shown.
#[derive(Clone)]
enum TrialPart {
    Page,
    Demo,
    /// A form on another page, for the model of an address.
    Here(Mlflow, String),
}

/// What finds anything by its name.
#[wasm_split(palette, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_palette() -> Fetched<Typing> {
    Ok(|typing| view! { <PaletteHits typing/> }.into_any())
}

/// What is shown of traces.
#[derive(Clone)]
pub(crate) enum TracesPart {
    /// The page of an experiment's.
    Page(Mlflow, String),
    /// Those of something else, on its page: see [`Traces`].
    Of {
        /// The client of the server in use.
        client: Mlflow,
        /// The id of the experiment that they are in.
        experiment: String,
        /// Whose they are.
        whose: Whose,
        /// They are read again when it changes.
        again: Signal<u32>,
    },
}

#[wasm_split(traces, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fetch_traces() -> Fetched<TracesPart> {
    Ok(|part| match part {
        TracesPart::Page(client, experiment) => {
            view! { <TracesPage client experiment/> }.into_any()
        }
        TracesPart::Of { client, experiment, whose, again } => {
            view! { <Traces client experiment whose again/> }.into_any()
        }
    })
}

/// A board of charts.
pub(crate) fn charts(charts: Charts) -> AnyView {
    show(fetch_charts, charts)
}

/// The page of one metric.
pub(crate) fn metric(client: Mlflow) -> AnyView {
    show(fetch_metric, client)
}

/// The page of a comparison.
pub(crate) fn compare(client: Mlflow) -> AnyView {
    show(fetch_compare, client)
}

/// The page of all experiments.
pub(crate) fn experiments(client: Mlflow) -> AnyView {
    show(fetch_experiments, client)
}

/// The page of one run.
pub(crate) fn run(client: Mlflow, experiment: String, run: String) -> AnyView {
    show(fetch_run, (client, experiment, run))
}

/// The details of an experiment; every change that is made there is in `experiment`.
pub(crate) fn experiment_details(
    client: Mlflow,
    experiment: RwSignal<Option<Experiment>>,
) -> AnyView {
    show(fetch_details, (client, experiment))
}

/// The settings.
pub(crate) fn settings() -> AnyView {
    show(fetch_settings, SettingsPart::Page)
}

/// The form that asks for credentials in place.
pub(crate) fn sign_in() -> AnyView {
    show(fetch_settings, SettingsPart::SignIn)
}

/// A page of models or prompts: the one that `route` names.
pub(crate) fn registry(client: Mlflow, route: Route) -> AnyView {
    match route {
        Route::CompareVersions => show(fetch_compare_versions, client),
        Route::LoggedModels { experiment } => show(fetch_logged, (client, experiment, None)),
        Route::LoggedModel { experiment, model, .. } => {
            show(fetch_logged, (client, experiment, Some(model)))
        }
        Route::Prompts | Route::ExperimentPrompts { .. } | Route::Prompt { .. } => {
            show(fetch_prompts, (client, route))
        }
        route => show(fetch_registry, (client, route)),
    }
}

/// A file of one of the formats that few have.
pub(crate) fn formatted(file: Formatted) -> AnyView {
    show(fetch_formats, file)
}

/// The files below a root.
pub(crate) fn files(part: FilesPart) -> AnyView {
    show(fetch_files, part)
}

/// The files of several runs side by side.
pub(crate) fn compared_files(part: ComparedFiles) -> AnyView {
    show(fetch_compared_files, part)
}
/// The views of a table of runs.
pub(crate) fn views(table: RunsTable, board: RwSignal<BoardLayout>) -> AnyView {
    show(fetch_views, ViewsPart::Panel(Box::new(table), board))
}

/// The page of a view that somebody shared.
pub(crate) fn shared_view(client: Mlflow, experiment: String) -> AnyView {
    show(fetch_views, ViewsPart::Shared(client, experiment))
}

/// Traces: a page of them, or those of something on its own page.
pub(crate) fn traces(part: TracesPart) -> AnyView {
    show(fetch_traces, part)
}

/// What the palette finds.
pub(crate) fn palette(typing: Typing) -> AnyView {
    show(fetch_palette, typing)
}

/// The page on which models are tried.
pub(crate) fn try_model() -> AnyView {
    show(fetch_trial, TrialPart::Page)
}

/// A form that tries the model of an address, on another page.
pub(crate) fn trial_here(client: Mlflow, uri: String) -> AnyView {
    show(fetch_trial, TrialPart::Here(client, uri))
}

/// The public page of one model.
pub(crate) fn demo() -> AnyView {
    show(fetch_trial, TrialPart::Demo)
}

/// Shows a part once its code is there; where that fails, says so and offers
/// to try again.
fn show<P, F>(fetch: impl Fn() -> F + Copy + Send + Sync + 'static, props: P) -> AnyView
where
    P: Clone + Send + Sync + 'static,
    F: Future<Output = Fetched<P>> + 'static,
{
    let part: RwSignal<Option<Option<Build<P>>>> = RwSignal::new(None);
    let load = move || {
        part.set(None);
        spawn_local(async move {
            let fetched = fetch().await.ok();
            part.try_set(Some(fetched));
        });
    };
    load();
    let view = move || match part.get() {
        None => view! { <div class="part-waiting" aria-busy="true"></div> }.into_any(),
        Some(Some(build)) => build(props.clone()),
        Some(None) => lost(Callback::new(move |()| load())),
    };
    view.into_any()
}

/// Says that the code of a part did not come.
fn lost(retry: Callback<()>) -> AnyView {
    view! {
        <div class="part-lost" role="alert">
            <p>{t("This part of the page did not load. The connection may be gone, or the site was just renewed.")}</p>
            <button type="button" class="button" on:click=move |_| retry.run(())>
                {t("Try again")}
            </button>
        </div>
    }
    .into_any()
}
