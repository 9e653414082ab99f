//! `cargo xtask build`: four wasm modules and the folders that ship them.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use wasm_bindgen_cli_support::Bindgen;

use crate::error::{Context as _, Error, Result};
use crate::npm::{self, Scope};
use crate::parts::{self, Parts};
use crate::paths::{self, copy_dir, dist, root, write};
use crate::run::{run, step};
use crate::sizes;
use crate::toolchain::{Toolchain, WASM};

const HELP: &str = "\
cargo xtask build [--dev | --release] [--only MODULE]

  dist/site     the dashboard: static files for any host and any path
  dist/worker   the edge: `wrangler deploy` from that folder takes both

  --dev         quick to build, large, slow
  (neither)     optimised; the engine without link-time optimisation
  --release     everything optimised; prints each module's size and fails over its budget
  --only MODULE compile this one (web, edge, tabular or scoring); the others stay as
                they were last built";

/// How much work goes into the modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// For the loop: unoptimised.
    Dev,
    /// For serving and testing: what ships, save that the engine, which is
    /// nearly all of the building time, is not optimised across crates.
    Optimised,
    /// What ships.
    Release,
}

/// A wasm module of ours.
struct Module {
    /// The package that it is built from.
    package: &'static str,
    /// cargo's name of the file.
    file: &'static str,
    /// The name of the module and its JavaScript.
    name: &'static str,
    /// Whether it can be started anew after a trap.
    restarts: bool,
    /// How it is optimised.
    kind: Kind,
    /// Whether the package's default features are left out.
    bare: bool,
    /// What rustc is told besides.
    flags: &'static str,
    /// Whether parts of it are files of their own, fetched when they are needed.
    splits: bool,
}

/// What a module is optimised for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Little work: bytes first.
    Small,
    /// Much work in little code: speed, and optimised across crates.
    Kernels,
    /// Nearly all engine: speed before size, and most of the building time.
    Engine,
}

/// LLVM: how large a function may be that is marked to be inlined, as those of the
/// standard library are. Its own limit is 325, at `s` as at `3`. At 75, products of
/// matrices take a tenth longer; at 50, trees twice as long.
const FEW_COPIES: &str = "-C llvm-args=-inlinehint-threshold=100";

/// The modules, quickest to build first.
const MODULES: [Module; 4] = [
    Module {
        package: "edge",
        file: "edge",
        name: "edge",
        restarts: true,
        kind: Kind::Small,
        bare: false,
        flags: "",
        splits: false,
    },
    Module {
        package: "scoring-wasm",
        file: "scoring_wasm",
        name: "tabular",
        restarts: true,
        kind: Kind::Kernels,
        bare: true,
        flags: FEW_COPIES,
        splits: false,
    },
    Module {
        package: "web",
        file: "web",
        name: "web",
        restarts: false,
        kind: Kind::Small,
        bare: false,
        // Leptos: one type for all views, which is less code.
        // And to say where functions are called, which splitting goes by.
        flags: "--cfg erase_components -C link-arg=--emit-relocs",
        splits: true,
    },
    Module {
        package: "scoring-wasm",
        file: "scoring_wasm",
        name: "scoring",
        restarts: true,
        kind: Kind::Engine,
        bare: false,
        flags: "",
        splits: false,
    },
];

/// The engine for the suites of test cases; it ships nowhere.
const SUITE: Module = Module {
    package: "onnx-suite",
    file: "onnx_suite",
    name: "suite",
    restarts: true,
    kind: Kind::Engine,
    bare: false,
    flags: "",
    splits: false,
};

/// The same without tract, as the module `tabular` is built; for benchmarks.
const SUITE_TABULAR: Module = Module {
    package: "onnx-suite",
    file: "onnx_suite",
    name: "suite-tabular",
    restarts: true,
    kind: Kind::Kernels,
    bare: true,
    flags: FEW_COPIES,
    splits: false,
};

impl Module {
    /// cargo's profile for the module, and the folder that cargo puts it in.
    fn profile(&self, level: Level) -> (&'static str, &'static str) {
        match (self.kind, level) {
            (Kind::Small, Level::Dev) => ("dev", "debug"),
            (Kind::Small, _) => ("small", "small"),
            // In the loop, optimising across crates takes too long.
            (Kind::Kernels, Level::Dev) => ("engine", "engine"),
            (Kind::Kernels, _) => ("kernels", "kernels"),
            (Kind::Engine, Level::Release) => ("release", "release"),
            // In the loop too: tract is built once, and a slow engine is no use.
            (Kind::Engine, _) => ("engine", "engine"),
        }
    }

