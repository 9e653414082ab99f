//! All registered models.

use leptos::prelude::*;

use crate::components::registered_list::RegisteredList;
use crate::state::registry::Registered;
use crate::state::session::Mlflow;

/// The page.
#[component]
pub(crate) fn ModelsPage(
    /// The client of the server in use.
    client: Mlflow,
) -> impl IntoView {
    view! { <RegisteredList client kind=Registered::Model/> }
}
