//! `cargo xtask test`: every test there is.

use std::process::Command;

use crate::build::{self, Level};
use crate::error::{Context as _, Error, Result};
use crate::npm::{self, Scope};
use crate::paths::{self, files_under, root};
use crate::python;
use crate::run::{run, step};
use crate::sizes;
use crate::system;
use crate::toolchain::Toolchain;

const HELP: &str = "\
cargo xtask test [FILE…]

Runs every test: native units, then, on the built modules, sizes and what crosses
rooms: workerd, Chromium, a real MLflow server. FILE… (such as tests/edge.test.mjs)
runs only those files of the latter.";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let mut files = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Value(file) => files.push(std::path::PathBuf::from(file)),
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                println!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let only_some = !files.is_empty();
    if !only_some {
        files = files_under(&root().join("tests"))
            .into_iter()
            .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
            .filter(|path| !path.components().any(|part| part.as_os_str() == "node_modules"))
            .collect();
    }

    let node = system::node()?;
    npm::ensure(Scope::Test)?;
    let python = python::ensure()?;
    let chromium = system::chromium()?;
    let toolchain = Toolchain::ensure()?;
    if !only_some {
        step("native tests", || run(toolchain.cargo().args(["test", "--quiet", "--workspace"])))?;
    }
    build::build(Level::Optimised)?;
    if !only_some {
        step("sizes", || sizes::report(Level::Optimised))?;
    }
    step("tests across rooms (MLflow, workerd, Chromium)", || {
        let xtask = std::env::current_exe().context(|| "finding xtask".to_owned())?;
        let mut tests = Command::new(&node);
        tests
            .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
            .args(&files)
            .current_dir(root())
            .env("MILLRACE_DIST", paths::dist())
            .env("MILLRACE_XTASK", xtask)
            .env("MILLRACE_PYTHON", &python)
            .env("MILLRACE_CHROMIUM", &chromium)
            .env("MILLRACE_NO_BUILD", "1");
        run(&mut tests).map_err(|_| Error::new("tests failed; the failures are listed above"))
    })
}
