//! The files of a run.

use leptos::prelude::*;
use mlflow_client::FileRoot;

use super::TheRun;
use crate::parts::{self, FilesPart};
use crate::state::route::Route;

/// The files of a run.
#[component]
pub(super) fn Artifacts(
    /// The run.
    the: TheRun,
    /// What stands in the address behind the run.
    path: Memo<String>,
) -> impl IntoView {
    let chosen =
        Memo::new(move |_| path.with(|path| path.strip_prefix("artifactPath/").map(str::to_owned)));
    let href = move |path: String| {
        let tab = match path.as_str() {
            "" => "artifacts".to_owned(),
            path => format!("artifactPath/{path}"),
        };
        Route::Run { experiment: the.experiment(), run: the.id(), tab }.href()
    };
    parts::files(FilesPart {
        client: the.client.get_value(),
        root: FileRoot::Run { run_id: the.id() },
        base: String::new(),
        chosen: chosen.into(),
        href: Callback::new(href),
    })
}
