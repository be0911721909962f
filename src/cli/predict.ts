import { Command } from "commander";
import { decode, type Encoder, encode, encodeFeatures, parseCSV, type Table } from "../data/csv.js";
import { exp } from "../numerics/math.js";
import { StepsizeError } from "../options/errors.js";
import { Score, type ScoreName, scoreName } from "../training/score.js";
import { readText } from "./files.js";
import { count, explained, percent } from "./format.js";
import { readModel } from "./model-file.js";
import { naming, startEngine } from "./prepare.js";
import { printable, say } from "./terminal.js";
import { delimiterOf } from "./values.js";
import { checkOutputs, writeWhole } from "./write.js";

interface Flags {
  output?: string;
  unknown?: string;
  delimiter?: string;
  backend?: string;
  json?: boolean;
}

export function predictCommand(): Command {
  return new Command("predict")
    .argument("<model>", "what train --save wrote")
    .argument("<file>", 'a CSV file with the columns of the training data; "-" for the standard input')
    .summary("predict the target of new rows")
    .description(
      "Writes a CSV with a prediction for each row, in order: the class and its probability, or the quantity in the units of the training " +
        "data. Where the file has the target too, its score goes to standard error.",
    )
    .option("--output <file>", "where predictions go (default: standard output)")
    .option("--unknown <how>", "texts that the training rows did not have: error, or ignore (none of the categories)")
    .option("--delimiter <text>", "what stands between cells (default: as in the training data)", delimiterOf)
    .option("--json", "write JSON instead of CSV")
    .option("--backend <name>", "wasm or js (default: wasm where it can be had)")
    .action(predict);
}

interface Prediction {
  readonly prediction: string | number;
  /** Of a class. */
  readonly probability?: number;
}

interface PredictionScore {
  readonly name: ScoreName;
  readonly value: number;
  readonly rows: number;
}

function scoreWords({ name, value, rows }: PredictionScore, target: string): string {
  const words = name === "accuracy" ? `accuracy ${percent(value)}` : `R² ${explained(value)}`;
  return `${words} on ${count(rows, "row")} whose ${target} the file has`;
}

async function predict(modelPath: string, file: string, flags: Flags): Promise<void> {
  const { output, json = false } = flags;
  if (output !== undefined) await checkOutputs([{ flag: "--output", path: output }], [modelPath, file]);
  const engine = await startEngine(flags.backend);
  const { model, encoder, settings } = await readModel(engine, modelPath);
  const delimiter = flags.delimiter ?? settings.delimiter;
  const text = await readText(file);
  const table = naming(file, () => parseCSV(text, delimiter === undefined ? {} : { delimiter }));
  const unknown = flags.unknown === undefined ? {} : { unknown: flags.unknown as "error" };
  const { features } = naming(file, () => encodeFeatures(encoder, table, unknown));
  const outputs = model.predict(features);
  model.dispose();
  const predictions = predictionsOf(encoder, outputs);
  const score = scoreOf(encoder, table, outputs);
  const { name: target, task } = encoder.target;
  const document = { command: "predict", target, task, predictions, score: typeof score === "string" ? null : score };
  const result = json ? JSON.stringify(document) : csv(predictions);
  // piped, the answer is data: every label as it is
  if (output === undefined && !process.stdout.isTTY) process.stdout.write(`${result}\n`);
  else if (output === undefined) say(result);
  else await writeWhole(output, `${result}\n`);
  if (!json && score !== null) process.stderr.write(`${printable(typeof score === "string" ? score : scoreWords(score, target))}\n`);
}

function predictionsOf(encoder: Encoder, outputs: Float32Array): Prediction[] {
  const decoded = decode(encoder, outputs);
  const width = outputs.length / decoded.length;
  return decoded.map((prediction, row) =>
    typeof prediction === "number" ? { prediction } : { prediction, probability: softmaxOfLargest(outputs, row * width, width) },
  );
}

/** The largest of the softmax of `count` outputs: 1 / Σ exp(output - largest). */
function softmaxOfLargest(outputs: Float32Array, from: number, count: number): number {
  const row = outputs.subarray(from, from + count);
  const largest = row.reduce((high, output) => Math.max(high, output), Number.NEGATIVE_INFINITY);
  return 1 / row.reduce((sum, output) => sum + exp(output - largest), 0);
}

/** How good predictions are, where the file has the target in some rows; in words why that cannot be said. */
function scoreOf(encoder: Encoder, table: Table, outputs: Float32Array): PredictionScore | string | null {
  const { target, missingValues } = encoder;
  const column = table.columns.indexOf(target.name);
  const rows = [...table.rows.keys()].filter((row) => !missingValues.includes(table.rows[row]?.[column] ?? ""));
  if (column < 0 || rows.length === 0) return null;
  try {
    const data = encode(encoder, table, { rows, unknown: "ignore" });
    const width = outputs.length / table.rows.length;
    const score = new Score(data);
    for (const row of rows) score.add(outputs.subarray(row * width, (row + 1) * width), 1);
    const { value } = score;
    if (value === undefined) return `no score: every ${target.name} of the file is the same, so that R² is undefined`;
    return { name: scoreName(data), value, rows: rows.length };
  } catch (error) {
    // a label of which the training rows know nothing
    if (error instanceof StepsizeError) return `no score: ${error.message}`;
    throw error;
  }
}

function csv(predictions: readonly Prediction[]): string {
  const probabilities = predictions[0]?.probability !== undefined;
  const lines = predictions.map(({ prediction, probability }) =>
    probabilities ? `${quoted(prediction)},${Number((probability as number).toFixed(6))}` : quoted(prediction),
  );
  return [probabilities ? "prediction,probability" : "prediction", ...lines].join("\n");
}

/** RFC 4180: a cell with a delimiter, a quote, a line break or outer blanks is quoted. */
function quoted(value: string | number): string {
  const text = String(value);
  return /[",\r\n]|^\s|\s$|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
