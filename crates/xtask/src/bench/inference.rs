//! `cargo xtask bench inference`: our engine against onnxruntime-web.

use lexopt::Arg::{Long, Short};
use lexopt::ValueExt as _;

use super::{made_by, node};
use crate::build::{self, Level};
use crate::error::{Error, Result};
use crate::npm::{self, Scope};
use crate::run::run;
use crate::system;
use crate::toolchain::Toolchain;

const HELP: &str = "\
cargo xtask bench inference [OPTIONS]

Runs the same models on our engine and on onnxruntime-web (CPU, one thread), in turns, in
Node and then in Chromium. What differs from native onnxruntime's answers is reported
instead of timed.

  --rows TEXT   only the rows whose names contain TEXT
  --host NAME   only in node, or only in chromium
  --quick       one short round instead of three
  --release     the engine optimised across crates, as it ships
  --save        write the table to docs/benchmarks/inference.md";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let (mut level, mut save, mut flags) = (Level::Optimised, false, Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("rows") => flags.extend(["--rows".to_owned(), arguments.value()?.string()?]),
            Long("host") => flags.extend(["--host".to_owned(), arguments.value()?.string()?]),
            Long("quick") => flags.push("--quick".to_owned()),
            Long("release") => level = Level::Release,
            Long("save") => save = true,
            Long("help") | Short('h') => {
                println!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if save && !flags.is_empty() {
        return Err(Error::new(
            "--save wants the whole table: leave out --rows, --host and --quick",
        ));
    }
    let mut command = node("inference.mjs", save.then_some("inference.md"))?;
    let peers = npm::ensure_peers()?;
    npm::ensure(Scope::Test)?;
    let chromium = system::chromium()?;
    let rows = made_by("rows.py", "training the models and asking native onnxruntime")?;
    let toolchain = Toolchain::ensure()?;
    let tabular = build::suite_tabular(&toolchain, level)?;
    let networks = build::suite(&toolchain, level)?;
    command
        .args(flags)
        .env("MILLRACE_BENCH_ROWS", rows)
        .env("MILLRACE_BENCH_TABULAR", tabular)
        .env("MILLRACE_BENCH_NETWORKS", networks)
        .env("MILLRACE_BENCH_PEERS", peers)
        .env("MILLRACE_BENCH_PROFILE", if level == Level::Release { "release" } else { "engine" })
        .env("MILLRACE_CHROMIUM", chromium);
    run(&mut command).map_err(|_| Error::new("the benchmark stopped; its message is above"))
}
