//! A run at a glance: name, status, times, user, source.

use leptos::prelude::*;
use mlflow_api::{Run, tags};

use crate::components::copy_button::CopyButton;
use crate::components::status::StatusMark;
use crate::state::clock::{date_time, now, since};
use crate::state::format::duration;
use crate::state::route::Route;

/// The head of a run's page.
#[component]
pub(super) fn Facts(
    /// The run.
    run: Run,
) -> impl IntoView {
    let started = run.info.start_time.map(|start| {
        fact("Started", view! { <span title=date_time(start)>{since(start)}</span> }.into_any())
    });
    let lasted = match (run.duration_ms(), run.info.start_time) {
        (Some(milliseconds), _) => Some(duration(milliseconds)),
        (None, Some(start)) if run.info.status.is_active() => {
            Some(format!("{} so far", duration(now() - start)))
        }
        _ => None,
    };
    let lasted = lasted.map(|lasted| fact("Duration", lasted.into_any()));
    let user = run.user().map(|user| fact("User", user.to_owned().into_any()));
    let source = run.tag(tags::SOURCE_NAME).map(|source| {
        let name = source.rsplit('/').next().unwrap_or(source).to_owned();
        let name = if name.is_empty() { source.to_owned() } else { name };
        fact(
            "Source",
            view! { <span class="clip" title=source.to_owned()>{name}</span> }.into_any(),
        )
    });
    let commit = run.tag(tags::SOURCE_GIT_COMMIT).map(|commit| {
        let short: String = commit.chars().take(8).collect();
        fact("Commit", view! { <code title=commit.to_owned()>{short}</code> }.into_any())
    });
    let parent = run.parent_run_id().map(|parent| {
        let route = Route::Run {
            experiment: run.info.experiment_id.clone(),
            run: parent.to_owned(),
            tab: String::new(),
        };
        let short: String = parent.chars().take(8).collect();
        fact(
            "Parent",
            view! { <a class="link" href=route.href()><code>{short}</code></a> }.into_any(),
        )
    });
    let colour = run.tag(tags::RUN_COLOR).unwrap_or_else(|| plot::series_colour(&run.info.run_id));
    let colour = colour.to_owned();
    let id = run.info.run_id.clone();
    let short: String = id.chars().take(8).collect();
    view! {
        <div class="run-head">
            <span class="run-colour" style:background=colour aria-hidden="true"></span>
            <h1>{run.name().to_owned()}</h1>
            <StatusMark status=run.info.status worded=true/>
        </div>
        <dl class="facts">
            {started}
            {lasted}
            {user}
            {source}
            {commit}
            {parent}
            <div>
                <dt>"Run id"</dt>
                <dd>
                    <code title=id.clone()>{short}</code>
                    <CopyButton text=id label="Copy the run id"/>
                </dd>
            </div>
        </dl>
    }
}

fn fact(name: &'static str, value: AnyView) -> impl IntoView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
        </div>
    }
}
