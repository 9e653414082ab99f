//! Where files of this machine are chosen or dropped.

use leptos::ev::DragEvent;
use leptos::html::Input;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, FileList, HtmlInputElement};

use crate::components::icon::{Glyph, Icon};

/// A place to drop files or a folder, and a button that asks for them.
#[component]
pub(crate) fn DropArea(
    /// What the button says.
    words: &'static str,
    /// Whether a folder is asked for.
    #[prop(optional)]
    folder: bool,
    /// Which files the browser offers.
    #[prop(optional)]
    accept: &'static str,
    /// Hears what was chosen: at least one file.
    #[prop(into)]
    chosen: Callback<FileList>,
    /// Hears what was dropped.
    #[prop(into)]
    dropped: Callback<DataTransfer>,
    /// What is said of it.
    children: Children,
) -> impl IntoView {
    let input: NodeRef<Input> = NodeRef::new();
    let dragging = RwSignal::new(false);
    // The attribute has no name in Rust's view of HTML.
    Effect::new(move || {
        if let Some(input) = input.get().filter(|_| folder) {
            input.set_attribute("webkitdirectory", "").ok();
        }
    });
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let picked = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(files) = input.files().filter(|files| files.length() > 0) {
            chosen.run(files);
        }
        // So that choosing the same again is noticed.
        input.set_value("");
    };
    let over = move |event: DragEvent| {
        event.prevent_default();
        dragging.set(true);
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        dragging.set(false);
        if let Some(transfer) = event.data_transfer() {
            dropped.run(transfer);
        }
    };
    view! {
        <div
            class="drop"
            class:dragging=move || dragging.get()
            on:dragenter=over
            on:dragover=over
            on:dragleave=move |_| dragging.set(false)
            on:drop=drop
        >
            <input
                node_ref=input
                type="file"
                class="sr-only"
                tabindex="-1"
                aria-hidden="true"
                accept=accept
                multiple=folder
                on:change=picked
            />
            <button type="button" class="button" on:click=open>
                {folder.then(|| view! { <Icon glyph=Glyph::Folder/> })}
                {words}
            </button>
            <p class="soft">{children()}</p>
        </div>
    }
}
