import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { mlp } from "../../src/models/mlp.js";
import { optimizerFromJSON } from "../../src/optimizers/index.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { CheckpointError } from "../../src/options/errors.js";
import { readSafetensors } from "../../src/training/safetensors.js";
import { Trainer } from "../../src/training/trainer.js";
import { bundled, fingerprint } from "../support/data.js";
import { thrown } from "../support/errors.js";
import { fromBits } from "../support/floats.js";
import { Trial, wildGradients } from "./trial.js";

const engine = await load({ backend: "wasm" });
const bfloat16 = { stateDtype: "bfloat16" } as const;
const read = (name: string) => JSON.parse(readFileSync(new URL(`../golden/optimizers/${name}.json`, import.meta.url), "utf8"));

/** An optimizer of n parameters, and the numbers in its slots. */
class Bound implements Disposable {
  readonly parameters: Parameters;
  readonly optimizer: Optimizer;

  constructor(n: number, options: object, kind = "adam") {
    this.parameters = new Parameters(engine, { x: [n] });
    this.optimizer = new Optimizer(this.parameters, optimizerFromJSON({ kind, ...options }));
  }

  get gradient(): Float32Array {
    return this.parameters.get("x").gradient;
  }

  slot(name: string): Float32Array {
    const numbers = this.optimizer.slot(name).get("x") as Uint16Array | Float32Array;
    return numbers instanceof Uint16Array ? Float32Array.from(numbers, (bits) => fromBits(bits * 65536)) : numbers;
  }

  [Symbol.dispose](): void {
    this.optimizer.dispose();
    this.parameters.dispose();
  }
}

const mean = (x: Float32Array): number => x.reduce((sum, value) => sum + value, 0) / x.length;

describe("rounding", () => {
  test("is to one of both neighbours, and right in the mean over elements", () => {
    using half = new Bound(10_000, bfloat16);
    using full = new Bound(10_000, {});
    for (const { gradient } of [half, full]) for (let i = 0; i < gradient.length; i++) gradient[i] = 0.5 + i / 10_000;
    for (const { optimizer } of [half, full]) optimizer.step();
    for (const slot of ["mean", "squares"]) {
      const [rounded, exact] = [half.slot(slot), full.slot(slot)];
      const up = rounded.map((x, i) => x / (exact[i] as number) - 1);
      expect(Math.max(...up.map(Math.abs))).toBeLessThan(2 ** -7);
      expect(Math.abs(mean(up))).toBeLessThan(2e-5);
      expect(Math.max(...up) - Math.min(...up)).toBeGreaterThan(2 ** -7);
    }
  });

  test("is right in the mean over steps: no mean stands still, however slowly it moves", () => {
    using half = new Bound(1000, { ...bfloat16, beta1: 0.9995, beta2: 0.9995 });
    half.gradient.fill(0.7);
    const follow = (steps: number) => {
      for (let t = 0; t < steps; t++) half.optimizer.step();
      return { m: half.slot("mean"), v: half.slot("squares") };
    };
    const risen = follow(4000);
    const level = 1 - 0.9995 ** 4000;
    // each element by itself is within four last places
    for (const x of risen.m) expect(Math.abs(x / (0.7 * level) - 1)).toBeLessThan(2 ** -5);
    for (const x of risen.v) expect(Math.abs(x / (0.49 * level) - 1)).toBeLessThan(2 ** -5);
    expect(Math.abs(mean(risen.v) / (0.49 * level) - 1)).toBeLessThan(1e-3);
    half.gradient.fill(0);
    const fallen = follow(4000);
    expect(Math.abs(mean(fallen.m) / (0.7 * level * 0.9995 ** 4000) - 1)).toBeLessThan(0.015);
    expect(Math.abs(mean(fallen.v) / (0.49 * level * 0.9995 ** 4000) - 1)).toBeLessThan(0.015);
  });

  test("does not depend on the lengths of runs: a frozen tensor in between changes nothing", () => {
    const outcome = (groups: object[]) => {
      using trial = new Trial(engine, "adamw", { ...bfloat16, groups });
      return trial.run(wildGradients(40, 7), 0, 40).values;
    };
    const { "a.bias": _, ...whole } = outcome([]);
    const { "a.bias": __, ...split } = outcome([{ match: "a.bias", frozen: true }]);
    expect(split).toEqual(whole);
  });
});

