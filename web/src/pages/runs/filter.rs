//! The filter box of the runs: words, or MLflow's grammar and more, coloured,
//! completed, and with what is wrong under the word that is wrong.

use std::ops::Range;
use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html::{Div, Input};
use leptos::prelude::*;
use mlflow_api::search::{TokenKind, tokens};
use run_frame::{Query, Reach};

use crate::components::icon::{Glyph, Icon};
use crate::state::completion::{Candidate, complete};
use crate::state::debounce::debounced;
use crate::state::format::count;
use crate::state::language::{t, tf};
use crate::state::runs_table::RunsTable;

/// How long typing has to rest before words are looked for.
const REST: Duration = Duration::from_millis(160);

/// The box.
#[component]
pub(super) fn RunsFilter(
    /// The table.
    table: RunsTable,
) -> impl IntoView {
    let input: NodeRef<Input> = NodeRef::new();
    let paint: NodeRef<Div> = NodeRef::new();
    let applied = Memo::new(move |_| table.view.with(|view| view.filter.clone()));
    let text = RwSignal::new(applied.get_untracked());
    // A filter that came from elsewhere, such as a saved view.
    Effect::new(move || {
        let applied = applied.get();
        if text.with_untracked(|text| *text != applied) {
            text.set(applied);
        }
    });
    let offers: RwSignal<Option<(Range<usize>, Vec<Candidate>)>> = RwSignal::new(None);
    let chosen: RwSignal<Option<usize>> = RwSignal::new(None);
    let apply = move || {
        let text = text.get_untracked();
        if applied.with_untracked(|applied| *applied != text) {
            table.change(|view| view.filter = text);
        }
    };
    // Words search by being typed; and so does all that needs no server.
    let soon = debounced(REST, move |()| {
        let deleted = table.view.with_untracked(|view| view.deleted);
        let whole = table.source.is_whole_untracked(deleted);
        let query = text.with_untracked(|text| Query::parse(text));
        let simple = query
            .is_ok_and(|query| whole || matches!(query.reach, Reach::Words | Reach::Everything));
        if simple {
            apply();
        }
    });
    let caret = move || {
        let input = input.get_untracked()?;
        let units = input.selection_start().ok().flatten()?;
        Some(byte_at(&input.value(), units as usize))
    };
    let offer = move || {
        let Some(caret) = caret() else { return };
        let found = text.with_untracked(|text| {
            table.source.frame().with_untracked(|frame| complete(text, caret, frame))
        });
        chosen.set(None);
        offers.set((!found.1.is_empty()).then_some(found));
    };
    let take = move |nth: usize| {
        let Some((span, candidates)) = offers.get_untracked() else { return };
        let (Some(candidate), Some(input)) = (candidates.get(nth), input.get_untracked()) else {
            return;
        };
        let mut whole = text.get_untracked();
        let end = span.start + candidate.text.len() + 1;
        if whole.get(span.clone()).is_none() {
            return;
        }
        whole.replace_range(span, &format!("{} ", candidate.text));
        let units = whole.get(..end).unwrap_or(&whole).encode_utf16().count() as u32;
        input.set_value(&whole);
        input.set_selection_range(units, units).ok();
        text.set(whole);
        offer();
        soon(());
    };
    let on_key = move |event: KeyboardEvent| {
        let many = offers.with_untracked(|offers| offers.as_ref().map_or(0, |(_, all)| all.len()));
        match event.key().as_str() {
            "ArrowDown" if many == 0 => offer(),
            "ArrowDown" => chosen.update(|nth| *nth = Some(nth.map_or(0, |nth| (nth + 1) % many))),
            "ArrowUp" if many > 0 => {
                chosen
                    .update(|nth| *nth = Some(nth.unwrap_or(0).checked_sub(1).unwrap_or(many - 1)));
            }
            "Enter" => match chosen.get_untracked().filter(|_| many > 0) {
                Some(nth) => take(nth),
                None => {
                    offers.set(None);
                    apply();
                }
            },
            "Tab" if many > 0 && chosen.get_untracked().is_some() => {
                take(chosen.get_untracked().unwrap_or(0));
            }
            "Escape" if many > 0 => offers.set(None),
            "Escape" if !text.with_untracked(String::is_empty) => {
                text.set(String::new());
                apply();
            }
            _ => return,
        }
        event.prevent_default();
    };
    let on_input = move |event| {
        text.set(event_target_value(&event));
        offer();
        soon(());
    };
    let on_blur = move |_| {
        offers.set(None);
        apply();
    };
    let scrolled = move |_| {
        if let (Some(input), Some(paint)) = (input.get_untracked(), paint.get_untracked()) {
            paint.set_scroll_left(input.scroll_left());
        }
    };
    let wrong = Memo::new(move |_| {
        let same = text.with(|text| applied.with(|applied| applied == text));
        table.filter.with(|filter| filter.error.clone()).filter(|_| same)
    });
    let clear = move |_| {
        text.set(String::new());
        apply();
        if let Some(input) = input.get_untracked() {
            input.focus().ok();
        }
    };
    let label = t("Filter runs: words, or metrics.loss < 0.3 and params.lr = '0.01'");
    let options = move || {
        let Some((_, candidates)) = offers.get() else { return ().into_any() };
        let option = |(nth, candidate): (usize, Candidate)| {
            view! {
                <li
                    id=format!("filter-option-{nth}")
                    role="option"
                    class=format!("filter-option {}", class(candidate.kind))
                    aria-selected=move || (chosen.get() == Some(nth)).to_string()
                    on:pointerdown=move |event| {
                        event.prevent_default();
                        take(nth);
                    }
                >
                    {candidate.text}
                </li>
            }
        };
        view! {
            <ul id="filter-options" class="filter-options" role="listbox" aria-label=t("What can follow")>
                {candidates.into_iter().enumerate().map(option).collect_view()}
            </ul>
        }
        .into_any()
    };
    let local = move || {
        let reach = table.filter.with(|filter| filter.query.reach);
        let whole = table.source.is_whole(table.view.with(|view| view.deleted));
        let loaded = table.source.frame().with(run_frame::Frame::len);
        (reach == Reach::Local && !whole)
            .then(|| tf("over {0} loaded runs", &[&count(loaded)]))
            .map(|words| view! { <span class="filter-reach faint">{words}</span> })
    };
    view! {
        <div class="runs-filter" role="search" aria-label=t("Filter runs")>
            <Icon glyph=Glyph::Lens/>
            <div class="filter-paint" aria-hidden="true" node_ref=paint>
                {move || painted(&text.get(), wrong.get().map(|(_, span)| span))}
            </div>
            <input
                class="input mono"
                type="text"
                node_ref=input
                role="combobox"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                data-filter=""
                aria-label=label
                aria-expanded=move || offers.with(Option::is_some).to_string()
                aria-controls="filter-options"
                aria-activedescendant=move || chosen.get().map(|nth| format!("filter-option-{nth}"))
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                aria-describedby=move || wrong.with(Option::is_some).then_some("filter-refusal")
                placeholder=label
                prop:value=move || text.get()
                on:input=on_input
                on:keydown=on_key
                on:blur=on_blur
                on:scroll=scrolled
            />
            {local}
            {move || {
                (!text.with(String::is_empty))
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button plain square"
                                aria-label=t("Clear the filter")
                                on:click=clear
                            >
                                <Icon glyph=Glyph::Cross/>
                            </button>
                        }
                    })
            }}
            {options}
        </div>
        {move || {
            wrong
                .get()
                .map(|(words, _)| view! { <p id="filter-refusal" class="refusal" role="alert">{words}</p> })
        }}
    }
}

