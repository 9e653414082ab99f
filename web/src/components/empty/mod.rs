//! What is shown where nothing is yet: what belongs here, and the lines of
//! Python that put it there.

use leptos::prelude::*;

use crate::components::copy_button::CopyButton;
use crate::state::language::t;

/// An empty place, with a way to fill it.
#[component]
pub(crate) fn Empty(
    /// What is not there, as a heading.
    #[prop(into)]
    title: String,
    /// What belongs here.
    #[prop(into)]
    words: String,
    /// Python that puts it there.
    #[prop(optional, into)]
    python: String,
) -> impl IntoView {
    let code = (!python.is_empty()).then(|| {
        view! {
            <div class="snippet">
                <pre tabindex="0" role="region" aria-label="Python">{python.clone()}</pre>
                <CopyButton text=python.clone() label=t("Copy the Python")/>
            </div>
        }
    });
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p class="lead">{words}</p>
            {code}
        </div>
    }
}

/// The six lines that log a run to a server.
pub(crate) fn python(tracking_uri: &str, experiment: &str) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    format!(
        "import mlflow\n\
         mlflow.set_tracking_uri({})\n\
         mlflow.set_experiment({})\n\
         with mlflow.start_run():\n    \
             mlflow.log_param(\"lr\", 0.01)\n    \
             mlflow.log_metric(\"loss\", 0.42, step=1)",
        quoted(tracking_uri),
        quoted(experiment)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_lines_with_the_real_address() {
        let python = python("http://h:5000", "a \"b\"");
        assert_eq!(python.lines().count(), 6);
        assert!(python.contains("mlflow.set_tracking_uri(\"http://h:5000\")\n"));
        assert!(python.contains(r#"set_experiment("a \"b\"")"#));
        assert!(python.contains("\n    mlflow.log_param"));
    }
}
