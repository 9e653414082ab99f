//! The table of differences: a line for each key, a column for each run.

use leptos::prelude::*;
use mlflow_api::Run;

use crate::components::copy_button::CopyButton;
use crate::components::differences::{DifferenceTable, save_csv};
use crate::components::filter_box::FilterBox;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::status::StatusMark;
use crate::state::comparison::{Comparison, Wanted};
use crate::state::language::{t, tf, tn};
use crate::state::location::{Navigator, use_navigator};
use crate::state::route::{Place, Route};

/// The table and the bar above it.
#[component]
pub(super) fn Differences(
    /// The runs, in the order of the address.
    runs: Vec<Run>,
) -> impl IntoView {
    let navigator = use_navigator();
    let count = runs.len();
    let place = navigator.place();
    let comparison = Signal::stored(Comparison::of(&runs));
    let runs = StoredValue::new(runs);
    let search = RwSignal::new(String::new());
    let only = Memo::new(move |_| place.with(|place| place.query.get("diff") != Some("0")));
    let by_spread =
        Memo::new(move |_| place.with(|place| place.query.get("order") != Some("name")));
    let baseline = Memo::new(move |_| {
        let id = place.with(|place| place.query.get("baseline").map(str::to_owned));
        let row = id.and_then(|id| comparison.with(|c| c.frame().row_of(&id)));
        row.unwrap_or(0)
    });
    let wanted = Memo::new(move |_| Wanted {
        only_differences: only.get() && count > 1,
        by_spread: by_spread.get(),
        search: search.get(),
    });
    let counted = RwSignal::new(0);

    let head = move |nth: usize| {
        let Some(row) = u32::try_from(nth).ok() else { return ().into_any() };
        let known = runs
            .with_value(|runs| runs.get(nth).map(|run| (run.name().to_owned(), run.info.clone())));
        let Some((name, info)) = known else { return ().into_any() };
        let (id, status) = (info.run_id.clone(), info.status);
        let route =
            Route::Run { experiment: info.experiment_id, run: info.run_id, tab: String::new() };
        let is_base = move || baseline.get() == row;
        let items = Callback::new(move |()| {
            let (as_base, without) = (id.clone(), id.clone());
            vec![
                Item::new(t("Compare the others with it"), move || {
                    navigator.choose(&[("baseline", Some(&as_base))]);
                })
                .checked(untrack(is_base)),
                Item::new(t("Leave it out"), move || leave_out(navigator, &without))
                    .disabled(count < 3),
            ]
        });
        view! {
            <span class="compare-run">
                <StatusMark status/>
                <a class="clip" href=route.href() title=name.clone()>{name.clone()}</a>
                {move || is_base().then(|| view! { <span class="tag">{t("baseline")}</span> })}
                <Menu
                    label=Signal::stored(tf("Actions of {0}", &[&name]))
                    face=|| view! { <Icon glyph=Glyph::More/> }
                    items
                />
            </span>
        }
        .into_any()
    };
    let choose = move |key: &'static str, value: Option<&'static str>| {
        navigator.choose(&[(key, value)]);
    };
    let csv = move |_| {
        comparison.with_untracked(|c| save_csv(c, "comparison.csv", only.get_untracked()));
    };
    let counted_words = move || tn(counted.get(), "{0} line", "{0} lines");
    let here = Signal::derive(move || {
        place.track();
        window().location().href().unwrap_or_default()
    });
    view! {
        <div class="table-bar compare-bar">
            <FilterBox
                label=t("Find a parameter, a metric or a tag")
                value=""
                apply=Callback::new(move |letters| search.set(letters))
                eager=true
            />
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || only.get()
                    on:change=move |event| {
                        choose("diff", (!event_target_checked(&event)).then_some("0"));
                    }
                />
                {t("Only differences")}
            </label>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || by_spread.get()
                    on:change=move |event| {
                        choose("order", (!event_target_checked(&event)).then_some("name"));
                    }
                />
                {t("Largest first")}
            </label>
            <button type="button" class="button" on:click=csv>
                <Icon glyph=Glyph::Download/>
                "CSV"
            </button>
            <CopyButton text=here label=t("Copy a link to this comparison")/>
            <span class="faint count">{counted_words}</span>
        </div>
        <DifferenceTable comparison wanted baseline counted head=Callback::new(head)/>
    }
}

/// Goes to the same comparison without a run.
fn leave_out(navigator: Navigator, run: &str) {
    let mut place: Place = navigator.place().get_untracked();
    let left: Vec<_> = place.query.list("runs").into_iter().filter(|id| id != run).collect();
    place.query.set_list("runs", &left);
    navigator.go(place);
}
