//! Try a model: in the page, from a server or a folder; or at the edge, over HTTP.
//!
//! | module | what it does |
//! |---|---|
//! | `picker` | where a model is chosen |
//! | `console` | the request, the answer, the same as code |
//! | `form` | the request as a form |
//! | `picture` | a picture that makes the request |
//! | `rows` | a table whose rows are scored |
//! | `found` | how right the models are on it, and how two differ |
//! | `against` | where a second model is chosen |
//! | `latency` | how long answers took |

mod against;
mod console;
mod form;
mod found;
mod latency;
mod picker;
mod picture;
mod rows;

use leptos::prelude::*;

use crate::components::copy_button::CopyButton;
use crate::components::failure::why_sign_in;
use crate::components::page::{Crumb, Page};
use crate::components::tags::Tags;
use crate::pages::try_model::against::Against;
use crate::pages::try_model::console::endpoint;
use crate::pages::try_model::picker::Picker;
use crate::parts;
use crate::state::engine::{Kept, Loaded, Progress};
use crate::state::format::bytes;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::route::Route;
use crate::state::server::Credentials;
use crate::state::session::{Mlflow, Stage, use_session};
use crate::state::signature::Field;
use crate::state::trial::{Trial, TrialStage};
use crate::state::trial_code::absolute;

pub(crate) use crate::pages::try_model::console::Console;

/// The page: the model at the left, a request and its answer at the right.
#[component]
pub(crate) fn TryPage() -> impl IntoView {
    let trial = Trial::new();
    let other = Trial::new();
    trial.compare_with(other);
    open_asked(trial, "model");
    open_asked(other, "against");
    let name = Memo::new(move |_| trial.name());
    let crumbs = Signal::derive(move || match name.get() {
        Some(name) => vec![Crumb::link(t("Try a model"), &Route::Try), Crumb::here(name)],
        None => vec![Crumb::here(t("Try a model"))],
    });
    view! {
        <Page crumbs>
            <div class="page try">
                <section class="try-model" aria-labelledby="try-title">
                    <h1 id="try-title">
                        {move || name.get().unwrap_or_else(|| t("Try a model").to_owned())}
                    </h1>
                    <Picker trial/>
                    <ModelState trial/>
                    {move || trial.is_ready().then(|| view! { <Against trial other/> })}
                </section>
                <Console trial/>
            </div>
        </Page>
    }
}

/// Opens the model that the address names under a key, and forgets it when it
/// names none any more.
fn open_asked(trial: Trial, key: &'static str) {
    let session = use_session();
    let navigator = use_navigator();
    let asked =
        Memo::new(move |_| navigator.place().with(|place| place.query.get(key).map(str::to_owned)));
    Effect::new(move |before: Option<bool>| {
        let Some(address) = asked.get() else {
            if before == Some(true) {
                trial.close();
            }
            return false;
        };
        match session.stage() {
            Stage::Starting => {}
            Stage::Using(client) => trial.open(&address, Some(client)),
            _ => trial.open(&address, None),
        }
        true
    });
}

/// The form of one model, on a page that says the rest of it.
#[component]
pub(crate) fn TrialHere(
    /// The client of the server in use.
    client: Mlflow,
    /// What the model is opened as.
    uri: String,
) -> impl IntoView {
    let trial = Trial::new();
    trial.open(&uri, Some(client));
    let console = move || trial.is_ready().then(|| view! { <Console trial brief=true/> });
    view! {
        <div class="trial-here">
            {move || (!trial.is_ready()).then(|| view! { <ModelState trial brief=true/> })}
            {console}
        </div>
    }
}

/// What has become of the model: its loading, its description, or why not.
#[component]
pub(crate) fn ModelState(
    /// The trial that it belongs to.
    trial: Trial,
    /// Whether only what anybody asks for is shown: the signature.
    #[prop(optional)]
    brief: bool,
) -> impl IntoView {
    let stage = move || {
        match trial.stage() {
        TrialStage::Choosing | TrialStage::AtEdge(_) => ().into_any(),
        TrialStage::Loading(progress) => view! { <Loading progress trial/> }.into_any(),
        TrialStage::Large(size) => view! {
            <div class="notice">
                <h2>{tf("This model is {0}", &[&bytes(size)])}</h2>
                <p>{t("It is downloaded once, and then kept in this browser.")}</p>
                <div class="actions">
                    <button type="button" class="button primary" on:click=move |_| trial.reopen(true)>
                        {t("Download it")}
                    </button>
                    <button type="button" class="button" on:click=move |_| trial.cancel()>
                        {t("Cancel")}
                    </button>
                </div>
            </div>
        }
        .into_any(),
        TrialStage::SignIn => view! { <Unknown/> }.into_any(),
        TrialStage::Failed(words) => view! {
            <div class="notice bad-notice" role="alert">
                <h2>{t("This model cannot run here")}</h2>
                <p>{words}</p>
                <div class="actions" hidden=!trial.can_retry()>
                    <button type="button" class="button" on:click=move |_| trial.reopen(false)>
                        {t("Try again")}
                    </button>
                </div>
            </div>
        }
        .into_any(),
        TrialStage::InPage(loaded) => view! { <Description loaded=*loaded trial brief/> }.into_any(),
    }
    };
    view! { <div class="model-state" aria-live="polite">{stage}</div> }
}

