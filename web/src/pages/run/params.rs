//! What a run was given.

use leptos::prelude::*;
use mlflow_api::Param;

use super::TheRun;
use crate::components::more_rows::{MoreRows, ShowAll, Shown};
use crate::state::format::count;
use crate::state::language::t;

/// The parameters whose name or value has `words` in it.
#[component]
pub(super) fn Params(
    /// The run.
    the: TheRun,
    /// What is looked for, in lower case.
    words: Memo<String>,
) -> impl IntoView {
    let all = Memo::new(move |_| {
        let mut params = the.run.with(|run| run.data.params.clone());
        params.sort_by(|a, b| a.key.cmp(&b.key));
        params
    });
    let found = Memo::new(move |_| {
        let words = words.get();
        let fits = |param: &&Param| {
            param.key.to_lowercase().contains(&words) || param.value.to_lowercase().contains(&words)
        };
        all.with(|all| all.iter().filter(fits).cloned().collect::<Vec<_>>())
    });
    let fitting = Signal::derive(move || found.with(Vec::len));
    let shown = Shown::first();
    let rows = move || found.with(|found| shown.of(found));
    let row = |Param { key, value }: Param| {
        let (name, whole) = (key.clone(), value.clone());
        view! {
            <tr>
                <th scope="row" class="anywhere" title=name>{key}</th>
                <td class="mono clip" title=whole>{value}</td>
            </tr>
        }
    };
    let total = move || count(all.with(Vec::len));
    view! {
        <section aria-labelledby="params-title">
            <div class="section-head">
                <h2 id="params-title">{t("Parameters")} " " <span class="faint">{total}</span></h2>
                <ShowAll shown total=fitting/>
            </div>
            <table class="pairs params">
                <thead>
                    <tr>
                        <th scope="col">{t("Name")}</th>
                        <th scope="col">{t("Value")}</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=rows key=|param| param.clone() children=row/>
                    <MoreRows shown total=fitting columns=2/>
                </tbody>
            </table>
            <Show when=move || all.with(Vec::is_empty)>
                <p class="none faint">
                    {t("None.")} " " <code>"mlflow.log_param(\"lr\", 0.01)"</code>
                </p>
            </Show>
        </section>
    }
}
