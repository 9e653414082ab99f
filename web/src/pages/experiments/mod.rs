//! The list of experiments.

use std::time::Duration;

use leptos::prelude::*;
use mlflow_api::{Experiment, SearchExperiments};

use crate::components::empty::{Empty, python};
use crate::components::failure::Failure;
use crate::components::filter_box::FilterBox;
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::skeleton::SkeletonRows;
use crate::components::tags::Tags;
use crate::state::clock::{date_time, since};
use crate::state::filter::name_contains;
use crate::state::format::plural;
use crate::state::location::use_navigator;
use crate::state::pager::{Kind, PageOf, Pager, Phase};
use crate::state::route::Route;
use crate::state::session::{Mlflow, use_session};

/// How many experiments a page of the list has.
const PAGE: u32 = 100;
/// How long typing has to pause before the list follows it.
const PAUSE: Duration = Duration::from_millis(200);

/// The list of experiments, the last changed first.
#[component]
pub(crate) fn ExperimentsPage(
    /// The client of the server in use.
    client: Mlflow,
) -> impl IntoView {
    let navigator = use_navigator();
    let session = use_session();
    let pager: Pager<Vec<Experiment>> = Pager::new();
    let words = Memo::new(move |_| {
        navigator.place().with(|place| place.query.get("searchFilter").unwrap_or("").to_owned())
    });
    let client = StoredValue::new(client);
    let fetch = move |page_token: Option<String>| {
        let client = client.get_value();
        let request = SearchExperiments {
            max_results: PAGE,
            page_token,
            filter: name_contains(&words.get_untracked()),
            order_by: vec!["last_update_time DESC".into()],
            view_type: None,
        };
        async move {
            let answer = client.search_experiments(&request).await?;
            Ok(PageOf { rows: answer.experiments, next: answer.next_page_token })
        }
    };
    let load = move || pager.load(fetch(None));
    Effect::new(move || {
        words.get();
        load();
    });

    let search = Callback::new(debounced(move |typed: String| {
        navigator.choose(&[("searchFilter", (!typed.is_empty()).then_some(typed.as_str()))]);
    }));
    let reload = Callback::new(move |()| load());
    let count = move || {
        let rows = pager.rows().with(Vec::len);
        match pager.phase().get() {
            Phase::Ready if pager.has_more() => format!("first {}", plural(rows, "experiment")),
            Phase::Ready => plural(rows, "experiment"),
            _ => String::new(),
        }
    };
    // What stands below the bar: only its kind is a reason to build another.
    let kind = Memo::new(move |_| match pager.phase().get() {
        Phase::Failed(_) if pager.is_empty() => Kind::Failed,
        Phase::Ready if pager.is_empty() => Kind::Empty,
        _ => Kind::Table,
    });
    let body = move || {
        match (kind.get(), pager.phase().get_untracked()) {
        (Kind::Failed, Phase::Failed(error)) => view! { <Failure error retry=reload/> }.into_any(),
        (Kind::Empty, _) if words.with_untracked(String::is_empty) => view! {
            <Empty
                title="No experiments yet"
                words="An experiment is a named group of runs. The first run that is logged under a name creates it."
                python=python(&untrack(|| session.tracking_uri()), "first-steps")
            />
        }
        .into_any(),
        (Kind::Empty, _) => view! {
            <Empty
                title="No experiment has such a name"
                words="Every word has to stand in the name; upper and lower case are the same."
            />
        }
        .into_any(),
        _ => view! { <Table pager/> }.into_any(),
    }
    };
    let load_more = Callback::new(move |()| pager.load_more(fetch(pager.next_token())));
    let foot = move || match pager.phase().get() {
        Phase::LoadingMore => view! { <p class="table-foot faint">"Loading more…"</p> }.into_any(),
        Phase::Failed(error) if !pager.is_empty() => {
            view! { <Failure error retry=reload/> }.into_any()
        }
        Phase::FailedMore(error) => view! { <Failure error retry=load_more/> }.into_any(),
        Phase::Ready if pager.has_more() => view! {
            <p class="table-foot">
                <button type="button" class="button" on:click=move |_| load_more.run(())>
                    "Load more"
                </button>
            </p>
        }
        .into_any(),
        _ => ().into_any(),
    };
    let actions = move || view! { <Refresh refresh=move |()| load()/> };
    view! {
        <Page crumbs=Signal::stored(vec![Crumb::here("Experiments")]) actions filling=true>
            <div class="table-bar">
                <h1 class="sr-only">"Experiments"</h1>
                <FilterBox
                    label="Search experiments by name"
                    value=words.get_untracked()
                    apply=search
                    eager=true
                />
                <span class="faint count" role="status">{count}</span>
            </div>
            <div class="table-scroll" tabindex="-1">
                {body}
                {foot}
            </div>
        </Page>
    }
}

/// The table itself, or its skeleton while the first page is on its way.
#[component]
fn Table(
    /// The experiments.
    pager: Pager<Vec<Experiment>>,
) -> impl IntoView {
    let first = move || matches!(pager.phase().get(), Phase::Loading) && pager.is_empty();
    view! {
        <table class="experiments" aria-busy=move || first().to_string()>
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col" class="number">"Updated"</th>
                    <th scope="col" class="number">"Created"</th>
                    <th scope="col">"Tags"</th>
                    <th scope="col">"Description"</th>
                </tr>
            </thead>
            <tbody>
                <Show when=first>
                    <SkeletonRows columns=5/>
                </Show>
                <For
                    each=move || pager.rows().get()
                    key=|experiment| (experiment.experiment_id.clone(), experiment.last_update_time)
                    children=|experiment| view! { <Row experiment/> }
                />
            </tbody>
        </table>
    }
}

/// One experiment.
#[component]
fn Row(
    /// The experiment.
    experiment: Experiment,
) -> impl IntoView {
    let href = Route::Runs { experiment: experiment.experiment_id.clone() }.href();
    let (folder, name) = match experiment.name.rfind('/') {
        Some(at) => experiment.name.split_at(at + 1),
        None => ("", experiment.name.as_str()),
    };
    let folder =
        (!folder.is_empty()).then(|| view! { <span class="faint">{folder.to_owned()}</span> });
    let time = |milliseconds: Option<i64>| match milliseconds {
        Some(milliseconds) => {
            view! { <span title=date_time(milliseconds)>{since(milliseconds)}</span> }.into_any()
        }
        None => "–".into_any(),
    };
    let tags: Vec<_> =
        experiment.user_tags().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    let note = experiment.note().unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    view! {
        <tr>
            <th scope="row">
                <a class="clip" href=href title=experiment.name.clone()>
                    {folder}
                    {name.to_owned()}
                </a>
            </th>
            <td class="number soft">{time(experiment.last_update_time)}</td>
            <td class="number soft">{time(experiment.creation_time)}</td>
            <td><Tags tags/></td>
            <td class="soft clip" title=note.clone()>{note.clone()}</td>
        </tr>
    }
}

/// Waits until nothing new came for a moment, then passes the last value on;
/// what still waits when the page goes is forgotten.
fn debounced<T: Clone + Send + Sync + 'static>(
    then: impl Fn(T) + Send + Sync + Copy + 'static,
) -> impl Fn(T) + Send + Sync + 'static {
    let waiting: StoredValue<Option<TimeoutHandle>> = StoredValue::new(None);
    let forget = move || {
        if let Some(handle) = waiting.try_get_value().flatten() {
            handle.clear();
        }
    };
    on_cleanup(forget);
    move |value: T| {
        forget();
        let handle = set_timeout_with_handle(move || then(value), PAUSE);
        waiting.set_value(handle.ok());
    }
}
