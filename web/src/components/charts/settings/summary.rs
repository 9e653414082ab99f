//! What holds for the charts of last values: which metrics and parameters.

use leptos::prelude::*;

use super::fields::{Check, Choice, Several};
use super::keys::Keys;
use crate::components::charts::board::Board;
use crate::state::board::{Chart, Field};
use crate::state::language::t;

/// What the other kinds of charts show.
#[component]
pub(super) fn SummaryFields(
    /// What the cards share.
    board: Board,
    /// The chart as it is now.
    chart: Signal<Option<Chart>>,
    /// Changes it.
    change: Callback<Chart>,
) -> impl IntoView {
    // A field of the chart by its place, to read and to set.
    let field = move |label: &'static str, place: usize, optional: Option<&'static str>| {
        let value = Signal::derive(move || {
            chart.get().and_then(|mut chart| field_of(&mut chart, place, None))
        });
        let set = Callback::new(move |to: Option<Field>| {
            if let Some(mut now) = chart.get_untracked() {
                field_of(&mut now, place, Some(to));
                change.run(now);
            }
        });
        view! { <FieldChoice board label value change=set optional/> }
    };
    let metrics = move || {
        let value = Signal::derive(move || match chart.get() {
            Some(Chart::Bar { metrics }) => metrics,
            _ => Vec::new(),
        });
        let set = Callback::new(move |metrics| change.run(Chart::Bar { metrics }));
        view! { <MetricsField board value change=set/> }
    };
    let axes = move || {
        let value = Signal::derive(move || match chart.get() {
            Some(Chart::Parallel { axes }) => axes.into_iter().map(String::from).collect(),
            _ => Vec::new(),
        });
        let set = Callback::new(move |axes: Vec<String>| {
            change.run(Chart::Parallel { axes: axes.into_iter().map(Field::from).collect() });
        });
        let options = untrack(|| Keys::of(board)).fields().into_iter();
        let options = options.map(|field| (String::from(field.clone()), field.key().to_owned()));
        let options: Vec<_> = options.collect();
        view! { <Several label=t("Axes") options value change=set/> }
    };
    let none = t("none");
    match chart.get_untracked() {
        Some(Chart::Bar { .. }) => metrics().into_any(),
        Some(Chart::Scatter { .. }) => view! {
            {field("x", 0, None)}
            {field("y", 1, None)}
            {field(t("Colour"), 2, Some(t("of the run")))}
        }
        .into_any(),
        Some(Chart::Box { .. }) => view! {
            {field(t("Grouped by"), 0, Some(none))}
            {field("y", 1, None)}
        }
        .into_any(),
        Some(Chart::Histogram { .. }) => field("x", 0, None).into_any(),
        Some(Chart::Contour { .. }) => {
            let reverse = Callback::new(move |on: bool| {
                if let Some(Chart::Contour { x, y, z, .. }) = chart.get_untracked() {
                    change.run(Chart::Contour { x, y, z, reverse: on });
                }
            });
            let on = Signal::derive(move || {
                matches!(chart.get(), Some(Chart::Contour { reverse: true, .. }))
            });
            view! {
                {field("x", 0, None)}
                {field("y", 1, None)}
                {field("z", 2, None)}
                <Check label=t("Reverse the colours") on change=reverse/>
            }
            .into_any()
        }
        Some(Chart::Parallel { .. }) => axes().into_any(),
        _ => ().into_any(),
    }
}

/// A chart's field by its place; `to` sets it first.
fn field_of(chart: &mut Chart, place: usize, to: Option<Option<Field>>) -> Option<Field> {
    fn always(field: &mut Field, to: Option<Option<Field>>) -> Option<Field> {
        if let Some(Some(to)) = to {
            *field = to;
        }
        Some(field.clone())
    }
    fn maybe(field: &mut Option<Field>, to: Option<Option<Field>>) -> Option<Field> {
        if let Some(to) = to {
            *field = to;
        }
        field.clone()
    }
    match (chart, place) {
        (Chart::Scatter { x, .. } | Chart::Contour { x, .. }, 0) => always(x, to),
        (Chart::Scatter { y, .. } | Chart::Contour { y, .. }, 1) => always(y, to),
        (Chart::Scatter { colour, .. }, _) => maybe(colour, to),
        (Chart::Contour { z, .. }, _) => always(z, to),
        (Chart::Box { by, .. }, 0) => maybe(by, to),
        (Chart::Box { y, .. }, _) => always(y, to),
        (Chart::Histogram { field, .. }, _) => always(field, to),
        (_, _) => None,
    }
}

/// A metric or a parameter.
#[component]
fn FieldChoice(
    /// What the cards share.
    board: Board,
    /// What it is for.
    label: &'static str,
    /// What is chosen now.
    value: Signal<Option<Field>>,
    /// Hears the choice.
    change: Callback<Option<Field>>,
    /// What nothing chosen means, if nothing may be.
    optional: Option<&'static str>,
) -> impl IntoView {
    let none = optional.map(|words| (String::new(), words.to_owned()));
    let fields = untrack(|| Keys::of(board)).fields();
    let words = |field: Field| {
        let kind = if matches!(field, Field::Param(_)) { t("parameter") } else { t("metric") };
        let words = format!("{} · {kind}", field.key());
        (String::from(field), words)
    };
    let options: Vec<_> = none.into_iter().chain(fields.into_iter().map(words)).collect();
    let name = Signal::derive(move || value.get().map(String::from).unwrap_or_default());
    let chosen = Callback::new(move |name: String| {
        change.run((!name.is_empty()).then(|| Field::from(name)));
    });
    view! { <Choice label value=name options change=chosen/> }
}

/// Metrics to tick.
#[component]
pub(super) fn MetricsField(
    /// What the cards share.
    board: Board,
    /// What is ticked.
    value: Signal<Vec<String>>,
    /// Hears the change.
    change: Callback<Vec<String>>,
) -> impl IntoView {
    let options = untrack(|| Keys::of(board)).metrics.into_iter().map(|key| (key.clone(), key));
    let options: Vec<_> = options.collect();
    view! { <Several label=t("Metrics") options value change/> }
}
