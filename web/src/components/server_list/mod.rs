//! A list that the server searches, sorts and gives page by page.

use std::time::Duration;

use leptos::prelude::*;

use crate::components::failure::{Failure, refusal};
use crate::components::filter_box::FilterBox;
use crate::state::debounce::debounced;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::pager::{Pager, Phase};
use crate::state::query::Query;

/// How long typing has to pause before the list follows it.
const PAUSE: Duration = Duration::from_millis(250);

/// What such lists call the name, as the address and the server do.
pub(crate) const NAME: &str = "name";

/// What the address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// What was typed.
    pub(crate) typed: String,
    /// What is sorted by.
    pub(crate) by: &'static str,
    /// Whether the smallest comes first.
    pub(crate) ascending: bool,
}

impl Question {
    /// Sorted by [`NAME`], or else by `other`.
    pub(crate) fn read(query: &Query, other: &'static str) -> Question {
        Question {
            typed: query.get("searchFilter").unwrap_or_default().to_owned(),
            by: if query.get("orderByKey") == Some(NAME) { NAME } else { other },
            ascending: query.get("orderByAsc") == Some("true"),
        }
    }

    /// Whether something is looked for.
    pub(crate) fn searches(&self) -> bool {
        !self.typed.trim().is_empty()
    }
}

/// The box that searches, how many there are, the list, and what stands below it.
#[component]
pub(crate) fn ServerList<T: Send + Sync + 'static>(
    /// The rows.
    pager: Pager<Vec<T>>,
    /// What stands in the box at first.
    typed: String,
    /// What the box is for.
    label: &'static str,
    /// So many, in words.
    counted: fn(usize) -> String,
    /// Asks for the first page again.
    reload: Callback<()>,
    /// Asks for a further page.
    more: Callback<()>,
    /// That there is none, or none such.
    #[prop(into)]
    nothing: ViewFn,
    /// What stands beside the box.
    #[prop(optional, into)]
    tools: ViewFn,
    /// The table.
    #[prop(into)]
    table: ViewFn,
) -> impl IntoView {
    let navigator = use_navigator();
    let refused = Memo::new(move |_| match pager.phase().get() {
        Phase::Failed(error) => refusal(&error),
        _ => None,
    });
    let is_empty =
        Memo::new(move |_| matches!(pager.phase().get(), Phase::Ready) && pager.is_empty());
    let body = move || if is_empty.get() { nothing.run() } else { table.run() };
    let foot = move || match pager.phase().get() {
        Phase::Failed(error) if refusal(&error).is_none() => {
            view! { <Failure error retry=reload/> }.into_any()
        }
        Phase::FailedMore(error) => view! { <Failure error retry=more/> }.into_any(),
        Phase::Ready if pager.next_token().is_some() => view! {
            <div class="table-foot">
                <button type="button" class="button" on:click=move |_| more.run(())>
                    {t("Load more")}
                </button>
            </div>
        }
        .into_any(),
        _ => ().into_any(),
    };
    let count = move || {
        let rows = pager.rows().with(Vec::len);
        match pager.phase().get() {
            Phase::LoadingMore => tf("{0} loaded · loading", &[&rows]),
            Phase::Ready if pager.next_token().is_some() => tf("first {0}", &[&rows]),
            Phase::Ready => counted(rows),
            _ => String::new(),
        }
    };
    let search = Callback::new(debounced(PAUSE, move |typed: String| {
        navigator.choose(&[("searchFilter", (!typed.is_empty()).then_some(typed.as_str()))]);
    }));
    let error = move || refused.with(Option::is_some).then_some("list-refused");
    view! {
        <div class="table-bar">
            <FilterBox
                label
                value=typed
                apply=search
                eager=true
                error=MaybeProp::derive(error)
            />
            {tools.run()}
            <span class="faint count" role="status">{count}</span>
        </div>
        {move || refused.get().map(|words| view! {
            <p id="list-refused" class="field-error list-refused" role="alert">{words}</p>
        })}
        {body}
        {foot}
    }
}
