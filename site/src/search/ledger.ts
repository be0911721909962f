import { type CheckedRun, CheckpointError, type Job, type Ledger, type TrialResult } from "stepsize";
import type { CSVParts } from "stepsize/data";
import type { Plan } from "../../../src/search/conduct.js";
import { dataFingerprint, writeLine } from "../../../src/search/ledger.js";
import { headOf, type LedgerHead, parseLedger } from "../../../src/search/ledger-lines.js";
import type { Context } from "../../../src/search/report/context.js";
import { subjectOf } from "../../../src/search/search.js";

/** The trials of a search in this page, as a file that `stepsize search --ledger` goes on from and `stepsize report` reads. */
export class PageLedger implements Ledger {
  readonly #results = new Map<string, TrialResult>();
  readonly #splits = new Set<number | null>();
  readonly #subject: ReturnType<typeof subjectOf>;
  readonly #lines: string[];

  /** @throws CheckpointError for a file to go on from that is no ledger, or one of another search. */
  constructor(context: Context, run: CheckedRun, parts: CSVParts, plan: Plan, words: readonly string[], before?: Uint8Array) {
    this.#subject = subjectOf(run, parts);
    const head = headOf(context, this.#subject.facts, dataFingerprint(parts));
    const old = before && parseLedger(before, "the file");
    if (old !== undefined && before !== undefined) {
      if (decides(old.head) !== decides(head))
        throw new CheckpointError("the ledger belongs to another search: other data, or another run");
      for (const [key, result] of old.results) this.#results.set(key, result);
      for (const split of old.guesses.keys()) this.#splits.add(split);
      this.#lines = [new TextDecoder().decode(before.subarray(0, old.length))];
    } else this.#lines = [writeLine(head)];
    this.#lines.push(writeLine({ plan, words }));
  }

  get(key: string): TrialResult | undefined {
    return this.#results.get(key);
  }

  put(key: string, result: TrialResult, { rate, seed, split, until }: Job): void {
    if (!this.#splits.has(split)) this.#lines.push(writeLine({ split, guess: this.#subject.guess(split) }));
    this.#splits.add(split);
    this.#results.set(key, result);
    this.#lines.push(writeLine({ key, rate, seed, split, ...(until !== undefined && { until }), result }));
  }

  /** The file. */
  get text(): string {
    return this.#lines.join("");
  }
}

/** What must be the same for trials to be the same. */
function decides({ core, run, data }: LedgerHead): string {
  return JSON.stringify([core, run, data.hash]);
}
