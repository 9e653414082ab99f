//! The models that were logged in an experiment: as a table, and as charts.

mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::LoggedModel;
use mlflow_client::ErrorKind;

use self::table::Table;
use crate::components::charts::use_board_layout;
use crate::components::columns_panel::{Choice, Choices, Chosen, ColumnsPanel};
use crate::components::empty::Empty;
use crate::components::experiment_head::{ExperimentHead, crumbs_to, read_experiment};
use crate::components::icon::{Glyph, Icon};
use crate::components::modes::ViewModes;
use crate::components::page::Page;
use crate::components::refresh::Refresh;
use crate::components::server_list::ServerList;
use crate::parts::{self, Charts};
use crate::state::board::{BoardRun, Scope};
use crate::state::download::save;
use crate::state::language::{t, tn};
use crate::state::location::{Navigator, use_navigator};
use crate::state::logged_model::board_run;
use crate::state::logged_models_view::{Columns, Wanted, csv, dataset_text, datasets};
use crate::state::metric_histories::MetricHistories;
use crate::state::pager::{PageOf, Pager, Phase};
use crate::state::session::{Mlflow, use_session};
use crate::state::storage::Shelf;

/// The columns in the address.
const COLUMNS: &str = "columns";

/// The models, and what is chosen among them. A copyable handle.
#[derive(Clone, Copy)]
struct Models {
    client: StoredValue<Mlflow>,
    experiment: StoredValue<String>,
    pager: Pager<Vec<LoggedModel>>,
    wanted: Memo<Wanted>,
    /// Whether they stand by the run that logged them.
    grouped: Memo<bool>,
    /// The ids of those that the charts draw; all of them where there are none.
    chosen: RwSignal<BTreeSet<String>>,
    /// The names of the runs that logged them, as far as they have come.
    runs: RwSignal<BTreeMap<String, String>>,
    /// The columns of the table.
    columns: Memo<Columns>,
}

impl Models {
    /// Shows these columns, or those of nobody's choice: in the address, and when
    /// somebody comes back to the experiment on this device.
    fn choose_columns(self, navigator: Navigator, ids: Option<&[String]>) {
        let text = ids.map(|ids| serde_json::Value::from(ids).to_string());
        navigator.choose(&[(COLUMNS, text.as_deref())]);
        let key = self.columns_key();
        match ids {
            Some(ids) => Shelf::Device.set(&key, &ids),
            None => Shelf::Device.remove(&key),
        }
    }

    fn columns_key(self) -> String {
        let server = self.client.with_value(|client| client.base_url().as_str().to_owned());
        format!("millrace.model-columns {server} {}", self.experiment.get_value())
    }

    /// Reads the names of runs that are not known yet, all of them at once.
    fn name_runs(self) {
        let mut ids: Vec<String> = self.pager.rows().with(|rows| {
            rows.iter().filter_map(|model| model.info.source_run_id.clone()).collect()
        });
        ids.retain(|id| !id.is_empty() && !self.runs.with_untracked(|runs| runs.contains_key(id)));
        ids.sort();
        ids.dedup();
        if ids.is_empty() {
            return;
        }
        let (client, experiment) = (self.client.get_value(), self.experiment.get_value());
        spawn_local(async move {
            // A list without names of runs still has their ids.
            let Ok(found) = client.runs_by_id(&ids, &[experiment]).await else { return };
            self.runs.try_update(|runs| {
                runs.extend(
                    found.iter().map(|run| (run.info.run_id.clone(), run.name().to_owned())),
                );
            });
        });
    }
}

