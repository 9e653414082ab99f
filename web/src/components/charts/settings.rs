//! What a user can choose: for the whole board in its bar, for one chart in a
//! dialog. Everything takes effect at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;

use super::board::{Board, offer_undo};
use crate::components::filter_box::FilterBox;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::modal::Modal;
use crate::components::popover::Popover;
use crate::components::toasts::use_toasts;
use crate::state::board::arrange::MODEL;
use crate::state::board::edit;
use crate::state::board::{
    ArrangedCard, BoardLayout, Chart, Field, LineSettings, LineSpec, Markers, Smoothing, XAxis,
};
use crate::state::language::{t, tf};

/// The smoothness, and the window, with which a smoothing begins.
const SMOOTHNESS: f64 = 60.0;
const WINDOW: usize = 11;

/// Search, line settings, and what can be added.
#[component]
pub(super) fn BoardBar(
    /// What the cards share.
    board: Board,
    /// What is searched for.
    wanted: RwSignal<String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let adding: RwSignal<Option<Arc<str>>> = RwSignal::new(None);
    let open = RwSignal::new(false);
    let card = Memo::new(move |_| {
        let id = adding.get()?;
        board.arranged.with(|sections| {
            sections.iter().flat_map(|s| &s.cards).find(|card| card.id == id).cloned()
        })
    });
    let add = move |kind: &'static str| {
        let chart = first_chart(board, kind);
        let id = board.layout.try_update(|layout| {
            edit::add_chart(layout, &board.arranged.get_untracked(), MODEL, chart, None)
        });
        adding.set(id.map(Arc::from));
        open.set(true);
    };
    let items = Callback::new(move |()| {
        let item = |(kind, name)| Item::new(name, move || add(kind));
        kinds().into_iter().map(item).collect::<Vec<_>>()
    });
    let more = Callback::new(move |()| {
        let hide = board.layout.with_untracked(|layout| layout.hide_empty);
        let changed = board.layout.with_untracked(|layout| *layout != BoardLayout::default());
        let reset = move || {
            let before = board.layout.get_untracked();
            board.layout.set(BoardLayout::default());
            offer_undo(toasts, board, t("The board is as the metrics make it").to_owned(), before);
        };
        vec![
            Item::new(t("Hide charts without points"), move || {
                board.layout.update(|layout| layout.hide_empty = !layout.hide_empty);
            })
            .checked(hide),
            Item::new(t("Add a section"), move || {
                board.layout.update(|layout| {
                    edit::add_section(layout, t("New section"));
                });
            })
            .divided(),
            Item::new(t("Undo all changes to the board"), reset).divided().disabled(!changed),
        ]
    });
    let search = Callback::new(move |typed: String| wanted.set(typed));
    view! {
        <div class="board-bar">
            <FilterBox
                label=t("Search charts: words or /pattern/")
                value=String::new()
                apply=search
                eager=true
            />
            <Popover
                label=Signal::stored(t("Lines").to_owned())
                face=move || view! { <Icon glyph=Glyph::Sliders/> {t("Lines")} }
                class="button"
            >
                <BoardLines board/>
            </Popover>
            <Menu
                label=Signal::stored(t("Add a chart").to_owned())
                face=move || view! { <Icon glyph=Glyph::Plus/> {t("Chart")} }
                class="button"
                items
            />
            <Menu
                label=Signal::stored(t("More for the board").to_owned())
                face=move || view! { <Icon glyph=Glyph::More/> }
                items=more
            />
            {move || {
                adding.get().map(|id| view! { <CardSettings board id card open/> })
            }}
        </div>
    }
}

/// The kinds of charts that can be added, with their names.
fn kinds() -> [(&'static str, &'static str); 7] {
    [
        ("line", t("Line chart")),
        ("bar", t("Bar chart")),
        ("scatter", t("Scatter plot")),
        ("parallel", t("Parallel coordinates")),
        ("box", t("Box plot")),
        ("histogram", t("Histogram")),
        ("contour", t("Contour plot")),
    ]
}

/// What the runs of a board have, by key.
struct Keys {
    metrics: Vec<String>,
    params: Vec<String>,
}

impl Keys {
    fn of(board: Board) -> Keys {
        board.runs.with(|runs| {
            let metrics: BTreeSet<&str> =
                runs.iter().flat_map(|run| &run.metrics).map(|latest| &*latest.key).collect();
            let params: BTreeSet<&str> =
                runs.iter().flat_map(|run| &run.params).map(|(key, _)| &**key).collect();
            Keys {
                metrics: metrics.into_iter().map(str::to_owned).collect(),
                params: params.into_iter().map(str::to_owned).collect(),
            }
        })
    }

