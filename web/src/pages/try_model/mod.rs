//! Try a model: in the page, from a folder; or at the edge, over HTTP.

mod console;
mod picker;

use leptos::prelude::*;

use crate::components::page::{Crumb, Page};
use crate::components::tags::Tags;
use crate::pages::try_model::console::Console;
use crate::pages::try_model::picker::Picker;
use crate::state::engine::{Loaded, Progress};
use crate::state::format::bytes;
use crate::state::language::{t, tf};
use crate::state::signature::Field;
use crate::state::trial::{Trial, TrialStage};

/// The page: the model at the left, a request and its answer at the right.
#[component]
pub(crate) fn TryPage() -> impl IntoView {
    let trial = Trial::new();
    let description = move || match trial.stage() {
        TrialStage::Choosing | TrialStage::AtEdge(_) => ().into_any(),
        TrialStage::Loading(progress) => view! { <Loading progress/> }.into_any(),
        TrialStage::Failed(words) => view! {
            <div class="notice bad-notice" role="alert">
                <h3>{t("This model cannot run here")}</h3>
                <p>{words}</p>
            </div>
        }
        .into_any(),
        TrialStage::InPage(loaded) => view! { <Description loaded/> }.into_any(),
    };
    view! {
        <Page crumbs=Signal::stored(vec![Crumb::here(t("Try a model"))])>
            <div class="page try">
                <section class="try-model" aria-labelledby="try-title">
                    <h1 id="try-title">{t("Try a model")}</h1>
                    <Picker trial/>
                    <div aria-live="polite">{description}</div>
                </section>
                <Console trial/>
            </div>
        </Page>
    }
}

/// How far loading has come.
#[component]
fn Loading(
    /// What is being done.
    progress: Progress,
) -> impl IntoView {
    let Progress { what, done, total } = progress;
    let known = total > 0.0;
    let numbers = match (known, done > 0.0) {
        (true, _) => tf("{0} of {1}", &[&bytes(done as u64), &bytes(total as u64)]),
        (false, true) => bytes(done as u64),
        (false, false) => String::new(),
    };
    let label = if what.is_empty() { t("Loading the model").to_owned() } else { what };
    view! {
        <div class="loading">
            <p>
                <span>{label.clone()}</span>
                <span class="faint">{numbers}</span>
            </p>
            <progress
                aria-label=label
                max="1"
                value=known.then(|| (done / total).clamp(0.0, 1.0).to_string())
            ></progress>
        </div>
    }
}

/// What a loaded model says about itself.
#[component]
fn Description(
    /// The model.
    loaded: Loaded,
) -> impl IntoView {
    let model = loaded.model;
    let facts = [
        ("MLflow", &model.mlflow_version),
        (t("created"), &model.utc_time_created),
        (t("model"), &model.model_id),
        (t("run"), &model.run_id),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect();
    let unsigned = (!model.has_signature()).then(|| {
        view! {
            <p class="soft">
                {t("The model has no signature. This is what its ONNX graph takes and gives:")}
            </p>
        }
    });
    view! {
        <div class="model-card">
            <Tags tags=facts/>
            {unsigned}
            <Fields title=t("Inputs") fields=model.inputs()/>
            <Fields title=t("Outputs") fields=model.outputs()/>
            <Fields title=t("Parameters") fields=model.params()/>
        </div>
    }
}

/// One part of a signature.
#[component]
fn Fields(
    /// Which part.
    title: &'static str,
    /// Its fields; none, and nothing is shown.
    fields: Vec<Field>,
) -> impl IntoView {
    (!fields.is_empty()).then(|| {
        let row = |(nth, field): (usize, Field)| {
            let name = match field.name.as_str() {
                "" => view! { <span class="faint">{format!("{}", nth + 1)}</span> }.into_any(),
                name => name.to_owned().into_any(),
            };
            view! {
                <tr>
                    <th scope="row" class="mono clip">{name}</th>
                    <td class="mono">{field.kind}</td>
                    <td class="faint">{field.remark}</td>
                </tr>
            }
        };
        view! {
            <table class="fields">
                <caption>{title}</caption>
                <tbody>{fields.into_iter().enumerate().map(row).collect_view()}</tbody>
            </table>
        }
    })
}