/// The text in the colours of its words; the wrong one is marked.
fn painted(text: &str, wrong: Option<Range<usize>>) -> impl IntoView + use<> {
    let mut parts = Vec::new();
    let mut at = 0;
    let words = Query::parse(text).is_ok_and(|query| query.reach == Reach::Words);
    for token in tokens(text) {
        let plain = text.get(at..token.span.start).unwrap_or_default().to_owned();
        let word = text.get(token.span.clone()).unwrap_or_default().to_owned();
        at = token.span.end;
        let is_wrong = wrong
            .as_ref()
            .is_some_and(|wrong| token.span.start < wrong.end && wrong.start < token.span.end);
        let class = match (is_wrong, words) {
            (true, _) => "token wrong",
            (false, true) => "",
            (false, false) => class(token.kind),
        };
        parts.push(view! {
            {plain}
            <span class=class>{word}</span>
        });
    }
    let rest = text.get(at..).unwrap_or_default().to_owned();
    view! {
        {parts}
        {rest}
    }
}

/// The class of a kind of word.
fn class(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Identifier => "token key",
        TokenKind::And | TokenKind::Keyword | TokenKind::Comparator => "token operator",
        TokenKind::String => "token text",
        TokenKind::Number => "token digits",
        TokenKind::Punctuation | TokenKind::Unknown => "token",
    }
}

/// The byte of a place that the browser counts in UTF-16.
fn byte_at(text: &str, units: usize) -> usize {
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen >= units {
            return at;
        }
        seen += c.len_utf16();
    }
    text.len()
}
