import { type Loss, readLoss } from "../models/losses.js";
import type { ModelFactory } from "../models/model.js";
import { readNetwork } from "../models/network.js";
import type { NetworkDescription } from "../models/sequential.js";
import { type OptimizerDescription, ruleOf } from "../optimizers/rule.js";
import { unwrap } from "../optimizers/wrapper.js";
import { OptionError } from "../options/errors.js";
import { type Field, integer, number, oneOf, optional, readOptions } from "../options/options.js";
import type { Clock } from "../schedules/schedule.js";

export interface EarlyStopping {
  /** Epochs without an improvement before training stops, at least 1. */
  patience: number;
  /** The least improvement that counts, in units of the monitored number. Default 0: any. */
  minimumImprovement?: number;
  /** The validation loss, or the validation score (accuracy, R²). Default loss. */
  monitor?: "loss" | "score";
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
  /** Stop when the validation data shows no improvement, and restore the best weights. Default: never. */
  earlyStopping?: EarlyStopping;
}

/** A run with its defaults filled in. */
export type CheckedRun = Readonly<Required<Omit<Run, "loss" | "earlyStopping">>> & {
  readonly loss?: Loss;
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
      monitor: oneOf("loss", ["loss", "score"]),
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
    earlyStopping: optional(earlyStopping),
  } as Parameters<typeof readOptions<CheckedRun>>[2]);
  if (typeof checked.model === "object" && checked.loss === undefined) throw new OptionError("run.loss", undefined, "is missing");
  if (typeof checked.model === "function" && checked.loss !== undefined) {
    throw new OptionError("run.loss", checked.loss, "must be left out: a model of your own computes its loss itself");
  }
  checkedRuns.add(checked);
  return checked;
}

/** How long an epoch and the run are, in optimizer updates; the last one of a run may be of fewer batches than `accumulate`. */
export function clockOf(
  { batchSize, epochs, optimizer }: Pick<CheckedRun, "batchSize" | "epochs" | "optimizer">,
  rows: number,
): Required<Clock> {
  const batches = Math.ceil(rows / batchSize);
  const { accumulate } = unwrap(optimizer).core;
  return { stepsPerEpoch: batches / accumulate, totalSteps: Math.ceil((batches * epochs) / accumulate) };
}
