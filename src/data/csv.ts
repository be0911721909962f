import { readOptions } from "../options/options.js";
import { labelsOf, type MissingCells } from "./columns.js";
import { classesOf, type Dataset } from "./dataset.js";
import { type ColumnSummary, summaryOf } from "./describe.js";
import { encodeRows } from "./encode.js";
import type { Encoder } from "./encoder.js";
import { fitPlan, missingIn, missingTarget, planTable } from "./fit.js";
import type { Note } from "./notes.js";
import { type EncoderOptions, type EncoderSettings, encoderFields } from "./options.js";
import { type ParseOptions, type ParseSettings, parseFields } from "./parse-options.js";
import { type DatasetParts, mapParts, type SplitOptions, type Strata, splitFields, splitRows } from "./split.js";
import { CsvTable, parseCSV, type StoredColumn } from "./table.js";

export type { ColumnKind } from "./columns.js";
export { type ColumnSummary, type DescribeOptions, describeTable, type TableSummary } from "./describe.js";
export type { Dialect } from "./dialect.js";
export { decodeOutputs, type EncodeOptions, encodeFeatures, encodeTable, targetRows } from "./encode.js";
export {
  type ClassTarget,
  type DateColumn,
  type EncodedColumn,
  type Encoder,
  type MissingMethod,
  type NumberColumn,
  type QuantityTarget,
  readEncoder,
  type TextColumn,
} from "./encoder.js";
export { TextReader, type TextReaderOptions } from "./encoding.js";
export { fitEncoder } from "./fit.js";
export { type DropReason, type Note, noteText } from "./notes.js";
export type { Decimal } from "./numbers.js";
export { type EncoderOptions, type FitOptions, MISSING_VALUES } from "./options.js";
export type { ParseOptions } from "./parse-options.js";
export type { Reading } from "./readings.js";
export type { RecordSink } from "./records.js";
export { type CsvBlock, CsvReader, type CsvTable, parseCSV, type StoredColumn } from "./table.js";
export { AdvisedDataError, type OptionName, type OptionValue, say as sayWords, type Voice, type Words } from "./words.js";

export interface CSVOptions extends ParseOptions, SplitOptions, EncoderOptions {}

export interface CSVParts extends DatasetParts<Dataset> {
  /** The encoding learnt from the training rows; new files need it. */
  readonly encoder: Encoder;
  /** Notes for a person: guesses, columns and rows left out, cells filled. `noteText` makes sentences of them. */
  readonly notes: readonly Note[];
  /** The content and the use of each column of the file. */
  readonly summary: readonly ColumnSummary[];
}

/**
 * Data sets from a CSV text, or from a table that `parseCSV` or `CsvReader` made: splits the rows (by class for classification), learns the
 * encoding from the training rows only, and encodes each part. See `parseCSV`, `splitDataset` and `fitEncoder` for the options and the errors.
 *
 * Which rows are held out is chance, so a text that only these have is no error: it becomes none of the categories, with a note.
 *
 * @example
 * const { training, validation, encoder } = datasetsFromCSV(text, { target: "species", missing: "mean", seed: 7 });
 */
export function datasetsFromCSV(source: string | CsvTable, options: CSVOptions): CSVParts {
  const settings = readOptions<EncoderSettings & Required<SplitOptions> & ParseSettings>("csv", options, {
    ...encoderFields,
    ...splitFields,
    ...parseFields,
  });
  const { delimiter, decimal, header, skip, comment, memory, like } = settings;
  const given = { delimiter, decimal, header, skip, comment, memory, like };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const table = source instanceof CsvTable ? source : parseCSV(source, known);
  const plan = planTable(table, settings, everyRow(table));
  const { rows, task, missing } = plan;
  const strata = task === "classification" ? strataOf(plan.target.column, rows, missingIn(plan.target, missing)) : undefined;
  const parts = mapParts(splitRows("csv", rows.length, settings, strata), (part) => part.map((index) => rows[index] as number));

  const encoder = fitPlan(table, plan, settings, parts.training);
  const unknown = new Map<string, { text: string; row: number; cells: number }>();
  const encoded = mapParts(parts, (part) =>
    encodeRows(encoder, table, part, (text, row, { name }) => {
      const before = unknown.get(name);
      if (before === undefined) unknown.set(name, { text, row, cells: 1 });
      else before.cells++;
    }),
  );
  const notes: Note[] = [...table.notes];
  if (rows.length < table.rows) notes.push({ kind: "rows left out", rows: table.rows - rows.length, of: table.rows });
  notes.push(...encoder.notes);
  for (const [column, cells] of unknown) notes.push({ kind: "unseen text", column, ...cells });
  return Object.freeze({ ...encoded, encoder, notes: Object.freeze(notes), summary: Object.freeze(plan.all.map(summaryOf)) });
}

function everyRow(table: CsvTable): Uint32Array {
  return Uint32Array.from({ length: table.rows }, (_, row) => row);
}

function strataOf(column: StoredColumn, rows: Uint32Array, missing: MissingCells): Strata {
  const { indices, labels } = labelsOf(column, rows, missing);
  const gap = indices.indexOf(-1);
  if (gap >= 0) missingTarget(rows[gap] as number, column.name);
  const classes = classesOf(labels, column.name);
  const places = new Map(classes.map((label, index) => [label, index]));
  return { classes: indices.map((index) => places.get(labels[index] as string) as number), count: classes.length };
}
