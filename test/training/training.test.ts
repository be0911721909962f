import { describe, expect, test } from "vitest";
import { dataset, takeRows } from "../../src/data/dataset.js";
import { type Engine, load, loadSync } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { mlp } from "../../src/models/mlp.js";
import type { Model, ModelContext, ModelFactory } from "../../src/models/model.js";
import { Network } from "../../src/models/network.js";
import { Random } from "../../src/numerics/random.js";
import { adam, adamw } from "../../src/optimizers/kinds/adam.js";
import { scheduleFreeSgd } from "../../src/optimizers/kinds/scheduleFree.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { CheckpointError, DataError, DivergedError, ModeError, OptionError, ShapeError } from "../../src/options/errors.js";
import { cosine, perEpoch, rateAt, reduceOnPlateau, stepDecay, warmup } from "../../src/schedules/index.js";
import { checksumOf } from "../../src/training/checkpoint.js";
import { loadModel, runFromJSON } from "../../src/training/from-json.js";
import type { StepRecord } from "../../src/training/records.js";
import type { Run } from "../../src/training/run.js";
import { readSafetensors, writeSafetensors } from "../../src/training/safetensors.js";
import { Trainer } from "../../src/training/trainer.js";
import { bundled, fingerprint } from "../support/data.js";

