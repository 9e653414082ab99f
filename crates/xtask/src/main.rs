//! `cargo xtask`: every chore of this repository, on a bare machine.
//!
//! Each verb installs what it needs, says what it is doing while it does it,
//! and fails with one line that says what to do.

mod bench;
mod build;
mod check;
mod data;
mod demo;
mod error;
mod import;
mod npm;
mod onnx_suite;
mod parts;
mod paths;
mod python;
mod run;
mod serve;
mod sizes;
mod system;
mod test;
mod toolchain;
mod watch;
mod workerd;

use std::process::ExitCode;

use crate::error::{Error, Result};

const VERBS: &str = "\
cargo xtask VERB

  serve         build everything, then serve dashboard and edge on http://127.0.0.1:8787
  build         build everything into dist/site (any static host) and dist/worker (wrangler deploy)
  test          run every test: native, wasm, workerd, and end to end against a real MLflow
  check         formatting and clippy, warnings as errors, for native and for wasm
  onnx-suite    run a directory of ONNX test cases on our engine, in wasm, in V8
  bench         measure: inference against onnxruntime-web, serving against MLflow's server
  import        take an mlflow.db into the data folder that serve shows
  demo          fill an MLflow server with a world to click through
  train-demo    train the demo model anew (examples/demo-model)

cargo xtask VERB --help tells a verb's options.";

fn main() -> ExitCode {
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<()> {
    let mut arguments = lexopt::Parser::from_env();
    let verb = match arguments.next()? {
        None => String::new(),
        Some(lexopt::Arg::Value(verb)) => verb.to_string_lossy().into_owned(),
        Some(lexopt::Arg::Short('h') | lexopt::Arg::Long("help")) => String::new(),
        Some(other) => return Err(other.unexpected().into()),
    };
    match verb.as_str() {
        "" | "help" => {
            println!("{VERBS}");
            Ok(())
        }
        "serve" => serve::main(arguments),
        "build" => build::main(arguments),
        "test" => test::main(arguments),
        "onnx-suite" => onnx_suite::main(arguments),
        "bench" => bench::main(arguments),
        "import" => import::main(arguments),
        "demo" => demo::main(arguments),
        "check" => check::main(arguments),
        "train-demo" => python::train_demo(arguments),
        other => Err(Error::new(format!("there is no verb '{other}'\n\n{VERBS}"))),
    }
}
