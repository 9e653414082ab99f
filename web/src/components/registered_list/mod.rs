//! The list of what is registered: models, or prompts.

mod new_model;

use leptos::prelude::*;
use mlflow_api::{RegisteredModel, SearchRegisteredModels};

use self::new_model::NewModel;
use crate::components::empty::Empty;
use crate::components::experiment_head::{ExperimentHead, crumbs_to, read_experiment};
use crate::components::icon::{Glyph, Icon};
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::runs_here::RunsHere;
use crate::components::server_list::{NAME, Question, ServerList};
use crate::components::skeleton::SkeletonRows;
use crate::components::sort_head::{SortHead, SortedBy};
use crate::components::tags::Tags;
use crate::pages::model::versions::stages_shown;
use crate::state::clock::{date_time, since};
use crate::state::commands::use_commands;
use crate::state::language::{t, tf, tn};
use crate::state::location::use_navigator;
use crate::state::model_place::ModelPlace;
use crate::state::model_source::version_uri;
use crate::state::pager::{PageOf, Pager, Phase};
use crate::state::registry::{ACTIVE, Registered, latest, latest_in, number, user_tags};
use crate::state::route::{Place, Route};
use crate::state::session::{Mlflow, use_session};

/// How many come at a time.
const MANY: u32 = 50;

const UPDATED: &str = "last_updated_timestamp";

/// What the address of the prompts says while another one is written.
pub(crate) const NEW: &str = "new";

fn new_prompt(experiment: Option<String>) -> Place {
    let mut place = Place::from(Route::prompts_of(experiment));
    place.query.set(NEW, Some("prompt"));
    place
}

/// The page of all models, or of all prompts.
#[component]
pub(crate) fn RegisteredList(
    /// The client of the server in use.
    client: Mlflow,
    /// What is listed.
    kind: Registered,
    /// The experiment that it is linked to; none for all.
    #[prop(optional_no_strip)]
    experiment: Option<String>,
) -> impl IntoView {
    let navigator = use_navigator();
    let uri = use_session().tracking_uri();
    let pager: Pager<Vec<RegisteredModel>> = Pager::new();
    let question =
        Memo::new(move |_| navigator.place().with(|place| Question::read(&place.query, UPDATED)));
    let head = experiment.as_ref().map(|id| read_experiment(&client, id.clone()));
    let (client, experiment) = (StoredValue::new(client), StoredValue::new(experiment));
    let fetch = move |page_token: Option<String>| {
        let client = client.get_value();
        let Question { typed, by, ascending } = question.get_untracked();
        let request = SearchRegisteredModels {
            filter: experiment.with_value(|id| kind.filter(&typed, id.as_deref())),
            max_results: MANY,
            order_by: vec![format!("{by} {}", if ascending { "ASC" } else { "DESC" })],
            page_token,
        };
        async move {
            let answer = client.call(&request).await?;
            let next = answer.next_page_token.filter(|token| !token.is_empty());
            Ok(PageOf { rows: answer.registered_models, next })
        }
    };
    let load = move || pager.load(fetch(None));
    Effect::new(move || {
        question.track();
        load();
    });
    let reload = Callback::new(move |()| load());
    let more = Callback::new(move |()| pager.load_more(fetch(pager.next_token())));
    let creating = RwSignal::new(false);
    let models = kind == Registered::Model;
    let words = if models { t("New model") } else { t("New prompt") };
    let create = move || match models {
        true => creating.set(true),
        false => navigator.go(new_prompt(experiment.get_value())),
    };
    use_commands().offer(words, "n", create);

    let order: SortedBy = Signal::derive(move || question.with(|q| (q.by.to_owned(), q.ascending)));
    let nothing = move || {
        let searched = question.with(Question::searches);
        let experiment = experiment.get_value();
        view! { <Nothing kind searched uri=uri.clone() experiment/> }
    };
    let counted = match kind {
        Registered::Model => |count| tn(count, "{0} model", "{0} models"),
        Registered::Prompt => |count| tn(count, "{0} prompt", "{0} prompts"),
    };
    let (title, label) = if models {
        (t("Models"), t("Search models: words, or tags.`key` = 'value'"))
    } else {
        (t("Prompts"), t("Search prompts: words, or tags.`key` = 'value'"))
    };
    let actions = move || {
        view! {
            <button type="button" class="button primary" on:click=move |_| create()>
                <Icon glyph=Glyph::Plus/>
                <span class="wide-only">{words}</span>
                <span class="sr-only narrow-name">{words}</span>
            </button>
            <Refresh refresh=move |()| load()/>
        }
    };
    let crumbs = match head.zip(experiment.get_value()) {
        Some((head, id)) => crumbs_to(head, id, title),
        None => Signal::stored(vec![Crumb::here(title)]),
    };
    let head = match head {
        Some(experiment) => {
            view! { <ExperimentHead client=client.get_value() experiment/> }.into_any()
        }
        None => view! { <h1 class="sr-only">{title}</h1> }.into_any(),
    };
    view! {
        <Page crumbs actions filling=true>
            {head}
            <ServerList
                pager
                typed=question.with_untracked(|question| question.typed.clone())
                label
                counted
                reload
                more
                nothing
                table=move || view! { <Table client kind pager order/> }
            />
            <NewModel client open=creating/>
        </Page>
    }
}

