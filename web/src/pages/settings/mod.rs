//! The server in use and the theme; also the first page of all, where no
//! server is known yet.

use leptos::prelude::*;

use crate::components::connect_form::ConnectForm;
use crate::components::page::{Crumb, Page};
use crate::components::theme_switch::ThemeSwitch;
use crate::state::route::Route;
use crate::state::session::{Stage, use_session};

/// The settings.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    let session = use_session();
    let first = move || !matches!(session.stage(), Stage::Using(_));
    let title = move || if first() { "Connect to a server" } else { "Settings" };
    let crumbs = Signal::derive(move || vec![Crumb::here(title())]);
    let lead = move || {
        first().then(|| {
            view! {
                <p class="lead">
                    "Millrace shows the experiments and runs of any MLflow server. Your browser \
                     talks to the server itself: nothing passes through anybody else."
                </p>
            }
        })
    };
    let unusable = move || match session.stage() {
        Stage::Unusable(error) => Some(view! {
            <p class="bad" role="alert">{format!("The remembered server cannot be used: {error}.")}</p>
        }),
        _ => None,
    };
    let without_server = move || {
        first().then(|| {
            view! {
                <section class="settings-section">
                    <h2>"No server at hand?"</h2>
                    <p class="soft">
                        <a class="link" href=Route::Try.href()>"Try a model"</a>
                        ": run an ONNX model of MLflow right in this page, from a folder on \
                         your disk. It stays on your machine."
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
                    <h2 class:sr-only=first>"Server"</h2>
                    <ConnectForm/>
                </section>
                {without_server}
                <section class="settings-section">
                    <h2>"Theme"</h2>
                    <ThemeSwitch group="theme-in-settings"/>
                </section>
            </div>
        </Page>
    }
}
