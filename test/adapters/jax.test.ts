import { grad, init, type Array as JaxArray, jit, numpy as np, tree } from "@jax-js/jax";
import { beforeAll, describe, expect, test } from "vitest";
import {
  adam,
  adamw,
  CheckpointError,
  cosine,
  load,
  Optimizer,
  OptionError,
  Parameters,
  polyak,
  reduceOnPlateau,
  sam,
  sgd,
  warmup,
} from "../../src/entries/index.js";
import { gradientTransformation, scheduleFunction, type Tree } from "../../src/entries/jax.js";
import { optimizerFromJSON, rules } from "../../src/optimizers/index.js";
import { table } from "../optimizers/table.js";
import { thrown } from "../support/errors.js";

const engine = await load();
beforeAll(async () => {
  await init("wasm");
});

const squares = (x: JaxArray) => np.square(x.sub(1)).sum();
const applyUpdates = <T extends Tree>(params: T, updates: T) =>
  tree.map((p: JaxArray, u: JaxArray) => p.add(u), params as never, updates as never) as T;
const numbersOf = (array: JaxArray) => [...(array.ref.dataSync() as Float32Array)];
const leaves = (of: Tree) => tree.leaves(tree.ref(of)) as JaxArray[];
const random = (n: number, seed: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(12.9898 * (i + 1) * (seed + 1)));
/** Parameters as models have them: objects, lists, a scalar. */
const model = (seed = 0) => ({
  layers: [
    { w: np.array(random(6, seed)).reshape([2, 3]), b: np.array(random(3, seed + 1)) },
    { w: np.array(random(3, seed + 2)).reshape([3, 1]), b: np.array(random(1, seed + 3)) },
  ],
  scale: np.array(random(1, seed + 4)).reshape([]),
});
const shapes = { "layers.0.w": [2, 3], "layers.0.b": [3], "layers.1.w": [3, 1], "layers.1.b": [1], scale: [] };
const flat = (of: Tree) => leaves(of).flatMap((leaf) => [...(leaf.dataSync() as Float32Array)]);
/** By the order of the names above, which is not that of jax-js. */
const inOrder = (of: ReturnType<typeof model>) => [
  ...of.layers.flatMap(({ w, b }) => [...numbersOf(w), ...numbersOf(b)]),
  ...numbersOf(of.scale),
];

describe("what the tests of jax-js's optax ask of adam, adamw and sgd", () => {
  test("sgd without parameters", () => {
    const solver = gradientTransformation(engine, sgd({ learningRate: 0.11 }));
    let params = np.array([1, 2, 3]);
    const [updates] = solver.update(grad(squares)(params.ref), solver.init(params.ref));
    params = applyUpdates(params, updates as JaxArray);
    expect(numbersOf(params).map((x) => Math.round(1e6 * x) / 1e6)).toEqual([1, 1.78, 2.56]);
  });

  test.each([
    ["momentum", sgd({ learningRate: 0.1, momentum: 0.9 })],
    ["nesterov", sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })],
    ["adam", adam({ learningRate: 1e-3 })],
    ["adamw", adamw({ learningRate: 1e-3, weightDecay: 1e-4 })],
    ["adamw, nesterov", adamw({ learningRate: 1e-3, weightDecay: 0.005, nesterov: true })],
    ["a mask is a group", adamw({ learningRate: 1e-3, weightDecay: 0.01, groups: [{ match: "params", weightDecay: 0 }] })],
  ])("%s: shape and type stay, values move", (_, description) => {
    const solver = gradientTransformation(engine, description);
    let params = np.array([1, 2, 3]);
    let state = solver.init(params.ref);
    for (let i = 0; i < 2; i++) {
      let updates: JaxArray;
      [updates, state] = solver.update(grad(squares)(params.ref), state, params.ref);
      params = applyUpdates(params, updates);
    }
    expect(params.shape).toEqual([3]);
    expect(params.dtype).toBe(np.float32);
    expect(numbersOf(params)[2]).toBeLessThan(3);
  });

  test("adam's first steps, by its formula", () => {
    const solver = gradientTransformation(engine, adam({ learningRate: 0.1 }));
    let params = np.array([1, 2, 3]);
    let state = solver.init(params.ref);
    const own = [1, 2, 3].map((p) => ({ p, m: 0, v: 0 }));
    for (let t = 1; t <= 5; t++) {
      let updates: JaxArray;
      [updates, state] = solver.update(grad(squares)(params.ref), state);
      params = applyUpdates(params, updates);
      for (const one of own) {
        const g = 2 * (one.p - 1);
        one.m = 0.9 * one.m + 0.1 * g;
        one.v = 0.999 * one.v + 0.001 * g * g;
        one.p -= (0.1 * one.m) / (1 - 0.9 ** t) / (Math.sqrt(one.v / (1 - 0.999 ** t)) + 1e-8);
      }
    }
    for (const [i, value] of numbersOf(params).entries()) expect(value).toBeCloseTo((own[i] as { p: number }).p, 5);
  });
});

