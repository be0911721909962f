import { DataError } from "../options/errors.js";
import { readOptions, show } from "../options/options.js";
import { type ColumnChoice, chooseColumns, needFeatures, slipNote } from "./choose.js";
import { type ColumnProfile, labelsOf, MissingCells, type Numbers, numbersOf, presentIn } from "./columns.js";
import { classesOf, sortLabels, type Task } from "./dataset.js";
import {
  type ClassTarget,
  type DateColumn,
  type EncodedColumn,
  type Encoder,
  type NumberColumn,
  type QuantityTarget,
  type TextColumn,
  widthOfColumn,
  widthOfColumns,
} from "./encoder.js";
import { type Note, slipWords } from "./notes.js";
import { type EncoderSettings, encoderFields, type FitOptions } from "./options.js";
import { rowIndices } from "./rows.js";
import { moments } from "./standardize.js";
import { type CsvTable, checkTable, type StoredColumn } from "./table.js";
import { AdvisedDataError, advisedCellError, option } from "./words.js";

/** The use of a table's columns, as all rows suggest it, before training rows are chosen. */
export interface Plan {
  readonly all: readonly ColumnChoice[];
  readonly features: readonly ColumnProfile[];
  readonly target: ColumnProfile;
  readonly task: Task;
  readonly missing: MissingCells;
  /** The rows that stay: with `missing: "drop"` those that miss nothing. */
  readonly rows: Uint32Array;
  readonly notes: readonly Note[];
}

const MISSING_CATEGORY = "(missing)";
/** Values in the features of a data set: 2 GiB. */
const MOST_VALUES = 0x2000_0000;

/**
 * Learns from the training rows of a table how cells become numbers. What a column holds is decided from all rows:
 * - numbers, also as 1,234 or $12 or 12 %, become one feature, (x - mean) / scale as in `standardizer`; so do dates that are asked for;
 * - texts, also codes such as 00501, become one feature for each text of the training rows, 1 where it stands and else 0, in sorted order.
 *   They are not standardised: a rare text would become a huge number;
 * - the target becomes a class or, standardised too, a quantity.
 *
 * Give it the training rows only: what is learnt from rows held out makes their score too good.
 *
 * @throws DataError for a column that is not there or has no values, a missing cell, a cell that is no finite number, naming row (from 1)
 * and column; for a target with a single value. @throws OptionError for a wrong option.
 *
 * @example
 * const table = parseCSV(text);
 * const encoder = fitEncoder(table, { target: "species", missing: "mean" });
 * const data = encodeTable(encoder, table);
 */
export function fitEncoder(table: CsvTable, options: FitOptions): Encoder {
  checkTable(table, "fitEncoder.table");
  const settings = readOptions<EncoderSettings & { rows: Uint32Array }>("encoder", options, {
    ...encoderFields,
    rows: rowIndices(table.rows),
  });
  const plan = planTable(table, settings, settings.rows);
  return fitPlan(table, plan, settings, plan.rows);
}

/** Chooses columns, task and rows. */
export function planTable(table: CsvTable, settings: EncoderSettings, rows: Uint32Array): Plan {
  const missing = new MissingCells(settings.missingValues);
  const chosen = chooseColumns(table, settings, missing);
  needFeatures(chosen, settings.target);
  const { all, features, notes } = chosen;
  const target = chosen.target as ColumnProfile;
  const task = taskOf(target, settings.task, table);
  const used = [...features, target].map((profile) => ({ column: profile.column, missing: missingIn(profile, missing) }));
  const kept = settings.missing === "drop" ? completeRows(used, rows) : rows;
  return { all, features, target, task, missing, rows: kept, notes: [...notes, ...guessNotes(target, settings.task, task)] };
}

/** Learns the encoding from some rows of the plan. */
export function fitPlan(table: CsvTable, plan: Plan, settings: EncoderSettings, rows: Uint32Array): Encoder {
  const { features, target, task, missing } = plan;
  const notes: Note[] = [...plan.notes];
  const constant: string[] = [];
  const columns = features.map((profile) => {
    const { column, gaps, isConstant } =
      profile.kind === "text" ? fitTexts(profile, rows, missing, settings) : fitNumbers(table, profile, rows, missing, settings);
    if (gaps > 0) notes.push({ kind: "filled", column: column.name, cells: gaps, of: rows.length, fill: column.fill as number });
    if (isConstant) constant.push(column.name);
    return column;
  });
  if (constant.length > 0) notes.push({ kind: "constant", columns: Object.freeze(constant) });
  checkSize(columns, rows.length);
  return Object.freeze({
    format: 2,
    decimal: table.dialect.decimal,
    missing: settings.missing,
    missingValues: settings.missingValues,
    columns: Object.freeze(columns),
    target: fitTarget(target, task, rows, missing),
    notes: Object.freeze(notes),
  });
}