    /// How hard wasm-opt works on the module, if at all.
    fn wasm_opt(&self, level: Level) -> Option<&'static str> {
        match (level, self.kind) {
            (Level::Dev, _) | (Level::Optimised, Kind::Engine) => None,
            (_, Kind::Small) => Some("-Oz"),
            (Level::Release, Kind::Engine) => Some("-O2"),
            // What it does beyond this level makes the module smaller, but not
            // what is left of it after compression.
            (_, Kind::Kernels) => Some("-O1"),
        }
    }
}

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<()> {
    use lexopt::ValueExt as _;

    let mut level = Level::Optimised;
    let mut only = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("dev") => level = Level::Dev,
            lexopt::Arg::Long("release") => level = Level::Release,
            lexopt::Arg::Long("only") => only = Some(arguments.value()?.string()?),
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                println!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    match only {
        None => build(level)?,
        Some(name) => build_one(&name, level)?,
    }
    eprintln!("dist/site and dist/worker are ready");
    if level == Level::Dev {
        return Ok(());
    }
    sizes::report(level)
}

/// Builds every module and lays out the folders.
pub(crate) fn build(level: Level) -> Result<()> {
    npm::ensure(Scope::Serve)?;
    let toolchain = Toolchain::ensure()?;
    let start = SystemTime::now();
    for (index, module) in MODULES.iter().enumerate() {
        let what = format!("[{}/{}] building {}", index + 1, MODULES.len(), module.name);
        step(&what, || compile(&toolchain, module, level))?;
    }
    lay_out(level)?;
    if let Ok(took) = start.elapsed() {
        eprintln!("==> built in {} s", took.as_secs());
    }
    Ok(())
}

/// Builds one module and lays out the folders with the others as they are.
fn build_one(name: &str, level: Level) -> Result<()> {
    let module = MODULES.iter().find(|module| module.name == name).ok_or_else(|| {
        let names = MODULES.map(|module| module.name).join(", ");
        Error::new(format!("there is no module {name}; there are {names}"))
    })?;
    npm::ensure(Scope::Serve)?;
    let toolchain = Toolchain::ensure()?;
    step(&format!("building {name}"), || compile(&toolchain, module, level))?;
    lay_out(level)
}

/// Builds the module of the suites, and gives its folder.
pub(crate) fn suite(toolchain: &Toolchain, level: Level) -> Result<PathBuf> {
    step("building the suites' module", || compile(toolchain, &SUITE, level))?;
    Ok(bound(&SUITE, level))
}

/// Builds the same without tract, and gives its folder.
pub(crate) fn suite_tabular(toolchain: &Toolchain, level: Level) -> Result<PathBuf> {
    let what = "building the suites' module for tabular models";
    step(what, || compile(toolchain, &SUITE_TABULAR, level))?;
    Ok(bound(&SUITE_TABULAR, level))
}

/// The files of each part of the page, as it was built last.
pub(crate) fn parts_of_page(level: Level) -> Result<Parts> {
    let mut found = Parts::new();
    for module in MODULES.iter().filter(|module| module.splits) {
        let list = list_of_parts(module, level);
        let text = fs::read(&list).context(|| format!("reading {}", list.display()))?;
        let parts: Parts =
            serde_json::from_slice(&text).context(|| format!("reading {}", list.display()))?;
        found.extend(parts);
    }
    Ok(found)
}

fn list_of_parts(module: &Module, level: Level) -> PathBuf {
    bound(module, level).with_extension("parts.json")
}

/// Where a module's JavaScript and final wasm are kept between builds.
fn bound(module: &Module, level: Level) -> PathBuf {
    let level = match level {
        Level::Dev => "dev",
        Level::Optimised => "optimised",
        Level::Release => "release",
    };
    paths::target().join("modules").join(level).join(module.name)
}

/// Compiles one module, generates its JavaScript, and shrinks it.
fn compile(toolchain: &Toolchain, module: &Module, level: Level) -> Result<()> {
    let (profile, folder) = module.profile(level);
    let mut cargo = toolchain.cargo_with(module.flags);
    cargo.args(["build", "--target", WASM, "--package", module.package, "--profile", profile]);
    if module.bare {
        cargo.arg("--no-default-features");
    }
    if module.package == SUITE.package {
        // It has a native program, too.
        cargo.arg("--lib");
    }
    run(&mut cargo)?;
    let compiled = paths::target().join(WASM).join(folder).join(format!("{}.wasm", module.file));
    let out = bound(module, level);
    // cargo's output keeps the time at which it was first made, so only its
    // content tells whether the rest has been done for it.
    let (made_from, stamp) = (fingerprint(&compiled)?, out.with_extension("made-from"));
    let is_listed = !module.splits || list_of_parts(module, level).is_file();
    if is_listed && fs::read_to_string(&stamp).is_ok_and(|known| known == made_from) {
        return Ok(());
    }
    fs::remove_dir_all(&out).ok();
    if module.splits {
        let mut split = parts::split(module.name, &compiled, &out)?;
        if level != Level::Dev {
            split.merge(module.name, &out, &FEATURES)?;
        }
        bind(module, level, &split.main, &out)?;
        fs::remove_file(&split.main).context(|| format!("removing {}", split.main.display()))?;
        shrink_all(module, level, &split.files)?;
        let list = serde_json::to_string(&split.parts).context(|| "listing parts".to_owned())?;
        write(&list_of_parts(module, level), &list)?;
    } else {
        bind(module, level, &compiled, &out)?;
    }
    shrink_all(module, level, &[out.join(format!("{}_bg.wasm", module.name))])?;
    write(&stamp, &made_from)
}

