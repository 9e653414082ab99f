//! How far a table is scrolled, where it is taller than browsers draw elements.

/// The tallest element that is made, in CSS pixels: browsers end near 16 million.
pub(super) const TALLEST: f64 = 8e6;

/// Where a table stands. A short one stands where its scroller does. In a tall one
/// a leap of the scroller leads to the same share of the table, and a small step,
/// as of a wheel or a key, as far as it would in a short one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Travel {
    /// Where the scroller was last.
    top: f64,
    /// How far the table is scrolled, in its own height.
    pub(super) at: f64,
}

impl Travel {
    /// The scroller is at `top` now, and `view` high; the table would be `height`.
    pub(super) fn moved(&mut self, top: f64, view: f64, height: f64) {
        let (most, end) = ends(view, height);
        let step = top - self.top;
        self.top = top;
        self.at = if height <= TALLEST {
            top
        } else if step == 0.0 {
            // It has grown or shrunk.
            self.at.min(end)
        } else if top <= 0.0 {
            0.0
        } else if top >= most - 1.0 {
            end
        } else if step.abs() <= view {
            (self.at + step).clamp(0.0, end)
        } else {
            top / most * end
        };
    }

    /// Where the scroller has to stand, once it rests, for where the table is.
    pub(super) fn rest(&self, view: f64, height: f64) -> Option<f64> {
        let (most, end) = ends(view, height);
        let inside = height > TALLEST && self.at > 0.0 && self.at < end;
        inside.then(|| (self.at / end * most).clamp(1.0, most - 2.0))
    }

    /// The scroller was put somewhere; the table stays where it is.
    pub(super) fn put(&mut self, top: f64) {
        self.top = top;
    }

    /// How far the table is shifted against its scroller.
    pub(super) fn shift(&self) -> f64 {
        self.top - self.at
    }
}

/// The farthest that the scroller and the table go.
fn ends(view: f64, height: f64) -> (f64, f64) {
    ((height.min(TALLEST) - view).max(1.0), (height - view).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_table_stands_where_its_scroller_does() {
        let mut travel = Travel::default();
        for top in [0.0, 100.0, 5000.0, 7.0] {
            travel.moved(top, 500.0, 6000.0);
            assert_eq!((travel.at, travel.shift()), (top, 0.0));
            assert_eq!(travel.rest(500.0, 6000.0), None);
        }
    }

    #[test]
    fn a_tall_table_is_reached_everywhere() {
        let (view, height) = (500.0, 1e9);
        let mut travel = Travel::default();
        travel.moved(TALLEST, view, height);
        assert_eq!(travel.at, height - view);
        travel.moved(4e6, view, height);
        assert!((travel.at / height - 0.5).abs() < 0.001);
        // A wheel goes row by row, and the scroller follows when it rests.
        let before = travel.at;
        travel.moved(4e6 + 100.0, view, height);
        assert_eq!(travel.at, before + 100.0);
        let rest = travel.rest(view, height).unwrap();
        travel.put(rest);
        assert!((rest - 4e6).abs() < 2.0);
        assert_eq!(travel.at, before + 100.0);
        travel.moved(0.0, view, height);
        assert_eq!((travel.at, travel.rest(view, height)), (0.0, None));
    }

    #[test]
    fn a_table_that_grows_stays_where_it_is() {
        let mut travel = Travel::default();
        travel.moved(7.9e6, 500.0, 7.99e6);
        travel.moved(7.9e6, 500.0, 9e6);
        assert_eq!(travel.at, 7.9e6);
        // At its end as well: what follows is not skipped.
        travel.moved(TALLEST - 500.0, 500.0, 9e6);
        assert_eq!(travel.at, 9e6 - 500.0);
        travel.moved(TALLEST - 500.0, 500.0, 10e6);
        assert_eq!(travel.at, 9e6 - 500.0);
        let rest = travel.rest(500.0, 10e6).unwrap();
        assert!((rest - 7.2e6).abs() < 500.0, "{rest}");
    }
}
