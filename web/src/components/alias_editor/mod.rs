//! The aliases of a version, which are added and removed where they stand.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{DeleteModelAlias, ModelAlias, SetModelAlias};

use crate::components::icon::{Glyph, Icon};
use crate::components::name_editor::FieldError;
use crate::components::popover::{Opened, Popover};
use crate::components::toasts::use_toasts;
use crate::state::language::{t, tf};
use crate::state::saving::{Attempt, calling};
use crate::state::session::Mlflow;

/// What an alias editor is about. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Aliased {
    /// The client of the server in use.
    pub(crate) client: StoredValue<Mlflow>,
    /// The model or the prompt.
    pub(crate) name: StoredValue<String>,
    /// All of its aliases.
    pub(crate) aliases: Signal<Vec<ModelAlias>>,
    /// Hears when they have changed.
    pub(crate) changed: Callback<()>,
}

impl Aliased {
    /// The version that an alias points at.
    fn holder(self, alias: &str) -> Option<String> {
        self.aliases
            .with(|all| all.iter().find(|one| one.alias == alias).map(|one| one.version.clone()))
    }

    fn remove(self, alias: String, done: impl FnOnce(Result<(), mlflow_client::Error>) + 'static) {
        let request = DeleteModelAlias { name: self.name.get_value(), alias };
        let changed = self.changed;
        let saving = calling(&self.client.get_value(), request, move || {
            changed.try_run(());
        });
        spawn_local(async move { done(saving.await) });
    }
}

/// The aliases of one version.
#[component]
pub(crate) fn AliasEditor(
    /// What they are of.
    of: Aliased,
    /// The version, a number in text.
    version: String,
) -> impl IntoView {
    let toasts = use_toasts();
    let version = StoredValue::new(version);
    let own = Memo::new(move |_| {
        let mut own: Vec<String> = of.aliases.with(|all| {
            let of = all.iter().filter(|alias| version.with_value(|v| alias.version == *v));
            of.map(|alias| alias.alias.clone()).collect()
        });
        own.sort();
        own
    });
    let remove = move |alias: String| {
        let gone = alias.clone();
        of.remove(alias, move |answer| match answer {
            Ok(()) => toasts.done(tf("Alias {0} removed", &[&gone])),
            Err(error) => toasts.failed(tf("Alias {0} is not removed", &[&gone]), &error),
        });
    };
    let chip = move |alias: String| {
        let label = tf("Remove the alias {0}", &[&alias]);
        let shown = alias.clone();
        view! {
            <li class="alias">
                <span class="clip" title=shown.clone()>"@" {shown.clone()}</span>
                <button
                    type="button"
                    class="alias-remove"
                    aria-label=label.clone()
                    title=label
                    on:click=move |_| remove(alias.clone())
                >
                    <Icon glyph=Glyph::Cross/>
                </button>
            </li>
        }
    };
    let opened = Opened::new();
    let label = tf("Add an alias to version {0}", &[&version.get_value()]);
    view! {
        <ul class="tags aliases" aria-label=t("Aliases")>
            <For each=move || own.get() key=Clone::clone children=chip/>
            <li>
                <Popover
                    label=Signal::stored(label)
                    face=|| view! { <Icon glyph=Glyph::Plus/> {t("Alias")} }
                    class="tag-add"
                    opened
                >
                    <AliasForm of version opened/>
                </Popover>
            </li>
        </ul>
    }
}

/// What is asked for an alias.
#[component]
fn AliasForm(
    /// What the aliases are of.
    of: Aliased,
    /// The version that gets one.
    version: StoredValue<String>,
    /// The panel around the form.
    opened: Opened,
) -> impl IntoView {
    let alias = RwSignal::new(String::new());
    let attempt = Attempt::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let alias = alias.get_untracked().trim().trim_start_matches('@').to_owned();
        if alias.is_empty() {
            return;
        }
        let request =
            SetModelAlias { name: of.name.get_value(), alias, version: version.get_value() };
        let saving = calling(&of.client.get_value(), request, move || {
            of.changed.try_run(());
        });
        attempt.begin(saving, move || opened.close());
    };
    let moves = move || {
        let from = alias.with(|alias| of.holder(alias.trim().trim_start_matches('@')));
        from.map(|from| tf("It moves here from version {0}.", &[&from]))
    };
    view! {
        <form class="tag-form" on:submit=submit>
            <label class="label">
                {t("Alias")}
                <input
                    class="input"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    placeholder="champion"
                    on:input=move |event| alias.set(event_target_value(&event))
                />
            </label>
            <p class="faint alias-moves" role="status">{moves}</p>
            {move || attempt.failure().map(|error| view! { <FieldError id="alias-error" error/> })}
            <div class="modal-foot">
                <button type="submit" class="button primary" disabled=move || attempt.is_waiting()>
                    {t("Save")}
                </button>
            </div>
        </form>
    }
}
