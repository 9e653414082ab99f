//! What a model takes and gives, read from its files.

use leptos::prelude::*;
use mlflow_client::Error;

use crate::state::asked::Asked;
use crate::state::language::t;
use crate::state::model_place::{ModelPlace, read_mlmodel};
use crate::state::model_schema::{ModelSchema, SchemaRow};
use crate::state::session::Mlflow;

/// Reads the schema from the first of some places that has an `MLmodel` file.
///
/// # Errors
/// Why none of them could be read; inside, why the file could not.
pub(crate) async fn read_schema(
    client: &Mlflow,
    places: &[ModelPlace],
) -> Result<Result<ModelSchema, String>, Error> {
    let mut failed = None;
    for place in places {
        match read_mlmodel(client, place).await {
            Ok(file) => return Ok(ModelSchema::parse(&file)),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(Err(String::new())),
    }
}

/// A section with the schema of a model.
#[component]
pub(crate) fn SchemaSection(
    /// The client of the server in use.
    client: StoredValue<Mlflow>,
    /// Where its files may be, the likeliest first.
    places: Vec<ModelPlace>,
    /// Told whether the page can run it, once that is known.
    #[prop(optional)]
    runs_here: Option<RwSignal<Option<bool>>>,
) -> impl IntoView {
    let asked = Asked::new(move || {
        let (client, places) = (client.get_value(), places.clone());
        Box::pin(async move { read_schema(&client, &places).await })
    });
    Effect::new(move || {
        let known = asked.value().with(|schema| match schema {
            Some(Ok(schema)) => Some(schema.runs_here()),
            _ => None,
        });
        if let Some(told) = runs_here {
            told.set(known);
        }
    });
    let waiting = || {
        view! { <p class="schema-waiting" aria-busy="true"><span class="bone w5"></span></p> }
            .into_any()
    };
    let body = move || match asked.value().get() {
        Some(Ok(schema)) => view! { <SchemaTables schema/> }.into_any(),
        Some(Err(words)) => view! { <p class="field-error" role="alert">{words}</p> }.into_any(),
        None => ().into_any(),
    };
    view! {
        <section class="schema">
            <h2>{t("Schema")}</h2>
            {asked.show(waiting, body)}
        </section>
    }
}

/// The tables of a schema.
#[component]
fn SchemaTables(
    /// The schema.
    schema: ModelSchema,
) -> impl IntoView {
    let elsewhere = (!schema.runs_here()).then(|| {
        view! { <span class="faint">" · " {t("no ONNX flavor: it does not run in the page")}</span> }
    });
    let ModelSchema { flavors, inputs, outputs, params } = schema;
    let none = inputs.is_none() && outputs.is_none() && params.is_none();
    let side = |name: &'static str, rows: Option<Vec<SchemaRow>>| {
        rows.map(|rows| view! { <div><h3>{name}</h3> {table(name, rows)}</div> })
    };
    view! {
        <p class="soft schema-flavors">
            <span class="label">{t("Flavors")}</span> " " {flavors.join(", ")} {elsewhere}
        </p>
        {none.then(|| view! { <p class="faint">{t("The model has no signature.")}</p> })}
        <div class="schema-sides">
            {side(t("Inputs"), inputs)}
            {side(t("Outputs"), outputs)}
            {side(t("Parameters of a request"), params)}
        </div>
    }
}

/// What a row of a schema is indented by, in CSS pixels.
const INDENT: usize = 16;

fn table(name: &'static str, rows: Vec<SchemaRow>) -> impl IntoView {
    let row = |SchemaRow { depth, name, kind, required, default }: SchemaRow| {
        let name = if name.is_empty() { "–".to_owned() } else { name };
        let remark = match default {
            Some(default) => view! { <code>{default}</code> }.into_any(),
            None if required => ().into_any(),
            None => view! { <span class="faint">{t("optional")}</span> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row" class="anywhere">
                    <span style:padding-left=format!("{}px", depth * INDENT)>{name}</span>
                </th>
                <td class="mono anywhere">{kind}</td>
                <td class="anywhere">{remark}</td>
            </tr>
        }
    };
    let last = if name == t("Parameters of a request") { t("Default") } else { t("Remark") };
    view! {
        <table class="pairs schema-table" aria-label=name>
            <thead>
                <tr>
                    <th scope="col">{t("Name")}</th>
                    <th scope="col">{t("Type")}</th>
                    <th scope="col">{last}</th>
                </tr>
            </thead>
            <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
