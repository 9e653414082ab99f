//! The bar above the list: search, tag filters, the view, and what can be done
//! with what is chosen.

use std::time::Duration;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::Shelfful;
use super::question::TagFilter;
use crate::components::filter_box::FilterBox;
use crate::components::icon::{Glyph, Icon};
use crate::components::popover::{Opened, Popover};
use crate::state::debounce::debounced;
use crate::state::filter::TagTest;
use crate::state::language::{t, tf, tn};
use crate::state::location::use_navigator;
use crate::state::pager::Phase;
use crate::state::query::Query;

/// How long typing has to pause before the list follows it.
const PAUSE: Duration = Duration::from_millis(200);

/// The bar.
#[component]
pub(super) fn Bar(
    /// The list.
    the: Shelfful,
    /// Compares what is chosen.
    compare: Callback<()>,
    /// Deletes what is chosen, or restores it where the deleted are shown.
    delete: Callback<()>,
) -> impl IntoView {
    let navigator = use_navigator();
    let question = the.question;
    let search = Callback::new(debounced(PAUSE, move |typed: String| {
        navigator.choose(&[("searchFilter", (!typed.is_empty()).then_some(typed.as_str()))]);
    }));
    let view = move |event| {
        let value = event_target_value(&event);
        the.chosen.update(std::collections::BTreeSet::clear);
        navigator.choose(&[("lifecycleFilter", (value == "Deleted").then_some("Deleted"))]);
    };
    let count = move || {
        let rows = the.pager.rows().with(Vec::len);
        match the.pager.phase().get() {
            Phase::LoadingMore => tf("{0} loaded · loading", &[&rows]),
            Phase::Ready => tn(rows, "{0} experiment", "{0} experiments"),
            Phase::FailedMore(_) => tf("first {0}", &[&rows]),
            _ => String::new(),
        }
    };
    let many = Memo::new(move |_| the.chosen_ones().len());
    let deleted = move || question.with(|question| question.deleted);
    let chosen = move || {
        view! {
            <div class="chosen-bar" role="group" aria-label=t("What is chosen")>
                <span>{move || tf("{0} chosen", &[&many.get()])}</span>
                <Show when=move || !deleted()>
                    <button type="button" class="button" on:click=move |_| compare.run(())>
                        {t("Compare")}
                    </button>
                </Show>
                <button type="button" class="button" on:click=move |_| delete.run(())>
                    {move || if deleted() { t("Restore") } else { t("Delete…") }}
                </button>
                <button
                    type="button"
                    class="button plain"
                    on:click=move |_| the.chosen.update(std::collections::BTreeSet::clear)
                >
                    {t("Choose none")}
                </button>
            </div>
        }
    };
    view! {
        <div class="table-bar experiments-bar">
            <FilterBox
                label=t("Search experiments by name")
                value=question.with_untracked(|question| question.words.clone())
                apply=search
                eager=true
            />
            <TagFilters the/>
            <select class="input view-choice" aria-label=t("Which experiments") on:change=view>
                <option value="Active" selected=move || !deleted()>{t("Active")}</option>
                <option value="Deleted" selected=deleted>{t("Deleted")}</option>
            </select>
            <span class="faint count" role="status">{count}</span>
        </div>
        <Show when=move || { many.get() > 0 }>{chosen()}</Show>
    }
}

/// The conditions on tags, and a way to add one.
#[component]
fn TagFilters(
    /// The list.
    the: Shelfful,
) -> impl IntoView {
    let navigator = use_navigator();
    let put = move |tags: Vec<TagFilter>| {
        let words: Vec<String> = tags.iter().flat_map(TagFilter::words).collect();
        let mut query = Query::default();
        query.set_list("tags", &words);
        navigator.choose(&[("tags", query.get("tags").filter(|_| !words.is_empty()))]);
    };
    let now = move || the.question.with_untracked(|question| question.tags.clone());
    let opened = Opened::new();
    let key = RwSignal::new(String::new());
    let value = RwSignal::new(String::new());
    let test = RwSignal::new(TagTest::Is);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let key = key.get_untracked().trim().to_owned();
        if key.is_empty() {
            return;
        }
        let mut tags = now();
        tags.push(TagFilter { key, test: test.get_untracked(), value: value.get_untracked() });
        opened.close();
        put(tags);
    };
    let chip = move |tag: TagFilter| {
        let [key, _, value] = tag.words();
        let words = format!("{key} {} {value}", test_words(tag.test));
        let label = tf("Remove the condition {0}", &[&words]);
        let remove = move |_| put(now().into_iter().filter(|other| *other != tag).collect());
        view! {
            <button type="button" class="chip" aria-label=label on:click=remove>
                <span class="clip">{words}</span>
                <Icon glyph=Glyph::Cross/>
            </button>
        }
    };
    let chips = move || {
        the.question.with(|question| question.tags.clone()).into_iter().map(chip).collect_view()
    };
    let option = |one: TagTest| view! { <option value=one.name()>{test_words(one)}</option> };
    view! {
        {chips}
        <Popover
            label=Signal::stored(t("Filter by a tag").to_owned())
            face=|| view! { <Icon glyph=Glyph::Plus/> {t("Tag")} }
            class="button"
            opened
        >
            <form class="tag-form" on:submit=submit>
                <label class="label">
                    {t("Key")}
                    <input
                        class="input"
                        autocomplete="off"
                        on:input=move |event| key.set(event_target_value(&event))
                    />
                </label>
                <label class="label">
                    {t("Comparison")}
                    <select
                        class="input"
                        on:change=move |event| {
                            test.set(TagTest::parse(&event_target_value(&event)).unwrap_or(TagTest::Is));
                        }
                    >
                        {TagTest::ALL.map(option).collect_view()}
                    </select>
                </label>
                <label class="label">
                    {t("Value")}
                    <input
                        class="input"
                        autocomplete="off"
                        on:input=move |event| value.set(event_target_value(&event))
                    />
                </label>
                <div class="modal-foot">
                    <button type="submit" class="button primary">{t("Filter")}</button>
                </div>
            </form>
        </Popover>
    }
}

fn test_words(test: TagTest) -> &'static str {
    match test {
        TagTest::Is => t("is"),
        TagTest::IsNot => t("is not"),
        TagTest::Contains => t("contains"),
    }
}
