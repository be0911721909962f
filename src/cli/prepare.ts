import {
  AdvisedDataError,
  type ColumnSummary,
  type CSVOptions,
  type CSVParts,
  type CsvTable,
  datasetsFromCSV,
  type Encoder,
  sayWords,
} from "../data/csv.js";
import { type Engine, type LoadOptions, load } from "../engine/load.js";
import { version } from "../generated/hash.js";
import { lossFromJSON } from "../models/loss-json.js";
import { type Loss, traitsOfLoss } from "../models/losses.js";
import { mlp } from "../models/mlp.js";
import type { OptimizerDescription } from "../optimizers/rule.js";
import { unwrap } from "../optimizers/wrapper.js";
import { DataError, OptionError } from "../options/errors.js";
import { type Context, dataContext } from "../search/report/context.js";
import { count, listed } from "../search/report/format.js";
import { metricsFromJSON } from "../training/metrics-json.js";
import { type CheckedRun, readRun } from "../training/run.js";
import { limitInlining } from "./compiler.js";
import { UsageError } from "./errors.js";
import { nameOf, readTable, type TableOptions } from "./files.js";
import { unscaledOptimizer } from "./optimizer.js";
import { ReadingProgress } from "./reading.js";
import { type Settings, type SizedSettings, sized } from "./settings.js";
import { printable, wrapped } from "./terminal.js";

type FileSettings = Pick<Settings, "delimiter" | "decimal" | "header" | "skip" | "comment" | "encoding">;

/** The table in a file, read as settings say; `like` is the encoder of a file that was probably written in the same way. */
export async function readFile(path: string, settings: FileSettings, like?: Encoder): Promise<CsvTable> {
  const { delimiter, decimal, header, skip, comment, encoding } = settings;
  const options = { ...given({ delimiter, decimal, header, skip, comment, encoding }), ...(like && { like }) } as TableOptions;
  using progress = new ReadingProgress(nameOf(path));
  return await naming(path, () => readTable(path, { ...options, onRead: (bytes, total) => progress.update(bytes, total) }));
}

/** Data sets from the file that settings speak of. */
export async function readData(path: string, settings: Settings): Promise<CSVParts> {
  const table = await readFile(path, settings);
  const { target, task, features, exclude, include, categorical, numeric, missing, missingValues, validation, test, seed } = settings;
  if (target === undefined) {
    const names = listed(table.columnNames.map(printable));
    throw new UsageError(`--target is missing: which column is to be predicted? ${nameOf(path)} has ${names}`);
  }
  const options = given({ target, task, features, exclude, include, categorical, numeric, missing, missingValues, validation, test, seed });
  return toTrain(path, () => datasetsFromCSV(table, options as unknown as CSVOptions));
}

/** Data sets of a file as they are made, to train on: from there on V8 compiles for training. */
export async function toTrain(path: string, make: () => CSVParts): Promise<CSVParts> {
  const parts = await naming(path, async () => make());
  limitInlining();
  return parts;
}

/** The options that were given. */
export function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Errors in the data say of which file, and what to do in the words of the command line. */
export async function naming<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const message = error instanceof AdvisedDataError ? sayWords(error.words, "command line") : error.message;
    throw new DataError(`${nameOf(path)}: ${message}`, error.row, error.column);
  }
}

/** The run that settings describe, sized for the data. */
export function describeRun(settings: SizedSettings, { training }: CSVParts, optimizer: OptimizerDescription): CheckedRun {
  const { hidden, activation, dropout, batchSize, epochs, seed, patience, loss, classWeights, metric } = settings;
  const described = lossFromJSON(loss ?? (training.task === "classification" ? "crossEntropy" : "meanSquared"), "run.loss");
  if (training.task === "regression") refuseBounded(described, training.outputs);
  return readRun({
    model: mlp({ inputs: training.columns, hidden, outputs: training.outputs, activation: activation as "relu", dropout }),
    // the targets of a regression are standardised, so that squared errors are of the size of 1
    loss: described,
    optimizer,
    batchSize,
    epochs,
    seed,
    ...(classWeights !== undefined && { classWeights }),
    ...(metric !== undefined && {
      metrics: metricsFromJSON(
        metric.map((kind) => ({ kind })),
        "run.metrics",
      ),
    }),
    ...(patience !== undefined && { earlyStopping: { patience, monitor: metric?.[0] ?? "loss" } }),
  });
}

