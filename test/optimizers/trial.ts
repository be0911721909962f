import type { Engine } from "../../src/engine/load.js";
import { padded, type Vector } from "../../src/engine/memory.js";
import { Parameters, type Shapes } from "../../src/engine/parameters.js";
import { Random } from "../../src/numerics/random.js";
import { optimizerFromJSON, rules } from "../../src/optimizers/index.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import type { AnyRule } from "../../src/optimizers/rule.js";
import type { OptimizerState } from "../../src/optimizers/state.js";
import { fromBits, isDenormal, magnitude } from "../support/floats.js";

/** Tensors of awkward lengths: 35, 5, 1 and 8 floats. */
export const SHAPES = { "a.weight": [5, 7], "a.bias": [5], gain: [], "b.weight": [2, 4] } as const;

export type Gradients = (step: number, name: string) => Float32Array;

/** An optimizer on parameters of its own, and everything that it has in memory. */
export class Trial implements Disposable {
  readonly parameters: Parameters;
  readonly optimizer: Optimizer;
  /** What `step()` is told: the loss of every step. */
  loss: (step: number) => number = someLoss;
  /** All blocks in the layout of the parameters: values, gradients, state, scratch. */
  readonly #blocks: Vector[] = [];
  readonly #needs: AnyRule["needs"];

  constructor(engine: Engine, kind: string, options: object, shapes: Shapes = SHAPES) {
    const recorder: Engine = Object.create(engine, {
      vector: {
        value: (length: number) => {
          const vector = engine.vector(length);
          this.#blocks.push(vector);
          return vector;
        },
      },
    });
    this.parameters = new Parameters(recorder, shapes);
    this.start();
    this.#needs = rules.get(kind)?.needs;
    try {
      this.optimizer = new Optimizer(this.parameters, optimizerFromJSON({ kind, ...options }));
    } catch (error) {
      this.parameters.dispose();
      throw error;
    }
  }

  /** Sets the values to seeded numbers around 1. */
  start(seed = 1): void {
    for (const { name, value } of this.parameters) {
      const random = new Random(seed, "start", name);
      for (let i = 0; i < value.length; i++) value[i] = magnitude(random, -1, 0.3);
    }
  }

  /** Takes the steps from `from` up to, not including, `to`. */
  run(gradients: Gradients, from: number, to: number, after?: (step: number) => void): this {
    for (let step = from; step < to; step++) {
      for (const { name, gradient } of this.parameters) gradient.set(gradients(step, name));
      const loss = () => this.loss(step);
      this.optimizer.step(this.#needs === "closure" ? loss : loss());
      after?.(step);
    }
    return this;
  }

  /** A copy of the values by name. */
  get values(): Record<string, Float32Array> {
    return Object.fromEntries([...this.parameters].map(({ name, value }) => [name, value.slice()]));
  }

  /** Values and state as plain data, to be compared whole: `toEqual` tells 0 from -0, and NaN equals NaN. */
  get everything(): { values: Record<string, Float32Array>; state: OptimizerState } {
    return { values: this.values, state: this.optimizer.state() };
  }

  /** The first place in a block that is between tensors and not zero, in words. */
  dirtyPadding(): string | undefined {
    for (const { view, pointer } of [...this.#layout(), ...this.#halves()]) {
      for (const { name, offset, length } of this.parameters) {
        const padding = view.subarray(offset + length, offset + padded(length));
        if (padding.some((x) => x !== 0)) return `${padding} behind ${name} in the block at ${pointer}`;
      }
    }
    return undefined;
  }

  /** Whether a denormal stands anywhere in values, state or scratch, whatever their layout. */
  hasDenormals(): boolean {
    const halves = this.#halves();
    const places = new Set(halves.map(({ pointer }) => pointer));
    return (
      this.#blocks.some(({ view, pointer }) => !places.has(pointer) && view.some(isDenormal)) ||
      halves.some(({ view }) => view.some((bits) => isDenormal(fromBits(bits * 65536))))
    );
  }

  dispose(): void {
    this.optimizer.dispose();
    this.parameters.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #layout(): Vector[] {
    return this.#blocks.filter(({ length }) => length === this.parameters.size);
  }

  /** Blocks of bfloat16 in the layout of the parameters. */
  #halves(): { view: Uint16Array; pointer: number }[] {
    if (this.optimizer.description["stateDtype"] !== "bfloat16") return [];
    return this.#blocks
      .filter(({ length }) => length * 2 === this.parameters.size)
      .map(({ view, pointer }) => ({ view: new Uint16Array(view.buffer, pointer, view.length * 2), pointer }));
  }
}

/**
 * Seeded gradients of sizes from 1e-12 to 1e4, some zero, and in every 17th step all: as the gradients of dying units, diverging runs
 * and saturated losses are.
 */
export function wildGradients(steps: number, seed: number): Gradients {
  const random = new Random(seed, "gradients");
  const table = Array.from({ length: steps }, (_, step) => {
    const shift = random.uniform() * 4 - 2;
    const draw = () => (step % 17 === 16 || random.below(10) === 0 ? 0 : magnitude(random, -10 + shift, 2 + shift));
    return new Map(Object.entries(SHAPES).map(([name, shape]) => [name, Float32Array.from({ length: count(shape) }, draw)]));
  });
  return (step, name) => (table[step] as Map<string, Float32Array>).get(name) as Float32Array;
}

export function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Gradients changed element by element. */
export function mapped(gradients: Gradients, change: (g: number) => number): Gradients {
  return (step, name) => gradients(step, name).map(change);
}

/** Positive numbers, up and down. */
export function someLoss(step: number): number {
  return 1 + ((step * 7) % 11) / 10;
}

/** A state as a checkpoint holds it: through JSON and back. */
export function throughJSON(state: OptimizerState): OptimizerState {
  const plain = JSON.parse(
    JSON.stringify(state, (_, value) => {
      if (value instanceof Float32Array) return { floats: [...value] };
      return value instanceof Uint16Array ? { halves: [...value] } : value;
    }),
  );
  for (const slot of Object.values(plain.slots) as Record<string, unknown>[]) {
    for (const [name, { floats, halves }] of Object.entries(slot) as [string, { floats: number[]; halves?: number[] }][]) {
      slot[name] = halves ? Uint16Array.from(halves) : Float32Array.from(floats);
    }
  }
  return plain;
}
