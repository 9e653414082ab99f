//! Which rows of a long table are worth having in the page.

use std::ops::Range;

/// How high a row is, in CSS pixels: `--row` of the style.
pub(crate) const ROW: usize = 28;
/// Rows kept above and below what is seen, and the step in which they change.
const MARGIN: usize = 24;

/// The rows near the part of a table that is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    first: usize,
    last: usize,
}

impl Default for Window {
    /// The first rows of a table that nobody has measured yet.
    fn default() -> Window {
        Window::around(0, 1000)
    }
}

impl Window {
    /// The rows around a scroll position, both in CSS pixels. It changes only
    /// every few rows, so that most scrolling builds nothing.
    pub(crate) fn around(scroll_top: i32, height: i32) -> Window {
        let pixels = |length: i32| usize::try_from(length).unwrap_or(0);
        let first = pixels(scroll_top) / ROW / MARGIN * MARGIN;
        let seen = pixels(height) / ROW + 1;
        Window { first: first.saturating_sub(MARGIN), last: first + seen + 2 * MARGIN }
    }

    /// The part of it that a table of `rows` has.
    pub(crate) fn clip(self, rows: usize) -> Range<usize> {
        let last = self.last.min(rows);
        self.first.min(last)..last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_always_in_the_window() {
        let height = 700;
        for top in (0..100_000).step_by(37) {
            let range = Window::around(top, height).clip(usize::MAX);
            assert!(range.start * ROW <= top as usize);
            assert!(range.end * ROW >= (top + height) as usize);
            assert!(range.len() < 150);
        }
    }

    #[test]
    fn small_scrolls_change_nothing() {
        assert_eq!(Window::around(0, 700), Window::around(27, 700));
        assert_ne!(Window::around(0, 700), Window::around(28 * 30, 700));
    }

    #[test]
    fn short_tables_are_whole() {
        assert_eq!(Window::default().clip(3), 0..3);
        assert_eq!(Window::around(50_000, 700).clip(3), 3..3);
        assert_eq!(Window::around(-5, -5).clip(0), 0..0);
    }
}
