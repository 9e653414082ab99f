//! A view that somebody shared: in the address itself, made short, or under a key
//! in a tag of the experiment, by these pages or by MLflow's. Goes to the runs as
//! they were shared.

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::Error;

use crate::components::empty::Empty;
use crate::components::failure::Failure;
use crate::components::page::{Crumb, Page};
use crate::components::skeleton::SkeletonRows;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::packed;
use crate::state::query::Query;
use crate::state::route::{Place, Route};
use crate::state::runs_link::{COLUMNS, KEY, MARKS, MODE, SHORT};
use crate::state::runs_table::Marks;
use crate::state::session::Mlflow;
use crate::state::shared_view::{PREFIX, SharedView, State};

/// Why there is no view.
#[derive(Clone)]
enum Missing {
    /// The server did not answer as it should.
    Failed(Error),
    /// The experiment has none under the key.
    Gone(String),
    /// What is there is no view.
    Broken,
}

/// The page, until the view is known.
#[component]
pub(crate) fn SharedViewPage(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment in the address.
    experiment: String,
) -> impl IntoView {
    let navigator = use_navigator();
    let missing: RwSignal<Option<Missing>> = RwSignal::new(None);
    let query = navigator.place().with_untracked(|place| place.query.clone());
    let runs = Route::Runs { experiment: experiment.clone() };
    let (client, experiment) = (StoredValue::new(client), StoredValue::new(experiment));
    let query = StoredValue::new(query);
    let load = move || {
        missing.set(None);
        spawn_local(async move {
            let (client, experiment) = (client.get_value(), experiment.get_value());
            match find(&client, &experiment, &query.get_value()).await {
                Ok(place) => navigator.replace(place),
                Err(why) => {
                    missing.try_set(Some(why));
                }
            }
        });
    };
    load();
    let retry = Callback::new(move |()| load());
    let crumbs = vec![
        Crumb::link(t("Experiments"), &Route::Experiments),
        Crumb::link(t("Runs"), &runs),
        Crumb::here(t("A shared view")),
    ];
    let href = StoredValue::new(runs.href());
    let content = move || {
        let (title, words) = match missing.get() {
            None => {
                return view! {
                    <table aria-busy="true"><tbody><SkeletonRows rows=16 columns=6/></tbody></table>
                }
                .into_any();
            }
            Some(Missing::Failed(error)) => return view! { <Failure error retry/> }.into_any(),
            Some(Missing::Gone(key)) => (
                t("This view is not there any more"),
                tf(
                    "The experiment has no view under the key {0}. Somebody may have removed it.",
                    &[&key],
                ),
            ),
            Some(Missing::Broken) => (
                t("This link is broken"),
                t("A part of it may be missing: copy it again, all of it.").to_owned(),
            ),
        };
        view! {
            <Empty title words/>
            <p class="shared-view-runs"><a href=href.get_value()>{t("To the runs of the experiment")}</a></p>
        }
        .into_any()
    };
    view! {
        <Page crumbs=Signal::stored(crumbs)>
            <h1 class="sr-only">{t("A shared view")}</h1>
            {content}
        </Page>
    }
}

/// Where a shared view is.
async fn find(client: &Mlflow, experiment: &str, query: &Query) -> Result<Place, Missing> {
    if let Some(short) = query.get(SHORT) {
        let address = packed::of_address(short).await.ok_or(Missing::Broken)?;
        return place(&address).ok_or(Missing::Broken);
    }
    let runs = Place::from(Route::Runs { experiment: experiment.to_owned() });
    let Some(key) = query.get(KEY) else { return Ok(runs) };
    let found = client.get_experiment(experiment).await.map_err(Missing::Failed)?;
    let tag = found.tags.into_iter().find(|tag| tag.key.strip_prefix(PREFIX) == Some(key));
    let tag = tag.ok_or_else(|| Missing::Gone(key.to_owned()))?;
    let shared = SharedView::of_tag(&tag.key, &tag.value).ok_or(Missing::Broken)?;
    let text = packed::of_tag(&shared.state).await.ok_or(Missing::Broken)?;
    let state = State::parse(&text).ok_or(Missing::Broken)?;
    if let Some(place) = state.address.as_deref().and_then(place) {
        return Ok(place);
    }
    let mut place = as_mlflow_has_it(runs, &state);
    // The state does not say what stands beside what; the address does.
    place.query.set(MODE, query.get(MODE));
    Ok(place)
}

/// The place of an address, if it is one of runs.
fn place(address: &str) -> Option<Place> {
    let place = Place::parse(address);
    matches!(place.route, Route::Runs { .. } | Route::CompareExperiments).then_some(place)
}

/// What a state of MLflow's asks for.
fn as_mlflow_has_it(mut place: Place, state: &State) -> Place {
    state.view.write(&mut place.query);
    let columns = state.columns.as_ref().and_then(|layout| serde_json::to_string(layout).ok());
    place.query.set(COLUMNS, columns.as_deref());
    if !state.pinned.is_empty() {
        let marks = Marks { pinned: state.pinned.clone(), ..Marks::default() };
        place.query.set(MARKS, serde_json::to_string(&marks).ok().as_deref());
    }
    place
}
