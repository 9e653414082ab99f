//! The ends of what is brushed on the axes of parallel coordinates, for the
//! keyboard: the arrows move an end from one run's value to the next.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use plot::{Brush, Dimension, Parallel, ParallelLayout};

use crate::state::format::full_number;
use crate::state::language::tf;

/// How far Page Up and Page Down move an end.
const PAGE: isize = 10;

/// A value of an axis in words.
fn words(axis: &Dimension, value: f64) -> String {
    if axis.kinds.is_empty() { full_number(value) } else { axis.words(value) }
}

/// What is brushed of an axis, in words.
pub(super) fn axis_words(chart: &Parallel, axis: usize) -> String {
    let ends = chart.axes.get(axis).zip(chart.brushed(axis));
    ends.map_or_else(String::new, |(axis, range)| {
        let (low, high) = (words(axis, *range.start()), words(axis, *range.end()));
        tf("{0} from {1} to {2}", &[&axis.name, &low, &high])
    })
}

/// Two handles an axis.
#[component]
pub(super) fn BrushHandles(
    /// The chart with its brushes; `None` if it has no axes.
    chart: Signal<Option<Parallel>>,
    /// Where its axes stand.
    layout: RwSignal<Option<ParallelLayout>>,
    /// Hears the brush that an axis then has.
    nudge: Callback<(usize, Option<Brush>)>,
) -> impl IntoView {
    let count = Memo::new(move |_| chart.with(|chart| chart.as_ref().map_or(0, |c| c.axes.len())));
    let handle = move |axis: usize, upper: bool| {
        let value = Memo::new(move |_| {
            let range = chart.with(|chart| chart.as_ref()?.brushed(axis))?;
            Some(if upper { *range.end() } else { *range.start() })
        });
        let ends = Memo::new(move |_| {
            let values = chart.with(|chart| chart.as_ref().map(|chart| chart.values(axis)))?;
            Some((*values.first()?, *values.last()?))
        });
        let press = move |event: KeyboardEvent| {
            let Some(chart) = chart.get_untracked() else { return };
            let by = match event.key().as_str() {
                "ArrowUp" | "ArrowRight" => 1,
                "ArrowDown" | "ArrowLeft" => -1,
                "PageUp" => PAGE,
                "PageDown" => -PAGE,
                "Home" => isize::MIN,
                "End" => isize::MAX,
                "Escape" => {
                    // Where nothing is brushed, Escape is for what is around.
                    if chart.brushes.iter().any(|brush| brush.axis == axis) {
                        event.prevent_default();
                        event.stop_propagation();
                        nudge.run((axis, None));
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            nudge.run((axis, chart.nudged(axis, upper, by)));
        };
        let name = move || {
            let name = chart.with(|c| Some(c.as_ref()?.axes.get(axis)?.name.clone()));
            let name = name.unwrap_or_default();
            if upper { tf("{0}, upper end", &[&name]) } else { tf("{0}, lower end", &[&name]) }
        };
        let spoken = move || {
            value.get().and_then(|value| {
                chart.with(|chart| Some(words(chart.as_ref()?.axes.get(axis)?, value)))
            })
        };
        let place = move || {
            layout.with(|layout| {
                let layout = layout.as_ref()?;
                let y = layout.scales.get(axis)?.to_px(value.get()?)?;
                Some((*layout.xs.get(axis)?, y))
            })
        };
        let left = move || place().map(|(x, _)| format!("{x}px"));
        let top = move || place().map(|(_, y)| format!("{y}px"));
        view! {
            <span
                class="brush-handle"
                role="slider"
                tabindex="0"
                aria-orientation="vertical"
                aria-label=name
                aria-valuemin=move || ends.get().map(|(low, _)| low.to_string())
                aria-valuemax=move || ends.get().map(|(_, high)| high.to_string())
                aria-valuenow=move || value.get().map(|value| value.to_string())
                aria-valuetext=spoken
                style:left=left
                style:top=top
                on:keydown=press
            ></span>
        }
    };
    let axis = move |axis: usize| view! { {handle(axis, false)} {handle(axis, true)} };
    move || (0..count.get()).map(axis).collect_view()
}
