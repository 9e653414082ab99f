//! The spans of a trace as a tree with their times, and what is in the chosen one.

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use mlflow_api::{AnyValue, KeyValue, Span, SpanEvent, Trace};

use super::focus;
use crate::components::copy_button::CopyButton;
use crate::components::empty::Empty;
use crate::components::icon::{Glyph, Icon};
use crate::components::long_list::LongList;
use crate::state::format::bytes;
use crate::state::json;
use crate::state::language::{t, tf};
use crate::state::traces::beginning;
use crate::state::traces::spans::{
    SpanRow, attribute, failed, span_duration, span_type, text_of, tree,
};

/// The most letters of a name.
const MOST_LETTERS: usize = 200;
/// How far a span stands to the right of the one around it, in CSS pixels.
const INDENT: usize = 12;
/// The most levels that stand apart.
const MOST_LEVELS: usize = 16;
/// How many events of a span are in the page at first.
const EVENTS: usize = 20;

/// What MLflow keeps among a span's attributes and is shown apart from them.
const INPUTS: &str = "mlflow.spanInputs";
const OUTPUTS: &str = "mlflow.spanOutputs";

/// The spans, and the chosen one.
#[component]
pub(super) fn Spans(
    /// The trace.
    trace: Arc<Trace>,
) -> impl IntoView {
    let rows: Arc<[SpanRow]> = tree(&trace.spans).into();
    if rows.is_empty() {
        return view! {
            <Empty
                title=t("No steps are here yet")
                words=t("The server knows of the trace, and nothing of what happened in it.")
            />
        }
        .into_any();
    }
    let chosen = RwSignal::new(0_usize);
    let list = LongList::of(rows.len());
    let row = {
        let (trace, rows) = (Arc::clone(&trace), Arc::clone(&rows));
        move |nth: usize| {
            let found = rows.get(nth).and_then(|row| Some((*row, trace.spans.get(row.nth)?)));
            found.map(|(row, span)| span_view(nth, row, span, chosen)).into_any()
        }
    };
    let last = rows.len().saturating_sub(1);
    let step = move |event: KeyboardEvent| {
        let now = chosen.get_untracked();
        let to = match event.key().as_str() {
            "ArrowDown" => now.saturating_add(1).min(last),
            "ArrowUp" => now.saturating_sub(1),
            "Home" => 0,
            _ => return,
        };
        let id = span_id(to);
        // What is not in the page yet can't be gone to.
        if document().get_element_by_id(&id).is_some() {
            event.prevent_default();
            chosen.set(to);
            focus(&id);
        }
    };
    let detail = move || {
        let row = rows.get(chosen.get());
        row.and_then(|row| trace.spans.get(row.nth)).map(detail).into_any()
    };
    view! {
        <div class="sides trace-sides">
            <div class="spans">
                <table class="pairs" aria-label=t("Steps") on:keydown=step>
                    <thead>
                        <tr>
                            <th scope="col">{t("Step")}</th>
                            <th scope="col" class="span-type">{t("Type")}</th>
                            <th scope="col" class="number">{t("Duration")}</th>
                            <th scope="col"><span class="sr-only">{t("Time within the trace")}</span></th>
                        </tr>
                    </thead>
                    <tbody>{list.list(row)}</tbody>
                </table>
                {list.foot()}
            </div>
            <div class="span-detail" role="region" aria-label=t("The chosen step")>{detail}</div>
        </div>
    }
    .into_any()
}

/// The id of the button of a row.
fn span_id(nth: usize) -> String {
    format!("span-{nth}")
}

fn span_view(
    nth: usize,
    row: SpanRow,
    span: &Span,
    chosen: RwSignal<usize>,
) -> impl IntoView + use<> {
    let name = beginning(&span.name, MOST_LETTERS);
    let kind = beginning(&span_type(span), MOST_LETTERS);
    let is_failed = failed(span);
    let mark = is_failed.then(|| {
        view! { <Icon glyph=Glyph::Warning/> <span class="sr-only">{t("Failed")}</span> }
    });
    let indent = format!("{}px", 4 + row.depth.min(MOST_LEVELS) * INDENT);
    let level = tf("level {0}", &[&(row.depth + 1)]);
    let lasts = row.nanos.map_or_else(|| t("running").to_owned(), span_duration);
    let left = format!("min({:.3}%, 100% - 2px)", 100.0 * row.start);
    let width = format!("{:.3}%", 100.0 * row.share);
    let is_chosen = move || chosen.get() == nth;
    view! {
        <tr class:failed-span=is_failed>
            <th scope="row">
                <button
                    type="button"
                    id=span_id(nth)
                    class="side-entry"
                    style:padding-left=indent
                    title=name.clone()
                    tabindex=move || if is_chosen() { "0" } else { "-1" }
                    aria-current=move || is_chosen().then_some("true")
                    on:click=move |_| chosen.set(nth)
                >
                    {mark}
                    <bdi class="clip">{name.clone()}</bdi>
                    <span class="sr-only">{level}</span>
                </button>
            </th>
            <td class="span-type faint clip" title=kind.clone()>{kind.clone()}</td>
            <td class="number">{lasts}</td>
            <td class="span-time" aria-hidden="true">
                <span style:left=left style:width=width></span>
            </td>
        </tr>
    }
}

