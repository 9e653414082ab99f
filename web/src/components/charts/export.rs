//! A chart as a file: PNG, SVG, and the numbers as CSV.

use plot::{Draw, LineChart, Sheet, Theme, canvas};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, HtmlCanvasElement};

use leptos::prelude::*;

use super::sheet::{context, theme};
use crate::state::download::{save, save_blob};

/// The size of a picture, in CSS pixels, and how sharp it is.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 480.0;
const SHARP: f64 = 2.0;

/// What a chart is saved as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A picture of pixels.
    Png,
    /// A picture of lines.
    Svg,
    /// The numbers.
    Csv,
}

/// Saves a line chart.
pub(super) fn line(kind: Kind, title: &str, mut chart: LineChart) {
    if kind == Kind::Csv {
        return table(title, &plot::csv::lines(&chart));
    }
    (chart.width, chart.height, chart.pixel_ratio) = (WIDTH, HEIGHT, SHARP);
    let draw = move |measure: plot::layout::Measure<'_>, theme: Theme| {
        chart.theme = theme;
        chart.frame(measure).draws
    };
    picture(kind, title, draw);
}

/// Saves the numbers of a chart.
pub(super) fn table(title: &str, csv: &str) {
    save(&file_name(title, "csv"), "text/csv", csv);
}

/// What a picture is drawn on.
pub(super) fn sheet(theme: Theme) -> Sheet {
    Sheet { width: WIDTH, height: HEIGHT, pixel_ratio: SHARP, theme, focus: None }
}

/// Saves what `draw` draws for a measure and colours as a picture.
pub(super) fn picture(
    kind: Kind,
    title: &str,
    draw: impl FnOnce(plot::layout::Measure<'_>, Theme) -> Vec<Draw>,
) {
    let made = document().create_element("canvas").ok();
    let Some(page) = made.and_then(|made| made.dyn_into::<HtmlCanvasElement>().ok()) else {
        return;
    };
    let Some(context) = context(&page) else { return };
    canvas::resize(&page, WIDTH, HEIGHT, SHARP);
    let Some(body) = document().body() else { return };
    let draws = draw(&canvas::measure(&context), theme(&body));
    let draws = plot::draw::titled(draws, title, &theme(&body), WIDTH);
    let height = HEIGHT + plot::draw::TITLE;
    if kind == Kind::Svg {
        let text = plot::svg::svg(&draws, WIDTH, height, title);
        return save(&file_name(title, "svg"), "image/svg+xml", &text);
    }
    canvas::resize(&page, WIDTH, height, SHARP);
    canvas::paint(&context, &draws, SHARP);
    let name = file_name(title, "png");
    let done = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            save_blob(&name, &blob);
        }
    });
    page.to_blob(done.unchecked_ref()).ok();
}

/// A title as the name of a file.
pub(super) fn file_name(title: &str, ending: &str) -> String {
    let plain = |letter: char| {
        if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '-' }
    };
    let name: String = title.chars().map(plain).take(80).collect();
    let name = name.trim_matches(['-', '.']);
    format!("{}.{ending}", if name.is_empty() { "chart" } else { name })
}
