//! The rows of the table of experiments.

use leptos::html::Tr;
use leptos::prelude::*;
use mlflow_api::Experiment;

use super::Shelfful;
use super::dialogs::Editing;
use crate::components::charts::follow_visibility;
use crate::components::confirm::use_confirm;
use crate::components::experiment_head::{ask_delete, restore, user_tags};
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::pick::Pick;
use crate::components::tags::Tags;
use crate::components::toasts::use_toasts;
use crate::state::clock::{date_time, now, since};
use crate::state::experiment_runs::Activity;
use crate::state::experiment_tree::split;
use crate::state::language::{t, tf, tn};
use crate::state::markdown::first_line;
use crate::state::route::{Place, Route};
use crate::state::spark;

/// What the activity shows: thirty days in bars of two.
const DAYS: i64 = 30;
const BARS: usize = 15;

/// How far a level is moved in, in CSS pixels.
const INDENT: usize = 16;

/// A folder.
#[component]
pub(super) fn FolderRow(
    /// The list.
    the: Shelfful,
    /// Its place in the table.
    nth: usize,
    /// Its path.
    path: String,
    /// How deep it lies.
    depth: usize,
    /// How many experiments are below it.
    many: usize,
    /// Whether they are shown.
    open: bool,
) -> impl IntoView {
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut place = Place::from(Route::Experiments);
    place.query.set("folder", Some(&path));
    let label = if open { tf("Close {0}", &[&name]) } else { tf("Open {0}", &[&name]) };
    let title = path.clone();
    let indent = format!("{}px", depth * INDENT);
    view! {
        <tr class="folder-row" aria-rowindex=(nth + 2).to_string()>
            <td class="pick"></td>
            <th scope="row">
                <div class="name-cell" style:padding-left=indent>
                    <button
                        type="button"
                        class="twist"
                        aria-label=label
                        aria-expanded=open.to_string()
                        on:click=move |_| the.fold(&path)
                    >
                        <span class="turn" class:open=open><Icon glyph=Glyph::Right/></span>
                    </button>
                    <Icon glyph=Glyph::Folder/>
                    <a class="clip" href=place.href() title=title>{name}</a>
                </div>
            </th>
            <td colspan="7" class="faint">{tn(many, "{0} experiment", "{0} experiments")}</td>
        </tr>
    }
}

