import type { CheckedRun } from "../training/run.js";
import { conclude, type SearchResult } from "./conclude.js";
import type { Terms, Tried } from "./evidence.js";
import type { Job } from "./executors/executor.js";
import type { Facts } from "./facts.js";
import type { Guess } from "./guess.js";
import { nextRung, type Order } from "./race.js";
import type { TrialResult } from "./trial.js";
import { widened, zoomed } from "./widen.js";

/** What is searched, without the data themselves. */
export interface Subject {
  readonly run: CheckedRun;
  readonly facts: Facts;
  /** What guessing reaches on the rows of a split. */
  guess(split: number | null): Guess;
}

/** What a search does, as plain JSON. */
export interface Plan {
  readonly rates: readonly number[];
  /** undefined: as many as rates that cannot be told apart ask for. */
  readonly repeats?: number;
  readonly resplit: boolean;
  /** Whether rates are added beyond an edge at which the answer lies. */
  readonly widen: boolean;
  /** Whether rates between those beside the best are tried in the end. */
  readonly zoom: boolean;
}

/** Runs trials; undefined in place of one that was not to be had, after which the search ends with the answer so far. */
export type Trials = (jobs: readonly Job[]) => Promise<readonly (TrialResult | undefined)[]>;

/**
 * Decides which trials are run, and what they come to. Decisions rest on whole rungs, never on the order of arrival, so that the same trials, from
 * workers or from a ledger, lead to the same answer.
 */
export async function conduct(subject: Subject, { rates, repeats, resplit, widen, zoom }: Plan, run: Trials): Promise<SearchResult> {
  const { seed, epochs } = subject.run;
  const rising: number[] = [];
  const trials: TrialResult[][] = [];
  const splitOf = (repeat: number) => (repeat === 0 || !resplit ? null : seed + repeat);
  const cost = subject.facts.trainingRows * epochs;
  let spent = 0;
  /** True when all of them were run. */
  const runAll = async (orders: readonly Order[]): Promise<boolean> => {
    const results = await run(
      orders.map(({ index, repeat }) => ({
        run: subject.run,
        rate: rising[index] as number,
        repeat,
        seed: seed + repeat,
        split: splitOf(repeat),
      })),
    );
    spent += orders.length * cost;
    const whole = (repeat: number) => orders.every((order, i) => order.repeat !== repeat || results[i] !== undefined);
    for (const repeat of new Set(orders.map((order) => order.repeat))) {
      // a repeat that not all of its rates have compares nothing; the first is better than none
      if (repeat > 0 && !whole(repeat)) return false;
      orders.forEach((order, i) => {
        const result = results[i];
        if (order.repeat === repeat && result !== undefined) trials[order.index]?.push(result);
      });
      if (!whole(repeat)) return false;
    }
    return true;
  };
  const tried = (): Tried[] => rising.flatMap((rate, i) => (trials[i]?.length ? [{ rate, trials: trials[i] as TrialResult[] }] : []));
  const terms = (): Terms => termsOf(subject, Math.max(...trials.map(({ length }) => length)), splitOf);

  /** Runs rates that were not there before as often as the others; false when there are none, or not all of them were run. */
  const add = async (more: readonly number[]): Promise<boolean> => {
    const count = repeats ?? Math.max(1, ...trials.map(({ length }) => length));
    for (const rate of more) {
      const place = rising.findIndex((other) => other > rate);
      const index = place < 0 ? rising.length : place;
      rising.splice(index, 0, rate);
      trials.splice(index, 0, []);
    }
    const fresh = more.map((rate) => rising.indexOf(rate));
    const orders = Array.from({ length: count }, (_, repeat) => fresh.map((index) => ({ index, repeat }))).flat();
    return orders.length > 0 && (await runAll(orders));
  };
  const race = async (): Promise<boolean> => {
    for (;;) {
      const rung = repeats === undefined ? nextRung(tried(), terms(), cost, spent) : [];
      if (rung.length === 0) return true;
      if (!(await runAll(rung))) return false;
    }
  };
  const beyond = () => (widen ? widened(grid, tried(), terms()) : []);

  const grid = [...new Set(rates)].sort((a, b) => a - b);
  let goesOn = await add(grid);
  // in a race a rate at the edge may come to be the best, and beyond it there may be others to race with
  while (goesOn) {
    for (let more = beyond(); goesOn && more.length > 0; more = beyond()) goesOn = await add(more);
    goesOn &&= await race();
    if (beyond().length === 0) break;
  }
  if (goesOn && zoom) await add(zoomed(tried(), terms()));
  return conclude(tried(), terms(), subject.facts);
}

function termsOf({ run: { loss }, facts, guess }: Subject, repeats: number, splitOf: (repeat: number) => number | null): Terms {
  return {
    guesses: Array.from({ length: repeats }, (_, repeat) => guess(splitOf(repeat))),
    trainingRows: facts.trainingRows,
    validationRows: facts.validationRows,
    entropic: loss === "crossEntropy" || loss === "binaryCrossEntropy",
    hits: facts.task === "classification",
  };
}
