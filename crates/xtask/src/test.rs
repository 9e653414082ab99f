//! `cargo xtask test`: every test there is.

use std::panic::resume_unwind;
use std::path::Path;
use std::process::Command;
use std::thread;

use crate::build::{self, Level};
use crate::error::{Context as _, Error, Result};
use crate::npm::{self, Scope};
use crate::onnx_suite::Suite;
use crate::paths::{self, files_under, root};
use crate::python;
use crate::run::{output, run, step};
use crate::sizes;
use crate::system;
use crate::toolchain::Toolchain;

const HELP: &str = "\
cargo xtask test [FILE…]

Runs every test: native units, suites of ONNX models in V8, then, on the built modules, sizes and what crosses
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
    let older = python::ensure_older(&python)?;
    let chromium = system::chromium()?;
    let toolchain = Toolchain::ensure()?;
    if only_some {
        build::build(Level::Optimised)?;
    } else {
        // The page is linked on one core for minutes, which leaves another for what
        // needs no module.
        thread::scope(|scope| {
            let modules = scope.spawn(|| {
                build::build(Level::Optimised)?;
                step("sizes", || sizes::report(Level::Optimised))
            });
            let tested = step("native tests", || {
                run(toolchain.cargo().args(["test", "--quiet", "--workspace"]))
            })
            .and_then(|()| suites(&toolchain, &python));
            let built = modules.join().unwrap_or_else(|panic| resume_unwind(panic));
            tested.and(built)
        })?;
    }
    step("tests across rooms (MLflow, workerd, Chromium)", || {
        let xtask = std::env::current_exe().context(|| "finding xtask".to_owned())?;
        let mut tests = Command::new(&node);
        tests
            .args(["--test", "--test-concurrency=3", "--test-reporter=spec"])
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
