//! Python, for the real MLflow.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Context as _, Error, Result};
use crate::paths;
use crate::run::{output, run, step};
use crate::system;

/// The Python of a virtual environment with `tests/requirements.txt`, made at
/// the first call.
pub(crate) fn ensure() -> Result<PathBuf> {
    let root = paths::root();
    environment("MLflow", &root.join(".venv"), &root.join("tests/requirements.txt"))
}

/// The Python of one with the client of MLflow 2, which finds all else in that of
/// [`ensure`], whose Python is given: so it takes seconds to make.
pub(crate) fn ensure_older(python: &Path) -> Result<PathBuf> {
    let root = paths::root();
    let (venv, list) = (root.join(".venv-2"), root.join("tests/requirements-2.txt"));
    let older = environment("the client of MLflow 2", &venv, &list)?;
    let packages = |python| {
        let ask = "import sysconfig; print(sysconfig.get_path('purelib'))";
        output(Command::new(python).args(["-c", ask]))
    };
    let shared = Path::new(&packages(older.as_path())?).join("shared.pth");
    fs::write(&shared, packages(python)? + "\n")
        .context(|| format!("writing {}", shared.display()))?;
    Ok(older)
}

/// The Python of a virtual environment with the packages of a list, made at the
/// first call and again when the list changes; `what` says what it is for.
pub(crate) fn environment(what: &str, venv: &Path, list: &Path) -> Result<PathBuf> {
    let python = venv.join("bin/python");
    let wanted = fs::read(list).context(|| format!("reading {}", list.display()))?;
    let stamp = venv.join("installed.txt");
    if python.is_file() && fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let system = system()?;
    step(&format!("making a virtual environment with {what} ({})", venv.display()), || {
        run(Command::new(&system).args(["-m", "venv"]).arg(venv))?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
        run(pip.arg(list))
    })?;
    fs::write(&stamp, wanted).context(|| format!("writing {}", stamp.display()))?;
    Ok(python)
}

/// The machine's Python, 3.10 or newer, with the module that makes virtual
/// environments.
fn system() -> Result<PathBuf> {
    let packages = ["python3", "python3-venv"];
    let python = system::ensure("Python", &["python3"], &packages)?;
    let probe = "import sys, venv, ensurepip; print(sys.version_info >= (3, 10))";
    let check = |python| output(Command::new(python).args(["-c", probe]));
    match check(&python)
        .or_else(|_| system::install("Python's venv", &packages).and_then(|()| check(&python)))
    {
        Ok(new_enough) if new_enough == "True" => Ok(python),
        Ok(_) => Err(Error::new(format!("{} is older than Python 3.10", python.display()))),
        Err(e) => Err(e),
    }
}

/// `cargo xtask train-demo`
pub(crate) fn train_demo(mut arguments: lexopt::Parser) -> Result<()> {
    if arguments.next()?.is_some() {
        println!("cargo xtask train-demo: trains examples/demo-model/model anew");
        return Ok(());
    }
    let python = ensure()?;
    step("training the demo model", || {
        run(Command::new(python).arg("examples/demo-model/train.py").current_dir(paths::root()))
    })
}
