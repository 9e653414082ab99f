//! The table: folders and experiments. Only the rows near the window are in the
//! page.

use leptos::html::Div;
use leptos::prelude::*;
use mlflow_api::Experiment;

use super::Shelfful;
use super::keys::offer_keys;
use super::question::SortBy;
use super::row::{ExperimentRow, FolderRow};
use crate::components::skeleton::SkeletonRows;
use crate::components::sort_head::SortHead;
use crate::state::experiment_tree::{Row, rows};
use crate::state::language::t;
use crate::state::pager::Phase;
use crate::state::window::{self, ROW};

/// What a row is made of: another one where this differs.
type Key = (usize, String, Option<i64>, usize, bool);

/// The table, or its skeleton while the first page is on its way.
#[component]
pub(super) fn Table(
    /// The list.
    the: Shelfful,
) -> impl IntoView {
    let first = move || matches!(the.pager.phase().get(), Phase::Loading) && the.pager.is_empty();
    let all = Memo::new(move |_| {
        let folder = the.question.with(|question| question.folder.clone());
        the.pager.rows().with(|experiments| {
            the.stars.with(|stars| {
                let names: Vec<(&str, bool)> = experiments
                    .iter()
                    .map(|e| (e.name.as_str(), stars.contains(&e.experiment_id)))
                    .collect();
                the.closed.with(|closed| rows(&names, closed, &folder))
            })
        })
    });
    let scroller: NodeRef<Div> = NodeRef::new();
    let seen = RwSignal::new(0..0);
    let look = move || {
        if let Some(scroller) = scroller.get_untracked() {
            let count = all.with_untracked(Vec::len);
            let now = window::rows(scroller.scroll_top(), scroller.client_height(), count);
            if seen.with_untracked(|before| *before != now) {
                seen.set(now);
            }
        }
    };
    Effect::new(move || {
        all.track();
        scroller.track();
        look();
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| look());
    on_cleanup(move || resized.remove());
    offer_keys(the, all, scroller);
    let shown = Memo::new(move |_| {
        let (seen, count) = (seen.get(), all.with(Vec::len));
        seen.start.min(count)..seen.end.min(count)
    });
    let each = move || {
        let range = shown.get();
        let start = range.start;
        the.pager.rows().with(|experiments| {
            all.with(|all| {
                let rows = all.get(range).unwrap_or_default().iter().enumerate();
                rows.filter_map(|(nth, row)| {
                    let experiment = match row {
                        Row::Experiment { at, .. } => Some(experiments.get(*at)?.clone()),
                        Row::Folder { .. } => None,
                    };
                    Some((start + nth, row.clone(), experiment))
                })
                .collect::<Vec<_>>()
            })
        })
    };
    let key = |(nth, row, experiment): &(usize, Row, Option<Experiment>)| -> Key {
        match (row, experiment) {
            (Row::Folder { path, depth, many, open }, _) => {
                (*nth, format!("/{path}"), i64::try_from(*many).ok(), *depth, *open)
            }
            (Row::Experiment { depth, .. }, Some(e)) => {
                let tags: usize = e.tags.iter().map(|tag| tag.key.len() + tag.value.len()).sum();
                let words = format!("{} {} {tags}", e.experiment_id, e.name);
                (*nth, words, e.last_update_time, *depth, false)
            }
            _ => (*nth, String::new(), None, 0, false),
        }
    };
    let row =
        move |(nth, row, experiment): (usize, Row, Option<Experiment>)| match (row, experiment) {
            (Row::Folder { path, depth, many, open }, _) => {
                view! { <FolderRow the nth path depth many open/> }.into_any()
            }
            (Row::Experiment { depth, .. }, Some(experiment)) => {
                view! { <ExperimentRow the nth experiment depth/> }.into_any()
            }
            _ => ().into_any(),
        };
    let above = move || format!("{}px", shown.get().start * ROW);
    let below = move || {
        let rest = all.with(Vec::len).saturating_sub(shown.get().end);
        format!("{}px", rest * ROW)
    };
    let order = Signal::derive(move || {
        the.question.with(|question| (question.sort.key().to_owned(), question.ascending))
    });
    let head = move |sort: SortBy, words: &'static str, class: &'static str| {
        view! { <SortHead key=sort.key() words class order/> }
    };
    view! {
        <div class="table-scroll" node_ref=scroller tabindex="-1" on:scroll=move |_| look()>
            <table
                class="experiments"
                aria-label=t("Experiments")
                aria-busy=move || first().to_string()
                aria-rowcount=move || (all.with(Vec::len) + 1).to_string()
            >
                <thead>
                    <tr aria-rowindex="1">
                        <td class="pick"></td>
                        {head(SortBy::Name, t("Name"), "")}
                        <th scope="col" class="number runs-head">{t("Runs")}</th>
                        <th scope="col" class="activity-head">{t("Last 30 days")}</th>
                        {head(SortBy::Updated, t("Updated"), "number")}
                        {head(SortBy::Created, t("Created"), "number")}
                        <th scope="col">{t("Description")}</th>
                        <th scope="col">{t("Tags")}</th>
                        <td class="more"></td>
                    </tr>
                </thead>
                <tbody>
                    <Show when=first>
                        <SkeletonRows columns=9/>
                    </Show>
                    <tr class="spacer" aria-hidden="true"><td style:height=above></td></tr>
                    <For each=each key=key children=row/>
                    <tr class="spacer" aria-hidden="true"><td style:height=below></td></tr>
                </tbody>
            </table>
        </div>
    }
}
