//! A button with a menu.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::components::icon::{Glyph, Icon};
use crate::components::popover::{Opened, Popover};

/// One thing in a menu.
#[derive(Clone)]
pub(crate) struct Item {
    words: String,
    run: Callback<()>,
    checked: Option<bool>,
    danger: bool,
    divided: bool,
    disabled: bool,
}

impl Item {
    /// Something to do.
    pub(crate) fn new(words: impl Into<String>, run: impl Fn() + Send + Sync + 'static) -> Item {
        Item {
            words: words.into(),
            run: Callback::new(move |()| run()),
            checked: None,
            danger: false,
            divided: false,
            disabled: false,
        }
    }

    /// One that is on or off.
    pub(crate) fn checked(mut self, on: bool) -> Item {
        self.checked = Some(on);
        self
    }

    /// One that destroys.
    pub(crate) fn danger(mut self) -> Item {
        self.danger = true;
        self
    }

    /// A line above it.
    pub(crate) fn divided(mut self) -> Item {
        self.divided = true;
        self
    }

    /// One that cannot be done now.
    pub(crate) fn disabled(mut self, disabled: bool) -> Item {
        self.disabled = disabled;
        self
    }
}

/// A button that opens a menu: arrows go through it, Enter does what is chosen.
#[component]
pub(crate) fn Menu(
    /// What the menu is for.
    #[prop(into)]
    label: Signal<String>,
    /// What the button shows.
    #[prop(into)]
    face: ViewFn,
    /// The button's classes.
    #[prop(default = "button plain square")]
    class: &'static str,
    /// What is in it, asked for when it opens.
    #[prop(into)]
    items: Callback<(), Vec<Item>>,
) -> impl IntoView {
    let opened = Opened::new();
    // What is chosen outlives the panel, which goes as soon as it closes.
    let owner = Owner::current();
    let on_key = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => Step::Next,
            "ArrowUp" => Step::Previous,
            "Home" => Step::First,
            "End" => Step::Last,
            "Tab" => return opened.close(),
            _ => return,
        };
        event.prevent_default();
        if let Some(panel) = opened.panel().get_untracked() {
            focus(&panel, step);
        }
    };
    let item = move |owner: Option<Owner>, item: Item| {
        let Item { words, run, checked, danger, divided, disabled } = item;
        let role = if checked.is_some() { "menuitemcheckbox" } else { "menuitem" };
        let mark = checked.map(|on| {
            view! { <span class="menu-mark">{on.then(|| view! { <Icon glyph=Glyph::Tick/> })}</span> }
        });
        let click = move |_| {
            opened.close();
            match &owner {
                Some(owner) => owner.with(|| run.run(())),
                None => run.run(()),
            }
        };
        view! {
            <button
                type="button"
                role=role
                class="menu-item"
                class:danger=danger
                class:divided=divided
                tabindex="-1"
                aria-checked=checked.map(|on| on.to_string())
                disabled=disabled
                on:click=click
            >
                {mark}
                {words}
            </button>
        }
    };
    view! {
        <Popover label face class role="menu" opened>
            <div class="menu" role="presentation" on:keydown=on_key>
                {items.run(()).into_iter().map(|one| item(owner.clone(), one)).collect_view()}
            </div>
        </Popover>
    }
}

#[derive(Clone, Copy)]
enum Step {
    Next,
    Previous,
    First,
    Last,
}

fn focus(panel: &HtmlElement, step: Step) {
    let Ok(items) = panel.query_selector_all(".menu-item:not([disabled])") else { return };
    let count = items.length();
    if count == 0 {
        return;
    }
    let active = document().active_element();
    let now = (0..count).find(|nth| {
        active
            .as_ref()
            .is_some_and(|active| items.item(*nth).is_some_and(|i| i.is_same_node(Some(active))))
    });
    let next = match (step, now) {
        (Step::First, _) | (Step::Next, None) => 0,
        (Step::Last, _) | (Step::Previous, None) => count - 1,
        (Step::Next, Some(now)) => (now + 1) % count,
        (Step::Previous, Some(now)) => (now + count - 1) % count,
    };
    if let Some(item) = items.item(next).and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
        item.focus().ok();
    }
}
