//! Tags, as small labels.

use leptos::prelude::*;

/// The tags of an experiment or a run, without MLflow's own.
#[component]
pub(crate) fn Tags(
    /// Key and value of each.
    tags: Vec<(String, String)>,
) -> impl IntoView {
    let tag = |(key, value): (String, String)| {
        let whole = if value.is_empty() { key.clone() } else { format!("{key}: {value}") };
        let value = (!value.is_empty()).then(|| view! { <span class="tag-value">{value}</span> });
        view! {
            <li class="tag" title=whole>
                <span class="tag-key">{key}</span>
                {value}
            </li>
        }
    };
    view! { <ul class="tags">{tags.into_iter().map(tag).collect_view()}</ul> }
}
