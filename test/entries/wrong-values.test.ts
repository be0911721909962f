import { describe, expect, test } from "vitest";
import * as data from "../../src/entries/data.js";
import * as api from "../../src/entries/index.js";
import * as minimize from "../../src/entries/minimize.js";
import * as numerics from "../../src/entries/numerics.js";
import * as schedules from "../../src/entries/schedules.js";
import * as search from "../../src/entries/search.js";
import * as training from "../../src/entries/training.js";
import * as workers from "../../src/entries/workers.js";
import { OptionError, StepsizeError } from "../../src/options/errors.js";
import { Batches } from "../../src/training/batches.js";

/** Values of every type. No large numbers: an option that takes them would be right, and take long. */
const ODD: readonly unknown[] = [
  null,
  0,
  -1,
  0.5,
  3,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  "x",
  true,
  1n,
  Symbol("s"),
  () => {},
  {},
  [],
  [null],
  { kind: "x" },
  new Map(),
];

const engine = await api.load();
const run = {
  model: api.mlp({ inputs: 2, hidden: [3], outputs: 2, activation: "tanh" }),
  loss: "crossEntropy",
  optimizer: api.adamw({ learningRate: 0.01, groups: [{ match: "*.bias", weightDecay: 0 }] }),
  batchSize: 4,
  epochs: 1,
  seed: 1,
} as const;
const rows = Array.from({ length: 8 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const classes = rows.map((_, i) => (i % 2 === 0 ? "a" : "b"));
const training_ = api.dataset(rows, classes);
const parts = { training: training_, validation: training_ };
const trainer = new api.Trainer(engine, run, parts);
await trainer.train();
const byHand = new api.Optimizer(
  new api.Parameters(engine, { "a.weight": [2], "a.bias": [2] }),
  api.sgd({ learningRate: api.manual({ rate: 0.1 }), groups: [{ match: "*.bias", learningRate: api.manual({ rate: 0.2 }) }] }),
);
const batch = new Batches(engine, training_, 4, "crossEntropy", [2]).gather(0, 4, 0);
const table = data.parseCSV("a,b,kind\n1,2,x\n3,4,y\n5,6,x\n7,9,y\n2,2,x\n");
const square = (x: Float64Array) => ({ value: x.reduce((sum, v) => sum + v * v, 0), gradient: x.map((v) => 2 * v) });
const phi = (rate: number) => ({ value: (3 - rate) ** 2, slope: -2 * (3 - rate) });
const along = { value: 9, slope: -6 };

/** Objects that may have any keys: notes of the user's own, data, and points of a line. */
const notes = { note: "text" };
const FREE = new Set<unknown>([notes, parts, along]);

/** A right call of each function of several values. Each of its values is then made wrong, by itself. */
const calls: Readonly<Record<string, readonly [call: (...values: never[]) => unknown, ...values: unknown[]]>> = {
  // data
  dataset: [
    api.dataset,
    rows,
    classes,
    { task: "classification", classes: ["a", "b"], weights: rows.map(() => 1), featureNames: ["u", "v"] },
  ],
  "dataset of quantities": [api.dataset, new Float32Array(8), [1, 2], { columns: 4, task: "regression" }],
  splitDataset: [data.splitDataset, training_, { validation: 0.25, test: 0.25, seed: 1, stratify: true }],
  takeRows: [data.takeRows, training_, [0, 1]],
  standardizer: [data.standardizer, training_],
  standardize: [data.standardize, training_, data.standardizer(training_)],
  unscale: [
    data.unscale,
    new Float32Array(2),
    data.targetScaler(
      api.dataset(
        rows,
        rows.map(([x]) => x as number),
        { task: "regression" },
      ),
    ),
  ],
  parseCSV: [data.parseCSV, "a,b\n1,2\n", { delimiter: ",", decimal: ".", skip: 0, comment: "#" }],
  datasetsFromCSV: [
    data.datasetsFromCSV,
    table,
    { target: "kind", validation: 0.25, test: 0.2, seed: 1, missing: "mean", features: ["a", "b"] },
  ],
  describeTable: [data.describeTable, table, {}],
  fitEncoder: [data.fitEncoder, table, { target: "kind", missing: "mean", task: "classification" }],
  // models
  mlp: [api.mlp, { inputs: 2, hidden: [3], outputs: 2, activation: "tanh" }],
  sequential: [api.sequential, [api.conv1d({ filters: 2, kernel: 2 }), api.flatten(), api.dense({ units: 2 })], { inputs: [2, 4] }],
  dense: [api.dense, { units: 2, bias: true }],
  conv1d: [api.conv1d, { filters: 2, kernel: 2, stride: 1, padding: 0 }],
  conv2d: [api.conv2d, { filters: 2, kernel: [2, 2], stride: [1, 1] }],
  averagePool2d: [api.averagePool2d, { kernel: [2, 2] }],
  maxPool2d: [api.maxPool2d, { kernel: [2, 2] }],
  batchNorm: [api.batchNorm, { momentum: 0.1, epsilon: 1e-5 }],
  layerNorm: [api.layerNorm, { epsilon: 1e-5 }],
  rmsNorm: [api.rmsNorm, { epsilon: 1e-5 }],
  dropout: [api.dropout, { rate: 0.5 }],
  embedding: [api.embedding, { count: 5, width: 2 }],
  attention: [api.attention, { heads: 1 }],
  gru: [api.gru, { units: 2 }],
  residual: [api.residual, [api.dense({ units: 2 })]],
  // losses and metrics
  focal: [api.focal, { gamma: 2 }],
  quantile: [api.quantile, { quantiles: [0.5] }],
  severalLosses: [
    api.severalLosses,
    {
      parts: [
        { outputs: 1, loss: api.logCosh() },
        { outputs: 2, loss: api.crossEntropy(), weight: 0.5 },
      ],
    },
  ],
  measure: [api.measure, [api.accuracy()], new Float32Array(16), training_],
  confusionMatrix: [api.confusionMatrix, new Float32Array(16), training_],
  ownMetric: [api.ownMetric, { name: "own", higherIsBetter: true, compute: () => 1 }],
  checkGradients: [api.checkGradients, trainer.model, batch, { step: 0.01, samples: 2, seed: 1 }],
  // training
  "new Network": [
    (...values) => new api.Network(...(values as unknown as ConstructorParameters<typeof api.Network>)).dispose(),
    engine,
    run.model,
    "crossEntropy",
    { rows: 4, seed: 1 },
  ],
  "new Trainer": [
    (...values) => new api.Trainer(...(values as unknown as ConstructorParameters<typeof api.Trainer>)).dispose(),
    engine,
    { ...run, metrics: [api.accuracy()], earlyStopping: { patience: 2 } },
    parts,
  ],
  "trainer.train": [
    (options) => new api.Trainer(engine, run, parts).train(options),
    { signal: new AbortController().signal, onStep: () => {}, onProgress: () => {} },
  ],
  "optimizer.setLearningRate": [(...values) => byHand.setLearningRate(...(values as unknown as [number])), 0.1, "*.bias"],
  "trainer.evaluate": [(...values) => trainer.evaluate(...(values as unknown as [never])), training_],
  runFromJSON: [training.runFromJSON, JSON.parse(JSON.stringify(run))],
  recordedRun: [training.recordedRun, run, []],
  scheduleNotes: [training.scheduleNotes, run, 8],
  saveState: [api.saveState, trainer.model.parameters, trainer.optimizer, notes],
  jsonLinesLog: [api.jsonLinesLog, () => {}],
  csvLog: [api.csvLog, () => {}],
  tensorBoardLog: [api.tensorBoardLog, () => {}],
  // search
  searchLearningRate: [
    api.searchLearningRate,
    run,
    parts,
    {
      rates: [0.01, 0.1],
      repeats: 1,
      engine,
      onEpoch: () => {},
      signal: new AbortController().signal,
      widen: false,
      zoom: false,
      prune: false,
      resplit: false,
    },
  ],
  runTrial: [api.runTrial, { engine, run, data: parts, rate: 0.01, seed: 1 }],
  rangeTest: [
    search.rangeTest,
    engine,
    run,
    parts,
    { from: 1e-3, to: 1, steps: 10, repeats: 1, onStep: () => {}, signal: new AbortController().signal },
  ],
  sharpness: [search.sharpness, trainer, training_, { iterations: 3, tolerance: 0.1, rows: 4, signal: new AbortController().signal }],
  stability: [search.stability, engine, run, parts, 0.01, { iterations: 3, tolerance: 0.1, rows: 4 }],
  combinationsOf: [
    search.combinationsOf,
    { batchSize: [2, 4], "optimizer.weightDecay": { from: 1e-3, to: 1e-1 } },
    { combinations: 2, sampling: "random" },
    1,
  ],
  runWith: [search.runWith, run, { batchSize: 2 }],
  study: [
    search.study,
    engine,
    run,
    parts,
    { vary: { batchSize: [4, 8] }, rates: [0.01], repeats: 1, onSearch: () => {}, combinations: 2, sampling: "random" },
  ],
  searchRuns: [search.searchRuns, engine, [{ values: {}, run }], parts, { rates: [0.01], repeats: 1, onSearch: () => {} }],
  scaleRun: [api.scaleRun, run, 8, 0.01],
  logspace: [api.logspace, 0.1, 1, 3],
  threadExecutor: [api.threadExecutor, engine],
  workersExecutor: [(...values) => workers.workersExecutor(...(values as unknown as [])).dispose(), { workers: 1, backend: "js" }],
  // minimisers
  minimize: [
    minimize.minimize,
    (x: Float64Array) => square(x).value,
    [1, 2],
    {
      jac: (x: Float64Array) => square(x).gradient,
      method: "L-BFGS-B",
      maxiter: 5,
      bounds: [
        [-1, 4],
        [-1, 4],
      ],
    },
  ],
  leastSquares: [minimize.leastSquares, (x: Float64Array) => x.map((v) => v - 1), [1, 2], { loss: "huber", maxiter: 5 }],
  curveFit: [minimize.curveFit, (x: number, [a, b]: number[]) => (a as number) * x + (b as number), [1, 2, 3], [1, 2, 3], [1, 1], {}],
  // numerics
  strongWolfe: [numerics.strongWolfe, phi, along, { rate: 1, curvatureTolerance: 0.5, maxSteps: 4 }],
  zoom: [numerics.zoom, phi, along, { rate: 1, increaseFactor: 2, maxSteps: 4 }],
  backtracking: [numerics.backtracking, phi, along, { rate: 1, decreaseFactor: 0.5, maxSteps: 4 }],
  barzilaiBorwein: [numerics.barzilaiBorwein, [1, 0], [4, 0], 0.1, { variant: "long", minRate: 1e-3 }],
  alongLine: [numerics.alongLine, square, [1], [-2]],
  // schedules
  rateAt: [schedules.rateAt, schedules.warmup({ steps: 2, then: schedules.cosine({ rate: 0.1, steps: 9 }) }), 3],
  joinSchedules: [schedules.joinSchedules, [0.1, 0.01], [3]],
  scaleSchedule: [schedules.scaleSchedule, 0.1, 2],
  shiftSchedule: [schedules.shiftSchedule, schedules.cosine({ rate: 0.1, steps: 9 }), 2],
  repeatSchedule: [schedules.repeatSchedule, schedules.cosine({ rate: 0.1, steps: 9 }), 9, 2],
  clampSchedule: [schedules.clampSchedule, schedules.cosine({ rate: 0.1, steps: 9 }), { min: 0.01, max: 0.2 }],
  ratesBetween: [schedules.ratesBetween, 0.1, 0, 3],
  describeSchedule: [schedules.describeSchedule, schedules.cosine({ rate: 0.1, steps: 9 })],
};

interface Wrong {
  /** Where: the number of the value, then keys. */
  readonly path: readonly (string | number)[];
  readonly values: readonly unknown[];
}

/** All calls in which one thing is wrong: a value, one of its options at any depth, or an option that is none. */
function* wrongs(values: readonly unknown[]): Iterable<Wrong> {
  for (const path of pathsIn(values, 4)) for (const odd of ODD) yield { path, values: replaced(values, path, odd) as unknown[] };
  for (const path of pathsIn(values, 3)) {
    const at = path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key as string], values);
    if (isPlain(at) && !FREE.has(at))
      yield { path: [...path, "nonsense"], values: replaced(values, [...path, "nonsense"], 1) as unknown[] };
  }
}
const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype && !Object.isFrozen(value);

