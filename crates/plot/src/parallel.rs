//! Parallel coordinates: a line for each run across several axes, and brushes.

use std::ops::RangeInclusive;

use crate::axes::{self, sized};
use crate::colour::ramp;
use crate::draw::{Anchor, Draw, Path, Point, Rect, crisp, hairline};
use crate::layout::{Measure, shortened};
use crate::picture::{Dimension, Hit, Mark, Picture, Sheet, around};
use crate::scale::{Scale, ScaleKind};
use crate::ticks;

/// Between an axis and its labels.
const GAP: f64 = 5.0;
/// How far from an axis the pointer is on it, in CSS pixels.
const REACH: f64 = 14.0;
/// The most lines that the names of the axes stand on.
const NAME_LINES: usize = 3;
/// The opacity of a run that a brush leaves out.
const LEFT_OUT: f64 = 0.07;

/// A part of an axis that was brushed: from a value to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Brush {
    /// The axis, from the left.
    pub axis: usize,
    /// The values.
    pub range: RangeInclusive<f64>,
}

/// Lines across axes. A run without a value has a line as far as its values are
/// next to each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Parallel {
    /// The runs.
    pub runs: Vec<Mark>,
    /// The axes from left to right; the last one of numbers colours the lines.
    pub axes: Vec<Dimension>,
    /// What is brushed, at most one part an axis.
    pub brushes: Vec<Brush>,
}

/// Where the axes stand.
#[derive(Clone, Debug, PartialEq)]
pub struct ParallelLayout {
    /// The x of each axis.
    pub xs: Vec<f64>,
    /// The scale of each axis.
    pub scales: Vec<Scale>,
    /// The name above each axis.
    pub names: Vec<AxisName>,
}

/// The name above an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisName {
    /// The name: whole where there is room for it.
    pub text: String,
    /// The middle of its left end.
    pub at: Point,
}

impl ParallelLayout {
    /// The axis under the pointer.
    #[must_use]
    pub fn axis_at(&self, at: Point) -> Option<usize> {
        self.xs.iter().position(|x| (x - at.x).abs() <= REACH)
    }

    /// The brush from one height to another on an axis; a click is none.
    #[must_use]
    pub fn brush(&self, axis: usize, from: f64, to: f64) -> Option<Brush> {
        let scale = self.scales.get(axis)?;
        let (a, b) = (scale.to_value(from), scale.to_value(to));
        ((from - to).abs() >= 4.0).then(|| Brush { axis, range: a.min(b)..=a.max(b) })
    }
}

impl Parallel {
    /// Whether the brushes leave a run.
    #[must_use]
    pub fn is_left(&self, run: usize) -> bool {
        self.brushes.iter().all(|brush| {
            let value = self.axes.get(brush.axis).and_then(|axis| axis.value(run));
            value.is_some_and(|value| brush.range.contains(&value))
        })
    }

    /// The values that the runs have on an axis, each once, the least first.
    #[must_use]
    pub fn values(&self, axis: usize) -> Vec<f64> {
        let Some(axis) = self.axes.get(axis) else { return Vec::new() };
        let values = (0..self.runs.len()).filter_map(|run| axis.value(run));
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    }

    /// The part of an axis that is brushed, or all of it; `None` without values.
    #[must_use]
    pub fn brushed(&self, axis: usize) -> Option<RangeInclusive<f64>> {
        let brush = self.brushes.iter().find(|brush| brush.axis == axis);
        let values = || self.values(axis);
        brush.map(|brush| brush.range.clone()).or_else(|| {
            let values = values();
            Some(*values.first()?..=*values.last()?)
        })
    }

    /// The brush of an axis once one of its ends is moved by so many of the runs'
    /// values; none where all of them are in it.
    #[must_use]
    pub fn nudged(&self, axis: usize, upper: bool, by: isize) -> Option<Brush> {
        let (values, range) = (self.values(axis), self.brushed(axis)?);
        let last = values.len().checked_sub(1)?;
        let mut low = values.partition_point(|value| value < range.start()).min(last);
        let mut high = values.partition_point(|value| value <= range.end()).saturating_sub(1);
        if upper {
            high = high.saturating_add_signed(by).clamp(low, last);
        } else {
            low = low.saturating_add_signed(by).min(high.max(low));
        }
        let range = *values.get(low)?..=*values.get(high.max(low))?;
        (low > 0 || high < last).then_some(Brush { axis, range })
    }

