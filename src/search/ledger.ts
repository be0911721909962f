import type { Dataset } from "../data/dataset.js";
import { coreHash } from "../generated/hash.js";
import { CheckpointError, OptionError } from "../options/errors.js";
import { demand, show } from "../options/options.js";
import { Crc32 } from "../training/crc32.js";
import { functionIn, runToJSON } from "../training/run-json.js";
import type { Executor, Job } from "./executors/executor.js";
import { fingerprint } from "./fingerprint.js";
import type { SearchData, TrialResult } from "./trial.js";

/**
 * Where results of trials are kept under a key of all that decides them: kernels, run, data, rate and seeds. A search asks it before it runs a trial and
 * gives it every result at once, so that a search that was interrupted goes on where it stood.
 */
export interface Ledger {
  get(key: string): TrialResult | undefined | Promise<TrialResult | undefined>;
  put(key: string, result: TrialResult, job: Job): void | Promise<void>;
}

/** Runs only what a ledger does not have, and gives it the rest. */
export function withLedger(executor: Executor, ledger: Ledger): Executor {
  return {
    ...(executor.remote !== undefined && { remote: executor.remote }),
    async run(jobs, work) {
      const data = dataFingerprint(work.data);
      const keys = new Map(jobs.map((job) => [job, trialKey(job, data)]));
      const results = new Map<Job, TrialResult>();
      for (const [job, key] of keys) {
        const known = await ledger.get(key);
        // a trial that was lost may not be again
        if (known === undefined || known?.lost !== undefined) continue;
        demand(isResult(known), "search.ledger.get", known, "a function that gives results as put was given them, or undefined");
        results.set(job, known);
        work.onTrial?.(job, known);
      }
      const missing = jobs.filter((job) => !results.has(job));
      const puts: Promise<void>[] = [];
      const onTrial = (job: Job, result: TrialResult) => {
        // without it, a trial that goes on starts anew, to the same bits
        const { checkpoint: _, ...plain } = result;
        const put = Promise.resolve(ledger.put(keys.get(job) as string, plain, job));
        // it is looked at below
        put.catch(() => {});
        puts.push(put);
        results.set(job, result);
        work.onTrial?.(job, result);
      };
      try {
        await executor.run(missing, { ...work, onTrial });
      } finally {
        await Promise.all(puts);
      }
      return jobs.map((job) => results.get(job) as TrialResult);
    },
  };
}

function isResult(value: unknown): value is TrialResult {
  const { rate, history } = (value ?? {}) as Partial<TrialResult>;
  return typeof rate === "number" && Array.isArray(history);
}

/** The key of a trial: a hash of all that decides its result. @throws OptionError for a run that holds functions. */
export function trialKey({ run, rate, seed, split, until }: Job, data: string): string {
  const place = functionIn(runToJSON(run));
  if (place !== undefined)
    throw new OptionError("search.ledger", place, `cannot tell runs apart that hold functions: ${place} of this one is a function`);
  // the seed of the trial takes the place of the run's
  return textFingerprint(writeJSON([coreHash, { ...run, seed }, data, rate, split, until ?? null]));
}

function textFingerprint(text: string): string {
  return fingerprint(new TextEncoder().encode(text));
}

const dataFingerprints = /* @__PURE__ */ new WeakMap<SearchData, string>();

/** A hash of the contents of data sets: columns, targets, and which row is in which part. */
export function dataFingerprint(data: SearchData): string {
  const known = dataFingerprints.get(data);
  if (known !== undefined) return known;
  const { training, validation, test } = data;
  const parts = [training, validation, test].map((set) => set && setFingerprint(set));
  const made = textFingerprint(writeJSON(parts.map((part) => part ?? null)));
  dataFingerprints.set(data, made);
  return made;
}

function setFingerprint({ task, rows, columns, outputs, features, targets, weights }: Dataset): unknown {
  return [task, rows, columns, outputs, fingerprint(features, targets, ...(weights === undefined ? [] : [weights]))];
}

/** JSON in which numbers that it does not have (not finite, and -0) are written as { "number": "NaN" }. */
export function writeJSON(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === "number" && (!Number.isFinite(inner) || Object.is(inner, -0))
      ? { number: Object.is(inner, -0) ? "-0" : `${inner}` }
      : inner,
  );
}

/** Reads what `writeJSON` wrote. */
export function readJSON(text: string): unknown {
  return JSON.parse(text, (_, inner) => {
    if (typeof inner !== "object" || inner === null || typeof inner.number !== "string" || Object.keys(inner).length !== 1) return inner;
    return Number(inner.number);
  });
}

/** How every line of a ledger's file begins. */
export const START = '{"crc":"';

/**
 * A line of a ledger's file, whatever it tells: JSON with a checksum in front, so that one that was torn or changed is known.
 */
export function writeLine(entry: object): string {
  const text = writeJSON(entry);
  return `${START}${new Crc32().add(text)}","entry":${text}}\n`;
}

const LINE = /^\{"crc":"([0-9a-f]{8})","entry":(.*)\}$/;

/**
 * The entries of a ledger's file, and how many of its bytes they take: a last line that was torn, as by a process that was killed, is not counted.
 *
 * @throws CheckpointError for a line before it that is damaged.
 */
export function readLines(bytes: Uint8Array): { entries: readonly unknown[]; length: number } {
  const entries: unknown[] = [];
  let length = 0;
  while (length < bytes.length) {
    const end = bytes.indexOf(NEWLINE, length);
    const entry = end < 0 ? undefined : readLine(new TextDecoder().decode(bytes.subarray(length, end)));
    if (entry === undefined) {
      if (end < 0 || end === bytes.length - 1) break;
      throw new CheckpointError(`line ${entries.length + 1} of the ledger is damaged, or it is no ledger`);
    }
    entries.push(entry);
    length = end + 1;
  }
  return { entries, length };
}

const NEWLINE = 10;

function readLine(line: string): unknown {
  const [, crc, text = ""] = LINE.exec(line) ?? [];
  if (crc === undefined || new Crc32().add(text).toString() !== crc) return undefined;
  try {
    return readJSON(text);
  } catch {
    return undefined;
  }
}

/** Throws OptionError for what is no ledger. */
export function checkLedger(ledger: Ledger): Ledger {
  const right = typeof ledger?.get === "function" && typeof ledger.put === "function";
  if (!right) throw new OptionError("search.ledger", ledger, `must be an object with get and put, got ${show(ledger)}`);
  return ledger;
}
