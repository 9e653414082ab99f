//! All registered prompts, and the form of another one.

use leptos::prelude::*;

use crate::components::page::{Crumb, Page};
use crate::components::prompt_form::PromptForm;
use crate::components::registered_list::{NEW, RegisteredList};
use crate::components::toasts::use_toasts;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::prompt::Draft;
use crate::state::registry::Registered;
use crate::state::route::Route;
use crate::state::session::Mlflow;

/// The page.
#[component]
pub(crate) fn PromptsPage(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment whose prompts they are; none for all.
    #[prop(optional, into)]
    experiment: Option<String>,
) -> impl IntoView {
    let place = use_navigator().place();
    let writes = Memo::new(move |_| place.with(|place| place.query.get(NEW).is_some()));
    move || {
        let (client, experiment) = (client.clone(), experiment.clone());
        match writes.get() {
            true => view! { <NewPrompt client experiment/> }.into_any(),
            false => {
                view! { <RegisteredList client kind=Registered::Prompt experiment/> }.into_any()
            }
        }
    }
}

/// The form of another prompt.
#[component]
fn NewPrompt(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment that it is linked to.
    experiment: Option<String>,
) -> impl IntoView {
    let (navigator, toasts) = (use_navigator(), use_toasts());
    let made = move |(name, _): (String, String)| {
        toasts.done(tf("The prompt {0} is there", &[&name]));
        navigator.replace(Route::Prompt { name });
    };
    let list = Route::prompts_of(experiment.clone());
    let crumbs = vec![Crumb::link(t("Prompts"), &list), Crumb::here(t("New prompt"))];
    view! {
        <Page crumbs=Signal::stored(crumbs)>
            <div class="page run">
                <h1>{t("New prompt")}</h1>
                <PromptForm
                    client=StoredValue::new(client)
                    prompt=None
                    experiment
                    draft=Draft::default()
                    made=Callback::new(made)
                    cancel=Callback::new(move |()| navigator.go(list.clone()))
                />
            </div>
        </Page>
    }
}
