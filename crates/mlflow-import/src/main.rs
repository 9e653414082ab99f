//! `cargo xtask import` runs this: a program of its own, since SQLite takes long to
//! compile and no other chore needs it.

use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use mlflow_import::import;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [source, target, workspace] = arguments.as_slice() else {
        eprintln!("mlflow-import SOURCE TARGET WORKSPACE");
        return ExitCode::FAILURE;
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let now = i64::try_from(now).unwrap_or_default();
    match import(Path::new(source), Path::new(target), &workspace.to_string_lossy(), now) {
        Ok(report) => {
            print!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