    /// Parameters first, then metrics.
    fn fields(&self) -> Vec<Field> {
        let params = self.params.iter().cloned().map(Field::Param);
        params.chain(self.metrics.iter().cloned().map(Field::Metric)).collect()
    }
}

/// A chart of a kind with what the runs have, to begin with.
fn first_chart(board: Board, kind: &str) -> Chart {
    let keys = untrack(|| Keys::of(board));
    let metric = |nth: usize| {
        let key = keys.metrics.get(nth).or(keys.metrics.first());
        Field::Metric(key.cloned().unwrap_or_default())
    };
    let param = |nth: usize| keys.params.get(nth).cloned().map(Field::Param);
    let metrics = || keys.metrics.first().cloned().into_iter().collect();
    match kind {
        "bar" => Chart::Bar { metrics: metrics() },
        "scatter" => {
            Chart::Scatter { x: param(0).unwrap_or_else(|| metric(1)), y: metric(0), colour: None }
        }
        "box" => Chart::Box { by: param(0), y: metric(0) },
        "histogram" => Chart::Histogram { field: metric(0), bins: None },
        "contour" => Chart::Contour {
            x: param(0).unwrap_or_else(|| metric(1)),
            y: param(1).unwrap_or_else(|| metric(2)),
            z: metric(0),
            reverse: false,
        },
        "parallel" => {
            let params = keys.params.iter().take(4).cloned().map(Field::Param);
            Chart::Parallel { axes: params.chain([metric(0)]).collect() }
        }
        _ => Chart::Line(LineSpec { metrics: metrics(), ..LineSpec::default() }),
    }
}

fn kind_of(chart: &Chart) -> &'static str {
    match chart {
        Chart::Line(_) => "line",
        Chart::Bar { .. } => "bar",
        Chart::Scatter { .. } => "scatter",
        Chart::Box { .. } => "box",
        Chart::Histogram { .. } => "histogram",
        Chart::Contour { .. } => "contour",
        Chart::Parallel { .. } => "parallel",
    }
}

