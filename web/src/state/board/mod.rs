//! A board of charts as a value: the runs that it draws, how it is laid out,
//! and what a user does to it.
//!
//! | module | what it holds |
//! |---|---|
//! | `runs` | what a board knows of a run |
//! | `spec` | what one chart shows |
//! | `layout` | what a user changed: a plain value that is kept and shared |
//! | `arrange` | the metrics at hand, put into sections by a layout |
//! | `images` | what the names of logged images say, and the grid of them |
//! | `edit` | moving, adding, removing |

pub(crate) mod arrange;
pub(crate) mod edit;
pub(crate) mod images;
pub(crate) mod layout;
pub(crate) mod runs;
pub(crate) mod spec;

pub(crate) use arrange::{ArrangedCard, ArrangedSection, arrange};
pub(crate) use layout::BoardLayout;
pub(crate) use runs::{BoardRun, Latest, Scope, run_colour};
pub(crate) use spec::{
    Chart, Field, ImageColumns, ImageSpec, LineSettings, LineSpec, Markers, Smoothing, XAxis,
};
