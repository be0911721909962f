import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

/** A port of loopback that is free now. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** A Redis of its own, from Debian's redis-server, on a free port of loopback, which keeps an append-only file in a folder of its own. */
export async function startRedis(...options) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "stepsize-redis-"));
  const own = ["--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"];
  let child;
  let ended;
  const redis = {
    port,
    url: `redis://127.0.0.1:${port}/0`,
    async start() {
      child = spawn("redis-server", [...own, ...options].map(String), { stdio: ["ignore", "pipe", "pipe"] });
      ended = once(child, "close");
      ended.catch(() => {});
      await new Promise((resolve, reject) => {
        let output = "";
        child.once("error", (error) => reject(new Error("redis-server is missing: apt-get install redis-server", { cause: error })));
        child.once("close", () => reject(new Error(`redis-server ended:\n${output}`)));
        child.stdout.on("data", (text) => {
          output += text;
          if (output.includes("Ready to accept connections")) resolve();
        });
      });
    },
    /** Ends it: SIGTERM in order, SIGKILL as a crash. */
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await ended;
    },
    /** As if the network were cut, and mended. */
    freeze: () => child.kill("SIGSTOP"),
    thaw: () => child.kill("SIGCONT"),
    client: (more = {}) => new Redis({ port, ...more }),
    /** All keys that are there. */
    async keys(more) {
      const client = redis.client(more);
      const keys = await client.keys("*");
      client.disconnect();
      return keys.sort();
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGCONT");
      await redis.stop("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}
