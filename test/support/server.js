import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/**
 * Serves a folder on a free port of this machine. What a page posts to /result is what `result` comes to, whatever page of whatever origin
 * it is.
 */
export async function serve(folder, headers = {}) {
  const { promise: result, resolve } = withResolvers();
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    if (request.method === "POST") {
      response.writeHead(204, { "Access-Control-Allow-Origin": "*" }).end();
      resolve(JSON.parse(Buffer.concat(await request.toArray()).toString()));
      return;
    }
    try {
      const body = await readFile(join(folder, path === "/" ? "index.html" : path));
      response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "text/html", ...headers }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  return {
    url: `http://localhost:${server.address().port}/`,
    result,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function withResolvers() {
  let resolve;
  const promise = new Promise((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
