import type { Kernels } from "../engine/engine.js";
import type { Vector } from "../engine/memory.js";
import type { Parameters } from "../engine/parameters.js";
import type { BoundGroup } from "./groups.js";
import type { Slots } from "./slots.js";

/** The slot that gradients are accumulated in. */
export const ACCUMULATED = "accumulated";

/** The gradients that an update reads: those of the parameters, or the block in which several are accumulated. */
export class Gradients {
  readonly block: Vector;
  /** How many were accumulated towards the next update, if any are, and the sum of their weights. */
  count = 0;
  weight: number;
  readonly #parameters: Parameters;
  readonly #kernels: Kernels;
  readonly #accumulate: number;
  #norm = Number.NaN;

  constructor(parameters: Parameters, accumulate: number, slots: Slots) {
    this.#parameters = parameters;
    this.#kernels = parameters.engine.kernels;
    this.#accumulate = accumulate;
    this.weight = accumulate > 1 ? 0 : 1;
    this.block = accumulate > 1 ? slots.add(ACCUMULATED, [...parameters]).block : parameters.gradients;
  }

  /** Where several are accumulated, whether one more makes an update; the last of a run always does. */
  isFull(last: boolean): boolean {
    return last || this.count + 1 === this.#accumulate;
  }

  /** Where several are accumulated, takes those in the parameters into account, by their weight. */
  add(weight: number): void {
    this.#kernels.axpy(this.#parameters.gradients.pointer, this.block.pointer, this.#parameters.size, weight);
    this.count++;
    this.weight += weight;
  }

  /** Clamps every element of the mean to [-limit, limit]. */
  clamp(limit: number, groups: readonly BoundGroup[]): void {
    for (const { runs } of groups) for (const { g, n } of runs) this.#kernels.clamp(g, n, limit * this.weight);
  }

  /** The 2-norm of the mean over tensors that are not frozen; `lastNorm` tells it later. */
  measure(groups: readonly BoundGroup[]): number {
    this.#norm = this.sizeOf(groups);
    return this.#norm;
  }

  /** The 2-norm of the mean over tensors that are not frozen. */
  sizeOf(groups: readonly BoundGroup[]): number {
    let sum = 0;
    for (const { runs } of groups) for (const { g, n } of runs) sum += this.#kernels.sumSquares(g, n);
    return Math.sqrt(sum) / this.weight;
  }

  /** The norm that the last update measured; NaN where none did. */
  get lastNorm(): number {
    return this.#norm;
  }

  /** Begins anew, after an update or for one that is given up. */
  clear(): void {
    if (this.#accumulate === 1) return;
    this.#kernels.fill(this.block.pointer, this.#parameters.size, 0);
    this.count = 0;
    this.weight = 0;
  }

  /** Goes on from so many, whose sum is in the block. */
  resume(count: number, weight: number): void {
    this.count = count;
    if (this.#accumulate > 1) this.weight = weight;
    this.#norm = Number.NaN;
  }
}