const BACKENDS = ["wasm", "js"] as const;
const iris = bundled("iris");
const irisRun: Run = {
  model: mlp({ inputs: 4, hidden: [8], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: adam({ learningRate: 0.02 }),
  batchSize: 16,
  epochs: 10,
  seed: 5,
};

async function trained(run: Run, data = iris, engine?: Engine): Promise<Trainer> {
  const trainer = new Trainer(engine ?? (await load()), run, data);
  await trainer.train();
  return trainer;
}

describe("the digits run", () => {
  test("gives the same weights, state and losses in both backends, and again", async () => {
    const digits = bundled("digits", { test: 0.2 });
    const run: Run = {
      model: mlp({ inputs: 64, hidden: [32], outputs: 10 }),
      loss: "crossEntropy",
      optimizer: adamw({ learningRate: warmup({ steps: 20, then: cosine({ rate: 5e-3, steps: 600 }) }) }),
      epochs: 20,
      seed: 1,
    };
    const trainers = [];
    for (const backend of ["wasm", "js", "wasm"] as const) trainers.push(await trained(run, digits, await load({ backend })));
    const [first, ...others] = trainers as [Trainer, Trainer, Trainer];
    for (const other of others) {
      expect(fingerprint(other)).toBe(fingerprint(first));
      expect(other.history).toEqual(first.history);
    }
    expect(first.evaluate(digits.test as never).score).toBeGreaterThanOrEqual(0.94);
    for (const trainer of trainers) trainer.dispose();
  });
});

describe.each(BACKENDS)("training in %s", (backend) => {
  test("a linear regression finds the line", async () => {
    const random = new Random(1);
    const x = Array.from({ length: 200 }, () => [random.uniform(), random.uniform()]);
    const y = x.map(([a, b]) => 3 * (a as number) - 2 * (b as number) + 0.5);
    const data = { training: dataset(x, y, { task: "regression" }) };
    const run: Run = { model: mlp({ inputs: 2, outputs: 1 }), loss: "meanSquared", optimizer: sgd({ learningRate: 0.3 }), epochs: 100 };
    const trainer = await trained(run, data as never, await load({ backend }));
    const [weight, bias] = [trainer.model.parameters.get("layers.0.weight").value, trainer.model.parameters.get("layers.0.bias").value];
    expect(weight[0]).toBeCloseTo(3, 3);
    expect(weight[1]).toBeCloseTo(-2, 3);
    expect(bias[0]).toBeCloseTo(0.5, 3);
    expect(trainer.evaluate(data.training).score).toBeGreaterThan(0.99999);
    trainer.dispose();
  });

  test("a logistic regression separates two classes, with one output or with two", async () => {
    const random = new Random(2);
    const x = Array.from({ length: 100 }, () => [2 * random.uniform() - 1, 2 * random.uniform() - 1]);
    const labels = x.map(([a, b]) => (a as number) + (b as number) > 0.2);
    const data = { training: dataset(x, labels) };
    for (const [outputs, loss] of [
      [1, "binaryCrossEntropy"],
      [2, "crossEntropy"],
    ] as const) {
      const run: Run = { model: mlp({ inputs: 2, outputs }), loss, optimizer: adam({ learningRate: 0.1 }), epochs: 100 };
      const trainer = await trained(run, data as never, await load({ backend }));
      expect(trainer.evaluate(data.training).score).toBeGreaterThanOrEqual(0.98);
      trainer.dispose();
    }
  });

  test("a run interrupted in the middle of an epoch goes on bit for bit from its checkpoint", async () => {
    const engine = await load({ backend });
    const run: Run = {
      ...irisRun,
      model: mlp({ inputs: 4, hidden: [8], outputs: 3, dropout: 0.2 }),
      optimizer: adamw({ learningRate: cosine({ rate: 0.02, steps: 70 }), accumulate: 2 }),
    };
    const whole = await trained(run, iris, engine);
    using first = new Trainer(engine, run, iris);
    let steps = 0;
    for await (const _ of first.steps()) if (++steps === 17) break;
    using second = new Trainer(engine, runFromJSON(JSON.parse(JSON.stringify(run))), iris);
    second.restore(first.checkpoint());
    await second.train();
    expect(fingerprint(second)).toBe(fingerprint(whole));
    expect(second.history).toEqual(whole.history);
    whole.dispose();
  });
});

describe("rates", () => {
  test("the rate shown is the rate of the schedule at the update's number, under accumulation and after resume", async () => {
    const schedule = warmup({ steps: 5, then: cosine({ rate: 0.02, steps: 40 }) });
    const run = { ...irisRun, optimizer: adam({ learningRate: schedule, accumulate: 3 }) };
    using trainer = new Trainer(await load(), run, iris);
    const records: StepRecord[] = [];
    for await (const record of trainer.steps()) {
      records.push(record);
      expect(trainer.optimizer.learningRate).toBe(record.learningRate);
    }
    expect(records.map(({ step }) => step)).toEqual(records.map((_, i) => i + 1));
    expect(records).toHaveLength(Math.ceil((Math.ceil(iris.training.rows / 16) * 10) / 3));
    for (const { step, learningRate } of records) expect(learningRate).toBe(rateAt(schedule, step - 1));
  });

  test("each group shows the rate of its own schedule", async () => {
    const [slow, fast] = [cosine({ rate: 0.01, steps: 50 }), warmup({ steps: 9, then: cosine({ rate: 0.1, steps: 60 }) })];
    const run = { ...irisRun, epochs: 3, optimizer: adam({ learningRate: slow, groups: [{ match: "*.bias", learningRate: fast }] }) };
    using trainer = new Trainer(await load(), run, iris);
    for await (const { step, learningRate } of trainer.steps()) {
      const rates = trainer.optimizer.learningRates;
      expect([learningRate, rates["layers.0.weight"], rates["layers.1.weight"]]).toEqual(Array(3).fill(rateAt(slow, step - 1)));
      expect([rates["layers.0.bias"], rates["layers.1.bias"]]).toEqual(Array(2).fill(rateAt(fast, step - 1)));
    }
  });

  test("a schedule by epochs changes with the epoch", async () => {
    const run = { ...irisRun, optimizer: adam({ learningRate: perEpoch(stepDecay({ rate: 0.1, factor: 0.5, every: 3 } as never)) }) };
    using trainer = await trained(run);
    expect(trainer.history.map(({ learningRate }) => learningRate)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((e) => 0.1 * 0.5 ** Math.floor(e / 3)),
    );
  });

  test("a rate that waits for a plateau falls when the validation loss stands still", async () => {
    const run = {
      ...irisRun,
      epochs: 20,
      optimizer: sgd({ learningRate: reduceOnPlateau({ rate: 0.5, patience: 0, threshold: 0.5, factor: 0.5 }) }),
    };
    using trainer = await trained(run);
    const rates = trainer.history.map(({ learningRate }) => learningRate);
    expect(rates[0]).toBe(0.5);
    expect(rates.at(-1)).toBeLessThan(0.5);
    using again = new Trainer(await load(), runFromJSON(JSON.parse(JSON.stringify(run))), iris);
    await again.train();
    expect(fingerprint(again)).toBe(fingerprint(trainer));
  });
});

test.each<[unknown, string]>([
  [null, "run must be an object, got null"],
  ["adam", 'run must be an object, got "adam"'],
  [{}, "run.optimizer is missing"],
  [JSON.parse('{"optimizer":{"kind":"adam"},"__proto__":{}}'), "run.__proto__ is not an option"],
])("a run from %j is refused", (value, message) => {
  expect(() => runFromJSON(value)).toThrow(OptionError);
  expect(() => runFromJSON(value)).toThrow(message);
});

describe("accumulated batches", () => {
  const X = Array.from({ length: 10 }, (_, i) => [i / 10, Math.sin(i)]);
  const y = X.map(([a, b], i) => (a as number) * 2 - (b as number) + (i === 9 ? 5 : 0));
  const data = { training: dataset(X, y, { task: "regression" }) };
  const values = async (run: Partial<Run>) => {
    const base = { model: mlp({ inputs: 2, outputs: 1 }), loss: "meanSquared", seed: 1, epochs: 1 } as const;
    using trainer = await trained({ ...base, optimizer: sgd(), ...run }, data as never);
    return [[...trainer.model.parameters].flatMap(({ value }) => [...value]), trainer.optimizer.steps] as const;
  };

  test("of uneven size are the batch that they are parts of, and the last of a run are not left out", async () => {
    const [whole] = await values({ batchSize: 10, optimizer: sgd({ learningRate: 0.1 }) });
    const [pieces, steps] = await values({ batchSize: 4, optimizer: sgd({ learningRate: 0.1, accumulate: 3 }) });
    expect(Math.max(...whole.map((value, i) => Math.abs(value - (pieces[i] as number))))).toBeLessThan(1e-6);
    expect(steps).toBe(1);
    // 6 batches, 4 an update: the last update is of two
    expect((await values({ batchSize: 4, epochs: 2, optimizer: sgd({ learningRate: 0.1, accumulate: 4 }) }))[1]).toBe(2);
  });
});

test("a step that is skipped for its gradient's norm does not stop those after it", async () => {
  const parameters = new Parameters(await load(), { w: [4] });
  const optimizer = new Optimizer(parameters, sgd({ learningRate: 0.1 }));
  for (const norm of [1, 1, 1000, 1, 1, 1]) {
    parameters.get("w").gradient.fill(norm / 2);
    expect(optimizer.gradientNorm).toBe(norm);
    if (norm < 10) optimizer.step();
  }
  expect(optimizer.steps).toBe(5);
  for (const weight of [0, -1, Number.NaN, "2"]) expect(() => optimizer.step(undefined, { weight: weight as number })).toThrow(OptionError);
});

describe("early stopping", () => {
  test("stops after its patience and restores the best weights", async () => {
    const run: Run = { ...irisRun, epochs: 400, optimizer: adam({ learningRate: 0.3 }), earlyStopping: { patience: 4 } };
    using trainer = await trained(run);
    const losses = trainer.history.map(({ validation }) => validation?.loss as number);
    const best = losses.indexOf(Math.min(...losses));
    expect(losses.length).toBeLessThan(400);
    expect(trainer.bestEpoch).toBe(best + 1);
    expect(losses.length).toBe(best + 1 + 4);
    expect(trainer.evaluate(iris.validation).loss).toBe(losses[best]);
  });

  test("counts the last epoch too", async () => {
    const run: Run = { ...irisRun, epochs: 4, optimizer: adam({ learningRate: 0.003 }), earlyStopping: { patience: 3 } };
    using trainer = await trained(run);
    const losses = trainer.history.map(({ validation }) => validation?.loss as number);
    expect(losses.indexOf(Math.min(...losses))).toBe(3);
    expect(trainer.bestEpoch).toBe(4);
    expect(trainer.evaluate(iris.validation).loss).toBe(losses[3]);
  });

  test("can watch the score", async () => {
    const run: Run = { ...irisRun, epochs: 50, earlyStopping: { patience: 5, monitor: "score", minimumImprovement: 0.01 } };
    using trainer = await trained(run);
    expect(trainer.evaluate(iris.validation).score).toBe(trainer.history[(trainer.bestEpoch as number) - 1]?.validation?.score);
  });

  test("needs validation data", async () => {
    const engine = await load();
    expect(() => new Trainer(engine, { ...irisRun, earlyStopping: { patience: 3 } }, { training: iris.training })).toThrow(
      "run.earlyStopping needs validation data",
    );
  });
});

describe("control", () => {
  test("an abort stops between two steps, and training can go on to the same end", async () => {
    const engine = await load();
    const whole = await trained(irisRun, iris, engine);
    using trainer = new Trainer(engine, irisRun, iris);
    const controller = new AbortController();
    const stopAt = (at: number) => ({ signal: controller.signal, onStep: ({ step }: StepRecord) => step === at && controller.abort() });
    await expect(trainer.train(stopAt(13))).rejects.toThrow(/aborted/);
    expect(trainer.optimizer.steps).toBe(13);
    await trainer.train();
    expect(fingerprint(trainer)).toBe(fingerprint(whole));
    whole.dispose();
  });

  test("the event loop turns while it trains", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    using _ = await trained({ ...irisRun, epochs: 3000, model: mlp({ inputs: 4, hidden: [64], outputs: 3 }) });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });

  test("epochs and steps yield the same history", async () => {
    using byEpoch = await trained(irisRun);
    using bySteps = new Trainer(await load(), irisRun, iris);
    let count = 0;
    for await (const _ of bySteps.steps()) count++;
    expect(bySteps.history).toEqual(byEpoch.history);
    expect(count).toBe(byEpoch.history.at(-1)?.step);
  });
});

describe("a model of the user's own", () => {
  /** Fits y = a x by hand: gradients come from anywhere, the trainer only asks for them and the loss. */
  function line(engine: Engine): Model {
    const parameters = new Parameters(engine, { a: [1] });
    const a = parameters.get("a");
    return {
      parameters,
      train({ rows, features, targets }) {
        let [loss, slope] = [0, 0];
        for (let i = 0; i < rows; i++) {
          const error = (a.value[0] as number) * (features[i] as number) - (targets[i] as number);
          loss += (error * error) / rows;
          slope += (2 * error * (features[i] as number)) / rows;
        }
        a.gradient[0] = slope;
        return loss;
      },
      dispose: () => parameters.dispose(),
    };
  }
  const data = { training: dataset([[1], [2], [3], [4]], [2, 4, 6, 8], { task: "regression" }) };
  const run: Run = { model: line, optimizer: sgd({ learningRate: 0.05 }), batchSize: 2, epochs: 50 };

  test("trains through the same trainer", async () => {
    using trainer = await trained(run, data as never);
    expect(trainer.model.parameters.get("a").value[0]).toBeCloseTo(2, 5);
    using again = new Trainer(await load(), run, data as never);
    again.restore(trainer.checkpoint());
    expect(fingerprint(again)).toBe(fingerprint(trainer));
    expect(() => loadModel({} as Engine, trainer.checkpoint())).toThrow(
      "run.model is a function, of which the checkpoint has the name only",
    );
  });

  test("brings its own loss, and needs evaluate for validation", async () => {
    const engine = await load();
    expect(() => new Trainer(engine, { ...run, loss: "meanSquared" }, data)).toThrow("run.loss must be left out");
    using trainer = new Trainer(engine, run, { ...data, validation: data.training });
    await expect(trainer.train()).rejects.toThrow("run.model needs evaluate(batch)");
  });
});

describe("wrong use", () => {
  const own = (model: ModelFactory): Pick<Run, "model" | "loss"> => ({ model, loss: undefined as never });
  const networkOn = (engine: Engine, context: ModelContext) => new Network(engine, mlp({ inputs: 4, outputs: 3 }), "crossEntropy", context);
  test.each<[string, (engine: Engine) => unknown, string]>([
    ["no data", (engine) => new Trainer(engine, irisRun, undefined as never), "data.training must be a data set"],
    ["a data set alone", (engine) => new Trainer(engine, irisRun, iris.training as never), "data.training must be a data set"],
    [
      "null for validation",
      (engine) => new Trainer(engine, irisRun, { ...iris, validation: null } as never),
      "data.validation must be a data",
    ],
    ["no parameters", () => new Optimizer(undefined as never, adam()), "parameters must be Parameters, got undefined"],
    [
      "no optimizer",
      (engine) => new Optimizer(new Parameters(engine, { w: [1] }), undefined as never),
      "optimizer must come from a factory",
    ],
    [
      "a clock with a slip",
      (engine) => new Optimizer(new Parameters(engine, { w: [1] }), adam(), { stepsPerEpok: 3 } as never),
      "clock.stepsPerEpok is not an option (did you mean stepsPerEpoch?)",
    ],
    ["no schedule", () => rateAt(undefined as never, 0), "schedule must be made by a factory"],
    ["no engine", () => new Trainer(null as never, irisRun, iris), "engine must come from await load(), got null"],
    [
      "a factory that gives nothing",
      (engine) => new Trainer(engine, { ...irisRun, ...own(() => undefined as never) }, iris),
      "run.model must give a model",
    ],
    [
      "a model on another engine",
      (engine) => new Trainer(engine, { ...irisRun, ...own((_, context) => networkOn(loadSync(), context)) }, iris),
      "run.model must give a model on the engine that it is called with",
    ],
    [
      "a listener that is none",
      (engine) => new Trainer(engine, irisRun, iris).epochs({ onStep: 1 } as never).next(),
      "train.onStep must be a function, got 1",
    ],
    [
      "a signal that is none",
      (engine) => new Trainer(engine, irisRun, iris).steps({ signal: 1 } as never).next(),
      "train.signal must be an AbortSignal",
    ],
    [
      "options that are none",
      (engine) => new Trainer(engine, irisRun, iris).train(null as never),
      "train must be an object of options, got null",
    ],
  ])("%s is a typed error", async (_, use, message) => {
    const engine = await load();
    const attempt = async () => use(engine);
    await expect(attempt()).rejects.toThrow(OptionError);
    await expect(attempt()).rejects.toThrow(message);
  });

  test("R² of targets that are all equal is not a number that is printed", async () => {
    const equal = dataset([[1], [2], [3]], [9.87, 9.87, 9.87], { task: "regression" });
    const learnt = dataset([[1], [2], [3]], [1, 2, 3], { task: "regression" });
    const run: Run = { model: mlp({ inputs: 1, outputs: 1 }), loss: "meanSquared", optimizer: sgd(), batchSize: 2, epochs: 1 };
    using trainer = new Trainer(await load(), run, { training: learnt, validation: equal });
    await trainer.train();
    expect(trainer.history[0]?.validation).toEqual({ loss: expect.any(Number) });
    using stops = new Trainer(
      await load(),
      { ...run, earlyStopping: { patience: 1, monitor: "score" } },
      { training: learnt, validation: equal },
    );
    await expect(stops.train()).rejects.toThrow("run.earlyStopping.monitor needs a score");
  });

  test("rows to predict that are nested, or hold what is no finite number, are refused", async () => {
    using trainer = new Trainer(await load(), irisRun, iris);
    const model = trainer.model as Network;
    expect(() => model.predict([[1, 2, 3, 4], [], [], []] as never)).toThrow("row 1, input 1: must be a finite number, got an array of 4");
    expect(() => model.predict([1, 2, 3, 4, 5, Number.NaN, 7, 8])).toThrow("row 2, input 2: must be a finite number, got NaN");
    expect(() => model.predict([1e39, 2, 3, 4])).toThrow(DataError);
    expect(() => trainer.restore(trainer.checkpoint().buffer as never)).toThrow("the file must be given as a Uint8Array, got an object");
  });

  test.each<[string, Partial<Run>, new (...args: never[]) => Error, string]>([
    [
      "a batch larger than the data",
      { batchSize: 1000 },
      OptionError,
      "run.batchSize must be at most the 120 rows of the training data, got 1000",
    ],
    ["an unknown option", { epoch: 3 } as never, OptionError, "run.epoch is not an option (did you mean epochs?)"],
    ["no loss", { loss: undefined as never }, OptionError, "run.loss is missing"],
    ["an unknown loss", { loss: "crossentropy" as never }, OptionError, 'got "crossentropy" (did you mean crossEntropy?)'],
    [
      "an optimizer from plain JSON",
      { optimizer: { kind: "adam" } as never },
      OptionError,
      "must come from a factory such as adam(...), or through optimizerFromJSON",
    ],
    ["too few inputs", { model: mlp({ inputs: 3, outputs: 3 }) }, ShapeError, "the model has 3 inputs, the training data has 4 columns"],
    ["too few outputs", { model: mlp({ inputs: 4, outputs: 2 }) }, ShapeError, "the model has 2 outputs, the data has a class number 2"],
    ["quantities for classes", { loss: "meanSquared" }, ShapeError, "meanSquared with 3 outputs cannot learn 3 classes"],
  ])("%s is an error that says so", async (_, change, type, message) => {
    const engine = await load();
    const free = engine.arena.available;
    const act = () => new Trainer(engine, { ...irisRun, ...change }, iris);
    expect(act).toThrow(type);
    expect(act).toThrow(message);
    expect(engine.arena.available).toBe(free);
  });

  test("a network too large for memory leaves nothing behind", async () => {
    const engine = await load();
    const free = engine.arena.available;
    const model = mlp({ inputs: 4, hidden: [60_000, 60_000], outputs: 3 });
    expect(() => new Trainer(engine, { ...irisRun, model }, iris)).toThrow("28.80 GB of memory were requested, ");
    expect(engine.arena.available).toBe(free);
  });

  test("a rate that is far too high is reported as divergence, with the step", async () => {
    using trainer = new Trainer(await load(), { ...irisRun, optimizer: sgd({ learningRate: 1e30 }) }, iris);
    const error = await trainer.train().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as Error).message).toMatch(
      /is not finite after step \d+ \(.*learning rate 1e\+30.*\): the run diverged, .*try .*a lower learning rate/,
    );
  });

  test("a gradient too large for Adam's squares is found although every loss stays finite", async () => {
    const model = (engine: Engine): Model => {
      const parameters = new Parameters(engine, { w: [2] });
      return {
        parameters,
        train() {
          parameters.get("w").gradient.fill(1e25);
          return 1;
        },
        dispose: () => parameters.dispose(),
      };
    };
    const { loss: _, ...run } = irisRun;
    using trainer = new Trainer(await load(), { ...run, model }, { training: iris.training });
    await expect(trainer.train()).rejects.toThrow("squares of w is not finite after step 8");
  });

  test("a disposed trainer says so", async () => {
    const trainer = new Trainer(await load(), irisRun, iris);
    trainer.dispose();
    await expect(trainer.train()).rejects.toThrow("this trainer was disposed of");
  });
});

