//! `cargo xtask bench dashboard`: the page against MLflow's own.

use super::of_what_is_built;
use crate::error::Result;

const HELP: &str = "\
cargo xtask bench dashboard [OPTIONS]

Opens an experiment of 200 runs in our page and in MLflow's own, on the same `mlflow server` and in
the same Chromium, with a cold cache: bytes and requests to the first row, times, memory. Then zooms
into a million points, beside uPlot and Plotly, and loads 100,000 runs.

  --quick       one visit each instead of five
  --save        write the table to docs/benchmarks/dashboard.md";

pub(crate) fn main(arguments: lexopt::Parser) -> Result<()> {
    of_what_is_built(arguments, HELP, "dashboard.mjs", "dashboard.md", None)
}
