// Requests that go straight to their workspace's object: entering the edge's
// module costs a tenth of a write, and what it decides is the same each time.

// The addresses that the edge decided about, to the workspace's name.
const decided = new Map();
const MAX_DECIDED = 64;

// From now on, POSTs to this address that no page sent and that name no workspace
// go to the workspace of that name.
export function goStraight(url, workspace) {
  if (decided.size >= MAX_DECIDED) decided.clear();
  decided.set(url, workspace);
}

// What the edge looks at besides the address.
const LOOKED_AT = ["origin", "sec-fetch-dest", "x-mlflow-workspace"];

// The workspace that a request goes straight to, if it does.
export function straightTo({ method, url, headers }) {
  const workspace = method === "POST" ? decided.get(url) : undefined;
  return workspace && !LOOKED_AT.some((name) => headers.has(name)) ? workspace : undefined;
}