#[component]
fn Table(
    /// The client of the server in use.
    client: StoredValue<Mlflow>,
    /// What is listed.
    kind: Registered,
    /// The rows.
    pager: Pager<Vec<RegisteredModel>>,
    /// What they are sorted by.
    order: SortedBy,
) -> impl IntoView {
    let first = move || matches!(pager.phase().get(), Phase::Loading) && pager.is_empty();
    // MLflow's own server does not say who made what.
    let users = Memo::new(move |_| {
        pager.rows().with(|rows| rows.iter().any(|model| model.user_id.is_some()))
    });
    let models = kind == Registered::Model;
    let label = if models { t("Models") } else { t("Prompts") };
    let stages = models && stages_shown();
    let stage_heads = stages.then(|| {
        ACTIVE
            .map(|stage| view! { <th scope="col" class="number">{stage}</th> })
            .into_iter()
            .collect_view()
    });
    let rows = move || {
        let users = users.get();
        pager.rows().with(|rows| {
            rows.iter().map(|model| row(client, kind, model, users, stages)).collect_view()
        })
    };
    view! {
        <div class="table-scroll" tabindex="-1">
            <table class="registry" aria-label=label aria-busy=move || first().to_string()>
                <thead>
                    <tr>
                        <SortHead key=NAME words=t("Name") class="registry-name" order/>
                        <th scope="col" class="number">{t("Latest version")}</th>
                        {stage_heads}
                        <th scope="col">{t("Aliases")}</th>
                        <Show when=move || users.get()>
                            <th scope="col">{t("Created by")}</th>
                        </Show>
                        <SortHead key=UPDATED words=t("Last modified") class="number" order/>
                        <th scope="col" class="wide-column">{t("Description")}</th>
                        <th scope="col" class="wide-column">{t("Tags")}</th>
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

fn row(
    client: StoredValue<Mlflow>,
    kind: Registered,
    model: &RegisteredModel,
    users: bool,
    stages: bool,
) -> impl IntoView + use<> {
    let name = model.name.clone();
    let route = match kind {
        Registered::Model => Route::Model { name: name.clone(), tab: String::new() },
        Registered::Prompt => Route::Prompt { name: name.clone() },
    };
    let latest = latest(model);
    let mark = latest.filter(|_| kind == Registered::Model).map(|version| {
        view! { <RunsHere client place=ModelPlace::of_version(version) uri=version_uri(version)/> }
    });
    let latest = latest.map(|version| version.version.clone());
    let in_stage = |stage: &str| {
        let version = latest_in(model, stage).map(|version| version.version.clone());
        let version = version.map(|version| {
            let route =
                Route::Version { name: name.clone(), version: version.clone(), tab: String::new() };
            view! { <a href=route.href()>{version}</a> }
        });
        view! { <td class="number">{version}</td> }
    };
    let in_stages = stages.then(|| ACTIVE.map(in_stage).into_iter().collect_view());
    let newest = latest.clone().map(|version| match kind {
        Registered::Model => {
            let route =
                Route::Version { name: name.clone(), version: version.clone(), tab: String::new() };
            view! { <a href=route.href()>{version}</a> }.into_any()
        }
        Registered::Prompt => version.into_any(),
    });
    let mut aliases: Vec<(String, String)> =
        model.aliases.iter().map(|one| (one.alias.clone(), one.version.clone())).collect();
    aliases.sort_by_key(|(alias, version)| (std::cmp::Reverse(number(version)), alias.clone()));
    let alias = |(alias, version): (String, String)| {
        let words = tf("{0} is version {1}", &[&alias, &version]);
        view! { <li class="alias alone" title=words>"@" {alias} " → " {version}</li> }
    };
    let user = users.then(|| view! { <td class="soft clip">{model.user_id.clone()}</td> });
    let updated = model.last_updated_timestamp.or(model.creation_timestamp);
    let note = crate::state::markdown::first_line(model.description.as_deref().unwrap_or_default());
    let tags = user_tags(&model.tags);
    view! {
        <tr>
            <th scope="row" class="clip"><a class="clip" href=route.href() title=name.clone()>{name.clone()}</a></th>
            <td class="number">{mark} {newest.unwrap_or_else(|| "–".into_any())}</td>
            {in_stages}
            <td><ul class="tags">{aliases.into_iter().map(alias).collect_view()}</ul></td>
            {user}
            <td class="number soft" title=updated.map(date_time)>{updated.map(since)}</td>
            <td class="soft clip wide-column" title=note.clone()>{note.clone()}</td>
            <td class="wide-column"><Tags tags/></td>
        </tr>
    }
}

/// Says that nothing is registered, or nothing such.
#[component]
fn Nothing(
    /// What would be listed.
    kind: Registered,
    /// Whether something was searched for.
    searched: bool,
    /// The address to give to Python.
    uri: String,
    /// The experiment that it would be linked to.
    experiment: Option<String>,
) -> impl IntoView {
    let uri = serde_json::Value::from(uri).to_string();
    let here = experiment.map(|id| {
        let id = serde_json::Value::from(id);
        format!("mlflow.set_experiment(experiment_id={id})\n")
    });
    let here = here.unwrap_or_default();
    match (kind, searched) {
        (Registered::Model, true) => view! {
            <Empty
                title=t("No model fits the search")
                words=t("Every word has to stand in the name; or write a filter such as tags.`team` = 'vision'.")
            />
        },
        (Registered::Prompt, true) => view! {
            <Empty
                title=t("No prompt fits the search")
                words=t("Every word has to stand in the name; or write a filter such as tags.`team` = 'vision'.")
            />
        },
        (Registered::Model, false) => view! {
            <Empty
                title=t("No models yet")
                words=t("A registered model is a name with numbered versions. Registering a logged model makes the first.")
                python=format!("import mlflow\nfrom sklearn.linear_model import LinearRegression\nmlflow.set_tracking_uri({uri})\nwith mlflow.start_run():\n    model = LinearRegression().fit([[0], [1]], [1, 3])\n    mlflow.sklearn.log_model(model, name=\"line\", registered_model_name=\"line\")")
            />
        },
        (Registered::Prompt, false) => view! {
            <Empty
                title=t("No prompts yet")
                words=t("A prompt is a text with variables and numbered versions. Registering one under a name makes the next version.")
                python=format!("import mlflow\nmlflow.set_tracking_uri({uri})\n{here}mlflow.genai.register_prompt(\n    name=\"greeting\",\n    template=\"Greet {{{{name}}}} in one sentence.\",\n)")
            />
        },
    }
}
