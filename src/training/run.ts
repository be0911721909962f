import type { RowStream } from "../data/source.js";
import { type Loss, readLoss } from "../models/losses.js";
import type { ModelFactory } from "../models/model.js";
import type { Network } from "../models/network.js";
import { type NetworkDescription, readNetwork } from "../models/sequential.js";
import { type OptimizerDescription, ruleOf } from "../optimizers/rule.js";
import { unwrap } from "../optimizers/wrapper.js";
import { OptionError } from "../options/errors.js";
import { demand, type Field, integer, list, number, oneOf, optional, readOptions } from "../options/options.js";
import type { Clock } from "../schedules/schedule.js";
import { type Metric, metricName, metricRuleOf } from "./metric.js";
import type { ClassWeights } from "./weights.js";

export interface EarlyStopping {
  /** Epochs without an improvement before training stops, at least 1. */
  patience: number;
  /** The least improvement that counts, in units of the monitored number. Default 0: any. */
  minimumImprovement?: number;
  /** The validation loss, the validation score (accuracy, R²), or the name of one of `run.metrics`. Default loss. */
  monitor?: "loss" | "score" | (string & {});
}

/** Everything that decides a run, as plain data. */
export interface Run {
  /** The model: `mlp(...)`, `sequential(...)`, or a function that builds one of the user's own, of which a checkpoint holds the name alone. */
  model: NetworkDescription | ModelFactory;
  /** The loss; a model of the user's own brings its own. */
  loss?: Loss;
  /** The optimizer, made by a factory such as `adamw(...)`. */
  optimizer: OptimizerDescription;
  /** Rows in a batch; the last batch of an epoch may have fewer. Default 32. */
  batchSize?: number;
  /** Passes over the training data. Default 30. */
  epochs?: number;
  /** Decides initial weights, the order of rows and dropout: a whole number from 0. Default 1. */
  seed?: number;
  /**
   * How much rows of each class count: a number for each class in the data's order, or "balanced": as much as rows / (classes × rows of the class).
   * Losses are divided by the sum of weights. They hold for validation too. Default: alike.
   */
  classWeights?: ClassWeights;
  /** What is measured beside loss and score whenever data are evaluated, each by its name. Default: nothing. */
  metrics?: readonly Metric[];
  /** Penalties for the size of weights, a part of the training loss. Default: none. */
  penalties?: Penalties;
  /** Stop when the validation data shows no improvement, and restore the best weights. Default: never. */
  earlyStopping?: EarlyStopping;
}

/** The model of a run: a network, or what the user's own function gives. */
export type ModelOf<R extends Pick<Run, "model">> = R["model"] extends infer M ? (M extends ModelFactory ? ReturnType<M> : Network) : never;
/** l1 times the sum of |w| plus l2 times the sum of w^2, over the tensors that match. */
export interface Penalties {
  /** At least 0. Default 0. */
  l1?: number;
  /** At least 0: twice PyTorch's weight_decay has the gradient of 1 here. Default 0. */
  l2?: number;
  /** A pattern of names of tensors. Default "*.weight". */
  match?: string;
}

/** A run with its defaults filled in. */
export type CheckedRun = Readonly<Required<Omit<Run, "loss" | "earlyStopping" | "classWeights" | "metrics" | "penalties">>> & {
  readonly loss?: Loss;
  readonly classWeights?: ClassWeights;
  readonly metrics?: readonly Metric[];
  readonly penalties?: Readonly<Required<Penalties>>;
  readonly earlyStopping?: Readonly<Required<EarlyStopping>>;
};

const model: Field<Run["model"]> = {
  fallback: undefined,
  read(value, path) {
    return typeof value === "function" ? (value as ModelFactory) : readNetwork(value, path);
  },
};

const optimizer: Field<OptimizerDescription> = {
  fallback: undefined,
  read(value) {
    ruleOf(value as OptimizerDescription);
    return value as OptimizerDescription;
  },
};

const earlyStopping: Field<Required<EarlyStopping>> = {
  fallback: undefined,
  read: (value, path) =>
    readOptions<Required<EarlyStopping>>(path, value, {
      patience: integer(undefined, { min: 1 }),
      minimumImprovement: number(0, { min: 0 }),
      monitor: {
        fallback: "loss",
        read(value, path) {
          demand(typeof value === "string", path, value, "loss, score or the name of a metric");
          return value as string;
        },
      },
    }),
};

