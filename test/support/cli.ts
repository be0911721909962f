import { execFile } from "node:child_process";
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

/** The flag of Node under which a program may do only what others allow it. */
export const permission = process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";

/** Runs the command line, which gets a signal some moments after it has begun, or after a first trial is in its ledger. */
export function interrupted(args: readonly string[], cwd: string, signal: NodeJS.Signals, ledger?: string): Promise<Outcome> {
  const sign = ledger === undefined ? { STEPSIZE_SIGN: "backend" } : { STEPSIZE_SIGN: '"history"', STEPSIZE_FILE: ledger };
  const env = { NODE_OPTIONS: `--import ${new URL("interrupt.js", import.meta.url)}`, STEPSIZE_SIGNAL: signal, ...sign };
  return runNode(main, args, cwd, env);
}
