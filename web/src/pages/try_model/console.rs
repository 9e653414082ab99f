//! The request to a model, as a form or as JSON, and its answer.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;

use crate::components::copy_button::CopyButton;
use crate::pages::try_model::form::Form;
use crate::pages::try_model::found::summary;
use crate::pages::try_model::latency::{Latency, time};
use crate::pages::try_model::picture::Picture;
use crate::pages::try_model::rows::Rows;
use crate::state::download::save;
use crate::state::format::{bytes, count};
use crate::state::json::shown;
use crate::state::language::{t, tf};
use crate::state::model_form::{Predictions, fields, predictions};
use crate::state::picture_input::PictureInput;
use crate::state::query::encode;
use crate::state::rows;
use crate::state::rows::difference::Differences;
use crate::state::trial::{Outcome, Trial, TrialStage};
use crate::state::trial_code::{Snippet, absolute, snippets};

/// The request, a button that runs it, the answer, and the same as code.
#[component]
pub(crate) fn Console(
    /// The trial that the request belongs to.
    trial: Trial,
    /// Whether only the request and its answer are shown.
    #[prop(optional)]
    brief: bool,
) -> impl IntoView {
    let chosen = RwSignal::new(None::<Way>);
    // Only what a form could be made of: a change of anything else leaves it be.
    let model = Memo::new(move |_| match trial.stage() {
        TrialStage::InPage(loaded) if !fields(&loaded.model).is_empty() => Some(loaded.model),
        _ => None,
    });
    let has_form = move || model.with(Option::is_some);
    let takes_tables = Memo::new(move |_| trial.row_input().is_some());
    let picture = Memo::new(move |_| model.with(|model| model.as_ref().and_then(PictureInput::of)));
    let takes_pictures = move || picture.with(Option::is_some);
    // What the user chose, as far as this model has it.
    let way = Memo::new(move |_| match chosen.get() {
        None | Some(Way::Picture) if takes_pictures() => Way::Picture,
        None | Some(Way::Form) if has_form() => Way::Form,
        Some(Way::Table) if takes_tables.get() => Way::Table,
        _ => Way::Json,
    });
    let hand_in = StoredValue::new(None);
    let request = move || match (way.get(), model.get(), picture.get()) {
        (Way::Form, Some(model), _) => view! { <Form trial model hand_in/> }.into_any(),
        (Way::Picture, _, Some(input)) => view! { <Picture trial input/> }.into_any(),
        (Way::Table, ..) => view! { <Rows trial/> }.into_any(),
        _ => view! { <Body trial/> }.into_any(),
    };
    let choice = move |is: Way, label: &'static str| {
        view! {
            <button
                type="button"
                aria-pressed=move || (way.get() == is).to_string()
                on:click=move |_| chosen.set(Some(is))
            >
                {label}
            </button>
        }
    };
    let toggle = move || {
        let (form, table) = (has_form(), takes_tables.get());
        (form || table).then(|| {
            view! {
                <div class="ways" role="group" aria-label=t("The request as")>
                    {takes_pictures().then(|| choice(Way::Picture, t("Picture")))}
                    {form.then(|| choice(Way::Form, t("Form")))} {choice(Way::Json, "JSON")}
                    {table.then(|| choice(Way::Table, t("Table")))}
                </div>
            }
        })
    };
    let single = move || {
        (way.get() != Way::Table).then(|| {
            view! {
                <Single trial way=way.into() hand_in/>
                {(!brief).then(|| view! { <Code trial/> })}
            }
        })
    };
    view! {
        <section class="console" aria-label=t("Request and answer")>
            {toggle}
            {request}
            {single}
        </section>
    }
}

/// How a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// With a field for each thing.
    Form,
    /// As it is sent.
    Json,
    /// From a picture.
    Picture,
    /// From the rows of a table.
    Table,
}

/// The button that runs one request, and its answer.
#[component]
fn Single(
    /// The trial that the request belongs to.
    trial: Trial,
    /// How the request is made.
    way: Signal<Way>,
    /// Hands a form in, so that its fields are looked at first.
    hand_in: StoredValue<Option<Callback<()>>>,
) -> impl IntoView {
    let in_form = Memo::new(move |_| way.get() == Way::Form);
    // Only there a key runs the model.
    let in_editor = move || way.get() == Way::Json;
    // The browser itself would read all fields for what it fills in elsewhere, which
    // takes longer than the model.
    let run = move |event: MouseEvent| {
        event.prevent_default();
        match hand_in.get_value().filter(|_| in_form.get_untracked()) {
            Some(hand_in) => {
                hand_in.try_run(());
            }
            None => trial.run(),
        }
    };
    view! {
        <div class="actions">
            <button
                type=move || if in_form.get() { "submit" } else { "button" }
                form=move || in_form.get().then_some("request-form")
                class="button primary"
                aria-disabled=move || (!trial.is_ready()).to_string()
                on:click=run
            >
                {t("Run the model")}
            </button>
            <span class="faint hint" hidden=move || !in_editor()><kbd>"Ctrl"</kbd> " " <kbd>"Enter"</kbd></span>
        </div>
        <div class="answer" aria-live="polite">
            // Each answer is new to who listens, also where it says the same.
            <For each=move || trial.outcome() key=|(nth, _)| *nth let((_, outcome))>
                <Answer outcome stop=Callback::new(move |()| trial.stop())/>
            </For>
            {move || trial.against().map(|other| view! { <Against trial other/> })}
        </div>
        <Latency latencies=trial.latencies()/>
    }
}

