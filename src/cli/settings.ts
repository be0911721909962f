import type { Command } from "commander";
import { ACTIVATIONS } from "../models/activations.js";
import { rules, wrappers } from "../optimizers/index.js";
import { classWeightsOf, delimiterOf, lossOf, namesOf, numberOf, numbersOf, scheduleOf, settingOf } from "./values.js";

/** Settings that decide the data and the run: plain JSON, kept in checkpoints so that a run can be resumed and its model used on new files. */
export interface Settings {
  target?: string;
  task?: string;
  features?: string[];
  exclude?: string[];
  include?: string[];
  categorical?: string[];
  numeric?: string[];
  missing?: string;
  missingValues?: string[];
  delimiter?: string;
  decimal?: string;
  header?: boolean;
  skip?: number;
  comment?: string;
  encoding?: string;
  validation: number;
  test: number;
  seed: number;
  hidden: number[];
  activation: string;
  dropout: number;
  optimizer: string;
  momentum?: number;
  set?: Record<string, unknown>;
  schedule?: Record<string, unknown>;
  warmup?: number;
  rate?: number;
  epochs: number;
  batchSize?: number;
  patience?: number;
  loss?: Record<string, unknown> | string;
  classWeights?: "balanced" | number[];
  metric?: string[];
}

/** With the number of rows in a batch, which data without so many rows have all in one. */
export type SizedSettings = Settings & { readonly batchSize: number };

export function sized(settings: Settings, rows: number): SizedSettings {
  return { ...settings, batchSize: settings.batchSize ?? Math.min(BATCH_SIZE, rows) };
}

const BATCH_SIZE = 32;

/** Momentum of sgd on the command line: without it, nobody uses sgd. */
export const SGD_MOMENTUM = 0.9;

/** The options of `search` and `train` that decide the data and the run. */
export function addSettings(command: Command): Command {
  return addFileFlags(addColumnFlags(command.optionsGroup("Data:").option("-t, --target <column>", "the column to predict")))
    .option("--missing <method>", "missing cells: error, drop their rows, or fill with mean, median or mode (default: error)")
    .option("--validation <share>", "share of the rows that rates are compared on", numberOf, 0.15)
    .option("--test <share>", "share of the rows for the last, held-out score; 0 for none", numberOf, 0.15)
    .optionsGroup("Network:")
    .option("--hidden <sizes>", 'sizes of the hidden layers, as in 64,32; "" for none', numbersOf, [64])
    .option("--activation <name>", ACTIVATIONS.join(", "), "relu")
    .option("--dropout <share>", "share of hidden units left out in a training step", numberOf, 0)
    .optionsGroup("Training:")
    .option(
      "-o, --optimizer <kind>",
      `${[...rules.keys()].join(", ")}; with --set optimizer=adam also what goes around one: ${[...wrappers.keys()].join(", ")}`,
      "adam",
    )
    .option("--momentum <number>", `of the optimizers that have it (sgd here: ${SGD_MOMENTUM} unless given)`, numberOf)
    .option("--set <key=value>", "any other option of the optimizer, as in --set weightDecay=0.01; may be repeated", settingOf)
    .option(
      "--schedule <form>",
      "how the rate changes: a kind with options, as in cosine or step:every=500,factor=0.5, or JSON; other rates in it, such as end, are then shares of the one searched for or given",
      scheduleOf,
    )
    .option("--warmup <steps>", "steps of linear warm-up in front", numberOf)
    .option(
      "--loss <form>",
      "a kind of loss with options, as in focal:gamma=2, or JSON (default: crossEntropy or meanSquared, whose targets are standardised)",
      lossOf,
    )
    .option(
      "--class-weights <weights>",
      'how much rows of each class count in every loss, that on validation and held-out rows too: "balanced", or a number for each class in their order, as in 1,5',
      classWeightsOf,
    )
    .option(
      "--metric <names>",
      "what is measured besides, as in f1,rocAuc; --patience then watches the first, rates are chosen as without",
      namesOf,
    )
    .option("--epochs <count>", "passes over the training rows", numberOf, 30)
    .option("--batch-size <rows>", `rows in a step (default: ${BATCH_SIZE}, or all where there are fewer)`, numberOf)
    .option("--patience <epochs>", "stop after so many epochs without a better validation loss, and keep the best weights", numberOf)
    .option("--seed <number>", "decides split, initial weights, order of rows and dropout", numberOf, 1);
}

/** The options that say which columns are used, and as what. */
export function addColumnFlags(command: Command): Command {
  return command
    .option("--task <task>", "classification or regression (default: as the target looks)")
    .option("--missing-values <cells>", "the cells that count as missing (default: empty, NA, NaN, null, None, -, ? and the like)", namesOf)
    .option("--features <columns>", "the columns to predict from (default: all but the target and what cannot help)", namesOf)
    .option("--exclude <columns>", "columns not to predict from", namesOf)
    .option("--include <columns>", "columns to predict from though they name or count rows, or are dates (read as days)", namesOf)
    .option("--categorical <columns>", "columns whose numbers are names", namesOf)
    .option("--numeric <columns>", "columns whose codes, such as 007, are numbers", namesOf);
}

/** The options that say how a CSV file is written. */
export function addFileFlags(command: Command): Command {
  return command
    .option("--delimiter <text>", 'what stands between cells, "tab" for tabs (default: as the file looks)', delimiterOf)
    .option("--decimal <sign>", '"." or "," (default: as the file looks)')
    .option("--header", "the first line names the columns (default: as the file looks)")
    .option("--no-header", "it does not: columns are called column 1, column 2, ...")
    .option("--skip <lines>", "lines to leave out in front of the header", numberOf)
    .option("--comment <text>", "lines that start with it are left out, as in --comment #")
    .option("--encoding <name>", "utf-8, utf-16le, utf-16be or latin1 (default: as the file looks)");
}