/// What is in a span.
fn detail(span: &Span) -> AnyView {
    let name = beginning(&span.name, MOST_LETTERS);
    let said = |key: &str| attribute(&span.attributes, key);
    let others: Vec<KeyValue> = span
        .attributes
        .iter()
        .filter(|attribute| attribute.key != INPUTS && attribute.key != OUTPUTS)
        .map(|entry| KeyValue { key: entry.key.clone(), value: read(&entry.value) })
        .collect();
    let message = Some(span.status.message.clone()).filter(|message| !message.is_empty());
    let message = message.map(|message| {
        view! { <p class="field-error" dir="auto">{beginning(&message, MOST_LETTERS * 10)}</p> }
    });
    let list = LongList::by(EVENTS, span.events.len());
    let (events, start) = (span.events.clone(), span.start_time_unix_nano);
    let event =
        move |nth: usize| events.get(nth).map(|event| event_view(nth, event, start)).into_any();
    let events = (!span.events.is_empty()).then(|| {
        view! {
            <section>
                <h4>{t("Events")}</h4>
                {list.list(event)}
                {list.foot()}
            </section>
        }
    });
    let none = (span.attributes.is_empty() && span.events.is_empty())
        .then(|| view! { <p class="faint">{t("Nothing else was written down about it.")}</p> });
    view! {
        <h3 class="anywhere"><bdi>{name}</bdi></h3>
        {message}
        {said(INPUTS).map(|value| block(t("Inputs").to_owned(), value))}
        {said(OUTPUTS).map(|value| block(t("Outputs").to_owned(), value))}
        {events}
        {(!others.is_empty()).then(|| block(t("Attributes").to_owned(), &AnyValue::Map(others)))}
        {none}
    }
    .into_any()
}

/// An attribute's value; of one that is JSON in a text, what the JSON says.
fn read(value: &AnyValue) -> AnyValue {
    match value {
        AnyValue::String(text) if text.starts_with(['"', '{', '[']) => {
            AnyValue::from_json(text).unwrap_or_else(|_| value.clone())
        }
        other => other.clone(),
    }
}

/// Something that happened during a span.
fn event_view(nth: usize, event: &SpanEvent, start: i64) -> AnyView {
    const STACK: &str = "exception.stacktrace";
    const MESSAGE: &str = "exception.message";
    let said = |key: &str| attribute(&event.attributes, key);
    let message = said(MESSAGE).map(text_of).filter(|message| !message.is_empty());
    let message = message.map(|message| {
        view! { <p class="field-error" dir="auto">{beginning(&message, MOST_LETTERS * 10)}</p> }
    });
    let numbered = |words: &'static str| match nth {
        0 => words.to_owned(),
        nth => format!("{words} {}", nth + 1),
    };
    let stack = said(STACK).map(|stack| block(numbered(t("Stack trace")), stack));
    let others: Vec<KeyValue> = event
        .attributes
        .iter()
        .filter(|attribute| ![STACK, MESSAGE].contains(&attribute.key.as_str()))
        .cloned()
        .collect();
    let others = (!others.is_empty())
        .then(|| block(numbered(t("Attributes of the event")), &AnyValue::Map(others)));
    let after = event.time_unix_nano.saturating_sub(start).max(0);
    view! {
        <div class="span-event">
            <p>
                <strong class="anywhere"><bdi>{beginning(&event.name, MOST_LETTERS)}</bdi></strong>
                " "
                <span class="faint">{tf("after {0}", &[&span_duration(after)])}</span>
            </p>
            {message}
            {stack}
            {others}
        </div>
    }
    .into_any()
}

/// A value, laid out; of a long one the beginning.
fn block(words: String, value: &AnyValue) -> AnyView {
    let whole = text_of(value);
    let (text, is_all) = json::shown(&whole);
    let rest = (!is_all).then(|| {
        let size = bytes(whole.len() as u64);
        view! { <p class="faint">{tf("Only the beginning is shown; the whole is {0}, and can be copied.", &[&size])}</p> }
    });
    view! {
        <section>
            <h4>{words.clone()}</h4>
            <div class="snippet">
                <pre tabindex="0" role="region" aria-label=words.clone() dir="auto">{text}</pre>
                <CopyButton text=whole label=tf("Copy: {0}", &[&words])/>
            </div>
            {rest}
        </section>
    }
    .into_any()
}
