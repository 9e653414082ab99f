//! The server in use and the theme; also the first page of all, where no
//! server is known yet.

use leptos::prelude::*;

use crate::components::connect_form::ConnectForm;
use crate::components::kept_models::KeptModels;
use crate::components::page::{Crumb, Page};
use crate::components::theme_switch::ThemeSwitch;
use crate::state::language::{self, Language, t, tf};
use crate::state::route::Route;
use crate::state::session::{Stage, use_session};

/// The settings.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    let session = use_session();
    let first = move || !matches!(session.stage(), Stage::Using(_));
    let title = move || if first() { t("Connect to a server") } else { t("Settings") };
    let crumbs = Signal::derive(move || vec![Crumb::here(title())]);
    let lead = move || {
        first().then(|| {
            view! {
                <p class="lead">
                    {t("Millrace shows the experiments and runs of any MLflow server. Your browser \
                        talks to the server itself: nothing passes through anybody else.")}
                </p>
            }
        })
    };
    let unusable = move || match session.stage() {
        Stage::Unusable(error) => Some(view! {
            <p class="bad" role="alert">{tf("The remembered server cannot be used: {0}.", &[&error])}</p>
        }),
        _ => None,
    };
    let without_server = move || {
        first().then(|| {
            view! {
                <section class="settings-section">
                    <h2>{t("No server at hand?")}</h2>
                    <p class="soft">
                        <a class="link" href=Route::Try.href()>{t("Try a model")}</a>
                        {t(": run an ONNX model of MLflow right in this page, from a folder on \
                            your disk. It stays on your machine.")}
                    </p>
                </section>
            }
        })
    };
    view! {
        <Page crumbs>
            <div class="page settings">
                <div class="page-head">
                    <h1>{title}</h1>
                </div>
                {lead}
                {unusable}
                <section class="settings-section">
                    <h2 class:sr-only=first>{t("Server")}</h2>
                    <ConnectForm/>
                </section>
                {without_server}
                <section class="settings-section">
                    <h2>{t("Theme")}</h2>
                    <ThemeSwitch group="theme-in-settings"/>
                </section>
                <section class="settings-section">
                    <h2>{t("Language")}</h2>
                    <LanguageChoice/>
                </section>
                <div class="settings-section">
                    <KeptModels empty=t("None. A model that is tried in this page is kept, so that it is not downloaded the next time.")/>
                </div>
            </div>
        </Page>
    }
}

/// The languages that the page speaks. A choice loads the page anew, in its place.
#[component]
fn LanguageChoice() -> impl IntoView {
    let choice = |language: Language| {
        let chosen = language == language::language();
        view! { <option value=language.tag() selected=chosen>{language.name()}</option> }
    };
    let choose = |event| {
        if let Some(language) = Language::parse(&event_target_value(&event)) {
            language.keep();
            window().location().reload().ok();
        }
    };
    view! {
        <select class="input" aria-label=t("Language") on:change=choose>
            {Language::ALL.map(choice)}
        </select>
    }
}
