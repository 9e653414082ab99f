//! Which columns are shown: by group, with search.

use leptos::prelude::*;
use run_frame::Group;

use crate::components::icon::{Glyph, Icon};
use crate::components::popover::Popover;
use crate::state::columns::{ColumnId, Layout, known_columns};
use crate::state::language::{t, tn};
use crate::state::runs_table::RunsTable;

/// How many keys of a group are listed: the search finds the others.
const MOST: usize = 200;

/// The button and its panel.
#[component]
pub(super) fn ColumnsPanel(
    /// The table.
    table: RunsTable,
) -> impl IntoView {
    let label = Signal::derive(|| t("Columns").to_owned());
    let face = || view! { <Icon glyph=Glyph::Columns/><span>{t("Columns")}</span> };
    view! {
        <Popover label class="chip" face>
            <Panel table/>
        </Popover>
    }
}

#[component]
fn Panel(
    /// The table.
    table: RunsTable,
) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let shown = Memo::new(move |_| {
        table.columns.with(|columns| columns.iter().map(|c| c.id.clone()).collect::<Vec<_>>())
    });
    let group = move |group: Group, heading: &'static str| {
        view! { <GroupOfColumns table group heading search shown/> }
    };
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
                <button
                    type="button"
                    class="button"
                    on:click=move |_| table.layout.set(Layout::default())
                >
                    {t("Reset")}
                </button>
            </div>
            {group(Group::Metric, t("Metrics"))}
            {group(Group::Param, t("Parameters"))}
            {group(Group::Tag, t("Tags"))}
            {group(Group::Attribute, t("Attributes"))}
        </div>
    }
}

#[component]
fn GroupOfColumns(
    /// The table.
    table: RunsTable,
    /// Which group.
    group: Group,
    /// What it is called.
    heading: &'static str,
    /// What is looked for.
    search: RwSignal<String>,
    /// The columns that are shown.
    shown: Memo<Vec<ColumnId>>,
) -> impl IntoView {
    let found = Memo::new(move |_| {
        let letters = search.get().trim().to_lowercase();
        let mut all = table.source.frame().with(|frame| known_columns(frame, group));
        // Those made of histories are listed while they are shown.
        shown.with(|shown| {
            let own = shown.iter().filter(|id| id.group() == group && !all.contains(id));
            let own: Vec<ColumnId> = own.cloned().collect();
            all.extend(own);
        });
        all.retain(|id| id.heading().to_lowercase().contains(&letters));
        all
    });
    let state = Memo::new(move |_| {
        found.with(|found| {
            shown.with(|shown| {
                let on = found.iter().filter(|id| shown.contains(id)).count();
                (on, found.len())
            })
        })
    });
    let some = Memo::new(move |_| {
        let (on, all) = state.get();
        on > 0 && on < all
    });
    let all = move |event| {
        let on = event_target_checked(&event);
        let (now, ids) = (table.column_ids(), found.get_untracked());
        table.layout.update(|layout| layout.show(&now, &ids, on));
    };
    let item = move |id: ColumnId| {
        let own = id.clone();
        let on = Memo::new(move |_| shown.with(|shown| shown.contains(&own)));
        let heading = match &id {
            ColumnId::Sparkline(key) => format!("{key} ({})", t("history")),
            id => id.heading(),
        };
        let change = move |event| {
            let on = event_target_checked(&event);
            let now = table.column_ids();
            table.layout.update(|layout| layout.show(&now, std::slice::from_ref(&id), on));
        };
        view! {
            <li>
                <label class="check">
                    <input type="checkbox" prop:checked=move || on.get() on:change=change/>
                    <span class="clip" title=heading.clone()>{heading.clone()}</span>
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
                        key=ColumnId::to_string
                        children=item
                    />
                    {more}
                </ul>
            </fieldset>
        </Show>
    }
}
