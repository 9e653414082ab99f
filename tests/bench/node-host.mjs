// A round in a Node process of its own: `node node-host.mjs STAGE`, with
// `{ row, options }` on standard input; prints what `measure` gives.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { measure } from './measure.mjs';

const stage = process.argv[2];
const at = (file) => pathToFileURL(path.join(stage, file)).href;
const read = async (file) => new Uint8Array(await readFile(path.join(stage, file)));

const { row, options } = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(await measure(row, at, read, options)));
process.exit(0);