    /// Where the axes stand on a sheet.
    #[must_use]
    pub fn layout(&self, sheet: &Sheet, measure: Measure<'_>) -> ParallelLayout {
        let frame = sheet.frame();
        let font = sheet.theme.font();
        let width_of = sized(measure, &font);
        let line = axes::line(&sheet.theme);
        // The first axis' labels stand to its left like all others'.
        let widest = self.axes.first().map_or(0.0, |axis| {
            let labels = labels(axis).into_iter().map(|(_, label)| width_of(&label));
            labels.fold(0.0, f64::max)
        });
        let left = (widest + 2.0 * GAP).min(frame.width * 0.5).max(16.0);
        let width = (frame.width - left - 24.0).max(1.0);
        let steps = self.axes.len().saturating_sub(1).max(1) as f64;
        let xs: Vec<f64> =
            (0..self.axes.len()).map(|nth| left + width * nth as f64 / steps).collect();
        // As few lines as give every name its room.
        let set_on = |lines| (lines, self.names(&xs, lines, frame.width, line, &width_of));
        let fits = |(_, names): &(usize, Vec<AxisName>)| {
            names.iter().zip(&self.axes).all(|(name, axis)| name.text == axis.name)
        };
        let (lines, names) =
            (1..NAME_LINES).map(set_on).find(fits).unwrap_or_else(|| set_on(NAME_LINES));
        let top = line * lines as f64 + 10.0;
        let bottom = (frame.height - 6.0).max(top + 1.0);
        let scale = |axis: &Dimension| Scale::new(ScaleKind::Linear, axis.domain(), bottom, top);
        let scales = self.axes.iter().map(scale).collect();
        ParallelLayout { scales, names, xs }
    }

    /// Names on so many lines, one after the other and again from the first: the
    /// more there are, the more room has each.
    fn names(
        &self,
        xs: &[f64],
        lines: usize,
        width: f64,
        line: f64,
        width_of: &dyn Fn(&str) -> f64,
    ) -> Vec<AxisName> {
        let each = match xs {
            [first, second, ..] => second - first,
            _ => width,
        } * lines as f64;
        let last = self.axes.len().saturating_sub(1);
        let name = |(nth, (axis, x)): (usize, (&Dimension, &f64))| {
            let room = match nth {
                // Its neighbour on the line is in the middle of its own axis.
                0 => x + each / 2.0,
                _ if nth == last => width - x + each / 2.0,
                _ => each.min(2.0 * x.min(width - x)),
            };
            let text = shortened(&axis.name, room - GAP, width_of);
            let wide = width_of(&text);
            let left = match nth {
                0 => 0.0,
                _ if nth == last => width - wide,
                _ => x - wide / 2.0,
            };
            AxisName { text, at: Point::new(left, line * ((nth % lines) as f64 + 0.5)) }
        };
        self.axes.iter().zip(xs).enumerate().map(name).collect()
    }

    /// Draws axes, lines and brushes.
    #[must_use]
    pub fn picture(&self, sheet: &Sheet, measure: Measure<'_>) -> Picture {
        if self.axes.len() < 2 || self.runs.is_empty() {
            return sheet.nothing("choose two axes or more");
        }
        let layout = self.layout(sheet, measure);
        let mut draws = vec![axes::backdrop(sheet.frame(), &sheet.theme)];
        let mut hits = Vec::new();
        // What a brush leaves and what is in focus lies above the rest.
        let mut order: Vec<usize> = (0..self.runs.len()).collect();
        order.sort_by_key(|run| {
            let lit =
                self.runs.get(*run).is_some_and(|mark| sheet.focus.as_ref() == Some(&mark.id));
            (self.is_left(*run), lit)
        });
        for run in order {
            self.draw_run(run, &layout, sheet, &mut draws, &mut hits);
        }
        self.draw_axes(&layout, sheet, measure, &mut draws);
        Picture { draws, hits }
    }

    fn draw_run(
        &self,
        run: usize,
        layout: &ParallelLayout,
        sheet: &Sheet,
        draws: &mut Vec<Draw>,
        hits: &mut Vec<Hit>,
    ) {
        let Some(mark) = self.runs.get(run) else { return };
        let last = self.axes.iter().rev().find(|axis| axis.kinds.is_empty());
        let value = last.and_then(|axis| Some(axis.share(axis.value(run)?)));
        let colour = value.map_or_else(|| mark.colour.clone(), ramp);
        let left = self.is_left(run);
        let opacity = if left { 0.8 * sheet.opacity(&mark.id) } else { LEFT_OUT };
        let mut path = Path::new();
        let mut said = Vec::new();
        let mut corners = Vec::new();
        for ((axis, x), scale) in self.axes.iter().zip(&layout.xs).zip(&layout.scales) {
            let Some((value, y)) = axis.value(run).and_then(|v| Some((v, scale.to_px(v)?))) else {
                path.lift();
                continue;
            };
            let at = Point::new(*x, y);
            path.push(at);
            corners.push(at);
            said.push(format!("{} {}", axis.name, axis.words(value)));
        }
        let lit = sheet.focus.as_ref() == Some(&mark.id);
        let width = if lit { 2.5 } else { 1.25 };
        draws.push(Draw::Line { path, colour: colour.clone(), width, opacity });
        if left {
            let words = said.join(" · ");
            hits.extend(corners.into_iter().map(|at| Hit {
                id: mark.id.clone(),
                rect: around(at, 3.0),
                label: mark.label.clone(),
                words: words.clone(),
                colour: colour.clone(),
            }));
        }
    }

