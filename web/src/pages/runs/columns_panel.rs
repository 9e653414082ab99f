//! Which columns of the runs are shown.

use leptos::prelude::*;
use run_frame::Group;

use crate::components::columns_panel::{Choice, Choices, Chosen, ColumnsPanel};
use crate::state::columns::{ColumnId, Layout, known_columns};
use crate::state::language::t;
use crate::state::runs_table::RunsTable;

/// The button and its panel.
#[component]
pub(super) fn RunsColumns(
    /// The table.
    table: RunsTable,
) -> impl IntoView {
    let shown = Memo::new(move |_| {
        table.columns.with(|columns| columns.iter().map(|c| c.id.to_string()).collect())
    });
    let change = move |(ids, on): (Vec<String>, bool)| {
        let now = table.column_ids();
        let ids: Vec<ColumnId> = ids.iter().filter_map(|id| ColumnId::parse(id)).collect();
        table.layout.update(|layout| layout.show(&now, &ids, on));
    };
    let chosen = Chosen {
        shown,
        change: Callback::new(change),
        reset: Callback::new(move |()| table.layout.set(Layout::default())),
    };
    let groups = move |()| {
        let group = |group: Group, heading: &'static str| Choices {
            heading,
            all: Memo::new(move |_| choices(table, group)).into(),
        };
        vec![
            group(Group::Metric, t("Metrics")),
            group(Group::Param, t("Parameters")),
            group(Group::Tag, t("Tags")),
            group(Group::Attribute, t("Attributes")),
        ]
    };
    view! { <ColumnsPanel groups=Callback::new(groups) chosen class="chip"/> }
}

fn choices(table: RunsTable, group: Group) -> Vec<Choice> {
    let mut all = table.source.frame().with(|frame| known_columns(frame, group));
    // Those made of histories are listed while they are shown.
    table.columns.with(|columns| {
        for shown in columns {
            if shown.id.group() == group && !all.contains(&shown.id) {
                all.push(shown.id.clone());
            }
        }
    });
    let choice = |id: &ColumnId| Choice {
        id: id.to_string(),
        words: match id {
            ColumnId::Sparkline(key) => format!("{key} ({})", t("history")),
            id => id.heading(),
        },
    };
    all.iter().map(choice).collect()
}
