// Runs a directory of cases in V8: `node run.mjs MODULE DIR [LIST] [--filter TEXT]`.
//
// MODULE is the folder of the built module, LIST a file of the cases that are
// known to fail: `[reason]` on a line, and the names of its cases below it. A
// case that is listed and passes is a failure: the list is never out of date.
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const filterAt = process.argv.indexOf('--filter');
const filter = filterAt < 0 ? '' : process.argv.splice(filterAt, 2)[1];
const [moduleDir, dir, list] = process.argv.slice(2);

const suite = await import(pathToFileURL(path.join(moduleDir, 'suite.js')));
const wasm = await WebAssembly.compile(await readFile(path.join(moduleDir, 'suite_bg.wasm')));
suite.initSync({ module: wasm });

const exists = (file) => stat(file).then(() => true, () => false);

/** The cases that are known to fail, with why. */
async function known(file) {
  const reasons = new Map();
  if (!file) return reasons;
  let reason;
  for (const line of (await readFile(file, 'utf8')).split('\n').map((l) => l.trim())) {
    if (line.startsWith('[')) reason = line.slice(1, -1);
    else if (line && !line.startsWith('#')) {
      if (!reason) throw new Error(`${file}: '${line}' stands below no [reason]`);
      reasons.set(line, reason);
    }
  }
  return reasons;
}

/** The numbered files of a set: `PREFIX_0.pb`, `PREFIX_1.pb`, …; text for JSON. */
async function numbered(set, prefix) {
  const values = [];
  for (;;) {
    const file = path.join(set, `${prefix}_${values.length}`);
    if (await exists(`${file}.json`)) values.push(await readFile(`${file}.json`, 'utf8'));
    else if (await exists(`${file}.pb`)) values.push(await readFile(`${file}.pb`));
    else return values;
  }
}

/** Why a case fails, or nothing. */
async function problem(folder) {
  const names = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const external = [];
  for (const { name } of names.filter((entry) => entry.isFile() && entry.name !== 'model.onnx')) {
    external.push([name, await readFile(path.join(folder, name))]);
  }
  const model = new suite.Case(await readFile(path.join(folder, 'model.onnx')), external);
  const sets = names.filter((entry) => entry.isDirectory());
  if (sets.length === 0) return 'the case has no data';
  for (const { name } of sets) {
    const set = path.join(folder, name);
    const failure = model.check(await numbered(set, 'input'), await numbered(set, 'output'));
    if (failure) return failure;
  }
  model.free();
}

const reasons = await known(list);
const seen = new Set();
let [passed, failed, expected] = [0, 0, 0];
for (const name of (await readdir(dir)).sort()) {
  const folder = path.join(dir, name);
  if (!name.includes(filter) || !(await exists(path.join(folder, 'model.onnx')))) continue;
  seen.add(name);
  let failure;
  try {
    failure = await problem(folder);
  } catch (error) {
    // A trap leaves the instance unusable.
    const isTrap = error instanceof WebAssembly.RuntimeError;
    if (isTrap) suite.__wbg_reset_state();
    failure = isTrap ? `traps: ${error.message}` : String(error?.message ?? error);
    // A trap, and a wrong value, is never expected.
    if (isTrap) reasons.delete(name);
  }
  if (failure === undefined && reasons.has(name)) {
    failed += 1;
    console.log(`${name}: passes, and is listed as failing (${reasons.get(name)})`);
  } else if (failure === undefined) {
    passed += 1;
  } else if (reasons.has(name)) {
    expected += 1;
  } else {
    failed += 1;
    console.log(`${name}: ${failure.replace(/\s+/g, ' ')}`);
  }
}
for (const name of [...reasons.keys()].filter((name) => name.includes(filter) && !seen.has(name))) {
  failed += 1;
  console.log(`${name}: is listed as failing, and is not there`);
}
if (passed + failed + expected === 0) {
  console.log(`${dir}: holds no cases (folders with a model.onnx)`);
  failed = 1;
}
if (expected > 0) console.log(`${expected} failed as listed in ${list}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
