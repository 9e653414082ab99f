//! `cargo xtask import`: an `mlflow.db` into the data folder.

use std::fs;
use std::path::{Path, PathBuf};

use lexopt::Arg::{Long, Short, Value};
use lexopt::ValueExt as _;

use crate::data;
use crate::error::{Context as _, Error, Result};
use crate::paths::copy_dir;
use crate::run::{run, step};
use crate::toolchain::Toolchain;

const HELP: &str = "\
cargo xtask import FILE [OPTIONS]

Takes an mlflow.db (SQLite) of MLflow 2 or 3 into the data folder, for serve to show.
The file is only read. The workspace has to be empty, and serve not running.

  --data DIR        where state lives, as serve's --data (default .millrace)
  --workspace NAME  the workspace that it goes into (default: default)
  --artifacts DIR   the folder that `mlflow server` had as --artifacts-destination (mlartifacts
                    unless named): its files are copied into the data folder's";

/// What is to be imported, and where to.
struct Import {
    file: PathBuf,
    data: PathBuf,
    workspace: String,
    artifacts: Option<PathBuf>,
}

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let (mut file, mut artifacts) = (None::<PathBuf>, None::<PathBuf>);
    let (mut data, mut workspace) = (data::default(), "default".to_owned());
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(value) if file.is_none() => file = Some(value.into()),
            Long("data") => data = arguments.value()?.into(),
            Long("workspace") => workspace = arguments.value()?.string()?,
            Long("artifacts") => artifacts = Some(arguments.value()?.into()),
            Long("help") | Short('h') => {
                println!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let file = file.ok_or_else(|| Error::new(format!("an mlflow.db is needed\n\n{HELP}")))?;
    let import = Import { file, data, workspace, artifacts };
    import.check()?;
    import.run()
}

impl Import {
    /// Everything that can be wrong with the arguments, before building anything.
    fn check(&self) -> Result<()> {
        if !self.file.exists() {
            return Err(Error::new(format!("there is no {}", self.file.display())));
        }
        let Some(artifacts) = &self.artifacts else { return Ok(()) };
        if !artifacts.is_dir() {
            return Err(Error::new(format!("--artifacts {}: no such folder", artifacts.display())));
        }
        let kept = data::artifacts(&self.data);
        if fs::read_dir(&kept).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Error::new(format!(
                "--artifacts: there are files in {} already; copy those of {} there yourself",
                kept.display(),
                artifacts.display()
            )));
        }
        Ok(())
    }

    fn run(&self) -> Result<()> {
        let alone = data::use_alone(&self.data)?;
        let here = std::env::current_dir().context(|| "finding the current folder".to_owned())?;
        let target = data::workspace_file(&self.data, &self.workspace)?;
        let mut cargo = Toolchain::ensure()?.cargo();
        cargo.args(["run", "--quiet", "--package", "mlflow-import", "--"]);
        // cargo runs in the repository's root.
        cargo.args([here.join(&self.file), here.join(&target)]).arg(&self.workspace);
        step(&format!("importing {}", self.file.display()), || {
            run(&mut cargo).map_err(|_| Error::new("nothing was imported; the reason is above"))
        })?;
        if let Some(artifacts) = &self.artifacts {
            let kept = data::artifacts(&self.data);
            step(&format!("copying artifacts into {}", kept.display()), || {
                copy_dir(artifacts, &kept, &|_: &Path| true)
            })?;
        }
        drop(alone);
        println!("{} is in {}", self.file.display(), target.display());
        Ok(())
    }
}
