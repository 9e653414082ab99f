//! The form that chooses a server and how to sign in to it.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::{Access, Error, ErrorKind, Probe};

use crate::components::failure::Failure;
use crate::components::icon::{Glyph, Icon};
use crate::components::sign_in::{CredentialFields, CredentialForm};
use crate::state::language::t;
use crate::state::location::use_navigator;
use crate::state::route::Route;
use crate::state::server::{Credentials, Server, read_address};
use crate::state::session::{client, use_session};

/// What the test of a connection found.
#[derive(Clone, Debug)]
enum Outcome {
    Untested,
    Testing,
    Good(Option<String>),
    /// The form itself is wrong: nothing was sent.
    Unsent(String),
    Failed(Error),
}

/// Address, credentials, a test, and the button that uses them.
#[component]
pub(crate) fn ConnectForm() -> impl IntoView {
    let session = use_session();
    let navigator = use_navigator();
    let now = untrack(|| session.server());
    let address = RwSignal::new(now.as_ref().map(|server| server.url.clone()).unwrap_or_default());
    let credentials = CredentialForm::new(untrack(|| session.credentials()));
    let outcome = RwSignal::new(Outcome::Untested);
    // The origin that served the page needs no address: it stays a choice
    // while nothing else is typed.
    let same_origin = StoredValue::new(now.filter(|server| server.url.is_empty()));

    // The server and the credentials as typed; those in the address count
    // where none are typed below it.
    let chosen = move || -> Result<(Server, Credentials), String> {
        let typed = credentials.read();
        let (server, in_address) = match same_origin.get_value() {
            Some(server) if address.with_untracked(String::is_empty) => (server, Credentials::None),
            _ => read_address(&address.get_untracked())?,
        };
        let signed = if typed == Credentials::None { in_address } else { typed };
        Ok((server, signed))
    };
    let test = Callback::new(move |connect: bool| {
        let ready = chosen().and_then(|(server, signed)| {
            let client = client(&server, &signed).map_err(|error| error.to_string())?;
            Ok((server, signed, client))
        });
        let (server, signed, client) = match ready {
            Ok(ready) => ready,
            Err(words) => return outcome.set(Outcome::Unsent(words)),
        };
        outcome.set(Outcome::Testing);
        spawn_local(async move {
            let found = match client.probe().await {
                Ok(Probe {
                    access: Access::NeedsCredentials(error) | Access::Denied(error),
                    ..
                }) => Err(error),
                found => found,
            };
            match found {
                Ok(_) if connect => {
                    session.choose(server, signed, credentials.keeps());
                    navigator.go(Route::Experiments);
                }
                Ok(found) => {
                    outcome.try_set(Outcome::Good(found.version));
                }
                Err(error) => {
                    if let ErrorKind::Unauthenticated { .. } = error.kind() {
                        credentials.ask();
                    }
                    outcome.try_set(Outcome::Failed(error));
                }
            }
        });
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        test.run(true);
    };
    let again = Callback::new(move |()| test.run(false));
    let result = move || match outcome.get() {
        Outcome::Untested => ().into_any(),
        Outcome::Testing => view! { <p class="faint">{t("Asking the server…")}</p> }.into_any(),
        Outcome::Good(version) => {
            let version = version.map_or_else(String::new, |version| format!(" MLflow {version}."));
            view! {
                <p class="good">
                    <Icon glyph=Glyph::Tick/>
                    {t("The server answers.")} {version}
                </p>
            }
            .into_any()
        }
        Outcome::Unsent(words) => {
            view! { <p class="bad" id="address-error">{words}</p> }.into_any()
        }
        Outcome::Failed(error) => view! { <Failure error retry=again asks=false/> }.into_any(),
    };
    let placeholder = if same_origin.with_value(Option::is_some) {
        t("this site; or another, such as http://localhost:5000")
    } else {
        "http://localhost:5000"
    };
    let bad = move || outcome.with(|outcome| matches!(outcome, Outcome::Unsent(_)));
    let recent = move || {
        let recent = session.recent();
        (!recent.is_empty()).then(|| {
            let item = |url: String| {
                let label = url.clone();
                view! {
                    <li>
                        <button
                            type="button"
                            class="link-button"
                            on:click=move |_| address.set(url.clone())
                        >
                            {label}
                        </button>
                    </li>
                }
            };
            view! {
                <div class="recent">
                    <span class="label">{t("Used before")}</span>
                    <ul>{recent.into_iter().map(item).collect_view()}</ul>
                </div>
            }
        })
    };
    view! {
        <form class="connect-form" on:submit=submit novalidate>
            <div class="field">
                <label for="server-address">{t("Address of the MLflow server")}</label>
                <input
                    id="server-address"
                    class="input"
                    type="url"
                    autocomplete="url"
                    spellcheck="false"
                    placeholder=placeholder
                    aria-invalid=move || bad().then_some("true")
                    aria-describedby=move || bad().then_some("address-error")
                    prop:value=move || address.get()
                    on:input=move |event| address.set(event_target_value(&event))
                />
            </div>
            {recent}
            <CredentialFields form=credentials/>
            <div class="actions">
                <button type="submit" class="button primary">{t("Connect")}</button>
                <button type="button" class="button" on:click=move |_| test.run(false)>
                    {t("Test")}
                </button>
            </div>
            <div class="connect-result" role="status">{result}</div>
        </form>
    }
}