/// What another model answered to the same request, and how that differs.
#[component]
fn Against(
    /// The trial of the one model.
    trial: Trial,
    /// The trial of the other.
    other: Trial,
) -> impl IntoView {
    let answered = |trial: Trial| match trial.outcome()?.1 {
        Outcome::Answered { status: 200, body, .. } => {
            rows::predictions::Predictions::read(&body, None).ok()
        }
        _ => None,
    };
    let differ = move || {
        let (mine, theirs) = (answered(trial)?, answered(other)?);
        let mut found = Differences::default();
        found.add(&mine, &theirs, 1, |_| Vec::new());
        Some(summary(&found))
    };
    view! {
        <section class="against" aria-label=move || other.title()>
            {move || differ().map(|words| view! { <p class="differ">{words}</p> })}
            {move || other.outcome().is_some().then(|| view! { <h2 class="clip">{other.title()}</h2> })}
            <For each=move || other.outcome() key=|(nth, _)| *nth let((_, outcome))>
                <Answer outcome/>
            </For>
        </section>
    }
}

/// An editor for the request body.
#[component]
fn Body(
    /// The trial that the request belongs to.
    trial: Trial,
) -> impl IntoView {
    // An editor for a picture's numbers takes the browser a second.
    let is_large = Memo::new(move |_| trial.body().with(|body| body.len() > LARGEST_EDITED));
    let insisted = RwSignal::new(false);
    move || match is_large.get() && !insisted.get() {
        true => view! { <LargeBody trial insisted/> }.into_any(),
        false => view! { <Editor trial/> }.into_any(),
    }
}

/// The longest body that an editor opens for unasked, in bytes.
const LARGEST_EDITED: usize = 100 << 10;

/// The beginning of a body that is too large to be edited with ease.
#[component]
fn LargeBody(
    /// The trial that the request belongs to.
    trial: Trial,
    /// Set where the user wants the editor all the same.
    insisted: RwSignal<bool>,
) -> impl IntoView {
    let begins = move || trial.body().with(|body| body.chars().take(1000).collect::<String>());
    let size = move || trial.body().with(|body| bytes(body.len() as u64));
    view! {
        <div class="field">
            <span class="label">{t("Request body")}</span>
            <div class="snippet">
                <pre tabindex="0" role="region" aria-label=t("Request body")>{begins} " …"</pre>
                <CopyButton text=trial.body() label=t("Copy the body")/>
            </div>
            <div class="large-body">
                <span class="faint">{move || tf("{0}, of which this is the beginning.", &[&size()])}</span>
                <button type="button" class="button" on:click=move |_| insisted.set(true)>
                    {t("Edit it all the same")}
                </button>
            </div>
        </div>
    }
}

#[component]
fn Editor(
    /// The trial that the request belongs to.
    trial: Trial,
) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            trial.run();
        }
    };
    view! {
        <div class="field">
            <label for="request-body">{t("Request body")}</label>
            <textarea
                id="request-body"
                class="input"
                rows="12"
                spellcheck="false"
                autocomplete="off"
                placeholder=t("Choose a model first: a body that fits it will stand here.")
                aria-invalid=move || trial.complaint().is_some().then_some("true")
                aria-describedby="request-complaint"
                prop:value=move || trial.body().get()
                on:input=move |event| trial.body().set(event_target_value(&event))
                on:keydown=on_key
            ></textarea>
            <p id="request-complaint" class="bad complaint">{move || trial.complaint()}</p>
        </div>
    }
}

