//! The values under the pointer, or under the pointer in another chart.

use leptos::prelude::*;
use plot::{Readout, ReadoutEntry};

use crate::state::format::{full_number, number};
use crate::state::language::tn;

/// How many lines are listed under the pointer, and in the other charts.
const MOST: usize = 14;
const MOST_ELSEWHERE: usize = 4;

/// The values, highest first, beside the crosshair.
#[component]
pub(super) fn Tip(
    /// The values.
    readout: Readout,
    /// The width of the chart, in CSS pixels.
    width: f64,
    /// Whether the pointer is here, and not in another chart.
    here: bool,
) -> impl IntoView {
    // To the right of the crosshair in the left half, to its left in the right.
    let right_half = readout.x_px > width / 2.0;
    let left = format!("{}px", readout.x_px);
    let total = readout.entries.len();
    let most = if here { MOST } else { MOST_ELSEWHERE };
    // The line under the pointer is always among those that are listed.
    let nearest = readout.nearest.filter(|_| here);
    let first = nearest.map_or(0, |nearest| (nearest + 1).saturating_sub(most));
    let several = total > 1;
    let x = readout.x;
    let entry = |(nth, entry): (usize, ReadoutEntry)| {
        let label = several.then(|| view! { <span class="clip">{entry.label.to_string()}</span> });
        let colour = entry.colour.to_string();
        let raw = entry.raw.filter(|raw| *raw != entry.y);
        let raw = raw.map(|raw| view! { <span class="faint">{number(raw)}</span> });
        // A point beside the crosshair says so.
        let value = if several || !here { number(entry.y) } else { full_number(entry.y) };
        view! {
            <li class:near=nearest == Some(nth) class:aside=entry.x != x>
                <span class="tip-mark" style:background=colour></span>
                {label}
                {raw}
                <b>{value}</b>
            </li>
        }
    };
    let listed = readout.entries.into_iter().enumerate().skip(first).take(most).map(entry);
    let listed = listed.collect_view();
    let more = total.saturating_sub(most);
    let more = (more > 0)
        .then(|| view! { <span class="faint">{tn(more, "and {0} more", "and {0} more")}</span> });
    view! {
        <div class="tip" class:elsewhere=!here class:tip-left=right_half style:left=left aria-hidden="true">
            <span class="faint">{readout.x_label}</span>
            <ul>{listed}</ul>
            {more}
        </div>
    }
}
