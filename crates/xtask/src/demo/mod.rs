//! `cargo xtask demo`: fills an MLflow server with a believable world, over
//! REST alone.

mod curves;
mod pictures;
mod rest;
mod world;
mod write;

use std::time::{SystemTime, UNIX_EPOCH};

use lexopt::ValueExt as _;

use crate::error::{Context as _, Error, Result};
use crate::paths::root;
use rest::Server;
use world::World;

const HELP: &str = "\
cargo xtask demo [OPTIONS]

Fills an MLflow server with a world to click through: experiments with nested runs, long and
short histories, spikes and NaN, system metrics, datasets, images, tables, notes, logged and
registered ONNX models with aliases and stages.

  --tracking-uri URL   the server (default: http://127.0.0.1:8787, where `serve` is);
                       MLFLOW_TRACKING_USERNAME and _PASSWORD, or _TOKEN, sign in
  --seed NUMBER        another world of the same kind (default: 7)
  --prefix TEXT        what names of experiments begin with (default: demo/)
  --until TIME         when it ends, in milliseconds since 1970 (default: now)";

const DEFAULT_URI: &str = "http://127.0.0.1:8787";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let (mut uri, mut seed, mut prefix) = (DEFAULT_URI.to_owned(), 7, "demo/".to_owned());
    let mut until = now()?;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("tracking-uri") => uri = arguments.value()?.string()?,
            lexopt::Arg::Long("seed") => seed = arguments.value()?.parse()?,
            lexopt::Arg::Long("until") => until = arguments.value()?.parse()?,
            lexopt::Arg::Long("prefix") => prefix = arguments.value()?.string()?,
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                println!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let server = Server::connect(&uri)?;
    let world = World::new(seed, until, &prefix, model_files()?);
    write::write(&server, &world)?;
    eprintln!("{uri} has {}", world.summary());
    Ok(())
}

/// Milliseconds since 1970.
fn now() -> Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context(|| "the clock".into())?;
    i64::try_from(since.as_millis()).context(|| "the clock".into())
}

/// The model folder that the world's models are copies of: names and bytes.
fn model_files() -> Result<Vec<(String, Vec<u8>)>> {
    let folder = root().join("examples/demo-model/model");
    let shown = || folder.display().to_string();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).context(shown)? {
        let path = entry.context(shown)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        files.extend(name.map(|name| Ok((name, std::fs::read(&path).context(shown)?))));
    }
    let mut files = files.into_iter().collect::<Result<Vec<_>>>()?;
    files.sort();
    if files.is_empty() {
        return Err(Error::new(format!("{} is empty", folder.display())));
    }
    Ok(files)
}
