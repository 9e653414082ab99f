//! Runs a directory of cases natively:
//! `cargo run -p onnx-suite -- DIR [--filter TEXT]`.
//!
//! The inner loop of whoever writes an operator; what counts is the same run
//! in wasm, `cargo xtask onnx-suite`.

use std::collections::HashMap;
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bytes::Bytes;
use onnx_suite::{Case, Expected};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (mut dir, mut filter) = (None, String::new());
    while let Some(argument) = arguments.next() {
        if argument == "--filter" {
            filter = arguments.next().unwrap_or_default();
        } else {
            dir = Some(PathBuf::from(argument));
        }
    }
    let Some(dir) = dir else {
        eprintln!("usage: onnx-suite DIR [--filter TEXT]");
        return ExitCode::from(2);
    };
    panic::set_hook(Box::new(|_| {}));
    let (mut passed, mut failed) = (0, 0);
    for case in entries(&dir).into_iter().filter(|path| path.join("model.onnx").is_file()) {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.contains(&filter) {
            continue;
        }
        let result = panic::catch_unwind(|| run(&case)).unwrap_or_else(|_| Err("panics".into()));
        match result {
            Ok(()) => passed += 1,
            Err(problem) => {
                failed += 1;
                println!("{name}: {}", problem.lines().collect::<Vec<_>>().join(" "));
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(case: &Path) -> Result<(), String> {
    let read = |path: &Path| fs::read(path).map(Bytes::from).map_err(|e| e.to_string());
    let mut external = HashMap::new();
    for file in entries(case).into_iter().filter(|p| p.is_file() && !p.ends_with("model.onnx")) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        external.insert(name, read(&file)?);
    }
    let model = Case::load(read(&case.join("model.onnx"))?, &external)?;
    for set in entries(case).into_iter().filter(|path| path.is_dir()) {
        let mut inputs = Vec::new();
        while let Ok(bytes) = fs::read(set.join(format!("input_{}.pb", inputs.len()))) {
            inputs.push(bytes.into());
        }
        let mut expected = Vec::new();
        loop {
            let file = |extension: &str| set.join(format!("output_{}.{extension}", expected.len()));
            if let Ok(text) = fs::read_to_string(file("json")) {
                expected.push(Expected::Json(text));
            } else if let Ok(bytes) = fs::read(file("pb")) {
                expected.push(Expected::Serialized(bytes.into()));
            } else {
                break;
            }
        }
        model.check(inputs, &expected)?;
    }
    Ok(())
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}
