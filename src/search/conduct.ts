import type { CheckedRun } from "../training/run.js";
import { choose } from "./choice.js";
import { conclude, type SearchResult } from "./conclude.js";
import type { Left, Pruned, Terms, Tried } from "./evidence.js";
import type { Job } from "./executors/executor.js";
import type { Facts } from "./facts.js";
import type { Guess } from "./guess.js";
import { prune, rungsOf } from "./halving.js";
import { type Limits, nextRung, type Order } from "./race.js";
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
  /** The least number of them: rates that cannot be told apart ask for more. undefined: one, and as many as they ask for; 1: one and no more. */
  readonly repeats?: number;
  readonly resplit: boolean;
  readonly budget?: Budget;
  /** Whether trials that are not worth going on with are ended early. */
  readonly prune: boolean;
  /** Whether rates are added beyond an edge at which the answer lies. */
  readonly widen: boolean;
  /** Whether rates between those beside the best are tried in the end. */
  readonly zoom: boolean;
}

/** How far a search may go: what is reached first ends it, with the answer so far. */
export interface Budget {
  /** From its start. How many trials that are depends on the machine, and so may the answer. */
  readonly seconds?: number;
  /** In all, those of a ledger included. */
  readonly trials?: number;
}

/** A search without a budget races until it has gone through so many training rows for each repeat that was asked for: some seconds of a small network. */
const ROWS = 500_000;

/** Runs trials; undefined in place of one that was not to be had, after which the search ends with the answer so far. */
export type Trials = (jobs: readonly Job[]) => Promise<readonly (TrialResult | undefined)[]>;

/**
 * Decides which trials are run, and what they come to; undefined when none has ended. Decisions rest on whole rungs, never on the order of arrival, so
 * that the same trials, from workers or from a ledger, lead to the same answer.
 */
export async function conduct(subject: Subject, plan: Plan, run: Trials): Promise<SearchResult | undefined> {
  const { repeats, budget } = plan;
  const races = budget !== undefined || (repeats !== 1 && !plan.prune);
  const grid = new Grid(subject, plan, run);
  let goesOn = !plan.prune || (await grid.halve());
  if (goesOn) goesOn = await grid.runAll(grid.orders(plan.prune ? 1 : 0, repeats ?? 1));
  while (goesOn) {
    // in a race a rate at the edge may come to be the best, and beyond it there may be others to race with
    const more = plan.widen ? widened(plan.rates, grid.tried(), grid.terms()) : [];
    const rung = more.length > 0 || !races ? [] : nextRung(grid.tried(), grid.terms(), grid.limits());
    if (more.length === 0 && rung.length === 0) break;
    goesOn = more.length > 0 ? await grid.add(more) : await grid.runAll(rung);
  }
  if (goesOn && plan.zoom) await grid.add(zoomed(grid.tried(), grid.terms()));
  const tried = grid.tried();
  // what was pruned stands beside others that go on, and is no answer without them
  if (tried.every(({ pruned }) => pruned !== undefined)) return undefined;
  const notRepeated = plan.prune && repeats === undefined && !races && nextRung(tried, grid.terms(), grid.limits()).length > 0;
  return conclude(tried, grid.terms(), subject.facts, { ...grid.left(), notRepeated });
}

/** A rate, and what became of it so far. */
interface Place {
  readonly rate: number;
  trials: TrialResult[];
  pruned?: Pruned | undefined;
  /** Where its trial, which is paused, goes on from. */
  paused?: Job["from"];
}

/** The rates of a search, in rising order. */
class Grid {
  readonly #subject: Subject;
  readonly #plan: Plan;
  readonly #run: Trials;
  readonly #places: Place[];
  readonly #most: number;
  /** Trials begun. */
  #count = 0;

  constructor(subject: Subject, plan: Plan, run: Trials) {
    this.#subject = subject;
    this.#plan = plan;
    this.#run = run;
    this.#places = placesOf(plan.rates);
    this.#most = plan.budget?.trials ?? Number.POSITIVE_INFINITY;
  }

  /** The rates that have a trial which ended, or was pruned. */
  tried(): Tried[] {
    return this.#places.filter(hasResult).map(({ rate, trials, pruned }) => ({ rate, trials, pruned }));
  }

  /** The other rates. */
  left(): Pick<Left, "notRun" | "spent"> {
    const notRun = this.#places.filter((place) => !hasResult(place));
    return {
      notRun: notRun.map(({ rate, trials }) => ({ rate, epochs: trials[0]?.history.length ?? 0 })),
      spent: this.#count >= this.#most,
    };
  }

