//! Versions of a registered model side by side: what differs, and their charts.

mod table;

use std::sync::Arc;

use leptos::prelude::*;
use mlflow_api::{GetModelVersion, ModelVersion, Run};

use self::table::Differences;
use crate::components::charts::use_board_layout;
use crate::components::empty::Empty;
use crate::components::model_schema::read_schema;
use crate::components::modes::ViewModes;
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::pages::model::waiting;
use crate::parts::{self, Charts};
use crate::state::asked::Asked;
use crate::state::board::Scope;
use crate::state::language::{t, tn};
use crate::state::location::use_navigator;
use crate::state::metric_histories::MetricHistories;
use crate::state::model_place::{ModelPlace, logged_model_id};
use crate::state::query::Query;
use crate::state::route::Route;
use crate::state::session::Mlflow;
use crate::state::version_table::{Column, board_runs};

/// The most versions that are compared.
const MOST: usize = 20;

/// The model and the numbers of its versions that an address names.
fn asked_versions(query: &Query) -> (String, Vec<String>) {
    let name = query.get("name").unwrap_or_default();
    let name =
        serde_json::from_slice::<String>(name.as_bytes()).unwrap_or_else(|_| name.to_owned());
    let runs = query.get("runs").unwrap_or_default();
    let runs: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(runs.as_bytes()).unwrap_or_default();
    let number = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut versions: Vec<String> = runs.values().map(number).take(MOST).collect();
    versions.sort_by_key(|version| crate::state::registry::number(version));
    versions.dedup();
    (name, versions)
}

/// Reads a version with its run, its logged model and its schema, as far as
/// they are there.
async fn column(
    client: &Mlflow,
    name: &str,
    version: &str,
) -> Result<Column, mlflow_client::Error> {
    let request = GetModelVersion { name: name.to_owned(), version: version.to_owned() };
    let version: ModelVersion = client.call(&request).await?.model_version;
    let run: Option<Run> = match version.run_id.as_deref().filter(|run| !run.is_empty()) {
        Some(run) => client.get_run(run).await.ok(),
        None => None,
    };
    let places = [ModelPlace::of_version(&version), ModelPlace::in_registry(&version)];
    let logged = match logged_model_id(version.source.as_deref().unwrap_or_default()) {
        Some(model) => client.get_logged_model(&model).await.ok(),
        None => None,
    };
    let schema = read_schema(client, &places).await.ok().and_then(Result::ok);
    Ok(Column { version, run, logged, schema })
}

/// The page.
#[component]
pub(crate) fn CompareVersionsPage(
    /// The client of the server in use.
    client: Mlflow,
) -> impl IntoView {
    let navigator = use_navigator();
    let place = navigator.place();
    let (name, versions) = place.with_untracked(|place| asked_versions(&place.query));
    let title = tn(versions.len(), "Comparing {0} version", "Comparing {0} versions");
    let crumbs = vec![
        Crumb::link(t("Models"), &Route::Models),
        Crumb::link(name.clone(), &Route::Model { name: name.clone(), tab: String::new() }),
        Crumb::here(title.clone()),
    ];
    let few = versions.len() < 2;
    let stored = StoredValue::new(client.clone());
    let asked = Asked::new(move || {
        let (client, name, versions) = (client.clone(), name.clone(), versions.clone());
        Box::pin(async move {
            let mut columns = Vec::new();
            for version in &versions {
                columns.push(column(&client, &name, version).await?);
            }
            Ok(columns)
        })
    });
    let charts = Memo::new(move |_| place.with(|place| place.query.get("view") == Some("charts")));
    let body = move || {
        if few {
            return view! {
                <Empty
                    title=t("Nothing to compare")
                    words=t("Choose two or more versions in the table of a model, then press c or Compare.")
                />
            }
            .into_any();
        }
        match charts.get() {
            true => view! { <VersionCharts client=stored asked/> }.into_any(),
            false => view! { <Differences asked/> }.into_any(),
        }
    };
    let actions = move || {
        view! {
            <ViewModes
                label=t("Table and charts")
                modes=vec![(None, t("Differences")), (Some("charts"), t("Charts"))]
            />
            <Refresh refresh=move |()| asked.reload()/>
        }
    };
    view! {
        <Page crumbs=Signal::stored(crumbs) actions>
            <div class="page run">
                <h1>{title}</h1>
                {asked.show(waiting, body)}
            </div>
        </Page>
    }
}

/// The charts of what the versions' runs and logged models measured.
#[component]
fn VersionCharts(
    /// The client of the server in use.
    client: StoredValue<Mlflow>,
    /// The versions.
    asked: Asked<Vec<Column>>,
) -> impl IntoView {
    let runs = Memo::new(move |_| asked.pick(|columns| board_runs(columns)));
    let charts = parts::charts(Charts {
        histories: MetricHistories::new(client.get_value()),
        runs: Signal::derive(move || runs.get().into_iter().map(Arc::new).collect()),
        scope: Scope::All,
        highlighted: RwSignal::new(None),
        layout: use_board_layout("versions"),
    });
    let none = move || runs.with(|runs| runs.iter().all(|run| run.metrics.is_empty()));
    view! {
        <Show
            when=move || !none()
            fallback=|| view! { <p class="soft">{t("No run or logged model of these versions has metrics.")}</p> }
        >
            <span></span>
        </Show>
        <section class="version-charts" aria-label=t("Charts")>{charts}</section>
    }
}
