//! What holds for line charts: for one, and for all of a board.

use leptos::prelude::*;

use super::fields::{Check, Choice, RangeField};
use super::keys::Keys;
use super::summary::MetricsField;
use crate::components::charts::board::Board;
use crate::state::board::{Chart, LineSettings, LineSpec, Markers, Smoothing, XAxis};
use crate::state::language::{t, tf};

/// The smoothness, and the window, with which a smoothing begins.
const SMOOTHNESS: f64 = 60.0;
const WINDOW: usize = 11;

/// The line settings of the whole board.
#[component]
pub(in crate::components::charts) fn BoardLines(
    /// What the cards share.
    board: Board,
) -> impl IntoView {
    let lines = Memo::new(move |_| board.layout.with(|layout| layout.lines.clone()));
    let change = move |change: &dyn Fn(&mut LineSettings)| {
        board.layout.update(|layout| change(&mut layout.lines));
    };
    let x = Callback::new(move |x: Option<XAxis>| change(&|lines| lines.x = x.clone()));
    let smoothing = Callback::new(move |to: Option<Smoothing>| {
        change(&|lines| lines.smoothing = to.unwrap_or_default());
    });
    let cut = move |on: bool| change(&|lines| lines.cut_outliers = on);
    let markers = Callback::new(move |to: String| change(&|lines| lines.markers = markers_of(&to)));
    view! {
        <div class="settings-form">
            <XField
                board
                value=Signal::derive(move || lines.with(|lines| lines.x.clone()))
                change=x
                default=t("Step; time for system metrics")
            />
            <SmoothingField
                value=Signal::derive(move || Some(lines.with(|lines| lines.smoothing)))
                change=smoothing
                own=false
            />
            <Choice
                label=t("Points")
                value=Signal::derive(move || lines.with(|lines| markers_name(lines.markers)).to_owned())
                options=markers_options()
                change=markers
            />
            <Check
                label=t("Leave out outliers")
                on=Signal::derive(move || lines.with(|lines| lines.cut_outliers))
                change=Callback::new(cut)
            />
        </div>
    }
}

fn markers_of(name: &str) -> Markers {
    match name {
        "on" => Markers::On,
        "off" => Markers::Off,
        _ => Markers::Auto,
    }
}

fn markers_name(markers: Markers) -> &'static str {
    match markers {
        Markers::Auto => "auto",
        Markers::On => "on",
        Markers::Off => "off",
    }
}

fn markers_options() -> Vec<(String, String)> {
    [("auto", t("On short lines")), ("on", t("Always")), ("off", t("Never"))]
        .map(|(value, words)| (value.to_owned(), words.to_owned()))
        .to_vec()
}

/// What a line chart shows.
#[component]
pub(super) fn LineFields(
    /// What the cards share.
    board: Board,
    /// The chart as it is now.
    chart: Signal<Option<Chart>>,
    /// Changes it.
    change: Callback<Chart>,
) -> impl IntoView {
    let spec = Memo::new(move |_| match chart.get() {
        Some(Chart::Line(spec)) => spec,
        _ => LineSpec::default(),
    });
    let edit = move |edit: &dyn Fn(&mut LineSpec)| {
        let mut changed = spec.get_untracked();
        edit(&mut changed);
        change.run(Chart::Line(changed));
    };
    let formula = move |typed: String| {
        let typed = typed.trim().to_owned();
        edit(&|spec| spec.formula = (!typed.is_empty()).then(|| typed.clone()));
    };
    let mistake = move || {
        let formula = spec.with(|spec| spec.formula.clone())?;
        plot::Formula::parse(&formula).err().map(|error| mistake_in(&formula, &error))
    };
    let log = move |x: bool| {
        Callback::new(move |on: bool| {
            edit(&|spec| *(if x { &mut spec.x_log } else { &mut spec.y_log }) = on);
        })
    };
    view! {
        <MetricsField
            board
            value=Signal::derive(move || spec.with(|spec| spec.metrics.clone()))
            change=Callback::new(move |metrics: Vec<String>| edit(&|spec| spec.metrics = metrics.clone()))
        />
        <div class="field">
            <label for="chart-formula">{t("Formula instead of them")}</label>
            <input
                id="chart-formula"
                class="input mono"
                type="text"
                spellcheck="false"
                placeholder="log(loss) / ${val/loss}"
                aria-invalid=move || mistake().is_some().to_string()
                prop:value=move || spec.with(|spec| spec.formula.clone().unwrap_or_default())
                on:change=move |event| formula(event_target_value(&event))
            />
            {move || mistake().map(|words| view! { <p class="refusal" role="alert">{words}</p> })}
        </div>
        <XField
            board
            value=Signal::derive(move || spec.with(|spec| spec.x.clone()))
            change=Callback::new(move |x: Option<XAxis>| edit(&|spec| spec.x = x.clone()))
            default=t("As on the board")
        />
        <SmoothingField
            value=Signal::derive(move || spec.with(|spec| spec.smoothing))
            change=Callback::new(move |to: Option<Smoothing>| edit(&|spec| spec.smoothing = to))
            own=true
        />
        <div class="settings-row">
            <Check
                label=t("Logarithmic x")
                on=Signal::derive(move || spec.with(|spec| spec.x_log))
                change=log(true)
            />
            <Check
                label=t("Logarithmic y")
                on=Signal::derive(move || spec.with(|spec| spec.y_log))
                change=log(false)
            />
            <Check
                label=t("Leave out outliers")
                on=Signal::derive(move || {
                    spec.with(|spec| spec.cut_outliers)
                        .unwrap_or_else(|| board.layout.with(|layout| layout.lines.cut_outliers))
                })
                change=Callback::new(move |on: bool| edit(&|spec| spec.cut_outliers = Some(on)))
            />
        </div>
        <RangeField
            label=t("x from")
            value=Signal::derive(move || spec.with(|spec| spec.x_range))
            change=Callback::new(move |to| edit(&|spec| spec.x_range = to))
        />
        <RangeField
            label=t("y from")
            value=Signal::derive(move || spec.with(|spec| spec.y_range))
            change=Callback::new(move |to| edit(&|spec| spec.y_range = to))
        />
        <Choice
            label=t("Points")
            value=Signal::derive(move || {
                spec.with(|spec| spec.markers).map_or("", markers_name).to_owned()
            })
            options=[vec![(String::new(), t("As on the board").to_owned())], markers_options()].concat()
            change=Callback::new(move |to: String| {
                edit(&|spec| spec.markers = (!to.is_empty()).then(|| markers_of(&to)));
            })
        />
    }
}

