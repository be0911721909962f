import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { f1, rocAuc } from "../../src/generated/metrics.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { cosine, oneCycle, perEpoch, reduceOnPlateau, type Schedule, warmup, warmupStableDecay } from "../../src/schedules/index.js";
import { scheduleNotes, scheduleNoteText } from "../../src/training/fit-notes.js";
import { csvLog, jsonLinesLog, tensorBoardLog } from "../../src/training/logs.js";
import { Meter } from "../../src/training/meter.js";
import type { EpochRecord, TrainProgress } from "../../src/training/records.js";
import type { Run } from "../../src/training/run.js";
import { Trainer } from "../../src/training/trainer.js";
import { bundled } from "../support/data.js";

const step: TrainProgress = {
  epoch: 1,
  step: 300,
  loss: 0.5,
  learningRate: 0.25,
  epochs: 2,
  steps: 600,
  gradientNorm: 1.5,
  rowsPerSecond: 1024,
  secondsLeft: 3,
};
const epoch: EpochRecord = {
  epoch: 1,
  step: 300,
  loss: 0.75,
  learningRate: 0.25,
  validation: { loss: 0.5, score: 0.875, metrics: { f1: 0.5, rocAuc: null } },
};

test("a table has a header, and an empty cell for what is not defined", () => {
  const lines: string[] = [];
  const log = csvLog((line) => lines.push(line));
  log.step(step);
  log.epoch(epoch);
  log.epoch({ ...epoch, epoch: 2, learningRate: null });
  expect(lines).toEqual([
    "epoch,step,learningRate,loss,validation.loss,validation.score,validation.f1,validation.rocAuc\n",
    "1,300,0.25,0.75,0.5,0.875,0.5,\n",
    "2,300,,0.75,0.5,0.875,0.5,\n",
  ]);
});

test("lines of JSON are the records", () => {
  const lines: string[] = [];
  const log = jsonLinesLog((line) => lines.push(line));
  log.step(step);
  log.epoch(epoch);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { type: "step", ...step },
    { type: "epoch", ...epoch },
  ]);
});

test("event files are those that TensorBoard's reader has read", () => {
  const pieces: Uint8Array[] = [];
  const log = tensorBoardLog(
    (bytes) => pieces.push(bytes),
    () => 1_700_000_000_500,
  );
  log.step(step);
  log.epoch(epoch);
  // test/golden/events.py reads this file to what stands beside it
  expect(Buffer.concat(pieces).equals(readFileSync(new URL("../golden/events.out.tfevents.golden", import.meta.url)))).toBe(true);
  expect(JSON.parse(readFileSync(new URL("../golden/events.json", import.meta.url), "utf8"))).toEqual([
    { step: 0, time: 1700000000.5, version: "brain.Event:2", scalars: {} },
    {
      step: 300,
      time: 1700000000.5,
      version: "",
      scalars: { "train/loss": 0.5, "train/learning_rate": 0.25, "train/gradient_norm": 1.5, "train/rows_per_second": 1024 },
    },
    {
      step: 300,
      time: 1700000000.5,
      version: "",
      scalars: { "epoch/loss": 0.75, "epoch/learning_rate": 0.25, "validation/loss": 0.5, "validation/score": 0.875, "validation/f1": 0.5 },
    },
  ]);
});

const iris = bundled("iris");
const run = (learningRate: Schedule, more: Partial<Run> = {}): Run => ({
  model: mlp({ inputs: 4, hidden: [8], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: adam({ learningRate: learningRate as number }),
  batchSize: 16,
  epochs: 10,
  ...more,
});

test("progress tells where a Trainer is", async () => {
  using trainer = new Trainer(await load(), run(0.01, { metrics: [f1(), rocAuc()] }), iris);
  const told: TrainProgress[] = [];
  for await (const { epoch } of trainer.epochs({ onProgress: (progress) => told.push(progress) })) if (epoch === 3) break;
  const perEpoch = Math.ceil(iris.training.rows / 16);
  expect(told[0]).toMatchObject({ epoch: 1, step: 1, epochs: 10, steps: perEpoch * 10, learningRate: 0.01 });
  expect(told[0]?.gradientNorm).toBeGreaterThan(0);
  expect((told[0]?.secondsLeft as number) * (told[0] as TrainProgress).rowsPerSecond).toBeCloseTo(iris.training.rows * 10 - 16, 5);
});

test("progress is told at most 60 times a second, and with every step where steps are as rare", () => {
  const clock = vi.spyOn(performance, "now");
  for (const [apart, every] of [
    [5, 4],
    [16, 2],
    [17, 1],
    [400, 1],
  ] as const) {
    clock.mockReturnValue(0);
    const told: number[] = [];
    const meter = new Meter(({ step }) => void told.push(step), { epochs: 1, steps: 100, rowsLeft: 1600 }, {
      gradientNorm: 1,
    } as Optimizer);
    for (let i = 0; i < 100; i++) {
      clock.mockReturnValue((i + 1) * apart);
      // a batch that completes no update is none to tell
      meter.add(8, undefined);
      meter.add(8, { ...step, step: i });
    }
    expect(told).toEqual(Array.from({ length: 100 / every }, (_, i) => i * every));
  }
  clock.mockRestore();
});

test("a schedule that does not fit its run is said", () => {
  const texts = (schedule: Schedule) => scheduleNotes(run(schedule), 160).map(scheduleNoteText);
  expect(texts(warmup({ steps: 100, then: 0.1 }))).toEqual([
    "the warm-up takes 100 updates and the run 100 updates: it never reaches its rate",
  ]);
  expect(texts(warmup({ steps: 10, then: cosine({ rate: 0.1, steps: 90 }) }))).toEqual([]);
  expect(texts(warmup({ steps: 10, then: oneCycle({ rate: 0.1, steps: 100 }) }))).toEqual([
    "oneCycle is made for 100 updates, the run has 90",
  ]);
  expect(texts(cosine({ rate: 0.1, steps: 40 }))).toEqual([
    "the learning rate is 0 from update 41 of 100: nothing is learnt from there on",
  ]);
  expect(texts(cosine({ rate: 0.1, steps: 400 }))).toEqual(["cosine is made for 400 updates, the run has 100"]);
  expect(texts(warmupStableDecay({ rate: 0.1, warmup: 10, stable: 20, decay: 30 }))).toEqual([
    "warmupStableDecay is made for 60 updates, the run has 100",
    "the learning rate is 0 from update 61 of 100: nothing is learnt from there on",
  ]);
  expect(texts(oneCycle({ rate: 0.1, steps: 100 }))).toEqual([]);
  expect(texts(perEpoch(cosine({ rate: 0.1, steps: 10 })))).toEqual([]);
  expect(texts(reduceOnPlateau({ rate: 0.1 }))).toEqual([]);
});

test("a plateau begins after a warm-up", async () => {
  const parameters = new Parameters(await load(), { a: [2] });
  const optimizer = new Optimizer(
    parameters,
    adam({ learningRate: reduceOnPlateau({ rate: 1, factor: 0.5, patience: 0, warmupSteps: 3 }) }),
  );
  const rates = Array.from({ length: 6 }, (_, i) => {
    if (i >= 4) optimizer.observe(1);
    optimizer.step();
    return optimizer.learningRate;
  });
  expect(rates).toEqual([0.25, 0.5, 0.75, 1, 1, 0.5]);
  optimizer.dispose();
  parameters.dispose();
});