fn shrink_all(module: &Module, level: Level, files: &[PathBuf]) -> Result<()> {
    let Some(effort) = module.wasm_opt(level) else { return Ok(()) };
    step(&format!("shrinking {} (wasm-opt {effort})", module.name), || {
        files.iter().try_for_each(|wasm| shrink(npm::binaryen("wasm-opt")?, effort, wasm))
    })
}

fn fingerprint(file: &Path) -> Result<String> {
    let bytes = fs::read(file).context(|| format!("reading {}", file.display()))?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

fn bind(module: &Module, level: Level, compiled: &Path, out: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name(module.name)
        .typescript(false)
        .keep_debug(level == Level::Dev)
        .remove_name_section(level != Level::Dev)
        .remove_producers_section(true)
        // Its parts share the table of functions and the stack.
        .keep_lld_exports(module.splits)
        .omit_default_module_path(true)
        .reset_state_function(module.restarts);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(out))
        .map_err(|e| Error::new(format!("generating the JavaScript of {}: {e:#}", module.name)))
}

/// The wasm features that every host we name has.
const FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

fn shrink(mut wasm_opt: Command, effort: &str, wasm: &Path) -> Result<()> {
    let small = wasm.with_extension("small");
    run(wasm_opt.arg(effort).args(FEATURES).arg(wasm).arg("-o").arg(&small))?;
    fs::rename(&small, wasm).context(|| format!("replacing {}", wasm.display()))
}

/// Puts the files that ship into `dist`.
fn lay_out(level: Level) -> Result<()> {
    let (root, dist) = (root(), dist());
    let (site, worker) = (dist.join("site"), dist.join("worker"));
    for folder in [&site, &worker] {
        fs::create_dir_all(folder).context(|| format!("creating {}", folder.display()))?;
    }
    // Parts that an earlier build had, and this one has not.
    for old in paths::files_under(&site) {
        if old.extension().is_some_and(|extension| extension == "wasm") {
            fs::remove_file(&old).context(|| format!("removing {}", old.display()))?;
        }
    }
    let everything: &dyn Fn(&Path) -> bool = &|_| true;
    for module in &MODULES {
        let from = bound(module, level);
        let shipped_to: &[&PathBuf] = match module.name {
            "web" => &[&site],
            "edge" => &[&worker],
            _ => &[&site, &worker],
        };
        for to in shipped_to {
            copy_dir(&from, to, everything)?;
        }
    }
    copy(&root.join("index.html"), &site)?;
    copy(&root.join("web/boot.js"), &site)?;
    copy_dir(&root.join("web/static"), &site, everything)?;
    copy_dir(&root.join("web/lang"), &site.join("lang"), everything)?;
    copy_dir(&root.join("web/viewers"), &site.join("viewers"), everything)?;
    lay_out_libraries(&site.join("viewers"))?;
    copy_dir(&root.join("worker/browser"), &site, everything)?;
    for folder in [&site, &worker] {
        copy(&root.join("worker/bodies.js"), folder)?;
        copy(&root.join("worker/load-model.js"), folder)?;
    }
    for file in [
        "worker.js",
        "scoring-host.js",
        "outside.js",
        "artifacts.js",
        "straight.js",
        "wrangler.jsonc",
    ] {
        copy(&root.join("worker/cloudflare").join(file), &worker)?;
    }
    let demo = site.join("models/demo");
    copy_dir(&paths::demo_model(), &demo, everything)?;
    // What the model's public page says of it.
    let about = root.join("examples/demo-model/about.md");
    let text = fs::read_to_string(&about).context(|| format!("reading {}", about.display()))?;
    write(&demo.join("README.md"), &text)?;
    write(&site.join("style.css"), &stylesheet()?)?;
    write(&site.join("millrace.json"), "{\"tracking\":null,\"models\":[]}\n")
}

/// Languages whose code is coloured: see `web/src/state/files/code.rs`.
const LANGUAGES: [&str; 28] = [
    "bash",
    "c",
    "cpp",
    "css",
    "diff",
    "dockerfile",
    "go",
    "ini",
    "java",
    "javascript",
    "json",
    "julia",
    "kotlin",
    "lua",
    "makefile",
    "markdown",
    "perl",
    "php",
    "properties",
    "python",
    "r",
    "ruby",
    "rust",
    "scala",
    "sql",
    "typescript",
    "xml",
    "yaml",
];

