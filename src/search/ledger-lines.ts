import { coreHash } from "../generated/hash.js";
import { CheckpointError } from "../options/errors.js";
import { Crc32 } from "../training/crc32.js";
import type { Plan } from "./conduct.js";
import type { Job } from "./executors/executor.js";
import type { Facts } from "./facts.js";
import type { Guess } from "./guess.js";
import { readLines, START } from "./ledger.js";
import type { Context } from "./report/context.js";
import { readPlan } from "./search.js";
import type { TrialResult } from "./trial.js";

/** The first line of a ledger: the search, as far as it decides trials, and what its page says besides. */
export interface LedgerHead {
  readonly ledger: 1;
  readonly core: string;
  readonly run: Context["run"];
  readonly data: {
    readonly hash: string;
    readonly rows: Context["data"]["rows"];
    readonly target: string;
    readonly features: readonly string[];
  };
  readonly context: Context;
  readonly facts: Facts;
}

/** What a command was asked for. */
export interface Asked {
  readonly plan: Plan;
  /** Those of the command line. */
  readonly words: readonly string[];
  /** The runs of a study, as plain data: the run of the head with other values in some fields. */
  readonly study?: readonly { readonly values: Readonly<Record<string, unknown>>; readonly run: unknown }[];
}

/** The other lines. */
export type Entry =
  /** The last one counts. */
  | Asked
  /** What guessing reaches on the rows of a split. */
  | { readonly split: number | null; readonly guess: Guess }
  | LedgerTrial;

/** A trial, and what it came to. */
export type LedgerTrial = Place & { readonly key: string; readonly result: TrialResult };

/** What tells the trials of a ledger apart. */
interface Place extends Pick<Job, "rate" | "seed" | "split" | "until"> {
  /** The hash of its run, where that is not the one of the head. */
  readonly of?: string;
}

/** The hash of a run, with which a ledger says which of them a trial is of. */
export function runHash(run: unknown): string {
  return new Crc32().add(JSON.stringify(run)).toString();
}

export function headOf(context: Context, facts: Facts, hash: string): LedgerHead {
  const { rows, target, features } = context.data;
  return { ledger: 1, core: coreHash, run: context.run, data: { hash, rows, target, features }, context, facts };
}

/** What a ledger's file holds. */
export interface LedgerContents {
  readonly head: LedgerHead;
  readonly asked: Asked;
  readonly guesses: ReadonlyMap<number | null, Guess>;
  readonly results: ReadonlyMap<string, TrialResult>;
  /** The trials, each once. */
  readonly trials: readonly LedgerTrial[];
  find(place: Place): TrialResult | undefined;
  /** The bytes of whole lines. */
  readonly length: number;
}

/**
 * Reads a ledger; undefined where there is nothing yet.
 *
 * @throws CheckpointError for a damaged line, for what is no ledger, and for one of another version.
 */
export function parseLedger(bytes: Uint8Array, name: string): LedgerContents | undefined {
  const { entries, length } = readLines(bytes);
  const [head, ...rest] = entries as [LedgerHead?, ...Entry[]];
  if (head === undefined) {
    if (bytes.length > 0 && !START.startsWith(new TextDecoder("latin1").decode(bytes.subarray(0, START.length))))
      throw new CheckpointError(`${name} is not a ledger of stepsize`);
    return undefined;
  }
  if (!isHead(head) || !rest.every(isEntry)) throw new CheckpointError(`${name} is not a ledger that this version reads`);
  let asked: Asked | undefined;
  const guesses = new Map<number | null, Guess>();
  const trials = new Map<string, LedgerTrial>();
  const found = new Map<string, TrialResult>();
  const placeOf = ({ rate, seed, split, until, of }: Place) => `${rate} ${seed} ${split} ${until} ${of}`;
  for (const entry of rest) {
    if ("plan" in entry) asked = entry;
    else if ("guess" in entry) guesses.set(entry.split, entry.guess);
    else {
      trials.set(entry.key, entry);
      found.set(placeOf(entry), entry.result);
    }
  }
  return {
    head,
    asked: asked ?? { plan: readPlan({ resplit: true }), words: [] },
    guesses,
    results: new Map([...trials].map(([key, { result }]) => [key, result])),
    trials: [...trials.values()],
    find: (place) => found.get(placeOf(place)),
    length,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a line with the right checksum is one that a search writes: others may have been made by hand. */
function isHead(head: unknown): head is LedgerHead {
  if (!isObject(head) || head["ledger"] !== 1) return false;
  const { core, run, data, context, facts } = head;
  return typeof core === "string" && [run, data, context, facts].every(isObject);
}

function isEntry(entry: unknown): entry is Entry {
  if (!isObject(entry)) return false;
  if ("plan" in entry) return isObject(entry["plan"]) && Array.isArray(entry["plan"]["rates"]) && Array.isArray(entry["words"]);
  if ("guess" in entry) return isObject(entry["guess"]);
  return typeof entry["key"] === "string" && isObject(entry["result"]) && Array.isArray(entry["result"]["history"]);
}
