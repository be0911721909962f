import { coreHash } from "../generated/hash.js";
import { CheckpointError } from "../options/errors.js";
import type { Plan } from "./conduct.js";
import type { Job } from "./executors/executor.js";
import type { Facts } from "./facts.js";
import type { Guess } from "./guess.js";
import { readLines, writeLine } from "./ledger.js";
import type { Context } from "./report/context.js";
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

/** The other lines. */
export type Entry =
  /** What a command was asked for; the last one counts. `words` are those of the command line. */
  | { readonly plan: Plan; readonly words: readonly string[] }
  /** What guessing reaches on the rows of a split. */
  | { readonly split: number | null; readonly guess: Guess }
  | (Place & { readonly key: string; readonly result: TrialResult });

/** What tells the trials of a search apart. */
type Place = Pick<Job, "rate" | "seed" | "split" | "until">;

export function headOf(context: Context, facts: Facts, hash: string): LedgerHead {
  const { rows, target, features } = context.data;
  return { ledger: 1, core: coreHash, run: context.run, data: { hash, rows, target, features }, context, facts };
}

/** What a ledger's file holds. */
export interface LedgerContents {
  readonly head: LedgerHead;
  readonly plan: Plan;
  readonly words: readonly string[];
  readonly guesses: ReadonlyMap<number | null, Guess>;
  readonly results: ReadonlyMap<string, TrialResult>;
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
  let [plan, words]: [Plan | undefined, readonly string[]] = [undefined, []];
  const guesses = new Map<number | null, Guess>();
  const results = new Map<string, TrialResult>();
  const found = new Map<string, TrialResult>();
  const placeOf = ({ rate, seed, split, until }: Place) => `${rate} ${seed} ${split} ${until}`;
  for (const entry of rest) {
    if ("plan" in entry) [plan, words] = [entry.plan, entry.words];
    else if ("guess" in entry) guesses.set(entry.split, entry.guess);
    else {
      results.set(entry.key, entry.result);
      found.set(placeOf(entry), entry.result);
    }
  }
  return {
    head,
    plan: { widen: false, zoom: false, prune: false, ...(plan ?? { rates: [], resplit: true }) },
    words,
    guesses,
    results,
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

/** How every ledger begins. */
const START = writeLine({}).slice(0, '{"crc":"'.length);
