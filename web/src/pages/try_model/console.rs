//! The request to a model, and its answer.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::components::copy_button::CopyButton;
use crate::state::json::pretty_text;
use crate::state::language::t;
use crate::state::trial::{Outcome, Trial, TrialStage, curl};

/// An editor for the body, a button that runs it, and the answer.
#[component]
pub(super) fn Console(
    /// The trial that the request belongs to.
    trial: Trial,
) -> impl IntoView {
    let ready = move || trial.is_ready();
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            trial.run();
        }
    };
    let command = move || match trial.stage() {
        TrialStage::AtEdge(model) => {
            let base = document().base_uri().ok().flatten().unwrap_or_default();
            let text = Signal::derive(move || curl(&base, &model.url, &trial.body().get()));
            Some(view! {
                <div class="curl">
                    <h2>{t("The same with curl")}</h2>
                    <div class="snippet">
                        <pre tabindex="0" role="region" aria-label=t("curl command")>
                            {move || text.get()}
                        </pre>
                        <CopyButton text label=t("Copy the command")/>
                    </div>
                </div>
            })
        }
        _ => None,
    };
    view! {
        <section class="console" aria-label=t("Request and answer")>
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
            <div class="actions">
                <button
                    type="button"
                    class="button primary"
                    aria-disabled=move || (!ready()).to_string()
                    on:click=move |_| trial.run()
                >
                    {t("Run the model")}
                </button>
                <span class="faint hint"><kbd>"Ctrl"</kbd> " " <kbd>"Enter"</kbd></span>
            </div>
            <div class="answer" aria-live="polite">
                {move || trial.outcome().map(|outcome| view! { <Answer outcome/> })}
            </div>
            {command}
        </section>
    }
}

/// What came back.
#[component]
fn Answer(
    /// The answer, or why there is none.
    outcome: Outcome,
) -> impl IntoView {
    match outcome {
        Outcome::Running => view! { <p class="faint">{t("Running…")}</p> }.into_any(),
        Outcome::Failed(words) => view! {
            <div class="notice bad-notice">
                <h3>{t("No answer")}</h3>
                <p>{words}</p>
            </div>
        }
        .into_any(),
        Outcome::Answered { status, body, took } => {
            let good = (200..300).contains(&status);
            let text = pretty_text(&body);
            view! {
                <div class="answer-head">
                    <h2>{if good { t("Answer") } else { t("Refused") }}</h2>
                    <span class=if good { "good" } else { "bad" }>{status}</span>
                    <span class="faint">{format!("{took:.1} ms")}</span>
                </div>
                <div class="snippet" class:bad-snippet=!good>
                    <pre tabindex="0" role="region" aria-label=t("Answer")>{text.clone()}</pre>
                    <CopyButton text label=t("Copy the answer")/>
                </div>
            }
            .into_any()
        }
    }
}
