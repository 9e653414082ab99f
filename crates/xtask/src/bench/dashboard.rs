//! `cargo xtask bench dashboard`: the page against MLflow's own.

use super::{Made, beside_mlflow};
use crate::error::Result;

const HELP: &str = "\
cargo xtask bench dashboard [OPTIONS]

Opens an experiment of 200 runs in our page and in MLflow's own, on the same `mlflow server` and in
the same Chromium, with a cold cache: bytes and requests to the first row, times, memory. Then zooms
into a million points, beside uPlot and Plotly, loads 100,000 runs, and tries a model in the page.

  --quick       one visit each instead of five
  --save        write the table to docs/benchmarks/dashboard.md";

pub(crate) fn main(arguments: lexopt::Parser) -> Result<()> {
    let made = Made {
        script: "trial.py",
        what: "training the model to try",
        variable: "MILLRACE_BENCH_TRIAL",
    };
    beside_mlflow(arguments, HELP, "dashboard.mjs", "dashboard.md", Some(made))
}
