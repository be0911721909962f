import { expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { table } from "./table.js";
import { count, type Gradients, SHAPES, Trial } from "./trial.js";

const [wasm, js] = [await load({ backend: "wasm" }), await load({ backend: "js" })];

/** Gradients that grow without end, some elements 0: 1e-3 at first, infinite in float32 after 40 steps or so. */
const growing: Gradients = (step, name) => {
  const { length } = { length: count(SHAPES[name as keyof typeof SHAPES]) };
  return Float32Array.from({ length }, (_, i) => (i % 3 === 2 ? 0 : (i % 2 ? -1 : 1) * (i + 1) * 1e-3 * 10 ** step));
};

const cases = Object.entries(table).flatMap(([kind, { options }]) => options.map((own) => ({ kind, options: own })));

/** What a run comes to: the bits of the values after every update, and what the guard says. NaN is told by class. */
function trace(engine: typeof wasm, kind: string, options: object): string[] {
  const seen: string[] = [];
  using trial = new Trial(engine, kind, { ...options, guard: "off" });
  trial.loss = (step) => Math.min(10 ** step, 1e300);
  for (let step = 0; step < 44; step++) {
    try {
      trial.run(growing, step, step + 1);
    } catch (error) {
      seen.push((error as Error).message);
    }
    const values = Object.values(trial.values).map((numbers) => numbers.join());
    seen.push(
      `${values.join(";")} norm ${trial.optimizer.gradientNorm}, rate ${trial.optimizer.learningRate}, ${trial.optimizer.findNonFinite()}`,
    );
  }
  return seen;
}

test.each(cases)("$kind $options explodes alike in both backends", ({ kind, options }) => {
  const [one, other] = [trace(wasm, kind, options), trace(js, kind, options)];
  expect(one).toEqual(other);
  expect(one.at(-1)).toMatch(/NaN|Infinity|e\+\d\d|not finite/);
});
