//! A dialog above the page.

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::state::language::t;

/// A dialog that is shown while `open` says so. Escape closes it, and the focus
/// goes back to where it was: that is the browser's `<dialog>`. Its content is
/// built when it opens.
#[component]
pub(crate) fn Modal(
    /// Whether it is shown; set to `false` when the user closes it.
    open: RwSignal<bool>,
    /// Its title.
    #[prop(into)]
    title: Signal<String>,
    /// Whether it needs room: for tables.
    #[prop(optional)]
    wide: bool,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog: NodeRef<Dialog> = NodeRef::new();
    Effect::new(move || {
        let open = open.get();
        let Some(dialog) = dialog.get() else { return };
        if open && !dialog.open() {
            dialog.show_modal().ok();
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    let children = StoredValue::new(children);
    view! {
        <dialog
            class="modal"
            class:wide=wide
            node_ref=dialog
            aria-label=move || title.get()
            on:close=move |_| open.set(false)
        >
            <div class="modal-head">
                <h2 class="clip">{move || title.get()}</h2>
                <button
                    type="button"
                    class="button plain square"
                    aria-label=t("Close")
                    on:click=move |_| open.set(false)
                >
                    <Icon glyph=Glyph::Cross/>
                </button>
            </div>
            <Show when=move || open.get()>
                <div class="modal-body">{children.with_value(|children| children())}</div>
            </Show>
        </dialog>
    }
}