function* pathsIn(node: unknown, depth: number, path: readonly (string | number)[] = []): Iterable<readonly (string | number)[]> {
  if (depth === 0 || !(isPlain(node) || (Array.isArray(node) && node.length < 4))) return;
  for (const key of Object.keys(node)) {
    const below = [...path, Array.isArray(node) ? Number(key) : key];
    yield below;
    yield* pathsIn((node as Record<string, unknown>)[key], depth - 1, below);
  }
}

function replaced(node: unknown, [key, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(node) ? [...node] : { ...(node as object) };
  (copy as Record<string | number, unknown>)[key] = replaced((node as Record<string, unknown>)[key as string], rest, value);
  return copy;
}

describe.each(Object.entries(calls))("%s", (_, [call, ...values]) => {
  test("runs when it is right", async () => {
    await call(...(values as never[]));
  });

  test("names what is wrong, by an error of this library", async () => {
    const faults: string[] = [];
    for (const { path, values: wrong } of wrongs(values)) {
      const what = `${path.join(".")} = ${shown(path.reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key as string], wrong))}`;
      try {
        await call(...(wrong as never[]));
        if (path.at(-1) === "nonsense") faults.push(`${what}: taken`);
      } catch (error) {
        if (!(error instanceof StepsizeError)) faults.push(`${what}: ${error}`);
        else if (path.length > 1 && error instanceof OptionError && typeof path.at(-1) === "string") {
          const named = path.filter((key) => typeof key === "string").some((key) => error.message.includes(key as string));
          if (!named) faults.push(`${what}: not named in "${error.message}"`);
        }
      }
    }
    expect(faults).toEqual([]);
  });
});

function shown(value: unknown): string {
  try {
    return typeof value === "symbol" || typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? String(value));
  } catch {
    return String(value);
  }
}
