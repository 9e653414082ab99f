//! Traces: a table of them, with what is thought of each, and the one that is in
//! the address in its place.
//!
//! | module | what it shows |
//! |---|---|
//! | `list` | the table |
//! | `open` | one trace: what it is, and what is thought of it |
//! | `spans` | its spans, and what is in the chosen one |

mod list;
mod open;
mod spans;

use std::future::Future;

use leptos::prelude::*;
use mlflow_api::{TraceInfo, TraceState};
use mlflow_client::Error;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use self::list::List;
use self::open::OpenTrace;
use crate::components::status::StatusMark;
use crate::state::location::use_navigator;
use crate::state::pager::{PageOf, Pager};
use crate::state::session::Mlflow;
use crate::state::traces::Whose;

/// The id of the heading of the open trace.
const TITLE: &str = "trace-title";

/// Some traces, and where they come from. A copyable handle.
#[derive(Clone, Copy)]
struct TheTraces {
    client: StoredValue<Mlflow>,
    experiment: StoredValue<String>,
    whose: StoredValue<Whose>,
    pager: Pager<Vec<TraceInfo>>,
}

impl TheTraces {
    fn load(self) {
        self.pager.load(self.page(None));
    }

    fn more(self) {
        self.pager.load_more(self.page(self.pager.next_token()));
    }

    fn page(
        self,
        token: Option<String>,
    ) -> impl Future<Output = Result<PageOf<TraceInfo>, Error>> + 'static {
        let client = self.client.get_value();
        let experiment = self.experiment.get_value();
        let request = self.whose.with_value(|whose| whose.request(&experiment, token));
        async move {
            let answer = client.call(&request).await?;
            // A page that names itself as the next would never end.
            let next = answer
                .next_page_token
                .filter(|token| !token.is_empty() && request.page_token.as_ref() != Some(token));
            Ok(PageOf { rows: answer.traces, next })
        }
    }
}

/// The traces of an experiment, or of a run or a logged model in it.
#[component]
pub(crate) fn Traces(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment's id.
    experiment: String,
    /// Whose they are.
    whose: Whose,
    /// They are read again when it changes.
    #[prop(into)]
    again: Signal<u32>,
) -> impl IntoView {
    let place = use_navigator().place();
    let the = TheTraces {
        client: StoredValue::new(client),
        experiment: StoredValue::new(experiment),
        whose: StoredValue::new(whose),
        pager: Pager::new(),
    };
    Effect::new(move || {
        again.track();
        untrack(|| the.load());
    });
    let open = Memo::new(move |_| place.with(|place| place.trace().map(str::to_owned)));
    // Into what was opened, and back to the row that it was opened from.
    Effect::new(move |before: Option<Option<String>>| {
        let now = open.get();
        let target = match (before, &now) {
            (Some(None), Some(_)) => Some(TITLE.to_owned()),
            (Some(Some(left)), None) => Some(row_id(&left)),
            _ => None,
        };
        if let Some(target) = target {
            request_animation_frame(move || focus(&target));
        }
        now
    });
    view! {
        <div class="traces">
            <div class="traces-list" hidden=move || open.with(Option::is_some)>
                <List the/>
            </div>
            {move || open.get().map(|id| view! { <OpenTrace the id again/> })}
        </div>
    }
}

/// The id of the link of a trace's row.
fn row_id(trace: &str) -> String {
    format!("row-{trace}")
}

/// Puts the focus on the element of an id.
fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.focus().ok();
    }
}

/// How a trace ended.
fn state(state: TraceState) -> impl IntoView {
    use mlflow_api::RunStatus::{Failed, Finished, Running, Unknown};
    let status = match state {
        TraceState::Ok => Finished,
        TraceState::Error => Failed,
        TraceState::InProgress => Running,
        TraceState::Unspecified => Unknown,
    };
    view! { <StatusMark status worded=true/> }
}
