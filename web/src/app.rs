//! Which page is shown, and what all of them share.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::components::announcer::{Announcer, LiveRegion};
use crate::components::confirm::{Confirm, ConfirmDialog};
use crate::components::keyboard::Keyboard;
use crate::components::palette::Palette;
use crate::components::rail::{Drawer, Rail};
use crate::components::toasts::{ToastShelf, Toasts};
use crate::pages::not_found::NotFoundPage;
use crate::pages::run::RunByIdPage;
use crate::pages::runs::{ExperimentsRunsPage, RunsPage};
use crate::pages::starting::StartingPage;
use crate::parts::{self, TracesPart};
use crate::state::appearance::Appearance;
use crate::state::commands::Commands;
use crate::state::config::PageQuery;
use crate::state::language::t;
use crate::state::location::Navigator;
use crate::state::route::Route;
use crate::state::session::{Session, Stage};

/// The whole page.
#[component]
pub(crate) fn App() -> impl IntoView {
    let asked = PageQuery::parse(&window().location().search().unwrap_or_default());
    let appearance = Appearance::start(asked.theme, asked.embed);
    let navigator = Navigator::start();
    let session = Session::start(asked.server);
    let drawer = Drawer::new();
    provide_context(appearance);
    provide_context(navigator);
    provide_context(session);
    provide_context(drawer);
    let announcer = Announcer::new();
    provide_context(announcer);
    provide_context(Toasts::new(announcer));
    provide_context(Confirm::new());
    provide_context(Commands::new());

    // A page that has tabs stays while they change.
    let route = Memo::new(move |_| navigator.place().with(|place| place.route.page()));
    let page = move || {
        let route = route.get();
        match (&route, session.stage()) {
            (Route::Try, _) => parts::try_model(),
            (Route::Demo, _) => parts::demo(),
            (Route::Settings, Stage::Starting) => view! { <StartingPage/> }.into_any(),
            (Route::Settings, _) => parts::settings(),
            (Route::Unknown { path }, _) => view! { <NotFoundPage path=path.clone()/> }.into_any(),
            (_, Stage::Starting) => view! { <StartingPage/> }.into_any(),
            (_, Stage::Choosing | Stage::Unusable(_)) => parts::settings(),
            (_, Stage::Using(client)) => match route {
                Route::Runs { experiment } => view! { <RunsPage client experiment/> }.into_any(),
                Route::Run { experiment, run, .. } => parts::run(client, experiment, run),
                Route::Metric { .. } => parts::metric(client),
                Route::CompareExperiments => view! { <ExperimentsRunsPage client/> }.into_any(),
                Route::SharedView { experiment } => parts::shared_view(client, experiment),
                Route::Traces { experiment, .. } => {
                    parts::traces(TracesPart::Page(client, experiment))
                }
                Route::CompareRuns => parts::compare(client),
                Route::RunById { run } => view! { <RunByIdPage client run/> }.into_any(),
                Route::Experiments => parts::experiments(client),
                route => parts::registry(client, route),
            },
        }
    };
    // A model's public page is nobody's dashboard.
    let alone = Memo::new(move |_| appearance.embedded() || route.get() == Route::Demo);
    let rail = move || (!alone.get()).then(|| view! { <Rail/> });
    view! {
        <button type="button" class="skip" on:click=|_| focus_content()>
            {t("Skip to content")}
        </button>
        <div class="shell" class:drawer-open=move || drawer.is_open()>
            {rail}
            <div class="stage">{page}</div>
        </div>
        <Keyboard/>
        <Palette/>
        <ConfirmDialog/>
        <ToastShelf/>
        <LiveRegion/>
    }
}

fn focus_content() {
    let content = document().get_element_by_id("content");
    if let Some(content) = content.and_then(|content| content.dyn_into::<HtmlElement>().ok()) {
        content.focus().ok();
    }
}
