//! The table of traces: what was asked and answered, and what is thought of it.

use leptos::prelude::*;
use mlflow_api::TraceInfo;
use mlflow_client::{Error, ErrorKind};
use serde_json::Value;

use super::{TheTraces, row_id, state};
use crate::components::empty::Empty;
use crate::components::failure::Failure;
use crate::components::icon::{Glyph, Icon};
use crate::components::skeleton::SkeletonRows;
use crate::state::clock::{date_time, since};
use crate::state::format::{count, duration, number};
use crate::state::language::{t, tf, tn};
use crate::state::location::use_navigator;
use crate::state::pager::{Kind as Shown, Phase};
use crate::state::route::Place;
use crate::state::session::use_session;
use crate::state::traces::assessments::{Cell, Column, Columns, Held, Kind, Summary};
use crate::state::traces::{Whose, beginning, name, tokens};

/// The most letters of a preview in its cell.
const IN_CELL: usize = 200;
/// The most letters of a text in a title.
const IN_TITLE: usize = 1_500;
/// How many columns there are besides tokens and assessments.
const FIRST: usize = 5;

/// The table, or why there is none.
#[component]
pub(super) fn List(
    /// The traces.
    the: TheTraces,
) -> impl IntoView {
    let pager = the.pager;
    let shown = Memo::new(move |_| match pager.phase().get() {
        Phase::Failed(_) if pager.is_empty() => Shown::Failed,
        Phase::Ready if pager.is_empty() => Shown::Empty,
        _ => Shown::Table,
    });
    let columns = Memo::new(move |_| pager.rows().with(|rows| Columns::of(rows)));
    let words = move || {
        let rows = pager.rows().with(Vec::len);
        match pager.phase().get() {
            Phase::LoadingMore => tf("{0} loaded · loading", &[&rows]),
            Phase::Ready if pager.next_token().is_some() => tf("first {0}", &[&rows]),
            Phase::Ready => tn(rows, "{0} trace", "{0} traces"),
            _ => String::new(),
        }
    };
    let left_out = move || {
        let more = columns.with(|columns| columns.left_out);
        (more > 0).then(|| {
            tn(
                more,
                "{0} more assessment stands in the traces themselves.",
                "{0} more assessments stand in the traces themselves.",
            )
        })
    };
    let body = move || match shown.get() {
        Shown::Failed => failure(the),
        Shown::Empty => view! { <Nothing the/> }.into_any(),
        Shown::Table => view! {
            <div class="table-bar">
                <span class="faint">{left_out}</span>
                <span class="faint count" role="status">{words}</span>
            </div>
            <Table the columns/>
        }
        .into_any(),
    };
    let foot = move || match pager.phase().get() {
        Phase::Failed(error) if !pager.is_empty() => {
            let retry = Callback::new(move |()| the.load());
            view! { <Failure error retry/> }.into_any()
        }
        Phase::FailedMore(error) => {
            let retry = Callback::new(move |()| the.more());
            view! { <Failure error retry/> }.into_any()
        }
        Phase::Ready if pager.next_token().is_some() => view! {
            <div class="table-foot">
                <button type="button" class="button" on:click=move |_| the.more()>
                    {t("Show more")}
                </button>
            </div>
        }
        .into_any(),
        _ => ().into_any(),
    };
    view! { {body} {foot} }
}

/// Why nothing was read; servers before 3 have no such endpoint, and say so as a
/// web server does.
fn failure(the: TheTraces) -> AnyView {
    let Phase::Failed(error) = the.pager.phase().get() else { return ().into_any() };
    if is_too_old(&error) {
        return view! {
            <Empty
                title=t("This server keeps no traces")
                words=t("This page reads traces as MLflow 3 keeps them, and this server is older.")
            />
        }
        .into_any();
    }
    let retry = Callback::new(move |()| the.load());
    view! { <Failure error retry/> }.into_any()
}

fn is_too_old(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotMlflow { status: 404 | 405, .. })
}

/// Says that there are none, and how one is made.
#[component]
fn Nothing(
    /// The traces.
    the: TheTraces,
) -> impl IntoView {
    let quoted = |text: String| Value::from(text).to_string();
    let head = format!(
        "import mlflow\nmlflow.set_tracking_uri({})\nmlflow.set_experiment(experiment_id={})\n",
        quoted(use_session().tracking_uri()),
        quoted(the.experiment.get_value()),
    );
    let answer = "\n@mlflow.trace\ndef answer(question):\n    return \"42\"\n\n";
    let call = "answer(\"What is it?\")";
    let python = the.whose.with_value(|whose| match whose {
        Whose::Experiment => format!("{head}{answer}{call}"),
        Whose::Run(id) => {
            let id = quoted(id.clone());
            format!("{head}{answer}with mlflow.start_run(run_id={id}):\n    {call}")
        }
        Whose::Model(id) => {
            format!(
                "{head}mlflow.set_active_model(model_id={})\n{answer}{call}",
                quoted(id.clone())
            )
        }
    });
    view! {
        <Empty
            title=t("No traces yet")
            words=t("What an application did to answer a request stands here: each step, what went in and out, how long it took, and what was thought of it.")
            python
        />
    }
}

