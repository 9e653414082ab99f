//! A panel that floats beside the button that opens it.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::html::{Button, Div};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// How far a panel stays from the window's edges, in CSS pixels.
const MARGIN: f64 = 8.0;

/// Whether a popover is open, and a way to close it. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Opened {
    open: RwSignal<bool>,
    panel: NodeRef<Div>,
}

impl Opened {
    /// A closed one.
    pub(crate) fn new() -> Opened {
        Opened { open: RwSignal::new(false), panel: NodeRef::new() }
    }

    /// Closes it; the focus goes back to its button.
    pub(crate) fn close(self) {
        if let Some(panel) = self.panel.get_untracked() {
            panel.hide_popover().ok();
        }
    }

    /// The panel.
    pub(crate) fn panel(self) -> NodeRef<Div> {
        self.panel
    }
}

/// A button and its panel. The panel is the browser's `popover`: it lies above
/// everything, and a click elsewhere or Escape closes it. Its content is built
/// when it opens.
#[component]
pub(crate) fn Popover(
    /// What the button does, spoken and as its tooltip.
    #[prop(into)]
    label: Signal<String>,
    /// What the button shows.
    #[prop(into)]
    face: ViewFn,
    /// The button's classes.
    #[prop(default = "button plain square")]
    class: &'static str,
    /// What the panel is: `dialog`, `menu` or `listbox`.
    #[prop(default = "dialog")]
    role: &'static str,
    /// Closes it from within.
    #[prop(default = Opened::new())]
    opened: Opened,
    /// What is in the panel.
    children: ChildrenFn,
) -> impl IntoView {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let id = format!("popover-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let button: NodeRef<Button> = NodeRef::new();
    let Opened { open, panel } = opened;
    let toggled = move |_| {
        let Some(panel) = panel.get_untracked() else { return };
        let now = panel.matches(":popover-open").unwrap_or(false);
        open.set(now);
        if !now {
            return;
        }
        // Its content is built after this: only then it is known how large it is.
        request_animation_frame(move || {
            if let Some(button) = button.get_untracked() {
                place(&button, &panel);
            }
            if let Ok(Some(first)) =
                panel.query_selector("[autofocus], input, button, [tabindex='0']")
                && let Ok(first) = first.dyn_into::<HtmlElement>()
            {
                first.focus().ok();
            }
        });
    };
    let children = StoredValue::new(children);
    view! {
        <button
            type="button"
            class=class
            node_ref=button
            aria-label=move || label.get()
            title=move || label.get()
            aria-haspopup=role
            aria-expanded=move || open.get().to_string()
            popovertarget=id.clone()
        >
            {face.run()}
        </button>
        <div
            id=id
            class="popover"
            popover="auto"
            role=role
            aria-label=move || label.get()
            node_ref=panel
            on:toggle=toggled
        >
            <Show when=move || open.get()>{children.with_value(|children| children())}</Show>
        </div>
    }
}

/// Puts the panel under its button, or above it where there is more room, and
/// within the window.
fn place(button: &HtmlElement, panel: &HtmlElement) {
    let size = |value: Result<wasm_bindgen::JsValue, _>| {
        value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
    };
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    let (anchor, own) = (button.get_bounding_client_rect(), panel.get_bounding_client_rect());
    let left = anchor.left().min(width - own.width() - MARGIN).max(MARGIN);
    let (below, above) = (height - anchor.bottom() - MARGIN, anchor.top() - MARGIN);
    let style = panel.style();
    let set = |name: &str, pixels: f64| {
        style.set_property(name, &format!("{pixels}px")).ok();
    };
    set("left", left);
    if own.height() > below && above > below {
        set("top", (anchor.top() - 4.0 - own.height().min(above)).max(MARGIN));
        set("max-height", above);
    } else {
        set("top", anchor.bottom() + 4.0);
        set("max-height", below);
    }
}
