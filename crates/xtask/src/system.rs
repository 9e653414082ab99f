//! Programs that the machine should have: found, or installed from Debian's
//! packages where the user may.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;

use crate::error::{Error, Result};
use crate::run::{output, run, step};

/// The program's path, if it is on `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The first of these programs that is there; else it is installed from
/// `packages`, on Debian as root, or else the error says what to install.
pub(crate) fn ensure(what: &str, programs: &[&str], packages: &[&str]) -> Result<PathBuf> {
    let found = || programs.iter().find_map(|program| find(program));
    if let Some(path) = found() {
        return Ok(path);
    }
    install(what, packages)?;
    found().ok_or_else(|| Error::new(format!("{what} was installed but is not on PATH")))
}

/// Installs Debian packages.
pub(crate) fn install(what: &str, packages: &[&str]) -> Result<()> {
    if !can_install() {
        return Err(Error::new(format!(
            "{what} is missing; install it and try again (on Debian or Ubuntu: apt-get install {})",
            packages.join(" ")
        )));
    }
    static UPDATE: Once = Once::new();
    step(&format!("installing {what} from Debian's packages ({})", packages.join(" ")), || {
        UPDATE.call_once(|| {
            // An old list may do; the install says so if not.
            run(apt().args(["update", "-qq"])).ok();
        });
        run(apt().args(["install", "-qq", "-y", "--no-install-recommends"]).args(packages))
    })
}

/// Whether this is Debian or a relative, and the user is root.
pub(crate) fn can_install() -> bool {
    find("apt-get").is_some() && output(Command::new("id").arg("-u")).is_ok_and(|user| user == "0")
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
    command
}

/// Chromium, for the tests.
pub(crate) fn chromium() -> Result<PathBuf> {
    ensure("Chromium", &["chromium", "chromium-browser", "google-chrome"], &["chromium"])
}

/// Node.js, for npm's packages and the tests.
pub(crate) fn node() -> Result<PathBuf> {
    let node = ensure("Node.js", &["node", "nodejs"], &["nodejs", "npm"])?;
    let version = output(Command::new(&node).arg("--version"))?;
    if major(&version).is_some_and(|major| major >= 18) {
        Ok(node)
    } else {
        Err(Error::new(format!("Node.js 18 or newer is needed, but {} is {version}", shown(&node))))
    }
}

fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