export function completeRows(columns: readonly { column: StoredColumn; missing: MissingCells }[], rows: Uint32Array): Uint32Array {
  const complete = new Uint8Array(rows.length).fill(1);
  for (const { column, missing } of columns) {
    const present = presentIn(column, rows, missing);
    for (let i = 0; i < complete.length; i++) complete[i] = (complete[i] as number) & (present[i] as number);
  }
  const kept = rows.filter((_, i) => complete[i] === 1);
  if (kept.length === 0) throw new DataError("every row has a missing cell: exclude the columns with most of them, or fill them");
  return kept;
}

/** The cells that count as missing in a column. */
export function missingIn({ kind }: ColumnProfile, missing: MissingCells): MissingCells {
  return kind === "text" ? missing.amongTexts() : missing;
}

export function missingFeature(row: number, column: string): never {
  throw advisedCellError(row + 1, column, [
    "the cell is missing: fill such cells with ",
    option("missing", "mean"),
    ' ("median", "mode") or leave their rows out with ',
    option("missing", "drop"),
  ]);
}

export function missingTarget(row: number, column: string): never {
  throw advisedCellError(row + 1, column, ["the target is missing: leave such rows out with ", option("missing", "drop")]);
}

/** Whether the target is classes or a quantity, as `EncoderOptions.task` says. */
export function taskOf(target: ColumnProfile, task: "auto" | Task, table: CsvTable): Task {
  const { kind, column, distinct, rows, missing } = target;
  const present = rows - missing;
  const fail = (...words: ConstructorParameters<typeof AdvisedDataError>[0]) =>
    new AdvisedDataError([`column ${column.name}: `, ...words], undefined, column.name);
  if (kind === "empty") throw fail("every cell is missing, so there is nothing to learn");
  if (kind === "date" && task !== "classification") throw fail("it holds dates, which cannot be predicted: choose another target");
  if (task !== "auto") return task;
  if (kind === "text") {
    if (distinct <= Math.max(20, present / 2)) return "classification";
    const example = column.texts.find((text) => text !== "") ?? "";
    throw fail(
      `${column.abandoned ? "more than 65,536" : distinct} different texts in ${present} rows, such as ${show(example)}, are hardly classes; if they are, `,
      option("task", "classification"),
    );
  }
  refuseSlip(target, table, option("task", "classification"));
  return target.whole && distinct <= Math.max(2, Math.min(20, present / 10)) ? "classification" : "regression";
}

/** That numbers are taken for classes is a guess, of which counts and marks out of ten are the wrong side. */
export function guessNotes({ kind, column, distinct }: ColumnProfile, given: "auto" | Task, task: Task): Note[] {
  const isGuess = given === "auto" && task === "classification" && kind === "number" && distinct > 2;
  return isGuess ? [{ kind: "numbers as classes", column: column.name, distinct }] : [];
}

/** One slip of the pen must not turn a column of numbers into a thousand categories. */
function refuseSlip(profile: ColumnProfile, table: CsvTable, remedy: ReturnType<typeof option>): void {
  const note = slipNote(profile, table);
  if (note !== undefined) throw advisedCellError(note.row, note.column, slipWords(note, remedy));
}

interface Fitted<T extends EncodedColumn> {
  readonly column: T;
  readonly gaps: number;
  readonly isConstant: boolean;
}

const everyCellMissing = (name: string) =>
  new DataError(`column ${name}: every cell of the training rows is missing: exclude it`, undefined, name);

