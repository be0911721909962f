import "@tensorflow/tfjs-backend-cpu";
import { fileURLToPath } from "node:url";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import * as keras from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  CheckpointError,
  cosine,
  DisposedError,
  DivergedError,
  ema,
  lbfgs,
  load,
  loadState,
  ModeError,
  manual,
  Optimizer,
  OptionError,
  Parameters,
  polyak,
  reduceOnPlateau,
  rmsprop,
  sgd,
  warmup,
} from "../../src/entries/index.js";
import { inverseTime } from "../../src/entries/schedules.js";
import { registerStepsizeOptimizer, StepsizeOptimizer } from "../../src/entries/tfjs.js";
import { optimizerFromJSON, rules } from "../../src/optimizers/index.js";
import type { OptimizerDescription } from "../../src/optimizers/rule.js";
import { table } from "../optimizers/table.js";
import { thrown } from "../support/errors.js";

const engine = await load();
setThreadsCount(1);
setWasmPaths(fileURLToPath(new URL("../../node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/", import.meta.url)));

const random = (n: number, seed: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(12.9898 * (i + 1) * (seed + 1)));
const shapes = { "dense/kernel": [5, 3], "dense/bias": [3], scale: [] } as Record<string, number[]>;
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
/** The gradients of a step, by name. */
const gradientsAt = (step: number) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape], i) => [name, random(size(shape), 100 * i + step + 1)]));

let serial = 0;
/** Variables with names of their own for this test, and what they are called without their number. */
function variables(scope = `test${serial++}/`): Record<string, tf.Variable> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor(random(size(shape), i), shape), true, scope + name)),
    ]),
  );
}
const numbers = (held: Record<string, tf.Variable>) => Object.values(held).flatMap((variable) => [...variable.dataSync()]);
const free = (held: Record<string, tf.Variable>) => tf.dispose(Object.values(held));
function apply(optimizer: tf.Optimizer, held: Record<string, tf.Variable>, gradients: Record<string, Float32Array>) {
  const given = Object.entries(gradients).map(([name, values]) => ({
    name: held[name]?.name as string,
    tensor: tf.tensor(values, shapes[name]),
  }));
  optimizer.applyGradients(given);
  tf.dispose(given.map(({ tensor }) => tensor));
}
/** A bowl around 1 for every variable. */
const bowl = (held: Record<string, tf.Variable>) => () =>
  tf.addN(Object.values(held).map((variable) => tf.sum(tf.squaredDifference(variable, 1)))) as tf.Scalar;
const all = (held: Record<string, tf.Variable>) => Object.values(held);