/// npm's libraries that show formats: each file is fetched when it is needed.
fn lay_out_libraries(viewers: &Path) -> Result<()> {
    let modules = npm::ensure(Scope::Serve)?;
    let parts = |path: &Path| path.extension().is_some_and(|ending| ending == "js");
    copy_dir(&modules.join("hyparquet/src"), &viewers.join("hyparquet"), &parts)?;
    copy(&modules.join("hyparquet/LICENSE"), &viewers.join("hyparquet"))?;
    let compressors = viewers.join("compressors");
    copy_dir(&modules.join("hyparquet-compressors/src"), &compressors, &parts)?;
    copy(&modules.join("hyparquet-compressors/LICENSE"), &compressors)?;
    copy_as(&modules.join("fzstd/esm/index.mjs"), &compressors.join("fzstd.js"))?;
    copy_as(&modules.join("fzstd/LICENSE"), &compressors.join("LICENSE-fzstd"))?;
    copy_as(&modules.join("client-zip/index.js"), &viewers.join("client-zip.js"))?;
    copy_as(&modules.join("client-zip/LICENSE.txt"), &viewers.join("LICENSE-client-zip"))?;
    let pdfjs = modules.join("pdfjs-dist");
    let documents = viewers.join("pdfjs");
    for folder in ["cmaps", "iccs", "standard_fonts", "wasm"] {
        copy_dir(&pdfjs.join(folder), &documents.join(folder), &|_| true)?;
    }
    for name in ["pdf", "pdf.worker"] {
        let program = pdfjs.join(format!("legacy/build/{name}.min.mjs"));
        copy_as(&program, &documents.join(format!("{name}.js")))?;
    }
    copy(&pdfjs.join("LICENSE"), &documents)?;
    let highlight = modules.join("@highlightjs/cdn-assets");
    let languages = viewers.join("highlight/languages");
    fs::create_dir_all(&languages).context(|| format!("creating {}", languages.display()))?;
    copy(&highlight.join("es/core.min.js"), &viewers.join("highlight"))?;
    copy(&highlight.join("LICENSE"), &viewers.join("highlight"))?;
    LANGUAGES.iter().try_for_each(|language| {
        copy(&highlight.join(format!("es/languages/{language}.min.js")), &languages)
    })
}

/// All styles in one: tokens and base first, then each component's and page's,
/// and what print changes of them.
fn stylesheet() -> Result<String> {
    let web = root().join("web");
    let first = [web.join("style/tokens.css"), web.join("style/base.css")];
    let last = [web.join("style/print.css")];
    let rest = [web.join("style"), web.join("src")]
        .iter()
        .flat_map(|folder| paths::files_under(folder))
        .filter(|path| path.extension().is_some_and(|e| e == "css"))
        .filter(|path| !first.contains(path) && !last.contains(path))
        .collect::<Vec<_>>();
    let mut styles = String::new();
    for path in first.iter().chain(&rest).chain(&last) {
        let text = fs::read_to_string(path).context(|| format!("reading {}", path.display()))?;
        push_bare(&mut styles, &text);
    }
    Ok(styles)
}

/// Adds a style sheet without what only its readers need: indents, empty lines, and
/// comments that have their lines to themselves.
fn push_bare(styles: &mut String, text: &str) {
    const END: &str = "*/";
    let mut in_comment = false;
    for line in text.lines() {
        let mut line = line.trim();
        if in_comment {
            let Some((_, rest)) = line.split_once(END) else { continue };
            in_comment = false;
            line = rest.trim();
        }
        if line.starts_with("/*") {
            match line.split_once(END) {
                Some((_, "")) => continue,
                Some(_) => {}
                None => {
                    in_comment = true;
                    continue;
                }
            }
        }
        if !line.is_empty() {
            styles.push_str(line);
            styles.push('\n');
        }
    }
}

fn copy(file: &Path, folder: &Path) -> Result<()> {
    copy_as(file, &folder.join(file.file_name().unwrap_or_default()))
}

fn copy_as(file: &Path, to: &Path) -> Result<()> {
    fs::copy(file, to).context(|| format!("copying {}", file.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::push_bare;

    #[test]
    fn styles_lose_comments_and_indents_and_nothing_else() {
        let text = "/* One. */\n.a {\n  color: red; /* here */\n}\n\n/* Two\n   lines. */\n\
                    /* b */ .b { margin: 0 }\n/* of\n three */ .c { padding: 0 }\n";
        let mut bare = String::new();
        push_bare(&mut bare, text);
        assert_eq!(
            bare,
            ".a {\ncolor: red; /* here */\n}\n/* b */ .b { margin: 0 }\n.c { padding: 0 }\n"
        );
    }
}
