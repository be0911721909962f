import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Starts a program of the package with what it prints at hand. */
export function program(script, args, env = {}) {
  const child = spawn(process.execPath, [path(script), ...args.map(String)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const own = { child, out: "", err: "", ended: once(child, "close").then(([code, signal]) => code ?? signal) };
  child.stdout.on("data", (text) => {
    own.out += text;
  });
  child.stderr.on("data", (text) => {
    own.err += text;
  });
  return own;
}

export const startWorker = (url, ...flags) => program("dist/cli/main.js", ["worker", "--queue", url, "--concurrency", 1, ...flags]);
export const startStudy = (ledger, url, env) => program("test/queue/study.js", [ledger, ...(url === undefined ? [] : [url])], env);

/** Waits until a program has printed a text. */
export async function printed(own, text, milliseconds = 60_000) {
  const end = performance.now() + milliseconds;
  while (!`${own.out}${own.err}`.includes(text)) {
    if (own.child.exitCode !== null) throw new Error(`it ended before it printed ${text}:\n${own.out}${own.err}`);
    if (performance.now() > end) throw new Error(`it has not printed ${text}:\n${own.out}${own.err}`);
    await sleep(20);
  }
}

/** Ends programs, and waits until they have. */
export async function stop(...programs) {
  for (const { child } of programs) child.kill("SIGTERM");
  return Promise.all(programs.map(({ ended }) => ended));
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Seconds of processor time, and megabytes of memory, of a process now. */
export function usage({ child: { pid } }) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return { seconds: (user + system) / 100, megabytes: (Number(fields[21]) * 4096) / 1e6 };
}
