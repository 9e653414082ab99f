// The Worker's entry: starts the edge module, and starts it anew when it traps,
// so that one bad request costs that request and nothing else.

import { DurableObject } from "cloudflare:workers";
import edgeModule from "./edge_bg.wasm";
import * as edge from "./edge.js";
import { wholeBody } from "./bodies.js";
import { predict, shortcutFor } from "./scoring-host.js";
import { straightTo } from "./straight.js";

edge.initSync({ module: edgeModule });

// Which start of the module this is: what an earlier one made is of no use.
let generation = 0;

// `stopped` is called after a trap, when what is left of the request is to be undone.
async function guarded(work, stopped) {
  try {
    return await work();
  } catch (error) {
    console.error(error?.stack ?? String(error));
    if (error instanceof WebAssembly.RuntimeError) {
      edge.__wbg_reset_state();
      generation += 1;
      stopped?.();
    }
    const body = JSON.stringify({
      error_code: "INTERNAL_ERROR",
      message: "the edge stopped on this request and was restarted; please report this",
    });
    return new Response(body, { status: 500, headers: { "content-type": "application/json" } });
  }
}

// Predicts by what the edge said of such requests; what went wrong is up to it.
async function predicted(request, shortcut, env, context) {
  const body = await wholeBody(request);
  return (
    predict(request, shortcut, body) ??
    guarded(() => edge.fetch(new Request(request, { body }), env, context))
  );
}

export default {
  fetch(request, env, context) {
    const workspace = straightTo(request);
    if (workspace) return guarded(() => env.WORKSPACE.getByName(workspace).fetch(request));
    const shortcut = shortcutFor(request);
    if (shortcut) return predicted(request, shortcut, env, context);
    return guarded(() => edge.fetch(request, env, context));
  },
};

// A workspace lives as long as its object; the module's half of it as long as
// the module does.
export class Workspace extends DurableObject {
  #half = null;
  #generation = -1;

  #started() {
    if (this.#generation !== generation) {
      this.#half = new edge.Workspace(this.ctx, this.env);
      this.#generation = generation;
    }
    return this.#half;
  }

  // What it wrote before a trap is not committed: the object starts anew.
  #stopped = () => this.ctx.abort("the edge stopped on a request");

  fetch(request) {
    return guarded(() => this.#started().fetch(request), this.#stopped);
  }

  // What fails is called again by the platform.
  async alarm() {
    const answer = await guarded(() => this.#started().alarm(), this.#stopped);
    if (!answer.ok) throw new Error("the alarm's work was not done");
  }
}
