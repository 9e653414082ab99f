//! Bars: the last values of metrics, a row for each run.

use crate::axes::{self, sized};
use crate::draw::{Anchor, Draw, Path, Point, Rect, crisp, hairline};
use crate::format;
use crate::layout::{Measure, shortened};
use crate::picture::{Dimension, Hit, Mark, Picture, Sheet};
use crate::scale::{Domain, Scale, ScaleKind};
use crate::ticks;

/// The share of the width that names may take.
const NAMES_SHARE: f64 = 0.36;
/// Between a name and its bar, and between a bar and its value.
const GAP: f64 = 8.0;
/// The highest that a row gets.
const HIGHEST: f64 = 28.0;

/// The bars of some runs: of several metrics, a bar each in a run's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// The runs.
    pub runs: Vec<Mark>,
    /// The metrics.
    pub metrics: Vec<Dimension>,
}

impl Bars {
    /// Draws the bars. Where not all rows fit, the first do, and a line says how
    /// many more there are.
    #[must_use]
    pub fn picture(&self, sheet: &Sheet, measure: Measure<'_>) -> Picture {
        let frame = sheet.frame();
        let font = sheet.theme.font();
        let width_of = sized(measure, &font);
        let line = axes::line(&sheet.theme);
        let rows: Vec<(usize, &Mark)> = (self.runs.iter().enumerate())
            .filter(|(at, _)| self.metrics.iter().any(|metric| metric.value(*at).is_some()))
            .collect();
        let values = self.metrics.iter().flat_map(|metric| metric.values.iter().flatten());
        // From zero: a bar's length is its value.
        let ends = values.fold((0.0_f64, 0.0_f64), |(lo, hi), &v| (lo.min(v), hi.max(v)));
        let (Some(domain), false) = (Domain::new(ends.0, ends.1), rows.is_empty()) else {
            return sheet.nothing("no values");
        };
        let several = self.metrics.len().max(1);
        let axis = line + GAP;
        let height = (frame.height - axis).max(1.0);
        // At least a few pixels a bar; a name where its row is as high as a line.
        let least =
            (5.0 * several as f64).max(if rows.len() as f64 * line <= height { line } else { 5.0 });
        let fit = ((height / least) as usize).max(1);
        let cut = rows.len() > fit;
        let shown = if cut { ((height - line) / least).max(1.0) as usize } else { rows.len() };
        let room = if cut { height - line } else { height };
        let each = (room / shown as f64).min(HIGHEST * several as f64);
        let named = each >= line;
        let most = frame.width * NAMES_SHARE;
        let name = |mark: &Mark| {
            if named { shortened(&mark.label, most, &width_of) } else { String::new() }
        };
        let names: Vec<String> = rows.iter().take(shown).map(|(_, mark)| name(mark)).collect();
        let left = names.iter().map(|name| width_of(name)).fold(0.0, f64::max);
        let left = if named { (left + GAP).ceil() } else { 0.0 };
        let right = width_of("-0.00001234") + GAP;
        let plot = Rect {
            x: left,
            y: 0.0,
            width: (frame.width - left - right).max(1.0),
            height: each * shown as f64,
        };
        let x = Scale::new(ScaleKind::Linear, domain, plot.x, plot.right());
        let zero = x.to_px(0.0).unwrap_or(plot.x);

        let mut draws = vec![axes::backdrop(frame, &sheet.theme)];
        let mut hits = Vec::new();
        let width = hairline(axes::sound_ratio(sheet.pixel_ratio));
        let upright = |at: f64| {
            let at = crisp(at, width, axes::sound_ratio(sheet.pixel_ratio));
            Path::line(Point::new(at, plot.y), Point::new(at, plot.bottom()))
        };
        let rule = |path, colour: &crate::theme::Colour, opacity| Draw::Line {
            path,
            colour: colour.clone(),
            width,
            opacity,
        };
        let text = |text: String, at, anchor, colour: &crate::theme::Colour| Draw::Text {
            text,
            at,
            anchor,
            colour: colour.clone(),
            font: font.clone(),
        };
        let count = ((plot.width / 72.0) as usize).clamp(2, 8);
        for tick in ticks::numbers(domain, count) {
            let Some(at) = x.to_px(tick.value) else { continue };
            draws.push(rule(upright(at), &sheet.theme.grid, 1.0));
            let below = Point::new(at, plot.bottom() + axis / 2.0 + 1.0);
            draws.push(text(tick.label, below, Anchor::Middle, &sheet.theme.muted));
        }
        let thick = (each * 0.72 / several as f64).max(1.0);
        for (row, ((run, mark), name)) in rows.iter().zip(&names).enumerate() {
            let opacity = sheet.opacity(&mark.id);
            let middle = plot.y + each * (row as f64 + 0.5);
            if named {
                let ink = if opacity < 1.0 { &sheet.theme.muted } else { &sheet.theme.ink };
                draws.push(text(name.clone(), Point::new(left - GAP, middle), Anchor::End, ink));
            }
            for (nth, metric) in self.metrics.iter().enumerate() {
                let Some((value, end)) = metric.value(*run).and_then(|v| Some((v, x.to_px(v)?)))
                else {
                    continue;
                };
                let top = middle + thick * (nth as f64 - several as f64 / 2.0);
                let rect = Rect {
                    x: zero.min(end),
                    y: top,
                    width: (end - zero).abs().max(1.0),
                    height: (thick - 1.0).max(1.0),
                };
                // Further metrics of a run are lighter.
                let shade = opacity * (1.0 - 0.55 * nth as f64 / several as f64);
                draws.push(Draw::Fill { rect, colour: mark.colour.clone(), opacity: shade });
                if thick >= line - 4.0 {
                    let at = Point::new(end.max(zero) + 6.0, top + thick / 2.0);
                    draws.push(text(format::value(value), at, Anchor::Start, &sheet.theme.muted));
                }
                hits.push(Hit {
                    id: mark.id.clone(),
                    rect: Rect { x: 0.0, width: frame.width, ..rect },
                    label: mark.label.clone(),
                    words: format!("{} {}", metric.name, format::value(value)),
                    colour: mark.colour.clone(),
                });
            }
        }
        draws.push(rule(upright(zero), &sheet.theme.muted, 0.5));
        if cut {
            let more = format!("+ {}", rows.len() - shown);
            let at = Point::new(frame.width, frame.bottom() - line / 2.0);
            draws.push(text(more, at, Anchor::End, &sheet.theme.muted));
        }
        Picture { draws, hits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        Sheet { width: 400.0, height: 200.0, pixel_ratio: 1.0, ..Sheet::default() }
    }

    fn measure(text: &str, _: &str) -> f64 {
        6.0 * text.chars().count() as f64
    }

    fn bars(values: &[Option<f64>]) -> Bars {
        let mark = |at: usize| Mark {
            id: format!("r{at}").into(),
            label: format!("run {at}").into(),
            colour: "#123456".into(),
        };
        Bars {
            runs: (0..values.len()).map(mark).collect(),
            metrics: vec![Dimension::numbers("f1", values.iter().copied())],
        }
    }

    fn lengths(picture: &Picture) -> Vec<f64> {
        let bar = |draw: &Draw| match draw {
            Draw::Fill { rect, colour, .. } if **colour == *"#123456" => Some(rect.width),
            _ => None,
        };
        picture.draws.iter().filter_map(bar).collect()
    }

    #[test]
    fn a_bar_is_as_long_as_its_value() {
        let picture =
            bars(&[Some(1.0), None, Some(0.5), Some(f64::NAN)]).picture(&sheet(), &measure);
        let lengths = lengths(&picture);
        assert_eq!(lengths.len(), 2);
        assert!((lengths[0] - 2.0 * lengths[1]).abs() < 1e-9);
        assert_eq!(picture.hits[1].words, "f1 0.5");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let picture = bars(&vec![Some(1.0); 500]).picture(&sheet(), &measure);
        let drawn = lengths(&picture).len();
        let more = format!("+ {}", 500 - drawn);
        assert!(
            picture.draws.iter().any(|d| matches!(d, Draw::Text { text, .. } if *text == more))
        );
        assert!(picture.hits.iter().all(|hit| hit.rect.bottom() <= 200.0));
    }

    #[test]
    fn nothing_is_said() {
        assert_eq!(bars(&[None]).picture(&sheet(), &measure).hits, []);
    }
}
