//! The board of charts: a card for each metric of some runs, in sections.
//!
//! | module | what it does |
//! |---|---|
//! | `board` | the board, and what its cards share |
//! | `bar` | the bar above them |
//! | `section` | a section with its head |
//! | `brush_handles` | the ends of a brush, for the keyboard |
//! | `card` | a card: head, menu, and the chart once it is on screen |
//! | `differences` | what differs between the runs |
//! | `images` | the images that runs logged |
//! | `large` | one line chart by itself |
//! | `line` | from a card's settings and histories to a line chart |
//! | `line_plot` | a line chart on two canvases, and the hands on it |
//! | `summary_plot` | the other charts, of what the runs ended with |
//! | `settings` | what can be chosen for a chart, and for all lines |
//! | `readout` | the values under the pointer |
//! | `sheet` | a canvas that is as large as its box, and its colours |
//! | `on_screen` | what is on screen, and how large |
//! | `export` | PNG, SVG and CSV |

mod bar;
mod board;
mod brush_handles;
mod card;
mod differences;
mod export;
mod images;
mod large;
mod line;
mod line_plot;
mod on_screen;
mod readout;
mod section;
mod settings;
mod sheet;
mod summary_plot;

pub(crate) use board::{ChartBoard, use_board_layout};
pub(crate) use large::LargeLines;
pub(crate) use on_screen::follow_visibility;
pub(crate) use settings::{Check, Choice, Several};
