//! The models that a run logged: what they take, and what was registered of them.

use leptos::prelude::*;
use mlflow_api::{CreateModelVersion, LoggedModel, ModelVersion, tags};
use mlflow_client::FileRoot;
use serde_json::Value;

use super::TheRun;
use super::datasets::Fields;
use super::lineage::Outcome;
use crate::components::empty::Empty;
use crate::components::register_model::RegisterModel;
use crate::components::runs_here::RunsHere;
use crate::state::clock::{date_time, since};
use crate::state::language::{t, tf};
use crate::state::logged_model::status_words;
use crate::state::model_place::ModelPlace;
use crate::state::model_source::{ModelSource, logged_uri, version_uri};
use crate::state::registry::version_status;
use crate::state::route::Route;
use crate::state::schema::{Field, fields};

/// A model as the client described it when it logged it.
#[derive(Clone, Debug, PartialEq)]
struct Described {
    path: String,
    flavors: Vec<String>,
    inputs: Option<Vec<Field>>,
    outputs: Option<Vec<Field>>,
}

/// The models in the tag in which clients describe what they log.
fn described(history: &str) -> Vec<Described> {
    let list: Vec<Value> = serde_json::from_slice(history.as_bytes()).unwrap_or_default();
    let one = |model: &Value| {
        let text =
            |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let signature = model.get("signature");
        let side =
            |name: &str| fields(signature.and_then(|signature| signature.get(name))?.as_str()?);
        let flavors = model.get("flavors").and_then(Value::as_object);
        Described {
            path: text(model.get("artifact_path")),
            flavors: flavors.map(|f| f.keys().cloned().collect()).unwrap_or_default(),
            inputs: side("inputs"),
            outputs: side("outputs"),
        }
    };
    list.iter().map(one).collect()
}