/// An experiment. Its runs are counted once the row is on screen.
#[component]
pub(super) fn ExperimentRow(
    /// The list.
    the: Shelfful,
    /// Its place in the table.
    nth: usize,
    /// The experiment.
    experiment: Experiment,
    /// How deep it lies.
    depth: usize,
) -> impl IntoView {
    let id = StoredValue::new(experiment.experiment_id.clone());
    let on_screen = RwSignal::new(false);
    let element: NodeRef<Tr> = NodeRef::new();
    Effect::new(move || {
        if let Some(element) = element.get() {
            follow_visibility(element.into(), on_screen);
        }
    });
    let activity = Memo::new(move |_| {
        if on_screen.get() {
            return id.with_value(|id| the.runs.get(id));
        }
        id.with_value(|id| the.runs.forget(id));
        None
    });
    on_cleanup(move || {
        id.try_with_value(|id| the.runs.forget(id));
    });
    let href = Route::Runs { experiment: experiment.experiment_id.clone() }.href();
    // Above all folders stand whole names, in a folder the last parts.
    let whole = depth == 0 && the.question.with_untracked(|question| question.folder.is_empty());
    let leaf = if whole { experiment.name.as_str() } else { split(&experiment.name).1 };
    let leaf = leaf.to_owned();
    let time = |milliseconds: Option<i64>| match milliseconds {
        Some(milliseconds) => {
            view! { <span title=date_time(milliseconds)>{since(milliseconds)}</span> }.into_any()
        }
        None => "–".into_any(),
    };
    let tags = user_tags(&experiment);
    let note = first_line(experiment.note().unwrap_or_default());
    let starred = move || id.with_value(|id| the.stars.with(|stars| stars.contains(id)));
    let chosen = move || id.with_value(|id| the.chosen.with(|chosen| chosen.contains(id)));
    let indent = format!("{}px", depth * INDENT);
    let (name, title) = (experiment.name.clone(), experiment.name.clone());
    let (updated, created) = (experiment.last_update_time, experiment.creation_time);
    view! {
        <tr node_ref=element aria-rowindex=(nth + 2).to_string() class:chosen=chosen>
            <td class="pick">
                <Pick
                    chosen=the.chosen
                    id=experiment.experiment_id.clone()
                    words=tf("Choose {0}", &[&name])
                />
            </td>
            <th scope="row">
                <div class="name-cell" style:padding-left=indent>
                    <button
                        type="button"
                        class="twist star"
                        class:on=starred
                        aria-label=tf("Star {0}", &[&name])
                        aria-pressed=move || starred().to_string()
                        on:click=move |_| id.with_value(|id| the.star(id))
                    >
                        <Icon glyph=Glyph::Star/>
                    </button>
                    <a class="clip" href=href title=title>{leaf}</a>
                </div>
            </th>
            <td class="number soft">{move || activity.with(|a| a.as_ref().map(runs_words))}</td>
            <td class="activity">{move || activity.get().map(activity_view)}</td>
            <td class="number soft">{time(updated)}</td>
            <td class="number soft">{time(created)}</td>
            <td class="soft clip" title=note.clone()>{note.clone()}</td>
            <td><Tags tags/></td>
            <td class="more"><RowMenu the experiment/></td>
        </tr>
    }
}

/// How many runs there are: "100+" where not all were counted.
fn runs_words(activity: &Activity) -> String {
    let plus = if activity.more { "+" } else { "" };
    format!("{}{plus}", activity.runs)
}

/// When runs began, as bars.
fn activity_view(activity: Activity) -> impl IntoView {
    let now = now();
    let counts = spark::histogram(&activity.starts, now - DAYS * 86_400_000, now, BARS);
    let path = spark::bars(&counts, 60.0, 16.0);
    let words = match activity.last {
        Some(last) => tf("last active {0}", &[&since(last)]),
        None => t("no runs").to_owned(),
    };
    view! {
        <span class="activity-cell" title=words.clone()>
            <svg class="bars" viewBox="0 0 60 16" aria-hidden="true">
                <path d=path></path>
            </svg>
            <span class="sr-only">{words.clone()}</span>
        </span>
    }
}

/// What can be done with an experiment.
#[component]
fn RowMenu(
    /// The list.
    the: Shelfful,
    /// The experiment.
    experiment: Experiment,
) -> impl IntoView {
    let (confirm, toasts) = (use_confirm(), use_toasts());
    let label = tf("More about {0}", &[&experiment.name]);
    let experiment = StoredValue::new(experiment);
    let items = move |()| {
        let which = experiment.with_value(|e| vec![(e.experiment_id.clone(), e.name.clone())]);
        let client = the.client.get_value();
        if the.question.with_untracked(|question| question.deleted) {
            return vec![Item::new(t("Restore"), move || {
                restore(client.clone(), toasts, which.clone(), the.reload);
            })];
        }
        let edit = move |make: fn(Experiment) -> Editing| {
            move || the.editing.set(Some(make(experiment.get_value())))
        };
        vec![
            Item::new(t("Rename…"), edit(Editing::Name)),
            Item::new(t("Describe…"), edit(Editing::Note)),
            Item::new(t("Tags…"), edit(Editing::Tags)),
            Item::new(t("Delete…"), move || {
                ask_delete(client.clone(), confirm, toasts, which.clone(), the.reload);
            })
            .danger()
            .divided(),
        ]
    };
    view! {
        <Menu
            label=Signal::stored(label)
            face=|| view! { <Icon glyph=Glyph::More/> }
            items=Callback::new(items)
        />
    }
}