describe.each(["cpu", "wasm"])("on tfjs's %s backend", (backend) => {
  let before = 0;
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
    expect(tf.getBackend()).toBe(backend);
  });
  beforeEach(() => {
    before = tf.memory().numTensors;
  });

  test.each([...rules.keys()])("%s gives the bits that it gives without tfjs", (kind) => {
    const description = optimizerFromJSON({ kind, ...table[kind]?.options[0], ...table[kind]?.required });
    const held = variables();
    // what draws by chance draws for a name
    const named = (name: string) => (held[name] as tf.Variable).name;
    const given = Object.entries(shapes).map(([name, shape]): [string, number[]] => [named(name), [...shape]]);
    const parameters = new Parameters(engine, given, { units: "columns" });
    for (const [i, { value, length }] of [...parameters].entries()) value.set(random(length, i));
    const ours = new Optimizer(parameters, description);
    const theirs = new StepsizeOptimizer(engine, description);
    const loss = bowl(held);
    for (let step = 0; step < 4; step++) {
      ours.step(() => {
        for (const { value, gradient } of parameters) gradient.set(value.map((v) => Math.fround(2 * Math.fround(v - 1))));
        // the loss as tfjs sums it, at our values
        const probe = Object.fromEntries(
          Object.keys(held).map((name) => [name, tf.tensor(parameters.get(named(name)).value.slice(), shapes[name])]),
        );
        const cost = tf.tidy(() => bowl(probe as never)().dataSync()[0] as number);
        tf.dispose(probe);
        return cost;
      });
      const cost = theirs.minimize(loss, true, all(held)) as tf.Scalar;
      expect(cost.dataSync()[0]).toBeTypeOf("number");
      cost.dispose();
    }
    expect(numbers(held)).toEqual([...parameters].flatMap(({ value }) => [...value]));
    expect(theirs.learningRate).toBe(ours.learningRate);
    theirs.dispose();
    free(held);
    ours.dispose();
    parameters.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  /** 25 steps from the same values by the same gradients: the largest difference. */
  function race(theirs: tf.Optimizer, description: OptimizerDescription, gradients = gradientsAt): number {
    const [a, b] = [variables(), variables()];
    const ours = new StepsizeOptimizer(engine, description);
    let largest = 0;
    for (let step = 0; step < 25; step++) {
      apply(theirs, a, gradients(step));
      apply(ours, b, gradients(step));
      const [x, y] = [numbers(a), numbers(b)];
      for (const [i, value] of x.entries()) largest = Math.max(largest, Math.abs(value - (y[i] as number)));
    }
    ours.dispose();
    theirs.dispose();
    free(a);
    free(b);
    return largest;
  }

  // as docs/from-tfjs.md says which is which
  test.each<[string, () => tf.Optimizer, OptimizerDescription]>([
    ["sgd", () => tf.train.sgd(0.1), sgd({ learningRate: 0.1 })],
    ["momentum", () => tf.train.momentum(0.1, 0.9), sgd({ learningRate: 0.1, momentum: 0.9 })],
    ["momentum, nesterov", () => tf.train.momentum(0.1, 0.9, true), sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })],
    ["adagrad", () => tf.train.adagrad(0.1), adagrad({ learningRate: 0.1, initialAccumulator: 0.1, epsilon: 1e-7, epsilonInside: true })],
    ["adam", () => tf.train.adam(0.01), adam({ learningRate: 0.01, epsilon: 1e-7 })],
    [
      "adamax",
      () => tf.train.adamax(0.01, 0.9, 0.999, 1e-7, 0.1),
      adamax({ learningRate: inverseTime({ rate: 0.01, decay: 0.1, steps: 1 }), epsilon: 1e-7 }),
    ],
    ["rmsprop", () => tf.train.rmsprop(0.01), rmsprop({ learningRate: 0.01, rho: 0.9, epsilon: 1e-7, epsilonInside: true })],
    [
      "rmsprop, momentum",
      () => tf.train.rmsprop(0.01, 0.95, 0.5),
      rmsprop({ learningRate: 0.01, rho: 0.95, momentum: 0.5, epsilon: 1e-7, epsilonInside: true, rateInside: true }),
    ],
  ])("25 steps of tf.train.%s are ours", (_, theirs, description) => {
    expect(race(theirs(), description)).toBeLessThan(2e-6);
  });

  test("tf.train.adadelta takes the steps of tf.train.sgd; ours takes those of its formula", () => {
    const [a, b] = [variables(), variables()];
    const [theirs, plain] = [tf.train.adadelta(0.1, 0.9, 1e-6), tf.train.sgd(0.1)];
    for (let step = 0; step < 25; step++) {
      apply(theirs, a, gradientsAt(step));
      apply(plain, b, gradientsAt(step));
    }
    const [x, y] = [numbers(a), numbers(b)];
    expect(Math.max(...x.map((value, i) => Math.abs(value - (y[i] as number))))).toBeLessThan(1e-6);
    tf.dispose([theirs, plain] as never);
    for (const optimizer of [theirs, plain]) optimizer.dispose();
    free(a);
    free(b);

    // Zeiler's algorithm 1 in float64
    const state = numbers(variables("formula/")).map((p) => ({ p, v: 0, u: 0 }));
    const held = variables();
    const ours = new StepsizeOptimizer(engine, adadelta({ learningRate: 0.1, rho: 0.9, epsilon: 1e-6 }));
    for (let step = 0; step < 25; step++) {
      const gradients = gradientsAt(step);
      apply(ours, held, gradients);
      for (const [i, g] of Object.values(gradients)
        .flatMap((values) => [...values])
        .entries()) {
        const own = state[i] as (typeof state)[number];
        own.v = 0.9 * own.v + 0.1 * g * g;
        const d = (Math.sqrt(own.u + 1e-6) / Math.sqrt(own.v + 1e-6)) * g;
        own.u = 0.9 * own.u + 0.1 * d * d;
        own.p -= 0.1 * d;
      }
    }
    const z = numbers(held);
    expect(Math.max(...z.map((value, i) => Math.abs(value - (state[i]?.p as number))))).toBeLessThan(1e-6);
    // what should have moved by thousandths moved by more than a tenth
    expect(Math.max(...x.map((value, i) => Math.abs(value - (state[i]?.p as number))))).toBeGreaterThan(0.1);
    ours.dispose();
    free(held);
    for (const name of Object.keys(shapes)) tf.engine().registeredVariables[`formula/${name}`]?.dispose();
  });

  test("tf.train.rmsprop with centered is NaN in the first step where a gradient is 0 or small; ours is not", () => {
    for (const gradient of [0, 1e-4]) {
      const [a, b] = [variables(), variables()];
      const theirs = tf.train.rmsprop(0.01, 0.9, 0, 1e-7, true);
      const ours = new StepsizeOptimizer(
        engine,
        rmsprop({ learningRate: 0.01, rho: 0.9, epsilon: 1e-7, epsilonInside: true, centered: true }),
      );
      const gradients = Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => [name, new Float32Array(size(shape)).fill(gradient)]),
      );
      apply(theirs, a, gradients);
      apply(ours, b, gradients);
      expect(numbers(a).every(Number.isNaN)).toBe(true);
      expect(numbers(b).every(Number.isFinite)).toBe(true);
      theirs.dispose();
      ours.dispose();
      free(a);
      free(b);
    }
  });

  test("no tensor and no byte is left over in 10,000 steps", () => {
    const held = variables();
    const optimizer = new StepsizeOptimizer(engine, ema({ optimizer: adamw({ learningRate: 1e-3, clipNorm: 1 }) }));
    const loss = bowl(held);
    optimizer.minimize(loss, false, all(held));
    const { numTensors, numBytes, numDataBuffers } = tf.memory();
    const pages = engine.arena.memory.buffer.byteLength;
    for (let step = 1; step < 10_000; step++) optimizer.minimize(loss, false, all(held));
    expect(tf.memory()).toMatchObject({ numTensors, numBytes, numDataBuffers });
    expect(engine.arena.memory.buffer.byteLength).toBe(pages);
    expect(optimizer.iterations).toBe(10_000);
    optimizer.dispose();
    free(held);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("a step that throws leaves variables, state and memory as they were", () => {
    const held = variables();
    const optimizer = new StepsizeOptimizer(engine, adam({ learningRate: 0.1 }));
    optimizer.minimize(bowl(held), false, all(held));
    const values = numbers(held);
    const { numTensors } = tf.memory();
    expect(thrown(() => optimizer.minimize(() => tf.div(bowl(held)(), 0) as tf.Scalar, true, all(held)))).toBeInstanceOf(DivergedError);
    expect(thrown(() => optimizer.minimize(() => tf.mul(bowl(held)(), Number.NaN) as tf.Scalar, false, all(held)))).toBeInstanceOf(
      DivergedError,
    );
    expect(numbers(held)).toEqual(values);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect([optimizer.iterations, optimizer.inner?.steps]).toEqual([1, 1]);
    optimizer.dispose();
    free(held);
  });

  test("tensors that share a variable's data keep theirs, and snapshots stay", () => {
    const initial = tf.tensor([1, 2]);
    const variable = tf.variable(initial, true, `shared${serial++}`);
    const optimizer = new StepsizeOptimizer(engine, sgd({ learningRate: 0.1 }));
    const loss = () => tf.sum(tf.square(variable)) as tf.Scalar;
    optimizer.minimize(loss, false, [variable]);
    const [copy, snapshot] = [variable.clone(), variable.dataSync()];
    const at = [...snapshot];
    optimizer.minimize(loss, false, [variable]);
    expect([...initial.dataSync()]).toEqual([1, 2]);
    expect([...copy.dataSync()]).toEqual(at);
    expect([...snapshot]).toEqual(at);
    expect([...variable.dataSync()]).not.toEqual(at);
    optimizer.dispose();
    tf.dispose([initial, copy, variable]);
  });

  test("values that something else wrote are taken over", () => {
    const variable = tf.variable(tf.tensor1d([1, 2]), true, `written${serial++}`);
    const optimizer = new StepsizeOptimizer(engine, sgd({ learningRate: 0.25 }));
    const loss = () => tf.sum(tf.square(variable)) as tf.Scalar;
    optimizer.minimize(loss, false, [variable]);
    tf.tidy(() => variable.assign(tf.tensor1d([8, 16])));
    optimizer.minimize(loss, false, [variable]);
    expect([...variable.dataSync()]).toEqual([4, 8]);
    optimizer.dispose();
    variable.dispose();
  });

  test("a variable without a gradient stays as it is, state and all", () => {
    const held = variables();
    const { scale } = held as { scale: tf.Variable };
    const optimizer = new StepsizeOptimizer(engine, adamw({ learningRate: 0.1, weightDecay: 0.1 }), { variables: all(held) });
    const others = () =>
      tf.addN([held["dense/kernel"], held["dense/bias"]].map((one) => tf.sum(tf.square(one as tf.Variable)))) as tf.Scalar;
    optimizer.minimize(bowl(held), false, all(held));
    const value = scale.dataSync()[0];
    const mean = optimizer.inner?.slot("mean").get(scale.name)?.slice();
    optimizer.minimize(others, false, all(held));
    optimizer.minimize(others);
    expect(scale.dataSync()[0]).toBe(value);
    expect(optimizer.inner?.slot("mean").get(scale.name)).toEqual(mean);
    expect(optimizer.inner?.steps).toBe(3);
    optimizer.minimize(bowl(held), false, all(held));
    expect(scale.dataSync()[0]).not.toBe(value);
    optimizer.dispose();
    free(held);
  });

  test("groups go by the names of variables, and rates follow their schedules", () => {
    const held = variables();
    const rate = warmup({ steps: 2, then: cosine({ rate: 0.1, steps: 4 }) });
    const optimizer = new StepsizeOptimizer(engine, sgd({ learningRate: rate, groups: [{ match: "*/bias", frozen: true }] }));
    const rates: number[] = [];
    const start = held["dense/bias"]?.dataSync().slice();
    for (let step = 0; step < 4; step++) {
      optimizer.minimize(bowl(held), false, all(held));
      rates.push(optimizer.learningRate);
    }
    expect(held["dense/bias"]?.dataSync()).toEqual(start);
    expect(new Set(rates).size).toBeGreaterThan(2);
    optimizer.dispose();
    free(held);
  });

  test("averages are shown and put away again", () => {
    const held = variables();
    const optimizer = new StepsizeOptimizer(engine, ema({ optimizer: sgd({ learningRate: 0.1 }), decay: 0.5 }));
    for (let step = 0; step < 3; step++) optimizer.minimize(bowl(held), false, all(held));
    const training = numbers(held);
    optimizer.toEvaluation();
    expect(numbers(held)).not.toEqual(training);
    expect(thrown(() => optimizer.minimize(bowl(held), false, all(held)))).toBeInstanceOf(ModeError);
    optimizer.toTraining();
    expect(numbers(held)).toEqual(training);
    optimizer.minimize(bowl(held), false, all(held));
    optimizer.dispose();
    free(held);
  });

  test("what looks around finds the minimum: lbfgs calls the loss again", () => {
    const held = variables();
    const optimizer = new StepsizeOptimizer(engine, lbfgs({ learningRate: 1 }));
    let calls = 0;
    const loss = () => {
      calls++;
      return bowl(held)();
    };
    for (let step = 0; step < 3; step++) optimizer.minimize(loss, false, all(held));
    expect(calls).toBeGreaterThan(3);
    for (const value of numbers(held)) expect(value).toBeCloseTo(1, 4);
    optimizer.dispose();
    free(held);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each([
    ["float32", adamw({ learningRate: 0.05 })],
    ["bfloat16", adamw({ learningRate: 0.05, stateDtype: "bfloat16" })],
    ["averages", ema({ optimizer: adam({ learningRate: reduceOnPlateau({ rate: 0.1, patience: 1 }) }) })],
    ["groups", sgd({ learningRate: 0.1, momentum: 0.9, groups: [{ match: "*kernel", momentum: 0 }] })],
  ])("goes on from weights and from files as if nothing had happened: %s", async (_, description) => {
    const held = variables();
    const optimizer = new StepsizeOptimizer(engine, description);
    for (let step = 0; step < 3; step++) optimizer.minimize(bowl(held), false, all(held));
    const values = Object.fromEntries(Object.entries(held).map(([name, variable]) => [name, variable.clone()]));
    const weights = await optimizer.getWeights();
    const file = optimizer.save({ epoch: 3 });
    const copies = weights.map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));
    for (let step = 0; step < 3; step++) optimizer.minimize(bowl(held), false, all(held));
    const expected = numbers(held);

    for (const way of ["the same variables", "variables of other names", "before there are variables", "a file"]) {
      const again = way === "variables of other names" ? variables() : held;
      for (const [name, variable] of Object.entries(again)) variable.assign(values[name] as tf.Tensor);
      const late = way === "before there are variables";
      const other = new StepsizeOptimizer(engine, description, late ? {} : { variables: all(again) });
      if (way === "a file") expect(other.load(file).notes).toEqual({ epoch: 3 });
      else await other.setWeights(copies);
      expect(other.iterations).toBe(3);
      for (let step = 0; step < 3; step++) other.minimize(bowl(again), false, all(again));
      expect(numbers(again), way).toEqual(expected);
      other.dispose();
      if (again !== held) free(again);
    }
    optimizer.dispose();
    free(held);
    tf.dispose([values, copies.map(({ tensor }) => tensor)]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("wrong use is told, and changes nothing", async () => {
    const held = variables();
    const list = all(held);
    const first = list[0] as tf.Variable;
    const optimizer = new StepsizeOptimizer(engine, adam({ learningRate: manual({ rate: 0.1 }) }));
    const message = (action: () => unknown, kind: new (...args: never[]) => Error = OptionError) => {
      const error = thrown(action) as Error;
      expect(error).toBeInstanceOf(kind);
      return error.message;
    };
    expect(message(() => new StepsizeOptimizer({} as never, adam()))).toMatch(/^engine must come from await load/);
    expect(message(() => new StepsizeOptimizer(engine, { kind: "adam" } as never))).toMatch(/must come from a factory/);
    expect(message(() => new StepsizeOptimizer(engine, adam(), { variable: [] } as never))).toMatch(/did you mean variables/);
    expect(message(() => new StepsizeOptimizer(engine, adam(), { variables: [tf] as never }))).toMatch(/list of tf.Variable/);
    expect(message(() => optimizer.save())).toMatch(/not known before the first step/);
    expect(message(() => optimizer.setLearningRate(1))).toMatch(/setLearningRate\(\) needs them: pass \{ variables \}/);
    expect(message(() => optimizer.applyGradients([{ name: "nobody", tensor: first }]))).toMatch(/there is no variable "nobody"/);
    optimizer.minimize(() => tf.sum(tf.square(first)) as tf.Scalar, false, list);
    const values = numbers(held);
    expect(message(() => optimizer.minimize(bowl(held), false, list))).toMatch(
      /came later than the first; name all variables at the start/,
    );
    expect(message(() => optimizer.applyGradients([{ name: first.name, tensor: list[1] as tf.Tensor }]))).toMatch(/must have 15 elements/);
    expect(numbers(held)).toEqual(values);
    const needy = new StepsizeOptimizer(engine, polyak());
    expect(message(() => needy.applyGradients([{ name: first.name, tensor: first }]))).toMatch(
      /polyak, which needs the loss too: call minimize/,
    );
    await expect(optimizer.setWeights([])).rejects.toThrow(CheckpointError);
    await expect(optimizer.setWeights([{ name: "m", tensor: first }])).rejects.toThrow(/not of a StepsizeOptimizer/);
    await expect(needy.setWeights(await optimizer.getWeights())).rejects.toThrow(CheckpointError);
    expect(message(() => new StepsizeOptimizer(engine, sgd({ learningRate: (step) => 1 / (step + 1) })).getConfig())).toMatch(
      /use a schedule/,
    );
    optimizer.setLearningRate(0.01);
    optimizer.minimize(() => tf.sum(tf.square(first)) as tf.Scalar, false, list);
    expect(optimizer.learningRate).toBe(0.01);
    optimizer.dispose();
    optimizer.dispose();
    expect(message(() => optimizer.minimize(bowl(held)), DisposedError)).toMatch(/disposed/);
    needy.dispose();
    free(held);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each<[string, unknown, number, string]>([
    ["text that is not JSON", "{", 0, "stepsize/state is not JSON"],
    ["null", "null", 0, "stepsize/state says of no arrays, 0 tensors follow"],
    ["a state without variables", JSON.stringify({ state: {}, arrays: [] }), 0, "stepsize/state says of 0 arrays, 0 tensors follow"],
    [
      "fewer tensors than it says",
      JSON.stringify({ state: {}, variables: [], arrays: [["m", "a"]] }),
      0,
      "stepsize/state says of 1 arrays, 0 tensors follow",
    ],
  ])("weights that begin with %s are refused", async (_, text, __, message) => {
    const optimizer = new StepsizeOptimizer(engine, adam());
    const document = tf.tensor([text as string], [1], "string");
    const error = await optimizer.setWeights([{ name: "stepsize/state", tensor: document }]).catch((error) => error);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error.message).toContain(message);
    document.dispose();
    optimizer.dispose();
  });

  test("weights of other variables fit neither by name nor in their order, and variables must be of float32", async () => {
    const [held, others] = [variables(), { single: tf.variable(tf.ones([7]), true, `single${serial++}`) }];
    const [optimizer, other] = [new StepsizeOptimizer(engine, adam()), new StepsizeOptimizer(engine, adam())];
    const step = (one: InstanceType<typeof StepsizeOptimizer>, of: Record<string, tf.Variable>) =>
      one.applyGradients(Object.values(of).map((variable) => ({ name: variable.name, tensor: tf.onesLike(variable) })));
    step(optimizer, held);
    await other.setWeights(await optimizer.getWeights());
    expect(() => step(other, others)).toThrow(/fit .* neither by name nor in their order/);
    const whole = tf.variable(tf.ones([2], "int32"), true, `whole${serial++}`);
    expect(() => new StepsizeOptimizer(engine, adam()).minimize(() => tf.scalar(1), false, [whole])).toThrow();
    expect(() => step(new StepsizeOptimizer(engine, adam()), { whole })).toThrow(/must be of float32, .* is int32/);
  });

  /** A small model that learns whether a number is above its mean. */
  function model(): keras.Sequential {
    const made = keras.sequential();
    made.add(
      keras.layers.dense({ units: 4, activation: "tanh", inputShape: [3], kernelInitializer: keras.initializers.heNormal({ seed: 1 }) }),
    );
    made.add(keras.layers.dense({ units: 1, kernelInitializer: keras.initializers.heNormal({ seed: 2 }) }));
    return made;
  }
  const points = () => ({ x: tf.tensor(random(96, 7), [32, 3]), y: tf.tensor(random(32, 8), [32, 1]) });
  const learn = (made: keras.LayersModel, { x, y }: ReturnType<typeof points>, epochs: number) =>
    made.fit(x, y, { epochs, batchSize: 16, shuffle: false, verbose: 0, yieldEvery: "never" });
  const weightsOf = (made: keras.LayersModel) => made.getWeights().flatMap((weight) => [...weight.dataSync()]);

  test("a model is compiled with it, fitted, saved with its state and loaded: it goes on to the bit", async () => {
    registerStepsizeOptimizer(engine);
    const made = model();
    const learningRate = warmup({ steps: 4, then: cosine({ rate: 0.05, steps: 20 }) });
    const optimizer = new StepsizeOptimizer(engine, adamw({ learningRate, groups: [{ match: "*/bias*", weightDecay: 0 }] }));
    made.compile({ optimizer, loss: "meanSquaredError" });
    const data = points();
    const { loss } = (await learn(made, data, 4)).history as { loss: number[] };
    expect(loss.at(-1)).toBeLessThan(loss[0] as number);
    let saved: tf.io.ModelArtifacts | undefined;
    const handler = tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" as const } };
    });
    await made.save(handler, { includeOptimizer: true });
    await learn(made, data, 4);
    const again = await keras.loadLayersModel(tf.io.fromMemory(saved as tf.io.ModelArtifacts));
    expect(again.optimizer.iterations).toBe(8);
    // the variables have other names, by which the groups go
    expect(again.trainableWeights.map(({ name }) => name)).not.toEqual(made.trainableWeights.map(({ name }) => name));
    await learn(again, data, 4);
    expect(weightsOf(again)).toEqual(weightsOf(made));
    for (const one of [made, again]) {
      one.optimizer.dispose();
      one.dispose();
    }
    tf.dispose([data.x, data.y]);
  });

  test("a file can be read without tfjs", () => {
    const held = variables();
    const optimizer = new StepsizeOptimizer(engine, adam());
    optimizer.minimize(bowl(held), false, all(held));
    const parameters = new Parameters(
      engine,
      all(held).map(({ name, shape }) => [name, shape] as const),
    );
    const own = new Optimizer(parameters, adam());
    expect(loadState(optimizer.save(), parameters, own).missing).toEqual([]);
    expect([...parameters].flatMap(({ value }) => [...value])).toEqual(numbers(held));
    own.dispose();
    parameters.dispose();
    optimizer.dispose();
    free(held);
  });
});

afterAll(() => tf.removeBackend("wasm"));
