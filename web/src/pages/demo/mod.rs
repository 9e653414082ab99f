//! One model, for everybody: what it is, its form and its answers, and nothing else.

use leptos::prelude::*;

use crate::components::markdown::Markdown;
use crate::pages::try_model::{Console, ModelState};
use crate::state::language::t;
use crate::state::location::use_navigator;
use crate::state::trial::{Trial, TrialStage};

/// The page of the model at the address `?model=`, a folder on the web. Its
/// name and description are its `README.md`.
#[component]
pub(crate) fn DemoPage() -> impl IntoView {
    let trial = Trial::new();
    let navigator = use_navigator();
    let address = Memo::new(move |_| {
        navigator
            .place()
            .with(|place| place.query.get("model").unwrap_or("./models/demo/").to_owned())
    });
    Effect::new(move || trial.open(&address.get(), None));
    let about = Memo::new(move |_| match trial.stage() {
        TrialStage::InPage(loaded) => {
            let fallback = || {
                let named = trial.source().map(|source| source.served_as().0);
                loaded.model.own_name().map(str::to_owned).or(named).unwrap_or_default()
            };
            let readme = loaded.readme.clone().unwrap_or_default();
            let (title, text) = split(&readme);
            Some((title.map_or_else(fallback, str::to_owned), text.to_owned()))
        }
        _ => None,
    });
    let name = Memo::new(move |_| {
        about
            .with(|about| about.as_ref().map_or_else(|| t("A model").to_owned(), |it| it.0.clone()))
    });
    Effect::new(move || document().set_title(&name.get()));
    let text = Signal::derive(move || about.get().map(|about| about.1).unwrap_or_default());
    let ready = move || trial.is_ready().then(|| view! { <Console trial brief=true/> });
    view! {
        <main id="content" class="content" tabindex="-1">
            <div class="page try demo">
                <section class="try-model" aria-labelledby="demo-title">
                    <h1 id="demo-title">{move || name.get()}</h1>
                    <Markdown text/>
                    <ModelState trial brief=true/>
                </section>
                {ready}
            </div>
        </main>
    }
}

/// The first heading of a text in Markdown, and the rest of it.
fn split(readme: &str) -> (Option<&str>, &str) {
    let readme = readme.trim_start();
    match readme.strip_prefix("# ") {
        Some(rest) => {
            let (title, text) = rest.split_once('\n').unwrap_or((rest, ""));
            (Some(title.trim()), text)
        }
        None => (None, readme),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_heading_is_the_name() {
        assert_eq!(split("# A name\n\nText"), (Some("A name"), "\nText"));
        assert_eq!(split("Text\n# no"), (None, "Text\n# no"));
        assert_eq!(split(""), (None, ""));
    }
}
