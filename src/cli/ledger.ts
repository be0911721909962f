import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { coreHash } from "../generated/hash.js";
import type { Plan, Subject } from "../search/conduct.js";
import type { Job } from "../search/executors/executor.js";
import type { Facts } from "../search/facts.js";
import type { Guess } from "../search/guess.js";
import { type Ledger, readLines, writeLine } from "../search/ledger.js";
import type { Context } from "../search/report/context.js";
import type { TrialResult } from "../search/trial.js";
import { differences, differencesInWords } from "../training/run-json.js";
import { FileError, UsageError } from "./errors.js";
import { printable } from "./terminal.js";

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
type Entry =
  /** What a command was asked for; the last one counts. `words` are those of the command line. */
  | { readonly plan: Plan; readonly words: readonly string[] }
  /** What guessing reaches on the rows of a split. */
  | { readonly split: number | null; readonly guess: Guess }
  | LedgerTrial;

/** A trial, and what it came to. */
export type LedgerTrial = Place & { readonly key: string; readonly result: TrialResult };

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
  /** The trials, each once. */
  readonly trials: readonly LedgerTrial[];
  find(place: Place): TrialResult | undefined;
  /** The bytes of whole lines. */
  readonly length: number;
}

/** Reads a ledger that must be there. @throws FileError */
export function openLedger(path: string): LedgerContents {
  const ledger = readLedger(path);
  if (ledger === undefined) throw new FileError("read", printable(path), { code: "ENOENT" });
  return ledger;
}

/** Reads a ledger; undefined where there is nothing yet. @throws FileError */
function readLedger(path: string): LedgerContents | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new FileError("read", printable(path), error);
  }
  const { entries, length } = readLines(bytes);
  const [head, ...rest] = entries as [LedgerHead?, ...Entry[]];
  if (head === undefined) {
    if (bytes.length > 0 && !START.startsWith(Buffer.from(bytes.subarray(0, START.length)).toString("latin1")))
      throw new UsageError(`${printable(path)} is not a ledger of stepsize`);
    return undefined;
  }
  if (head.ledger !== 1) throw new UsageError(`${printable(path)} is not a ledger that this version reads`);
  let [plan, words]: [Plan | undefined, readonly string[]] = [undefined, []];
  const guesses = new Map<number | null, Guess>();
  const trials = new Map<string, LedgerTrial>();
  const found = new Map<string, TrialResult>();
  const placeOf = ({ rate, seed, split, until }: Place) => `${rate} ${seed} ${split} ${until}`;
  for (const entry of rest) {
    if ("plan" in entry) [plan, words] = [entry.plan, entry.words];
    else if ("guess" in entry) guesses.set(entry.split, entry.guess);
    else {
      trials.set(entry.key, entry);
      found.set(placeOf(entry), entry.result);
    }
  }
  return {
    head,
    plan: { widen: false, zoom: false, prune: false, ...(plan ?? { rates: [], resplit: true }) },
    words,
    guesses,
    results: new Map([...trials].map(([key, { result }]) => [key, result])),
    trials: [...trials.values()],
    find: (place) => found.get(placeOf(place)),
    length,
  };
}

/** How every ledger begins. */
const START = writeLine({}).slice(0, '{"crc":"'.length);

/** The trials of a search in a file, a line each, which is written as soon as the trial is done. */
export class LedgerFile implements Ledger, Disposable {
  readonly #path: string;
  readonly #file: number;
  readonly #results = new Map<string, TrialResult>();
  readonly #splits = new Set<number | null>();
  readonly #subject: Subject;
  /** Trials that were there before. */
  readonly before: number;

  /** @throws UsageError, which says what differs, for a ledger of another search. */
  constructor(path: string, head: LedgerHead, subject: Subject, plan: Plan, words: readonly string[]) {
    const old = readLedger(path);
    if (old !== undefined) refuseOther(path, old.head, head);
    this.#path = path;
    this.#subject = subject;
    for (const [key, result] of old?.results ?? []) this.#results.set(key, result);
    for (const split of old?.guesses.keys() ?? []) this.#splits.add(split);
    this.before = this.#results.size;
    this.#file = this.#try(() => openSync(path, "a"));
    // a line that was torn goes; a pipe or a terminal has none
    this.#try(() => ftruncateSync(this.#file, old?.length ?? 0));
    if (old === undefined) this.#write(head);
    if (old === undefined || differences({ plan: old.plan, words: old.words }, { plan, words }).length > 0) this.#write({ plan, words });
  }

  get(key: string): TrialResult | undefined {
    return this.#results.get(key);
  }

  put(key: string, result: TrialResult, { rate, seed, split, until }: Job): void {
    if (!this.#splits.has(split)) this.#write({ split, guess: this.#subject.guess(split) });
    this.#splits.add(split);
    this.#results.set(key, result);
    this.#write({ key, rate, seed, split, ...(until !== undefined && { until }), result });
  }

  /** The number of trials in it. */
  get size(): number {
    return this.#results.size;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #write(entry: LedgerHead | Entry): void {
    const line = Buffer.from(writeLine(entry));
    this.#try(() => {
      for (let written = 0; written < line.length; ) written += writeSync(this.#file, line, written);
    });
  }

  #try<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw new FileError("write", printable(this.#path), error);
    }
  }
}

function refuseOther(path: string, there: LedgerHead, here: LedgerHead): void {
  const name = printable(path);
  if (there.core !== here.core)
    throw new UsageError(`${name} was written by another version, whose bits may be others: name another ledger`);
  const found = [
    ...differences(there.run, here.run, "run"),
    ...differences(there.data, JSON.parse(JSON.stringify(here.data)), "data").filter(({ path }) => path !== "data.hash"),
  ];
  if (found.length > 0)
    throw new UsageError(`${name} belongs to another search: ${differencesInWords(found, "the ledger")}; name another ledger`);
  if (there.data.hash !== here.data.hash)
    throw new UsageError(`${name} belongs to another search: cells of the data, or how they are split, differ; name another ledger`);
}
