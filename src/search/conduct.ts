import type { CheckedRun } from "../training/run.js";
import { choose } from "./choice.js";
import { conclude, type SearchResult } from "./conclude.js";
import type { Pruned, Terms, Tried } from "./evidence.js";
import type { Job } from "./executors/executor.js";
import type { Facts } from "./facts.js";
import type { Guess } from "./guess.js";
import { prune, rungsOf } from "./halving.js";
import { type Limits, nextRung, type Order } from "./race.js";
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
  /** Whether trials that are not worth going on with are ended early. */
  readonly prune: boolean;
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
 * Decides which trials are run, and what they come to; undefined when none has ended. Decisions rest on whole rungs, never on the order of arrival, so
 * that the same trials, from workers or from a ledger, lead to the same answer.
 */
export async function conduct(subject: Subject, plan: Plan, run: Trials): Promise<SearchResult | undefined> {
  const { repeats, budget } = plan;
  const grid = new Grid(subject, plan, run);
  let goesOn = !plan.prune || (await grid.halve());
  if (goesOn) goesOn = await grid.runAll(grid.orders(plan.prune ? 1 : 0, repeats ?? 1));
  while (goesOn && (budget !== undefined || (repeats === undefined && !plan.prune))) {
    const rung = nextRung(grid.tried(), grid.terms(), grid.limits());
    goesOn = rung.length > 0 && (await grid.runAll(rung));
  }
  const tried = grid.tried();
  return tried.length === 0 ? undefined : conclude(tried, grid.terms(), subject.facts);
}

/** The rates of a search, and what became of them so far. */
class Grid {
  readonly #subject: Subject;
  readonly #plan: Plan;
  readonly #run: Trials;
  readonly #rates: readonly number[];
  /** By rate. */
  readonly #trials: TrialResult[][];
  readonly #pruned = new Map<number, Pruned>();
  readonly #paused = new Map<number, NonNullable<Job["from"]>>();
  readonly #most: number;
  /** Trials begun. */
  #count = 0;

  constructor(subject: Subject, plan: Plan, run: Trials) {
    this.#subject = subject;
    this.#plan = plan;
    this.#run = run;
    this.#rates = [...new Set(plan.rates)].sort((a, b) => a - b);
    this.#trials = this.#rates.map(() => []);
    this.#most = plan.budget?.trials ?? Number.POSITIVE_INFINITY;
  }

  /** The rates that have a trial which ended, or was pruned. */
  tried(): Tried[] {
    return this.#rates.flatMap((rate, i) => {
      const [trials, pruned] = [this.#trials[i] as TrialResult[], this.#pruned.get(i)];
      return trials.length === 0 || (trials[0]?.paused !== undefined && pruned === undefined) ? [] : [{ rate, trials, pruned }];
    });
  }

  terms(): Terms {
    const { run, facts, guess } = this.#subject;
    const repeats = Math.max(1, ...this.#trials.map(({ length }) => length));
    return {
      guesses: Array.from({ length: repeats }, (_, repeat) => guess(this.#splitOf(repeat))),
      trainingRows: facts.trainingRows,
      validationRows: facts.validationRows,
      resplit: this.#plan.resplit,
      entropic: run.loss === "crossEntropy" || run.loss === "binaryCrossEntropy",
      hits: facts.task === "classification",
    };
  }

  limits(): Limits {
    if (this.#plan.budget !== undefined) return { cost: 1, spent: this.#count, budget: this.#most, toThePoint: true };
    const cost = this.#subject.facts.trainingRows * this.#subject.run.epochs;
    return { cost, spent: cost * this.#count, budget: ROWS, toThePoint: false };
  }

  /** A trial of each rate, rung by rung; true when all that were not pruned have ended. */
  async halve(): Promise<boolean> {
    const { run } = this.#subject;
    const places = this.#places();
    for (const epoch of rungsOf(run.epochs)) {
      if (!(await this.#runRung(places, epoch))) return false;
      const all = this.#rates.map((rate, i) => ({ rate, trials: this.#trials[i] as TrialResult[], pruned: this.#pruned.get(i) }));
      for (const [i, pruned] of prune(all, epoch, run, this.terms())) this.#pruned.set(i, pruned);
    }
    if (!(await this.#runRung(places, undefined))) return false;
    if (choose(this.tried(), this.terms()) !== undefined || this.#pruned.size === 0) return true;
    // what was left has failed: the others have their chance
    this.#pruned.clear();
    return this.#runRung(places, undefined);
  }

  /** Trains what has neither ended nor been pruned up to an epoch, or to the end. */
  async #runRung(places: readonly number[], until: number | undefined): Promise<boolean> {
    const open = places.filter((i) => {
      const trial = this.#trials[i]?.[0];
      return !this.#pruned.has(i) && (trial === undefined || trial.paused !== undefined);
    });
    const begun = open.filter((i) => this.#trials[i]?.length === 0);
    const asked = open.filter((i) => !begun.includes(i) || begun.indexOf(i) < this.#most - this.#count);
    this.#count += asked.filter((i) => begun.includes(i)).length;
    const jobs = asked.map((index) => {
      const from = this.#paused.get(index);
      return { ...this.#jobOf({ index, repeat: 0 }), ...(until !== undefined && { until }), ...(from && { from }) };
    });
    const results = await this.#run(jobs);
    asked.forEach((index, i) => {
      if (results[i] === undefined) return;
      const { checkpoint, ...result } = results[i];
      this.#trials[index] = [result];
      this.#paused.delete(index);
      if (checkpoint !== undefined) this.#paused.set(index, { epoch: result.paused as number, checkpoint });
    });
    return asked.length === open.length && results.every((result) => result !== undefined);
  }

  /** The trials of each rate that was not pruned, from one repeat up to another. */
  orders(from: number, to: number): Order[] {
    const places = this.#places().filter((i) => !this.#pruned.has(i));
    return Array.from({ length: Math.max(0, to - from) }, (_, i) => places.map((index) => ({ index, repeat: from + i }))).flat();
  }

  /** The rates in the order in which they run: with a budget that may end it, what is there early spans the grid. */
  #places(): number[] {
    return this.#plan.budget === undefined ? this.#rates.map((_, index) => index) : spread(this.#rates.length);
  }

  /** Runs trials; true when all of them were run. */
  async runAll(orders: readonly Order[]): Promise<boolean> {
    const asked = orders.slice(0, this.#most - this.#count);
    this.#count += asked.length;
    const results = await this.#run(asked.map((order) => this.#jobOf(order)));
    for (const repeat of new Set(orders.map((order) => order.repeat))) {
      const own = orders.flatMap((order, i) => (order.repeat === repeat ? [{ index: order.index, result: results[i] }] : []));
      const whole = own.every(({ result }) => result !== undefined);
      // a repeat that not all of its rates have compares nothing; the first is better than none
      if (!whole && repeat > 0) return false;
      for (const { index, result } of own) if (result !== undefined) this.#trials[index]?.push(result);
      if (!whole) return false;
    }
    return true;
  }

  #jobOf({ index, repeat }: Order): Job {
    const { run } = this.#subject;
    const rate = this.#rates[index] as number;
    return { run, rate, repeat, seed: run.seed + repeat, split: this.#splitOf(repeat) };
  }

  #splitOf(repeat: number): number | null {
    return repeat === 0 || !this.#plan.resplit ? null : this.#subject.run.seed + repeat;
  }
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
