import type { CountedObjective } from "./objective.js";
import { type CommonOptions, type Ended, ended, type Vector } from "./types.js";

/** Where a search stands: counts its iterations, tells the callback, and knows the limits. */
export class Search {
  nit = 0;
  x: Vector = new Float64Array(0);
  fun = Number.NaN;
  gradient: Vector | undefined;
  readonly #objective: CountedObjective;
  readonly #maxiter: number;
  readonly #maxfev: number;
  readonly #callback: CommonOptions["callback"];

  constructor(objective: CountedObjective, { callback }: CommonOptions, maxiter: number, maxfev: number) {
    this.#objective = objective;
    this.#maxiter = maxiter;
    this.#maxfev = maxfev;
    this.#callback = callback;
  }

  at({ x, value, gradient }: { x: Vector; value: number; gradient?: Vector }): void {
    this.x = x;
    this.fun = value;
    this.gradient = gradient;
  }

  /** Ends an iteration at a point; how the search ended, when this was the last one. */
  step(reached: { x: Vector; value: number; gradient?: Vector }): Ended | undefined {
    this.at(reached);
    this.nit++;
    if (this.#callback?.({ x: this.x.slice(), fun: this.fun, nit: this.nit }) === true) return ended("callback");
    if (this.nit >= this.#maxiter) return ended("maxiter");
    return this.#objective.nfev >= this.#maxfev ? ended("maxfev") : undefined;
  }
}