/// The same request as code.
#[component]
fn Code(
    /// The trial that the request belongs to.
    trial: Trial,
) -> impl IntoView {
    // Where the request goes, and what has to be started for it.
    let target = Memo::new(move |_| {
        let base = document().base_uri().ok().flatten().unwrap_or_default();
        match trial.stage() {
            TrialStage::AtEdge(model) => Some((absolute(&base, &model.url), None)),
            TrialStage::InPage(loaded) => {
                let source = trial.source()?;
                Some(match loaded.kept.and_then(|kept| kept.serving) {
                    Some(served_as) => (absolute(&base, &endpoint(&served_as)), None),
                    None => {
                        let line = format!("mlflow models serve -m {}", source.uri());
                        ("http://127.0.0.1:5000/invocations".to_owned(), Some(line))
                    }
                })
            }
            _ => None,
        }
    });
    let one = move |at: usize| {
        // What nobody looks at is not written anew with every key.
        let open = RwSignal::new(false);
        let snippet = move |body: &str| {
            let (url, served) = target.get()?;
            snippets(&url, body, served.as_deref()).into_iter().nth(at)
        };
        let text = Signal::derive(move || match open.get() {
            true => snippet(&trial.body().read()).map(|it| it.code).unwrap_or_default(),
            false => String::new(),
        });
        let Snippet { language, copy, .. } = untrack(|| snippet(""))?;
        let toggled = move |event: leptos::ev::Event| {
            open.set(event_target::<web_sys::Element>(&event).has_attribute("open"));
        };
        Some(view! {
            <details on:toggle=toggled>
                <summary>{language}</summary>
                <div class="snippet">
                    <pre tabindex="0" role="region" aria-label=language>{move || text.get()}</pre>
                    <CopyButton text label=copy/>
                </div>
            </details>
        })
    };
    move || {
        target.with(Option::is_some).then(|| {
            view! {
                <div class="curl">
                    <h2>{t("The same as code")}</h2>
                    {(0..3).map(one).collect_view()}
                </div>
            }
        })
    }
}

/// Where a model that is served in the page answers.
pub(super) fn endpoint((name, version): &(String, String)) -> String {
    format!("./models/{}/{}/invocations", encode(name), encode(version))
}

/// What came back.
#[component]
fn Answer(
    /// The answer, or why there is none.
    outcome: Outcome,
    /// Ends a run that is under way.
    #[prop(optional)]
    stop: Option<Callback<()>>,
) -> impl IntoView {
    match outcome {
        Outcome::Running => view! {
            <div class="running">
                <span class="faint">{t("Running…")}</span>
                {stop.map(|stop| view! {
                    <button type="button" class="button" on:click=move |_| stop.run(())>
                        {t("Cancel")}
                    </button>
                })}
            </div>
        }
        .into_any(),
        Outcome::Failed(words) => view! {
            <div class="notice bad-notice">
                <h2>{t("No answer")}</h2>
                <p>{words}</p>
            </div>
        }
        .into_any(),
        Outcome::Answered { status, body, took, model } => {
            let good = (200..300).contains(&status);
            let (text, is_whole) = shown(&body);
            let all = {
                let (text, body) = (text.clone(), body.clone());
                move || if is_whole { text.clone() } else { body.to_string() }
            };
            let table = predictions(&body).map(|rows| view! { <Predicted rows/> });
            view! {
                <div class="answer-head">
                    <h2>{if good { t("Answer") } else { t("Refused") }}</h2>
                    <span class=if good { "good" } else { "bad" }>{status}</span>
                    <span class="faint">{time(took)}</span>
                    {model.map(|model| view! { <span class="faint">{tf("model {0}", &[&time(model)])}</span> })}
                </div>
                {table}
                <div class="snippet" class:bad-snippet=!good>
                    <pre tabindex="0" role="region" aria-label=t("Answer")>{text}</pre>
                    <CopyButton text=Signal::derive(all) label=t("Copy the answer")/>
                </div>
                {(!is_whole).then(|| view! { <LargeAnswer body/> })}
            }
            .into_any()
        }
    }
}

/// What is said below an answer of which only the beginning is shown.
#[component]
fn LargeAnswer(
    /// All of it.
    body: Arc<str>,
) -> impl IntoView {
    let size = bytes(body.len() as u64);
    view! {
        <div class="large-body">
            <span class="faint">{tf("{0}, of which this is the beginning.", &[&size])}</span>
            <button
                type="button"
                class="button"
                on:click=move |_| save("answer.json", "application/json", &body)
            >
                {t("Download")}
            </button>
        </div>
    }
}

/// Predictions as a table.
#[component]
fn Predicted(
    /// The predictions.
    rows: Predictions,
) -> impl IntoView {
    let Predictions { columns, rows, total } = rows;
    let rest = match total {
        Some(total) if total <= rows.len() => None,
        Some(total) => Some(tf("The first {0} of {1} rows", &[&count(rows.len()), &count(total)])),
        None => Some(tf("The first {0} rows", &[&count(rows.len())])),
    };
    let head = columns.into_iter().map(|name| view! { <th scope="col">{name}</th> });
    let row = |cells: Vec<String>| {
        let cells = cells.into_iter().map(|cell| view! { <td class="mono">{cell}</td> });
        view! { <tr>{cells.collect_view()}</tr> }
    };
    view! {
        <div class="predictions" tabindex="0" role="region" aria-label=t("Predictions")>
            <table>
                <thead>
                    <tr>{head.collect_view()}</tr>
                </thead>
                <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
        {rest.map(|words| view! { <p class="faint">{words}</p> })}
    }
}
