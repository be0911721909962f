import { type CSVOptions, type CSVParts, datasetsFromCSV, parseCSV } from "../data/csv.js";
import { type Engine, type LoadOptions, load } from "../engine/load.js";
import { mlp } from "../models/mlp.js";
import type { OptimizerDescription } from "../optimizers/rule.js";
import { DataError } from "../options/errors.js";
import { type CheckedRun, readRun } from "../training/run.js";
import { UsageError } from "./errors.js";
import { nameOf, readText } from "./files.js";
import { count, listed } from "./format.js";
import type { Settings, SizedSettings } from "./settings.js";
import { version } from "./version.js";

/** Data sets from the file that settings speak of. */
export async function readData(path: string, settings: Settings): Promise<CSVParts> {
  const text = await readText(path);
  const { target } = settings;
  if (target === undefined)
    throw new UsageError(`--target is missing: which column is to be predicted? ${columnsOf(path, text, settings)}`);
  const { task, features, exclude, categorical, missing, missingValues, delimiter, validation, test, seed } = settings;
  const given = { target, task, features, exclude, categorical, missing, missingValues, delimiter, validation, test, seed };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return naming(path, () => datasetsFromCSV(text, options as unknown as CSVOptions));
}

/** Errors in the data say of which file. */
export function naming<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DataError) throw new DataError(`${nameOf(path)}: ${error.message}`, error.row, error.column);
    throw error;
  }
}

function columnsOf(path: string, text: string, { delimiter }: Settings): string {
  return `${nameOf(path)} has ${listed(naming(path, () => parseCSV(text, delimiter === undefined ? {} : { delimiter })).columns)}`;
}

/** The run that settings describe, sized for the data. */
export function describeRun(settings: SizedSettings, { training }: CSVParts, optimizer: OptimizerDescription): CheckedRun {
  const { hidden, activation, dropout, batchSize, epochs, seed, patience } = settings;
  return readRun({
    model: mlp({ inputs: training.columns, hidden, outputs: training.outputs, activation: activation as "relu", dropout }),
    // the targets of a regression are standardised, so that squared errors are of the size of 1
    loss: training.task === "classification" ? "crossEntropy" : "meanSquared",
    optimizer,
    batchSize,
    epochs,
    seed,
    ...(patience !== undefined && { earlyStopping: { patience } }),
  });
}

export function startEngine(backend: string | undefined): Promise<Engine> {
  return load(backend === undefined ? {} : ({ backend } as LoadOptions));
}

/** What a run was made of, as plain JSON: the head of every document that is written. */
export interface Context {
  readonly stepsize: string;
  readonly file: string;
  readonly data: {
    readonly rows: { readonly training: number; readonly validation: number; readonly test: number };
    readonly features: readonly string[];
    readonly target: string;
    readonly task: string;
    readonly classes?: readonly string[];
    /** Of a quantity: what one unit of its standardised form is in the units of the file. */
    readonly scale?: number;
    readonly notes: readonly string[];
  };
  readonly backend: { readonly name: string; readonly reason: string };
  readonly host: string;
  readonly run: unknown;
}

export function contextOf(path: string, parts: CSVParts, run: CheckedRun, engine: Engine): Context {
  const { training, validation, test, encoder, notes } = parts;
  const { target } = encoder;
  return {
    stepsize: version,
    file: nameOf(path),
    data: {
      rows: { training: training.rows, validation: validation.rows, test: test?.rows ?? 0 },
      features: training.featureNames,
      target: target.name,
      task: target.task,
      ...(target.task === "classification" ? { classes: target.classes } : { scale: target.scaler.scale[0] as number }),
      notes,
    },
    backend: { name: engine.backend, reason: engine.reason },
    host: `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    run: JSON.parse(JSON.stringify(run)),
  };
}

/** The data and the run in three lines. */
export function introduce({ file, data, backend }: Context, run: CheckedRun): string[] {
  const { rows, features, classes, target } = data;
  const total = rows.training + rows.validation + rows.test;
  const held = rows.test > 0 ? `, ${rows.test} held out for the test` : "";
  const what = classes === undefined ? `the quantity ${target}` : `${count(classes.length, "class", "classes")} of ${target}`;
  const { model, optimizer, batchSize, epochs, seed } = run;
  const sizes = "hidden" in model ? [model.inputs, ...model.hidden, model.outputs] : [];
  const parameters = sizes.slice(1).reduce((sum, size, i) => sum + ((sizes[i] as number) + 1) * size, 0);
  const activation = "activation" in model && model.hidden.length > 0 ? ` ${model.activation}` : "";
  const { momentum } = optimizer as { momentum?: unknown };
  const withMomentum = typeof momentum === "number" && momentum > 0 ? ` with momentum ${momentum}` : "";
  return [
    `${file}: ${count(total, "row")}, ${count(features.length, "feature")}, ${what}`,
    `  ${rows.training} rows to train on, ${rows.validation} to validate${held}`,
    ...data.notes.map((note) => `  note: ${note}`),
    `network ${sizes.join("-")}${activation}, ${count(parameters, "parameter")}; ${optimizer.kind}${withMomentum}; ` +
      `batches of ${batchSize}, ${count(epochs, "epoch")}, seed ${seed}`,
    `backend ${backend.name}: ${backend.reason}`,
  ];
}
