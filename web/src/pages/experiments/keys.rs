//! The keys of the list, as those of the table of runs: `j` and `k` go from row to
//! row, `x` chooses.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::Shelfful;
use crate::components::announcer::use_announcer;
use crate::state::commands::use_commands;
use crate::state::experiment_tree::Row;
use crate::state::language::{t, tn};
use crate::state::window::ROW;

/// Offers the keys for as long as the table is there.
pub(super) fn offer_keys(the: Shelfful, all: Memo<Vec<Row>>, scroller: NodeRef<Div>) {
    let (commands, announcer) = (use_commands(), use_announcer());
    let here: StoredValue<Option<usize>> = StoredValue::new(None);
    // Keys may come faster than frames, in which the focus moves.
    let moving = StoredValue::new(false);
    let go = move |at: usize| {
        here.set_value(Some(at));
        moving.set_value(true);
        focus(scroller, at, move || {
            moving.try_update_value(|moving| *moving = false);
        });
    };
    let current = move || {
        let focused = (!moving.get_value()).then(focused).flatten();
        focused.or(here.get_value())
    };
    let step = move |by: isize| {
        let Some(last) = all.with_untracked(Vec::len).checked_sub(1) else { return };
        go(current().map_or(0, |before| before.saturating_add_signed(by).min(last)));
    };
    let choose = move || {
        let Some(at) = current() else { return };
        match all.with_untracked(|all| all.get(at).cloned()) {
            Some(Row::Experiment { at: nth, .. }) => {
                let id = the.pager.rows().with_untracked(|rows| {
                    rows.get(nth).map(|experiment| experiment.experiment_id.clone())
                });
                if let Some(id) = id {
                    Shelfful::flip(the.chosen, &id);
                    let many = the.chosen.with_untracked(std::collections::BTreeSet::len);
                    announcer.say(tn(many, "{0} chosen", "{0} chosen"));
                }
            }
            Some(Row::Folder { path, .. }) => {
                the.fold(&path);
                go(at);
            }
            None => {}
        }
    };
    commands.offer(t("Next experiment"), "j", move || step(1));
    commands.offer(t("Previous experiment"), "k", move || step(-1));
    commands.offer(t("Choose this experiment, open or close this folder"), "x", choose);
}

/// The place of the row that has the focus.
fn focused() -> Option<usize> {
    let row = document().active_element()?.closest("table.experiments tr").ok()??;
    row.get_attribute("aria-rowindex")?.parse::<usize>().ok()?.checked_sub(2)
}

/// Brings a row into view, and the focus to its name.
fn focus(scroller: NodeRef<Div>, at: usize, done: impl FnOnce() + 'static) {
    let Some(scroller) = scroller.get_untracked() else { return };
    let row = i32::try_from(ROW).unwrap_or_default();
    let top = i32::try_from(at).unwrap_or(i32::MAX).saturating_mul(row);
    // The head stays above the rows.
    let room = scroller.client_height() - 2 * row;
    let now = scroller.scroll_top();
    if top < now {
        scroller.set_scroll_top(top);
    } else if top > now + room {
        scroller.set_scroll_top(top - room);
    }
    // The row is in the page once the scrolling was heard of.
    request_animation_frame(move || {
        let name = format!("tr[aria-rowindex='{}'] th a", at + 2);
        let link = scroller.query_selector(&name).ok().flatten();
        if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
            link.focus().ok();
        }
        done();
    });
}
