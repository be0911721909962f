import { OptionError } from "../options/errors.js";
import { type Field, list, number, oneOf, optional, readOptions, show } from "../options/options.js";
import { cellField, names, text } from "./checks.js";
import { type Standardizer, standardizerField } from "./standardize.js";

export const MISSING_METHODS = ["error", "drop", "mean", "median", "mode"] as const;
export type MissingMethod = (typeof MISSING_METHODS)[number];

export interface NumberColumn {
  readonly type: "number";
  readonly name: string;
  /** Replaces a missing cell; without it, one is an error. */
  readonly fill?: number;
  readonly mean: number;
  readonly scale: number;
}

export interface TextColumn {
  readonly type: "text";
  readonly name: string;
  readonly fill?: string;
  /** Each is one feature, 0 or 1. */
  readonly categories: readonly string[];
}

export interface ClassTarget {
  readonly task: "classification";
  readonly name: string;
  readonly classes: readonly string[];
}

export interface QuantityTarget {
  readonly task: "regression";
  readonly name: string;
  /** Of one column: `unscale(predictions, scaler)` gives the units of the file. */
  readonly scaler: Standardizer;
}

/** All that was learnt from the training rows of a table, as one plain JSON document: with it, new rows become the same features. */
export interface Encoder {
  readonly format: 1;
  readonly missing: MissingMethod;
  readonly missingValues: readonly string[];
  readonly columns: readonly (NumberColumn | TextColumn)[];
  readonly target: ClassTarget | QuantityTarget;
  /** What a person should know: cells that were filled, columns that cannot help. */
  readonly notes: readonly string[];
}

const formatField: Field<1> = {
  fallback: undefined,
  read(value, path) {
    if (value !== 1) throw new OptionError(path, value, `must be 1, got ${show(value)}: it was written by another version`);
    return value;
  },
};

const columnField: Field<NumberColumn | TextColumn> = {
  fallback: undefined,
  read(value, path) {
    return word(value, "type", ["number", "text"], path) === "number"
      ? readOptions<NumberColumn>(path, value, {
          type: oneOf(undefined, ["number"]),
          name: text(),
          fill: optional(number(undefined)),
          mean: number(undefined),
          scale: number(undefined, { above: 0 }),
        })
      : readOptions<TextColumn>(path, value, {
          type: oneOf(undefined, ["text"]),
          name: text(),
          fill: optional(cellField),
          categories: names(undefined, cellField),
        });
  },
};

const targetField: Field<ClassTarget | QuantityTarget> = {
  fallback: undefined,
  read(value, path) {
    return word(value, "task", ["classification", "regression"], path) === "classification"
      ? readOptions<ClassTarget>(path, value, {
          task: oneOf(undefined, ["classification"]),
          name: text(),
          classes: names(undefined, cellField),
        })
      : readOptions<QuantityTarget>(path, value, { task: oneOf(undefined, ["regression"]), name: text(), scaler: standardizerField });
  },
};

/** Reads an encoder that came as JSON, out of a checkpoint for instance. @throws OptionError for a field that is missing or wrong. */
export function readEncoder(json: unknown): Encoder {
  return readOptions<Encoder>("encoder", json, {
    format: formatField,
    missing: oneOf(undefined, MISSING_METHODS),
    missingValues: list(undefined, cellField),
    columns: list(undefined, columnField, 1),
    target: targetField,
    notes: list(undefined, cellField),
  });
}

/** The field that says which of several shapes an object has. */
function word<const T extends string>(value: unknown, key: string, words: readonly T[], path: string): T {
  const given =
    typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  return oneOf(undefined, words).read(given, `${path}.${key}`);
}
