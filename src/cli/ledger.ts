import { readFileSync, statSync } from "node:fs";
import type { Subject } from "../search/conduct.js";
import type { Job } from "../search/executors/executor.js";
import { type Ledger, writeLine } from "../search/ledger.js";
import { type Asked, type Entry, type LedgerContents, type LedgerHead, parseLedger, runHash } from "../search/ledger-lines.js";
import { count } from "../search/report/format.js";
import type { TrialResult } from "../search/trial.js";
import { differences, differencesInWords, runToJSON } from "../training/run-json.js";
import { AppendedFile } from "./appended.js";
import { FileError, UsageError } from "./errors.js";
import { printable } from "./terminal.js";

/** Reads a ledger that must be there. @throws FileError, and as `parseLedger` */
export function openLedger(path: string): LedgerContents {
  const ledger = readLedger(path);
  if (ledger === undefined) {
    const isThere = statSync(path, { throwIfNoEntry: false })?.isFile();
    const reason = isThere ? "it holds no ledger yet, not even a whole first line" : { code: "ENOENT" };
    throw new FileError("read", printable(path), reason);
  }
  return ledger;
}

/** Reads a ledger; undefined where there is nothing yet. @throws FileError, and as `parseLedger` */
function readLedger(path: string): LedgerContents | undefined {
  let bytes: Uint8Array;
  try {
    // a device or a pipe keeps nothing, and some are read without end
    if (!statSync(path).isFile()) return undefined;
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new FileError("read", printable(path), error);
  }
  return parseLedger(bytes, printable(path));
}

/** How far trials have come of which none has ended, as after a search --prune that was stopped early, and what to do; undefined where one has ended, or none is paused. */
export function pausedText(results: Iterable<TrialResult>): string | undefined {
  const epochs = [...results].map(({ paused }) => paused);
  const last = Math.max(0, ...epochs.map((epoch) => epoch ?? 0));
  if (last === 0 || epochs.includes(undefined)) return undefined;
  return `trials that are paused, the furthest after ${count(last, "epoch")}, and none that has ended yet: the same search goes on`;
}

/** The trials of a search in a file, a line each, which is written as soon as the trial is done. */
export class LedgerFile implements Ledger, Disposable {
  readonly #file: AppendedFile;
  readonly #results = new Map<string, TrialResult>();
  readonly #splits = new Set<number | null>();
  readonly #subject: Subject;
  /** The hash of the head's run. */
  readonly #own: string;
  /** Trials that were there before. */
  readonly before: number;
  /** The number of trials in it. */
  size: number;

  /** @throws UsageError, which says what differs, for a ledger of another search. */
  constructor(path: string, head: LedgerHead, subject: Subject, asked: Asked) {
    const old = readLedger(path);
    if (old !== undefined) refuseOther(path, old.head, head);
    this.#subject = subject;
    this.#own = runHash(head.run);
    for (const [key, result] of old?.results ?? []) this.#results.set(key, result);
    for (const split of old?.guesses.keys() ?? []) this.#splits.add(split);
    this.before = this.#results.size;
    this.size = this.before;
    // a line that was torn goes
    this.#file = new AppendedFile(path, old?.length ?? 0, "the search");
    const isOther = old === undefined || differences(old.asked, JSON.parse(JSON.stringify(asked))).length > 0;
    const first = [...(old === undefined ? [head] : []), ...(isOther ? [asked] : [])];
    try {
      if (first.length > 0) this.#file.write(first.map(writeLine).join(""));
    } catch (error) {
      this.#file.abandon();
      throw error;
    }
  }

  /** As `pausedText` has it. */
  get paused(): string | undefined {
    return pausedText(this.#results.values());
  }

  get(key: string): TrialResult | undefined {
    return this.#results.get(key);
  }

  put(key: string, result: TrialResult, { run, rate, seed, split, until }: Job): void {
    const of = runHash(runToJSON(run));
    if (!this.#splits.has(split)) this.#add({ split, guess: this.#subject.guess(split) });
    this.#splits.add(split);
    this.#results.set(key, result);
    if (this.#add({ key, rate, seed, split, ...(until !== undefined && { until }), ...(of !== this.#own && { of }), result })) this.size++;
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  #add(entry: Entry): boolean {
    return this.#file.add(writeLine(entry));
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
