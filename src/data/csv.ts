import { readOptions, show } from "../options/options.js";
import { readColumn } from "./cells.js";
import { text } from "./checks.js";
import { classesOf, type Dataset } from "./dataset.js";
import { encodeRows } from "./encode.js";
import type { Encoder } from "./encoder.js";
import { type EncoderOptions, type EncoderSettings, encoderFields, fitRows, labelsOf, taskOf, usableRows } from "./fit.js";
import { mapParts, type Parts, type SplitOptions, type Strata, splitFields, splitRows } from "./split.js";
import { type ParseOptions, parseCSV } from "./table.js";

export { decode, type EncodeOptions, encode, encodeFeatures } from "./encode.js";
export {
  type ClassTarget,
  type Encoder,
  type MissingMethod,
  type NumberColumn,
  type QuantityTarget,
  readEncoder,
  type TextColumn,
} from "./encoder.js";
export { type EncoderOptions, type FitOptions, fitEncoder } from "./fit.js";
export { type ParseOptions, parseCSV, type Table } from "./table.js";

export interface CSVOptions extends ParseOptions, SplitOptions, EncoderOptions {}

export interface CSVParts extends Parts<Dataset> {
  /** What was learnt from the training rows; new files need it. */
  readonly encoder: Encoder;
  /** What a person should know: rows left out, cells filled, columns that cannot help. */
  readonly notes: readonly string[];
}

/**
 * Data sets from a CSV text: parses it, splits the rows (by class for classification), learns the encoding from the training rows only,
 * and encodes each part. See `parseCSV`, `split` and `fitEncoder` for the options and the errors.
 *
 * Which rows are held out is chance, so a text that only these have is no error: it becomes none of the categories, with a note.
 *
 * @example
 * const { training, validation, encoder } = datasetsFromCSV(text, { target: "species", missing: "mean", seed: 7 });
 */
export function datasetsFromCSV(source: string, options: CSVOptions): CSVParts {
  const settings = readOptions<EncoderSettings & Required<SplitOptions & ParseOptions>>("csv", options, {
    ...encoderFields,
    ...splitFields,
    delimiter: text(","),
  });
  const table = parseCSV(source, { delimiter: settings.delimiter });
  const rows = usableRows(table, settings, Uint32Array.from(table.rows.keys()));
  const target = readColumn(table, settings.target, rows, settings.missingValues);
  const task = taskOf(target, settings.task);
  const strata = task === "classification" ? strataOf(labelsOf(target), target.name) : undefined;
  const parts = mapParts(splitRows("csv", rows.length, settings, strata), (part) => part.map((index) => rows[index] as number));

  const encoder = fitRows(table, { ...settings, task }, parts.training);
  const unknown = new Map<string, string[]>();
  const encoded = mapParts(parts, (part) =>
    encodeRows(encoder, table, part, (text, row, { name }) => {
      const cell = `${show(text)} in row ${row}`;
      unknown.get(name)?.push(cell) ?? unknown.set(name, [cell]);
    }),
  );
  const dropped = table.rows.length - rows.length;
  const notes = dropped > 0 ? [`${dropped} of ${table.rows.length} rows were left out for missing cells`] : [];
  notes.push(...encoder.notes);
  for (const [column, [first, ...others]] of unknown) {
    const more = others.length > 0 ? ` and ${others.length} more held-out cells` : "";
    notes.push(`column ${column}: not seen in training, so read as none of the categories: ${first}${more}`);
  }
  return Object.freeze({ ...encoded, encoder, notes: Object.freeze(notes) });
}

function strataOf(labels: readonly string[], column: string): Strata {
  const indexOf = new Map(classesOf(labels, column).map((label, index) => [label, index]));
  return { classes: labels.map((label) => indexOf.get(label) as number), count: indexOf.size };
}
