//! A run at a glance, and what can be done with it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{DeleteRun, RestoreRun, Run, SearchRuns, tags};

use super::TheRun;
use crate::components::confirm::{Question, use_confirm};
use crate::components::copy_button::CopyButton;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::name_editor::NameEditor;
use crate::components::status::StatusMark;
use crate::components::toasts::use_toasts;
use crate::state::board::runs::run_colour;
use crate::state::change::Change;
use crate::state::clock::{date_time, now, since};
use crate::state::download;
use crate::state::format::duration;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::route::{Place, Route};

/// The head of a run's page.
#[component]
pub(super) fn Head(
    /// The run.
    the: TheRun,
) -> impl IntoView {
    let name = Signal::derive(move || the.run.with(|run| run.name().to_owned()));
    let status = move || {
        let status = the.run.with(|run| run.info.status);
        view! { <StatusMark status worded=true/> }
    };
    let colour = move || {
        the.run.with(|run| run_colour(&run.info.run_id, run.tag(tags::RUN_COLOR)).to_owned())
    };
    let id = the.id();
    let short: String = id.chars().take(8).collect();
    view! {
        <div class="run-head">
            <span class="run-colour" style:background=colour aria-hidden="true"></span>
            <NameEditor
                name
                label=t("Rename the run")
                save=Callback::new(move |name| the.change(Change::Name(name)))
            />
            {status}
        </div>
        <dl class="facts">
            {move || the.run.with(facts)}
            <div>
                <dt>{t("Run id")}</dt>
                <dd>
                    <code title=id.clone()>{short}</code>
                    <CopyButton text=id label=t("Copy the run id")/>
                </dd>
            </div>
        </dl>
    }
}

fn facts(run: &Run) -> impl IntoView + use<> {
    let started = run.info.start_time.map(|start| {
        let exact = date_time(start);
        fact(t("Started"), view! { <span title=exact>{since(start)}</span> }.into_any())
    });
    let lasted = match (run.duration_ms(), run.info.start_time) {
        (Some(milliseconds), _) => Some(duration(milliseconds)),
        (None, Some(start)) if run.info.status.is_active() => {
            Some(tf("{0} so far", &[&duration(now() - start)]))
        }
        _ => None,
    };
    let lasted = lasted.map(|lasted| fact(t("Duration"), lasted.into_any()));
    let user = run.user().map(|user| {
        let user = user.to_owned();
        let title = user.clone();
        fact(t("User"), view! { <span class="clip" title=title>{user}</span> }.into_any())
    });
    let source = run.tag(tags::SOURCE_NAME).map(|source| {
        let name = source.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(source);
        let (name, source) = (name.to_owned(), source.to_owned());
        fact(t("Source"), view! { <span class="clip" title=source>{name}</span> }.into_any())
    });
    view! { {started} {lasted} {user} {source} }
}

fn fact(name: &'static str, value: AnyView) -> impl IntoView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
        </div>
    }
}

/// What can be done with a run, in the bar at the top.
#[component]
pub(super) fn RunActions(
    /// The run.
    the: TheRun,
    /// Reads the run again.
    reload: Callback<()>,
) -> impl IntoView {
    let navigator = use_navigator();
    let (confirm, toasts) = (use_confirm(), use_toasts());
    let save = move || {
        the.run.with_untracked(|run| {
            if let Ok(text) = serde_json::to_string_pretty(run) {
                download::save(&format!("{}.json", run.name()), "application/json", &text);
            }
        });
    };
    let compare = move |runs: Vec<String>| {
        navigator.go(Place::compare_runs(&runs, &[the.experiment()]));
    };
    let siblings = move |parent: String| {
        let request = SearchRuns {
            experiment_ids: vec![the.experiment()],
            filter: Some(super::lineage::children_of(&parent)),
            max_results: 100,
            ..SearchRuns::default()
        };
        spawn_local(async move {
            match the.client.get_value().search_runs(&request).await {
                Ok(found) => compare(found.runs.into_iter().map(|run| run.info.run_id).collect()),
                Err(error) => toasts.failed(t("The siblings are not loaded"), &error),
            }
        });
    };
    let delete = move || {
        let name = the.run.with_untracked(|run| run.name().to_owned());
        let run = Callback::new(move |()| {
            let (client, run_id) = (the.client.get_value(), the.id());
            let runs = Route::Runs { experiment: the.experiment() };
            spawn_local(async move {
                if let Err(error) = client.call(&DeleteRun { run_id: run_id.clone() }).await {
                    return toasts.failed(t("The run is not deleted"), &error);
                }
                navigator.go(runs);
                toasts.undoable(t("The run is deleted"), move || {
                    let (client, run_id) = (client.clone(), run_id.clone());
                    spawn_local(async move {
                        match client.call(&RestoreRun { run_id }).await {
                            Ok(_) => toasts.done(t("The run is restored")),
                            Err(error) => toasts.failed(t("The run is not restored"), &error),
                        }
                        reload.try_run(());
                    });
                });
            });
        });
        confirm.ask(Question {
            title: tf("Delete the run {0}?", &[&name]),
            words: t("It moves to the deleted runs of its experiment, and can be restored.").into(),
            verb: t("Delete").into(),
            run,
        });
    };
    let items = move |()| {
        let parent = the.run.with_untracked(|run| run.parent_run_id().map(str::to_owned));
        let mut items = vec![Item::new(t("Download as JSON"), save)];
        if let Some(parent) = parent {
            let with = parent.clone();
            items.push(Item::new(t("Compare with its parent"), move || {
                compare(vec![with.clone(), the.id()]);
            }));
            items.push(Item::new(t("Compare with its siblings"), move || siblings(parent.clone())));
        }
        items.push(Item::new(t("Delete…"), delete).danger().divided());
        items
    };
    let link = Signal::derive(move || {
        navigator.place().track();
        window().location().href().unwrap_or_default()
    });
    view! {
        <CopyButton text=link label=t("Copy the link to this page")/>
        <Menu
            label=Signal::stored(t("More about this run").to_owned())
            face=|| view! { <Icon glyph=Glyph::More/> }
            items=Callback::new(items)
        />
    }
}
