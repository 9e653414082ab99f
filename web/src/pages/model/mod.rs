//! One registered model: what it is, and its versions.

pub(crate) mod versions;

use leptos::prelude::*;
use mlflow_api::{
    DeleteRegisteredModelTag, GetRegisteredModel, RegisteredModel, RenameRegisteredModel,
    SetRegisteredModelTag, Tag, UpdateRegisteredModel,
};

use crate::components::alias_editor::Aliased;
use crate::components::delete_registered::delete_registered;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::name_editor::NameEditor;
use crate::components::note_editor::NoteEditor;
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::tag_editor::TagEditor;
use crate::pages::model::versions::Versions;
use crate::state::asked::Asked;
use crate::state::clock::{date_time, since};
use crate::state::language::t;
use crate::state::location::use_navigator;
use crate::state::registry::{Registered, user_tags};
use crate::state::route::Route;
use crate::state::saving::{Saving, calling};
use crate::state::session::Mlflow;

/// A model, and what its page does with it. A copyable handle.
#[derive(Clone, Copy)]
struct TheModel {
    client: StoredValue<Mlflow>,
    name: StoredValue<String>,
    model: Asked<RegisteredModel>,
}

impl TheModel {
    fn note(self, text: String) -> Saving {
        let request =
            UpdateRegisteredModel { name: self.name.get_value(), description: Some(text) };
        calling(&self.client.get_value(), request, move || self.model.reload())
    }

    fn tag(self, (key, value): (String, String)) -> Saving {
        let request =
            SetRegisteredModelTag { name: self.name.get_value(), tag: Tag { key, value } };
        calling(&self.client.get_value(), request, move || self.model.reload())
    }

    fn untag(self, key: String) -> Saving {
        let request = DeleteRegisteredModelTag { name: self.name.get_value(), key };
        calling(&self.client.get_value(), request, move || self.model.reload())
    }
}

/// The page.
#[component]
pub(crate) fn ModelPage(
    /// The client of the server in use.
    client: Mlflow,
    /// Its name.
    name: String,
) -> impl IntoView {
    let asking = (client.clone(), name.clone());
    let model = Asked::new(move || {
        let (client, name) = asking.clone();
        Box::pin(async move {
            let answer = client.call(&GetRegisteredModel { name }).await?;
            Ok(answer.registered_model)
        })
    });
    let the =
        TheModel { client: StoredValue::new(client), name: StoredValue::new(name.clone()), model };
    let versions_changed = RwSignal::new(0_u32);
    let reload = move || {
        model.reload();
        versions_changed.update(|times| *times += 1);
    };
    let crumbs = vec![Crumb::link(t("Models"), &Route::Models), Crumb::here(name)];
    let body = move || view! { <ModelView the changed=versions_changed/> }.into_any();
    let actions = move || {
        view! { <Actions the/> <Refresh refresh=move |()| reload()/> }
    };
    view! {
        <Page crumbs=Signal::stored(crumbs) actions>
            <div class="page run">{model.show(waiting, body)}</div>
        </Page>
    }
}

/// As high as the head will be.
pub(crate) fn waiting() -> AnyView {
    view! {
        <div class="run-head" aria-busy="true"><span class="bone w5"></span></div>
        <div class="facts-bone">
            <span class="bone w5"></span>
            <span class="bone w4"></span>
        </div>
    }
    .into_any()
}

/// A model that is there.
#[component]
fn ModelView(
    /// The model.
    the: TheModel,
    /// Counts how often the versions are to be read again.
    changed: RwSignal<u32>,
) -> impl IntoView {
    let navigator = use_navigator();
    let model = the.model;
    let name = Signal::derive(move || the.name.get_value());
    let rename = move |new_name: String| -> Saving {
        let request = RenameRegisteredModel { name: the.name.get_value(), new_name };
        let to = Route::Model { name: request.new_name.clone(), tab: String::new() };
        calling(&the.client.get_value(), request, move || navigator.replace(to))
    };
    let when = move |words: &'static str, pick: fn(&RegisteredModel) -> Option<i64>| {
        view! {
            <div>
                <dt>{words}</dt>
                <dd>
                    <span title=move || model.pick(pick).map(date_time)>
                        {move || model.pick(pick).map_or("–".to_owned(), since)}
                    </span>
                </dd>
            </div>
        }
    };
    let user = move || {
        let user = model.pick(|model| model.user_id.clone());
        user.map(
            |user| view! { <div><dt>{t("Created by")}</dt> <dd class="clip">{user}</dd></div> },
        )
    };
    let aliased = Aliased {
        client: the.client,
        name: the.name,
        aliases: Signal::derive(move || model.pick(|model| model.aliases.clone())),
        changed: Callback::new(move |()| model.reload()),
    };
    view! {
        <div class="run-head">
            <NameEditor name label=t("Rename the model") save=Callback::new(rename)/>
        </div>
        <dl class="facts">
            {when(t("Created"), |model| model.creation_timestamp)}
            {when(t("Last modified"), |model| model.last_updated_timestamp)}
            {user}
        </dl>
        <section class="run-tags">
            <h2 class="sr-only">{t("Tags")}</h2>
            <TagEditor
                tags=Signal::derive(move || model.pick(|model| user_tags(&model.tags)))
                set=Callback::new(move |tag| the.tag(tag))
                remove=Callback::new(move |key| the.untag(key))
            />
        </section>
        <NoteEditor
            note=Signal::derive(move || model.pick(|model| model.description.clone().unwrap_or_default()))
            save=Callback::new(move |text| the.note(text))
        />
        <Versions aliased changed/>
    }
}

/// What can be done with a model, in the bar at the top.
#[component]
fn Actions(
    /// The model.
    the: TheModel,
) -> impl IntoView {
    let ask = delete_registered(Registered::Model, the.client, the.name);
    let delete = move || {
        let all = |model: &RegisteredModel| model.aliases.iter().map(|a| a.alias.clone()).collect();
        ask(untrack(|| the.model.pick(all)));
    };
    let items = move |()| vec![Item::new(t("Delete…"), delete).danger()];
    view! {
        <Menu
            label=Signal::stored(t("More about this model").to_owned())
            face=|| view! { <Icon glyph=Glyph::More/> }
            items=Callback::new(items)
        />
    }
}