/// The line settings of the whole board.
#[component]
fn BoardLines(
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

/// The dialog of one chart.
#[component]
pub(super) fn CardSettings(
    /// What the cards share.
    board: Board,
    /// The id of the card.
    id: Arc<str>,
    /// The card as it is now.
    card: Memo<Option<ArrangedCard>>,
    /// Whether the dialog is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let id = StoredValue::new(id);
    let set = move |chart: Chart, title: Option<String>| {
        board.layout.update(|layout| edit::set_chart(layout, &id.get_value(), chart, title));
    };
    // A title that somebody gave stays; one of the chart's own follows it.
    let given = move || {
        card.with_untracked(|card| {
            card.as_ref().filter(|c| c.title != c.chart.title()).map(|c| c.title.clone())
        })
    };
    let change = Callback::new(move |chart: Chart| set(chart, given()));
    let rename = move |title: String| {
        if let Some(chart) = card.with_untracked(|card| card.as_ref().map(|c| c.chart.clone())) {
            set(chart, Some(title));
        }
    };
    let kind = Memo::new(move |_| card.with(|card| card.as_ref().map(|card| kind_of(&card.chart))));
    let chart = Signal::derive(move || card.with(|card| card.as_ref().map(|c| c.chart.clone())));
    let fields = move || match kind.get() {
        Some("line") => view! { <LineFields board chart change/> }.into_any(),
        Some(_) => view! { <SummaryFields board chart change/> }.into_any(),
        None => ().into_any(),
    };
    let kinds: Vec<(String, String)> =
        kinds().map(|(kind, name)| (kind.to_owned(), name.to_owned())).to_vec();
    let fields = StoredValue::new(fields);
    let kinds = StoredValue::new(kinds);
    view! {
        <Modal open title=Signal::derive(|| t("Chart").to_owned())>
            <div class="settings-form">
                <div class="field">
                    <label for=format!("title-{}", id.get_value())>{t("Title")}</label>
                    <input
                        id=format!("title-{}", id.get_value())
                        class="input"
                        type="text"
                        prop:value=move || card.with(|c| c.as_ref().map(|c| c.title.clone()).unwrap_or_default())
                        on:change=move |event| rename(event_target_value(&event))
                    />
                </div>
                <Choice
                    label=t("Kind")
                    value=Signal::derive(move || kind.get().unwrap_or_default().to_owned())
                    options=kinds.get_value()
                    change=Callback::new(move |kind: String| change.run(first_chart(board, &kind)))
                />
                {move || fields.with_value(|fields| fields())}
                <div class="modal-foot">
                    <button type="button" class="button primary" on:click=move |_| open.set(false)>
                        {t("Done")}
                    </button>
                </div>
            </div>
        </Modal>
    }
}

/// What a line chart shows.
#[component]
fn LineFields(
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

/// What the other kinds of charts show.
#[component]
fn SummaryFields(
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
        (Chart::Line(_) | Chart::Bar { .. } | Chart::Parallel { .. }, _) => None,
    }
}

/// One of several.
#[component]
pub(crate) fn Choice(
    /// What is chosen.
    label: &'static str,
    /// What is chosen now.
    value: Signal<String>,
    /// Values with their words.
    options: Vec<(String, String)>,
    /// Hears the choice.
    change: Callback<String>,
) -> impl IntoView {
    let option = |(value_of, words): (String, String)| {
        let of = value_of.clone();
        view! { <option value=value_of selected=move || value.with(|value| *value == of)>{words}</option> }
    };
    view! {
        <label class="field">
            <span class="label">{label}</span>
            <select class="input" on:change=move |event| change.run(event_target_value(&event))>
                {options.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

/// On or off.
#[component]
pub(crate) fn Check(
    /// What is on or off.
    label: &'static str,
    /// Whether it is on.
    on: Signal<bool>,
    /// Hears the change.
    change: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || on.get()
                on:change=move |event| change.run(event_target_checked(&event))
            />
            {label}
        </label>
    }
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

/// Two ends of an axis, or none.
#[component]
fn RangeField(
    /// What begins there: `x from`.
    label: &'static str,
    /// The ends.
    value: Signal<Option<(f64, f64)>>,
    /// Hears the change.
    change: Callback<Option<(f64, f64)>>,
) -> impl IntoView {
    let typed = RwSignal::new((String::new(), String::new()));
    Effect::new(move || {
        typed.set(value.get().map(|(a, b)| (a.to_string(), b.to_string())).unwrap_or_default());
    });
    let send = move || {
        let (from, to) = typed.get_untracked();
        let ends = from.trim().parse().ok().zip(to.trim().parse().ok());
        let nothing = from.trim().is_empty() && to.trim().is_empty();
        if nothing || ends.is_some_and(|(a, b): (f64, f64)| a.is_finite() && b.is_finite() && a < b)
        {
            change.run(ends);
        }
    };
    let first = move |event| {
        typed.update(|typed| typed.0 = event_target_value(&event));
        send();
    };
    let second = move |event| {
        typed.update(|typed| typed.1 = event_target_value(&event));
        send();
    };
    view! {
        <div class="settings-row range">
            <label class="field">
                <span class="label">{label}</span>
                <input class="input" inputmode="decimal" prop:value=move || typed.get().0 on:change=first/>
            </label>
            <label class="field">
                <span class="label">{t("to")}</span>
                <input class="input" inputmode="decimal" prop:value=move || typed.get().1 on:change=second/>
            </label>
        </div>
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
fn MetricsField(
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

/// Some of many, in the order in which they were ticked.
#[component]
pub(crate) fn Several(
    /// What they are.
    label: &'static str,
    /// Values with their words.
    options: Vec<(String, String)>,
    /// What is ticked.
    value: Signal<Vec<String>>,
    /// Hears the change.
    change: Callback<Vec<String>>,
) -> impl IntoView {
    let wanted = RwSignal::new(String::new());
    let many = options.len() > 8;
    let set = move |key: String, on: bool| {
        let mut now = value.get_untracked();
        now.retain(|known| *known != key);
        if on {
            now.push(key);
        }
        change.run(now);
    };
    let option = move |(key, words): (String, String)| {
        let (of, searched) = (key.clone(), words.to_lowercase());
        let hidden = move || !wanted.with(|wanted| searched.contains(&wanted.to_lowercase()));
        view! {
            <label class="check" hidden=hidden>
                <input
                    type="checkbox"
                    prop:checked=move || value.with(|value| value.contains(&of))
                    on:change=move |event| set(key.clone(), event_target_checked(&event))
                />
                <span class="clip">{words}</span>
            </label>
        }
    };
    let search = many.then(|| {
        view! {
            <input
                class="input"
                type="search"
                placeholder=t("Search")
                aria-label=t("Search")
                on:input=move |event| wanted.set(event_target_value(&event))
            />
        }
    });
    view! {
        <fieldset class="field">
            <legend class="label">{label}</legend>
            {search}
            <div class="several">{options.into_iter().map(option).collect_view()}</div>
        </fieldset>
    }
}
