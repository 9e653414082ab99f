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
    let Shape { outline, filled, dashed } = shape(class);
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
                <path d=outline stroke-dasharray=dashed.then_some("2 2")></path>
                <path d=filled fill="currentColor"></path>
            </svg>
            <span class=if worded { "" } else { "sr-only" }>{word}</span>
        </span>
    }
}

/// The paths of a mark.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    /// What is drawn as a line.
    pub(crate) outline: &'static str,
    /// What is filled.
    pub(crate) filled: &'static str,
    /// Whether the line is dashed.
    pub(crate) dashed: bool,
}

/// Five shapes that differ without colour: ring with a dot, tick, cross, square,
/// and an empty ring.
pub(crate) fn shape(class: &str) -> Shape {
    const RING: &str = "M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9Z";
    let (outline, filled) = match class {
        "running" => (RING, "M6 4.5a1.5 1.5 0 1 1 0 3a1.5 1.5 0 1 1 0-3Z"),
        "finished" => ("M2 6.5 4.75 9.25 10 3.25", ""),
        "failed" => ("M2.75 2.75l6.5 6.5M9.25 2.75l-6.5 6.5", ""),
        "killed" => ("", "M3 2.5h6v7h-6Z"),
        _ => (RING, ""),
    };
    Shape { outline, filled, dashed: matches!(class, "scheduled" | "unknown") }
}

/// The class and the word of a status.
pub(crate) fn words(status: RunStatus) -> (&'static str, &'static str) {
    match status {
        RunStatus::Running => ("running", t("Running")),
        RunStatus::Finished => ("finished", t("Finished")),
        RunStatus::Failed => ("failed", t("Failed")),
        RunStatus::Killed => ("killed", t("Killed")),
        RunStatus::Scheduled => ("scheduled", t("Scheduled")),
        RunStatus::Unknown => ("unknown", t("Unknown status")),
    }
}
