//! Which rows and columns of a large table are worth having in the page.

use std::ops::Range;

/// How high a row is, in CSS pixels: `--row` of the style.
pub(crate) const ROW: usize = 28;
/// Rows kept above and below what is seen.
const SPARE_ROWS: usize = 8;
/// How far beside what is seen columns are kept, in CSS pixels.
const SPARE_WIDTH: u32 = 400;
/// The step in which columns change, so that most scrolling builds nothing.
const STEP: usize = 4;

/// A length of the page as whole pixels.
fn pixels(length: i32) -> usize {
    usize::try_from(length).unwrap_or(0)
}

/// The rows around a scroll position, of `count`.
pub(crate) fn rows(scroll_top: i32, height: i32, count: usize) -> Range<usize> {
    around(scroll_top, height, count, SPARE_ROWS)
}

/// The same without any that are not seen: where each scroll leaves all rows
/// behind, those would be drawn for nothing.
pub(crate) fn seen_rows(scroll_top: i32, height: i32, count: usize) -> Range<usize> {
    around(scroll_top, height, count, 0)
}

fn around(scroll_top: i32, height: i32, count: usize, spare: usize) -> Range<usize> {
    let first = pixels(scroll_top) / ROW;
    let last = (first + pixels(height) / ROW + 2 + spare).min(count);
    first.saturating_sub(spare).min(last)..last
}

/// The columns around a scroll position, by their widths.
pub(crate) fn columns(scroll_left: i32, width: i32, widths: &[u32]) -> Range<usize> {
    let (from, to) = (pixels(scroll_left) as u32, pixels(scroll_left + width) as u32);
    let (from, to) = (from.saturating_sub(SPARE_WIDTH), to.saturating_add(SPARE_WIDTH));
    let mut left = 0;
    let mut seen = widths.len()..0;
    for (nth, width) in widths.iter().enumerate() {
        let right = left + width;
        if right > from && left < to {
            seen = seen.start.min(nth)..nth + 1;
        }
        left = right;
    }
    if seen.is_empty() {
        return widths.len()..widths.len();
    }
    seen.start / STEP * STEP..seen.end.next_multiple_of(STEP).min(widths.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_that_are_seen_are_there() {
        for top in (0..100_000).step_by(37) {
            for (range, most) in
                [(rows(top, 700, 1_000_000), 60), (seen_rows(top, 700, 1_000_000), 28)]
            {
                assert!(range.start * ROW <= top as usize);
                assert!(range.end * ROW >= (top + 700) as usize);
                assert!(range.len() < most);
            }
        }
        assert_eq!(rows(0, 700, 3), 0..3);
        assert_eq!(rows(90_000, 700, 3), 3..3);
        assert_eq!(rows(-5, -5, 0), 0..0);
    }

    #[test]
    fn the_columns_that_are_seen_are_there() {
        let widths: Vec<u32> = (0..1000).map(|nth| 80 + nth % 50).collect();
        let lefts: Vec<u32> = widths
            .iter()
            .scan(0, |sum, width| {
                *sum += width;
                Some(*sum - width)
            })
            .collect();
        for left in (0..100_000).step_by(331) {
            let range = columns(left, 1000, &widths);
            assert!(lefts[range.start] <= left as u32 || range.start == 0);
            assert!(
                lefts[range.end - 1] + widths[range.end - 1] >= (left + 1000) as u32
                    || range.end == 1000
            );
            assert!(range.len() < 34);
        }
        assert_eq!(columns(0, 1000, &[100, 100]), 0..2);
        assert_eq!(columns(0, 1000, &[]), 0..0);
    }
}