/** The run that settings describe, of which `scaleRun` sets the learning rate. */
export function unscaledRun(settings: Settings, parts: CSVParts): CheckedRun {
  const { rows } = parts.training;
  const whole = sized(settings, rows);
  return describeRun(whole, parts, unscaledOptimizer(whole, rows));
}

/** A loss of shares, signs or counts would name a standardised number, which is not in the file. */
function refuseBounded(loss: Loss, outputs: number): void {
  const { name, targets } = traitsOfLoss(loss, outputs);
  if (targets === "quantities" || targets === "classes") return;
  const advice = "quantities are standardised, for meanSquared, meanAbsolute, huber, logCosh or quantile";
  throw new OptionError("run.loss", loss, `cannot be ${name} of a quantity: it needs ${NEEDS[targets]}, and here ${advice}`);
}

const NEEDS = { shares: "numbers from 0 to 1", signs: "numbers that are 0 or 1", counts: "numbers from 0" };

export function startEngine(backend: string | undefined): Promise<Engine> {
  return load(backend === undefined ? {} : ({ backend } as LoadOptions));
}

export function contextOf(path: string, parts: CSVParts, run: CheckedRun, engine: Engine): Required<Context> {
  return {
    stepsize: version,
    file: nameOf(path),
    data: dataContext(parts, "command line"),
    backend: { name: engine.backend, reason: engine.reason },
    host: `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    run: JSON.parse(JSON.stringify(run)),
  };
}

/** The data and the run in some lines. */
export function introduce({ file, data, backend }: Required<Context>, run: CheckedRun): string[] {
  const { rows, features, classes, target } = data;
  const total = rows.training + rows.validation + rows.test;
  const held = rows.test > 0 ? `, ${rows.test} held out for the test` : "";
  const name = printable(target);
  const what = classes === undefined ? `the quantity ${name}` : `${count(classes.length, "class", "classes")} of ${name}`;
  const { model, optimizer, batchSize, epochs, seed } = run;
  const sizes = sizesOf(run);
  const activation = "activation" in model && model.hidden.length > 0 ? ` ${model.activation}` : "";
  const { core, kinds } = unwrap(optimizer);
  const { momentum } = core as { momentum?: unknown };
  const withMomentum = typeof momentum === "number" && momentum > 0 ? ` with momentum ${momentum}` : "";
  return [
    `${file}: ${count(total, "row")}, ${count(features.length, "feature")}, ${what}`,
    `  ${rows.training} rows to train on, ${rows.validation} to validate${held}`,
    `  columns: ${columnWords(data.columns)}`,
    ...data.notes.map((note) => `  note: ${printable(note)}`),
    `network ${sizes.join("-")}${activation}, ${count(parametersOf(run), "parameter")}; ${kinds.join(" around ")}${withMomentum}; ` +
      `batches of ${batchSize}, ${count(epochs, "epoch")}, seed ${seed}`,
    `backend ${backend.name}: ${backend.reason}`,
  ].map((line) => wrapped(line, "    "));
}

function sizesOf({ model }: CheckedRun): number[] {
  return "hidden" in model ? [model.inputs, ...model.hidden, model.outputs] : [];
}

/** The number of parameters of a network of the command line. */
export function parametersOf(run: CheckedRun): number {
  const sizes = sizesOf(run);
  return sizes.slice(1).reduce((sum, size, i) => sum + ((sizes[i] as number) + 1) * size, 0);
}

/** The columns to predict from by kind, and which miss cells. */
function columnWords(columns: readonly ColumnSummary[]): string {
  const features = columns.filter(({ use }) => use === "feature");
  const of = (kind: ColumnSummary["kind"]) => features.filter((column) => column.kind === kind);
  const texts = of("text").map(({ name, distinct }) => `${printable(name)} (${distinct ?? "many"})`);
  const gaps = columns.filter(({ use, missing }) => missing > 0 && (use === "feature" || use === "target"));
  return [
    ...(of("number").length > 0 ? [count(of("number").length, "number")] : []),
    ...(texts.length > 0 ? [`${count(texts.length, "text")}: ${listed(texts)}`] : []),
    ...(of("date").length > 0 ? [count(of("date").length, "date")] : []),
    ...(gaps.length > 0 ? [`missing cells in ${listed(gaps.map(({ name, missing }) => `${printable(name)} (${missing})`))}`] : []),
  ].join("; ");
}
