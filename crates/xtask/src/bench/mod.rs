//! `cargo xtask bench`: how fast we are, beside others on the same machine.
//!
//! The measuring is in `tests/bench`; these verbs bring what it needs.

mod dashboard;
mod inference;
mod serving;
mod tracking;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build::{self, Level};
use crate::error::{Context as _, Error, Result};
use crate::npm::{self, Scope};
use crate::paths::{self, root};
use crate::python;
use crate::run::{run, step};
use crate::system;

const HELP: &str = "\
cargo xtask bench inference [OPTIONS]   our engine against onnxruntime-web, in Node and in Chromium
cargo xtask bench serving [OPTIONS]     the edge in workerd against `mlflow models serve`
cargo xtask bench tracking [OPTIONS]    the workspace in workerd against `mlflow server`
cargo xtask bench dashboard [OPTIONS]   the dashboard against MLflow's own
cargo xtask bench trial [OPTIONS]       a model tried in the page

Each verb's --help tells its options; docs/benchmarks/README.md tells how to read the tables.";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<()> {
    match arguments.next()? {
        Some(lexopt::Arg::Value(what)) if what == "inference" => inference::main(arguments),
        Some(lexopt::Arg::Value(what)) if what == "serving" => serving::main(arguments),
        Some(lexopt::Arg::Value(what)) if what == "tracking" => tracking::main(arguments),
        Some(lexopt::Arg::Value(what)) if what == "dashboard" => dashboard::main(arguments),
        Some(lexopt::Arg::Value(what)) if what == "trial" => trial::main(arguments),
        Some(lexopt::Arg::Value(what)) => {
            let what = what.to_string_lossy().into_owned();
            Err(Error::new(format!("there is no benchmark '{what}'\n\n{HELP}")))
        }
        None | Some(lexopt::Arg::Long("help") | lexopt::Arg::Short('h')) => {
            println!("{HELP}");
            Ok(())
        }
        Some(other) => Err(other.unexpected().into()),
    }
}

/// Reads `--quick` and `--save`; nothing where only the help was asked for.
fn quick_and_save(arguments: &mut lexopt::Parser, help: &str) -> Result<Option<(bool, bool)>> {
    let (mut quick, mut save) = (false, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("quick") => quick = true,
            lexopt::Arg::Long("save") => save = true,
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                println!("{help}");
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if save && quick {
        return Err(Error::new("--save wants careful numbers: leave out --quick"));
    }
    Ok(Some((quick, save)))
}

/// What a benchmark needs besides, which a script of Python makes.
struct Made {
    /// The script.
    script: &'static str,
    /// What it does.
    what: &'static str,
    /// The variable that says where that is.
    variable: &'static str,
}

/// Runs a benchmark of the built product, with MLflow at hand.
fn of_what_is_built(
    mut arguments: lexopt::Parser,
    help: &str,
    script: &str,
    table: &str,
    made: Option<Made>,
) -> Result<()> {
    let Some((quick, save)) = quick_and_save(&mut arguments, help)? else { return Ok(()) };
    let mut command = node(script, save.then_some(table))?;
    if let Some(Made { script, what, variable }) = made {
        command.env(variable, made_by(script, what)?);
    }
    npm::ensure(Scope::Test)?;
    npm::ensure_peers()?;
    let python = python::ensure()?;
    if std::env::var_os("MILLRACE_NO_BUILD").is_none() {
        build::build(Level::Optimised)?;
    }
    let xtask = std::env::current_exe().context(|| "finding xtask".to_owned())?;
    if quick {
        command.arg("--quick");
    }
    command
        .env("MILLRACE_DIST", paths::dist())
        .env("MILLRACE_CHROMIUM", system::chromium()?)
        .env("MILLRACE_PYTHON", python)
        .env("MILLRACE_XTASK", xtask);
    run(&mut command).map_err(|_| Error::new("the benchmark stopped; its message is above"))
}

/// The folder of the scripts.
fn scripts() -> PathBuf {
    root().join("tests/bench")
}

/// Where models, data and what makes them are kept between runs.
fn cache() -> PathBuf {
    paths::target().join("bench")
}

/// The folder that one of the scripts fills, made anew when any of them or the
/// versions of their packages change.
fn made_by(script: &str, what: &str) -> Result<PathBuf> {
    let out = cache().join(script.trim_end_matches(".py"));
    let stamp = out.join("made-from.txt");
    let made_from = sources()?;
    if fs::read_to_string(&stamp).is_ok_and(|known| known == made_from) {
        return Ok(out);
    }
    let list = scripts().join("requirements.txt");
    let python = python::environment("scikit-learn and others", &cache().join("venv"), &list)?;
    fs::remove_dir_all(&out).ok();
    fs::create_dir_all(&out).context(|| format!("creating {}", out.display()))?;
    step(what, || run(Command::new(&python).arg(scripts().join(script)).arg(&out)))?;
    fs::write(&stamp, made_from).context(|| format!("writing {}", stamp.display()))?;
    Ok(out)
}

/// The text of the Python side.
fn sources() -> Result<String> {
    let is_source = |path: &Path| {
        path.extension().is_some_and(|extension| extension == "py")
            || path.ends_with("requirements.txt")
    };
    let mut text = String::new();
    let mut files: Vec<PathBuf> = fs::read_dir(scripts())
        .context(|| "reading tests/bench".to_owned())?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| is_source(path))
        .collect();
    files.sort();
    for file in files {
        let read = fs::read_to_string(&file);
        text.push_str(&read.context(|| format!("reading {}", file.display()))?);
    }
    Ok(text)
}

/// Node, to run one of the scripts; with `save`, the table goes to that file of
/// `docs/benchmarks` too.
fn node(script: &str, save: Option<&str>) -> Result<Command> {
    let mut node = Command::new(system::node()?);
    node.arg(scripts().join(script)).current_dir(root());
    if let Some(file) = save {
        let docs = root().join("docs/benchmarks");
        fs::create_dir_all(&docs).context(|| format!("creating {}", docs.display()))?;
        node.arg("--save").arg(docs.join(file));
    }
    Ok(node)
}
