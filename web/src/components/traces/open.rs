//! One trace: what it is, its spans, and what is thought of it.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use mlflow_api::{Assessment, GetTrace, Span, Trace, TraceInfo, tags};

use super::list::verdict;
use super::spans::Spans;
use super::{TITLE, TheTraces, state};
use crate::components::copy_button::CopyButton;
use crate::components::icon::{Glyph, Icon};
use crate::components::keyboard::is_typing;
use crate::components::long_list::LongList;
use crate::components::tags::Tags;
use crate::state::asked::Asked;
use crate::state::clock::{date_time, since};
use crate::state::format::{count, duration};
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::route::Route;
use crate::state::traces::assessments::{Held, Kind, held, kind, overridden, source_words};
use crate::state::traces::spans::hexadecimal;
use crate::state::traces::{beginning, metadata, name, tokens};

/// The most letters of a text about a trace.
const MOST_LETTERS: usize = 2_000;
/// How many assessments are in the page at first.
const FIRST: usize = 50;
/// How many entries of metadata are in the page at first.
const ENTRIES: usize = 100;

/// The trace that is in the address.
#[component]
pub(super) fn OpenTrace(
    /// The traces that it is one of.
    the: TheTraces,
    /// Its id.
    id: String,
    /// It is read again when this changes.
    again: Signal<u32>,
) -> impl IntoView {
    let navigator = use_navigator();
    let id = StoredValue::new(id);
    let asked = Asked::new(move || {
        let client = the.client.get_value();
        let request = GetTrace { trace_id: id.get_value(), allow_partial: Some(true) };
        Box::pin(async move { client.call(&request).await.map(|answer| Arc::new(answer.trace)) })
    });
    Effect::new(move |before: Option<()>| {
        again.track();
        if before.is_some() {
            asked.reload();
        }
    });
    // Until it is there, what the list says of it.
    let info = Memo::new(move |_| {
        let own = asked.value().with(|trace| trace.as_ref().map(|trace| trace.trace_info.clone()));
        own.or_else(|| {
            let id = id.get_value();
            the.pager.rows().with(|rows| rows.iter().find(|info| info.trace_id == id).cloned())
        })
    });
    let listener = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() && !is_typing(&event) {
            navigator.go(navigator.place().get_untracked().with_trace(None));
        }
    });
    on_cleanup(move || listener.remove());
    let close = navigator.place().get_untracked().with_trace(None).href();
    let title = move || info.with(|info| info.as_ref().map(|info| name(info).to_owned()));
    let body = move || {
        let trace = asked.value().get();
        trace.map(|trace| view! { <Spans trace=Arc::clone(&trace)/> }).into_any()
    };
    // Below the spans: what comes before them would be pushed down.
    let settled = Memo::new(move |_| asked.is_settled());
    let opinions = move || {
        if !settled.get() {
            return None;
        }
        let spans = asked.value().get();
        let spans = spans.as_deref().map(|trace: &Trace| trace.spans.as_slice());
        info.with(|info| opinions(info.as_ref()?, spans.unwrap_or_default()))
    };
    view! {
        <article class="trace" aria-labelledby=TITLE>
            <div class="trace-head">
                <h2 id=TITLE tabindex="-1">
                    <bdi>{move || title().unwrap_or_else(|| id.get_value())}</bdi>
                </h2>
                {move || info.with(|info| info.as_ref().map(|info| state(info.state)))}
                <a class="button" href=close>
                    <Icon glyph=Glyph::Cross/>
                    {t("Close")}
                </a>
            </div>
            <dl class="facts">
                {fact(t("Trace id"), view! {
                    <code class="clip" title=id.get_value()>{id.get_value()}</code>
                    <CopyButton text=id.get_value() label=t("Copy the trace id")/>
                }.into_any())}
                {move || info.with(|info| info.as_ref().map(facts))}
            </dl>
            {move || info.with(|info| info.as_ref().map(kept))}
            <section aria-label=t("Steps")>{asked.show(waiting, body)}</section>
            {opinions}
        </article>
    }
}

/// The spans are on their way.
fn waiting() -> AnyView {
    view! { <div class="facts-bone" aria-busy="true"><span class="bone w5"></span></div> }
        .into_any()
}

fn fact(words: &'static str, value: AnyView) -> AnyView {
    view! { <div><dt>{words}</dt> <dd>{value}</dd></div> }.into_any()
}

