//! What holds for a grid of images: which, in which columns, of which folder.

use leptos::prelude::*;

use super::fields::{Choice, Several};
use crate::components::charts::board::Board;
use crate::state::board::{Chart, ImageColumns, ImageSpec};
use crate::state::language::t;

/// What a grid of images shows.
#[component]
pub(super) fn ImageFields(
    /// What the cards share.
    board: Board,
    /// The chart as it is now.
    chart: Signal<Option<Chart>>,
    /// Changes it.
    change: Callback<Chart>,
) -> impl IntoView {
    let spec = Memo::new(move |_| match chart.get() {
        Some(Chart::Images(spec)) => spec,
        _ => ImageSpec::default(),
    });
    let edit = move |edit: &dyn Fn(&mut ImageSpec)| {
        let mut changed = spec.get_untracked();
        edit(&mut changed);
        change.run(Chart::Images(changed));
    };
    // What was chosen stays a choice where no run has it.
    let keys = Memo::new(move |_| {
        let mut keys = board.images.keys();
        spec.with_untracked(|spec| keys.extend(spec.keys.iter().cloned()));
        keys.into_iter().collect::<Vec<_>>()
    });
    let several = move || {
        let options = keys.get().into_iter().map(|key| (key.clone(), key)).collect();
        view! {
            <Several
                label=t("Images; all without a choice")
                options
                value=Signal::derive(move || spec.with(|spec| spec.keys.clone()))
                change=Callback::new(move |keys: Vec<String>| edit(&|spec| spec.keys = keys.clone()))
            />
        }
    };
    let columns = vec![
        ("keys".to_owned(), t("a key each, of one step").to_owned()),
        ("steps".to_owned(), t("a step each, of the first key").to_owned()),
    ];
    let column = Signal::derive(move || {
        let columns = spec.with(|spec| spec.columns);
        if columns == ImageColumns::Steps { "steps" } else { "keys" }.to_owned()
    });
    let set_columns = Callback::new(move |name: String| {
        let columns = if name == "steps" { ImageColumns::Steps } else { ImageColumns::Keys };
        edit(&|spec| spec.columns = columns);
    });
    let set_folder = move |typed: String| {
        let folder = typed.trim().trim_matches('/').to_owned();
        edit(&|spec| spec.folder = (!folder.is_empty()).then(|| folder.clone()));
    };
    view! {
        {several}
        <Choice label=t("Columns") value=column options=columns change=set_columns/>
        <label class="field">
            <span class="label">{t("Folder with more pictures")}</span>
            <input
                class="input mono"
                type="text"
                spellcheck="false"
                placeholder="plots"
                prop:value=move || spec.with(|spec| spec.folder.clone().unwrap_or_default())
                on:change=move |event| set_folder(event_target_value(&event))
            />
        </label>
    }
}