/// The traces, the newest first.
#[component]
fn Table(
    /// The traces.
    the: TheTraces,
    /// What is thought of them.
    columns: Memo<Columns>,
) -> impl IntoView {
    let place = use_navigator().place();
    let pager = the.pager;
    let first = move || matches!(pager.phase().get(), Phase::Loading) && pager.is_empty();
    let counted = Memo::new(move |_| pager.rows().with(|rows| rows.iter().any(has_tokens)));
    let rows = move || {
        let here = place.get_untracked();
        let counted = counted.get();
        pager.rows().with(|rows| {
            columns.with(|columns| {
                let row = |(info, cells): (&TraceInfo, &Vec<Option<Cell>>)| {
                    row(&here, info, counted, cells).into_any()
                };
                rows.iter().zip(&columns.rows).map(row).collect_view()
            })
        })
    };
    let heads = move || {
        columns
            .with(|columns| columns.columns.iter().zip(&columns.summaries).map(head).collect_view())
    };
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=t("Traces")>
            <table aria-label=t("Traces") aria-busy=move || first().to_string()>
                <thead>
                    <tr>
                        <th scope="col">{t("Time")}</th>
                        <th scope="col">{t("Status")}</th>
                        <th scope="col">{t("Request")}</th>
                        <th scope="col">{t("Response")}</th>
                        <th scope="col" class="number">{t("Duration")}</th>
                        <Show when=move || counted.get()>
                            <th scope="col" class="number">{t("Tokens")}</th>
                        </Show>
                        {heads}
                    </tr>
                </thead>
                <tbody>
                    <Show when=first><SkeletonRows columns=FIRST/></Show>
                    {rows}
                </tbody>
            </table>
        </div>
    }
}

fn has_tokens(info: &TraceInfo) -> bool {
    tokens(info).is_some()
}

/// The head of a column of assessments, and what is said of all that are loaded.
fn head((column, summary): (&Column, &Option<Summary>)) -> impl IntoView + use<> {
    let expected = (column.kind == Kind::Expectation).then(|| t("expected").to_owned());
    let (words, title) = match *summary {
        Some(Summary::Mean(mean)) => (Some(tf("mean {0}", &[&number(mean)])), None),
        Some(Summary::Share(yes, all)) => {
            let percent = (100.0 * yes as f64 / all as f64).round();
            let title = tf("{0} of {1}", &[&count(yes), &count(all)]);
            (Some(tf("{0} % yes", &[&percent])), Some(title))
        }
        None => (None, None),
    };
    let below: Vec<String> = [expected, words].into_iter().flatten().collect();
    let name = beginning(&column.name, IN_CELL);
    view! {
        <th scope="col" class="clip trace-assessment" class:number=matches!(summary, Some(Summary::Mean(_)))>
            <span title=name.clone()>{name.clone()}</span>
            " "
            <span class="trace-summary" title=title>{below.join(" · ")}</span>
        </th>
    }
}

fn row(
    here: &Place,
    info: &TraceInfo,
    counted: bool,
    cells: &[Option<Cell>],
) -> impl IntoView + use<> {
    let id = info.trace_id.clone();
    let href = here.with_trace(Some(&id)).href();
    let asked = info.request_preview.clone().filter(|text| !text.trim().is_empty());
    let asked = asked.unwrap_or_else(|| name(info).to_owned());
    let answered = info.response_preview.clone().unwrap_or_default();
    let tokens = counted.then(|| {
        let tokens = tokens(info);
        let title = tokens.map(|tokens| tf("{0} in, {1} out", &[&tokens.input, &tokens.output]));
        view! { <td class="number" title=title>{tokens.map(|tokens| tokens.total)}</td> }
    });
    view! {
        <tr>
            <td class="soft" title=date_time(info.request_time)>{since(info.request_time)}</td>
            <td>{state(info.state)}</td>
            <th scope="row" class="mono clip trace-preview">
                <a id=row_id(&id) href=href dir="auto" title=beginning(&asked, IN_TITLE)>
                    {beginning(&asked, IN_CELL)}
                </a>
            </th>
            <td class="mono clip trace-preview" title=beginning(&answered, IN_TITLE)>
                <bdi>{beginning(&answered, IN_CELL)}</bdi>
            </td>
            <td class="number">{info.execution_duration.map(duration)}</td>
            {tokens}
            {cells.iter().map(assessed).collect_view()}
        </tr>
    }
}

/// What is thought of a trace, in its column.
fn assessed(cell: &Option<Cell>) -> AnyView {
    let Some(Cell { held, title, others }) = cell else {
        return view! { <td></td> }.into_any();
    };
    let others =
        (*others > 0).then(|| view! { " " <span class="faint">{format!("+{others}")}</span> });
    let title = title.clone();
    let value = verdict(held);
    let class = match held {
        Held::Number(_) => "number",
        _ => "clip trace-assessment",
    };
    view! { <td class=class title=title>{value} {others}</td> }.into_any()
}

/// What an assessment says, so that it is read at a glance.
pub(super) fn verdict(held: &Held) -> AnyView {
    let words = beginning(&held.words(), IN_CELL);
    let (class, glyph) = match held {
        Held::Flag(true) => ("verdict good", Glyph::Tick),
        Held::Flag(false) => ("verdict bad", Glyph::Cross),
        Held::Failed(_) => ("verdict bad", Glyph::Warning),
        Held::Number(_) | Held::Text(_) | Held::Nothing => {
            return view! { <bdi>{words}</bdi> }.into_any();
        }
    };
    view! { <span class=class><Icon glyph/> {words}</span> }.into_any()
}
