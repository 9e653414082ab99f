//! A dot for each run, over two of its values; coloured by itself or a third.

use crate::axes::{self, sized};
use crate::colour::ramp;
use crate::draw::{Draw, Point};
use crate::layout::Measure;
use crate::picture::{Dimension, Hit, Mark, Picture, Sheet, around, roomy};

const RADIUS: f64 = 4.0;

/// Dots over two dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct Scatter {
    /// The runs.
    pub runs: Vec<Mark>,
    /// To the right.
    pub x: Dimension,
    /// Upwards.
    pub y: Dimension,
    /// What colours the dots; their own colours without.
    pub colour: Option<Dimension>,
}

impl Scatter {
    /// Draws the dots of the runs that have both values.
    #[must_use]
    pub fn picture(&self, sheet: &Sheet, measure: Measure<'_>) -> Picture {
        let both = |at: usize| self.x.value(at).zip(self.y.value(at));
        if !(0..self.runs.len()).any(|at| both(at).is_some()) {
            return sheet.nothing("no run has both values");
        }
        let mut axes = sheet.axes(&self.x, &self.y);
        (axes.x_domain, axes.y_domain) = (roomy(axes.x_domain), roomy(axes.y_domain));
        let font = sheet.theme.font();
        let layout = axes.lay_out(RADIUS + 8.0, &sized(measure, &font));
        let mut draws = vec![axes::backdrop(layout.frame, &sheet.theme)];
        axes.draw(&layout, &mut draws);
        let mut hits = Vec::new();
        for (at, mark) in self.runs.iter().enumerate() {
            let Some((x, y)) = both(at) else { continue };
            let Some((px, py)) = layout.x.to_px(x).zip(layout.y.to_px(y)) else { continue };
            let third = self.colour.as_ref().map(|third| (third, third.value(at)));
            let colour = match third {
                Some((third, Some(value))) => ramp(third.share(value)),
                Some((_, None)) => sheet.theme.grid.clone(),
                None => mark.colour.clone(),
            };
            let centre = Point::new(px, py);
            draws.push(Draw::Dots {
                centres: vec![centre],
                radius: RADIUS,
                colour: colour.clone(),
                ring: None,
                opacity: 0.85 * sheet.opacity(&mark.id),
            });
            let part = |of: &Dimension, value| format!("{} {}", of.name, of.words(value));
            let mut words = format!("{} · {}", part(&self.x, x), part(&self.y, y));
            if let Some((third, Some(value))) = third {
                words = format!("{words} · {}", part(third, value));
            }
            let rect = around(centre, RADIUS);
            hits.push(Hit { id: mark.id.clone(), rect, label: mark.label.clone(), words, colour });
        }
        Picture { draws, hits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_lie_where_their_values_are() {
        let mark = |id: &str| Mark { id: id.into(), label: id.into(), colour: "red".into() };
        let scatter = Scatter {
            runs: vec![mark("a"), mark("b"), mark("c")],
            x: Dimension::texts("opt", [Some("sgd"), Some("adam"), Some("adam")]),
            y: Dimension::numbers("f1", [Some(1.0), Some(2.0), None]),
            colour: Some(Dimension::numbers("lr", [Some(0.0), Some(1.0), None])),
        };
        let sheet = Sheet { width: 400.0, height: 200.0, pixel_ratio: 1.0, ..Sheet::default() };
        let picture = scatter.picture(&sheet, &|text, _| 6.0 * text.len() as f64);
        let [a, b] = picture.hits.as_slice() else { panic!("{:?}", picture.hits) };
        assert!(a.rect.x > b.rect.x && a.rect.y > b.rect.y);
        assert_eq!(a.words, "opt sgd · f1 1 · lr 0");
        assert_eq!((&*a.colour, &*b.colour), ("#4b4fc9", "#d98a00"));
        let text = |wanted: &str| {
            picture.draws.iter().any(|d| matches!(d, Draw::Text { text, .. } if text == wanted))
        };
        assert!(text("adam") && text("sgd") && text("opt") && text("f1"));
    }
}
