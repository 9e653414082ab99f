//! How long answers took: a few numbers and a small histogram.

use leptos::prelude::*;

use crate::state::format::count;
use crate::state::language::{t, tf};
use crate::state::latency::{Bin, Latencies, Summary};

/// How many bars the histogram has.
const BARS: usize = 16;
/// How high the highest is, in CSS pixels.
const HIGH: f64 = 32.0;

/// How long the answers took, once there are two.
#[component]
pub(super) fn Latency(
    /// The times.
    #[prop(into)]
    latencies: Signal<Latencies>,
) -> impl IntoView {
    move || {
        let summary = latencies.with(Latencies::summary).filter(|summary| summary.count > 1)?;
        let Summary { count: many, p50, p95, max } = summary;
        let fact = |name: &'static str, value: String| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        };
        Some(view! {
            <section class="latency" aria-label=t("How long answers took")>
                {bars(&latencies.with(|all| all.bins(BARS)))}
                <dl>
                    {fact(t("answers"), count(many))} {fact("p50", time(p50))}
                    {fact("p95", time(p95))} {fact(t("longest"), time(max))}
                </dl>
                <p class="faint">
                    {t("From the request to its answer in this page: the way to the model and back is in it.")}
                </p>
            </section>
        })
    }
}

fn bars(bins: &[Bin]) -> impl IntoView + use<> {
    let highest = bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1);
    let bar = |bin: &Bin| {
        let words = tf("{0} to {1}: {2}", &[&time(bin.from), &time(bin.to), &count(bin.count)]);
        let height = format!("{:.1}px", HIGH * bin.count as f64 / highest as f64);
        view! { <span title=words style:height=height></span> }
    };
    view! { <div class="latency-bars" aria-hidden="true">{bins.iter().map(bar).collect_view()}</div> }
}

/// A time in milliseconds, as it is shown.
pub(super) fn time(milliseconds: f64) -> String {
    format!("{milliseconds:.1} ms")
}
