//! Tags that are added, changed and removed where they stand.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::icon::{Glyph, Icon};
use crate::components::name_editor::FieldError;
use crate::components::popover::{Opened, Popover};
use crate::components::toasts::use_toasts;
use crate::state::language::{t, tf};
use crate::state::saving::{Attempt, Saving};

/// Key and value of a tag.
type Pair = (String, String);

/// The tags of something, without MLflow's own. A tag opens to be changed.
#[component]
pub(crate) fn TagEditor(
    /// Key and value of each.
    #[prop(into)]
    tags: Signal<Vec<Pair>>,
    /// Sets a tag, new or not.
    #[prop(into)]
    set: Callback<Pair, Saving>,
    /// Removes the tag of a key.
    #[prop(into)]
    remove: Callback<String, Saving>,
) -> impl IntoView {
    let toasts = use_toasts();
    let take_away = Callback::new(move |(key, value): Pair| {
        let removing = remove.run(key.clone());
        spawn_local(async move {
            match removing.await {
                Ok(()) => toasts.undoable(tf("Tag {0} deleted", &[&key]), move || {
                    let setting = set.run((key.clone(), value.clone()));
                    spawn_local(async move {
                        if let Err(error) = setting.await {
                            toasts.failed(t("The tag is not back"), &error);
                        }
                    });
                }),
                Err(error) => toasts.failed(tf("Tag {0} is not deleted", &[&key]), &error),
            }
        });
    });
    let tag = move |(key, value): Pair| {
        let opened = Opened::new();
        let face = (key.clone(), value.clone());
        let face = move || {
            let (key, value) = face.clone();
            let value =
                (!value.is_empty()).then(|| view! { <span class="tag-value">{value}</span> });
            view! { <span class="tag-key">{key} " "</span> {value} }
        };
        // What is seen is part of what is said.
        let seen = format!("{key} {value}");
        let label = tf("Edit the tag {0}", &[&seen.trim_end()]);
        let pair = (key, value);
        view! {
            <li>
                <Popover label=Signal::stored(label) face class="tag tag-button" opened>
                    <TagForm old=Some(pair.clone()) set remove=take_away opened/>
                </Popover>
            </li>
        }
    };
    let opened = Opened::new();
    let face = || view! { <Icon glyph=Glyph::Plus/> {t("Tag")} };
    view! {
        <ul class="tags tag-editor" aria-label=t("Tags")>
            <For each=move || tags.get() key=Clone::clone children=tag/>
            <li>
                <Popover label=Signal::stored(t("Add a tag").to_owned()) face class="tag-add" opened>
                    <TagForm old=None set remove=take_away opened/>
                </Popover>
            </li>
        </ul>
    }
}

/// What is asked for a tag.
#[component]
fn TagForm(
    /// The tag as it is; none for another one.
    old: Option<Pair>,
    /// Sets a tag.
    set: Callback<Pair, Saving>,
    /// Removes a tag.
    remove: Callback<Pair>,
    /// The panel around the form.
    opened: Opened,
) -> impl IntoView {
    let is_new = old.is_none();
    let (old_key, old_value) = old.clone().unwrap_or_default();
    let key = RwSignal::new(old_key);
    let value = RwSignal::new(old_value);
    let attempt = Attempt::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let pair = (key.get_untracked().trim().to_owned(), value.get_untracked());
        if pair.0.is_empty() {
            return;
        }
        attempt.begin(set.run(pair), move || opened.close());
    };
    let delete = old.map(|pair| {
        let click = move |_| {
            opened.close();
            remove.run(pair.clone());
        };
        view! { <button type="button" class="button danger" on:click=click>{t("Delete")}</button> }
    });
    view! {
        <form class="tag-form" on:submit=submit>
            <label class="label">
                {t("Key")}
                <input
                    class="input"
                    autocomplete="off"
                    spellcheck="false"
                    readonly=!is_new
                    prop:value=move || key.get()
                    on:input=move |event| key.set(event_target_value(&event))
                />
            </label>
            <label class="label">
                {t("Value")}
                <textarea
                    class="input"
                    rows="2"
                    prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))
                ></textarea>
            </label>
            {move || attempt.failure().map(|error| view! { <FieldError id="tag-error" error/> })}
            <div class="modal-foot">
                {delete}
                <button type="submit" class="button primary" disabled=move || attempt.is_waiting()>
                    {t("Save")}
                </button>
            </div>
        </form>
    }
}
