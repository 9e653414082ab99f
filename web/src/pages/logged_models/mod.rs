//! The models that were logged in an experiment.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{Experiment, LoggedModel, LoggedModelOrder, SearchLoggedModels};

use crate::components::empty::Empty;
use crate::components::experiment_head::ExperimentHead;
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::server_list::{NAME, Question, ServerList};
use crate::components::skeleton::SkeletonRows;
use crate::components::sort_head::SortHead;
use crate::state::clock::{date_time, since};
use crate::state::filter::words_in;
use crate::state::format::{full_number, number};
use crate::state::language::{t, tf, tn};
use crate::state::location::use_navigator;
use crate::state::logged_model::{latest_metrics, registrations, status_words};
use crate::state::pager::{PageOf, Pager, Phase};
use crate::state::registry::is_grammar;
use crate::state::route::Route;
use crate::state::session::{Mlflow, use_session};

/// How many come at a time.
const MANY: u32 = 50;
/// The most columns of parameters, and of metrics, that are shown.
const MOST_COLUMNS: usize = 12;
const CREATED: &str = "creation_timestamp";

/// The page.
#[component]
pub(crate) fn LoggedModelsPage(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment's id.
    experiment: String,
) -> impl IntoView {
    let navigator = use_navigator();
    let uri = use_session().tracking_uri();
    let id = StoredValue::new(experiment);
    let found: RwSignal<Option<Experiment>> = RwSignal::new(None);
    let asking = client.clone();
    spawn_local(async move {
        if let Ok(experiment) = asking.get_experiment(&id.get_value()).await {
            found.try_set(Some(experiment));
        }
    });
    let pager: Pager<Vec<LoggedModel>> = Pager::new();
    let question =
        Memo::new(move |_| navigator.place().with(|place| Question::read(&place.query, CREATED)));
    let asking = StoredValue::new(client.clone());
    let fetch = move |page_token: Option<String>| {
        let client = asking.get_value();
        let Question { typed, by, ascending } = question.get_untracked();
        let filter = match is_grammar(&typed) {
            true => Some(typed),
            false => words_in("name", &typed),
        };
        let order = LoggedModelOrder {
            field_name: by.to_owned(),
            ascending,
            ..LoggedModelOrder::default()
        };
        let request = SearchLoggedModels {
            experiment_ids: vec![id.get_value()],
            filter,
            max_results: MANY,
            order_by: vec![order],
            page_token,
            ..SearchLoggedModels::default()
        };
        async move {
            let answer = client.call(&request).await?;
            let next = answer.next_page_token.filter(|token| !token.is_empty());
            Ok(PageOf { rows: answer.models, next })
        }
    };
    let load = move || pager.load(fetch(None));
    Effect::new(move || {
        question.track();
        load();
    });
    let reload = Callback::new(move |()| load());
    let more = Callback::new(move |()| pager.load_more(fetch(pager.next_token())));
    let order = Signal::derive(move || question.with(|question| (question.by, question.ascending)));
    let python = format!(
        "import mlflow\nmlflow.set_tracking_uri({})\nmlflow.set_experiment(experiment_id={})\nwith mlflow.start_run():\n    mlflow.sklearn.log_model(model, name=\"model\")",
        serde_json::Value::from(uri),
        serde_json::Value::from(id.get_value())
    );
    let nothing = move || {
        if question.with(Question::searches) {
            return view! {
                <Empty
                    title=t("No model fits the search")
                    words=t("Every word has to stand in the name; or write a filter such as metrics.loss < 0.3 or params.depth = '4'.")
                />
            }
            .into_any();
        }
        view! {
            <Empty
                title=t("No logged models yet")
                words=t("Every model that a run of this experiment logs stands here, with its parameters and metrics.")
                python=python.clone()
            />
        }
        .into_any()
    };
    let crumbs = Signal::derive(move || {
        let name = found.with(|found| found.as_ref().map(|e| e.name.clone()));
        let runs = Route::Runs { experiment: id.get_value() };
        vec![
            Crumb::link(t("Experiments"), &Route::Experiments),
            Crumb::link(name.unwrap_or_else(|| id.get_value()), &runs),
            Crumb::here(t("Logged models")),
        ]
    });
    let actions = move || view! { <Refresh refresh=move |()| load()/> };
    view! {
        <Page crumbs actions filling=true>
            <ExperimentHead client experiment=found/>
            <ServerList
                pager
                question
                label=t("Search models: words, or metrics.loss < 0.3")
                counted=|count| tn(count, "{0} model", "{0} models")
                reload
                more
                nothing
                table=move || view! { <Table pager order/> }
            />
        </Page>
    }
}

