import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { Command } from "commander";
import { count } from "../../search/report/format.js";
import { headline } from "../../search/words.js";
import { UsageError } from "../errors.js";
import { openLedger } from "../ledger.js";
import { answerOf } from "../report.js";
import { printable, say } from "../terminal.js";
import { checkOutputs, writeWhole } from "../write.js";
import { writeRuns } from "./mlflow.js";
import { onnxOf } from "./onnx.js";
import { optunaJournal } from "./optuna.js";
import { csvOf, rowsOf } from "./rows.js";

const FORMATS = ["csv", "parquet", "optuna", "mlflow", "onnx"] as const;
type Format = (typeof FORMATS)[number];

const BY_EXTENSION: Readonly<Record<string, Format>> = {
  ".csv": "csv",
  ".parquet": "parquet",
  ".log": "optuna",
  ".journal": "optuna",
  ".onnx": "onnx",
};

export function exportCommand(): Command {
  return new Command("export")
    .argument("<from>", "the file of a search --ledger, or for .onnx what train --save wrote")
    .argument("<file>", "what to write: .csv, .parquet, .log for Optuna's journal, a folder for MLflow with --format mlflow, or .onnx")
    .summary("write the trials of a ledger, or a model, for other tools")
    .description(
      "Writes a ledger as a table (CSV, Parquet; a row for each trial), as a study in Optuna's journal file (a trial for each rate, for optuna-dashboard), or as runs in folders of MLflow. " +
        "Writes a model as ONNX: it takes the columns of the training data, and gives the probabilities of the classes, or the quantity in its units.",
    )
    .option("--format <name>", `${FORMATS.join(", ")} (default: as the name of the file ends)`)
    .action(write);
}

async function write(path: string, to: string, { format }: { format?: string }): Promise<void> {
  const kind = formatOf(to, format);
  await checkOutputs(kind === "mlflow" ? [] : [{ flag: "the file", path: to }], [path]);
  if (kind === "onnx") {
    const { bytes, words } = await onnxOf(path);
    await writeWhole(to, bytes);
    return say(`${printable(to)}: the network of ${printable(path)}, from ${words}`);
  }
  const ledger = openLedger(path);
  const name = basename(path, extname(path));
  // the ledger has no times, which would make it another file each time
  const { mtime } = await stat(path);
  if (kind === "mlflow") await writeRuns(to, name, ledger, mtime);
  else if (kind === "optuna") {
    const result = await answerOf(path, ledger);
    const words = headline(result, ledger.head.facts.validationRows);
    await writeWhole(to, optunaJournal(name, ledger.head, result, words, mtime));
  } else if (kind === "parquet") {
    const { parquetOf } = await import("./parquet.js");
    await writeWhole(to, parquetOf(rowsOf(ledger)));
  } else await writeWhole(to, csvOf(rowsOf(ledger)));
  say(`${printable(to)}: ${count(ledger.trials.length, "trial")} of ${printable(path)}`);
}

function formatOf(path: string, format: string | undefined): Format {
  if (format !== undefined) {
    if ((FORMATS as readonly string[]).includes(format)) return format as Format;
    throw new UsageError(`--format must be one of ${FORMATS.join(", ")}, got ${printable(format)}`);
  }
  const found = BY_EXTENSION[extname(path)];
  if (found === undefined)
    throw new UsageError(`--format is missing: ${printable(path)} does not say what to write (${FORMATS.join(", ")})`);
  return found;
}