describe("follows Adam in float32", () => {
  const problem = read("problem");
  const follow = (options: object) => {
    using trial = new Trial(engine, "adam", options, problem.shapes);
    const cut = (name: string, row: number[]) => (name === "matrix" ? row.slice(0, 12) : row.slice(12));
    for (const { name, value } of trial.parameters) value.set(cut(name, problem.start));
    const gradients = (step: number, name: string) => Float32Array.from(cut(name, problem.gradients[step]));
    return problem.gradients.map((_: unknown, step: number) =>
      Object.values(trial.run(gradients, step, step + 1).values).flatMap((view) => [...view]),
    );
  };
  const distance = (a: number[][], b: number[][]) =>
    Math.max(...a.flatMap((row, step) => row.map((x, i) => Math.abs(x - (b[step]?.[i] as number)))));

  // Optax keeps only the mean in bfloat16, and rounds it to nearest.
  test.each(read("adamBfloat16").cases as { name: string; options: { learningRate: number }; trajectory: number[][] }[])(
    "over 25 steps, about as well as Optax with mu_dtype bfloat16: $name",
    ({ name, options, trajectory }) => {
      const exact = follow({ ...options, stateDtype: "float32" });
      const [ours, theirs] = [distance(follow(options), exact), distance(trajectory, exact)].map((x) => x / options.learningRate);
      console.log(`bfloat16, ${name}: off by ${ours?.toFixed(4)} rates, Optax by ${theirs?.toFixed(4)}`);
      expect(ours).toBeLessThan(0.1);
      expect(theirs).toBeLessThan(0.2);
    },
  );

  test("and learns digits as well", async () => {
    const learn = async (options: object, seed: number) => {
      const data = bundled("digits", { seed });
      const optimizer = optimizerFromJSON({ kind: "adam", learningRate: 3e-3, ...options });
      const run = { model: mlp({ inputs: 64, hidden: [32], outputs: 10 }), loss: "crossEntropy", optimizer, epochs: 20, seed } as const;
      using trainer = new Trainer(engine, run, data);
      const history = await trainer.train();
      return { score: trainer.evaluate(data.validation).score as number, loss: history.at(-1)?.loss as number };
    };
    const runs = await Promise.all([1, 2, 3, 4].flatMap((seed) => [learn({}, seed), learn(bfloat16, seed)]));
    const total = (odd: number, key: "score" | "loss") => runs.reduce((sum, run, i) => sum + (i % 2 === odd ? run[key] : 0), 0) / 4;
    console.log(`digits: accuracy ${total(0, "score")} in float32, ${total(1, "score")} in bfloat16`);
    expect(total(1, "score")).toBeGreaterThanOrEqual(total(0, "score") - 0.005);
    expect(Math.abs(total(1, "loss") / total(0, "loss") - 1)).toBeLessThan(0.1);
  });
});

describe("state", () => {
  const run = {
    model: mlp({ inputs: 64, hidden: [9], outputs: 10 }),
    loss: "crossEntropy",
    optimizer: optimizerFromJSON({ kind: "adamw", amsgrad: true, ...bfloat16, groups: [{ match: "*.bias", stateDtype: "float32" }] }),
    epochs: 3,
    seed: 2,
  } as const;
  const digits = bundled("digits");

  test("is stored as BF16, and goes on with the same bits", async () => {
    using whole = new Trainer(engine, run, digits);
    await whole.train();
    using first = new Trainer(engine, run, digits);
    for await (const { step } of first.steps()) if (step === 50) break;
    const file = first.checkpoint();
    const { values } = readSafetensors(file).tensors.get("optimizer.mean.layers.0.weight") ?? {};
    expect([values?.constructor, values?.length]).toEqual([Uint16Array, 64 * 9]);
    expect(readSafetensors(file).tensors.get("optimizer.mean.layers.0.bias")?.values).toBeInstanceOf(Float32Array);
    using second = new Trainer(engine, run, digits);
    second.restore(file);
    await second.train();
    expect(fingerprint(second)).toBe(fingerprint(whole));
  });

  test("takes half the memory", () => {
    const taken = (options: object) => {
      const before = engine.arena.available;
      using _ = new Bound(4000, options);
      return before - engine.arena.available;
    };
    expect(taken({}) - taken(bfloat16)).toBe(2 * 4000 * 2);
  });

  test("of another dtype is refused", () => {
    using half = new Bound(5, bfloat16);
    using full = new Bound(5, {});
    const into = (target: Bound, source: Bound) => () => target.optimizer.load(source.optimizer.state());
    expect(thrown(into(half, full))).toBeInstanceOf(CheckpointError);
    expect(into(half, full)).toThrow('the state of mean for "x" must be in bfloat16: it was made with another stateDtype');
    expect(into(full, half)).toThrow('the state of mean for "x" must be in float32: it was made with another stateDtype');
  });

  test("that is not finite is found", () => {
    using half = new Bound(13, bfloat16);
    for (const bits of [0x7f80, 0xff80, 0x7fc0, 0xffff]) {
      half.optimizer.slot("squares").get("x")?.set([bits], 12);
      expect(half.optimizer.findNonFinite()).toBe("squares of x");
    }
    half.optimizer.slot("squares").get("x")?.set([0x7f7f], 12);
    expect(half.optimizer.findNonFinite()).toBeUndefined();
  });
});
