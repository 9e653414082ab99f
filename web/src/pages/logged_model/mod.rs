//! One logged model.

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{
    CreateModelVersion, DeleteLoggedModel, DeleteLoggedModelTag, LoggedModel, SetLoggedModelTags,
    Tag, tags,
};
use mlflow_client::FileRoot;

use crate::components::confirm::{Question, use_confirm};
use crate::components::copy_button::CopyButton;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::model_panel::ModelPanel;
use crate::components::note_editor::NoteEditor;
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::register_model::RegisterModel;
use crate::components::tag_editor::TagEditor;
use crate::components::toasts::use_toasts;
use crate::pages::model::waiting;
use crate::parts::{self, FilesPart, TracesPart};
use crate::state::asked::Asked;
use crate::state::clock::{date_time, since};
use crate::state::format::{full_number, number};
use crate::state::language::{t, tf, tn};
use crate::state::location::use_navigator;
use crate::state::logged_model::{registrations, status_words};
use crate::state::model_place::ModelPlace;
use crate::state::model_source::logged_uri;
use crate::state::registry::user_tags;
use crate::state::route::{Place, Route};
use crate::state::saving::{Saving, calling};
use crate::state::session::Mlflow;
use crate::state::traces::Whose;

/// A logged model, and what its page does with it. A copyable handle.
#[derive(Clone, Copy)]
struct TheLogged {
    client: StoredValue<Mlflow>,
    id: StoredValue<String>,
    experiment: StoredValue<String>,
    model: Asked<LoggedModel>,
    /// Whether the page can run it, once that is known.
    runs_here: RwSignal<Option<bool>>,
    /// Counts how often all is to be read again.
    again: RwSignal<u32>,
}

impl TheLogged {
    fn tag(self, (key, value): (String, String)) -> Saving {
        let tags = vec![Tag { key, value }];
        let request = SetLoggedModelTags { model_id: self.id.get_value(), tags };
        calling(&self.client.get_value(), request, move || self.model.reload())
    }

    fn untag(self, tag_key: String) -> Saving {
        let request = DeleteLoggedModelTag { model_id: self.id.get_value(), tag_key };
        calling(&self.client.get_value(), request, move || self.model.reload())
    }
}

/// The page.
#[component]
pub(crate) fn LoggedModelPage(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment's id.
    experiment: String,
    /// The model's id.
    model: String,
) -> impl IntoView {
    let asking = (client.clone(), model.clone());
    let asked = Asked::new(move || {
        let (client, model) = asking.clone();
        Box::pin(async move { client.get_logged_model(&model).await })
    });
    let the = TheLogged {
        client: StoredValue::new(client),
        id: StoredValue::new(model),
        experiment: StoredValue::new(experiment),
        model: asked,
        runs_here: RwSignal::new(None),
        again: RwSignal::new(0),
    };
    let experiment_name = RwSignal::new(the.experiment.get_value());
    spawn_local(async move {
        // Without its name, the experiment's id stands there.
        if let Ok(experiment) =
            the.client.get_value().get_experiment(&the.experiment.get_value()).await
        {
            experiment_name.try_set(experiment.name);
        }
    });
    let crumbs = Signal::derive(move || {
        let experiment = the.experiment.get_value();
        let name = asked.pick(|model| model.info.name.clone());
        vec![
            Crumb::link(t("Experiments"), &Route::Experiments),
            Crumb::link(experiment_name.get(), &Route::Runs { experiment: experiment.clone() }),
            Crumb::link(t("Logged models"), &Route::LoggedModels { experiment }),
            Crumb::here(if name.is_empty() { the.id.get_value() } else { name }),
        ]
    });
    let there = Memo::new(move |_| asked.value().with(Option::is_some));
    let refresh = move |()| {
        asked.reload();
        the.again.update(|times| *times = times.wrapping_add(1));
    };
    let actions = move || {
        view! {
            <Show when=move || there.get()><Actions the/></Show>
            <Refresh refresh=refresh/>
        }
    };
    let body = move || view! { <LoggedView the/> }.into_any();
    view! {
        <Page crumbs actions>
            <div class="page run">{asked.show(waiting, body)}</div>
        </Page>
    }
}

