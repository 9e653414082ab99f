//! How a value spreads over runs: a box for each kind, a histogram of all.

use std::sync::Arc;

use crate::axes::{self, sized};
use crate::draw::{Draw, Path, Point, Rect};
use crate::format;
use crate::layout::Measure;
use crate::picture::{Dimension, Hit, Mark, Picture, Sheet, around};
use crate::scale::Domain;
use crate::theme::Colour;

/// The widest box, in CSS pixels.
const WIDEST: f64 = 48.0;
const RADIUS: f64 = 2.5;

/// A box for each kind of run.
#[derive(Clone, Debug, PartialEq)]
pub struct Boxes {
    /// The runs.
    pub runs: Vec<Mark>,
    /// What they are grouped by; all are one group without.
    pub by: Option<Dimension>,
    /// What spreads.
    pub y: Dimension,
}

/// Five numbers of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Five {
    /// The least value within 1.5 box lengths below the box.
    pub low: f64,
    /// A quarter is below.
    pub first: f64,
    /// Half is below.
    pub median: f64,
    /// Three quarters are below.
    pub third: f64,
    /// The greatest value within 1.5 box lengths above the box.
    pub high: f64,
}

/// The five numbers of some values; `None` of none.
#[must_use]
pub fn five(values: &[f64]) -> Option<Five> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    // Between the two values that the place lies between, as NumPy does.
    let at = |share: f64| {
        let place = share * sorted.len().checked_sub(1)? as f64;
        let (below, above) = (sorted.get(place as usize)?, sorted.get(place.ceil() as usize)?);
        Some(below + (above - below) * place.fract())
    };
    let (first, median, third) = (at(0.25)?, at(0.5)?, at(0.75)?);
    let reach = 1.5 * (third - first);
    let low = sorted.iter().copied().find(|v| *v >= first - reach)?;
    let high = sorted.iter().rev().copied().find(|v| *v <= third + reach)?;
    Some(Five { low, first, median, third, high })
}

impl Boxes {
    /// Draws a box for each group, and each run as a dot beside its middle.
    #[must_use]
    pub fn picture(&self, sheet: &Sheet, measure: Measure<'_>) -> Picture {
        let by = self.groups();
        if self.y.values.iter().flatten().next().is_none() {
            return sheet.nothing("no values");
        }
        let axes = sheet.axes(&by, &self.y);
        let font = sheet.theme.font();
        let layout = axes.lay_out(8.0, &sized(measure, &font));
        let mut draws = vec![axes::backdrop(layout.frame, &sheet.theme)];
        axes.draw(&layout, &mut draws);
        let mut hits = Vec::new();
        let each = layout.plot.width / by.kinds.len().max(1) as f64;
        let half = (each * 0.5).min(WIDEST) / 2.0;
        for group in 0..by.kinds.len() {
            let members: Vec<usize> =
                (0..self.runs.len()).filter(|run| by.value(*run) == Some(group as f64)).collect();
            let values: Vec<f64> = members.iter().filter_map(|run| self.y.value(*run)).collect();
            let Some((five, x)) = five(&values).zip(layout.x.to_px(group as f64)) else { continue };
            let y = |value: f64| layout.y.to_px(value).unwrap_or(layout.plot.bottom());
            draw_box(&five, x, half, &y, sheet, &mut draws);
            // A little to either side, the same each time: equal values are seen apart.
            for (nth, run) in members.iter().enumerate() {
                let (Some(mark), Some(value)) = (self.runs.get(*run), self.y.value(*run)) else {
                    continue;
                };
                let aside = ((nth * 7) % 11) as f64 / 10.0 - 0.5;
                let centre = Point::new(x + aside * half, y(value));
                draws.push(Draw::Dots {
                    centres: vec![centre],
                    radius: RADIUS,
                    colour: mark.colour.clone(),
                    ring: None,
                    opacity: 0.9 * sheet.opacity(&mark.id),
                });
                hits.push(Hit {
                    id: mark.id.clone(),
                    rect: around(centre, RADIUS),
                    label: mark.label.clone(),
                    words: format!("{} {}", self.y.name, self.y.words(value)),
                    colour: mark.colour.clone(),
                });
            }
        }
        Picture { draws, hits }
    }

