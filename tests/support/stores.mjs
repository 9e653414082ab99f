// Stores that models load from: an S3 server that checks who asks (it reads
// signatures of version 4 but does not compute them), and an Azure Blob server
// that checks signatures.
import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { testsDir } from './environment.mjs';
import { freePort, start } from './processes.mjs';

const START_MS = 60_000;

/** Every file below `dir`, as `[path with slashes, bytes]`. */
export async function filesOf(dir) {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  return Promise.all(files.map(async (file) => [path.relative(dir, file).split(path.sep).join('/'), await readFile(file)]));
}

async function startStore(name, script, flags, uri, nodeFlags = []) {
  const dir = await mkdtemp(path.join(os.tmpdir(), `millrace-${name}-`));
  const server = start(name, process.execPath, [...nodeFlags, path.join(testsDir, 'node_modules', ...script), ...flags(dir)], { cwd: dir });
  const stop = async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await server.until('an answer', () => fetch(uri).then(() => true, () => false), START_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { uri, dir, log: () => server.log, stop };
}

/** s3rver, with a bucket and its one key: `{ uri, env, put(key, bytes), stop }`. */
export async function startS3(bucket) {
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  const server = await startStore(
    's3rver',
    ['s3rver', 'bin', 's3rver.js'],
    (dir) => ['--directory', dir, '--address', '127.0.0.1', '--port', String(port), '--configure-bucket', bucket],
    uri,
    // Its tokens for the next page of a listing are of an old cipher.
    ['--openssl-legacy-provider'],
  );
  // s3rver's only account.
  const env = { MLFLOW_S3_ENDPOINT_URL: uri, AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };
  const put = async (key, bytes) => {
    const url = signedPut(uri, bucket, key);
    const response = await fetch(url, { method: 'PUT', body: bytes });
    const text = await response.text();
    if (!response.ok) throw new Error(`putting ${key}: ${response.status} ${text}`);
  };
  return { ...server, env, put };
}

/** Signature version 4 in the query, written down once more, for what only tests do. */
function signedPut(uri, bucket, key) {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const resource = `/${bucket}/${key.split('/').map(encode).join('/')}`;
  const query = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `S3RVER/${scope}`],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', '300'],
    ['X-Amz-SignedHeaders', 'host'],
  ].map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const canonical = ['PUT', resource, query, `host:${new URL(uri).host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const hmac = (secret, text) => createHmac('sha256', secret).update(text).digest();
  const secret = [date.slice(0, 8), 'us-east-1', 's3', 'aws4_request'].reduce(hmac, 'AWS4S3RVER');
  const signature = hmac(secret, ['AWS4-HMAC-SHA256', date, scope, hash].join('\n')).toString('hex');
  return `${uri}${resource}?${query}&X-Amz-Signature=${signature}`;
}

const ACCOUNT = 'devstoreaccount1';
// The emulator's well-known key.
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** azurite, with a container: `{ uri, env, put(blob, bytes), stop }`. */
export async function startAzure(container) {
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  const server = await startStore(
    'azurite',
    ['azurite', 'dist', 'src', 'blob', 'main.js'],
    (dir) => ['--location', dir, '--blobHost', '127.0.0.1', '--blobPort', String(port), '--disableTelemetry', '--skipApiVersionCheck'],
    uri,
  );
  const endpoint = `${uri}/${ACCOUNT}`;
  const connection = `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${endpoint};`;
  const send = async (blob, bytes, query = '') => {
    const resource = `/${ACCOUNT}/${container}${blob}`;
    const own = { 'x-ms-date': new Date().toUTCString(), 'x-ms-version': '2021-12-02', ...(blob && { 'x-ms-blob-type': 'BlockBlob' }) };
    const headers = Object.entries(own).sort().map(([name, value]) => `${name}:${value}\n`).join('');
    // The verb, eleven standard headers of which the fourth is the length, Azure's own, the resource.
    const text = `PUT\n\n\n${bytes.length || ''}${'\n'.repeat(9)}${headers}/${ACCOUNT}${resource}${query && '\nrestype:container'}`;
    const signature = createHmac('sha256', Buffer.from(KEY, 'base64')).update(text).digest('base64');
    const response = await fetch(`${uri}${resource}${query}`, { method: 'PUT', body: bytes, headers: { ...own, Authorization: `SharedKey ${ACCOUNT}:${signature}` } });
    const answer = await response.text();
    if (!response.ok) throw new Error(`putting ${blob}: ${response.status} ${answer}`);
  };
  await send('', Buffer.alloc(0), '?restype=container');
  const put = (blob, bytes) => send(`/${blob}`, bytes);
  return { ...server, env: { AZURE_STORAGE_CONNECTION_STRING: connection }, put };
}
