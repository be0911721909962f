import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";

/** Whether the package was built with its pages. */
let built = true;
vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  return { ...real, existsSync: (path: string) => (String(path).endsWith("/site") ? built : real.existsSync(path)) };
});
/** The pages themselves, which these tests do not need. */
const pages = mkdtempSync(join(tmpdir(), "stepsize-pages-"));
vi.mock("../../src/cli/serve.js", async (original) => {
  const { servePages, ...rest } = await original<typeof import("../../src/cli/serve.js")>();
  return { ...rest, servePages: (_: string, port: number, file?: never) => servePages(pages, port, file) };
});
const { program } = await import("../../src/cli/program.js");
const { FailedError } = await import("../../src/cli/errors.js");

const folder = mkdtempSync(join(tmpdir(), "stepsize-playground-"));
const file = join(folder, "a.csv");
writeFileSync(file, "x,y\n1,2\n");
afterAll(() => {
  for (const one of [folder, pages]) rmSync(one, { recursive: true });
});

let said = "";
beforeEach(() => {
  said = "";
  built = true;
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const run = async (...args: string[]) => (await program("playground")).parseAsync(["playground", ...args], { from: "user" });

/** Runs the command until it has said its address, and ends it as Ctrl-C does. */
async function address(...args: string[]): Promise<string> {
  const others = process.listeners("SIGINT");
  process.removeAllListeners("SIGINT");
  const running = run(...args);
  await vi.waitFor(() => expect(said).toContain("\n"));
  await vi.waitFor(() => expect(process.listenerCount("SIGINT")).toBeGreaterThan(0));
  process.emit("SIGINT");
  await running;
  for (const other of others) process.on("SIGINT", other);
  return said.trim();
}

async function taken(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

test("says where the pages are, and where one opens the file", async () => {
  expect(await address("--port", "0")).toMatch(/^http:\/\/localhost:\d+\/$/);
  said = "";
  expect(await address(file, "--port", "0")).toMatch(/^http:\/\/localhost:\d+\/search\.html#\('data':'file'\)$/);
});

test("a port that is taken is refused where it was asked for", async () => {
  const server = await taken(0);
  const { port } = server.address() as AddressInfo;
  await expect(run("--port", String(port))).rejects.toThrow(`port ${port} is taken: choose another by --port`);
  server.close();
  // the usual one may be, and another is found
  const usual = await taken(7337).catch(() => undefined);
  expect(await address()).toMatch(/^http:\/\/localhost:(?!7337)\d+\/$/);
  usual?.close();
});

test("without its pages, or with a file that is not there, it says so", async () => {
  await expect(run(join(folder, "no.csv"))).rejects.toThrow("there is no such file or directory");
  built = false;
  await expect(run()).rejects.toThrow(FailedError);
  await expect(run()).rejects.toThrow("this package was built without the pages");
});
