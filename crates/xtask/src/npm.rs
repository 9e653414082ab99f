//! npm's packages: workerd and binaryen to serve, more to test.

use std::fs;
use std::path::PathBuf;
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
    system::node()?;
    let npm = system::ensure("npm", &["npm"], &["npm"])?;
    let tests = paths::root().join("tests");
    let modules = tests.join("node_modules");
    let lock = fs::read(tests.join("package-lock.json"))
        .context(|| "reading tests/package-lock.json".to_owned())?;
    let is_installed =
        |stamp: &str| fs::read(modules.join(stamp)).is_ok_and(|installed| installed == lock);
    let (all, some) = (".installed-all", ".installed-some");
    if is_installed(all) || (scope == Scope::Serve && is_installed(some)) {
        return Ok(modules);
    }
    step("installing npm's packages (workerd, binaryen, …)", || {
        let mut command = Command::new(npm);
        command.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&tests);
        if scope == Scope::Serve {
            command.arg("--omit=dev");
        }
        run(&mut command)
    })?;
    let stamp = if scope == Scope::Test { all } else { some };
    fs::write(modules.join(stamp), lock).context(|| format!("writing {stamp}"))?;
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

/// binaryen's `wasm-opt`, to be run by Node.
pub(crate) fn wasm_opt() -> Result<Command> {
    let script = ensure(Scope::Serve)?.join("binaryen/bin/wasm-opt");
    let mut command = Command::new(system::node()?);
    command.arg(script);
    Ok(command)
}
