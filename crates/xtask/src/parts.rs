//! The parts of the page: what is reached through `wasm_split` functions alone.
//!
//! The splitter gives each part a file, and each set of parts that have code in
//! common another: ten parts had 165 of those, most of some hundred bytes, and a
//! part took up to a hundred requests. So the small ones become one file, which is
//! also a third of their size once compressed, and the JavaScript that fetches
//! them is our own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use wasmparser::{Parser, Payload, RefType, TypeRef};

use crate::error::{Context as _, Error, Result};
use crate::npm;
use crate::paths::write;
use crate::run::run;

/// A file of at most so many bytes is merged with its like.
const SMALL: u64 = 20_000;
/// The same of one that few parts have in common: the others fetch it for nothing.
const SMALL_OF_FEW: u64 = 10_000;
/// How many parts are few.
const FEW: usize = 3;
/// The file that the small ones become.
const SHARED: &str = "shared";
/// What the splitter's modules import everything from.
const PAGE: &str = "__wasm_split";
/// What the merged module imports it from: it has to have another name.
const OUTSIDE: &str = "page";
/// The module that fetches the parts.
const LOADER: &str = "parts.js";

/// A split module.
pub(crate) struct Split {
    /// What is left of it, for wasm-bindgen.
    pub(crate) main: PathBuf,
    /// The files of its parts.
    pub(crate) files: Vec<PathBuf>,
    /// Each part's files, by their names without `.wasm`.
    pub(crate) parts: Parts,
}

/// For each part, the files that it needs.
pub(crate) type Parts = BTreeMap<String, BTreeSet<String>>;

/// Splits a module named `name` into `out`.
pub(crate) fn split(name: &str, compiled: &Path, out: &Path) -> Result<Split> {
    let wasm = fs::read(compiled).context(|| format!("reading {}", compiled.display()))?;
    let (main, main_module) = (out.join("main.wasm"), format!("./{name}.js"));
    let link_name = format!("./{LOADER}");
    let mut options = wasm_split_cli_support::Options::new(&wasm);
    options.output_dir = out;
    options.main_out_path = &main;
    options.main_module = &main_module;
    options.link_name = &link_name;
    let split = wasm_split_cli_support::transform(options)
        .map_err(|e| Error::new(format!("splitting {name}: {e:#}")))?;
    let parts = split.prefetch_map.into_iter().map(|(part, files)| {
        let files = files.into_iter().collect();
        (part, files)
    });
    Ok(Split { main, files: split.split_modules, parts: parts.collect() })
}