/// A model that is there.
#[component]
fn LoggedView(
    /// The model.
    the: TheLogged,
) -> impl IntoView {
    let model = the.model;
    let place = use_navigator().place();
    let traces = Memo::new(move |_| {
        place.with(|place| matches!(&place.route, Route::LoggedModel { tab, .. } if tab == TRACES))
    });
    let body = move || match traces.get() {
        true => parts::traces(TracesPart::Of {
            client: the.client.get_value(),
            experiment: the.experiment.get_value(),
            whose: Whose::Model(the.id.get_value()),
            again: the.again.into(),
        }),
        false => view! { <Overview the/> }.into_any(),
    };
    let tab = move |words: &'static str, tab: &'static str| {
        let (experiment, model) = (the.experiment.get_value(), the.id.get_value());
        let href = Route::LoggedModel { experiment, model, tab: tab.to_owned() }.href();
        let here = move || traces.get() == (tab == TRACES);
        view! { <li><a href=href aria-current=move || here().then_some("page")>{words}</a></li> }
    };
    view! {
        <div class="run-head"><h1>{move || model.pick(|model| model.info.name.clone())}</h1></div>
        <dl class="facts">
            {move || model.value().with(|model| model.as_ref().map(facts))}
        </dl>
        <nav class="tabs" aria-label=t("Parts of the model")>
            <ul>
                {tab(t("Overview"), "")}
                {tab(t("Traces"), TRACES)}
            </ul>
        </nav>
        {body}
    }
}

/// What follows a model's id in the address of its traces.
const TRACES: &str = "traces";

/// What the model is, what it was given, measured, takes and gives, and its files.
#[component]
fn Overview(
    /// The model.
    the: TheLogged,
) -> impl IntoView {
    let model = the.model;
    let places = vec![ModelPlace::of_logged(&the.id.get_value())];
    let note = Signal::derive(move || {
        model.pick(|model| Tag::find(&model.info.tags, tags::NOTE).unwrap_or_default().to_owned())
    });
    view! {
        <section class="run-tags">
            <h2>{t("Tags")}</h2>
            <TagEditor
                tags=Signal::derive(move || model.pick(|model| user_tags(&model.info.tags)))
                set=Callback::new(move |tag| the.tag(tag))
                remove=Callback::new(move |key| the.untag(key))
            />
        </section>
        <NoteEditor
            note
            save=Callback::new(move |text| the.tag((tags::NOTE.to_owned(), text)))
        />
        <div class="run-tables">
            {move || model.value().with(|model| model.as_ref().map(params))}
            {move || model.value().with(|model| model.as_ref().map(metrics))}
        </div>
        <ModelPanel client=the.client places uri=logged_uri(&the.id.get_value()) runs_here=the.runs_here/>
        <LoggedFiles the/>
    }
}

/// The model's files; the one that is shown stands in the address.
#[component]
fn LoggedFiles(
    /// The model.
    the: TheLogged,
) -> impl IntoView {
    let place = use_navigator().place();
    let chosen = Memo::new(move |_| {
        place.with(|place| match &place.route {
            Route::LoggedModel { tab, .. } => tab.strip_prefix("artifacts/").map(str::to_owned),
            _ => None,
        })
    });
    let href = move |path: String| {
        let (experiment, model) = (the.experiment.get_value(), the.id.get_value());
        let tab = match path.as_str() {
            "" => "artifacts".to_owned(),
            path => format!("artifacts/{path}"),
        };
        Route::LoggedModel { experiment, model, tab }.href()
    };
    let files = parts::files(FilesPart {
        client: the.client.get_value(),
        root: FileRoot::LoggedModel { model_id: the.id.get_value() },
        base: String::new(),
        chosen: chosen.into(),
        href: Callback::new(href),
    });
    view! {
        <section>
            <h2>{t("Files")}</h2>
            {files}
        </section>
    }
}

fn facts(model: &LoggedModel) -> impl IntoView + use<> {
    let info = &model.info;
    let fact = |words: &'static str, value: AnyView| {
        view! { <div><dt>{words}</dt> <dd>{value}</dd></div> }
    };
    let created = info.creation_timestamp_ms.map(|at| {
        fact(t("Created"), view! { <span title=date_time(at)>{since(at)}</span> }.into_any())
    });
    let kind = info.model_type.clone().filter(|kind| !kind.is_empty());
    let run = info.source_run_id.clone().filter(|run| !run.is_empty()).map(|run| {
        let short: String = run.chars().take(8).collect();
        let experiment = info.experiment_id.clone();
        let href = Route::Run { experiment, run, tab: String::new() }.href();
        fact(t("Source run"), view! { <a class="link mono" href=href>{short}</a> }.into_any())
    });
    let versions = registrations(&info.tags);
    let registered = (!versions.is_empty()).then(|| {
        let link = |(name, version): (String, String)| {
            let words = tf("{0} v{1}", &[&name, &version]);
            let href = Route::Version { name, version, tab: String::new() }.href();
            view! { <a class="link" href=href>{words}</a> " " }
        };
        fact(t("Registered versions"), versions.into_iter().map(link).collect_view().into_any())
    });
    let (id, copy) = (info.model_id.clone(), info.model_id.clone());
    let message = info.status_message.clone();
    let id = view! {
        <code class="clip" title=id.clone()>{id.clone()}</code>
        <CopyButton text=copy label=t("Copy the model id")/>
    };
    view! {
        {fact(t("Status"), view! { <span title=message>{status_words(info.status)}</span> }.into_any())}
        {created}
        {kind.map(|kind| fact(t("Type"), kind.into_any()))}
        {run}
        {registered}
        {fact(t("Model id"), id.into_any())}
    }
}

