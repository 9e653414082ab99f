//! The first tab: description, parameters and metrics, tags, datasets, lineage.

use leptos::prelude::*;

use super::TheRun;
use super::datasets::Datasets;
use super::lineage::Lineage;
use super::metrics::MetricsTable;
use super::params::Params;
use crate::components::filter_box::FilterBox;
use crate::components::note_editor::NoteEditor;
use crate::components::tag_editor::TagEditor;
use crate::state::change::Change;
use crate::state::language::t;

/// What a run is and what it logged.
#[component]
pub(super) fn Overview(
    /// The run.
    the: TheRun,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let words = Memo::new(move |_| typed.with(|typed| typed.trim().to_lowercase()));
    let note = Memo::new(move |_| the.run.with(|run| run.note().unwrap_or_default().to_owned()));
    let tags = Memo::new(move |_| {
        the.run.with(|run| {
            run.user_tags().map(|tag| (tag.key.clone(), tag.value.clone())).collect::<Vec<_>>()
        })
    });
    view! {
        <div class="overview">
            <div class="overview-main">
                <NoteEditor note save=Callback::new(move |text| the.change(Change::note(text)))/>
                <section class="run-tags" aria-labelledby="tags-title">
                    <h2 id="tags-title">{t("Tags")}</h2>
                    <TagEditor
                        tags
                        set=Callback::new(move |(key, value)| the.change(Change::Tag(key, value)))
                        remove=Callback::new(move |key| the.change(Change::NoTag(key)))
                    />
                </section>
                <div class="overview-search">
                    <FilterBox
                        label=t("Find a parameter or a metric")
                        value=""
                        apply=Callback::new(move |text| typed.set(text))
                        eager=true
                    />
                </div>
                <div class="run-tables">
                    <Params the words/>
                    <MetricsTable the words/>
                </div>
                <Datasets the/>
            </div>
            <Lineage the/>
        </div>
    }
}