    /// The groups as kinds: numbers are kinds here, too, in their order.
    fn groups(&self) -> Dimension {
        let Some(by) = &self.by else {
            let values = self.runs.iter().map(|_| Some(0.0)).collect();
            return Dimension { name: String::new(), values, kinds: vec![self.y.name.clone()] };
        };
        if !by.kinds.is_empty() {
            return by.clone();
        }
        let mut numbers: Vec<f64> = by.values.iter().flatten().copied().collect();
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        let place = |value: &Option<f64>| {
            let value = (*value)?;
            Some(numbers.partition_point(|known| *known < value) as f64)
        };
        Dimension {
            name: by.name.clone(),
            values: by.values.iter().map(place).collect(),
            kinds: numbers.iter().map(|number| format::value(*number)).collect(),
        }
    }
}

fn draw_box(
    five: &Five,
    x: f64,
    half: f64,
    y: &dyn Fn(f64) -> f64,
    sheet: &Sheet,
    draws: &mut Vec<Draw>,
) {
    let theme = &sheet.theme;
    let (top, bottom) = (y(five.third), y(five.first));
    let rect = Rect { x: x - half, y: top, width: 2.0 * half, height: (bottom - top).max(1.0) };
    draws.push(Draw::Fill { rect, colour: theme.muted.clone(), opacity: 0.14 });
    let mut lines = Path::line(Point::new(x, y(five.high)), Point::new(x, top));
    let mut line = |from: Point, to: Point| {
        lines.lift();
        lines.push(from);
        lines.push(to);
    };
    line(Point::new(x, bottom), Point::new(x, y(five.low)));
    for end in [five.low, five.high] {
        line(Point::new(x - half / 2.0, y(end)), Point::new(x + half / 2.0, y(end)));
    }
    draws.push(Draw::Line { path: lines, colour: theme.muted.clone(), width: 1.0, opacity: 0.7 });
    let median =
        Path::line(Point::new(x - half, y(five.median)), Point::new(x + half, y(five.median)));
    draws.push(Draw::Line { path: median, colour: theme.ink.clone(), width: 1.5, opacity: 1.0 });
}

/// How often a value lies where.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// The runs.
    pub runs: Vec<Mark>,
    /// The value.
    pub x: Dimension,
    /// About how many bars; as many as suit the number of runs without.
    pub bins: Option<usize>,
}

impl Histogram {
    /// The bars with round ends: from where, to where, and the runs in it.
    #[must_use]
    pub fn bins(&self) -> Vec<(f64, f64, Vec<usize>)> {
        let known: Vec<(usize, f64)> =
            (0..self.runs.len()).filter_map(|run| Some((run, self.x.value(run)?))).collect();
        if known.is_empty() {
            return Vec::new();
        }
        let domain = self.x.domain();
        let (lo, hi, step) = if self.x.kinds.is_empty() {
            let wanted =
                self.bins.unwrap_or_else(|| (known.len() as f64).sqrt().ceil() as usize + 2);
            let (lo, step) = crate::ticks::bins(domain, wanted.clamp(1, 200));
            (lo, domain.hi(), step)
        } else {
            (domain.lo(), domain.hi(), 1.0)
        };
        let count = (((hi - lo) / step + 1e-9).floor() as usize + 1).min(1000);
        let mut bins: Vec<(f64, f64, Vec<usize>)> = (0..count)
            .map(|nth| (lo + nth as f64 * step, lo + (nth as f64 + 1.0) * step, Vec::new()))
            .collect();
        for (run, value) in known {
            let at = ((value - lo) / step).floor().max(0.0) as usize;
            if let Some((_, _, members)) = bins.get_mut(at.min(count.saturating_sub(1))) {
                members.push(run);
            }
        }
        while bins.last().is_some_and(|(_, _, members)| members.is_empty()) {
            bins.pop();
        }
        bins
    }

