//! `cargo xtask check`: formatting and clippy.

use crate::error::Result;
use crate::run::{run, step};
use crate::toolchain::{Toolchain, WASM};

/// The packages that ship as wasm; the others are checked natively only.
const WASM_PACKAGES: [&str; 3] = ["web", "scoring-wasm", "edge"];

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<()> {
    if let Some(argument) = arguments.next()? {
        return match argument {
            lexopt::Arg::Long("help") => {
                println!("cargo xtask check: formatting and clippy, warnings as errors");
                Ok(())
            }
            other => Err(other.unexpected().into()),
        };
    }
    let toolchain = Toolchain::ensure()?;
    formatting(&toolchain)?;
    step("clippy, native", || {
        run(toolchain.cargo().args([
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))
    })?;
    wasm(&toolchain)
}

pub(crate) fn formatting(toolchain: &Toolchain) -> Result<()> {
    step("checking the formatting", || run(toolchain.cargo().args(["fmt", "--all", "--check"])))
}

/// Clippy on what ships as wasm.
pub(crate) fn wasm(toolchain: &Toolchain) -> Result<()> {
    step("clippy, wasm", || {
        let mut cargo = toolchain.cargo();
        cargo.args(["clippy", "--quiet", "--target", WASM]);
        for package in WASM_PACKAGES {
            cargo.args(["--package", package]);
        }
        run(cargo.args(["--", "-D", "warnings"]))
    })
}
