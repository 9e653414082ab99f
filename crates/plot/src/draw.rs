//! Drawing commands and the geometry in them, in CSS pixels from the top left.

use std::sync::Arc;

use crate::theme::{Colour, Theme};

/// A place, in CSS pixels from the top left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Point {
    /// The point at `x`, `y`.
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }
}

/// A rectangle, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// The left edge.
    pub x: f64,
    /// The top edge.
    pub y: f64,
    /// The width, never negative.
    pub width: f64,
    /// The height, never negative.
    pub height: f64,
}

impl Rect {
    /// The right edge.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// The bottom edge.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// Whether `at` lies inside or on an edge.
    #[must_use]
    pub fn contains(&self, at: Point) -> bool {
        (self.x..=self.right()).contains(&at.x) && (self.y..=self.bottom()).contains(&at.y)
    }
}

/// Lines through points, with gaps: a list of runs, each drawn with the pen down.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path {
    points: Vec<Point>,
    /// Where each run but the first begins: increasing, within `points`.
    starts: Vec<usize>,
}

impl Path {
    /// An empty path.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A straight line.
    #[must_use]
    pub fn line(from: Point, to: Point) -> Self {
        Self { points: vec![from, to], starts: Vec::new() }
    }

    /// Continues the run to `point`, or begins one there.
    pub fn push(&mut self, point: Point) {
        self.points.push(point);
    }

    /// Lifts the pen: the next point begins a new run. Lifting it twice is
    /// lifting it once.
    pub fn lift(&mut self) {
        let at = self.points.len();
        if at > 0 && self.starts.last() != Some(&at) {
            self.starts.push(at);
        }
    }

    /// All points, in order.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The runs, in order; none is empty. A run of one point is a dot as
    /// wide as the line.
    pub fn runs(&self) -> impl Iterator<Item = &[Point]> {
        let begins = std::iter::once(0).chain(self.starts.iter().copied());
        let ends = self.starts.iter().copied().chain(std::iter::once(self.points.len()));
        begins
            .zip(ends)
            .filter_map(|(begin, end)| self.points.get(begin..end))
            .filter(|run| !run.is_empty())
    }

    /// Whether there is nothing to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

/// A vertical stroke, one device pixel wide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The middle of its column of device pixels.
    pub x: f64,
    /// Its upper end.
    pub top: f64,
    /// Its lower end.
    pub bottom: f64,
}

/// Which part of a text lies at its point, horizontally.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// The first letter.
    #[default]
    Start,
    /// The middle.
    Middle,
    /// The last letter.
    End,
}

/// One drawing command. Later commands paint over earlier ones.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Draw {
    /// A line along a path.
    Line {
        /// Where it goes.
        path: Path,
        /// Its colour.
        colour: Colour,
        /// Its width in CSS pixels.
        width: f64,
        /// From 0 (invisible) to 1.
        opacity: f64,
    },
    /// Vertical strokes: a dense line, or a filled band.
    Columns {
        /// The strokes, from left to right, none above another.
        spans: Vec<Span>,
        /// The width of each in CSS pixels: one device pixel.
        width: f64,
        /// Their colour.
        colour: Colour,
        /// From 0 (invisible) to 1.
        opacity: f64,
    },
    /// Filled circles of one size.
    Dots {
        /// Their centres.
        centres: Vec<Point>,
        /// Their radius in CSS pixels.
        radius: f64,
        /// Their colour.
        colour: Colour,
        /// A ring around each in another colour, two pixels wide, so that it
        /// stands out from the line below.
        ring: Option<Colour>,
        /// From 0 (invisible) to 1.
        opacity: f64,
    },
    /// A filled rectangle.
    Fill {
        /// Where.
        rect: Rect,
        /// Its colour.
        colour: Colour,
        /// From 0 (invisible) to 1.
        opacity: f64,
    },
    /// One line of text, vertically centred on its point.
    Text {
        /// What it says.
        text: String,
        /// Where.
        at: Point,
        /// Which part of it lies there.
        anchor: Anchor,
        /// Its colour.
        colour: Colour,
        /// Its CSS font.
        font: Arc<str>,
    },
    /// What follows paints only inside this rectangle, until [`Draw::Unclip`].
    /// Clips do not nest.
    Clip(Rect),
    /// Ends [`Draw::Clip`].
    Unclip,
}

