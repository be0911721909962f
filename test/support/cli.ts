import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

// the processes of the command line note what they run for scripts/coverage.js
const { STEPSIZE_PROCESSES } = process.env;
if (STEPSIZE_PROCESSES !== undefined) process.env["NODE_V8_COVERAGE"] = STEPSIZE_PROCESSES;

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
export const main = path("dist/cli/main.js");
export const digits = path("data/digits.csv.gz");
export const iris = path("data/iris.csv");
export const penguins = path("data/penguins.csv");

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A directory of its own, gone when the tests of the file are done. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "stepsize-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs a program of the package to its end. */
export function runNode(script: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Outcome> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 64e6 };
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], options, (error, out, err) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : null, out, err });
    });
  });
}

/** Starts the command line and sends it a signal once it has printed `sign`. */
export function interrupted(args: readonly string[], cwd: string, sign: string, signals: readonly NodeJS.Signals[]): Promise<Outcome> {
  const child = spawn(process.execPath, [main, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  let sent = false;
  child.stdout.on("data", (data) => {
    out += data;
    if (sent || !out.includes(sign)) return;
    sent = true;
    // long enough for some steps
    signals.forEach((signal, i) => {
      setTimeout(() => child.kill(signal), 300 + 100 * i);
    });
  });
  child.stderr.on("data", (data) => {
    err += data;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}
