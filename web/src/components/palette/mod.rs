//! Ctrl-K or ⌘-K: one box that finds pages, experiments, runs and commands.

use std::cmp::Reverse;
use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::SearchExperiments;

use crate::components::icon::{Glyph, Icon};
use crate::components::modal::Modal;
use crate::state::commands::use_commands;
use crate::state::debounce::debounced;
use crate::state::filter::name_contains;
use crate::state::fuzzy;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::route::Route;
use crate::state::session::{Stage, use_session};

/// How many of a kind are shown.
const MOST: usize = 8;
/// How long the typing has to rest before the server is asked.
const REST: Duration = Duration::from_millis(150);

/// Something that was found.
#[derive(Clone)]
struct Hit {
    words: String,
    hint: String,
    run: Callback<()>,
}

/// The palette.
#[component]
pub(crate) fn Palette() -> impl IntoView {
    let session = use_session();
    let navigator = use_navigator();
    let commands = use_commands();
    let open = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let experiments: RwSignal<Vec<(String, String)>> = RwSignal::new(Vec::new());

    let listener = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if (event.ctrl_key() || event.meta_key()) && !event.shift_key() && event.key() == "k" {
            event.prevent_default();
            typed.set(String::new());
            open.update(|open| *open = !*open);
        }
    });
    on_cleanup(move || listener.remove());

    // Experiments by name, from the server, once the typing rests.
    let search = debounced(REST, move |words: String| {
        let Stage::Using(client) = untrack(|| session.stage()) else { return };
        spawn_local(async move {
            let search = SearchExperiments {
                filter: name_contains(&words),
                max_results: MOST as u32,
                ..SearchExperiments::default()
            };
            let found = client.search_experiments(&search).await;
            // Something else may have been typed since.
            if let Ok(found) = found
                && typed.try_get_untracked() == Some(words)
            {
                let found = found.experiments.into_iter();
                experiments.set(found.map(|e| (e.experiment_id, e.name)).collect());
            }
        });
    });
    Effect::new(move || {
        let words = typed.get();
        chosen.set(0);
        if open.get() {
            search(words);
        }
    });

    let hits = Memo::new_with_compare(
        move |_| {
            let typed = typed.get();
            let mut hits = Vec::new();
            if let Some(run) = run_id(&typed) {
                let route = Route::RunById { run: run.to_owned() };
                hits.push(Hit {
                    words: tf("Open run {0}", &[&run]),
                    hint: String::new(),
                    run: Callback::new(move |()| navigator.go(route.clone())),
                });
            }
            let mut scored: Vec<(u32, Hit)> = commands
                .list()
                .get()
                .into_iter()
                .filter_map(|command| {
                    let score = fuzzy::score(&typed, &command.words)?;
                    let (words, hint) = (command.words, command.keys.to_owned());
                    Some((score, Hit { words, hint, run: command.run }))
                })
                .collect();
            scored.sort_by_key(|(score, _)| Reverse(*score));
            scored.truncate(MOST);
            scored.extend(experiments.get().into_iter().map(|(id, name)| {
                let route = Route::Runs { experiment: id };
                // The server found it, if not by letters.
                let score = fuzzy::score(&typed, &name).unwrap_or_default();
                let run = Callback::new(move |()| navigator.go(route.clone()));
                (score, Hit { words: name, hint: t("experiment").to_owned(), run })
            }));
            // Of one score, commands come first.
            scored.sort_by_key(|(score, _)| Reverse(*score));
            hits.extend(scored.into_iter().map(|(_, hit)| hit));
            hits
        },
        |_, _| true,
    );
    let take = move |nth: usize| {
        let hit = hits.with_untracked(|hits| hits.get(nth).cloned());
        if let Some(hit) = hit {
            open.set(false);
            hit.run.run(());
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let last = hits.with_untracked(|hits| hits.len().saturating_sub(1));
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|nth| *nth = if *nth >= last { 0 } else { *nth + 1 }),
            "ArrowUp" => chosen.update(|nth| *nth = nth.checked_sub(1).unwrap_or(last)),
            "Enter" => take(chosen.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let option = move |(nth, hit): (usize, Hit)| {
        let is_chosen = move || chosen.get() == nth;
        view! {
            <li
                id=format!("palette-{nth}")
                role="option"
                class="palette-hit"
                aria-selected=move || is_chosen().to_string()
                on:pointermove=move |_| chosen.set(nth)
                on:click=move |_| take(nth)
            >
                <span class="clip">{hit.words}</span>
                <span class="faint">{hit.hint}</span>
            </li>
        }
    };
    view! {
        <Modal open title=Signal::derive(|| t("Find anything").to_owned())>
            <div class="palette">
                <div class="filter-box">
                    <Icon glyph=Glyph::Lens/>
                    <input
                        class="input"
                        type="text"
                        autofocus
                        autocomplete="off"
                        spellcheck="false"
                        role="combobox"
                        aria-expanded="true"
                        aria-controls="palette-hits"
                        aria-activedescendant=move || format!("palette-{}", chosen.get())
                        aria-label=t("A page, an experiment, a run's id or a command")
                        placeholder=t("A page, an experiment, a run's id or a command")
                        prop:value=move || typed.get()
                        on:input=move |event| typed.set(event_target_value(&event))
                        on:keydown=on_key
                    />
                </div>
                <ul id="palette-hits" role="listbox" aria-label=t("Found")>
                    {move || hits.get().into_iter().enumerate().map(option).collect_view()}
                </ul>
                <p class="palette-none faint" role="status">
                    {move || hits.with(Vec::is_empty).then(|| t("Nothing was found."))}
                </p>
            </div>
        </Modal>
    }
}

/// The id of a run, if that is what was typed: 32 hexadecimal digits.
fn run_id(typed: &str) -> Option<&str> {
    let typed = typed.trim();
    (typed.len() == 32 && typed.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(typed)
}
