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

const PRELUDE = "/prelude.js";

/**
 * Serves a folder on a free port of this machine. What a page posts to /result is what `result` comes to, whatever page of whatever origin
 * it is; `asked` comes with the first request, and `requested` collects the paths that were asked for. `prelude` is a script that runs before
 * all others of every page.
 */
export async function serve(folder, headers = {}, prelude) {
  const { promise: result, resolve } = withResolvers();
  const { promise: asked, resolve: ask } = withResolvers();
  const requested = new Set();
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    ask();
    if (request.method === "POST") {
      response.writeHead(204, { "Access-Control-Allow-Origin": "*" }).end();
      resolve(JSON.parse(Buffer.concat(await request.toArray()).toString()));
      return;
    }
    // browsers ask for it where a page names none
    if (path === "/favicon.ico") return void response.writeHead(204).end();
    try {
      const file = path === "/" ? "index.html" : path;
      const text = path === PRELUDE ? Buffer.from(prelude) : await readFile(join(folder, file));
      const body =
        prelude === undefined || !file.endsWith(".html")
          ? text
          : text.toString().replace("<head>", `<head><script src="${PRELUDE}"></script>`);
      if (path !== PRELUDE) requested.add(file.replace(/^\//, ""));
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
    asked,
    requested,
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