describe("an optimizer that evaluates other values than it trains", () => {
  const averaged: Run = { ...irisRun, optimizer: scheduleFreeSgd({ learningRate: 0.5 }) };

  test("is judged by them, trains on from its own, and goes on bit for bit from a checkpoint", async () => {
    const whole = await trained(averaged);
    const engine = await load();
    const first = new Trainer(engine, averaged, iris);
    const second = new Trainer(engine, averaged, iris);
    const epochs = first.epochs();
    for (let i = 0; i < 4; i++) await epochs.next();
    const training = first.model.parameters.values.view.slice();
    const score = first.evaluate(iris.validation);
    expect(score).toEqual(first.history.at(-1)?.validation);
    expect(first.model.parameters.values.view).toEqual(training);
    const checkpoint = first.checkpoint();
    const { model } = loadModel(engine, checkpoint);
    first.optimizer.toEvaluation();
    expect(model.parameters.values.view).toEqual(first.model.parameters.values.view);
    expect(model.parameters.values.view).not.toEqual(training);
    second.restore(checkpoint);
    await second.train();
    expect(second.history).toEqual(whole.history);
    expect(fingerprint(second)).toBe(fingerprint(whole));
    for (const trainer of [whole, first, second, model]) trainer.dispose();
  });

  test("is not asked for predictions of the values it trains", async () => {
    using trainer = new Trainer(await load(), averaged, iris);
    const { features } = iris.validation;
    const predict = () => (trainer.model as Network).predict(features);
    predict();
    await trainer.epochs().next();
    expect(predict).toThrow(ModeError);
    expect(predict).toThrow("predict() needs the values to evaluate");
    trainer.optimizer.toEvaluation();
    expect(predict()).toHaveLength(iris.validation.rows * 3);
  });

  test("ends with them in the model and in the checkpoint", async () => {
    const trainer = await trained(averaged);
    expect(trainer.optimizer.evaluating).toBe(true);
    const again = new Trainer(await load(), averaged, iris);
    again.restore(trainer.checkpoint());
    expect(again.evaluate(iris.validation)).toEqual(trainer.history.at(-1)?.validation);
    expect(fingerprint(again)).toBe(fingerprint(trainer));
    for (const each of [trainer, again]) each.dispose();
  });
});

