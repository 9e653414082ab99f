//! A long list, of which there is more as it is asked for.

use leptos::prelude::*;

use crate::state::language::{t, tn};

/// How many entries there are at first, and how many more come at a time.
const STEP: usize = 500;

/// How many entries of a long list are in the page. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct LongList {
    shown: RwSignal<usize>,
    total: usize,
    step: usize,
}

impl LongList {
    /// The first of `total` entries.
    pub(crate) fn of(total: usize) -> LongList {
        LongList::by(STEP, total)
    }

    /// The first `step` of `total` entries; as many more come at a time.
    pub(crate) fn by(step: usize, total: usize) -> LongList {
        LongList { shown: RwSignal::new(step), total, step }
    }

    /// The entries that are in the page: those that were stay as they are.
    pub(crate) fn list(self, entry: impl Fn(usize) -> AnyView + Send + Sync + 'static) -> AnyView {
        self.each(Callback::new(entry))
    }

    // Once in the program, not once for each kind of entry.
    fn each(self, entry: Callback<usize, AnyView>) -> AnyView {
        let all = move || 0..self.shown.get().min(self.total);
        view! { <For each=all key=|nth| *nth children=move |nth| entry.run(nth)/> }.into_any()
    }

    /// Says how many are left out, and brings the next.
    pub(crate) fn foot(self) -> AnyView {
        let left = move || self.total.saturating_sub(self.shown.get());
        let more = move |_| self.shown.update(|shown| *shown = shown.saturating_add(self.step));
        view! {
            <Show when=move || { left() > 0 }>
                <div class="long-list-foot">
                    <span class="faint">{move || tn(left(), "and {0} more", "and {0} more")}</span>
                    <button type="button" class="button" on:click=more>{t("Show more")}</button>
                </div>
            </Show>
        }
        .into_any()
    }
}