/// The page.
#[component]
pub(crate) fn LoggedModelsPage(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment's id.
    experiment: String,
) -> impl IntoView {
    let navigator = use_navigator();
    let place = navigator.place();
    let id = StoredValue::new(experiment);
    let found = read_experiment(&client, id.get_value());
    let says = move |key: &'static str, value: &'static str| {
        Memo::new(move |_| place.with(|place| place.query.get(key) == Some(value)))
    };
    let charts = says("view", "charts");
    let pager: Pager<Vec<LoggedModel>> = Pager::new();
    let chosen_columns = Memo::new(move |_| {
        place.with(|place| place.query.get(COLUMNS).map(|_| place.query.list(COLUMNS)))
    });
    let columns = Memo::new(move |_| {
        chosen_columns.with(|chosen| match chosen {
            Some(ids) => Columns::chosen(ids),
            None => pager.rows().with(|rows| Columns::first(rows)),
        })
    });
    let models = Models {
        client: StoredValue::new(client.clone()),
        experiment: id,
        pager,
        columns,
        wanted: Memo::new(move |_| place.with(|place| Wanted::read(&place.query))),
        grouped: says("group", "run"),
        chosen: RwSignal::new(BTreeSet::new()),
        runs: RwSignal::new(BTreeMap::new()),
    };
    let wanted = models.wanted;
    if chosen_columns.with_untracked(Option::is_none)
        && let Some(kept) = Shelf::Device.get::<Vec<String>>(&models.columns_key())
    {
        models.choose_columns(navigator, Some(&kept));
    }
    let fetch = move |page_token: Option<String>| {
        let client = models.client.get_value();
        let request = wanted.get_untracked().request(id.get_value(), page_token);
        async move {
            let answer = client.call(&request).await?;
            let next = answer.next_page_token.filter(|token| !token.is_empty());
            Ok(PageOf { rows: answer.models, next })
        }
    };
    let load = move || pager.load(fetch(None));
    Effect::new(move || {
        wanted.track();
        load();
    });
    Effect::new(move || models.name_runs());
    let crumbs = crumbs_to(found, id.get_value(), t("Logged models"));
    let actions = move || {
        view! {
            <ViewModes
                label=t("Table and charts")
                modes=vec![(None, t("Table")), (Some("charts"), t("Charts"))]
            />
            <Refresh refresh=move |()| load()/>
        }
    };
    let body = move || match charts.get() {
        true => view! { <ModelCharts models/> }.into_any(),
        false => view! { <Table models/> }.into_any(),
    };
    // MLflow 2 has no such endpoint, and says so as a web server does.
    let none_such = Memo::new(move |_| {
        matches!(pager.phase().get(), Phase::Failed(error)
            if matches!(error.kind(), ErrorKind::NotMlflow { status: 404, .. }))
    });
    let list = move || {
        view! {
            <ServerList
                pager
                typed=wanted.with_untracked(|wanted| wanted.typed.clone())
                label=t("Search models: words, or metrics.loss < 0.3")
                counted=|count| tn(count, "{0} model", "{0} models")
                reload=Callback::new(move |()| load())
                more=Callback::new(move |()| pager.load_more(fetch(pager.next_token())))
                nothing=move || view! { <Nothing models/> }
                tools=move || view! { <Tools models/> }
                table=body
            />
        }
    };
    view! {
        <Page crumbs actions filling=true>
            <ExperimentHead client experiment=found/>
            <Show when=move || !none_such.get() fallback=NoneSuch>{list}</Show>
        </Page>
    }
}

/// Says that the server is too old.
#[component]
fn NoneSuch() -> impl IntoView {
    view! {
        <Empty
            title=t("This server has no logged models")
            words=t("They came with MLflow 3, and this server is older. What a run logged is among its files, and what was registered is under Models.")
        />
    }
}

/// What is chosen of the list, beside the box that searches.
#[component]
fn Tools(
    /// The models.
    models: Models,
) -> impl IntoView {
    let navigator = use_navigator();
    let Models { pager, wanted, grouped, .. } = models;
    // A dataset stays to be chosen when the list is of another one.
    let known = Memo::new(move |before: Option<&BTreeSet<(String, String)>>| {
        let mut known = before.cloned().unwrap_or_default();
        known.extend(pager.rows().with(|rows| datasets(rows)));
        known.extend(wanted.with(|wanted| wanted.dataset.clone()));
        known
    });
    let option = move |dataset: (String, String)| {
        let (name, digest) = &dataset;
        let twice = known.with(|known| known.iter().filter(|(other, _)| other == name).count() > 1);
        let words = if twice { format!("{name} ({digest})") } else { name.clone() };
        let value = dataset_text(&dataset);
        let is_chosen = move || wanted.with(|wanted| wanted.dataset.as_ref() == Some(&dataset));
        view! { <option value=value selected=is_chosen>{words}</option> }
    };
    let pick = move |event| {
        let value: String = event_target_value(&event);
        navigator.choose(&[("dataset", (!value.is_empty()).then_some(value.as_str()))]);
    };
    let all = move || wanted.with(|wanted| wanted.dataset.is_none());
    let group = move |event| {
        navigator.choose(&[("group", event_target_checked(&event).then_some("run"))]);
    };
    let shown = models.columns;
    let change = move |(ids, on): (Vec<String>, bool)| {
        let mut chosen = shown.with_untracked(Columns::ids);
        chosen.retain(|id| !ids.contains(id));
        chosen.extend(ids.into_iter().filter(|_| on));
        // In the order of the table, so that one choice has one address.
        let chosen = Columns::chosen(&chosen).ids();
        models.choose_columns(navigator, Some(&chosen));
    };
    let columns = Chosen {
        shown: Memo::new(move |_| shown.with(Columns::ids)),
        change: Callback::new(change),
        reset: Callback::new(move |()| models.choose_columns(navigator, None)),
    };
    let download = move |_| {
        save("models.csv", "text/csv", &pager.rows().with_untracked(|rows| csv(rows)));
    };
    view! {
        <Show when=move || known.with(|known| !known.is_empty())>
            <select class="input view-choice" aria-label=t("Dataset") on:change=pick>
                <option value="" selected=all>{t("All datasets")}</option>
                {move || known.get().into_iter().map(option).collect_view()}
            </select>
        </Show>
        <ColumnsPanel groups=Callback::new(move |()| choices(models)) chosen=columns class="button"/>
        <label class="check">
            <input type="checkbox" prop:checked=move || grouped.get() on:change=group/>
            {t("By run")}
        </label>
        <button type="button" class="button" on:click=download>
            <Icon glyph=Glyph::Download/>
            "CSV"
        </button>
    }
}

