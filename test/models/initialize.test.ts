import { expect, test } from "vitest";
import { loadSync } from "../../src/engine/load.js";
import { Parameters, type Units } from "../../src/engine/parameters.js";
import { WEIGHT_INITIALIZATIONS, type WeightInitialization } from "../../src/models/initialization.js";
import { initialize } from "../../src/models/initialize.js";
import { Random } from "../../src/numerics/random.js";

const engine = loadSync();
const filled = (shape: readonly number[], units: Units, kind: WeightInitialization) => {
  using parameters = new Parameters(engine, { weight: shape }, { units });
  initialize(parameters.get("weight"), kind, new Random(1, "weight"));
  return parameters.get("weight").value.slice();
};
const deviation = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

// deviation of [400 × 100]: the formula of each kind, of inputs and outputs
test.each([
  ["heNormal", (inputs: number, _: number) => 2 / inputs],
  ["kaimingNormal", (inputs: number, _: number) => 2 / inputs],
  ["lecunUniform", (inputs: number, _: number) => 1 / inputs],
  ["xavierUniform", (inputs: number, outputs: number) => 2 / (inputs + outputs)],
  ["glorotNormal", (inputs: number, outputs: number) => 2 / (inputs + outputs)],
] as const)("%s goes by inputs and outputs", (kind, variance) => {
  expect(deviation(filled([400, 100], "rows", kind))).toBeCloseTo(Math.sqrt(variance(100, 400)), 2);
  expect(deviation(filled([400, 100], "columns", kind))).toBeCloseTo(Math.sqrt(variance(400, 100)), 2);
  // a window counts for both: PyTorch's [outputs, inputs, height, width] and Keras's [height, width, inputs, outputs]
  expect(deviation(filled([64, 32, 3, 3], "rows", kind))).toBeCloseTo(Math.sqrt(variance(9 * 32, 9 * 64)), 2);
  expect(deviation(filled([3, 3, 32, 64], "columns", kind))).toBeCloseTo(Math.sqrt(variance(9 * 32, 9 * 64)), 2);
});

test.each(WEIGHT_INITIALIZATIONS)("%s fills every weight with a finite number, the same from the same stream", (kind) => {
  const weights = filled([6, 5], "rows", kind);
  expect(weights.every(Number.isFinite)).toBe(true);
  expect(filled([6, 5], "rows", kind)).toEqual(weights);
  if (kind !== "zeros") expect(weights.some((weight) => weight !== 0)).toBe(true);
});

test("says what cannot be", () => {
  expect(() => filled([5], "rows", "heNormal")).toThrow("needs a tensor of two axes or more, and weight has 1");
  expect(filled([5], "rows", { kind: "constant", value: 2 })).toEqual(new Float32Array(5).fill(2));
  expect(() => filled([5, 5], "rows", "heNormall" as never)).toThrow(/heNormal/);
  expect(() => filled([5, 5], "rows", "auto" as never)).toThrow("only a network knows what follows");
  expect(() => initialize({} as never, "zeros", new Random(1))).toThrow("initialize.parameter");
});
