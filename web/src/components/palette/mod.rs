//! Ctrl-K or ⌘-K: one box that finds pages, experiments, runs, models and commands.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{SearchExperiments, SearchRegisteredModels, SearchRuns};

use crate::components::icon::{Glyph, Icon};
use crate::components::modal::Modal;
use crate::parts;
use crate::state::commands::use_commands;
use crate::state::debounce::debounced;
use crate::state::filter::{name_contains, words_in};
use crate::state::fuzzy;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::registry::Registered;
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

/// What the server finds by its name: runs of the experiment that is open, the rest
/// wherever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Experiment,
    Run,
    Model,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Experiment => t("experiment"),
            Kind::Run => t("run"),
            Kind::Model => t("model"),
        }
    }
}

/// What is typed into the palette, and what its keys do. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Typing {
    open: RwSignal<bool>,
    typed: RwSignal<String>,
    /// Which of the hits is chosen.
    chosen: RwSignal<usize>,
    /// What the keys of the list do, once that is there.
    on_key: StoredValue<Option<Callback<KeyboardEvent>>>,
}

/// The dialog with the palette, and the keys that open it. What is typed stands here:
/// the code that finds something comes when the palette is first opened, and no letter
/// is lost meanwhile.
#[component]
pub(crate) fn Palette() -> impl IntoView {
    let typing = Typing {
        open: RwSignal::new(false),
        typed: RwSignal::new(String::new()),
        chosen: RwSignal::new(0),
        on_key: StoredValue::new(None),
    };
    let Typing { open, typed, chosen, on_key } = typing;
    let listener = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if (event.ctrl_key() || event.meta_key()) && !event.shift_key() && event.key() == "k" {
            event.prevent_default();
            typed.set(String::new());
            open.update(|open| *open = !*open);
        }
    });
    on_cleanup(move || listener.remove());
    let on_key = move |event: KeyboardEvent| {
        if let Some(on_key) = on_key.get_value() {
            on_key.try_run(event);
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
                        aria-label=t("A page, an experiment, a run, a model or a command")
                        placeholder=t("A page, an experiment, a run, a model or a command")
                        prop:value=move || typed.get()
                        on:input=move |event| typed.set(event_target_value(&event))
                        on:keydown=on_key
                    />
                </div>
                {parts::palette(typing)}
            </div>
        </Modal>
    }
}

/// For which words something was found, and what: names, and where they lead.
type Named = (String, Vec<(String, Route)>);

/// What is found for what is typed.
#[component]
pub(crate) fn PaletteHits(
    /// What is typed, and where.
    typing: Typing,
) -> impl IntoView {
    let Typing { open, typed, chosen, on_key } = typing;
    let session = use_session();
    let navigator = use_navigator();
    let commands = use_commands();
    let named: RwSignal<BTreeMap<Kind, Named>> = RwSignal::default();
    let place = navigator.place();

    // What has a name, from the server, once the typing rests.
    let tell = move |words: &str, kind: Kind, found: Vec<(String, Route)>| {
        // Something else may have been typed since.
        if typed.try_with_untracked(|typed| typed == words) == Some(true) {
            named.try_update(|named| named.insert(kind, (words.to_owned(), found)));
        }
    };
    let search = debounced(REST, move |words: String| {
        let Stage::Using(client) = untrack(|| session.stage()) else { return };
        let (experiments, runs, models) = (client.clone(), client.clone(), client);
        let here = place.with_untracked(|place| place.route.experiment().map(str::to_owned));
        let (some, others) = (words.clone(), words.clone());
        spawn_local(async move {
            let search = SearchExperiments {
                filter: name_contains(&words),
                max_results: MOST as u32,
                ..SearchExperiments::default()
            };
            let found = experiments.search_experiments(&search).await;
            let found = found.map(|found| found.experiments).unwrap_or_default().into_iter();
            let found = found.map(|e| (e.name, Route::Runs { experiment: e.experiment_id }));
            tell(&words, Kind::Experiment, found.collect());
        });
        if some.trim().is_empty() {
            return named.update(|named| named.retain(|kind, _| *kind == Kind::Experiment));
        }
        spawn_local(async move {
            let Some(experiment) = here else { return };
            let search = SearchRuns {
                experiment_ids: vec![experiment],
                filter: words_in("attributes.run_name", &some),
                max_results: MOST as u32,
                ..SearchRuns::default()
            };
            let found = runs.search_runs(&search).await;
            let found = found.map(|found| found.runs).unwrap_or_default().into_iter();
            let found = found.map(|run| {
                let (name, tab) = (run.name().to_owned(), String::new());
                let (experiment, run) = (run.info.experiment_id, run.info.run_id);
                (name, Route::Run { experiment, run, tab })
            });
            tell(&some, Kind::Run, found.collect());
        });
        spawn_local(async move {
            let search = SearchRegisteredModels {
                filter: Registered::Model.filter(&others, None),
                max_results: MOST as u32,
                ..SearchRegisteredModels::default()
            };
            let found = models.call(&search).await;
            let found = found.map(|found| found.registered_models).unwrap_or_default().into_iter();
            let found = found.map(|model| {
                let (name, tab) = (model.name.clone(), String::new());
                (model.name, Route::Model { name, tab })
            });
            tell(&others, Kind::Model, found.collect());
        });
    });
    Effect::new(move || {
        chosen.set(0);
        search(typed.get());
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
            for (kind, (words, found)) in named.get() {
                scored.extend(found.into_iter().filter_map(|(name, route)| {
                    // The server found it, if not by letters; what it found for other
                    // words stays as far as it fits.
                    let by_server = (words == typed).then_some(0);
                    let score = fuzzy::score(&typed, &name).or(by_server)?;
                    let run = Callback::new(move |()| navigator.go(route.clone()));
                    Some((score, Hit { words: name, hint: kind.word().to_owned(), run }))
                }));
            }
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
    let keys = move |event: KeyboardEvent| {
        let last = hits.with_untracked(|hits| hits.len().saturating_sub(1));
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|nth| *nth = if *nth >= last { 0 } else { *nth + 1 }),
            "ArrowUp" => chosen.update(|nth| *nth = nth.checked_sub(1).unwrap_or(last)),
            "Enter" => take(chosen.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    on_key.set_value(Some(Callback::new(keys)));
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
        <ul id="palette-hits" role="listbox" aria-label=t("Found")>
            {move || hits.get().into_iter().enumerate().map(option).collect_view()}
        </ul>
        <p class="palette-none faint" role="status">
            {move || hits.with(Vec::is_empty).then(|| t("Nothing was found."))}
        </p>
    }
}

/// The id of a run, if that is what was typed: 32 hexadecimal digits.
fn run_id(typed: &str) -> Option<&str> {
    let typed = typed.trim();
    (typed.len() == 32 && typed.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(typed)
}
