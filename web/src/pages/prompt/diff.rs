//! Two versions of a prompt side by side, line by line.

use leptos::prelude::*;
use mlflow_api::ModelVersion;

use crate::state::language::{t, tf};
use crate::state::line_diff::{self, Change};
use crate::state::prompt::PromptText;

/// What changed between two versions.
#[component]
pub(super) fn Diff(
    /// The version that is compared with.
    old: ModelVersion,
    /// The version that is shown.
    new: ModelVersion,
) -> impl IntoView {
    let (before, after) = (PromptText::of(&old).plain(), PromptText::of(&new).plain());
    let all: Vec<(Change, String)> = line_diff::lines(&before, &after)
        .into_iter()
        .map(|(change, line)| (change, line.to_owned()))
        .collect();
    let side = |without: Change, version: &str| {
        let line = |(change, text): &(Change, String)| {
            let (class, words) = match change {
                _ if *change == without => ("missing", ""),
                Change::Gone => ("gone", t("removed")),
                Change::Come => ("come", t("added")),
                Change::Same => ("", ""),
            };
            let text = if class == "missing" { String::new() } else { text.clone() };
            view! { <div class=class><span class="sr-only">{words} " "</span>{text}</div> }
        };
        let label = tf("Version {0}", &[&version]);
        view! {
            <div>
                <h3>{label.clone()}</h3>
                <div class="text-diff" tabindex="0" role="region" aria-label=label>
                    {all.iter().map(line).collect_view()}
                </div>
            </div>
        }
    };
    view! {
        <div class="prompt-sides">
            {side(Change::Come, &old.version)}
            {side(Change::Gone, &new.version)}
        </div>
    }
}