/// The columns of parameters and of metrics that some models have.
fn columns(models: &[LoggedModel]) -> (Vec<String>, Vec<String>) {
    let params: BTreeSet<&str> =
        models.iter().flat_map(|m| &m.data.params).map(|param| param.key.as_str()).collect();
    let metrics: BTreeSet<&str> =
        models.iter().flat_map(|m| &m.data.metrics).map(|metric| metric.key.as_str()).collect();
    let take =
        |keys: BTreeSet<&str>| keys.into_iter().take(MOST_COLUMNS).map(str::to_owned).collect();
    (take(params), take(metrics))
}

#[component]
fn Table(
    /// The models.
    pager: Pager<Vec<LoggedModel>>,
    /// What they are sorted by.
    order: Signal<(&'static str, bool)>,
) -> impl IntoView {
    let first = move || matches!(pager.phase().get(), Phase::Loading) && pager.is_empty();
    let shown = Memo::new(move |_| pager.rows().with(|rows| columns(rows)));
    let head = |key: &String| view! { <th scope="col" class="number clip" title=key.clone()>{key.clone()}</th> };
    let heads = move || {
        shown.with(|(params, metrics)| {
            let params = params.iter().map(
                |key| view! { <th scope="col" class="clip" title=key.clone()>{key.clone()}</th> },
            );
            view! {
                {metrics.iter().map(head).collect_view()}
                {params.collect_view()}
            }
        })
    };
    let rows = move || {
        shown.with(|(params, metrics)| {
            pager
                .rows()
                .with(|rows| rows.iter().map(|model| row(model, params, metrics)).collect_view())
        })
    };
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=t("Logged models")>
            <table class="logged" aria-label=t("Logged models") aria-busy=move || first().to_string()>
                <thead>
                    <tr>
                        <SortHead key=NAME words=t("Name") order/>
                        <th scope="col">{t("Status")}</th>
                        <SortHead key=CREATED words=t("Created") order/>
                        <th scope="col">{t("Source run")}</th>
                        <th scope="col">{t("Registered versions")}</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>
                    <Show when=first><SkeletonRows columns=6/></Show>
                    {rows}
                </tbody>
            </table>
        </div>
    }
}

fn row(model: &LoggedModel, params: &[String], metrics: &[String]) -> impl IntoView + use<> {
    let info = &model.info;
    let route = Route::LoggedModel {
        experiment: info.experiment_id.clone(),
        model: info.model_id.clone(),
        tab: String::new(),
    };
    let run = info.source_run_id.clone().filter(|run| !run.is_empty()).map(|run| {
        let route = Route::Run {
            experiment: info.experiment_id.clone(),
            run: run.clone(),
            tab: String::new(),
        };
        let short: String = run.chars().take(8).collect();
        view! { <a class="mono" href=route.href() title=run>{short}</a> }
    });
    let versions = registrations(&info.tags).into_iter().map(|(name, version)| {
        let words = tf("{0} v{1}", &[&name, &version]);
        let href = Route::Version { name, version, tab: String::new() }.href();
        view! { <a class="link" href=href>{words}</a> " " }
    });
    let values: BTreeMap<&str, &str> =
        model.data.params.iter().map(|param| (param.key.as_str(), param.value.as_str())).collect();
    let params = params.iter().map(|key| {
        let value = values.get(key.as_str()).copied().unwrap_or_default().to_owned();
        view! { <td class="clip logged-param" title=value.clone()>{value.clone()}</td> }
    });
    let last = latest_metrics(&model.data.metrics);
    let metrics = metrics.iter().map(|key| {
        let value = last.get(key.as_str()).map(|metric| metric.value);
        view! { <td class="number" title=value.map(full_number)>{value.map(number)}</td> }
    });
    let created = info.creation_timestamp_ms;
    view! {
        <tr>
            <th scope="row" class="clip logged-name">
                <a href=route.href() title=info.name.clone()>{info.name.clone()}</a>
            </th>
            <td title=info.status_message.clone()>{status_words(info.status)}</td>
            <td class="soft" title=created.map(date_time)>{created.map(since)}</td>
            <td>{run}</td>
            <td>{versions.collect_view()}</td>
            {metrics.collect_view()}
            {params.collect_view()}
        </tr>
    }
}
