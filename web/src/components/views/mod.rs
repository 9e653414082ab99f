//! The views of a table of runs: a short link to this one, and those that were
//! saved, on this device or for everybody who sees the experiment.

use std::collections::BTreeMap;

use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::html::{Button, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{DeleteExperimentTag, SetExperimentTag, Tag};
use mlflow_client::Error;
use serde::{Deserialize, Serialize};

use crate::components::failure::words;
use crate::components::icon::{Glyph, Icon};
use crate::components::toasts::use_toasts;
use crate::state::board::BoardLayout;
use crate::state::clipboard::copy;
use crate::state::columns::Layout;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::packed;
use crate::state::query::Query;
use crate::state::route::{Place, Route};
use crate::state::runs_link;
use crate::state::runs_table::RunsTable;
use crate::state::runs_view::View;
use crate::state::shared_view::{self, MOST_LETTERS, MOST_VIEWS, SharedView};
use crate::state::storage::Shelf;

/// A view that was saved on this device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Saved {
    /// What is asked, as an address has it.
    query: String,
    layout: Layout,
}

type AllSaved = BTreeMap<String, Saved>;

/// The views that everybody has, as far as they have come.
#[derive(Clone)]
enum Everybody {
    Loading,
    There(Vec<SharedView>),
    Failed(Error),
}

