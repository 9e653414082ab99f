//! The table of logged models.

use std::collections::BTreeMap;

use leptos::prelude::*;
use mlflow_api::LoggedModel;

use super::Models;
use crate::components::pick::Pick;
use crate::components::runs_here::RunsHere;
use crate::components::skeleton::SkeletonRows;
use crate::components::sort_head::{SortHead, SortedBy};
use crate::state::clock::{date_time, since};
use crate::state::format::{full_number, number};
use crate::state::language::{t, tf, tn};
use crate::state::logged_model::{Measure, measured, registrations, status_words};
use crate::state::logged_models_view::{CREATED, Columns, Fact, NAME, by_run};
use crate::state::model_place::ModelPlace;
use crate::state::model_source::logged_uri;
use crate::state::pager::Phase;
use crate::state::route::Route;

/// The columns before those that are chosen: a box, and the name.
const FIRST: usize = 2;

/// The models, as they come or by their runs.
#[component]
pub(super) fn Table(
    /// The models.
    models: Models,
) -> impl IntoView {
    let Models { pager, wanted, grouped, columns: shown, .. } = models;
    let first = move || matches!(pager.phase().get(), Phase::Loading) && pager.is_empty();
    let order: SortedBy =
        Signal::derive(move || wanted.with(|wanted| (wanted.by.clone(), wanted.ascending)));
    let rows = move || {
        let columns = shown.get();
        let row = |model: &LoggedModel| row(models, model, &columns).into_any();
        if !grouped.get() {
            return pager.rows().with(|rows| rows.iter().map(row).collect_view()).into_any();
        }
        let span = FIRST + columns.len();
        let group = |(run, of): (String, Vec<LoggedModel>)| {
            view! {
                <tbody>
                    {heading(models, run, of.len(), span)}
                    {of.iter().map(row).collect_view()}
                </tbody>
            }
        };
        pager.rows().with(|rows| by_run(rows)).into_iter().map(group).collect_view().into_any()
    };
    let body = move || match grouped.get() {
        true => rows().into_any(),
        false => view! {
            <tbody>
                <Show when=first><SkeletonRows columns=6/></Show>
                {rows}
            </tbody>
        }
        .into_any(),
    };
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=t("Logged models")>
            <table class="logged" aria-label=t("Logged models") aria-busy=move || first().to_string()>
                <thead>
                    {move || shown.with(groups)}
                    <tr>
                        <td class="pick"><span class="sr-only">{t("Choose")}</span></td>
                        <SortHead key=NAME words=t("Name") order/>
                        {move || shown.with(|columns| heads(columns, order))}
                    </tr>
                </thead>
                {body}
            </table>
        </div>
    }
}

/// What the columns of metrics were measured on, above them.
fn groups(columns: &Columns) -> Option<AnyView> {
    let group = |(dataset, many): (Option<(String, String)>, usize)| {
        let words = match &dataset {
            Some((name, _)) => tf("Metrics on {0}", &[name]),
            None => t("Metrics").to_owned(),
        };
        let title = dataset.map(|(name, digest)| format!("{name} {digest}"));
        view! { <th scope="colgroup" class="logged-group clip" colspan=many.to_string() title=title>{words}</th> }
    };
    if columns.len() == columns.facts.len() {
        return None;
    }
    let keys = |words: &'static str, keys: &[String]| {
        (!keys.is_empty()).then(|| {
            let many = keys.len().to_string();
            view! { <th scope="colgroup" class="logged-group" colspan=many>{words}</th> }
        })
    };
    let row = view! {
        <tr class="logged-groups">
            <td colspan=(FIRST + columns.facts.len()).to_string()></td>
            {columns.groups().into_iter().map(group).collect_view()}
            {keys(t("Parameters"), &columns.params)}
            {keys(t("Tags"), &columns.tags)}
        </tr>
    };
    Some(row.into_any())
}