/// What it was given.
pub(crate) fn params(model: &LoggedModel) -> impl IntoView + use<> {
    let mut params = model.data.params.clone();
    params.sort_by(|a, b| a.key.cmp(&b.key));
    let none = params.is_empty().then(|| view! { <p class="faint none">{t("none")}</p> });
    let row = |param: mlflow_api::Param| {
        view! {
            <tr>
                <th scope="row" class="anywhere">{param.key}</th>
                <td class="anywhere">{param.value}</td>
            </tr>
        }
    };
    view! {
        <section>
            <h2>{t("Parameters")}</h2>
            {none}
            <table class="pairs params" aria-label=t("Parameters")>
                <tbody>{params.into_iter().map(row).collect_view()}</tbody>
            </table>
        </section>
    }
}

/// Every value, of each run and dataset.
pub(crate) fn metrics(model: &LoggedModel) -> impl IntoView + use<> {
    let mut metrics = model.data.metrics.clone();
    metrics.sort_by(|a, b| (&a.key, a.step, a.timestamp).cmp(&(&b.key, b.step, b.timestamp)));
    let experiment = model.info.experiment_id.clone();
    let row = |metric: mlflow_api::Metric| {
        let run = metric.run_id.map(|run| {
            let short: String = run.chars().take(8).collect();
            let route = Route::Run { experiment: experiment.clone(), run, tab: String::new() };
            view! { <a class="link mono" href=route.href()>{short}</a> }
        });
        let digest = metric.dataset_digest;
        view! {
            <tr>
                <th scope="row" class="anywhere">{metric.key}</th>
                <td class="number" title=full_number(metric.value)>{number(metric.value)}</td>
                <td class="number">{metric.step}</td>
                <td class="clip" title=digest>{metric.dataset_name}</td>
                <td>{run}</td>
            </tr>
        }
    };
    let rows = metrics.into_iter().map(row).collect_view();
    let table = match rows.is_empty() {
        true => view! { <p class="faint none">{t("none")}</p> }.into_any(),
        false => view! {
            <table class="pairs logged-metrics" aria-label=t("Metrics")>
                <thead>
                    <tr>
                        <th scope="col">{t("Metric")}</th>
                        <th scope="col" class="number">{t("Value")}</th>
                        <th scope="col" class="number">{t("Step")}</th>
                        <th scope="col">{t("Dataset")}</th>
                        <th scope="col">{t("Run")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any(),
    };
    view! {
        <section>
            <h2>{t("Metrics")}</h2>
            {table}
        </section>
    }
}

/// What can be done with a logged model, in the bar at the top.
#[component]
fn Actions(
    /// The model.
    the: TheLogged,
) -> impl IntoView {
    let (confirm, toasts) = (use_confirm(), use_toasts());
    let navigator = use_navigator();
    let id = the.id.get_value();
    let uri = logged_uri(&id);
    let trial_href = Place::trial_of(&uri).href();
    let version = CreateModelVersion {
        source: uri,
        run_id: untrack(|| the.model.pick(|model| model.info.source_run_id.clone())),
        model_id: Some(id),
        ..CreateModelVersion::default()
    };
    let delete = move || {
        let (name, versions) = untrack(|| {
            the.model.pick(|model| (model.info.name.clone(), registrations(&model.info.tags).len()))
        });
        let mut words = t("Its parameters, metrics and tags go with it.").to_owned();
        if versions > 0 {
            words.push(' ');
            words.push_str(&tn(
                versions,
                "{0} registered version stays, but loses its files' owner.",
                "{0} registered versions stay, but lose their files' owner.",
            ));
        }
        let run = Callback::new(move |()| {
            let (client, model_id) = (the.client.get_value(), the.id.get_value());
            let experiment = the.experiment.get_value();
            spawn_local(async move {
                match client.call(&DeleteLoggedModel { model_id }).await {
                    Ok(_) => {
                        navigator.go(Route::LoggedModels { experiment });
                        toasts.done(t("The logged model is deleted"));
                    }
                    Err(error) => toasts.failed(t("The logged model is not deleted"), &error),
                }
            });
        });
        let title = tf("Delete the logged model {0}?", &[&name]);
        confirm.ask(Question { title, words, verb: t("Delete").to_owned(), run });
    };
    let items = move |()| vec![Item::new(t("Delete…"), delete).danger()];
    view! {
        <RegisterModel client=the.client words=t("Register…") version/>
        <Show when=move || the.runs_here.get() != Some(false)>
            <a class="button primary" href=trial_href.clone()>{t("Try it")}</a>
        </Show>
        <Menu
            label=Signal::stored(t("More about this model").to_owned())
            face=|| view! { <Icon glyph=Glyph::More/> }
            items=Callback::new(items)
        />
    }
}