/// What the panel of views shows.
#[component]
pub(crate) fn ViewsPanel(
    /// The table.
    table: RunsTable,
    /// How the charts are laid out.
    board: RwSignal<BoardLayout>,
) -> impl IntoView {
    let toasts = use_toasts();
    let navigator = use_navigator();
    let client = StoredValue::new(table.source.client());
    let experiment = table.source.experiments().first().cloned().unwrap_or_default();
    // Views of several experiments have no experiment to stand in.
    let alone = table.source.experiments().len() == 1;
    let experiment = StoredValue::new(experiment);
    let place = untrack(|| runs_link::place(table, board, navigator));
    let plain = runs_link::absolute(&place.href());
    let address = StoredValue::new(place.href().trim_start_matches('#').to_owned());
    // Made before it is asked for: some browsers let a click copy at once alone.
    let link: RwSignal<Option<String>> = RwSignal::new(None);
    let asked = RwSignal::new(false);
    spawn_local(async move {
        let short = packed::for_address(&address.get_value()).await.map(|short| {
            let mut place = Place::from(Route::SharedView { experiment: experiment.get_value() });
            place.query.set(runs_link::SHORT, Some(&short));
            runs_link::absolute(&place.href())
        });
        let shortest = short.filter(|short| short.len() < plain.len()).unwrap_or(plain);
        if asked.try_get_untracked() == Some(true) {
            copy(toasts, &shortest);
        }
        link.try_set(Some(shortest));
    });
    let copy_link = move |_| match link.get_untracked() {
        Some(link) => copy(toasts, &link),
        None => asked.set(true),
    };

    let key = table.shelf_key("views");
    let own = RwSignal::new(Shelf::Device.get::<AllSaved>(&key).unwrap_or_default());
    let keep = move |change: &dyn Fn(&mut AllSaved)| {
        own.update(|own| change(own));
        own.with_untracked(|own| Shelf::Device.set(&key, own));
    };
    let keep = StoredValue::new_local(keep);
    let shared = RwSignal::new(Everybody::Loading);
    let load = move || {
        if !alone {
            return shared.set(Everybody::There(Vec::new()));
        }
        spawn_local(async move {
            let answer = client.get_value().get_experiment(&experiment.get_value()).await;
            let now = match answer {
                Ok(found) => {
                    let of = |tag: &Tag| SharedView::of_tag(&tag.key, &tag.value);
                    let mut views: Vec<SharedView> = found.tags.iter().filter_map(of).collect();
                    views.retain(|view| !view.name.is_empty());
                    views.sort_by(|a, b| a.name.cmp(&b.name));
                    Everybody::There(views)
                }
                Err(error) => Everybody::Failed(error),
            };
            shared.try_set(now);
        });
    };
    load();

    let name: NodeRef<Input> = NodeRef::new();
    let for_all = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let refusal: RwSignal<Option<String>> = RwSignal::new(None);
    let columns = move || untrack(|| table.column_ids());
    let save_here = move |name: &str| {
        let mut query = Query::default();
        table.view.with_untracked(|view| view.write(&mut query));
        let ids = columns().iter().map(ToString::to_string).collect();
        let layout = Layout { shown: Some(ids), ..table.layout.get_untracked() };
        let saved = Saved { query: query.to_string(), layout };
        keep.with_value(|keep| {
            keep(&|own| {
                own.insert(name.to_owned(), saved.clone());
            });
        });
        toasts.done(tf("The view “{0}” is saved on this device", &[&name]));
    };
    let save_for_all = move |name: String| {
        let there = shared.with_untracked(|shared| match shared {
            Everybody::There(views) => views.clone(),
            _ => Vec::new(),
        });
        if there.len() >= MOST_VIEWS {
            refusal.set(Some(tf(
                "The experiment has {0} views, and no room for more: remove one.",
                &[&there.len()],
            )));
            return;
        }
        let same = there.iter().find(|view| view.name == name).map(|view| view.id.clone());
        let now = js_sys::Date::now();
        let id = same.unwrap_or_else(|| {
            format!("{:x}-{:x}", now as u64, (js_sys::Math::random() * 4_294_967_296.0) as u32)
        });
        let text = table
            .view
            .with_untracked(|view| shared_view::state(view, &columns(), &address.get_value()));
        busy.set(true);
        spawn_local(async move {
            // What the browser can't pack stands there as it is.
            let state = packed::for_tag(&text).await.unwrap_or(text);
            let view = SharedView { id, name, created: now as i64, state };
            let tag = Tag { key: view.key(), value: view.value() };
            let letters = tag.value.len();
            if letters > MOST_LETTERS {
                busy.try_set(false);
                refusal.try_set(Some(tf(
                    "This view has {0} letters, and a tag takes {1}: undo changes of the charts, or show fewer columns.",
                    &[&letters, &MOST_LETTERS],
                )));
                return;
            }
            let experiment_id = experiment.get_value();
            let answer = client.get_value().call(&SetExperimentTag { experiment_id, tag }).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    toasts.done(tf("The view “{0}” is saved for everybody", &[&view.name]));
                    load();
                }
                Err(error) => toasts.failed(t("The view is not saved"), &error),
            }
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        refusal.set(None);
        let Some(input) = name.get_untracked() else { return };
        let name = input.value().trim().to_owned();
        if name.is_empty() || busy.get_untracked() {
            return;
        }
        if for_all.get_untracked() {
            save_for_all(name)
        } else {
            save_here(&name)
        }
        input.set_value("");
    };
    let use_own = move |name: &str| {
        let Some(saved) = own.with_untracked(|own| own.get(name).cloned()) else { return };
        let view = View::parse(&Query::parse(&saved.query));
        table.layout.set(saved.layout);
        table.change(|now| *now = view);
    };
    let own_row = move |name: String| {
        let (used, removed, shown) = (name.clone(), name.clone(), name.clone());
        let remove = move |_| {
            keep.with_value(|keep| {
                keep(&|own| {
                    own.remove(&removed);
                });
            });
            toasts.done(t("The view is removed"));
        };
        view! {
            <li>
                <button type="button" class="menu-item" on:click=move |_| use_own(&used)>
                    <span class="clip">{shown}</span>
                </button>
                {removing(&name, remove)}
            </li>
        }
    };
    let shared_row = move |view: SharedView| {
        let mut place = Place::from(Route::SharedView { experiment: experiment.get_value() });
        place.query.set(runs_link::KEY, Some(&view.id));
        let (href, link) = (place.href(), runs_link::absolute(&place.href()));
        let (name, key) = (view.name.clone(), view.key());
        let remove = move |_| {
            let tag =
                DeleteExperimentTag { experiment_id: experiment.get_value(), key: key.clone() };
            spawn_local(async move {
                match client.get_value().call(&tag).await {
                    Ok(_) => {
                        toasts.done(t("The view is removed"));
                        load();
                    }
                    Err(error) => toasts.failed(t("The view is not removed"), &error),
                }
            });
        };
        view! {
            <li>
                <a class="menu-item" href=href><span class="clip">{name.clone()}</span></a>
                <button
                    type="button"
                    class="button plain square"
                    aria-label=tf("Copy the link to “{0}”", &[&name])
                    on:click=move |_| copy(toasts, &link)
                >
                    <Icon glyph=Glyph::Link/>
                </button>
                {removing(&name, remove)}
            </li>
        }
    };
    let everybody = move || match shared.get() {
        Everybody::Loading => {
            view! { <p class="faint" role="status">{t("Loading…")}</p> }.into_any()
        }
        Everybody::Failed(error) => view! {
            <p class="refusal" role="alert">{words(&error)}</p>
            <button type="button" class="button" on:click=move |_| load()>{t("Try again")}</button>
        }
        .into_any(),
        Everybody::There(views) if views.is_empty() => {
            view! { <p class="faint">{t("None.")}</p> }.into_any()
        }
        Everybody::There(views) => {
            view! { <ul>{views.into_iter().map(shared_row).collect_view()}</ul> }.into_any()
        }
    };
    let names = move || own.with(|own| own.keys().cloned().collect::<Vec<_>>());
    let first: NodeRef<Button> = NodeRef::new();
    Effect::new(move || {
        if let Some(first) = first.get() {
            first.focus().ok();
        }
    });
    view! {
        <button
            type="button"
            class="menu-item"
            node_ref=first
            on:click=copy_link
        >
            <Icon glyph=Glyph::Link/>
            {t("Copy a link to this view")}
        </button>
        <h2 class="label">{t("Saved on this device")}</h2>
        <Show when=move || own.with(|own| own.is_empty())>
            <p class="faint">{t("None.")}</p>
        </Show>
        <ul>
            <For each=names key=Clone::clone children=own_row/>
        </ul>
        {alone.then(|| view! { <h2 class="label">{t("Saved for everybody")}</h2> {everybody} })}
        <form on:submit=submit>
            <div class="field">
                <label for="view-name">{t("Save this view as")}</label>
                <input id="view-name" class="input" type="text" required node_ref=name/>
            </div>
            {alone.then(|| view! {
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || for_all.get()
                        on:change=move |event| for_all.set(event_target_checked(&event))
                    />
                    {t("For everybody, in a tag of the experiment")}
                </label>
            })}
            {move || refusal.get().map(|words| view! { <p class="refusal" role="alert">{words}</p> })}
            <button type="submit" class="button primary" prop:disabled=move || busy.get()>
                {t("Save")}
            </button>
        </form>
    }
}

/// The button that removes a view.
fn removing(name: &str, remove: impl Fn(MouseEvent) + 'static) -> AnyView {
    view! {
        <button
            type="button"
            class="button plain square"
            aria-label=tf("Remove “{0}”", &[&name])
            on:click=remove
        >
            <Icon glyph=Glyph::Bin/>
        </button>
    }
    .into_any()
}
