//! Which columns of a table are shown: by group, with search.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::components::popover::Popover;
use crate::state::language::{t, tn};

/// How many columns of a group are listed: the search finds the others.
const MOST: usize = 200;

/// A column that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What the table calls it.
    pub(crate) id: String,
    /// What the user reads.
    pub(crate) words: String,
}

/// Columns under a heading.
#[derive(Clone, Copy)]
pub(crate) struct Choices {
    /// The heading.
    pub(crate) heading: &'static str,
    /// The columns.
    pub(crate) all: Signal<Vec<Choice>>,
}

/// What is shown, and who changes it. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Chosen {
    /// The ids of the columns that are shown.
    pub(crate) shown: Memo<Vec<String>>,
    /// Shows some columns, or hides them.
    pub(crate) change: Callback<(Vec<String>, bool)>,
    /// Shows what is shown where nobody has chosen.
    pub(crate) reset: Callback<()>,
}

/// The button and its panel.
#[component]
pub(crate) fn ColumnsPanel(
    /// The columns, by group. Asked for when the panel opens.
    groups: Callback<(), Vec<Choices>>,
    /// What is chosen of them.
    chosen: Chosen,
    /// The button's classes.
    class: &'static str,
) -> impl IntoView {
    let label = Signal::derive(|| t("Columns").to_owned());
    let face = || view! { <Icon glyph=Glyph::Columns/><span>{t("Columns")}</span> };
    view! {
        <Popover label class face>
            <Panel groups=groups.run(()) chosen/>
        </Popover>
    }
}

#[component]
fn Panel(
    /// The columns.
    groups: Vec<Choices>,
    /// What is chosen of them.
    chosen: Chosen,
) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let group = move |choices: Choices| view! { <Group choices chosen search/> };
    view! {
        <div class="columns-panel">
            <div class="columns-head">
                <input
                    class="input"
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=t("Find a column")
                    aria-label=t("Find a column")
                    on:input=move |event| search.set(event_target_value(&event))
                />
                <button type="button" class="button" on:click=move |_| chosen.reset.run(())>
                    {t("Reset")}
                </button>
            </div>
            {groups.into_iter().map(group).collect_view()}
        </div>
    }
}

#[component]
fn Group(
    /// The group.
    choices: Choices,
    /// What is chosen.
    chosen: Chosen,
    /// What is looked for.
    search: RwSignal<String>,
) -> impl IntoView {
    let Chosen { shown, change, .. } = chosen;
    let Choices { heading, all } = choices;
    let found = Memo::new(move |_| {
        let letters = search.get().trim().to_lowercase();
        let mut all = all.get();
        all.retain(|choice| choice.words.to_lowercase().contains(&letters));
        all
    });
    let state = Memo::new(move |_| {
        found.with(|found| {
            shown.with(|shown| {
                let on = found.iter().filter(|choice| shown.contains(&choice.id)).count();
                (on, found.len())
            })
        })
    });
    let some = Memo::new(move |_| {
        let (on, all) = state.get();
        on > 0 && on < all
    });
    let all = move |event| {
        let ids = found.get_untracked().into_iter().map(|choice| choice.id).collect();
        change.run((ids, event_target_checked(&event)));
    };
    let item = move |Choice { id, words }: Choice| {
        let own = id.clone();
        let on = Memo::new(move |_| shown.with(|shown| shown.contains(&own)));
        let change = move |event| change.run((vec![id.clone()], event_target_checked(&event)));
        view! {
            <li>
                <label class="check">
                    <input type="checkbox" prop:checked=move || on.get() on:change=change/>
                    <span class="clip" title=words.clone()>{words.clone()}</span>
                </label>
            </li>
        }
    };
    let more = move || {
        let more = state.get().1.saturating_sub(MOST);
        (more > 0).then(|| {
            view! { <li class="faint">{tn(more, "and {0} more: search", "and {0} more: search")}</li> }
        })
    };
    view! {
        <Show when=move || state.get().1 != 0>
            <fieldset>
                <legend class="sr-only">{heading}</legend>
                <label class="check columns-group">
                    <input
                        type="checkbox"
                        aria-label=format!("{heading}: {}", t("all"))
                        prop:checked=move || state.get().0 == state.get().1
                        prop:indeterminate=move || some.get()
                        on:change=all
                    />
                    <strong>{heading}</strong>
                    <span class="faint">{move || format!("{} / {}", state.get().0, state.get().1)}</span>
                </label>
                <ul>
                    <For
                        each=move || found.get().into_iter().take(MOST)
                        key=|choice| choice.id.clone()
                        children=item
                    />
                    {more}
                </ul>
            </fieldset>
        </Show>
    }
}
