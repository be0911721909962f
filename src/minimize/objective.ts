import type { Box } from "./bounds.js";
import { differences, typicalOf } from "./differences.js";
import { returned, type Vector } from "./types.js";

/** The objective and its gradient at a point. */
export interface Evaluation {
  readonly x: Vector;
  readonly value: number;
  readonly gradient: Vector;
}

/** The gradient as a function, or true: the objective itself returns { value, gradient }. */
export type Jac = ((x: Vector) => ArrayLike<number>) | true | undefined;

/** A function of the user's, counted and checked: what it returns is a number for each call, and a gradient of the right length. */
export class CountedObjective {
  nfev = 0;
  njev = 0;
  readonly #f: (x: Vector) => unknown;
  readonly #jac: Jac;
  readonly #box: Box;
  readonly #typical: Vector;
  readonly #signal: AbortSignal | undefined;

  constructor(f: (x: Vector) => unknown, jac: Jac, x0: Vector, box: Box, signal: AbortSignal | undefined) {
    this.#f = f;
    this.#jac = jac;
    this.#box = box;
    this.#typical = typicalOf(x0);
    this.#signal = signal;
  }

  value(x: Vector): number {
    const result = this.#call(x);
    return checkedValue(this.#jac === true ? checkedPair(result).value : result);
  }

  evaluate(x: Vector): Evaluation {
    const at = x.slice();
    if (this.#jac === true) {
      const { value, gradient } = checkedPair(this.#call(at));
      this.njev++;
      return { x: at, value: checkedValue(value), gradient: checkedGradient(gradient, x.length) };
    }
    const value = this.value(at);
    this.njev++;
    return {
      x: at,
      value,
      gradient: this.#jac === undefined ? this.#differences(at, value) : checkedGradient(this.#jac(at.slice()), x.length),
    };
  }

  #call(x: Vector): unknown {
    this.#signal?.throwIfAborted();
    this.nfev++;
    return this.#f(x.slice());
  }

  #differences(x: Vector, here: number): Vector {
    const gradient = new Float64Array(x.length);
    differences(
      (at) => this.value(at),
      x,
      this.#box,
      this.#typical,
      here,
      (i, weight, value) => {
        gradient[i] = (gradient[i] as number) + weight * value;
      },
    );
    return gradient;
  }
}

function checkedPair(result: unknown): { value?: unknown; gradient?: unknown } {
  returned(typeof result === "object" && result !== null, "f", result, "{ value, gradient } where jac is true");
  return result as object;
}

function checkedValue(value: unknown): number {
  returned(typeof value === "number", "f", value, "a number");
  return value as number;
}

function checkedGradient(gradient: unknown, n: number): Vector {
  returned(
    (gradient as ArrayLike<unknown> | null)?.length === n && typeof gradient === "object",
    "jac",
    gradient,
    `an array of ${n} numbers`,
  );
  return Float64Array.from(gradient as ArrayLike<number>);
}

export function finite({ value, gradient }: Evaluation): boolean {
  return Number.isFinite(value) && gradient.every(Number.isFinite);
}
