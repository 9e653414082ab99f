// The Worker's entry: starts the edge module, and starts it anew when it traps,
// so that one bad request costs that request and nothing else.

import edgeModule from "./edge_bg.wasm";
import * as edge from "./edge.js";

edge.initSync({ module: edgeModule });

export default {
  async fetch(request, env, context) {
    try {
      return await edge.fetch(request, env, context);
    } catch (error) {
      console.error(error?.stack ?? String(error));
      if (error instanceof WebAssembly.RuntimeError) edge.__wbg_reset_state();
      const body = JSON.stringify({
        error_code: "INTERNAL_ERROR",
        message: "the edge stopped on this request and was restarted; please report this",
      });
      return new Response(body, { status: 500, headers: { "content-type": "application/json" } });
    }
  },
};
