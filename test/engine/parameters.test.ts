import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters, type Shapes } from "../../src/engine/parameters.js";
import { DisposedError, OptionError, OutOfMemoryError, ShapeError } from "../../src/options/errors.js";
import { thrown } from "../support/errors.js";

describe.each(["wasm", "js"] as const)("parameters in %s", async (backend) => {
  const engine = await load({ backend });
  const shapes = { "dense.weight": [3, 5], "dense.bias": [5], scale: [] };

  test("lie side by side, each from a vector on, gradients in the same layout", () => {
    using parameters = new Parameters(engine, shapes);
    expect(parameters.names).toEqual(Object.keys(shapes));
    expect([...parameters].map(({ offset, length }) => [offset, length])).toEqual([
      [0, 15],
      [16, 5],
      [24, 1],
    ]);
    expect(parameters).toMatchObject({ count: 21, size: 28 });
    expect(parameters.gradients.length).toBe(parameters.values.length);
    const bias = parameters.get("dense.bias");
    bias.value.fill(1);
    bias.gradient.fill(2);
    expect([...parameters.values.view.subarray(15, 25)]).toEqual([0, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    expect([...parameters.gradients.view.subarray(15, 25)]).toEqual([0, 2, 2, 2, 2, 2, 0, 0, 0, 0]);
    parameters.zeroGradients();
    expect(parameters.gradients.view.every((gradient) => gradient === 0)).toBe(true);
    expect([...bias.value]).toEqual([1, 1, 1, 1, 1]);
  });

  test("keep shapes that cannot be changed from outside", () => {
    const shape = [2, 2];
    using parameters = new Parameters(engine, { w: shape });
    shape[0] = 9;
    expect(parameters.get("w").shape).toEqual([2, 2]);
    expect(Object.isFrozen(parameters.get("w").shape)).toBe(true);
  });

  test("take names that no object could hold", () => {
    const odd: Shapes = new Map([
      ["__proto__", [2]],
      ["constructor", [3]],
      ["7", [1]],
    ]);
    using parameters = new Parameters(engine, odd);
    expect(parameters.names).toEqual(["__proto__", "constructor", "7"]);
    expect(parameters.get("__proto__").length).toBe(2);
  });

  test("have views that survive the growth of the memory", () => {
    using parameters = new Parameters(engine, shapes);
    const weight = parameters.get("dense.weight");
    weight.value[14] = 3;
    weight.gradient[14] = 4;
    const old = weight.value;
    using _ = engine.vector(engine.arena.memory.buffer.byteLength / 4 + 1);
    expect(Object.is(old, weight.value)).toBe(false);
    expect([weight.value[14], weight.gradient[14]]).toEqual([3, 4]);
    weight.value[0] = 5;
    weight.gradient[0] = 6;
    expect([parameters.values.view[0], parameters.gradients.view[0]]).toEqual([5, 6]);
    expect(Object.is(weight.value, weight.value)).toBe(true);
  });

  test.each<[string, Shapes, typeof OptionError | typeof ShapeError, string]>([
    ["nothing", undefined as never, OptionError, "parameters must be names with their shapes, got undefined"],
    ["a size in place of a shape", { w: 3 } as never, ShapeError, "parameters.w must have an array of sizes, got 3"],
    ["a text in place of a shape", { w: "3" } as never, ShapeError, 'parameters.w must have an array of sizes, got "3"'],
    ["no tensor", {}, ShapeError, "parameters need at least one tensor"],
    ["a size of 0", { w: [3, 0] }, ShapeError, "parameters.w has the shape [3, 0]: every size must be a positive integer"],
    ["a size below 0", { w: [-3] }, ShapeError, "parameters.w has the shape [-3]: every size must be a positive integer"],
    ["half a size", { w: [2, 1.5] }, ShapeError, "parameters.w has the shape [2, 1.5]: every size must be a positive integer"],
    [
      "a name used twice",
      [
        ["w", [1]],
        ["w", [2]],
      ],
      OptionError,
      "parameters.w is named twice",
    ],
  ])("refuse %s and take no memory", (_, wrong, type, message) => {
    const { available } = engine.arena;
    const error = thrown(() => new Parameters(engine, wrong));
    expect(error).toBeInstanceOf(type);
    expect(error).toHaveProperty("message", message);
    expect(engine.arena.available).toBe(available);
  });

  test.each([[[1e5, 1e5]], [[2 ** 52, 2 ** 52, 2 ** 52]]])("refuse a network too large for memory: %j", (shape) => {
    const { available } = engine.arena;
    const error = thrown(() => new Parameters(engine, { w: shape })) as OutOfMemoryError;
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error.requested).toBe(8 * shape.reduce((product, size) => product * size, 1));
    expect(error.message).toContain(`at most ${Math.floor(available / 8)} parameters fit with their gradients`);
    expect(engine.arena.available).toBe(available);
  });

  test("say which tensor was meant", () => {
    using parameters = new Parameters(engine, shapes);
    const error = thrown(() => parameters.get("dense.bais"));
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toHaveProperty("message", 'parameters has no tensor "dense.bais" (did you mean dense.bias?)');
    expect(() => parameters.get("constructor")).toThrow('parameters has no tensor "constructor"');
  });

  test("give their memory back once, and cannot be used afterwards", () => {
    const { available } = engine.arena;
    const parameters = new Parameters(engine, shapes);
    const weight = parameters.get("dense.weight");
    expect(engine.arena.available).toBeLessThan(available);
    parameters.dispose();
    parameters.dispose();
    expect(engine.arena.available).toBe(available);
    for (const use of [() => parameters.get("scale"), () => weight.value, () => weight.gradient]) {
      expect(thrown(use)).toBeInstanceOf(DisposedError);
    }
  });
});

test.each([undefined, load(), {}])("%o is no engine", (engine) => {
  const error = thrown(() => new Parameters(engine as never, { w: [1] }));
  expect(error).toBeInstanceOf(OptionError);
  expect(error).toHaveProperty("message", `engine must come from await load(), got ${engine ? "an object" : "undefined"}`);
});