impl Split {
    /// Merges the small files that several parts have in common, and writes the
    /// JavaScript that fetches what is left. `features` are binaryen's options.
    pub(crate) fn merge(&mut self, name: &str, out: &Path, features: &[&str]) -> Result<()> {
        let mut small = Vec::new();
        for file in &self.files {
            let metadata = fs::metadata(file).context(|| format!("reading {}", file.display()))?;
            let sharing = self.parts.values().filter(|of| of.contains(&stem(file))).count();
            let limit = if sharing <= FEW { SMALL_OF_FEW } else { SMALL };
            if sharing > 1 && metadata.len() <= limit {
                small.push(file.clone());
            }
        }
        if small.len() > 1 {
            let shared = out.join(SHARED).with_extension("wasm");
            merge(&small, &shared, features)?;
            for file in &small {
                fs::remove_file(file).context(|| format!("removing {}", file.display()))?;
            }
            let gone: BTreeSet<String> = small.iter().map(|file| stem(file)).collect();
            self.files.retain(|file| !gone.contains(&stem(file)));
            self.files.push(shared);
            for files in self.parts.values_mut() {
                let before = files.len();
                files.retain(|file| !gone.contains(file));
                if files.len() < before {
                    files.insert(SHARED.to_owned());
                }
            }
        }
        write(&out.join(LOADER), &loader(name, &self.parts))
    }
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Makes one module of several that import from the page alone.
fn merge(modules: &[PathBuf], merged: &Path, features: &[&str]) -> Result<()> {
    let mut imports = BTreeMap::new();
    for module in modules {
        let bytes = fs::read(module).context(|| format!("reading {}", module.display()))?;
        gather(&bytes, &mut imports)
            .map_err(|e| Error::new(format!("reading {}: {e}", module.display())))?;
    }
    let relay = merged.with_extension("wat");
    write(&relay, &passed_on(&imports)?)?;
    let mut command = npm::binaryen("wasm-merge")?;
    command.args(features).arg(&relay).arg(PAGE);
    for module in modules {
        command.arg(module).arg(stem(module));
    }
    run(command.arg("-o").arg(merged))?;
    fs::remove_file(&relay).context(|| format!("removing {}", relay.display()))
}

/// Adds what a module imports. Of two that want a table or a memory, the larger
/// has to be there.
fn gather(wasm: &[u8], imports: &mut BTreeMap<String, TypeRef>) -> wasmparser::Result<()> {
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::ImportSection(section) = payload? else { continue };
        for import in section.into_imports() {
            let import = import?;
            let known = imports.entry(import.name.to_owned()).or_insert(import.ty);
            match (known, import.ty) {
                (TypeRef::Memory(known), TypeRef::Memory(new)) if new.initial > known.initial => {
                    *known = new;
                }
                (TypeRef::Table(known), TypeRef::Table(new)) if new.initial > known.initial => {
                    *known = new;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// A module, as text, that imports these and exports them again: what all modules
/// import from it is one thing to all of them.
fn passed_on(imports: &BTreeMap<String, TypeRef>) -> Result<String> {
    let mut text = "(module\n".to_owned();
    let mut exports = String::new();
    for (name, import) in imports {
        let (kind, of) = match import {
            TypeRef::Memory(memory) => ("memory", memory.initial.to_string()),
            TypeRef::Table(table) if table.element_type == RefType::FUNCREF => {
                ("table", format!("{} funcref", table.initial))
            }
            TypeRef::Global(global) if global.mutable => {
                ("global", format!("(mut {})", global.content_type))
            }
            TypeRef::Global(global) => ("global", global.content_type.to_string()),
            other => return Err(Error::new(format!("a part imports {name}, {other:?}"))),
        };
        writeln!(text, "(import \"{OUTSIDE}\" \"{name}\" ({kind} ${name} {of}))").ok();
        writeln!(exports, "(export \"{name}\" ({kind} ${name}))").ok();
    }
    Ok(text + &exports + ")\n")
}

/// The JavaScript that the page calls to fetch a part.
fn loader(name: &str, parts: &Parts) -> String {
    let mut text = format!(
        r#"// Fetches the parts of the page that are shown later. Made by the build.
import {{ initSync }} from "./{name}.js";

// Files by name, as promises that they are there.
const loading = new Map();

function load(name) {{
  if (!loading.has(name)) {{
    const exports = initSync();
    const file = WebAssembly.instantiateStreaming(fetch(new URL(`./${{name}}.wasm`, import.meta.url)), {{
      {PAGE}: exports,
      {OUTSIDE}: exports,
    }});
    // One that did not come is fetched again when it is asked for again.
    file.catch(() => loading.delete(name));
    loading.set(name, file);
  }}
  return loading.get(name);
}}

// The page hands over which of its functions hears whether the part is there.
const part = (files) => async (callback, data) => {{
  let came = true;
  try {{
    await Promise.all(files.map(load));
  }} catch (error) {{
    console.error(error);
    came = false;
  }}
  initSync().__indirect_function_table.get(callback)(data, came);
}};

"#
    );
    for (part, files) in parts {
        let files: Vec<String> = files.iter().map(|file| format!("{file:?}")).collect();
        let files = files.join(", ");
        // The name is one that the `wasm_split` macro imports.
        writeln!(text, "export const __wasm_split_load_{part} = part([{files}]);").ok();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_imported_is_passed_on_once_and_large_enough() {
        // (module (import "__wasm_split" "memory" (memory N)) (import "__wasm_split" "g" (global (mut i32))))
        let module = |pages: u8| {
            let mut wasm = b"\0asm\x01\0\0\0".to_vec();
            let mut section = vec![2];
            for (name, of) in [("memory", vec![2, 0, pages]), ("g", vec![3, 0x7f, 1])] {
                for text in [PAGE, name] {
                    section.push(u8::try_from(text.len()).unwrap());
                    section.extend_from_slice(text.as_bytes());
                }
                section.extend(of);
            }
            wasm.extend([2, u8::try_from(section.len()).unwrap()]);
            wasm.extend(section);
            wasm
        };
        let mut imports = BTreeMap::new();
        for pages in [17, 21, 3] {
            gather(&module(pages), &mut imports).unwrap();
        }
        assert_eq!(
            passed_on(&imports).unwrap(),
            "(module\n(import \"page\" \"g\" (global $g (mut i32)))\n\
             (import \"page\" \"memory\" (memory $memory 21))\n\
             (export \"g\" (global $g))\n(export \"memory\" (memory $memory))\n)\n"
        );
    }
}
