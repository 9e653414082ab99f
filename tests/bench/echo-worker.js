// A Worker that does nothing but give a request's body back: what is left of a
// server when nothing is served.
export default {
  async fetch(request) {
    return new Response(await request.arrayBuffer(), { headers: { 'content-type': 'application/json' } });
  },
};
