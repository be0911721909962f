import { type Fields, oneOf, optional } from "../options/options.js";
import { cellField, names, text } from "./checks.js";
import type { Task } from "./dataset.js";
import { MISSING_METHODS, type MissingMethod } from "./encoder.js";

export interface EncoderOptions {
  /** The column to predict. */
  target: string;
  /**
   * The task: to predict one of some classes, or a quantity. "auto" (the default): texts are classes; whole numbers are classes when at
   * most 20 different ones occur, each in ten rows on average, or at most 2; other numbers are quantities.
   */
  task?: "auto" | Task;
  /** The columns to predict from. Default: all but the target and those that `include` speaks of. */
  features?: readonly string[];
  /** Columns not to predict from. Default: none. */
  exclude?: readonly string[];
  /**
   * Columns to predict from though they look as if they cannot help: an index without a name, numbers that count the rows, texts of which
   * more than half are different, dates (which become days since 1970). Default: none of these.
   */
  include?: readonly string[];
  /** Columns whose numbers are names (a number of cylinders): they become one-hot, as texts do. Default: none. */
  categorical?: readonly string[];
  /** Columns whose texts are numbers: codes with a zero in front, such as 007. Default: none. */
  numeric?: readonly string[];
  /**
   * The treatment of missing cells. "error" (the default) refuses them; "drop" leaves their rows out; "mean", "median" and "mode" (the
   * most frequent, the smallest of equals) fill a number from the training rows, and a text as `missingText` says. A missing target
   * is never filled: an error unless "drop".
   */
  missing?: MissingMethod;
  /** The filling of a missing text: the most frequent one ("mode", the default), or, if the training rows have gaps, a category of its own. */
  missingText?: "mode" | "category";
  /**
   * The cells that count as missing. Default: the empty cell, NA, NaN, null and how others write them, ? and a lone dot; in columns of numbers
   * also None and dashes, which in a column of texts may be a category.
   */
  missingValues?: readonly string[];
}

export interface FitOptions extends EncoderOptions {
  /** The training rows, from 0. Default: all. */
  rows?: ArrayLike<number>;
}

export type EncoderSettings = Required<Omit<EncoderOptions, "features">> & Pick<EncoderOptions, "features">;

/** Signs of a missing number that may be a word for something in a column of texts: the roof has no garage, the answer was none. */
export const WORDS_FOR_NONE = Object.freeze(["None", "NONE", "nil", "-", "--", "---"]);

/** As pandas, R, SQL and spreadsheets write a missing cell. */
export const MISSING_VALUES = Object.freeze([
  ...["", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "Null", ...WORDS_FOR_NONE, "?", ".", "(null)", "<NA>", "\\N"],
  ...["#N/A", "#NA", "#N/A N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NAME?", "#NULL!"],
]);

export const encoderFields: Fields<EncoderSettings> = {
  target: text(),
  task: oneOf("auto", ["auto", "classification", "regression"]),
  features: optional(names(undefined)),
  exclude: names([]),
  include: names([]),
  categorical: names([]),
  numeric: names([]),
  missing: oneOf("error", MISSING_METHODS),
  missingText: oneOf("mode", ["mode", "category"]),
  missingValues: names(MISSING_VALUES, cellField),
};