    /// Draws the bars.
    #[must_use]
    pub fn picture(&self, sheet: &Sheet, measure: Measure<'_>) -> Picture {
        let bins = self.bins();
        let ends = bins.first().zip(bins.last()).and_then(|(a, b)| Domain::new(a.0, b.1));
        let Some(ends) = ends else { return sheet.nothing("no values") };
        let most = bins.iter().map(|(_, _, members)| members.len()).max().unwrap_or(1);
        let counts = Dimension::numbers("", [Some(0.0), Some(most as f64)]);
        let mut axes = sheet.axes(&self.x, &counts);
        axes.x_domain = ends;
        let font = sheet.theme.font();
        let layout = axes.lay_out(8.0, &sized(measure, &font));
        let mut draws = vec![axes::backdrop(layout.frame, &sheet.theme)];
        axes.draw(&layout, &mut draws);
        let mut hits = Vec::new();
        let colour: Colour = sheet.theme.accent.clone();
        for (from, to, members) in bins {
            let (Some(left), Some(right)) = (layout.x.to_px(from), layout.x.to_px(to)) else {
                continue;
            };
            let Some(top) = layout.y.to_px(members.len() as f64) else { continue };
            if members.is_empty() {
                continue;
            }
            let lit = sheet.focus.as_ref().is_none_or(|focus| {
                members.iter().any(|run| self.runs.get(*run).is_some_and(|mark| mark.id == *focus))
            });
            let rect = Rect {
                x: left + 0.5,
                y: top,
                width: (right - left - 1.0).max(1.0),
                height: layout.plot.bottom() - top,
            };
            draws.push(Draw::Fill {
                rect,
                colour: colour.clone(),
                opacity: if lit { 0.8 } else { 0.3 },
            });
            let range = if self.x.kinds.is_empty() {
                format!("{} – {}", format::value(from), format::value(to))
            } else {
                self.x.words(from + 0.5)
            };
            let names: Vec<&str> = members
                .iter()
                .take(6)
                .filter_map(|run| Some(&*self.runs.get(*run)?.label))
                .collect();
            hits.push(Hit {
                id: Arc::from(""),
                rect,
                label: format!("{} × {range}", members.len()).into(),
                words: names.join(", "),
                colour: colour.clone(),
            });
        }
        Picture { draws, hits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(count: usize) -> Vec<Mark> {
        let mark = |at| Mark {
            id: format!("r{at}").into(),
            label: format!("r{at}").into(),
            colour: "red".into(),
        };
        (0..count).map(mark).collect()
    }

    #[test]
    fn five_numbers_are_numpys() {
        let got = five(&[7.0, 1.0, 2.0, 3.0, 4.0, 30.0]).unwrap();
        assert_eq!(got, Five { low: 1.0, first: 2.25, median: 3.5, third: 6.25, high: 7.0 });
        assert_eq!(five(&[]), None);
        assert_eq!(five(&[2.0]).unwrap().low, 2.0);
    }

    #[test]
    fn a_box_for_each_group_and_a_dot_for_each_run() {
        let boxes = Boxes {
            runs: marks(5),
            by: Some(Dimension::texts(
                "bs",
                [Some("64"), Some("32"), Some("64"), Some("32"), None],
            )),
            y: Dimension::numbers("f1", [1.0, 2.0, 3.0, 4.0, 5.0].map(Some)),
        };
        let sheet = Sheet { width: 300.0, height: 200.0, pixel_ratio: 1.0, ..Sheet::default() };
        let picture = boxes.picture(&sheet, &|text, _| 6.0 * text.len() as f64);
        assert_eq!(picture.hits.len(), 4);
        // 32 stands left of 64.
        assert!(picture.hits[0].rect.x < picture.hits[2].rect.x);
        assert_eq!(&*picture.hits[0].id, "r1");
    }

    #[test]
    fn every_run_is_in_one_bin() {
        let x = Dimension::numbers("f1", (0..40).map(|n| Some(f64::from(n) / 10.0)));
        let histogram = Histogram { runs: marks(40), x, bins: Some(4) };
        let bins = histogram.bins();
        assert_eq!(bins.iter().map(|(_, _, members)| members.len()).sum::<usize>(), 40);
        assert_eq!((bins[0].0, bins[0].1), (0.0, 1.0));
        assert!(bins.iter().all(|(a, b, _)| b - a == 1.0));
        let same =
            Histogram { runs: marks(3), x: Dimension::numbers("x", [Some(5.0); 3]), bins: None };
        assert_eq!(same.bins().iter().filter(|(_, _, m)| m.len() == 3).count(), 1);
    }
}
