import { OptionError } from "../options/errors.js";
import { boolean, demand, type Field, list, number, oneOf, optional, readOptions, show } from "../options/options.js";
import { cellField, names, text } from "./checks.js";
import type { Note } from "./notes.js";
import type { Decimal } from "./numbers.js";
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
  /** Its decimal sign, where that is not the file's. */
  readonly decimal?: Decimal;
}

/** Dates as days since 1970-01-01. */
export interface DateColumn {
  readonly type: "date";
  readonly name: string;
  readonly fill?: number;
  readonly mean: number;
  readonly scale: number;
  /** 3/4/2024 is 3 April. */
  readonly dayFirst: boolean;
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
  /** Its decimal sign, where its texts have a comma. */
  readonly decimal?: Decimal;
}

/** All that was learnt from the training rows of a table, as one plain JSON document: with it, new rows become the same features. */
export interface Encoder {
  readonly format: 2;
  /** The decimal sign of the file. */
  readonly decimal: Decimal;
  readonly missing: MissingMethod;
  readonly missingValues: readonly string[];
  readonly columns: readonly EncodedColumn[];
  readonly target: ClassTarget | QuantityTarget;
  /** Notes for a person: columns left out, cells filled, columns that cannot help. */
  readonly notes: readonly Note[];
}

export type EncodedColumn = NumberColumn | DateColumn | TextColumn;

/** The number of features that a column becomes. */
export function widthOfColumn(column: EncodedColumn): number {
  return column.type === "text" ? column.categories.length : 1;
}

/** The number of features that columns become. */
export function widthOfColumns(columns: readonly EncodedColumn[]): number {
  return columns.reduce((sum, column) => sum + widthOfColumn(column), 0);
}

const decimalField: Field<Decimal> = oneOf(undefined, [".", ","]);

const columnFields = {
  number: (path: string, value: unknown) =>
    readOptions<NumberColumn>(path, value, {
      type: oneOf(undefined, ["number"]),
      name: text(),
      fill: optional(number(undefined)),
      mean: number(undefined),
      scale: number(undefined, { above: 0 }),
      decimal: optional(decimalField),
    }),
  date: (path: string, value: unknown) =>
    readOptions<DateColumn>(path, value, {
      type: oneOf(undefined, ["date"]),
      name: text(),
      fill: optional(number(undefined)),
      mean: number(undefined),
      scale: number(undefined, { above: 0 }),
      dayFirst: boolean(undefined),
    }),
  text: (path: string, value: unknown) =>
    readOptions<TextColumn>(path, value, {
      type: oneOf(undefined, ["text"]),
      name: text(),
      fill: optional(cellField),
      categories: names(undefined, cellField),
    }),
};

const columnField: Field<EncodedColumn> = {
  fallback: undefined,
  read: (value, path) => columnFields[word(value, "type", ["number", "date", "text"], path)](path, value),
};

/** Notes are words for a person: whatever is an object with a kind. */
const noteField: Field<Note> = {
  fallback: undefined,
  read(value, path) {
    const { kind } = (value ?? {}) as { kind?: unknown };
    if (typeof kind !== "string") throw new OptionError(path, value, `must be a note with a kind, got ${show(value)}`);
    return value as Note;
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
      : readOptions<QuantityTarget>(path, value, {
          task: oneOf(undefined, ["regression"]),
          name: text(),
          scaler: standardizerField,
          decimal: optional(decimalField),
        });
  },
};

/**
 * Reads an encoder that came as JSON, out of a checkpoint for instance; encoders of older versions too.
 *
 * @throws OptionError for a field that is missing or wrong.
 */
export function readEncoder(json: unknown): Encoder {
  return readOptions<Encoder>("encoder", upgraded(json), {
    format: {
      fallback: undefined,
      read(value, path) {
        if (value !== 2) throw new OptionError(path, value, `must be 1 or 2, got ${show(value)}: it was written by another version`);
        return value;
      },
    },
    decimal: decimalField,
    missing: oneOf(undefined, MISSING_METHODS),
    missingValues: list(undefined, cellField),
    columns: list(undefined, columnField, 1),
    target: targetField,
    notes: list(undefined, noteField),
  });
}

/** Only that it is one: `readEncoder` checks all of one that came as JSON. */
export function checkEncoder(encoder: Encoder, path: string): void {
  const { format, columns, target, missingValues } = (encoder ?? {}) as Partial<Encoder>;
  const right = format === 2 && Array.isArray(columns) && Array.isArray(missingValues) && typeof target === "object" && target !== null;
  demand(right, path, encoder, "an encoder, as fitEncoder(...) or readEncoder(...) makes it");
}

/** Format 1 knew no decimal comma and no dates, and its notes were sentences, which were read when the model was trained. */
function upgraded(json: unknown): unknown {
  if (typeof json !== "object" || json === null || (json as { format?: unknown }).format !== 1) return json;
  return { ...json, format: 2, decimal: ".", notes: [] };
}

/** The field that says which of several shapes an object has. */
function word<const T extends string>(value: unknown, key: string, words: readonly T[], path: string): T {
  const given =
    typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  return oneOf(undefined, words).read(given, `${path}.${key}`);
}
