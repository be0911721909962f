import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { servePages } from "../../src/cli/serve.js";

const folder = mkdtempSync(join(tmpdir(), "stepsize-pages-"));
let server: Server;

beforeAll(async () => {
  mkdirSync(join(folder, "site/assets"), { recursive: true });
  writeFileSync(join(folder, "site/index.html"), "<!doctype html><title>start</title>");
  writeFileSync(join(folder, "site/assets/a.js"), "export {};");
  writeFileSync(join(folder, "site/file.js"), "export default undefined;");
  writeFileSync(join(folder, "secret.txt"), "secret");
  server = await servePages(join(folder, "site"), 0, { name: 'a"b.csv', bytes: new TextEncoder().encode("x,y\n1,ü\n") });
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** By hand, since fetch mends paths and hosts. */
function get(path: string, host = "localhost", method = "GET") {
  const { port } = server.address() as AddressInfo;
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers: { host }, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode as number, headers: response.headers, body }));
    });
    sent.on("error", reject).end();
  });
}

test("pages come with the headers that threads need", async () => {
  const { status, headers, body } = await get("/");
  expect([status, body]).toEqual([200, "<!doctype html><title>start</title>"]);
  expect(headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "x-content-type-options": "nosniff",
  });
  expect((await get("/assets/a.js?v=1")).headers["content-type"]).toBe("text/javascript; charset=utf-8");
});

test("the file comes as a module", async () => {
  const { body } = await get("/file.js");
  const { name, base64 } = JSON.parse(body.replace(/^export default (.*);\n$/, "$1"));
  expect([name, Buffer.from(base64, "base64").toString()]).toEqual(['a"b.csv', "x,y\n1,ü\n"]);
});

test.each(["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "//secret.txt", "/assets", "/no.html"])(
  "there is no %s",
  async (path) => {
    expect((await get(path)).status).toBe(404);
  },
);

test("another name for this machine, and other methods, are refused", async () => {
  expect((await get("/file.js", "evil.example")).status).toBe(403);
  expect((await get("/file.js", "localhost.evil.example:80")).status).toBe(403);
  expect((await get("/", "127.0.0.1:7337")).status).toBe(200);
  expect((await get("/", "localhost", "POST")).status).toBe(405);
});