/// What is wrong with a formula, and where.
fn mistake_in(formula: &str, error: &plot::FormulaError) -> String {
    let at = formula.get(..error.span().start).map_or(0, |before| before.chars().count());
    tf("At letter {0}: {1}.", &[&(at + 1), error])
}

/// What x shows.
#[component]
fn XField(
    /// What the cards share.
    board: Board,
    /// What is chosen now.
    value: Signal<Option<XAxis>>,
    /// Hears the choice.
    change: Callback<Option<XAxis>>,
    /// What nothing chosen means.
    default: &'static str,
) -> impl IntoView {
    let mut options = vec![
        (String::new(), default.to_owned()),
        ("step".to_owned(), t("Step").to_owned()),
        ("wall".to_owned(), t("Time").to_owned()),
        ("relative".to_owned(), t("Time since the start").to_owned()),
    ];
    let metrics = untrack(|| Keys::of(board)).metrics;
    options.extend(metrics.into_iter().map(|key| (format!("metrics.{key}"), key)));
    let name = Signal::derive(move || match value.get() {
        None => String::new(),
        Some(XAxis::Step) => "step".to_owned(),
        Some(XAxis::Wall) => "wall".to_owned(),
        Some(XAxis::Relative) => "relative".to_owned(),
        Some(XAxis::Metric(key)) => format!("metrics.{key}"),
    });
    let chosen = Callback::new(move |name: String| {
        change.run(match name.as_str() {
            "" => None,
            "step" => Some(XAxis::Step),
            "wall" => Some(XAxis::Wall),
            "relative" => Some(XAxis::Relative),
            _ => name.strip_prefix("metrics.").map(|key| XAxis::Metric(key.to_owned())),
        });
    });
    view! { <Choice label=t("x axis") value=name options change=chosen/> }
}

/// How lines are smoothed, and how much.
#[component]
fn SmoothingField(
    /// What is chosen now; `None` for as on the board.
    value: Signal<Option<Smoothing>>,
    /// Hears the choice.
    change: Callback<Option<Smoothing>>,
    /// Whether a chart may follow the board.
    own: bool,
) -> impl IntoView {
    let mut options = vec![
        ("none".to_owned(), t("none").to_owned()),
        ("ema".to_owned(), t("moving average, as MLflow").to_owned()),
        ("mean".to_owned(), t("mean of a window").to_owned()),
        ("median".to_owned(), t("median of a window").to_owned()),
    ];
    if own {
        options.insert(0, (String::new(), t("As on the board").to_owned()));
    }
    let name = Signal::derive(move || {
        let name = match value.get() {
            None => "",
            Some(Smoothing::None) => "none",
            Some(Smoothing::Ema(_)) => "ema",
            Some(Smoothing::Mean(_)) => "mean",
            Some(Smoothing::Median(_)) => "median",
        };
        name.to_owned()
    });
    let chosen = Callback::new(move |name: String| {
        change.run(match name.as_str() {
            "none" => Some(Smoothing::None),
            "ema" => Some(Smoothing::Ema(SMOOTHNESS)),
            "mean" => Some(Smoothing::Mean(WINDOW)),
            "median" => Some(Smoothing::Median(WINDOW)),
            _ => None,
        });
    });
    let strength = Memo::new(move |_| match value.get() {
        Some(Smoothing::Ema(smoothness)) => Some((smoothness, 100.0)),
        Some(Smoothing::Mean(window) | Smoothing::Median(window)) => Some((window as f64, 201.0)),
        _ => None,
    });
    let slid = move |event| {
        let Ok(to) = event_target_value(&event).parse::<f64>() else { return };
        let window = to.clamp(1.0, 9999.0) as usize;
        change.run(match value.get_untracked() {
            Some(Smoothing::Ema(_)) => Some(Smoothing::Ema(to)),
            Some(Smoothing::Mean(_)) => Some(Smoothing::Mean(window)),
            Some(Smoothing::Median(_)) => Some(Smoothing::Median(window)),
            other => other,
        });
    };
    let shown = Memo::new(move |_| strength.with(|strength| strength.map(|(_, most)| most)));
    let slider = move || {
        shown.get().map(|most| {
            view! {
                <label class="slider">
                    <input
                        type="range"
                        min="1"
                        max=most.to_string()
                        step="1"
                        aria-label=t("How much smoothing")
                        prop:value=move || strength.get().map_or(0.0, |(value, _)| value).to_string()
                        on:input=slid
                    />
                    <span class="faint">{move || strength.get().map(|(value, _)| value.to_string())}</span>
                </label>
            }
        })
    };
    view! {
        <div class="field">
            <Choice label=t("Smoothing") value=name options change=chosen/>
            {slider}
        </div>
    }
}