const metric: Field<Metric> = {
  fallback: undefined,
  read(value, path) {
    metricRuleOf(value, path);
    return value as Metric;
  },
};

const classWeights: Field<ClassWeights> = {
  fallback: undefined,
  read(value, path) {
    if (value === "balanced") return value;
    if (typeof value === "string") return oneOf(undefined, ["balanced"]).read(value, path);
    return list(undefined, number(undefined, { min: 0, max: 1e30 }), 1).read(value, path);
  },
};

const penalties: Field<Required<Penalties>> = {
  fallback: undefined,
  read: (value, path) =>
    readOptions<Required<Penalties>>(path, value, {
      l1: number(0, { min: 0, max: 1e30 }),
      l2: number(0, { min: 0, max: 1e30 }),
      match: {
        fallback: "*.weight",
        read(value, path) {
          demand(typeof value === "string" && value !== "", path, value, 'a pattern such as "*.weight"');
          return value as string;
        },
      },
    }),
};

/** Runs that `readRun` has checked: each is checked once, however many hands it passes through. */
const checkedRuns = /* @__PURE__ */ new WeakSet<object>();

/** Checks a run and fills in its defaults. Throws OptionError that names the field. */
export function readRun(run: Run): CheckedRun {
  if (typeof run === "object" && run !== null && checkedRuns.has(run)) return run as CheckedRun;
  const checked = readOptions<CheckedRun>("run", run, {
    model,
    loss: optional({ fallback: undefined, read: readLoss } as Field<Loss>),
    optimizer,
    batchSize: integer(32, { min: 1 }),
    epochs: integer(30, { min: 1 }),
    seed: integer(1, { min: 0 }),
    classWeights: optional(classWeights),
    metrics: optional(list(undefined, metric)),
    penalties: optional(penalties),
    earlyStopping: optional(earlyStopping),
  } as Parameters<typeof readOptions<CheckedRun>>[2]);
  if (typeof checked.model === "object" && checked.loss === undefined) throw new OptionError("run.loss", undefined, "is missing");
  if (typeof checked.model === "function" && checked.loss !== undefined) {
    throw new OptionError("run.loss", checked.loss, "must be left out: a model of your own computes its loss itself");
  }
  if (typeof checked.model === "function" && checked.classWeights !== undefined)
    throw new OptionError("run.classWeights", checked.classWeights, "must be left out: a model of your own weighs its rows itself");
  const names = (checked.metrics ?? []).map((metric) => metricName(metric));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new OptionError("run.metrics", checked.metrics, `must have different names, got ${twice} twice`);
  if (checked.earlyStopping !== undefined) {
    oneOf(undefined, ["loss", "score", ...names]).read(checked.earlyStopping.monitor, "run.earlyStopping.monitor");
  }
  checkedRuns.add(checked);
  return checked;
}

/** How long an epoch and the run are, in optimizer updates; the last one of a run may be of fewer batches than `accumulate`. */
export function clockOf(run: Pick<CheckedRun, "batchSize" | "epochs" | "optimizer">, rows: number): Required<Clock> {
  return clockOfBatches(run, Math.ceil(rows / run.batchSize));
}

/** The batches of an epoch; undefined of a stream that does not say it. */
export function batchesOf({ batchSize }: Pick<CheckedRun, "batchSize">, { rows, batches, ownBatches }: Length): number | undefined {
  return batches ?? (ownBatches || rows === undefined ? undefined : Math.ceil(rows / batchSize));
}

/** As `clockOf`, where data may not say how long they are. */
export function clockOfData(run: CheckedRun, data: Length): Clock {
  const batches = batchesOf(run, data);
  return batches === undefined ? {} : clockOfBatches(run, batches);
}

/** What data in memory or a stream say of their length. */
type Length = Pick<Partial<RowStream>, "rows" | "batches" | "ownBatches">;

function clockOfBatches({ epochs, optimizer }: Pick<CheckedRun, "epochs" | "optimizer">, batches: number): Required<Clock> {
  const { accumulate } = unwrap(optimizer).core;
  return { stepsPerEpoch: batches / accumulate, totalSteps: Math.ceil((batches * epochs) / accumulate) };
}
