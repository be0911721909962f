import type { Budget } from "./conduct.js";

/** Parts a budget, where there is one, among searches that follow each other: each may have an equal share of what those before it left. */
export class Shares {
  readonly #budget: Budget | undefined;
  /** Searches to come. */
  #searches: number;
  readonly #began = performance.now();
  /** Trials made so far. */
  #made = 0;

  /** The seconds begin to run. */
  constructor(budget: Budget | undefined, searches: number) {
    this.#budget = budget;
    this.#searches = searches;
  }

  /** So many more searches are to come. */
  part(searches: number): void {
    this.#searches = searches;
  }

  /** What the next search may spend, besides so many trials that were counted before; undefined where nothing is left for it. */
  next(before = 0): { readonly budget?: Budget } | undefined {
    if (this.#budget === undefined) return {};
    const { seconds, trials } = this.#budget;
    const share = 1 / this.#searches--;
    const time = seconds === undefined ? undefined : share * (seconds - (performance.now() - this.#began) / 1000);
    const count = trials === undefined ? undefined : Math.floor(share * (trials - this.#made));
    if ((time ?? 1) <= 0 || count === 0) return undefined;
    return { budget: { ...(time !== undefined && { seconds: time }), ...(count !== undefined && { trials: before + count }) } };
  }

  /** So many trials were made. */
  spend(trials: number): void {
    this.#made += trials;
  }
}
