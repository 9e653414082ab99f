//! Charts: numbers in, drawing commands out.
//!
//! A [`LineChart`] holds series, a size and a theme. [`LineChart::frame`] turns
//! it into a list of [`Draw`] commands in CSS pixels, the scales that place data
//! in them, and the values under the pointer. Nothing here knows a browser: the
//! width of a text comes from a closure, and a painter of a few dozen lines
//! (feature `canvas`) puts the commands on a canvas.
//!
//! ```
//! use plot::{LineChart, Points, Series};
//!
//! let points = Points::new(&[0.0, 1.0, 2.0], &[0.9, 0.4, 0.2]);
//! let chart = LineChart {
//!     title: "val_loss".into(),
//!     series: vec![Series::new("8f3a", "brave-owl-12", points)],
//!     width: 640.0,
//!     height: 240.0,
//!     ..LineChart::default()
//! };
//!
//! // A canvas measures text with `plot::canvas::measure`; 6 px a letter will do here.
//! let frame = chart.frame(&|text, _font| 6.0 * text.chars().count() as f64);
//! assert!(frame.draws.len() > 10);
//!
//! assert_eq!(
//!     chart.summary(),
//!     "Line chart of val_loss by step. brave-owl-12: 3 points, \
//!      first 0.9 at step 0, last 0.2 at step 2, \
//!      lowest 0.2 at step 2, highest 0.9 at step 0."
//! );
//! ```
//!
//! # From a metric's history to a line
//!
//! [`Points`] is sorted and indexed once, and cheap to clone. A frame then costs
//! about the width of the chart, not the length of the history: [`decimate`]
//! keeps the first, lowest, highest and last point of each column of pixels, so
//! that no spike is ever lost. A value that is NaN or infinite is a gap in the
//! line, never a zero.
//!
//! | module | what it does |
//! |---|---|
//! | [`scale`] | domains, linear and logarithmic scales |
//! | [`ticks`] | values that a person would write on an axis, with labels |
//! | [`points`] | a series' points: sorted, gaps marked, extrema indexed |
//! | [`decimate`] | millions of points to a few per column of pixels |
//! | [`smooth`] | MLflow's smoothing, and windows |
//! | [`colour`] | colours that a run keeps everywhere |
//! | [`columns`] | dense lines as columns of ink |
//! | [`layout`] | margins and labels that fit |
//! | [`line_chart`] | the line chart: commands, hover, summary |
//! | [`group`] | several runs as a mean in a band |
//! | [`formula`] | formulas of metrics |
//! | [`view`] | zooming and moving |
//! | [`picture`] | what the charts of single values share |
//! | [`bars`], [`scatter`], [`boxes`], [`parallel`], [`contour`] | those charts |
//! | [`svg`], [`csv`] | files |
//! | `canvas` | the painter (feature `canvas`) |

mod axes;
pub mod bars;
pub mod boxes;
#[cfg(feature = "canvas")]
pub mod canvas;
pub mod colour;
pub mod columns;
pub mod contour;
pub mod csv;
pub mod decimate;
pub mod draw;
pub mod format;
pub mod formula;
pub mod group;
pub mod hover;
pub mod layout;
pub mod line_chart;
pub mod parallel;
pub mod picture;
pub mod points;
pub mod scale;
pub mod scatter;
pub mod series;
pub mod smooth;
mod summary;
pub mod svg;
pub mod theme;
pub mod ticks;
pub mod view;

pub use axes::PlacedTick;
pub use bars::Bars;
pub use boxes::{Boxes, Histogram};
pub use colour::series_colour;
pub use contour::Contour;
pub use draw::{Anchor, Draw, Path, Point, Rect, Span};
pub use formula::{Formula, FormulaError};
pub use group::{Grouped, grouped};
pub use hover::{Readout, ReadoutEntry};
pub use layout::Layout;
pub use line_chart::{Frame, LineChart, Markers};
pub use parallel::{AxisName, Brush, Parallel, ParallelLayout};
pub use picture::{Dimension, Hit, Mark, Picture, Sheet};
pub use points::{Points, Sample, XKind};
pub use scale::{Domain, Scale, ScaleKind};
pub use scatter::Scatter;
pub use series::{Band, Series};
pub use smooth::Smoothing;
pub use theme::{Colour, Theme};
pub use view::View;
