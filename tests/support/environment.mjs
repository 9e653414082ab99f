// Where the built product and the outside tools are. `cargo xtask test` sets
// these; a missing one is an error that says so, never a skipped test.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const variable = (name, meaning) => {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set (${meaning}); run these tests with: cargo xtask test`);
  }
  return value;
};

/** The folder `tests/` of the repository. */
export const testsDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** The repository's root. */
export const rootDir = path.dirname(testsDir);
/** Where pictures of pages go: `target/screenshots/`. */
export const screenshotsDir = path.join(rootDir, 'target', 'screenshots');

/** The built static files. */
export const siteDir = () => path.join(variable('MILLRACE_DIST', 'the folder of the build'), 'site');
/** The built edge: the modules of the Worker. */
export const workerDir = () => path.join(variable('MILLRACE_DIST', 'the folder of the build'), 'worker');
/** The `xtask` executable. */
export const xtask = () => variable('MILLRACE_XTASK', 'the xtask executable');
/** A Python with the packages of tests/requirements.txt. */
export const python = () => variable('MILLRACE_PYTHON', 'a Python with tests/requirements.txt');
/** A Python with the client of tests/requirements-2.txt, and otherwise the same packages. */
export const olderPython = () => variable('MILLRACE_PYTHON_2', 'a Python with tests/requirements-2.txt');
/** A Chromium executable. */
export const chromium = () => variable('MILLRACE_CHROMIUM', 'the Chromium executable');
