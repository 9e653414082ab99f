//! Running programs, and saying so.

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::error::{Context as _, Error, Result};

/// Says what is being done and, at the end, how long it took.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {what}");
    let start = Instant::now();
    let done = work()?;
    let seconds = start.elapsed().as_secs();
    if seconds > 0 {
        eprintln!("    {what}: done in {}", duration(seconds));
    }
    Ok(done)
}

fn duration(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, s) => format!("{s} s"),
        (m, s) => format!("{m} min {s} s"),
    }
}

/// Runs a program to its end, its output shown.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().context(|| format!("starting {}", shown(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::new(format!("{} failed ({status})", shown(command))))
    }
}

/// Runs a program to its end and gives what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::piped())
        .output()
        .context(|| format!("starting {}", shown(command)))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Error::new(format!("{} failed: {}", shown(command), said.trim())))
    }
}

/// The program and its first arguments, as a person would type them.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args().take(4));
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}
