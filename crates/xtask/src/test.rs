//! `cargo xtask test`: every test there is.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::build::{self, Level};
use crate::check;
use crate::error::{Context as _, Error, Result};
use crate::npm::{self, Scope};
use crate::onnx_suite::Suite;
use crate::paths::{self, files_under, root};
use crate::python;
use crate::run::{output, run, step};
use crate::sizes;
use crate::system;
use crate::toolchain::{self, Toolchain};

const HELP: &str = "\
cargo xtask test [--checked] [FILE…]

Runs every test: native units, suites of ONNX models in V8, then, on the built modules, sizes and what crosses
rooms: workerd, Chromium, a real MLflow server. FILE… (such as tests/edge.test.mjs)
runs only those files of the latter.

  --checked   does what `cargo xtask check` does, too, in less time than both";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let mut files = Vec::new();
    let mut checked = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Value(file) => files.push(PathBuf::from(file)),
            lexopt::Arg::Long("checked") => checked = true,
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
    let chromium = system::chromium()?;
    let toolchain = Toolchain::ensure()?;
    if checked {
        check::formatting(&toolchain)?;
        check::wasm(&toolchain)?;
    }
    let (python, older) = if only_some {
        build::build(Level::Optimised)?;
        pythons()?
    } else {
        // What waits for the network, and what is linked on one core for minutes,
        // leaves room for the rest.
        thread::scope(|scope| {
            let pythons = scope.spawn(pythons);
            let modules = scope.spawn(|| {
                build::build(Level::Optimised)?;
                step("sizes", || sizes::report(Level::Optimised))
            });
            let tested = native(&toolchain, checked);
            let pythons = joined(pythons);
            let tested = tested.and(pythons).and_then(|pythons| {
                suites(&toolchain, &pythons.0)?;
                Ok(pythons)
            });
            joined(modules).and(tested)
        })?
    };
    step("tests across rooms (MLflow, workerd, Chromium)", || {
        let xtask = std::env::current_exe().context(|| "finding xtask".to_owned())?;
        let mut tests = Command::new(&node);
        tests
            .args(["--test", "--test-concurrency=2", "--test-reporter=spec"])
            .args(&files)
            .current_dir(root())
            .env("MILLRACE_DIST", paths::dist())
            .env("MILLRACE_XTASK", xtask)
            .env("MILLRACE_PYTHON", &python)
            .env("MILLRACE_PYTHON_2", &older)
            .env("MILLRACE_CHROMIUM", &chromium)
            .env("MILLRACE_NO_BUILD", "1");
        run(&mut tests).map_err(|_| Error::new("tests failed; the failures are listed above"))
    })
}

/// The native tests; if `checked`, with lints of all that is compiled natively.
fn native(toolchain: &Toolchain, checked: bool) -> Result<()> {
    let cargo = |arguments: &[&str]| {
        let mut cargo = toolchain.cargo();
        cargo.args(["test", "--quiet", "--workspace"]).args(arguments);
        if checked {
            toolchain::linting(&mut cargo);
        }
        run(&mut cargo)
    };
    step("native tests", || cargo(&[]))?;
    if checked {
        step("benchmarks that compile", || cargo(&["--benches", "--no-run"]))?;
    }
    Ok(())
}

/// The Python with MLflow, and the one with the client of MLflow 2.
fn pythons() -> Result<(PathBuf, PathBuf)> {
    let python = python::ensure()?;
    let older = python::ensure_older(&python)?;
    Ok((python, older))
}

/// What a thread came to.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// The suites of ONNX models, in V8: our own cases of each family of operators,
/// models of scikit-learn, XGBoost and LightGBM, and ONNX's own backend tests.
fn suites(toolchain: &Toolchain, python: &Path) -> Result<()> {
    let suite = Suite::build(toolchain)?;
    let cases = root().join("crates/onnx/tests/cases");
    for family in paths::folders_in(&cases) {
        let name = family.file_name().unwrap_or_default().to_string_lossy();
        step(&format!("suite of {name}"), || suite.run(&family, None, None))?;
    }
    step("suite of converted models", || suite.run(&root().join("tests/onnx-zoo"), None, None))?;
    let probe = "import onnx.backend.test as t; print(t.__path__[0])";
    let onnx = output(Command::new(python).args(["-c", probe]))?;
    for set in ["node", "simple", "pytorch-operator", "pytorch-converted"] {
        let list = root().join(format!("tests/onnx-backend/{set}.txt"));
        let list = list.is_file().then_some(list);
        step(&format!("suite '{set}' of the onnx package"), || {
            suite.run(&Path::new(&onnx).join("data").join(set), list.as_deref(), None)
        })?;
    }
    Ok(())
}
