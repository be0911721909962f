import type { Kernels } from "../engine/load.js";
import type { Vector } from "../engine/memory.js";
import type { Parameters } from "../engine/parameters.js";
import type { AnyOptions, AnyRule, Binding, Run } from "./rule.js";

/** The slot of the factors on the learning rate of each element. */
export const ELEMENT_RATES = "elementRates";

/** A group with the rule that steps it. */
type Bound = Binding<AnyOptions> & { readonly rule: AnyRule };

/**
 * A second block of values, in the layout of the parameters: the training values while others are evaluated, and the values before an update
 * where elements have rates of their own.
 */
export class KeptValues {
  readonly #kernels: Kernels;
  /** From a value to where it is kept, in bytes. */
  readonly #shift: number;
  readonly #values: number;

  constructor(parameters: Parameters, block: Vector) {
    this.#kernels = parameters.engine.kernels;
    this.#values = parameters.values.pointer;
    this.#shift = block.pointer - this.#values;
  }

  keep(runs: readonly Run[]): void {
    for (const { p, n } of runs) this.#kernels.copy(p, p + this.#shift, n);
  }

  /** Keeps the values of a group and puts those to evaluate in their place. */
  show(group: Bound): void {
    this.keep(group.runs);
    group.rule.evaluate?.(group);
  }

  /** Puts back what `show` kept. */
  hide({ runs }: { readonly runs: readonly Run[] }): void {
    for (const { p, n } of runs) this.#kernels.copy(p + this.#shift, p, n);
  }

  /** Goes from the kept values towards those of now, each by its factor in the block at `rates`. */
  blend(runs: readonly Run[], rates: number): void {
    for (const { p, n } of runs) this.#kernels.blend(p, p + this.#shift, p - this.#values + rates, n);
  }
}