/// The height of a title above a chart, in CSS pixels.
pub const TITLE: f64 = 32.0;

/// A chart with its title above it, for a picture that stands alone: all of it
/// moves down by [`TITLE`].
#[must_use]
pub fn titled(draws: Vec<Draw>, title: &str, theme: &Theme, width: f64) -> Vec<Draw> {
    let head = Rect { x: 0.0, y: 0.0, width, height: TITLE };
    let mut all = vec![
        Draw::Fill { rect: head, colour: theme.background.clone(), opacity: 1.0 },
        Draw::Text {
            text: title.to_owned(),
            at: Point::new(12.0, TITLE / 2.0),
            anchor: Anchor::Start,
            colour: theme.ink.clone(),
            font: format!("600 {}px {}", theme.font_size + 2.0, theme.font_family).into(),
        },
    ];
    all.extend(draws.into_iter().map(|draw| draw.lower(TITLE)));
    all
}

impl Draw {
    /// The command, further down.
    fn lower(self, by: f64) -> Self {
        let point = |at: Point| Point::new(at.x, at.y + by);
        let rect = |rect: Rect| Rect { y: rect.y + by, ..rect };
        match self {
            Self::Line { mut path, colour, width, opacity } => {
                path.points.iter_mut().for_each(|at| *at = point(*at));
                Self::Line { path, colour, width, opacity }
            }
            Self::Columns { mut spans, width, colour, opacity } => {
                for span in &mut spans {
                    span.top += by;
                    span.bottom += by;
                }
                Self::Columns { spans, width, colour, opacity }
            }
            Self::Dots { centres, radius, colour, ring, opacity } => {
                let centres = centres.into_iter().map(point).collect();
                Self::Dots { centres, radius, colour, ring, opacity }
            }
            Self::Fill { rect: at, colour, opacity } => {
                Self::Fill { rect: rect(at), colour, opacity }
            }
            Self::Text { text, at, anchor, colour, font } => {
                Self::Text { text, at: point(at), anchor, colour, font }
            }
            Self::Clip(at) => Self::Clip(rect(at)),
            Self::Unclip => Self::Unclip,
        }
    }
}

/// The centre of a line of `width` CSS pixels, near `at`, whose edges fall
/// between device pixels, so that it is drawn crisp.
#[must_use]
pub fn crisp(at: f64, width: f64, pixel_ratio: f64) -> f64 {
    let device = at * pixel_ratio;
    let odd = (width * pixel_ratio).round() % 2.0 == 1.0;
    (if odd { device.floor() + 0.5 } else { device.round() }) / pixel_ratio
}

/// The width nearest to one CSS pixel that is a whole number of device pixels.
#[must_use]
pub fn hairline(pixel_ratio: f64) -> f64 {
    pixel_ratio.round().max(1.0) / pixel_ratio
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cut_where_the_pen_was_lifted() {
        let mut path = Path::new();
        path.lift();
        path.push(Point::new(0.0, 0.0));
        path.push(Point::new(1.0, 0.0));
        path.lift();
        path.lift();
        path.push(Point::new(3.0, 0.0));
        path.lift();
        let lengths: Vec<usize> = path.runs().map(<[Point]>::len).collect();
        assert_eq!(lengths, [2, 1]);
        assert_eq!(Path::new().runs().count(), 0);
    }

    #[test]
    fn crisp_lines_fill_whole_device_pixels() {
        // One device pixel: centre on half a pixel.
        assert_eq!(crisp(10.0, 1.0, 1.0), 10.5);
        assert_eq!(crisp(10.9, 1.0, 1.0), 10.5);
        // Two device pixels: centre between two.
        assert_eq!(crisp(10.2, 1.0, 2.0), 10.0);
        assert_eq!(crisp(10.3, 1.0, 2.0), 10.5);
        // 1.5: the hairline is two device pixels, 4/3 CSS pixels.
        assert_eq!(hairline(1.5), 2.0 / 1.5);
        assert_eq!(hairline(1.25), 0.8);
        assert_eq!(hairline(0.5), 2.0);
    }
}
