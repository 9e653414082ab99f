//! `cargo xtask bench trial`: a model tried in the page.

use super::{Made, of_what_is_built};
use crate::error::Result;

const HELP: &str = "\
cargo xtask bench trial [OPTIONS]

Tries a model in the page, without a server: the first answer after a cold click, those after it, a
table of 100,000 rows, and 20,000 rows in one request.

  --quick       one cold click instead of five
  --save        write the table to docs/benchmarks/trial.md";

pub(crate) fn main(arguments: lexopt::Parser) -> Result<()> {
    let made = Made {
        script: "trial.py",
        what: "training the model to try",
        variable: "MILLRACE_BENCH_TRIAL",
    };
    of_what_is_built(arguments, HELP, "trial.mjs", "trial.md", Some(made))
}