    fn draw_axes(
        &self,
        layout: &ParallelLayout,
        sheet: &Sheet,
        measure: Measure<'_>,
        draws: &mut Vec<Draw>,
    ) {
        let theme = &sheet.theme;
        let font = theme.font();
        let width_of = sized(measure, &font);
        let line = axes::line(theme);
        let ratio = axes::sound_ratio(sheet.pixel_ratio);
        let width = hairline(ratio);
        for (nth, ((axis, x), scale)) in
            self.axes.iter().zip(&layout.xs).zip(&layout.scales).enumerate()
        {
            let at = crisp(*x, width, ratio);
            let (Some(top), Some(bottom)) =
                (scale.to_px(scale.domain().hi()), scale.to_px(scale.domain().lo()))
            else {
                continue;
            };
            let path = Path::line(Point::new(at, top), Point::new(at, bottom));
            draws.push(Draw::Line { path, colour: theme.muted.clone(), width, opacity: 0.6 });
            let mut text = |text: String, at: Point, anchor, colour: &crate::theme::Colour| {
                // Lines run below the words.
                let wide = width_of(&text);
                let left = match anchor {
                    Anchor::End => Point::new(at.x - wide, at.y),
                    _ => at,
                };
                let rect = Rect {
                    x: left.x - 2.0,
                    y: left.y - line / 2.0,
                    width: wide + 4.0,
                    height: line,
                };
                draws.push(Draw::Fill { rect, colour: theme.background.clone(), opacity: 0.72 });
                draws.push(Draw::Text {
                    text,
                    at,
                    anchor,
                    colour: colour.clone(),
                    font: font.clone(),
                });
            };
            let mut end = f64::INFINITY;
            for (value, label) in labels(axis) {
                let Some(y) = scale.to_px(value) else { continue };
                // Whole labels: those that would touch are left out.
                if end - y >= line {
                    end = y;
                    let (at, anchor) = match x - GAP {
                        right if width_of(&label) <= right => (right, Anchor::End),
                        _ => (0.0, Anchor::Start),
                    };
                    text(label, Point::new(at, y), anchor, &theme.muted);
                }
            }
            if let Some(name) = layout.names.get(nth) {
                text(name.text.clone(), name.at, Anchor::Start, &theme.ink);
            }
            let brushed = self.brushes.iter().find(|brush| brush.axis == nth);
            let ends = brushed
                .and_then(|b| scale.to_px(*b.range.end()).zip(scale.to_px(*b.range.start())));
            if let Some((high, low)) = ends {
                let rect = Rect { x: x - 5.0, y: high, width: 10.0, height: (low - high).max(1.0) };
                draws.push(Draw::Fill { rect, colour: theme.accent.clone(), opacity: 0.35 });
            }
        }
    }
}

