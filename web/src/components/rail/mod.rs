//! The left rail: where one can go, the theme, and the server in use.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::components::confirm::{Question, use_confirm};
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::theme_switch::ThemeSwitch;
use crate::components::toasts::use_toasts;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::route::Route;
use crate::state::session::{Reach, use_session};

/// Whether the rail is open as a drawer, on screens too narrow for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawer(RwSignal<bool>);

impl Drawer {
    /// A closed drawer.
    pub(crate) fn new() -> Drawer {
        Drawer(RwSignal::new(false))
    }

    /// Opens or closes it.
    pub(crate) fn set(self, open: bool) {
        self.0.set(open);
    }

    /// Whether it is open.
    pub(crate) fn is_open(self) -> bool {
        self.0.get()
    }
}

/// The left rail.
#[component]
pub(crate) fn Rail() -> impl IntoView {
    let place = use_navigator().place();
    let drawer: Drawer = expect_context();
    let item = move |route: Route, glyph: Glyph, label: &'static str, section: Section| {
        let current =
            move || (place.with(|place| Section::of(&place.route)) == section).then_some("page");
        view! {
            <li>
                <a class="rail-item" href=route.href() aria-current=current title=label>
                    <Icon glyph/>
                    <span class="rail-text">{label}</span>
                </a>
            </li>
        }
    };
    // Going somewhere closes the drawer.
    Effect::new(move || {
        place.track();
        drawer.set(false);
    });
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            drawer.set(false);
        }
    };
    view! {
        <nav class="rail" aria-label=t("Main") on:keydown=on_key>
            <a class="brand" href=Route::Experiments.href() title="Millrace">
                <Icon glyph=Glyph::Brand/>
                <span class="rail-text">"Millrace"</span>
            </a>
            <ul class="rail-items">
                {item(Route::Experiments, Glyph::Flask, t("Experiments"), Section::Experiments)}
                {item(Route::Models, Glyph::Box, t("Models"), Section::Models)}
                {item(Route::Prompts, Glyph::Quote, t("Prompts"), Section::Prompts)}
                {item(Route::Try, Glyph::Play, t("Try a model"), Section::Try)}
                {item(Route::Settings, Glyph::Sliders, t("Settings"), Section::Settings)}
            </ul>
            <div class="rail-foot">
                <ThemeSwitch group="theme-in-rail"/>
                <div class="server-line">
                    <ServerState/>
                    <Switcher/>
                </div>
            </div>
        </nav>
        <button
            type="button"
            class="drawer-veil"
            aria-label=t("Close the menu")
            tabindex="-1"
            on:click=move |_| drawer.set(false)
        ></button>
    }
}

/// The part of the rail that a page belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Experiments,
    Models,
    Prompts,
    Try,
    Settings,
    None,
}

impl Section {
    fn of(route: &Route) -> Section {
        match route {
            Route::Experiments
            | Route::Runs { .. }
            | Route::Run { .. }
            | Route::RunById { .. }
            | Route::CompareExperiments
            | Route::SharedView { .. }
            | Route::CompareRuns
            | Route::Metric { .. }
            | Route::LoggedModels { .. }
            | Route::Traces { .. }
            | Route::LoggedModel { .. }
            | Route::ExperimentPrompts { .. } => Section::Experiments,
            Route::Models
            | Route::Model { .. }
            | Route::Version { .. }
            | Route::CompareVersions => Section::Models,
            Route::Prompts | Route::Prompt { .. } => Section::Prompts,
            Route::Try | Route::Demo => Section::Try,
            Route::Settings => Section::Settings,
            Route::Unknown { .. } => Section::None,
        }
    }
}

/// The server in use and how it fares, linking to where both can be changed.
#[component]
fn ServerState() -> impl IntoView {
    let session = use_session();
    let name = move || match session.server() {
        Some(server) => server.name().to_owned(),
        None => t("No server").to_owned(),
    };
    let class = move || match session.reach() {
        Reach::None | Reach::Checking => "server-state",
        Reach::Connected { .. } => "server-state connected",
        Reach::SignIn | Reach::Refused => "server-state wary",
        Reach::Offline => "server-state offline",
    };
    let words = move || match session.reach() {
        Reach::None => t("choose one").to_owned(),
        Reach::Checking => t("connecting").to_owned(),
        Reach::Connected { version: Some(version) } => tf("connected · {0}", &[&version]),
        Reach::Connected { version: None } => t("connected").to_owned(),
        Reach::SignIn => t("sign in").to_owned(),
        Reach::Refused => t("refused").to_owned(),
        Reach::Offline => t("not reachable").to_owned(),
    };
    view! {
        <a class=class href=Route::Settings.href() title=move || format!("{}: {}", name(), words())>
            <span class="server-dot" aria-hidden="true"></span>
            <span class="rail-text server-words">
                <span class="clip">{name}</span>
                <span class="clip faint">{words}</span>
            </span>
        </a>
    }
}

/// Other servers that were used on this device, to change to.
#[component]
fn Switcher() -> impl IntoView {
    let session = use_session();
    let navigator = use_navigator();
    let confirm = use_confirm();
    let toasts = use_toasts();
    let items = Callback::new(move |()| {
        let now = session.server().map(|server| server.url).unwrap_or_default();
        let recent = session.recent();
        let known = !recent.is_empty();
        let mut items: Vec<Item> = recent
            .into_iter()
            .map(|url| {
                let on = url == now;
                let change = {
                    let url = url.clone();
                    move || {
                        session.change(&url);
                        navigator.go(Route::Experiments);
                    }
                };
                Item::new(url, change).checked(on)
            })
            .collect();
        let other = Item::new(t("Another server…"), move || navigator.go(Route::Settings));
        items.push(other.divided());
        let forget = move || {
            confirm.ask(Question {
                title: t("Forget these servers?").to_owned(),
                words: t("Their addresses and credentials are removed from this browser. \
                          The server in use stays in use until this tab is closed.")
                .to_owned(),
                verb: t("Forget").to_owned(),
                run: Callback::new(move |()| {
                    session.forget();
                    toasts.done(t("The servers are forgotten"));
                }),
            });
        };
        items.push(Item::new(t("Forget these servers…"), forget).danger().disabled(!known));
        items
    });
    view! {
        <Menu
            label=Signal::derive(|| t("Change the server").to_owned())
            face=|| view! { <Icon glyph=Glyph::More/> }
            items
        />
    }
}
