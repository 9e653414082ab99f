//! Two texts, line by line.

use leptos::prelude::*;

use crate::state::language::t;
use crate::state::line_diff::{Change, lines};

/// Texts longer than this are compared no further: it would take long.
const MOST: usize = 200_000;

/// What of one text is gone in another, and what came; `label` says so to screen
/// readers.
pub(crate) fn line_diff(old: &str, new: &str, label: String) -> AnyView {
    if old.len() + new.len() > MOST {
        return view! { <p class="soft">{t("These texts are too long to be compared here.")}</p> }
            .into_any();
    }
    let line = |(change, text): (Change, &str)| {
        let (class, sign, words) = match change {
            Change::Gone => ("gone", "-", t("removed")),
            Change::Come => ("come", "+", t("added")),
            Change::Same => ("", " ", ""),
        };
        let text = text.to_owned();
        view! {
            <div class=class>
                <span aria-hidden="true">{sign}</span>
                <span class="sr-only">{words}</span>
                {text}
            </div>
        }
    };
    let lines = lines(old, new).into_iter().map(line).collect_view();
    view! {
        <div class="text-diff" tabindex="0" role="region" aria-label=label>
            {lines}
        </div>
    }
    .into_any()
}
