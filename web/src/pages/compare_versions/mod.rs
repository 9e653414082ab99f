//! Versions of a registered model side by side: what differs.

use leptos::prelude::*;
use mlflow_api::{GetModelVersion, ModelVersion, Run};

use crate::components::empty::Empty;
use crate::components::model_schema::read_schema;
use crate::components::page::{Crumb, Page};
use crate::pages::model::waiting;
use crate::state::asked::Asked;
use crate::state::clock::date_time;
use crate::state::language::{t, tf, tn};
use crate::state::location::use_navigator;
use crate::state::model_place::ModelPlace;
use crate::state::query::Query;
use crate::state::route::Route;
use crate::state::session::Mlflow;
use crate::state::version_table::{Column, Group, rows};

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

/// Reads a version with its run and its schema, as far as they are there.
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
    let schema = read_schema(client, &places).await.ok().and_then(Result::ok);
    Ok(Column { version, run, schema })
}

/// The page.
#[component]
pub(crate) fn CompareVersionsPage(
    /// The client of the server in use.
    client: Mlflow,
) -> impl IntoView {
    let navigator = use_navigator();
    let (name, versions) = navigator.place().with_untracked(|place| asked_versions(&place.query));
    let title = tn(versions.len(), "Comparing {0} version", "Comparing {0} versions");
    let crumbs = vec![
        Crumb::link(t("Models"), &Route::Models),
        Crumb::link(name.clone(), &Route::Model { name: name.clone(), tab: String::new() }),
        Crumb::here(title.clone()),
    ];
    let few = versions.len() < 2;
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
    let all = RwSignal::new(false);
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
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || !all.get()
                    on:change=move |event| all.set(!event_target_checked(&event))
                />
                {t("Only differences")}
            </label>
            <div class="versions-scroll" tabindex="0" role="region" aria-label=t("Versions")>
                {move || asked.value().with(|columns| {
                    columns.as_ref().map(|columns| table(columns, all.get()))
                })}
            </div>
        }
        .into_any()
    };
    view! {
        <Page crumbs=Signal::stored(crumbs)>
            <div class="page run">
                <h1>{title}</h1>
                {asked.show(waiting, body)}
            </div>
        </Page>
    }
}

fn title(group: Group) -> &'static str {
    match group {
        Group::Version => t("Version"),
        Group::Param => t("Parameters"),
        Group::Metric => t("Metrics"),
        Group::Input => t("Inputs"),
        Group::Output => t("Outputs"),
    }
}

fn table(columns: &[Column], all: bool) -> AnyView {
    let head = |column: &Column| {
        let ModelVersion { name, version, .. } = column.version.clone();
        let words = tf("Version {0}", &[&version]);
        let href = Route::Version { name, version, tab: String::new() }.href();
        view! { <th scope="col"><a href=href>{words}</a></th> }
    };
    let span = (columns.len() + 1).to_string();
    let mut before = None;
    let row = |row: crate::state::version_table::Row| {
        let heading = (before != Some(row.group)).then(|| {
            before = Some(row.group);
            view! {
                <tr class="compare-heading">
                    <th scope="rowgroup" colspan=span.clone()>{title(row.group)}</th>
                </tr>
            }
        });
        let differs = row.differs;
        let name = match row.group {
            Group::Version => t_of_fact(&row.name),
            _ => row.name.clone(),
        };
        let is_time = row.name == "creation_timestamp";
        let cell = |value: Option<String>| {
            let value = value.map(|value| match value.parse() {
                Ok(at) if is_time => date_time(at),
                _ => value,
            });
            view! { <td class="anywhere" class:faint=!differs>{value.unwrap_or_else(|| "–".to_owned())}</td> }
        };
        view! {
            {heading}
            <tr>
                <th scope="row" class="anywhere">{name}</th>
                {row.values.into_iter().map(cell).collect_view()}
            </tr>
        }
    };
    let rows: Vec<_> = rows(columns).into_iter().filter(|row| all || row.differs).collect();
    if rows.is_empty() {
        return view! { <p class="soft">{t("Nothing differs between these versions.")}</p> }
            .into_any();
    }
    let rows = rows.into_iter().map(row).collect_view();
    view! {
        <table class="compare-versions" aria-label=t("Differences between the versions")>
            <thead>
                <tr>
                    <td><span class="sr-only">{t("Key")}</span></td>
                    {columns.iter().map(head).collect_view()}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// What a fact about a version is called.
fn t_of_fact(key: &str) -> String {
    match key {
        "creation_timestamp" => t("Registered"),
        "aliases" => t("Aliases"),
        "description" => t("Description"),
        "stage" => t("Stage"),
        "run" => t("Run"),
        "source" => t("Source"),
        other => return other.to_owned(),
    }
    .to_owned()
}
