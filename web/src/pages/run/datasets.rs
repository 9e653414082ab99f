//! What a run read: its datasets.

use leptos::prelude::*;
use mlflow_api::DatasetInput;

use super::TheRun;
use crate::components::modal::Modal;
use crate::state::format::count;
use crate::state::language::{t, tf};
use crate::state::schema::{Field, fields, pairs};

/// The datasets, each with a dialog about it.
#[component]
pub(super) fn Datasets(
    /// The run.
    the: TheRun,
) -> impl IntoView {
    let all = Memo::new(move |_| the.run.with(|run| run.inputs.dataset_inputs.clone()));
    let open = RwSignal::new(false);
    let chosen: RwSignal<Option<DatasetInput>> = RwSignal::new(None);
    let title = Signal::derive(move || {
        chosen.with(|c| c.as_ref().map(|input| input.dataset.name.clone()).unwrap_or_default())
    });
    let row = move |input: DatasetInput| {
        let name = input.dataset.name.clone();
        let digest = input.dataset.digest.clone();
        let kind = input.dataset.source_type.clone().unwrap_or_default();
        let context = context(&input);
        let click = move |_| {
            chosen.set(Some(input.clone()));
            open.set(true);
        };
        view! {
            <tr>
                <th scope="row" class="clip">
                    <button type="button" class="link-button clip" on:click=click>{name}</button>
                </th>
                <td class="mono clip">{digest}</td>
                <td class="clip">{context}</td>
                <td class="clip">{kind}</td>
            </tr>
        }
    };
    let rows = move || all.get().into_iter().map(row).collect_view();
    view! {
        <Show when=move || !all.with(Vec::is_empty)>
            <section aria-labelledby="datasets-title">
                <h2 id="datasets-title">
                    {t("Datasets")} " " <span class="faint">{move || count(all.with(Vec::len))}</span>
                </h2>
                <table class="pairs datasets">
                    <thead>
                        <tr>
                            <th scope="col">{t("Name")}</th>
                            <th scope="col">{t("Digest")}</th>
                            <th scope="col">{t("Used for")}</th>
                            <th scope="col">{t("Source")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        </Show>
        <Modal open title wide=true>
            {move || chosen.get().map(|input| view! { <DatasetView input/> })}
        </Modal>
    }
}

/// Where a dataset is on the web, from what its source says.
fn web_address(source: &str) -> Option<String> {
    let source: serde_json::Value = serde_json::from_slice(source.as_bytes()).ok()?;
    let fields = source.as_object().filter(|fields| fields.len() == 1)?;
    let address = fields.get("url").or_else(|| fields.get("uri"))?.as_str()?;
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    is_web.then(|| address.to_owned())
}

fn context(input: &DatasetInput) -> String {
    let tag = input.tags.iter().find(|tag| tag.key == "mlflow.data.context");
    tag.map(|tag| tag.value.clone()).unwrap_or_default()
}

/// All that is known of a dataset.
#[component]
fn DatasetView(
    /// The dataset, and what it was used for.
    input: DatasetInput,
) -> impl IntoView {
    let context = context(&input);
    let dataset = input.dataset;
    let fact = |name: &'static str, value: String| {
        (!value.is_empty()).then(|| {
            view! { <div><dt>{name}</dt> <dd class="anywhere">{value}</dd></div> }
        })
    };
    let profile = dataset.profile.as_deref().unwrap_or_default();
    let profile = match pairs(profile) {
        Some(pairs) => pairs
            .into_iter()
            .map(|(key, value)| {
                view! { <div><dt>{key}</dt> <dd class="anywhere">{value}</dd></div> }
            })
            .collect_view()
            .into_any(),
        None => fact(t("Profile"), profile.to_owned()).into_any(),
    };
    let schema = dataset.schema.as_deref().unwrap_or_default();
    let schema = match fields(schema) {
        Some(fields) => view! { <Fields fields/> }.into_any(),
        None if schema.is_empty() => ().into_any(),
        None => view! { <pre class="anywhere">{schema.to_owned()}</pre> }.into_any(),
    };
    let source = dataset.source.unwrap_or_default();
    let source = (!source.is_empty()).then(|| {
        let shown = match web_address(&source) {
            Some(address) => {
                let href = address.clone();
                view! {
                    <a class="link anywhere" href=href target="_blank" rel="noopener noreferrer">
                        {address}
                    </a>
                }
                .into_any()
            }
            None => view! { <pre class="anywhere">{source}</pre> }.into_any(),
        };
        view! { <h3>{t("Source")}</h3> {shown} }
    });
    view! {
        <dl class="facts">
            {fact(t("Digest"), dataset.digest)}
            {fact(t("Used for"), context)}
            {fact(t("Kind of source"), dataset.source_type.unwrap_or_default())}
            {profile}
        </dl>
        {schema}
        {source}
    }
}

/// Columns with their types.
#[component]
pub(super) fn Fields(
    /// The columns.
    fields: Vec<Field>,
) -> impl IntoView {
    let many = fields.len();
    let row = |Field { name, kind, required }: Field| {
        let optional =
            (!required).then(|| view! { <span class="faint">" " {t("optional")}</span> });
        view! {
            <tr>
                <th scope="row" class="anywhere">{name}</th>
                <td class="mono anywhere">{kind} {optional}</td>
            </tr>
        }
    };
    view! {
        <table class="pairs fields">
            <caption class="sr-only">{tf("{0} columns", &[&many])}</caption>
            <thead>
                <tr>
                    <th scope="col">{t("Column")}</th>
                    <th scope="col">{t("Type")}</th>
                </tr>
            </thead>
            <tbody>{fields.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
