//! How a run fares, as a colour, a shape and a word.

use leptos::prelude::*;
use mlflow_api::RunStatus;

use crate::state::language::t;

/// The mark of a run's status.
#[component]
pub(crate) fn StatusMark(
    /// The status.
    status: RunStatus,
    /// Whether the word is shown, or only spoken.
    #[prop(optional)]
    worded: bool,
) -> impl IntoView {
    let (class, word) = words(status);
    // Five shapes that differ without colour: ring with a dot, tick, cross,
    // square, and an empty ring.
    let shape = match class {
        "running" => view! {
            <circle cx="6" cy="6" r="4.5"></circle>
            <circle cx="6" cy="6" r="1.5" fill="currentColor"></circle>
        }
        .into_any(),
        "finished" => view! { <path d="M2 6.5 4.75 9.25 10 3.25"></path> }.into_any(),
        "failed" => view! { <path d="M2.75 2.75l6.5 6.5M9.25 2.75l-6.5 6.5"></path> }.into_any(),
        "killed" => {
            view! { <rect x="2.5" y="2.5" width="7" height="7" rx="1" fill="currentColor"></rect> }
                .into_any()
        }
        _ => view! { <circle cx="6" cy="6" r="4.5" stroke-dasharray="2 2"></circle> }.into_any(),
    };
    view! {
        <span class=format!("status {class}") title=(!worded).then_some(word)>
            <svg
                viewBox="0 0 12 12"
                fill="none"
                stroke="currentColor"
                stroke-width="1.6"
                stroke-linecap="round"
                stroke-linejoin="round"
                aria-hidden="true"
            >
                {shape}
            </svg>
            <span class=if worded { "" } else { "sr-only" }>{word}</span>
        </span>
    }
}

/// The class and the word of a status.
fn words(status: RunStatus) -> (&'static str, &'static str) {
    match status {
        RunStatus::Running => ("running", t("Running")),
        RunStatus::Finished => ("finished", t("Finished")),
        RunStatus::Failed => ("failed", t("Failed")),
        RunStatus::Killed => ("killed", t("Killed")),
        RunStatus::Scheduled => ("scheduled", t("Scheduled")),
        RunStatus::Unknown => ("unknown", t("Unknown status")),
    }
}
