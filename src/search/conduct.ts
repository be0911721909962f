import type { CheckedRun } from "../training/run.js";
import { conclude, type SearchResult } from "./conclude.js";
import type { Terms } from "./evidence.js";
import type { Job } from "./executors/executor.js";
import type { Facts } from "./facts.js";
import type { Guess } from "./guess.js";
import { nextRung, type Order } from "./race.js";
import type { TrialResult } from "./trial.js";

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
  readonly budget?: Budget;
}

/** How far a search may go: what is reached first ends it, with the answer so far. */
export interface Budget {
  /** From its start. How many trials that are depends on the machine, and so may the answer. */
  readonly seconds?: number;
  /** In all, those of a ledger included. */
  readonly trials?: number;
}

/** A search without a budget goes through so many training rows: some seconds of a small network. */
const ROWS = 500_000;

/** Runs trials; undefined in place of one that was not to be had, after which the search ends with the answer so far. */
export type Trials = (jobs: readonly Job[]) => Promise<readonly (TrialResult | undefined)[]>;

/**
 * Decides which trials are run, and what they come to. Decisions rest on whole rungs, never on the order of arrival, so that the same trials, from
 * workers or from a ledger, lead to the same answer.
 */
export async function conduct(subject: Subject, { rates, repeats, resplit, budget }: Plan, run: Trials): Promise<SearchResult> {
  const { seed, epochs } = subject.run;
  const rising = [...new Set(rates)].sort((a, b) => a - b);
  const trials: TrialResult[][] = rising.map(() => []);
  const splitOf = (repeat: number) => (repeat === 0 || !resplit ? null : seed + repeat);
  const most = budget?.trials ?? Number.POSITIVE_INFINITY;
  let count = 0;
  /** True when all of them were run. */
  const runAll = async (asked: readonly Order[]): Promise<boolean> => {
    const orders = asked.slice(0, most - count);
    const results = await run(
      orders.map(({ index, repeat }) => ({
        run: subject.run,
        rate: rising[index] as number,
        repeat,
        seed: seed + repeat,
        split: splitOf(repeat),
      })),
    );
    count += orders.length;
    const resultOf = new Map(orders.map((order, i) => [order, results[i]]));
    for (const repeat of new Set(asked.map((order) => order.repeat))) {
      const own = asked.filter((order) => order.repeat === repeat);
      const whole = own.every((order) => resultOf.get(order) !== undefined);
      // a repeat that not all of its rates have compares nothing; the first is better than none
      if (!whole && repeat > 0) return false;
      for (const order of own) {
        const result = resultOf.get(order);
        if (result !== undefined) trials[order.index]?.push(result);
      }
      if (!whole) return false;
    }
    return true;
  };
  const found = () => rising.flatMap((rate, i) => (trials[i]?.length ? [{ rate, trials: trials[i] as TrialResult[] }] : []));
  const terms = (): Terms => termsOf(subject, Math.max(...trials.map(({ length }) => length)), splitOf);

  // with a budget that may end it, what is there early spans the grid
  const places = budget === undefined ? rising.map((_, index) => index) : spread(rising.length);
  let goesOn = await runAll(Array.from({ length: repeats ?? 1 }, (_, repeat) => places.map((index) => ({ index, repeat }))).flat());
  while (goesOn && (repeats === undefined || budget !== undefined)) {
    const limits =
      budget === undefined
        ? { cost: subject.facts.trainingRows * epochs, spent: subject.facts.trainingRows * epochs * count, budget: ROWS, toThePoint: false }
        : { cost: 1, spent: count, budget: most, toThePoint: true };
    const rung = nextRung(found(), terms(), limits);
    goesOn = rung.length > 0 && (await runAll(rung));
  }
  return conclude(found(), terms(), subject.facts);
}

/** The places 0, 1, ... in an order in which any first few of them are spread over all: the ends, the middle, the middles of what is left. */
function spread(count: number): number[] {
  const order = [0, count - 1];
  let gaps: [number, number][] = [[0, count - 1]];
  while (gaps.length > 0) {
    gaps = gaps.flatMap(([from, to]): [number, number][] => {
      const middle = Math.floor((from + to) / 2);
      if (middle === from) return [];
      order.push(middle);
      return [
        [from, middle],
        [middle, to],
      ];
    });
  }
  return [...new Set(order)];
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
