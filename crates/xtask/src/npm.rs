//! npm's packages: workerd and binaryen to serve, more to test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Context as _, Error, Result};
use crate::paths;
use crate::run::{run, step};
use crate::system;

/// How much of `tests/package.json` is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// What serving and building need.
    Serve,
    /// What testing needs as well.
    Test,
}

/// Installs npm's packages as `tests/package-lock.json` says, unless they are
/// there, and gives their folder.
pub(crate) fn ensure(scope: Scope) -> Result<PathBuf> {
    let tests = paths::root().join("tests");
    match scope {
        Scope::Serve if is_installed(&tests, ALL)? => Ok(tests.join("node_modules")),
        Scope::Serve => install(&tests, "workerd, binaryen, …", SOME, &["--omit=dev"]),
        Scope::Test => install(&tests, "workerd, binaryen, …", ALL, &[]),
    }
}

/// The same for what the benchmarks compare with: `tests/bench/package-lock.json`.
pub(crate) fn ensure_peers() -> Result<PathBuf> {
    install(&paths::root().join("tests/bench"), "onnxruntime-web", ALL, &[])
}

/// The stamps of a folder of packages: all are there, or those without `dev`.
const ALL: &str = ".installed-all";
const SOME: &str = ".installed-some";

/// Whether what the lock file says was installed, under this stamp.
fn is_installed(folder: &Path, stamp: &str) -> Result<bool> {
    let lock = lock_file(folder)?;
    Ok(fs::read(folder.join("node_modules").join(stamp)).is_ok_and(|installed| installed == lock))
}

fn lock_file(folder: &Path) -> Result<Vec<u8>> {
    let lock = folder.join("package-lock.json");
    fs::read(&lock).context(|| format!("reading {}", lock.display()))
}

fn install(folder: &Path, what: &str, stamp: &str, flags: &[&str]) -> Result<PathBuf> {
    system::node()?;
    let npm = system::ensure("npm", &["npm"], &["npm"])?;
    let modules = folder.join("node_modules");
    if is_installed(folder, stamp)? {
        return Ok(modules);
    }
    step(&format!("installing npm's packages ({what})"), || {
        let mut command = Command::new(npm);
        command.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).args(flags);
        run(command.current_dir(folder))
    })?;
    fs::write(modules.join(stamp), lock_file(folder)?).context(|| format!("writing {stamp}"))?;
    Ok(modules)
}

/// The workerd binary in npm's package for this machine.
pub(crate) fn workerd() -> Result<PathBuf> {
    let modules = ensure(Scope::Serve)?;
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-64",
        ("macos", "aarch64") => "darwin-arm64",
        (os, arch) => return Err(Error::new(format!("there is no workerd for {os} on {arch}"))),
    };
    let binary = modules.join(format!("@cloudflare/workerd-{platform}/bin/workerd"));
    if binary.is_file() {
        Ok(binary)
    } else {
        Err(Error::new(format!(
            "{} is missing; remove tests/node_modules and try again",
            binary.display()
        )))
    }
}

/// One of binaryen's programs, such as `wasm-opt`, to be run by Node.
pub(crate) fn binaryen(program: &str) -> Result<Command> {
    let script = ensure(Scope::Serve)?.join("binaryen/bin").join(program);
    let mut command = Command::new(system::node()?);
    command.arg(script);
    Ok(command)
}
