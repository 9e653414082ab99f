//! The part of the data that is shown, and how hands change it.

use crate::draw::Point;
use crate::layout::Layout;
use crate::scale::Scale;

/// The part of the data to show. `None` shows all of it; y then follows the
/// values in the x that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// The ends of the x axis.
    pub x: Ends,
    /// The ends of the y axis.
    pub y: Ends,
}

/// Two ends of an axis, or all of it.
pub type Ends = Option<(f64, f64)>;

/// A drag that strays less than this from an axis, in pixels, means that axis.
const STRAY: f64 = 16.0;
/// A drag shorter than this, in pixels, is a click.
const CLICK: f64 = 4.0;
/// The shortest part of an axis that can be told apart, as a share of its ends.
const FINEST: f64 = 1e-12;

/// The two places, in pixels, that a drag from one point to another selects on
/// each axis; `None` for an axis that it leaves alone. A drag along one axis
/// selects on that axis alone, and a click selects nothing.
#[must_use]
pub fn selection(layout: &Layout, from: Point, to: Point) -> (Ends, Ends) {
    let plot = layout.plot;
    let within =
        |at: Point| Point::new(at.x.clamp(plot.x, plot.right()), at.y.clamp(plot.y, plot.bottom()));
    let (from, to) = (within(from), within(to));
    let (dx, dy) = ((to.x - from.x).abs(), (to.y - from.y).abs());
    let x =
        (dx >= CLICK && (dx >= STRAY || dx >= dy)).then_some((from.x.min(to.x), from.x.max(to.x)));
    let y =
        (dy >= CLICK && (dy >= STRAY || dy > dx)).then_some((from.y.min(to.y), from.y.max(to.y)));
    (x, y)
}

impl View {
    /// The view that a drag selects, or this one after a click.
    #[must_use]
    pub fn selected(self, layout: &Layout, from: Point, to: Point) -> Self {
        let (x, y) = selection(layout, from, to);
        let ends = |scale: &Scale, ends: Option<(f64, f64)>, now| {
            let (a, b) = ends?;
            apart(scale.to_value(a), scale.to_value(b)).or(now)
        };
        Self { x: ends(&layout.x, x, self.x).or(self.x), y: ends(&layout.y, y, self.y).or(self.y) }
    }

    /// The view after everything was moved by so many pixels. An axis that
    /// follows its values goes on doing so.
    #[must_use]
    pub fn panned(self, layout: &Layout, dx: f64, dy: f64) -> Self {
        let plot = layout.plot;
        let x = apart(layout.x.to_value(plot.x - dx), layout.x.to_value(plot.right() - dx));
        let y = || apart(layout.y.to_value(plot.bottom() - dy), layout.y.to_value(plot.y - dy));
        Self { x: x.or(self.x), y: self.y.and_then(|now| y().or(Some(now))) }
    }

    /// The view in which x is `factor` times as long, and the x at a pixel stays
    /// where it is: below 1 is closer. y follows its values, or is kept.
    #[must_use]
    pub fn zoomed(self, layout: &Layout, at: f64, factor: f64) -> Self {
        let plot = layout.plot;
        let at = at.clamp(plot.x, plot.right());
        let edge = |px: f64| layout.x.to_value(at + (px - at) * factor);
        Self { x: apart(edge(plot.x), edge(plot.right())).or(self.x), ..self }
    }

    /// The view without what lies beyond all of the data: one that would show as
    /// much or more is none, and one that would show less is moved onto it.
    #[must_use]
    pub fn within(self, all: (f64, f64)) -> Self {
        let Some((lo, hi)) = self.x else { return self };
        let width = hi - lo;
        if width >= all.1 - all.0 {
            return Self { x: None, ..self };
        }
        let lo = lo.clamp(all.0, all.1 - width);
        Self { x: Some((lo, lo + width)), ..self }
    }
}

/// Two ends in order, if they can be told apart.
fn apart(a: f64, b: f64) -> Option<(f64, f64)> {
    let (lo, hi) = (a.min(b), a.max(b));
    let size = lo.abs().max(hi.abs());
    (lo.is_finite() && hi.is_finite() && hi - lo > size * FINEST).then_some((lo, hi))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LineChart, Points, Series};

    fn chart(view: View) -> LineChart {
        let xs: Vec<f64> = (0..=100).map(f64::from).collect();
        LineChart {
            series: vec![Series::new("a", "a", Points::new(&xs, &xs))],
            width: 500.0,
            height: 200.0,
            view,
            ..LineChart::default()
        }
    }

    fn layout(view: View) -> Layout {
        chart(view).layout(&|text, _| 6.0 * text.len() as f64).unwrap()
    }

    fn place(layout: &Layout, x: f64, y: f64) -> Point {
        Point::new(layout.x.to_px(x).unwrap(), layout.y.to_px(y).unwrap())
    }

    fn near(ends: Option<(f64, f64)>, lo: f64, hi: f64) -> bool {
        ends.is_some_and(|(a, b)| (a - lo).abs() < 1e-6 && (b - hi).abs() < 1e-6)
    }

    #[test]
    fn a_drag_along_an_axis_selects_on_it_alone() {
        let all = layout(View::default());
        let at = |x, y| place(&all, x, y);
        let view = View::default().selected(&all, at(80.0, 50.0), at(20.0, 52.0));
        assert!(near(view.x, 20.0, 80.0) && view.y.is_none());
        let view = View::default().selected(&all, at(50.0, 20.0), at(51.0, 80.0));
        assert!(near(view.y, 20.0, 80.0) && view.x.is_none());
        let view = View::default().selected(&all, at(20.0, 20.0), at(80.0, 80.0));
        assert!(near(view.x, 20.0, 80.0) && near(view.y, 20.0, 80.0));
        let kept = View { x: Some((1.0, 2.0)), y: None };
        assert_eq!(kept.selected(&all, at(50.0, 50.0), at(50.2, 50.2)), kept);
    }

    #[test]
    fn the_wheel_keeps_what_is_under_it() {
        let all = layout(View::default());
        let at = place(&all, 25.0, 0.0).x;
        let view = View::default().zoomed(&all, at, 0.5);
        assert!(near(view.x, 12.5, 62.5), "{view:?}");
        let closer = layout(view);
        let back = view.zoomed(&closer, place(&closer, 25.0, 0.0).x, 2.0);
        assert!(near(back.x, 0.0, 100.0));
        assert_eq!(back.zoomed(&closer, at, 4.0).within((0.0, 100.0)).x, None);
    }

    #[test]
    fn zooming_in_ends_where_numbers_do() {
        let mut view = View::default();
        for _ in 0..200 {
            let layout = layout(view);
            view = view.zoomed(&layout, place(&layout, 50.0, 0.0).x, 0.5);
        }
        let (lo, hi) = view.x.unwrap();
        assert!(lo <= 50.0 && 50.0 <= hi && hi - lo < 1e-6);
    }

    #[test]
    fn moving_stays_on_the_data() {
        let view = View { x: Some((20.0, 30.0)), y: None };
        let shown = layout(view);
        let moved = view.panned(&shown, -shown.plot.width, 5.0);
        assert!(near(moved.x, 30.0, 40.0) && moved.y.is_none());
        let far = view.panned(&shown, 50.0 * shown.plot.width, 0.0).within((0.0, 100.0));
        assert!(near(far.x, 0.0, 10.0), "{far:?}");
    }
}