  terms(): Terms {
    const { run, facts, guess } = this.#subject;
    return {
      guesses: Array.from({ length: this.#repeats() }, (_, repeat) => guess(this.#splitOf(repeat))),
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
    return { cost, spent: cost * this.#count, budget: ROWS * (this.#plan.repeats ?? 1), toThePoint: false };
  }

  /** A trial of each rate, or of as many as there may be, rung by rung; true when those of all rates that were not pruned have ended. */
  async halve(): Promise<boolean> {
    const { run } = this.#subject;
    const order = this.#order()
      .slice(0, this.#most)
      .map((i) => this.#places[i] as Place);
    this.#count += order.length;
    const begun = [...order].sort((a, b) => a.rate - b.rate);
    const isAll = begun.length === this.#places.length;
    for (const epoch of rungsOf(run.epochs)) {
      if (!(await this.#runRung(order, epoch))) return false;
      for (const [i, pruned] of prune(begun, epoch, run, this.terms())) (begun[i] as Place).pruned = pruned;
    }
    if (!(await this.#runRung(order, undefined))) return false;
    if (choose(this.tried(), this.terms()) !== undefined || begun.every(({ pruned }) => pruned === undefined)) return isAll;
    // what was left has failed: the others have their chance
    for (const place of begun) place.pruned = undefined;
    return (await this.#runRung(order, undefined)) && isAll;
  }

  /** Runs rates that were not there before, to the end and as often as the others; false when there are none, or not all of them were run. */
  async add(rates: readonly number[]): Promise<boolean> {
    const repeats = this.#repeats();
    this.#places.push(...placesOf(rates));
    this.#places.sort((a, b) => a.rate - b.rate);
    return rates.length > 0 && this.runAll(this.orders(0, repeats, rates));
  }

  /** Trains what has neither ended nor been pruned up to an epoch, or to the end. */
  async #runRung(places: readonly Place[], until: number | undefined): Promise<boolean> {
    const open = places.filter(
      ({ trials: [trial], pruned }) => pruned === undefined && (trial === undefined || trial.paused !== undefined),
    );
    const jobs = open.map(({ rate, paused }) => ({
      ...this.#jobOf(rate, 0),
      ...(until !== undefined && { until }),
      ...(paused && { from: paused }),
    }));
    const results = await this.#run(jobs);
    open.forEach((place, i) => {
      if (results[i] === undefined) return;
      const { checkpoint, ...result } = results[i];
      place.trials = [result];
      place.paused = checkpoint && { epoch: result.paused as number, checkpoint };
    });
    return results.every((result) => result !== undefined);
  }

  /** The trials of rates (all of them by default) that were not pruned, from one repeat up to another. */
  orders(from: number, to: number, rates?: readonly number[]): Order[] {
    const wanted = this.#order().filter((i) => {
      const { rate, pruned } = this.#places[i] as Place;
      return pruned === undefined && (rates?.includes(rate) ?? true);
    });
    return Array.from({ length: Math.max(0, to - from) }, (_, i) => wanted.map((index) => ({ index, repeat: from + i }))).flat();
  }

  /** The order in which rates run, by index: with a budget that may end it, what is there early spans the grid. */
  #order(): number[] {
    const count = this.#places.length;
    return this.#plan.budget === undefined ? Array.from({ length: count }, (_, i) => i) : spread(count);
  }

  /** Runs trials; true when all of them were run. */
  async runAll(orders: readonly Order[]): Promise<boolean> {
    const room = this.#most - this.#count;
    // a repeat that not all of its rates have compares nothing; the first is better than none
    const asked = orders.slice(0, room).filter(({ repeat }) => repeat === 0 || repeat !== orders[room]?.repeat);
    this.#count += asked.length;
    const results = await this.#run(asked.map(({ index, repeat }) => this.#jobOf((this.#places[index] as Place).rate, repeat)));
    for (const repeat of new Set(orders.map((order) => order.repeat))) {
      const own = orders.flatMap((order, i) => (order.repeat === repeat ? [{ index: order.index, result: results[i] }] : []));
      const whole = own.every(({ result }) => result !== undefined);
      if (!whole && repeat > 0) return false;
      for (const { index, result } of own) if (result !== undefined) this.#places[index]?.trials.push(result);
      if (!whole) return false;
    }
    return true;
  }

  #repeats(): number {
    return Math.max(1, ...this.#places.map(({ trials }) => trials.length));
  }

  #jobOf(rate: number, repeat: number): Job {
    const { run } = this.#subject;
    return { run, rate, repeat, seed: run.seed + repeat, split: this.#splitOf(repeat) };
  }

  #splitOf(repeat: number): number | null {
    return repeat === 0 || !this.#plan.resplit ? null : this.#subject.run.seed + repeat;
  }
}

function hasResult({ trials, pruned }: Place): boolean {
  return trials.length > 0 && (trials[0]?.paused === undefined || pruned !== undefined);
}

/** Each rate once, in rising order. */
function placesOf(rates: readonly number[]): Place[] {
  return [...new Set(rates)].sort((a, b) => a - b).map((rate) => ({ rate, trials: [] }));
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
