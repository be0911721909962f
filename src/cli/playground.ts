import { once } from "node:events";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { FailedError, UsageError } from "./errors.js";
import { readBytes } from "./files.js";
import type { ServedFile } from "./serve.js";
import { say } from "./terminal.js";
import { numberOf } from "./values.js";

/** Where the pages lie beside the bundle of the command line. */
const PAGES = fileURLToPath(new URL("../site", import.meta.url));
const PORT = 7337;

export function playgroundCommand(): Command {
  return new Command("playground")
    .argument("[file]", "a CSV file that the pages open; may be gzipped")
    .summary("serve the pages: playground, search, optimizers, schedules and benchmark in the browser")
    .description(
      "Serves the pages on this machine alone and prints their address. Everything is computed in the page; nothing is sent anywhere, and no connection is needed. Ctrl-C ends it.",
    )
    .option("-p, --port <number>", `the port (default: ${PORT}, or another when it is taken)`, numberOf)
    .action(playground);
}

async function playground(path: string | undefined, { port }: { port?: number }): Promise<void> {
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536))
    throw new UsageError(`--port must be a whole number from 0 to 65535, got ${port}`);
  if (!existsSync(PAGES))
    throw new FailedError("this package was built without the pages: in a clone of the repository, npm run site builds them");
  const file: ServedFile | undefined = path === undefined ? undefined : { name: basename(path), bytes: await readBytes(path) };
  const server = await listen(port, file);
  const { port: taken } = server.address() as AddressInfo;
  const address = `http://localhost:${taken}/`;
  say(file === undefined ? address : `${address}search.html#('data':'file')`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  server.closeAllConnections();
  server.close();
}

async function listen(port: number | undefined, file: ServedFile | undefined) {
  // other commands need no server, which takes Node 6 ms to load
  const { servePages } = await import("./serve.js");
  try {
    return await servePages(PAGES, port ?? PORT, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    if (port !== undefined) throw new FailedError(`port ${port} is taken: choose another by --port`);
    return servePages(PAGES, 0, file);
  }
}
