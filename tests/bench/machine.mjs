// What the numbers were measured on, and where tables go.
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const commit = () => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
};

// What else ran when this began: over about half of the cores, times say little.
const loadBefore = os.loadavg()[0].toFixed(2);

/** The machine and versions, as Markdown; `versions` are `[name, version]`. */
export function described(versions) {
  const cpus = os.cpus();
  const lines = [
    ['date', new Date().toISOString().slice(0, 10)],
    ['processor', `${cpus[0].model}, ${cpus.length} cores`],
    ['load average before', loadBefore],
    ['system', `${os.type()} ${os.release()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB`],
    ['Millrace', `commit ${commit()}`],
    ...versions,
  ];
  return ['| | |', '|---|---|', ...lines.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

/** A Markdown table: the first column is text, the others numbers. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** Prints a report and, with `--save FILE` among the arguments, writes it there. */
export async function publish(report, file) {
  console.log(`\n${report}`);
  if (!file) return;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${report}\n`);
  console.error(`written to ${path.relative(process.cwd(), file)}`);
}

/** The value after a flag, removed from the arguments; without a value, whether it is there. */
export function flag(args, name, hasValue = true) {
  const index = args.indexOf(name);
  if (index < 0) return undefined;
  return args.splice(index, hasValue ? 2 : 1)[hasValue ? 1 : 0];
}

export const variable = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run this with: cargo xtask bench`);
  return value;
};

/** The value below which `share` of the sorted values are. */
export const quantile = (sorted, share) => sorted[Math.round(share * (sorted.length - 1))];

/** Three significant digits. */
export const digits = (x) =>
  x >= 1000 ? Math.round(x).toLocaleString('en') : x.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.max(x, 1e-9)))));

/** The geometric mean. */
export const geometric = (values) => Math.exp(values.reduce((sum, x) => sum + Math.log(x), 0) / values.length);
