//! Where a version comes from, and what points at it: run, logged model,
//! version, aliases, in a row.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::TheVersion;
use crate::state::language::{t, tf};
use crate::state::model_place::logged_model_id;
use crate::state::registry::aliases_of;
use crate::state::route::Route;

/// What is known by name: the name, and where it is.
type Known = RwSignal<Option<(String, String)>>;

/// The row.
#[component]
pub(super) fn Lineage(
    /// The version.
    the: TheVersion,
) -> impl IntoView {
    let (run_id, model_id) = untrack(|| {
        the.version(|version| {
            let run = version.run_id.clone().filter(|run| !run.is_empty());
            (run, version.source.as_deref().and_then(logged_model_id))
        })
    });
    let (run, model): (Known, Known) = (RwSignal::new(None), RwSignal::new(None));
    // Without their names, their ids stand there.
    if let Some(id) = run_id.clone() {
        let client = the.client.get_value();
        spawn_local(async move {
            if let Ok(found) = client.get_run(&id).await {
                let name = found.name().to_owned();
                let experiment = found.info.experiment_id;
                let href = Route::Run { experiment, run: id, tab: String::new() }.href();
                run.try_set(Some((name, href)));
            }
        });
    }
    if let Some(id) = model_id.clone() {
        let client = the.client.get_value();
        spawn_local(async move {
            if let Ok(found) = client.get_logged_model(&id).await {
                let (name, experiment) =
                    (found.info.name.clone(), found.info.experiment_id.clone());
                let href = Route::LoggedModel { experiment, model: id, tab: String::new() }.href();
                model.try_set(Some((name, href)));
                the.logged.try_set(Some(found));
            }
        });
    }
    let linked = |id: String, known: Known, fallback: Option<String>| {
        let view = move || {
            let (name, href) = match known.get() {
                Some((name, href)) => (name, Some(href)),
                None => (id.clone(), fallback.clone()),
            };
            let title = name.clone();
            match href {
                Some(href) => view! { <a class="clip" href=href title=title>{name}</a> }.into_any(),
                None => view! { <span class="clip" title=title>{name}</span> }.into_any(),
            }
        };
        view.into_any()
    };
    let box_ = |kind: &'static str, value: AnyView| {
        view! {
            <li>
                <span class="label">{kind}</span>
                {value}
            </li>
        }
    };
    let run = run_id.map(|id| {
        let href = Route::RunById { run: id.clone() }.href();
        box_(t("Run"), linked(id, run, Some(href)))
    });
    let model = model_id.map(|id| box_(t("Logged model"), linked(id, model, None)));
    let number = the.number.get_value();
    let version = tf("{0}, version {1}", &[&the.name.get_value(), &number]);
    let version = view! { <b class="clip" title=version.clone()>{version.clone()}</b> };
    let aliases = move || {
        let own = the.asked.pick(|(_, model)| aliases_of(model, &number));
        let alias = |alias: String| view! { <span class="alias alone">"@" {alias}</span> };
        match own.is_empty() {
            true => view! { <span class="faint">{t("none")}</span> }.into_any(),
            false => {
                view! { <span class="tags">{own.into_iter().map(alias).collect_view()}</span> }
                    .into_any()
            }
        }
    };
    view! {
        <section class="chain-part">
            <h2>{t("Lineage")}</h2>
            <ol class="chain">
                {run}
                {model}
                {box_(t("Version"), version.into_any())}
                {box_(t("Aliases"), aliases.into_any())}
            </ol>
        </section>
    }
}
