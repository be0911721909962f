import { Command } from "commander";
import { cellError } from "../data/checks.js";
import { type CsvTable, decodeOutputs, type Encoder, encodeTable, targetRows } from "../data/csv.js";
import { type OnMissing, readFeatures } from "../data/encode.js";
import { softmax } from "../numerics/softmax.js";
import { StepsizeError } from "../options/errors.js";
import { count, explained, percent } from "../search/report/format.js";
import { Score, type ScoreName, scoreName } from "../training/score.js";
import { readModel } from "./model-file.js";
import { naming, readFile, startEngine } from "./prepare.js";
import { addFileFlags, type Settings } from "./settings.js";
import { printable } from "./terminal.js";
import { checkOutputs, writeWhole } from "./write.js";

interface Flags extends Pick<Settings, "delimiter" | "decimal" | "header" | "skip" | "comment" | "encoding"> {
  output?: string;
  unknown?: string;
  backend?: string;
  json?: boolean;
}

export function predictCommand(): Command {
  const command = new Command("predict")
    .argument("<model>", "what train --save wrote")
    .argument("<file>", 'a CSV file with the columns of the training data; "-" for the standard input')
    .summary("predict the target of new rows")
    .description(
      "Writes a CSV with a prediction for each row, in order: the class and its probability, or the quantity in the units of the training " +
        "data. Where the file has the target too, its score goes to standard error.",
    );
  return addFileFlags(command)
    .option("--output <file>", "where predictions go (default: standard output)")
    .option("--unknown <how>", "texts that the training rows did not have: error, or ignore (none of the categories)")
    .option("--json", "write JSON instead of CSV")
    .option("--backend <name>", "wasm or js (default: wasm if available)")
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
  return `${words} on ${count(rows, "row")} whose ${printable(target)} the file has`;
}

async function predict(modelPath: string, file: string, flags: Flags): Promise<void> {
  const { output, json = false } = flags;
  if (output !== undefined) await checkOutputs([{ flag: "--output", path: output }], [modelPath, file]);
  const engine = await startEngine(flags.backend);
  const { model, encoder, settings } = await readModel(engine, modelPath);
  const table = await readFile(file, { ...settings, ...flags }, encoder);
  const unknown = flags.unknown === undefined ? {} : { unknown: flags.unknown as "error" };
  const { features } = await naming(file, async () => readFeatures(encoder, table, unknown, refuseMissing));
  const outputs = model.predict(features);
  model.dispose();
  const predictions = predictionsOf(encoder, outputs);
  const score = scoreOf(encoder, table, outputs);
  const { name: target, task } = encoder.target;
  const document = { command: "predict", target, task, predictions, score: typeof score === "string" ? null : score };
  // a file gets the texts as they are, a terminal what it may be given
  const shown = output === undefined && process.stdout.isTTY ? printable : String;
  const result = json ? JSON.stringify(document) : csv(predictions, shown);
  if (output === undefined) process.stdout.write(`${result}\n`);
  else await writeWhole(output, `${result}\n`);
  if (!json && score !== null) process.stderr.write(`${printable(typeof score === "string" ? score : scoreWords(score, target))}\n`);
}

/** A cell that the model cannot do without is a matter of its training, which set --missing. */
const refuseMissing: OnMissing = (row, column) => {
  throw cellError(
    row + 1,
    column,
    "the cell is missing, and the model has nothing in its place: fill it in, or train the model with --missing mean (median, mode)",
  );
};

function predictionsOf(encoder: Encoder, outputs: Float32Array): Prediction[] {
  const decoded: readonly (string | number)[] = decodeOutputs(encoder, outputs);
  const width = outputs.length / decoded.length;
  const shares = softmax(outputs, width);
  return decoded.map((prediction, row) =>
    typeof prediction === "number"
      ? { prediction }
      : { prediction, probability: Math.max(...shares.subarray(row * width, (row + 1) * width)) },
  );
}

/** How good predictions are, where the file has the target in some rows; in words why that cannot be said. */
function scoreOf(encoder: Encoder, table: CsvTable, outputs: Float32Array): PredictionScore | string | null {
  const rows = targetRows(encoder, table);
  if (rows.length === 0) return null;
  try {
    const data = encodeTable(encoder, table, { rows, unknown: "ignore" });
    const width = outputs.length / table.rows;
    const score = new Score(data);
    for (const row of rows) score.add(outputs.subarray(row * width, (row + 1) * width), 1);
    const { value } = score;
    if (value === undefined) return `no score: every ${encoder.target.name} of the file is the same, so that R² is undefined`;
    return { name: scoreName(data), value, rows: rows.length };
  } catch (error) {
    // a label of which the training rows know nothing
    if (error instanceof StepsizeError) return `no score: ${error.message}`;
    throw error;
  }
}

function csv(predictions: readonly Prediction[], shown: (text: string) => string): string {
  const probabilities = predictions[0]?.probability !== undefined;
  const lines = predictions.map(({ prediction, probability }) =>
    probabilities ? `${shown(quoted(prediction))},${Number((probability as number).toFixed(6))}` : shown(quoted(prediction)),
  );
  return [probabilities ? "prediction,probability" : "prediction", ...lines].join("\n");
}

/** RFC 4180: a cell with a delimiter, a quote, a line break or outer blanks is quoted. */
function quoted(value: string | number): string {
  const text = String(value);
  return /[",\r\n]|^\s|\s$|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