/// The tab of the models.
#[component]
pub(super) fn Models(
    /// The run.
    the: TheRun,
) -> impl IntoView {
    let Outcome { models, versions } = Outcome::load(the);
    let described = Memo::new(move |_| {
        the.run.with(|run| run.tag(tags::LOG_MODEL_HISTORY).map(described).unwrap_or_default())
    });
    let nothing = move || {
        models.with(Vec::is_empty)
            && versions.with(Vec::is_empty)
            && described.with(Vec::is_empty)
            && the.run.with(|run| run.outputs.model_outputs.is_empty())
    };
    let logged = move |model: LoggedModel| {
        let info = model.info;
        let created = info.creation_timestamp_ms;
        let route = Route::LoggedModel {
            experiment: info.experiment_id.clone(),
            model: info.model_id.clone(),
            tab: String::new(),
        };
        let place = ModelPlace::of_logged(&info.model_id);
        let uri = logged_uri(&info.model_id);
        let version = CreateModelVersion {
            source: uri.clone(),
            run_id: Some(the.id()),
            model_id: Some(info.model_id.clone()),
            ..CreateModelVersion::default()
        };
        view! {
            <tr>
                <th scope="row" class="anywhere">
                    <a href=route.href()>{info.name}</a> <RunsHere client=the.client place uri/>
                </th>
                <td class="mono anywhere">{info.model_id}</td>
                <td>{status_words(info.status)}</td>
                <td title=created.map(date_time)>{created.map(since)}</td>
                <td><RegisterModel client=the.client words=t("Register…") version/></td>
            </tr>
        }
    };
    let version = move |version: ModelVersion| {
        let aliases = version.aliases.join(", ");
        let (place, uri) = (ModelPlace::of_version(&version), version_uri(&version));
        let (name, number) = (version.name.clone(), version.version.clone());
        let href = Route::Version { name, version: number, tab: String::new() }.href();
        view! {
            <tr>
                <th scope="row" class="anywhere">
                    <a href=href>{version.name}</a> <RunsHere client=the.client place uri/>
                </th>
                <td class="number">{version.version}</td>
                <td>{version.status.as_deref().map(version_status)}</td>
                <td class="anywhere">{aliases}</td>
            </tr>
        }
    };
    // A logged model is registered by itself; servers before 3 have none.
    let described_model = move |model: Described| {
        let register = (!model.path.is_empty() && models.with(Vec::is_empty)).then(|| {
            let place = the.run.with_untracked(|run| run.info.artifact_uri.clone());
            let version = CreateModelVersion {
                source: format!(
                    "{}/{}",
                    place.unwrap_or_default().trim_end_matches('/'),
                    model.path
                ),
                run_id: Some(the.id()),
                ..CreateModelVersion::default()
            };
            let root = FileRoot::Run { run_id: the.id() };
            let place = ModelPlace { root, folder: model.path.clone() };
            let uri = ModelSource::Run { run: the.id(), path: model.path.clone() }.uri();
            view! {
                <div>
                    <RegisterModel client=the.client words=t("Register…") version/>
                    <RunsHere client=the.client place uri words=true/>
                </div>
            }
        });
        view! { <Signature model/> {register} }
    };
    view! {
        <div class="run-models">
            <Show when=move || !models.with(Vec::is_empty)>
                <section>
                    <h2>{t("Logged models")}</h2>
                    <table class="pairs">
                        <thead>
                            <tr>
                                <th scope="col">{t("Name")}</th>
                                <th scope="col">{t("Id")}</th>
                                <th scope="col">{t("Status")}</th>
                                <th scope="col">{t("Created")}</th>
                                <td></td>
                            </tr>
                        </thead>
                        <tbody>{move || models.get().into_iter().map(logged).collect_view()}</tbody>
                    </table>
                </section>
            </Show>
            <Show when=move || !versions.with(Vec::is_empty)>
                <section>
                    <h2>{t("Registered versions")}</h2>
                    <table class="pairs">
                        <thead>
                            <tr>
                                <th scope="col">{t("Name")}</th>
                                <th scope="col" class="number">{t("Version")}</th>
                                <th scope="col">{t("Status")}</th>
                                <th scope="col">{t("Aliases")}</th>
                            </tr>
                        </thead>
                        <tbody>
                            {move || versions.get().into_iter().map(version).collect_view()}
                        </tbody>
                    </table>
                </section>
            </Show>
            {move || described.get().into_iter().map(described_model).collect_view()}
            <Show when=nothing>
                <Empty
                    title=t("No model yet")
                    words=t("A model that the run logs stands here, with what it takes and gives.")
                    python="mlflow.sklearn.log_model(model, name=\"model\")"
                />
            </Show>
        </div>
    }
}

/// What a model takes and gives.
#[component]
fn Signature(
    /// The model.
    model: Described,
) -> impl IntoView {
    let Described { path, flavors, inputs, outputs } = model;
    let side = |name: &'static str, fields: Option<Vec<Field>>| {
        fields.map(|fields| view! { <div><h3>{name}</h3> <Fields fields/></div> })
    };
    let none = (inputs.is_none() && outputs.is_none())
        .then(|| view! { <p class="faint">{t("The model has no signature.")}</p> });
    view! {
        <section>
            <h2>{tf("Signature of {0}", &[&path])}</h2>
            <p class="soft">{flavors.join(", ")}</p>
            {none}
            <div class="run-tables">
                {side(t("It takes"), inputs)}
                {side(t("It gives"), outputs)}
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_read_from_what_clients_write() {
        let history = r#"[{"artifact_path": "model", "flavors": {"python_function": {}, "onnx": {}},
            "signature": {"inputs": "[{\"type\": \"double\", \"name\": \"x\", \"required\": true}]",
                          "outputs": "[{\"type\": \"long\", \"required\": true}]", "params": null}}]"#;
        let models = described(history);
        assert_eq!(models.len(), 1);
        assert_eq!(models[0].path, "model");
        assert_eq!(models[0].inputs.as_ref().map(Vec::len), Some(1));
        assert_eq!(models[0].outputs.as_ref().map(|f| f[0].kind.as_str()), Some("long"));
        for odd in ["", "{}", "[3]", "[{\"signature\": 3}]"] {
            assert!(described(odd).iter().all(|model| model.inputs.is_none()), "{odd}");
        }
    }
}
