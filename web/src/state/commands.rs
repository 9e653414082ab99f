//! What can be done here, by key or by name: the palette and the map of keys
//! list it, and the keyboard does it.

use leptos::prelude::*;

/// Something that can be done.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    id: u32,
    /// What it does, in the language of the page.
    pub(crate) words: String,
    /// The keys that do it, such as `c` or `g e`; empty where none do.
    pub(crate) keys: &'static str,
    /// Does it.
    pub(crate) run: Callback<()>,
}

/// Everything that can be done on the page that is shown. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Commands {
    list: RwSignal<Vec<Command>>,
    next: StoredValue<u32>,
}

impl Commands {
    /// No commands.
    pub(crate) fn new() -> Commands {
        Commands { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    /// Offers a command for as long as the component that calls this is there.
    /// A later command has the keys before an earlier one.
    pub(crate) fn offer(
        self,
        words: impl Into<String>,
        keys: &'static str,
        run: impl Fn() + Send + Sync + 'static,
    ) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let run = Callback::new(move |()| run());
        let words = words.into();
        self.list.update(|list| list.push(Command { id, words, keys, run }));
        on_cleanup(move || {
            self.list.try_update(|list| list.retain(|command| command.id != id));
        });
    }

    /// All of them, the first offered first.
    pub(crate) fn list(self) -> ReadSignal<Vec<Command>> {
        self.list.read_only()
    }

    /// The command of some keys.
    pub(crate) fn of_keys(self, keys: &str) -> Option<Command> {
        self.list.with_untracked(|list| list.iter().rev().find(|c| c.keys == keys).cloned())
    }
}

/// The commands of this page.
///
/// # Panics
/// Never in this page: the shell provides them before any component runs.
pub(crate) fn use_commands() -> Commands {
    expect_context()
}
