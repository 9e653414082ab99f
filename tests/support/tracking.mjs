// Requests to tracking servers, and what their answers have in common.
import assert from 'node:assert/strict';

/**
 * Sends one request and gives `{ status, body }`, body being JSON where it is.
 * A request is its verb with the path below `/api/2.0/mlflow/`, such as
 * `{ post: 'runs/create', body }`; it may have more `headers`.
 */
export async function ask(uri, request) {
  const [verb] = ['get', 'post', 'patch', 'delete'].filter((name) => name in request);
  const response = await fetch(`${uri}/api/2.0/mlflow/${request[verb]}`, {
    method: verb.toUpperCase(),
    ...(verb !== 'get' && {
      body: JSON.stringify(request.body ?? {}),
      headers: { 'Content-Type': 'application/json', ...request.headers },
    }),
  });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    return { status: response.status, body: text };
  }
}

// What differs from server to server, and by the version of MLflow.
const OWN = new Set([
  ...['run_id', 'run_uuid', 'model_id', 'source_run_id'],
  ...['creation_time', 'last_update_time', 'creation_timestamp', 'last_updated_timestamp'],
  ...['creation_timestamp_ms', 'last_updated_timestamp_ms'],
  ...['artifact_uri', 'artifact_location', 'source', 'next_page_token'],
  ...['created_at', 'last_updated_at', 'creation_time_ms', 'last_update_time_ms', 'completed_time_ms'],
  ...['create_time', 'created_time', 'created_timestamp', 'digest', 'webhook_id', 'scorer_id'],
]);
const LATER = new Set(['workspace', 'message']);

// What MLflow sorts in no order of its own.
const SETS = new Set(['tags', 'params', 'metrics', 'aliases', 'latest_versions', 'request_metadata', 'events']);

/** A text without ids in it; JSON in a text by what it says. */
function comparableText(text) {
  if (/^[{[]/.test(text)) {
    try {
      return comparable(JSON.parse(text));
    } catch {
      // It only looks like it.
    }
  }
  return text.replaceAll(/[0-9a-f]{32}/g, '#');
}

/** An answer without what can't be equal: ids, times, places, wordings. Tags and the like by key. */
export function comparable(value, isSet = false) {
  if (Array.isArray(value)) {
    const order = (inner) => JSON.stringify(inner);
    const inner = value.map((one) => comparable(one));
    return isSet ? inner.sort((a, b) => (order(a) < order(b) ? -1 : 1)) : inner;
  }
  if (typeof value === 'string') return comparableText(value);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .filter(([key]) => !LATER.has(key))
    // MLflow writes these where they are empty; nobody reads them there.
    .filter(([key, inner]) => !(['inputs', 'outputs', 'data'].includes(key) && Object.keys(inner).length === 0))
    // A logarithm's last digits are the machine's.
    .map(([key, inner]) => [key, key.startsWith('npmi') ? Number(inner.toPrecision(12)) : inner])
    .map(([key, inner]) => [key, OWN.has(key) ? typeof inner : comparable(inner, SETS.has(key))]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Replays requests to two servers, and says where the second answers otherwise
 * than the first. A request may be a function of what was noted before; `note`
 * takes something of its answer to be noted, by a name.
 */
export async function differences(expectedUri, gotUri, requests) {
  const noted = [{}, {}];
  const different = [];
  for (const request of requests) {
    const answers = [];
    for (const [i, uri] of [expectedUri, gotUri].entries()) {
      const concrete = typeof request === 'function' ? request(noted[i]) : request;
      const answer = await ask(uri, concrete);
      for (const [name, pick] of Object.entries(concrete.note ?? {})) noted[i][name] = pick(answer.body);
      answers.push({ concrete, status: answer.status, body: comparable(answer.body) });
    }
    const [expected, got] = answers.map(({ status, body }) => ({ status, body }));
    try {
      assert.deepEqual(got, expected);
    } catch {
      const { note, ...sent } = answers[1].concrete;
      const brief = (answer) => JSON.stringify(answer).replace(/((.)\2{20}).*?"/g, '…"');
      different.push(`${brief(sent)}: ${brief(got)}\n   instead of ${brief(expected)}`);
    }
  }
  return different;
}
