import { once } from "node:events";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/** What threads need, and what keeps a page from being more than it is. */
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-cache",
};

/** The names by which a page of this machine may be asked for: another name that leads here is a trick to read the file. */
const HOSTS = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** A file that the pages are to open. */
export interface ServedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Serves a folder of pages on the loopback interface, for this machine alone. */
export async function servePages(folder: string, port: number, file: ServedFile | undefined): Promise<Server> {
  const known = new Set(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length).split(sep).join("/")),
  );
  const server = createServer((request, response) => {
    answer(request, response, folder, known, file).catch(() => response.destroy());
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  known: ReadonlySet<string>,
  file: ServedFile | undefined,
): Promise<void> {
  if (!HOSTS.test(request.headers.host ?? "")) return void response.writeHead(403).end();
  if (request.method !== "GET" && request.method !== "HEAD") return void response.writeHead(405, { Allow: "GET, HEAD" }).end();
  const [path = "/"] = (request.url ?? "/").split(/[?#]/);
  const name = path === "/" ? "/index.html" : path;
  if (!known.has(name)) return void response.writeHead(404, HEADERS).end();
  const body = name === "/file.js" && file !== undefined ? scriptOf(file) : await readFile(join(folder, name));
  response.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream", ...HEADERS });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** A file as a module: pages may import what lies beside them, and open no connection. */
function scriptOf({ name, bytes }: ServedFile): string {
  return `export default ${JSON.stringify({ name, base64: Buffer.from(bytes).toString("base64") })};\n`;
}