const servable = [...rules.keys()].filter((kind) => rules.get(kind)?.needs === undefined);

test.each(servable)("%s moves trees as it moves parameters without jax-js", (kind) => {
  const description = optimizerFromJSON({ kind, ...table[kind]?.options[0], ...table[kind]?.required });
  const parameters = new Parameters(engine, shapes, { units: "columns" });
  let params = model();
  parameters.values.view.fill(0);
  let at = 0;
  const start = inOrder(params);
  for (const { value, length } of parameters) {
    value.set(start.slice(at, at + length));
    at += length;
  }
  const ours = new Optimizer(parameters, description);
  const solver = gradientTransformation(engine, description);
  let state = solver.init(tree.ref(params));
  for (let step = 0; step < 4; step++) {
    const gradients = model(10 * step + 5);
    const numbers = inOrder(gradients);
    at = 0;
    for (const { value, gradient, length } of parameters) {
      gradient.set(numbers.slice(at, at + length));
      value.set(inOrder(params).slice(at, at + length));
      at += length;
    }
    ours.step();
    let updates: typeof params;
    [updates, state] = solver.update(gradients, state, tree.ref(params));
    params = applyUpdates(params, updates);
    const expected = [...parameters].flatMap(({ value }) => [...value]);
    const apart = inOrder(params).map((value, i) => Math.abs(value - (expected[i] as number)) / Math.max(1, Math.abs(value)));
    expect(Math.max(...apart)).toBeLessThan(2 ** -23);
  }
  ours.dispose();
  parameters.dispose();
  solver.dispose();
});

test.each(servable)("%s asks for parameters, or does not depend on them", (kind) => {
  const description = optimizerFromJSON({ kind, ...table[kind]?.required });
  const [a, b] = [gradientTransformation(engine, description), gradientTransformation(engine, description)];
  let [one, other] = [a.init(model()), b.init(model(3))];
  for (let step = 0; step < 3; step++) {
    let [left, right]: ReturnType<typeof model>[] = [];
    const missing = () => a.update(model(step + 9), one);
    if (step === 0) {
      const gradients = model(9);
      try {
        [left, one] = a.update(gradients, one);
      } catch (error) {
        expect((error as Error).message).toMatch(/^params are needed by/);
        return;
      }
    } else [left, one] = missing();
    [right, other] = b.update(model(step + 9), other, model(7));
    const [x, y] = [inOrder(left as never), inOrder(right as never)];
    for (const [i, value] of x.entries()) expect(value).toBeCloseTo(y[i] as number, 5);
  }
});

