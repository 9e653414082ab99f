//! The end of a long table in the page, which comes as it is scrolled to.

use leptos::html::Tr;
use leptos::prelude::*;

use crate::components::charts::follow_visibility;
use crate::state::language::{t, tn};

/// How many rows there are at first, and how many more come at a time.
const STEP: usize = 100;

/// How many rows of a table are in the page. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Shown(RwSignal<usize>);

impl Shown {
    /// The first rows.
    pub(crate) fn first() -> Shown {
        Shown(RwSignal::new(STEP))
    }

    /// Those that are in the page.
    pub(crate) fn of<T: Clone>(self, rows: &[T]) -> Vec<T> {
        rows.iter().take(self.0.get()).cloned().collect()
    }

    /// How many of all are not, if any.
    fn left(self, total: Signal<usize>) -> Option<usize> {
        total.get().checked_sub(self.0.get()).filter(|left| *left > 0)
    }
}

/// The last row of a table with more rows than the page has: it brings more when
/// it is scrolled to.
#[component]
pub(crate) fn MoreRows(
    /// How many are in the page.
    shown: Shown,
    /// How many there are.
    #[prop(into)]
    total: Signal<usize>,
    /// How many columns the table has.
    columns: u8,
) -> impl IntoView {
    move || {
        let more = shown.left(total)?;
        let element: NodeRef<Tr> = NodeRef::new();
        let on_screen = RwSignal::new(false);
        Effect::new(move || {
            if let Some(element) = element.get() {
                follow_visibility(element.into(), on_screen);
            }
        });
        Effect::new(move || {
            if on_screen.get() {
                shown.0.update(|shown| *shown = shown.saturating_add(STEP));
            }
        });
        Some(view! {
            <tr node_ref=element>
                <td class="faint" colspan=columns.to_string()>
                    {tn(more, "and {0} more", "and {0} more")}
                </td>
            </tr>
        })
    }
}

/// Brings all rows into the page, as for the browser's own search. It stands above
/// the table: its end moves on while it is scrolled to.
#[component]
pub(crate) fn ShowAll(
    /// How many are in the page.
    shown: Shown,
    /// How many there are.
    #[prop(into)]
    total: Signal<usize>,
) -> impl IntoView {
    let more = Memo::new(move |_| shown.left(total).is_some());
    view! {
        <Show when=move || more.get()>
            <button type="button" class="link-button" on:click=move |_| shown.0.set(usize::MAX)>
                {t("Show all")}
            </button>
        </Show>
    }
}
