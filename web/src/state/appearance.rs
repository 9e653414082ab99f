//! How the page looks: its theme, and whether it is embedded.

use leptos::prelude::*;

use super::storage::Shelf;
use super::theme::Theme;

const KEY: &str = "millrace.theme";

/// The look of the page. A copyable handle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Appearance {
    theme: RwSignal<Theme>,
    /// Counts the changes of what is on the screen: by the switch, by the system.
    changes: RwSignal<u32>,
    embedded: bool,
}

impl Appearance {
    /// Takes up the theme that the address asks for, or the remembered one.
    pub(crate) fn start(asked: Option<Theme>, embedded: bool) -> Appearance {
        let kept = || Shelf::Device.text(KEY).and_then(|name| Theme::parse(&name));
        let appearance = Appearance {
            theme: RwSignal::new(asked.or_else(kept).unwrap_or_default()),
            changes: RwSignal::new(0),
            embedded,
        };
        appearance.paint();
        appearance.follow_system();
        appearance
    }

    /// Whether only the content is wanted (`?embed=1`).
    pub(crate) fn embedded(self) -> bool {
        self.embedded
    }

    /// The theme in use.
    pub(crate) fn theme(self) -> Theme {
        self.theme.get()
    }

    /// Uses a theme from now on, and remembers it.
    pub(crate) fn choose(self, theme: Theme) {
        self.theme.set(theme);
        Shelf::Device.set_text(KEY, theme.name());
        self.paint();
    }

    /// Reads a number that changes whenever colours on the screen do: what
    /// draws on a canvas depends on it.
    pub(crate) fn track(self) -> u32 {
        self.changes.get()
    }

    fn paint(self) {
        if let Some(root) = document().document_element() {
            match self.theme.get_untracked() {
                Theme::System => root.remove_attribute("data-theme").ok(),
                chosen => root.set_attribute("data-theme", chosen.name()).ok(),
            };
        }
        self.changes.update(|changes| *changes += 1);
    }

    /// Follows the system's theme, and the change to paper and back.
    fn follow_system(self) {
        let changed = wasm_bindgen::closure::Closure::<dyn FnMut()>::new(move || {
            self.changes.update(|changes| *changes += 1);
        });
        for query in ["(prefers-color-scheme: dark)", "print"] {
            if let Ok(Some(list)) = window().match_media(query) {
                list.set_onchange(Some(wasm_bindgen::JsCast::unchecked_ref(changed.as_ref())));
                // The browser may drop a list that nobody holds.
                std::mem::forget(list);
            }
        }
        // The page's theme lives as long as the page.
        changed.forget();
    }
}

/// The look of this page.
///
/// # Panics
/// Never in this page: the shell provides it before any component runs.
pub(crate) fn use_appearance() -> Appearance {
    expect_context()
}
