//! The traces of an experiment.

use leptos::prelude::*;

use crate::components::experiment_head::{ExperimentHead, crumbs_to, read_experiment};
use crate::components::page::Page;
use crate::components::refresh::Refresh;
use crate::components::traces::Traces;
use crate::state::language::t;
use crate::state::session::Mlflow;
use crate::state::traces::Whose;

/// The page.
#[component]
pub(crate) fn TracesPage(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment's id.
    experiment: String,
) -> impl IntoView {
    let found = read_experiment(&client, experiment.clone());
    let crumbs = crumbs_to(found, experiment.clone(), t("Traces"));
    let again = RwSignal::new(0_u32);
    let refresh = move |()| again.update(|times| *times = times.wrapping_add(1));
    let actions = move || view! { <Refresh refresh=refresh/> };
    view! {
        <Page crumbs actions filling=true>
            <ExperimentHead client=client.clone() experiment=found/>
            <Traces client experiment whose=Whose::Experiment again/>
        </Page>
    }
}