fn facts(info: &TraceInfo) -> impl IntoView + use<> {
    let text = |words: &'static str, value: Option<String>| {
        value.filter(|value| !value.is_empty()).map(|value| {
            let title = beginning(&value, MOST_LETTERS);
            fact(
                words,
                view! { <bdi class="clip" title=title.clone()>{title.clone()}</bdi> }.into_any(),
            )
        })
    };
    let at = info.request_time;
    let experiment = info.trace_location.experiment_id().unwrap_or_default().to_owned();
    let link = |words: &'static str, id: Option<String>, route: fn(String, String) -> Route| {
        let href = route(experiment.clone(), id.clone()?).href();
        let short: String = id?.chars().take(10).collect();
        Some(fact(words, view! { <a class="link mono" href=href>{short}</a> }.into_any()))
    };
    let run = |experiment, run| Route::Run { experiment, run, tab: String::new() };
    let model = |experiment, model| Route::LoggedModel { experiment, model, tab: String::new() };
    let tokens = tokens(info).map(|tokens| {
        let title = tf("{0} in, {1} out", &[&tokens.input, &tokens.output]);
        fact(t("Tokens"), view! { <span title=title>{tokens.total}</span> }.into_any())
    });
    view! {
        {fact(t("Time"), view! { <span title=date_time(at)>{since(at)}</span> }.into_any())}
        {text(t("Duration"), info.execution_duration.map(duration))}
        {tokens}
        {text(t("User"), metadata(info, "mlflow.trace.user"))}
        {text(t("Session"), metadata(info, "mlflow.trace.session"))}
        {text(t("Request id"), info.client_request_id.clone())}
        {link(t("Run"), metadata(info, "mlflow.sourceRun"), run)}
        {link(t("Model"), metadata(info, "mlflow.modelId"), model)}
    }
}

/// Tags, and metadata where somebody wants to see it.
fn kept(info: &TraceInfo) -> impl IntoView + use<> {
    let pair = |(key, value): (&String, &String)| {
        (beginning(key, MOST_LETTERS), beginning(value, MOST_LETTERS))
    };
    let own: Vec<_> =
        info.tags.iter().filter(|(key, _)| !tags::is_system(key)).take(ENTRIES).map(pair).collect();
    let system = info.tags.iter().filter(|(key, _)| tags::is_system(key));
    let more: Vec<_> = info.trace_metadata.iter().chain(system).map(pair).collect();
    let number = more.len();
    let list = LongList::by(ENTRIES, number);
    let row = move |nth: usize| {
        let (key, value) = more.get(nth).cloned().unwrap_or_default();
        view! {
            <tr>
                <th scope="row" class="anywhere">{key}</th>
                <td class="anywhere"><bdi>{value}</bdi></td>
            </tr>
        }
        .into_any()
    };
    let own = (!own.is_empty()).then(|| {
        view! {
            <section class="run-tags">
                <h3>{t("Tags")}</h3>
                <Tags tags=own/>
            </section>
        }
    });
    let more = (number > 0).then(|| {
        view! {
            <details class="trace-more">
                <summary>{t("Metadata")} " " <span class="faint">{count(number)}</span></summary>
                <table class="pairs params" aria-label=t("Metadata")>
                    <tbody>{list.list(row)}</tbody>
                </table>
                {list.foot()}
            </details>
        }
    });
    view! { {own} {more} }
}

/// What is thought of a trace, and was expected of it.
fn opinions(info: &TraceInfo, spans: &[Span]) -> Option<impl IntoView + use<>> {
    let all = info.assessments.clone();
    if all.is_empty() {
        return None;
    }
    let gone = overridden(&all);
    // The first of one id, as in the tree.
    let named: HashMap<String, &Span> =
        spans.iter().rev().map(|span| (hexadecimal(&span.span_id), span)).collect();
    let about = |assessment: &Assessment| {
        let id = assessment.span_id.as_deref().filter(|id| !id.is_empty())?;
        let span = named.get(id);
        Some(span.map_or_else(|| id.to_owned(), |span| beginning(&span.name, MOST_LETTERS)))
    };
    let about: Vec<Option<String>> = all.iter().map(about).collect();
    let list = LongList::by(FIRST, all.len());
    let entry = move |nth: usize| {
        let about = about.get(nth).cloned().flatten();
        let opinion = all.get(nth);
        opinion.map(|it| opinion_view(it, about, gone.contains(&it.assessment_id))).into_any()
    };
    Some(view! {
        <section>
            <h3>{t("Assessments")}</h3>
            <ul class="opinions">{list.list(entry)}</ul>
            {list.foot()}
        </section>
    })
}

/// One opinion: what it says, who says so, and why.
fn opinion_view(
    it: &Assessment,
    about: Option<String>,
    is_overridden: bool,
) -> impl IntoView + use<> {
    let held = held(it);
    let failure = match &held {
        Some(Held::Failed(why)) => Some(why.clone()),
        _ => None,
    };
    let what = match kind(it) {
        Some(Kind::Feedback) => None,
        Some(Kind::Expectation) => Some(t("expected")),
        None => Some(t("issue")),
    };
    let source = source_words(&it.source, MOST_LETTERS);
    let why = [it.rationale.clone(), failure].into_iter().flatten().filter(|why| !why.is_empty());
    let why =
        why.map(|why| view! { <p class="anywhere" dir="auto">{beginning(&why, MOST_LETTERS)}</p> });
    let at = it.last_update_time;
    view! {
        <li class:faint=is_overridden>
            <strong class="anywhere">{beginning(&it.assessment_name, MOST_LETTERS)}</strong>
            <span class="anywhere">{held.as_ref().map(verdict)}</span>
            {what.map(|what| view! { <span class="faint">{what}</span> })}
            {is_overridden.then(|| view! { <span>{t("replaced by another")}</span> })}
            {about.map(|name| view! { <span class="faint anywhere">{tf("about {0}", &[&name])}</span> })}
            <span class="faint anywhere">{source}</span>
            <span class="faint" title=date_time(at)>{since(at)}</span>
            {why.collect_view()}
        </li>
    }
}