describe("checkpoints", () => {
  test("hold the network, ready to predict, and the caller's notes", async () => {
    using trainer = await trained(irisRun);
    const engine = await load();
    const { model, notes, run } = loadModel(engine, trainer.checkpoint({ encoder: "mine" }));
    expect(notes).toEqual({ encoder: "mine" });
    expect(run.optimizer["learningRate"]).toBe(0.02);
    const row = takeRows(iris.validation, [3]);
    expect([...model.predict(row.features)]).toEqual([...model.predict(iris.validation.features).slice(9, 12)]);
    model.dispose();
  });

  test("hold no notes that JSON cannot", async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    using trainer = await trained(irisRun);
    for (const notes of [circle, 1n, () => 0]) {
      expect(() => trainer.checkpoint(notes)).toThrow(OptionError);
      expect(() => trainer.checkpoint(notes)).toThrow("notes cannot be written as JSON (");
    }
  });

  test("of another run are refused", async () => {
    using a = await trained(irisRun);
    using b = new Trainer(await load(), { ...irisRun, seed: 6 }, iris);
    const before = fingerprint(b);
    expect(() => b.restore(a.checkpoint())).toThrow("the checkpoint belongs to another run");
    expect(fingerprint(b)).toBe(before);
  });

  test("taken in any onStep, the end of an epoch included, lead to the same end, early stopping and its best weights included", async () => {
    const engine = await load();
    const run: Run = { ...irisRun, epochs: 60, optimizer: adam({ learningRate: 0.3 }), earlyStopping: { patience: 4 } };
    const taken: Uint8Array[] = [];
    using whole = new Trainer(engine, run, iris);
    await whole.train({ onStep: () => taken.push(whole.checkpoint()) });
    const perEpoch = Math.ceil(iris.training.rows / 16);
    for (const at of [perEpoch - 1, perEpoch, taken.length - 3, taken.length - 1]) {
      using again = new Trainer(engine, run, iris);
      again.restore(taken[at] as Uint8Array);
      await again.train();
      expect(fingerprint(again)).toBe(fingerprint(whole));
      expect([again.history, again.bestEpoch]).toEqual([whole.history, whole.bestEpoch]);
    }
  });

  /** A checkpoint with its header and what stepsize wrote in there changed, and a checksum that fits. */
  function tampered(bytes: Uint8Array, change: (header: Record<string, unknown>, own: Record<string, unknown>) => void): Uint8Array {
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    const own = JSON.parse(header.__metadata__.stepsize);
    change(header, own);
    header.__metadata__.stepsize = JSON.stringify(own);
    const json = new TextEncoder().encode(JSON.stringify(header));
    const changed = new Uint8Array(8 + json.length + bytes.length - 8 - length);
    new DataView(changed.buffer).setBigUint64(0, BigInt(json.length), true);
    changed.set(json, 8);
    changed.set(bytes.subarray(8 + length), 8 + json.length);
    const { tensors, metadata } = readSafetensors(changed);
    const sealed = new Map(metadata).set("stepsize.crc32", checksumOf(metadata.get("stepsize") as string, tensors));
    return writeSafetensors({ tensors, metadata: sealed });
  }

  test.each<[string, unknown, string]>([
    ["progress", null, "progress must be an object of options, got null"],
    ["progress.history", 5, "progress.history must be an array"],
    ["progress.history", [null], "progress.history[0] must be an object"],
    ["progress.history", [], "160 batches in 0 epochs"],
    ["progress.done", -3, "progress.done must be an integer at least 0"],
    ["progress.done", 1e300, "progress.done must be an integer"],
    ["progress.lossSum", "x", "progress.lossSum must be a number"],
    ["progress.finished", "no", "progress.finished must be true or false"],
    ["progress.best", { metric: 1 }, "progress.best.epoch is missing"],
    ["progress.best", { metric: 1, epoch: 1 }, 'the checkpoint has no tensor "layers.0.weight"'],
    ["optimizer", null, "the state is of undefined"],
    ["optimizer.scalars", null, "the state's scalars must be an array of 1"],
    ["optimizer.plateaus", [], "the state's plateaus must be an array of 1"],
  ])("with a wrong %s (%j) are refused, and nothing changes", async (path, value, message) => {
    using trained10 = await trained({ ...irisRun, epochs: 20 });
    using trainer = new Trainer(await load(), { ...irisRun, epochs: 20 }, iris);
    for await (const { step } of trainer.steps()) if (step === 10) break;
    const before = [fingerprint(trainer), trainer.history, trainer.finished];
    const bytes = tampered(trained10.checkpoint(), (_, own) => {
      const [outer, inner] = path.split(".") as [string, string | undefined];
      if (inner === undefined) own[outer] = value;
      else (own[outer] as Record<string, unknown>)[inner] = value;
    });
    expect(() => trainer.restore(bytes)).toThrow(CheckpointError);
    expect(() => trainer.restore(bytes)).toThrow(message);
    expect([fingerprint(trainer), trainer.history, trainer.finished]).toEqual(before);
  });

  test.each(["__proto__", "constructor", "prototype"])("with a slot named %s are refused, and no prototype changes", async (slot) => {
    using trainer = await trained(irisRun);
    const bytes = tampered(trainer.checkpoint(), (header) => {
      const name = Object.keys(header).find((key) => key.startsWith("optimizer.")) as string;
      header[`optimizer.${slot}.polluted`] = header[name];
      delete header[name];
    });
    expect(() => trainer.restore(bytes)).toThrow(CheckpointError);
    const engine = await load();
    loadModel(engine, bytes).model.dispose();
    expect(({} as { polluted?: unknown }).polluted ?? (Object as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
