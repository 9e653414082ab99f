// The built page on a static host that compresses, as they all do.
import { brotliCompressSync } from 'node:zlib';
import { siteDir } from '../support/environment.mjs';
import { startStatic } from '../support/static-server.mjs';

export function compressedSite() {
  const kept = new Map();
  const encode = (file, body) => {
    if (!kept.has(file)) kept.set(file, brotliCompressSync(body));
    return kept.get(file);
  };
  return startStatic(siteDir(), '/', { 'Content-Encoding': 'br' }, encode);
}