/// The labels of an axis: all kinds, or round numbers.
fn labels(axis: &Dimension) -> Vec<(f64, String)> {
    if axis.kinds.is_empty() {
        let ticks = ticks::numbers(axis.domain(), 6).into_iter();
        return ticks.map(|tick| (tick.value, tick.label)).collect();
    }
    axis.kinds.iter().enumerate().map(|(at, kind)| (at as f64, kind.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(text: &str, _: &str) -> f64 {
        6.0 * text.chars().count() as f64
    }

    fn chart(brushes: Vec<Brush>) -> Parallel {
        let mark = |at: usize| Mark {
            id: format!("r{at}").into(),
            label: format!("r{at}").into(),
            colour: "red".into(),
        };
        Parallel {
            runs: (0..3).map(mark).collect(),
            axes: vec![
                Dimension::texts(
                    "optimizer",
                    [Some("adamw with weight decay"), Some("sgd"), Some("sgd")],
                ),
                Dimension::numbers("lr", [Some(0.1), None, Some(0.3)]),
                Dimension::numbers("f1", [Some(0.0), Some(0.5), Some(1.0)]),
            ],
            brushes,
        }
    }

    #[test]
    fn the_ends_of_a_brush_move_from_value_to_value() {
        let mut runs = chart(Vec::new());
        let mut press = |axis, upper, by| {
            let made = runs.nudged(axis, upper, by);
            runs.brushes.retain(|brush| brush.axis != axis);
            runs.brushes.extend(made.clone());
            made.map(|brush| brush.range)
        };
        assert_eq!(press(2, true, -1), Some(0.0..=0.5));
        assert_eq!(press(2, false, 1), Some(0.5..=0.5));
        assert_eq!(press(2, false, 1), Some(0.5..=0.5), "not past the other end");
        assert_eq!(press(2, true, 1), Some(0.5..=1.0));
        assert_eq!(press(2, false, -1), None, "all of it is no brush");
        assert_eq!(press(2, false, -1), None);
        assert_eq!(press(1, true, -1), Some(0.1..=0.1), "a missing value is none");
        assert_eq!(press(9, true, 1), None);
    }

    fn sheet() -> Sheet {
        Sheet { width: 600.0, height: 240.0, pixel_ratio: 1.0, ..Sheet::default() }
    }

    #[test]
    fn labels_of_kinds_are_whole() {
        let picture = chart(Vec::new()).picture(&sheet(), &measure);
        let whole = "adamw with weight decay";
        assert!(
            picture.draws.iter().any(|d| matches!(d, Draw::Text { text, .. } if text == whole))
        );
    }

    #[test]
    fn names_of_axes_are_whole_while_there_is_room() {
        let named = |names: &[&str]| {
            let mut many = chart(Vec::new());
            many.axes = names.iter().map(|n| Dimension::numbers(n, [Some(0.1)])).collect();
            many.layout(&sheet(), &measure).names
        };
        let whole = ["lr", "a", "validation/accuracy_top_5_mean", "b", "weight_decay_of_all", "f1"];
        let names = named(&whole);
        assert_eq!(names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>(), whole);
        let lines = |names: &[AxisName]| {
            let mut all: Vec<f64> = names.iter().map(|name| name.at.y).collect();
            all.sort_by(f64::total_cmp);
            all.dedup();
            all.len()
        };
        assert_eq!(lines(&names), 2);
        assert_eq!(lines(&named(&["lr", "f1"])), 1);
        let long = ["learning_rate_of_the_first_group_of_parameters"; 12];
        for names in [&named(&whole), &named(&long)] {
            for (nth, name) in names.iter().enumerate() {
                let right = name.at.x + measure(&name.text, "");
                assert!(name.at.x >= 0.0 && right <= 600.0, "{} sticks out", name.text);
                let next = names.iter().skip(nth + 1).find(|next| next.at.y == name.at.y);
                assert!(
                    next.is_none_or(|next| next.at.x >= right),
                    "{} is written over",
                    name.text
                );
            }
        }
        assert!(named(&long).iter().all(|name| name.text.ends_with('…')));
    }

    #[test]
    fn a_missing_value_cuts_the_line() {
        let picture = chart(Vec::new()).picture(&sheet(), &measure);
        let runs: Vec<usize> = picture
            .draws
            .iter()
            .filter_map(|draw| match draw {
                Draw::Line { path, opacity, .. } if *opacity == 0.8 => Some(path.runs().count()),
                _ => None,
            })
            .collect();
        assert_eq!(runs, [1, 2, 1]);
    }

    #[test]
    fn a_brush_leaves_the_runs_within_it() {
        let layout = chart(Vec::new()).layout(&sheet(), &measure);
        let y = |axis: usize, value| layout.scales[axis].to_px(value).unwrap();
        let brush = layout.brush(2, y(2, 0.4), y(2, 1.0)).unwrap();
        assert_eq!(layout.axis_at(Point::new(layout.xs[2] + 3.0, 50.0)), Some(2));
        assert_eq!(layout.brush(2, 50.0, 51.0), None);
        let left = |chart: &Parallel| (0..3).filter(|run| chart.is_left(*run)).collect::<Vec<_>>();
        assert_eq!(left(&chart(vec![brush.clone()])), [1, 2]);
        let other = Brush { axis: 1, range: 0.0..=0.2 };
        assert_eq!(left(&chart(vec![brush, other.clone()])), [0; 0]);
        // Without a value a run is not within.
        assert_eq!(left(&chart(vec![other])), [0]);
    }

    #[test]
    fn too_few_axes_are_said() {
        let mut few = chart(Vec::new());
        few.axes.truncate(1);
        assert!(few.picture(&sheet(), &measure).hits.is_empty());
    }
}