/// The server wants to know who asks: a form that says so. With what it is
/// given the model is opened again.
#[component]
fn Unknown() -> impl IntoView {
    let is_wrong = !matches!(untrack(|| use_session().credentials()), Credentials::None);
    view! {
        <div class="notice" class:bad-notice=is_wrong role="alert">
            <h2>{why_sign_in(is_wrong)}</h2>
            {parts::sign_in()}
        </div>
    }
}

/// How far loading has come.
#[component]
fn Loading(
    /// What is being done.
    progress: Progress,
    /// The trial that it belongs to.
    trial: Trial,
) -> impl IntoView {
    let Progress { what, done, total } = progress;
    let known = total > 0.0;
    let numbers = match (known, done > 0.0) {
        (true, _) => tf("{0} of {1}", &[&bytes(done as u64), &bytes(total as u64)]),
        (false, true) => bytes(done as u64),
        (false, false) => String::new(),
    };
    let label = if what.is_empty() { t("Loading the model").to_owned() } else { what };
    view! {
        <div class="loading">
            <p>
                <span>{label.clone()}</span>
                <span class="faint">{numbers}</span>
            </p>
            <progress
                aria-label=label
                max="1"
                value=known.then(|| (done / total).clamp(0.0, 1.0).to_string())
            ></progress>
            <button type="button" class="button" on:click=move |_| trial.cancel()>
                {t("Cancel")}
            </button>
        </div>
    }
}

/// What a loaded model says about itself.
#[component]
fn Description(
    /// The model.
    loaded: Loaded,
    /// The trial that it belongs to.
    trial: Trial,
    /// Whether only its signature is shown.
    brief: bool,
) -> impl IntoView {
    let model = loaded.model;
    let kept = loaded.kept.filter(|_| !brief).map(|kept| view! { <Keeping kept trial/> });
    let facts = [
        ("MLflow", &model.mlflow_version),
        (t("created"), &model.utc_time_created),
        (t("model"), &model.model_id),
        (t("run"), &model.run_id),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect();
    let unsigned = (!model.has_signature()).then(|| {
        view! {
            <p class="soft">
                {t("The model has no signature. This is what its ONNX graph takes and gives:")}
            </p>
        }
    });
    view! {
        <div class="model-card">
            {(!brief).then(|| view! { <Tags tags=facts/> })}
            {kept}
            {unsigned}
            <Fields title=t("Inputs") fields=model.inputs()/>
            <Fields title=t("Outputs") fields=model.outputs()/>
            <Fields title=t("Parameters") fields=model.params()/>
        </div>
    }
}

/// What the browser keeps of the model, and whether it is served here.
#[component]
fn Keeping(
    /// What it keeps.
    kept: Kept,
    /// The trial that it belongs to.
    trial: Trial,
) -> impl IntoView {
    let words = match kept {
        Kept { full: true, .. } => {
            t("This browser has no room to keep the model: it is downloaded again next time.")
        }
        Kept { damaged: true, .. } => {
            t("What this browser had kept of it was damaged: it was downloaded again.")
        }
        Kept { away: true, .. } => t("As this browser keeps it: its server does not answer."),
        Kept { cached: true, .. } => t("From this browser's cache"),
        _ => t("Downloaded, and kept in this browser"),
    };
    let serving = kept.serving.is_some();
    let served = kept.serving.map(|served_as| {
        let base = document().base_uri().ok().flatten().unwrap_or_default();
        let address = absolute(&base, &endpoint(&served_as));
        view! {
            <p class="soft">
                {t("This browser answers here, with no server and no network:")}
            </p>
            <div class="snippet">
                <pre tabindex="0" role="region" aria-label=t("Address")>{address.clone()}</pre>
                <CopyButton text=address label=t("Copy the address")/>
            </div>
        }
    });
    view! {
        <div class="keeping">
            <p class="faint">{words}</p>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=serving
                    disabled=kept.full
                    on:change=move |event| trial.serve(event_target_checked(&event))
                />
                {t("Serve it here")}
            </label>
            {served}
            <p class="bad complaint" hidden=move || trial.complaint().is_none()>
                {move || trial.complaint()}
            </p>
        </div>
    }
}

/// One part of a signature.
#[component]
fn Fields(
    /// Which part.
    title: &'static str,
    /// Its fields; none, and nothing is shown.
    fields: Vec<Field>,
) -> impl IntoView {
    (!fields.is_empty()).then(|| {
        let row = |(nth, field): (usize, Field)| {
            let name = match field.name.as_str() {
                "" => view! { <span class="faint">{format!("{}", nth + 1)}</span> }.into_any(),
                name => name.to_owned().into_any(),
            };
            view! {
                <tr>
                    <th scope="row" class="mono clip">{name}</th>
                    <td class="mono">{field.kind}</td>
                    <td class="faint">{field.remark}</td>
                </tr>
            }
        };
        view! {
            <table class="fields">
                <caption>{title}</caption>
                <tbody>{fields.into_iter().enumerate().map(row).collect_view()}</tbody>
            </table>
        }
    })
}