fn heads(columns: &Columns, order: SortedBy) -> AnyView {
    let metric = |measure: &Measure| {
        view! { <SortHead key=measure.key() words=measure.key.clone() class="number" order/> }
    };
    let fact = |fact: &Fact| match fact {
        Fact::Created => {
            view! { <SortHead key=CREATED words=Fact::Created.words() order/> }.into_any()
        }
        other => view! { <th scope="col">{other.words()}</th> }.into_any(),
    };
    let key = |key: &String| {
        view! { <th scope="col" class="clip" title=key.clone()>{key.clone()}</th> }
    };
    view! {
        {columns.facts.iter().map(fact).collect_view()}
        {columns.measures.iter().map(metric).collect_view()}
        {columns.params.iter().chain(&columns.tags).map(key).collect_view()}
    }
    .into_any()
}

/// The link to a run: its name once that is known.
fn run_link(models: Models, run: String) -> impl IntoView {
    let experiment = models.experiment.get_value();
    let href = Route::Run { experiment, run: run.clone(), tab: String::new() }.href();
    let short: String = run.chars().take(8).collect();
    let title = run.clone();
    let name = move || models.runs.with(|runs| runs.get(&run).cloned().unwrap_or(short.clone()));
    view! { <a href=href title=title>{name}</a> }
}

/// The row above the models of a run.
fn heading(models: Models, run: String, many: usize, span: usize) -> impl IntoView {
    let link = match run.is_empty() {
        true => t("No run").into_any(),
        false => run_link(models, run).into_any(),
    };
    view! {
        <tr class="logged-run">
            <th scope="rowgroup" colspan=span.to_string()>
                {link} " "
                <span class="faint">{tn(many, "{0} model", "{0} models")}</span>
            </th>
        </tr>
    }
}

fn row(models: Models, model: &LoggedModel, columns: &Columns) -> impl IntoView + use<> {
    let info = &model.info;
    let route = Route::LoggedModel {
        experiment: info.experiment_id.clone(),
        model: info.model_id.clone(),
        tab: String::new(),
    };
    let version = |(name, version): (String, String)| {
        let words = tf("{0} v{1}", &[&name, &version]);
        let href = Route::Version { name, version, tab: String::new() }.href();
        view! { <a class="link" href=href>{words}</a> " " }
    };
    let given: BTreeMap<&str, &str> =
        model.data.params.iter().map(|param| (param.key.as_str(), param.value.as_str())).collect();
    let tags: BTreeMap<&str, &str> =
        info.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect();
    let text = |value: Option<&&str>| {
        let value = value.copied().unwrap_or_default().to_owned();
        view! { <td class="clip logged-param" title=value.clone()>{value.clone()}</td> }
    };
    let params = columns.params.iter().map(|key| text(given.get(key.as_str())));
    let tags = columns.tags.iter().map(|key| text(tags.get(key.as_str())));
    let values = measured(&model.data.metrics);
    let metrics = columns.measures.iter().map(|measure| {
        let value = values.get(measure).copied();
        view! { <td class="number" title=value.map(full_number)>{value.map(number)}</td> }
    });
    let fact = |fact: &Fact| match fact {
        Fact::Status => {
            view! { <td title=info.status_message.clone()>{status_words(info.status)}</td> }
                .into_any()
        }
        Fact::Created => {
            let created = info.creation_timestamp_ms;
            view! { <td class="soft" title=created.map(date_time)>{created.map(since)}</td> }
                .into_any()
        }
        Fact::Run => {
            let run = info.source_run_id.clone().filter(|run| !run.is_empty());
            view! { <td class="clip logged-param">{run.map(|run| run_link(models, run))}</td> }
                .into_any()
        }
        Fact::Versions => {
            let versions = registrations(&info.tags).into_iter().map(version);
            view! { <td>{versions.collect_view()}</td> }.into_any()
        }
        Fact::Kind => text(info.model_type.as_deref().as_ref()).into_any(),
        Fact::Id => view! { <td><code>{info.model_id.clone()}</code></td> }.into_any(),
    };
    view! {
        <tr>
            <td class="pick"><Pick chosen=models.chosen id=info.model_id.clone() words=tf("Choose {0}", &[&info.name])/></td>
            <th scope="row" class="clip logged-name">
                <a href=route.href() title=info.name.clone()>{info.name.clone()}</a>
                <RunsHere
                    client=models.client
                    place=ModelPlace::of_logged(&info.model_id)
                    uri=logged_uri(&info.model_id)
                />
            </th>
            {columns.facts.iter().map(fact).collect_view()}
            {metrics.collect_view()}
            {params.collect_view()}
            {tags.collect_view()}
        </tr>
    }
}