function fitNumbers(
  table: CsvTable,
  profile: ColumnProfile,
  rows: Uint32Array,
  missing: MissingCells,
  settings: EncoderSettings,
): Fitted<NumberColumn | DateColumn> {
  const { column, reading, kind } = profile;
  const { name } = column;
  if (!settings.numeric.includes(name)) refuseSlip(profile, table, option("categorical", [name]));
  const values = numbersOf(column, rows, missing, reading);
  const whole = moments(values);
  const gaps = Number.isNaN(whole.mean) ? countGaps(values) : 0;
  if (gaps === values.length) throw everyCellMissing(name);
  const fills = settings.missing === "mean" || settings.missing === "median" || settings.missing === "mode";
  if (gaps > 0 && !fills) missingFeature(rows[values.findIndex(Number.isNaN)] as number, name);
  const fill = fills ? FILLS[settings.missing as "mean"](values.filter((value) => !Number.isNaN(value)).sort()) : undefined;
  if (gaps > 0) for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) values[i] = fill as number;
  const { mean, scale, constant } = gaps > 0 ? moments(values) : whole;
  const learnt = { ...(fill !== undefined && { fill }), mean, scale };
  const encoded: NumberColumn | DateColumn =
    kind === "date"
      ? { type: "date", name, ...learnt, dayFirst: reading.dayFirst }
      : { type: "number", name, ...learnt, ...(reading.decimal !== table.dialect.decimal && { decimal: reading.decimal }) };
  return { column: Object.freeze(encoded), gaps, isConstant: constant && gaps === 0 };
}

function countGaps(values: Numbers): number {
  let gaps = 0;
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) gaps++;
  return gaps;
}

function fitTexts({ column }: ColumnProfile, rows: Uint32Array, missing: MissingCells, settings: EncoderSettings): Fitted<TextColumn> {
  const { name } = column;
  const { indices, labels } = labelsOf(column, rows, missing.amongTexts());
  if (labels.length === 0) throw everyCellMissing(name);
  const counts = new Uint32Array(labels.length);
  let gaps = 0;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (index < 0) gaps++;
    else counts[index] = (counts[index] as number) + 1;
  }
  const fills = settings.missing === "mean" || settings.missing === "median" || settings.missing === "mode";
  if (gaps > 0 && !fills) missingFeature(rows[indices.indexOf(-1)] as number, name);
  let fill: string | undefined;
  if (fills) {
    const places = new Map(labels.map((label, index) => [label, index]));
    const countOf = (label: string) => counts[places.get(label) as number] as number;
    const mostFrequent = [...labels].sort().reduce((best, label) => (countOf(label) > countOf(best) ? label : best));
    fill = gaps > 0 && settings.missingText === "category" ? MISSING_CATEGORY : mostFrequent;
  }
  const categories = sortLabels(fill === undefined ? labels : [...labels, fill]);
  const encoded: TextColumn = { type: "text", name, ...(fill !== undefined && { fill }), categories };
  return { column: Object.freeze(encoded), gaps, isConstant: gaps === 0 && labels.length === 1 };
}

function fitTarget(profile: ColumnProfile, task: Task, rows: Uint32Array, missing: MissingCells): ClassTarget | QuantityTarget {
  const { column, reading } = profile;
  const { name } = column;
  if (task === "classification") {
    const { indices, labels } = labelsOf(column, rows, missingIn(profile, missing));
    const gap = indices.indexOf(-1);
    if (gap >= 0) missingTarget(rows[gap] as number, name);
    return Object.freeze({ task, name, classes: classesOf(labels, name) });
  }
  const values = numbersOf(column, rows, missing, reading);
  const gap = values.findIndex(Number.isNaN);
  if (gap >= 0) missingTarget(rows[gap] as number, name);
  if (values.every((value) => value === values[0])) {
    throw new DataError(`column ${name}: every training row has the value ${values[0]}, so there is nothing to learn`, undefined, name);
  }
  const { mean, scale } = moments(values);
  const scaler = Object.freeze({ mean: Object.freeze([mean]), scale: Object.freeze([scale]) });
  return Object.freeze({ task, name, scaler, ...(reading.decimal === "," && { decimal: reading.decimal }) });
}

const FILLS = {
  mean: (sorted: Numbers) => moments(sorted).mean,
  median(sorted: Numbers) {
    const middle = sorted.length >> 1;
    const upper = sorted[middle] as number;
    return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
  },
  /** Of equally frequent values the smallest. */
  mode(sorted: Numbers) {
    let [best, most] = [0, 0];
    for (let from = 0; from < sorted.length; ) {
      let to = from + 1;
      while (to < sorted.length && sorted[to] === sorted[from]) to++;
      if (to - from > most) [best, most] = [sorted[from] as number, to - from];
      from = to;
    }
    return best;
  },
};

function checkSize(columns: readonly EncodedColumn[], rows: number): void {
  const width = widthOfColumns(columns);
  if (width * rows <= MOST_VALUES) return;
  const widest = columns.reduce((best, column) => (widthOfColumn(column) > widthOfColumn(best) ? column : best));
  throw new DataError(
    `${rows} rows of ${width} features are too many: column ${widest.name} alone has ${widthOfColumn(widest)} different texts: exclude it`,
    undefined,
    widest.name,
  );
}
