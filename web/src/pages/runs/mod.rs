//! The runs of an experiment: one filter box, and one table with a column for
//! every metric and parameter that says something.

mod table;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::SearchRuns;
use run_frame::Frame;

use crate::components::announcer::use_announcer;
use crate::components::empty::{Empty, python};
use crate::components::failure::{Failure, refusal};
use crate::components::filter_box::FilterBox;
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::pages::runs::table::RunsTable;
use crate::state::columns::{COLUMNS_STEP, Columns, Order};
use crate::state::format::{count, plural};
use crate::state::location::use_navigator;
use crate::state::pager::{Kind, PageOf, Pager, Phase};
use crate::state::route::Route;
use crate::state::session::{Mlflow, use_session};

/// How many runs a page of the table has.
const PAGE: u32 = 100;

/// What the address asks for.
#[derive(Clone, Debug, PartialEq)]
struct Question {
    filter: String,
    order: Order,
}

/// The page of an experiment's runs.
#[component]
pub(crate) fn RunsPage(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment in the address.
    experiment: String,
) -> impl IntoView {
    let navigator = use_navigator();
    let session = use_session();
    let announcer = use_announcer();
    let pager: Pager<Frame> = Pager::new();
    let name = RwSignal::new(experiment.clone());
    let room = RwSignal::new(COLUMNS_STEP);
    let client = StoredValue::new(client);
    let experiment = StoredValue::new(experiment);

    let question = Memo::new(move |_| {
        navigator.place().with(|place| Question {
            filter: place.query.get("searchFilter").unwrap_or_default().to_owned(),
            order: Order::parse(place.query.get("orderByKey"), place.query.get("orderByAsc")),
        })
    });
    let fetch = move |page_token: Option<String>| {
        let client = client.get_value();
        let Question { filter, order } = question.get_untracked();
        let filter = filter.trim().to_owned();
        let request = SearchRuns {
            experiment_ids: vec![experiment.get_value()],
            filter: (!filter.is_empty()).then_some(filter),
            max_results: PAGE,
            order_by: vec![order.clause()],
            page_token,
            ..SearchRuns::default()
        };
        async move {
            let answer = client.search_runs(&request).await?;
            Ok(PageOf { rows: answer.runs, next: answer.next_page_token })
        }
    };
    let load = move || pager.load(fetch(None));
    Effect::new(move || {
        question.get();
        load();
    });
    // Only its name: without it the breadcrumb shows the id.
    spawn_local(async move {
        if let Ok(found) = client.get_value().get_experiment(&experiment.get_value()).await {
            name.try_set(found.name);
        }
    });

    let columns = Memo::new(move |_| pager.rows().with(|frame| Columns::of(frame, room.get())));
    // While pages are missing, the server's order is the only true one.
    let order = Memo::new(move |_| {
        pager.rows().with(|frame| {
            let key = question
                .with(|question| columns.with(|columns| question.order.sort_key(frame, columns)));
            match key.filter(|_| !pager.has_more()) {
                Some(key) => frame.order(&[key]),
                None => frame.order(&[]),
            }
        })
    });
    let refused = Memo::new(move |_| match pager.phase().get() {
        Phase::Failed(error) => refusal(&error),
        _ => None,
    });
    let counted = move || {
        let runs = pager.rows().with(Frame::len);
        match pager.phase().get() {
            Phase::Loading => "Loading…".to_owned(),
            Phase::LoadingMore => format!("{} loaded · loading", count(runs)),
            Phase::Ready if pager.has_more() => format!("first {}", plural(runs, "run")),
            Phase::Ready => plural(runs, "run"),
            Phase::Failed(_) => String::new(),
            Phase::FailedMore(_) => format!("first {}", plural(runs, "run")),
        }
    };
    Effect::new(move || {
        if let Phase::Ready = pager.phase().get() {
            announcer.say(untrack(counted));
        }
    });

    let apply = Callback::new(move |typed: String| {
        if question.with_untracked(|question| question.filter != typed) {
            navigator.choose(&[("searchFilter", (!typed.is_empty()).then_some(typed.as_str()))]);
        }
    });
    let sort = Callback::new(move |order: Order| {
        let ascending = order.direction == run_frame::Direction::Ascending;
        navigator.choose(&[
            ("orderByKey", Some(&order.key)),
            ("orderByAsc", Some(if ascending { "true" } else { "false" })),
        ]);
    });
    let retry = Callback::new(move |()| load());

    // What stands below the bar: only its kind is a reason to build another.
    let kind = Memo::new(move |_| match pager.phase().get() {
        Phase::Failed(error) if refusal(&error).is_none() && pager.is_empty() => Kind::Failed,
        Phase::Ready if pager.is_empty() => Kind::Empty,
        _ => Kind::Table,
    });
    let body = move || {
        match (kind.get(), pager.phase().get_untracked()) {
        (Kind::Failed, Phase::Failed(error)) => view! { <Failure error retry/> }.into_any(),
        (Kind::Empty, _) if question.with_untracked(|question| question.filter.is_empty()) => {
            let experiment = name.get_untracked();
            view! {
                <Empty
                    title="No runs yet"
                    words="A run is one execution of your code, with the parameters and metrics that it logs."
                    python=python(&untrack(|| session.tracking_uri()), &experiment)
                />
            }
            .into_any()
        }
        (Kind::Empty, _) => view! {
            <Empty
                title="No run fits the filter"
                words="Comparisons with a metric, a parameter or a tag leave out the runs that do not have it."
            />
        }
        .into_any(),
        _ => {
            let order_now = Signal::derive(move || question.with(|question| question.order.clone()));
            view! {
                <RunsTable
                    experiment=experiment.get_value()
                    pager
                    columns
                    rows=order
                    order=order_now
                    sort
                    more=Callback::new(move |()| pager.load_more(fetch(pager.next_token())))
                    retry
                />
            }
            .into_any()
        }
    }
    };
    let actions = move || view! { <Refresh refresh=move |()| load()/> };
    let crumbs = Signal::derive(move || {
        vec![Crumb::link("Experiments", &Route::Experiments), Crumb::here(name.get())]
    });
    let refusal_id = Signal::derive(move || refused.get().map(|_| "filter-refusal"));
    view! {
        <Page crumbs actions filling=true>
            <h1 class="sr-only">{move || format!("Runs of {}", name.get())}</h1>
            <div class="table-bar">
                <FilterBox
                    label="Filter runs: metrics.loss < 0.3 and params.lr = '0.01'"
                    value=question.with_untracked(|question| question.filter.clone())
                    apply
                    code=true
                    error=refusal_id
                />
            </div>
            {move || {
                refused
                    .get()
                    .map(|words| view! { <p id="filter-refusal" class="refusal" role="alert">{words}</p> })
            }}
            <div class="runs-bar">
                <Same columns/>
                {move || {
                    let hidden = columns.with(|columns| columns.hidden);
                    (hidden > 0)
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="link-button"
                                    on:click=move |_| room.update(|room| *room += COLUMNS_STEP)
                                >
                                    {format!("{} more", plural(hidden, "column"))}
                                </button>
                            }
                        })
                }}
                <span class="faint count">{counted}</span>
            </div>
            {body}
        </Page>
    }
}

/// What is the same in all runs, as a strip of keys and values.
#[component]
fn Same(
    /// The columns, which know it.
    columns: Memo<Columns>,
) -> impl IntoView {
    let strip = move || {
        let same = columns.with(|columns| columns.same.clone());
        if same.is_empty() {
            return ().into_any();
        }
        let item = |(key, value): (String, String)| {
            let whole = format!("{key} = {value}");
            view! {
                <li title=whole>
                    <span class="faint">{key}</span>
                    " "
                    {value}
                </li>
            }
        };
        view! {
            <span class="label">"Same in all runs"</span>
            <ul tabindex="0" aria-label="Same in all runs">
                {same.into_iter().map(item).collect_view()}
            </ul>
        }
        .into_any()
    };
    view! { <div class="same">{strip}</div> }
}
