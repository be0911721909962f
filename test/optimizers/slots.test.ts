import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { hutchinson } from "../../src/optimizers/kinds/sophia.js";
import { DisposedError, OptionError, ShapeError } from "../../src/options/errors.js";
import { thrown } from "../support/errors.js";
import { Trial, wildGradients } from "./trial.js";

const engine = await load({ backend: "wasm" });
const wild = wildGradients(40, 7);
const read = (name: string) => JSON.parse(readFileSync(new URL(`../golden/optimizers/${name}.json`, import.meta.url), "utf8"));

describe("slot()", () => {
  test("shows the state itself, of the tensors that have it", () => {
    using trial = new Trial(engine, "adam", { groups: [{ match: "b.*", frozen: true }] });
    trial.run(wild, 0, 3);
    const means = trial.optimizer.slot("mean");
    expect(Object.fromEntries(means)).toEqual(trial.optimizer.state().slots["mean"]);
    expect([...means.keys()].sort()).toEqual(["a.bias", "a.weight", "gain"]);
    means.get("gain")?.fill(7);
    expect(trial.optimizer.state().slots["mean"]?.["gain"]).toEqual(Float32Array.of(7));
  });

  test("refuses what is not there", () => {
    using trial = new Trial(engine, "adam", {});
    expect(thrown(() => trial.optimizer.slot("means"))).toBeInstanceOf(OptionError);
    expect(() => trial.optimizer.slot("means")).toThrow('slot "means" is not a slot of adam (did you mean mean?)');
    trial.optimizer.dispose();
    expect(thrown(() => trial.optimizer.slot("mean"))).toBeInstanceOf(DisposedError);
  });
});

test("asgd's slot holds the average that PyTorch calls ax", () => {
  const problem = read("problem");
  let largest = 0;
  for (const { options, rates, extra } of read("asgd").cases) {
    const rate = rates && { learningRate: (step: number) => rates[step] };
    using trial = new Trial(engine, "asgd", { ...options, ...rate }, problem.shapes);
    const fill = (name: string, row: number[]) => (name === "matrix" ? row.slice(0, 12) : row.slice(12));
    for (const { name, value } of trial.parameters) value.set(fill(name, problem.start));
    trial.run(
      (step, name) => Float32Array.from(fill(name, problem.gradients[step])),
      0,
      problem.gradients.length,
      (step) => {
        const golden: number[] = extra.average[step];
        const typical = Math.sqrt(golden.reduce((sum, x) => sum + x * x, 0) / golden.length);
        const average = [...trial.optimizer.slot("average").values()].flatMap((view) => [...view]);
        const differences = golden.map((x, i) => Math.abs((average[i] as number) - x) / Math.max(Math.abs(x), typical));
        largest = Math.max(largest, ...differences);
      },
    );
  }
  console.log(`asgd's average: ${largest.toExponential(1)}`);
  expect(largest).toBeLessThan(2e-6);
});

describe("hutchinson", () => {
  const shapes = { x: [2], y: [1] };
  /** The Hessian of the loss, over x and y together. */
  const hessian = [
    [4, 1, 0.5],
    [1, 2, -1],
    [0.5, -1, 3],
  ];
  const product = (z: ReadonlyMap<string, Float32Array>) => {
    const all = [...(z.get("x") as Float32Array), ...(z.get("y") as Float32Array)];
    const result = hessian.map((row) => row.reduce((sum, h, i) => sum + h * (all[i] as number), 0));
    return new Map([
      ["x", result.slice(0, 2)],
      ["y", result.slice(2)],
    ]);
  };

  test("estimates the diagonal: exactly for a diagonal Hessian, in the mean for any", () => {
    using trial = new Trial(engine, "sophia", { estimate: "given" }, shapes);
    const sums = [0, 0, 0];
    for (let seed = 0; seed < 4000; seed++) {
      hutchinson(trial.optimizer, product, seed);
      const [x, y] = [...trial.optimizer.slot("estimate").values()] as [Float32Array, Float32Array];
      [...x, ...y].forEach((value, i) => {
        sums[i] = (sums[i] as number) + value / 4000;
      });
    }
    sums.forEach((mean, i) => {
      expect(mean).toBeCloseTo((hessian[i] as number[])[i] as number, 1);
    });
    hutchinson(trial.optimizer, (z) => new Map([...z].map(([name, signs]) => [name, signs.map((sign) => 4 * sign)])));
    for (const estimate of trial.optimizer.slot("estimate").values()) expect([...estimate].every((h) => h === 4)).toBe(true);
  });

  test("is taken in by the updates that are due, after their step", () => {
    using trial = new Trial(engine, "sophia", { estimate: "given", updateInterval: 2, beta2: 0.75 }, shapes);
    const still = (_: number, name: string) => new Float32Array(name === "x" ? 2 : 1);
    const seen: number[] = [];
    for (let step = 0; step < 4; step++) {
      hutchinson(trial.optimizer, (z) => new Map([...z].map(([name, signs]) => [name, signs.map((sign) => (step + 1) * sign)])));
      trial.run(still, step, step + 1);
      seen.push(trial.optimizer.slot("hessian").get("y")?.[0] as number);
    }
    expect(seen).toEqual([0.25, 0.25, 0.75 * 0.25 + 0.25 * 3, 0.75 * 0.25 + 0.25 * 3]);
  });

  test("draws by seed and step, and leaves frozen tensors out", () => {
    const drawn = (seed: number, steps: number) => {
      using trial = new Trial(engine, "sophia", { estimate: "given", groups: [{ match: "gain", frozen: true }] });
      trial.run(wild, 0, steps);
      let signs: ReadonlyMap<string, Float32Array> = new Map();
      const identity = (z: typeof signs) => {
        signs = z;
        return z;
      };
      hutchinson(trial.optimizer, identity, seed);
      return Object.fromEntries(signs);
    };
    const first = drawn(1, 3);
    expect(Object.keys(first).sort()).toEqual(["a.bias", "a.weight", "b.weight"]);
    expect(new Set(first["a.weight"])).toEqual(new Set([-1, 1]));
    expect(drawn(1, 3)).toEqual(first);
    expect(drawn(2, 3)).not.toEqual(first);
    expect(drawn(1, 4)).not.toEqual(first);
  });

  test("refuses a product that lacks a tensor, and an optimizer that takes no estimates", () => {
    using trial = new Trial(engine, "sophia", { estimate: "given" }, shapes);
    const short = () => hutchinson(trial.optimizer, () => new Map([["x", [1, 1]]]));
    expect(thrown(short)).toBeInstanceOf(ShapeError);
    expect(short).toThrow('the product for "y" must have 1 elements, got none');
    for (const estimate of trial.optimizer.slot("estimate").values()) expect(estimate.every((h) => h === 0)).toBe(true);
    using squares = new Trial(engine, "sophia", {}, shapes);
    expect(thrown(() => hutchinson(squares.optimizer, product))).toBeInstanceOf(OptionError);
  });
});