test("arrays are used up, and none besides; where it throws, none is", () => {
  const solver = gradientTransformation(engine, adamw({ learningRate: 0.1 }));
  const params = model();
  const state = solver.init(tree.ref(params));
  const held = leaves(params);
  const counts = () => held.map(({ refCount }) => refCount);
  const before = counts();
  const gradients = model(1);
  const [g, s] = [leaves(gradients), leaves(state)];
  expect(thrown(() => solver.update(tree.ref(gradients), state))).toBeInstanceOf(OptionError);
  expect(thrown(() => solver.update(tree.ref(gradients), state, [np.array(1)] as never))).toBeInstanceOf(OptionError);
  expect(thrown(() => solver.update(gradients, [] as never, params))).toBeInstanceOf(CheckpointError);
  expect(counts()).toEqual(before);
  const [updates, next] = solver.update(gradients, state, tree.ref(params));
  expect(counts()).toEqual(before);
  // those of `leaves` alone are left
  expect(s.map(({ refCount }) => refCount)).toEqual(s.map(() => 1));
  expect(Math.max(...g.map(({ refCount }) => refCount))).toBe(3);
  tree.dispose([updates, next] as never);
  expect(thrown(() => leaves(next))).toBeInstanceOf(Error);
});

test("a state can be kept and gone back to", () => {
  const solver = gradientTransformation(engine, adam({ learningRate: 0.1, stateDtype: "bfloat16" }));
  const other = gradientTransformation(engine, adam({ learningRate: 0.1, stateDtype: "bfloat16" }));
  let state = solver.init(model());
  for (let step = 0; step < 2; step++) [, state] = solver.update(model(step), state);
  const kept = tree.ref(state);
  const [first] = solver.update(model(4), state);
  const [, aside] = solver.update(model(8), solver.init(model()));
  const [again] = solver.update(model(4), tree.ref(kept));
  const [elsewhere] = other.update(model(4), kept);
  expect(flat(again)).toEqual(flat(first));
  expect(flat(elsewhere)).toEqual(flat(first));
  tree.dispose(aside);
});

test("groups go by paths, clipping and schedules hold", () => {
  const rate = warmup({ steps: 2, then: cosine({ rate: 0.1, steps: 4 }) });
  const solver = gradientTransformation(engine, sgd({ learningRate: rate, clipNorm: 1, groups: [{ match: "layers.*.b", frozen: true }] }));
  let state = solver.init(model());
  let updates: ReturnType<typeof model>;
  for (let step = 0; step < 3; step++) {
    [updates, state] = solver.update(model(5), state);
    const numbers = inOrder(updates);
    expect(numbersOf(updates.layers[0]?.b as JaxArray)).toEqual([0, 0, 0].map((zero) => zero));
    expect(Math.hypot(...numbers)).toBeCloseTo(scheduleFunction(rate)(step), 5);
  }
});

test("wrong use is told", () => {
  const message = (action: () => unknown) => {
    const error = thrown(action);
    expect(error).toBeInstanceOf(OptionError);
    return (error as Error).message;
  };
  expect(message(() => gradientTransformation({} as never, adam()))).toMatch(/^engine must come from/);
  expect(message(() => gradientTransformation(engine, { kind: "adam" } as never))).toMatch(/factory/);
  expect(message(() => gradientTransformation(engine, polyak()))).toMatch(/polyak, which needs more than a gradient/);
  expect(message(() => gradientTransformation(engine, sam({ optimizer: sgd() })))).toMatch(/sam, which needs more/);
  expect(message(() => gradientTransformation(engine, adam(), { clocks: 1 } as never))).toMatch(/did you mean clock/);
  expect(message(() => gradientTransformation(engine, adam()).init({ w: 1 } as never))).toMatch(
    /^params.w must be an array of jax-js, got 1/,
  );
  expect(message(() => gradientTransformation(engine, adam()).init(np.array([1, 2], { dtype: np.int32 })))).toMatch(/must be float32/);
  const solver = gradientTransformation(engine, adam());
  const state = solver.init(np.array([1, 2]));
  const traced = jit((x: JaxArray) => solver.update(x, tree.ref(state))[0] as JaxArray);
  expect(() => traced(np.array([1, 2]))).toThrow(/outside of jit/);
  expect(message(() => scheduleFunction(reduceOnPlateau({ rate: 1 }) as never))).toMatch(/metric|observes/);
  expect(message(() => scheduleFunction(1, { total: 1 } as never))).toMatch(/clock.total is not an option/);
});
