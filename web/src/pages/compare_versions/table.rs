//! The table of what differs between versions.

use leptos::prelude::*;
use mlflow_api::ModelVersion;

use crate::components::copy_button::CopyButton;
use crate::components::filter_box::FilterBox;
use crate::components::icon::{Glyph, Icon};
use crate::state::asked::Asked;
use crate::state::clock::date_time;
use crate::state::comparison::Wanted;
use crate::state::download::save;
use crate::state::language::{t, tf, tn};
use crate::state::location::use_navigator;
use crate::state::route::Route;
use crate::state::version_table::{Change, Column, Group, Row, Value, csv, rows};

/// The table and the bar above it.
#[component]
pub(super) fn Differences(
    /// The versions.
    asked: Asked<Vec<Column>>,
) -> impl IntoView {
    let navigator = use_navigator();
    let place = navigator.place();
    let search = RwSignal::new(String::new());
    let is_not = move |key: &'static str, value: &'static str| {
        Memo::new(move |_| place.with(|place| place.query.get(key) != Some(value)))
    };
    let (only, by_spread) = (is_not("diff", "0"), is_not("order", "name"));
    let wanted = move || Wanted {
        only_differences: only.get(),
        by_spread: by_spread.get(),
        search: search.get(),
    };
    let shown = Memo::new(move |_| asked.pick(|columns| rows(columns, &wanted())));
    let download = move |_| {
        let text = untrack(|| shown.with(|rows| asked.pick(|columns| csv(columns, rows))));
        save("versions.csv", "text/csv", &text);
    };
    let here = Signal::derive(move || {
        place.track();
        window().location().href().unwrap_or_default()
    });
    let switch =
        move |words: &'static str, on: Memo<bool>, key: &'static str, off: &'static str| {
            let flip = move |event| {
                let off = (!event_target_checked(&event)).then_some(off);
                navigator.choose(&[(key, off)]);
            };
            view! {
                <label class="check">
                    <input type="checkbox" prop:checked=move || on.get() on:change=flip/>
                    {words}
                </label>
            }
        };
    let table = move || {
        let rows = shown.get();
        if rows.is_empty() {
            let words = match search.with(|search| search.trim().is_empty()) {
                true => t("Nothing differs between these versions."),
                false => t("No line has these letters."),
            };
            return view! { <p class="soft">{words}</p> }.into_any();
        }
        asked
            .value()
            .with(|columns| columns.as_ref().map(|columns| table(columns, rows)))
            .into_any()
    };
    view! {
        <div class="compare-bar version-bar">
            <FilterBox
                label=t("Find a parameter, a metric or a column")
                value=""
                apply=Callback::new(move |letters| search.set(letters))
                eager=true
            />
            {switch(t("Only differences"), only, "diff", "0")}
            {switch(t("Largest first"), by_spread, "order", "name")}
            <button type="button" class="button" on:click=download>
                <Icon glyph=Glyph::Download/>
                "CSV"
            </button>
            <CopyButton text=here label=t("Copy a link to this comparison")/>
            <span class="faint count" role="status">
                {move || tn(shown.with(Vec::len), "{0} line", "{0} lines")}
            </span>
        </div>
        <div class="versions-scroll" tabindex="0" role="region" aria-label=t("Versions")>{table}</div>
    }
}

fn title(group: Group) -> &'static str {
    match group {
        Group::Version => t("Version"),
        Group::Param => t("Parameters"),
        Group::Metric => t("Metrics"),
        Group::Input => t("Inputs"),
        Group::Output => t("Outputs"),
        Group::RequestParam => t("Parameters of a request"),
    }
}

fn table(columns: &[Column], rows: Vec<Row>) -> AnyView {
    let head = |column: &Column| {
        let ModelVersion { name, version, .. } = column.version.clone();
        let words = tf("Version {0}", &[&version]);
        let href = Route::Version { name, version, tab: String::new() }.href();
        view! { <th scope="col"><a href=href>{words}</a></th> }
    };
    let span = (columns.len() + 1).to_string();
    let mut before = None;
    let row = |row: Row| {
        let heading = (before != Some(row.group)).then(|| {
            before = Some(row.group);
            view! {
                <tr class="compare-heading">
                    <th scope="rowgroup" colspan=span.clone()>{title(row.group)}</th>
                </tr>
            }
        });
        let name = match row.group {
            Group::Version => fact_words(&row.name),
            _ => row.name.clone(),
        };
        let cells = (0..columns.len()).map(|nth| cell(&row, nth));
        view! {
            {heading}
            <tr>
                <th scope="row" class="anywhere">{name}</th>
                {cells.collect_view()}
            </tr>
        }
    };
    let rows = rows.into_iter().map(row).collect_view();
    view! {
        <table class="compare-versions" aria-label=t("Differences between the versions")>
            <thead>
                <tr>
                    <td><span class="sr-only">{t("Key")}</span></td>
                    {columns.iter().map(head).collect_view()}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn cell(row: &Row, nth: usize) -> AnyView {
    let value = row.values.get(nth).and_then(Option::as_ref);
    let shown = match value {
        Some(Value::Time(at)) => date_time(*at),
        Some(value) => value.short(),
        None => "–".to_owned(),
    };
    let change = if row.group.is_schema() { row.change(nth) } else { Change::Same };
    let (class, words) = match change {
        Change::Same => ("", None),
        Change::Added => ("come", Some(t("added").to_owned())),
        Change::Removed => ("gone", Some(t("removed").to_owned())),
        Change::Was(kind) => ("was", Some(tf("was {0}", &[&kind]))),
    };
    let words = words.map(|words| view! { <span class="schema-change">{words}</span> });
    let whole = value.map(Value::whole);
    let differs = row.differs;
    view! {
        <td class=format!("anywhere {class}") class:faint=!differs title=whole>{shown} " " {words}</td>
    }
    .into_any()
}

/// What a fact about a version is called.
fn fact_words(key: &str) -> String {
    match key {
        "creation_timestamp" => t("Registered"),
        "aliases" => t("Aliases"),
        "description" => t("Description"),
        "stage" => t("Stage"),
        "run" => t("Run"),
        "source" => t("Source"),
        other => return other.to_owned(),
    }
    .to_owned()
}
