//! `cargo xtask onnx-suite`: test cases of the ONNX backend layout, in V8.

use std::path::{Path, PathBuf};
use std::process::Command;

use lexopt::ValueExt as _;

use crate::build::{self, Level};
use crate::error::{Error, Result};
use crate::paths::root;
use crate::run::run;
use crate::system;
use crate::toolchain::Toolchain;

const HELP: &str = "\
cargo xtask onnx-suite DIR [OPTIONS]

Runs each case of DIR (folders with a model.onnx and test_data_set_*/input_*.pb and
output_*.pb, or output_*.json for lists of maps) on our engine, in wasm, in V8.

  --expect-fail FILE   cases that are known to fail: [reason], and names below it
  --filter TEXT        only the cases whose names contain TEXT

The last line is `N passed, M failed`; the exit code is 0 when none failed.";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let (mut dir, mut list, mut filter) = (None::<PathBuf>, None::<PathBuf>, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Value(value) if dir.is_none() => dir = Some(value.into()),
            lexopt::Arg::Long("expect-fail") => list = Some(arguments.value()?.into()),
            lexopt::Arg::Long("filter") => filter = Some(arguments.value()?.string()?),
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                println!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let dir = dir.ok_or_else(|| Error::new(format!("a directory of cases is needed\n\n{HELP}")))?;
    for path in [Some(&dir), list.as_ref()].into_iter().flatten() {
        if !path.exists() {
            return Err(Error::new(format!("there is no {}", path.display())));
        }
    }
    let suite = Suite::build(&Toolchain::ensure()?)?;
    suite.run(&dir, list.as_deref(), filter.as_deref())
}

/// The engine with what compares values, as a wasm module.
#[derive(Debug)]
pub(crate) struct Suite {
    node: PathBuf,
    module: PathBuf,
}

impl Suite {
    pub(crate) fn build(toolchain: &Toolchain) -> Result<Self> {
        Ok(Self { node: system::node()?, module: build::suite(toolchain, Level::Optimised)? })
    }

    /// Runs the cases of a directory; an error when one fails that is not listed.
    pub(crate) fn run(&self, dir: &Path, list: Option<&Path>, filter: Option<&str>) -> Result<()> {
        let mut command = Command::new(&self.node);
        command.arg(root().join("crates/onnx-suite/run.mjs")).arg(&self.module).arg(dir).args(list);
        if let Some(filter) = filter {
            command.args(["--filter", filter]);
        }
        run(&mut command).map_err(|_| Error::new(format!("cases of {} failed", dir.display())))
    }
}
