//! A Rust toolchain that can build for wasm32-unknown-unknown.
//!
//! rustup adds the target where it can reach its server. Where only package
//! registries can be reached (behind many a company's firewall), Debian's
//! compiler builds the standard library from Debian's sources, once; that
//! toolchain then builds everything, so that nothing is compiled twice.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Context as _, Error, Result};
use crate::paths;
use crate::run::{output, run, step};
use crate::system;

pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The oldest compiler that our dependencies allow; `rust-version` in
/// Cargo.toml.
const MINIMUM: u32 = 91;

/// The linkers to try for Debian's compiler, newest first.
const DEBIAN_LINKERS: [&str; 3] = ["wasm-ld-22", "wasm-ld-19", "wasm-ld"];

/// Which compiler builds us.
#[derive(Debug)]
pub(crate) enum Toolchain {
    /// The one that cargo was called with, which has the wasm target.
    Own,
    /// Debian's, with a standard library for wasm that we built.
    Debian { sysroot: PathBuf, linker: PathBuf },
}

impl Toolchain {
    /// Finds a toolchain, or makes one.
    pub(crate) fn ensure() -> Result<Self> {
        let own = output(Command::new("rustc").args(["--print", "sysroot"])).map(PathBuf::from);
        if own.as_ref().is_ok_and(|sysroot| has_wasm(sysroot)) {
            return Ok(Self::Own);
        }
        if let Some(kept) = Self::kept_debian()? {
            return Ok(kept);
        }
        if system::find("rustup").is_some() && add_with_rustup() {
            return Ok(Self::Own);
        }
        Self::make_debian()
    }

    /// Debian's toolchain with the sysroot from an earlier call.
    fn kept_debian() -> Result<Option<Self>> {
        let Ok(version) = debian_version() else { return Ok(None) };
        let sysroot = sysroot(&version);
        Ok(match debian_linker() {
            Some(linker) if has_wasm(&sysroot) => Some(Self::Debian { sysroot, linker }),
            _ => None,
        })
    }

    fn make_debian() -> Result<Self> {
        let packages =
            ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "rustfmt-web", "lld-22"];
        if debian_version().is_err() || debian_linker().is_none() || !standard_sources().is_dir() {
            system::install("a Rust toolchain for WebAssembly", &packages).map_err(|e| {
                Error::new(format!(
                    "no Rust target {WASM}: `rustup target add {WASM}` did not work, and {e}"
                ))
            })?;
        }
        let version = debian_version()?;
        let linker = debian_linker()
            .ok_or_else(|| Error::new("no wasm-ld was found; install the package lld-22"))?;
        let sysroot = sysroot(&version);
        step("building Rust's standard library for wasm (once)", || build_sysroot(&sysroot))?;
        Ok(Self::Debian { sysroot, linker })
    }

    /// cargo, set up so that it builds natively and for wasm alike.
    pub(crate) fn cargo(&self) -> Command {
        self.cargo_with("")
    }

    /// The same, with more flags for rustc where it builds for wasm.
    pub(crate) fn cargo_with(&self, wasm_flags: &str) -> Command {
        let mut flags = OsString::from("-C target-feature=+simd128 ");
        flags.push(wasm_flags);
        let mut command = match self {
            Self::Own => Command::new("cargo"),
            Self::Debian { sysroot, linker } => {
                let mut command = debian_cargo();
                flags.push(" --sysroot ");
                flags.push(sysroot);
                command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
                command
            }
        };
        command
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags)
            .current_dir(paths::root());
        command
    }
}

/// Has cargo compile our own crates with clippy, warnings as errors: what they
/// depend on is then compiled once, where `cargo clippy` goes through all of it by
/// itself. The variables are those by which `cargo clippy` does it.
pub(crate) fn linting(cargo: &mut Command) {
    cargo
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        .env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
}

fn add_with_rustup() -> bool {
    step(&format!("rustup target add {WASM}"), || {
        let mut rustup = Command::new("rustup");
        // No retries: without its server, rustup would try for minutes.
        rustup.args(["target", "add", WASM]).env("RUSTUP_MAX_RETRIES", "0");
        output(rustup.stdout(Stdio::null()))
    })
    .map_err(|_| eprintln!("    rustup can't reach its server; trying Debian's packages"))
    .is_ok()
}

/// Debian's cargo and rustc, whatever rustup put before them.
fn debian_cargo() -> Command {
    let mut command = Command::new("/usr/bin/cargo");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(PathBuf::from("/usr/bin")).chain(std::env::split_paths(&path));
    if let Ok(path) = std::env::join_paths(paths) {
        command.env("PATH", path);
    }
    command
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTDOC", "/usr/bin/rustdoc")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO");
    command
}

/// The version of Debian's compiler, such as `1.96.0`, if it is new enough.
fn debian_version() -> Result<String> {
    let line = output(Command::new("/usr/bin/rustc").arg("--version"))?;
    let version = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let minor = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    if minor.is_some_and(|minor| minor >= MINIMUM) {
        Ok(version)
    } else {
        Err(Error::new(format!("Rust 1.{MINIMUM} or newer is needed, but Debian's is {version}")))
    }
}

fn debian_linker() -> Option<PathBuf> {
    DEBIAN_LINKERS.iter().find_map(|name| system::find(name))
}

/// Where Debian keeps the standard library's sources.
fn standard_sources() -> PathBuf {
    output(Command::new("/usr/bin/rustc").args(["--print", "sysroot"]))
        .map(|sysroot| Path::new(&sysroot).join("lib/rustlib/src/rust/library"))
        .unwrap_or_default()
}

fn sysroot(version: &str) -> PathBuf {
    paths::target().join(format!("wasm-sysroot-{version}"))
}

fn libraries(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(WASM).join("lib")
}

fn has_wasm(sysroot: &Path) -> bool {
    let is_std = |name: &str| name.starts_with("libstd-") && name.ends_with(".rlib");
    fs::read_dir(libraries(sysroot))
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| entry.file_name().to_str().is_some_and(is_std))
}

/// Builds `std` in an empty crate and keeps its libraries.
fn build_sysroot(sysroot: &Path) -> Result<()> {
    let empty = paths::target().join("wasm-std");
    fs::create_dir_all(empty.join("src")).context(|| format!("creating {}", empty.display()))?;
    let manifest = "[package]\nname = \"wasm-std\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(empty.join("Cargo.toml"), manifest).context(|| "writing Cargo.toml".to_owned())?;
    fs::write(empty.join("src/lib.rs"), "#![no_std]\n").context(|| "writing lib.rs".to_owned())?;
    run(debian_cargo()
        .args(["build", "--release", "-Z", "build-std=std,panic_abort", "--target", WASM])
        .current_dir(&empty)
        .env("CARGO_TARGET_DIR", empty.join("target"))
        .env("RUSTC_BOOTSTRAP", "1")
        // Without the bitcode, link-time optimisation fails later.
        .env("RUSTFLAGS", "-C embed-bitcode=yes"))?;
    let built = empty.join("target").join(WASM).join("release/deps");
    // Whole or not at all: an interrupted copy must not look like a sysroot.
    let partial = sysroot.with_extension("partial");
    fs::remove_dir_all(&partial).ok();
    let is_library = |path: &Path| path.extension().is_some_and(|e| e == "rlib");
    paths::copy_dir(&built, &libraries(&partial), &is_library)?;
    fs::remove_dir_all(sysroot).ok();
    fs::rename(&partial, sysroot).context(|| format!("creating {}", sysroot.display()))
}