/// The columns that can be chosen: those of the models that are here, and those
/// that are shown.
fn choices(models: Models) -> Vec<Choices> {
    let all = Memo::new(move |_| {
        let mut ids = models.pager.rows().with(|rows| Columns::known(rows).ids());
        ids.extend(models.columns.with(Columns::ids));
        Columns::chosen(&ids).named().map(|group| {
            group.into_iter().map(|(id, words)| Choice { id, words }).collect::<Vec<_>>()
        })
    });
    let headings = [t("Attributes"), t("Metrics"), t("Parameters"), t("Tags")];
    let group = |(nth, heading): (usize, &'static str)| Choices {
        heading,
        all: Signal::derive(move || all.with(|all| all.get(nth).cloned().unwrap_or_default())),
    };
    headings.into_iter().enumerate().map(group).collect()
}

/// Says that there are none, or none such.
#[component]
fn Nothing(
    /// The models.
    models: Models,
) -> impl IntoView {
    if models.wanted.with(Wanted::searches) {
        return view! {
            <Empty
                title=t("No model fits the search")
                words=t("Every word has to stand in the name; or write a filter such as metrics.loss < 0.3 or params.depth = '4'.")
            />
        };
    }
    let python = format!(
        "import mlflow\nmlflow.set_tracking_uri({})\nmlflow.set_experiment(experiment_id={})\nwith mlflow.start_run():\n    mlflow.sklearn.log_model(model, name=\"model\")",
        serde_json::Value::from(use_session().tracking_uri()),
        serde_json::Value::from(models.experiment.get_value())
    );
    view! {
        <Empty
            title=t("No logged models yet")
            words=t("Every model that a run of this experiment logs stands here, with its parameters and metrics.")
            python
        />
    }
}

/// What the models measured, a chart a metric.
#[component]
fn ModelCharts(
    /// The models.
    models: Models,
) -> impl IntoView {
    let drawn = Memo::new(move |_| -> Vec<BoardRun> {
        let chosen = models.chosen.get();
        let is_drawn =
            |model: &&LoggedModel| chosen.is_empty() || chosen.contains(&model.info.model_id);
        models.pager.rows().with(|rows| rows.iter().filter(is_drawn).map(board_run).collect())
    });
    // One alone has no chart, and no history of its own to ask for.
    let enough = Memo::new(move |_| {
        drawn.with(|drawn| drawn.iter().filter(|model| !model.metrics.is_empty()).count() > 1)
    });
    let words = move || {
        let chosen = models.chosen.with(BTreeSet::len);
        (chosen > 0).then(|| {
            let words = tn(chosen, "{0} chosen model is drawn.", "{0} chosen models are drawn.");
            view! {
                <p class="soft logged-drawn">
                    {words} " "
                    <button type="button" class="link-button" on:click=move |_| models.chosen.set(BTreeSet::new())>
                        {t("Draw all")}
                    </button>
                </p>
            }
        })
    };
    let board = move || {
        let experiment = models.experiment.get_value();
        parts::charts(Charts {
            histories: MetricHistories::new(models.client.get_value()),
            runs: Signal::derive(move || drawn.get().into_iter().map(Arc::new).collect()),
            scope: Scope::All,
            highlighted: RwSignal::new(None),
            layout: use_board_layout(&format!("models {experiment}")),
        })
    };
    view! {
        <section class="logged-charts" tabindex="0" aria-label=t("Charts")>
            {words}
            <Show
                when=move || enough.get()
                fallback=|| view! { <p class="soft">{t("Charts compare the metrics of two or more models.")}</p> }
            >
                {board}
            </Show>
        </section>
    }
}
