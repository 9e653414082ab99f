//! A third value as the height over two others: colours between the runs.

use crate::axes::{self, sized};
use crate::colour::ramp;
use crate::draw::{Anchor, Draw, Point, Rect};
use crate::format;
use crate::layout::Measure;
use crate::picture::{Dimension, Hit, Mark, Picture, Sheet, around, roomy};

/// The side of a cell, in CSS pixels.
const CELL: f64 = 4.0;
/// How many heights are told apart.
const HEIGHTS: f64 = 12.0;
const RADIUS: f64 = 3.5;
/// The width of the legend.
const LEGEND: f64 = 52.0;

/// Heights over two dimensions. Between the runs they are weighted by how near
/// each run is (Shepard's method), which goes through every run's own value.
#[derive(Clone, Debug, PartialEq)]
pub struct Contour {
    /// The runs.
    pub runs: Vec<Mark>,
    /// To the right.
    pub x: Dimension,
    /// Upwards.
    pub y: Dimension,
    /// The height.
    pub z: Dimension,
    /// Whether high is dark.
    pub reverse: bool,
}

impl Contour {
    /// The runs that have all three values: place by share of the axes, height.
    fn known(&self) -> Vec<(usize, f64, f64, f64)> {
        let all = |run| Some((run, self.x.value(run)?, self.y.value(run)?, self.z.value(run)?));
        (0..self.runs.len()).filter_map(all).collect()
    }

    /// Draws the heights, the runs, and a legend.
    #[must_use]
    pub fn picture(&self, sheet: &Sheet, measure: Measure<'_>) -> Picture {
        let known = self.known();
        if known.len() < 3 {
            return sheet.nothing("at least three runs with all values are needed");
        }
        let mut axes = sheet.axes(&self.x, &self.y);
        (axes.x_domain, axes.y_domain) = (roomy(axes.x_domain), roomy(axes.y_domain));
        axes.y_fixed = true;
        let font = sheet.theme.font();
        let layout = axes.lay_out(LEGEND + 12.0, &sized(measure, &font));
        let plot = layout.plot;
        let mut draws = vec![axes::backdrop(layout.frame, &sheet.theme)];
        axes.draw(&layout, &mut draws);
        // In pixels, so that both axes count as they are seen.
        let placed: Vec<(Point, f64)> = known
            .iter()
            .filter_map(|(_, x, y, z)| {
                Some((Point::new(layout.x.to_px(*x)?, layout.y.to_px(*y)?), *z))
            })
            .collect();
        let (columns, rows) =
            ((plot.width / CELL).ceil() as usize, (plot.height / CELL).ceil() as usize);
        for row in 0..rows {
            for column in 0..columns {
                let (x, y) = (plot.x + column as f64 * CELL, plot.y + row as f64 * CELL);
                let rect = Rect {
                    x,
                    y,
                    width: CELL.min(plot.right() - x),
                    height: CELL.min(plot.bottom() - y),
                };
                let middle = Point::new(x + rect.width / 2.0, y + rect.height / 2.0);
                let colour = self.colour(height_at(middle, &placed));
                draws.push(Draw::Fill { rect, colour, opacity: 0.85 });
            }
        }
        let mut hits = Vec::new();
        for ((run, x, y, z), (at, _)) in known.iter().zip(&placed) {
            let Some(mark) = self.runs.get(*run) else { continue };
            draws.push(Draw::Dots {
                centres: vec![*at],
                radius: RADIUS,
                colour: sheet.theme.ink.clone(),
                ring: Some(sheet.theme.background.clone()),
                opacity: sheet.opacity(&mark.id),
            });
            let part = |of: &Dimension, value: f64| format!("{} {}", of.name, of.words(value));
            let words = [part(&self.z, *z), part(&self.x, *x), part(&self.y, *y)].join(" · ");
            let (label, colour) = (mark.label.clone(), self.colour(*z));
            hits.push(Hit { id: mark.id.clone(), rect: around(*at, RADIUS), label, words, colour });
        }
        self.draw_legend(plot, sheet, &mut draws);
        Picture { draws, hits }
    }

    /// The colour of a height, in steps.
    fn colour(&self, z: f64) -> crate::theme::Colour {
        let share = self.z.share(z).clamp(0.0, 1.0);
        let share = ((share * HEIGHTS).floor().min(HEIGHTS - 1.0)) / (HEIGHTS - 1.0);
        ramp(if self.reverse { 1.0 - share } else { share })
    }

    fn draw_legend(&self, plot: Rect, sheet: &Sheet, draws: &mut Vec<Draw>) {
        let domain = self.z.domain();
        let x = plot.right() + 12.0;
        let each = plot.height / HEIGHTS;
        for nth in 0..HEIGHTS as usize {
            let share = (nth as f64 + 0.5) / HEIGHTS;
            let y = plot.bottom() - (nth as f64 + 1.0) * each;
            let rect = Rect { x, y, width: 8.0, height: each };
            let colour = self.colour(domain.lo() + share * domain.span());
            draws.push(Draw::Fill { rect, colour, opacity: 0.85 });
        }
        for (value, y) in [(domain.hi(), plot.y), (domain.lo(), plot.bottom())] {
            draws.push(Draw::Text {
                text: format::value(value),
                at: Point::new(x + 12.0, y),
                anchor: Anchor::Start,
                colour: sheet.theme.muted.clone(),
                font: sheet.theme.font(),
            });
        }
    }
}

/// The height at a place: nearer runs count more, by the cube of the distance.
fn height_at(at: Point, placed: &[(Point, f64)]) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for (point, z) in placed {
        let distance = (point.x - at.x).hypot(point.y - at.y);
        if distance < 1e-6 {
            return *z;
        }
        let weight = distance.powi(-3);
        sum += weight * z;
        total += weight;
    }
    sum / total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_go_through_the_runs_and_stay_between_them() {
        let placed = [(Point::new(0.0, 0.0), 1.0), (Point::new(10.0, 0.0), 3.0)];
        assert_eq!(height_at(Point::new(0.0, 0.0), &placed), 1.0);
        assert_eq!(height_at(Point::new(5.0, 0.0), &placed), 2.0);
        assert!(height_at(Point::new(1.0, 0.0), &placed) < 1.1);
    }

    #[test]
    fn cells_fill_the_plot_and_three_runs_are_needed() {
        let mark = |id: &str| Mark { id: id.into(), label: id.into(), colour: "red".into() };
        let of = |name: &str, values: [f64; 3]| Dimension::numbers(name, values.map(Some));
        let mut contour = Contour {
            runs: vec![mark("a"), mark("b"), mark("c")],
            x: of("x", [0.0, 1.0, 2.0]),
            y: of("y", [0.0, 1.0, 0.0]),
            z: of("z", [0.0, 1.0, 2.0]),
            reverse: false,
        };
        let sheet = Sheet { width: 300.0, height: 200.0, pixel_ratio: 1.0, ..Sheet::default() };
        let measure = |text: &str, _: &str| 6.0 * text.len() as f64;
        let picture = contour.picture(&sheet, &measure);
        assert_eq!(picture.hits.len(), 3);
        let (low, high) = (picture.hits[0].colour.clone(), picture.hits[2].colour.clone());
        assert_eq!((&*low, &*high), ("#4b4fc9", "#d98a00"));
        contour.reverse = true;
        assert_eq!(contour.picture(&sheet, &measure).hits[0].colour, high);
        contour.z.values[1] = None;
        assert!(contour.picture(&sheet, &measure).hits.is_empty());
    }
}
