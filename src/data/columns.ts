import { DataError } from "../options/errors.js";
import { show } from "../options/options.js";
import { codeOf, storageOf } from "./cells.js";
import { isCode, isNotFinite, plainNumber } from "./numbers.js";
import { MISSING_VALUES, WORDS_FOR_NONE } from "./options.js";
import { bestNumberReading, dateReadings, numberReading, type Reading } from "./readings.js";
import type { CsvTable, StoredColumn } from "./table.js";
import { advisedCellError, option } from "./words.js";

/** The cells that count as missing: texts, and numbers however they are written. */
export class MissingCells {
  readonly #texts: ReadonlySet<string>;
  readonly #numbers: readonly number[];
  readonly #isDefault: boolean;

  constructor(readonly values: readonly string[]) {
    this.#texts = new Set(values);
    this.#numbers = values.map((value) => plainNumber(value, ".") ?? Number.NaN).filter((value) => !Number.isNaN(value));
    this.#isDefault = values.length === MISSING_VALUES.length && values.every((value, i) => value === MISSING_VALUES[i]);
  }

  hasText(text: string): boolean {
    return this.#texts.has(text);
  }

  /** Whether a number may be one of them: mostly none is. */
  get hasNumbers(): boolean {
    return this.#numbers.length > 0;
  }

  hasNumber(value: number): boolean {
    return this.#numbers.includes(value);
  }

  /** For a column of texts, where None may be one of them. Those that a person said are missing stay so. */
  amongTexts(categories: readonly string[] = WORDS_FOR_NONE): MissingCells {
    const words = this.#isDefault ? WORDS_FOR_NONE.filter((word) => categories.includes(word)) : [];
    return words.length === 0 ? this : new MissingCells(this.values.filter((value) => !words.includes(value)));
  }
}

export type ColumnKind = "number" | "text" | "date" | "empty";

/** Cells that are not what most of their column are: the text of the first, as an index into `texts`, and how many there are. */
export interface Slip {
  readonly text: number;
  readonly cells: number;
}

/** A column as all its rows show it. */
export interface ColumnProfile {
  readonly column: StoredColumn;
  readonly kind: ColumnKind;
  /** How its texts are read as numbers. */
  readonly reading: Reading;
  readonly rows: number;
  readonly missing: number;
  /** Different values; of more than `MOST_DISTINCT` numbers it is `MOST_DISTINCT` + 1. */
  readonly distinct: number;
  /** Of numbers. */
  readonly minimum: number;
  readonly maximum: number;
  readonly whole: boolean;
  /** Each number is the one before it and one more. */
  readonly counts: boolean;
  /** Texts that are codes, as 00501. */
  readonly codes: number;
  /** In a column of numbers or dates, what is none. */
  readonly slip: Slip | undefined;
  /** A text that was read as a number. */
  readonly example: string | undefined;
}

/** How columns are to be read whatever they look like. */
export interface KindHints {
  readonly categorical: readonly string[];
  readonly numeric: readonly string[];
}

export const MOST_DISTINCT = 1000;

/** The share of cells that are no dates in a column of dates, which is left out unless it is asked for. */
const MOST_SLIPS = 0.1;

/** The column of that name, for use. @throws DataError when it had too many texts to be kept. */
function usable(column: StoredColumn): StoredColumn {
  if (!column.abandoned) return column;
  throw new DataError(`column ${column.name} has more than 65,536 different texts: exclude it`, undefined, column.name);
}

/** Looks at all cells of a column and decides what it holds. */
export function profileColumn(table: CsvTable, column: StoredColumn, missing: MissingCells, hints: KindHints): ColumnProfile {
  const profile = surveyColumn(table, column, missing, hints);
  if (profile.kind !== "text") return profile;
  const among = missing.amongTexts();
  if (!column.texts.some((text) => missing.hasText(text) && !among.hasText(text))) return profile;
  // it is a column of texts whatever None means in it
  return { ...surveyColumn(table, column, among, hints), kind: "text", slip: undefined };
}

interface Survey {
  /** Cells with a number that is not missing, and with one that is. */
  readonly present: number;
  readonly gaps: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly whole: boolean;
  /** Each number is the one before it and one more. */
  readonly rising: boolean;
  /** Different numbers; of more than `most`, one more than that. */
  readonly different: number;
  /** Cells with each text. */
  readonly counts: Uint32Array;
}

/** Looks at each cell once, as it is stored: integers that share a power of ten have the order and the differences of their numbers. */
function surveyCells({ cells, texts, scale }: StoredColumn, rows: number, missing: MissingCells, most: number): Survey {
  const counts = new Uint32Array(texts.length);
  const { power, least } = storageOf(scale);
  const { hasNumbers } = missing;
  const isWhole = cells instanceof Int32Array && scale === 0;
  const seen = new Set<number>();
  let present = 0;
  let gaps = 0;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let whole = true;
  let rising = true;
  let before = Number.NaN;
  for (let row = 0; row < rows; row++) {
    const cell = cells[row] as number;
    if (cell < least) {
      const code = codeOf(cells, row);
      counts[code] = (counts[code] as number) + 1;
    } else if (hasNumbers && missing.hasNumber(cell / power)) {
      gaps++;
    } else {
      present++;
      // a number that came before says nothing new, and equal ones often stand together
      if (cell === before) {
        rising = false;
        continue;
      }
      if (rising && cell !== before + power && present > 1) rising = false;
      before = cell;
      if (seen.size <= most) {
        if (seen.has(cell)) continue;
        seen.add(cell);
      }
      if (cell < minimum) minimum = cell;
      if (cell > maximum) maximum = cell;
      if (!isWhole && whole && cell % power !== 0) whole = false;
    }
  }
  return { present, gaps, minimum: minimum / power, maximum: maximum / power, whole, rising, different: seen.size, counts };
}

function surveyColumn(table: CsvTable, column: StoredColumn, missing: MissingCells, hints: KindHints): ColumnProfile {
  const { name, texts } = column;
  const { rows } = table;
  // of what may be texts it matters how many are different: codes such as 00501 beside 10001
  const most = texts.some((text) => !missing.hasText(text)) ? Number.POSITIVE_INFINITY : MOST_DISTINCT;
  const survey = surveyCells(column, column.abandoned ? 0 : rows, missing, most);
  const { present, minimum, maximum, whole, rising, different, counts } = survey;
  let { gaps } = survey;
  const written: number[] = [];
  texts.forEach((text, index) => {
    if (missing.hasText(text)) gaps += counts[index] as number;
    else if ((counts[index] as number) > 0) written.push(index);
  });
  const base = { column, rows, missing: gaps, minimum, maximum, slip: undefined, example: undefined };
  if (column.abandoned) {
    return { ...base, kind: "text", reading: numberReading("."), distinct: MOST_DISTINCT + 1, whole: false, counts: false, codes: 0 };
  }
  const words = written.map((index) => texts[index] as string);
  const distinct = different + words.length;
  const total = written.reduce((sum, index) => sum + (counts[index] as number), present);
  const common = { ...base, whole: whole && words.length === 0, distinct, codes: words.filter(isCode).length };
  const isCounting = rising && present === rows && rows > 0;
  const { reading: best, read } = bestNumberReading(words, table.dialect.decimal, column.fractions);
  const reading = column.reading ?? best;
  const result = { ...common, reading, counts: isCounting && whole };
  const numeric = { minimum, maximum, wholeNumbers: whole };
  if (total === 0) return { ...result, kind: "empty" };
  if (hints.categorical.includes(name)) return { ...result, kind: "text" };
  if (column.reading?.kind === "date" && present > 0.99 * total) return { ...result, kind: "date" };
  if (words.length === 0) return { ...result, kind: "number" };
  if (hints.numeric.includes(name)) return { ...result, kind: "number", ...dressedRange(numeric, words, reading) };
  // of most texts it soon shows that more is left than the share
  const slipOf = (reads: (text: string) => boolean, share: number): Slip | undefined => {
    let [text, cells] = [-1, 0];
    for (const index of written) {
      if (reads(texts[index] as string)) continue;
      if (cells === 0) text = index;
      cells += counts[index] as number;
      if (cells > share * total) return undefined;
    }
    return { text, cells };
  };
  const readBy = (by: Reading) => (text: string) => by.read(text) !== undefined;
  const dates = present === 0 ? bestDates((by) => slipOf(readBy(by), MOST_SLIPS)) : undefined;
  const asDates = dates && { ...result, ...dates, kind: "date" as const, example: words.find(readBy(dates.reading)) };
  if (asDates?.slip.cells === 0) return { ...asDates, slip: undefined };
  if (whole && words.every(isCode)) return { ...result, kind: "text" };
  if (read === words.length) return { ...result, kind: "number", ...dressedRange(numeric, words, reading), example: words[0] };
  const slip = slipOf((text) => readBy(reading)(text) || isNumberlike(text), 1 / 2);
  if (slip?.cells === 0) return { ...result, kind: "number", ...dressedRange(numeric, words, reading) };
  const few = distinct <= Math.max(2, Math.min(20, total / 10));
  if (few) return { ...result, kind: "text" };
  if (slip !== undefined) return { ...result, kind: "number", slip };
  return asDates ?? { ...result, kind: "text" };
}

/** The order of day and month that leaves the fewest cells, where one leaves few. */
function bestDates(slipOf: (by: Reading) => Slip | undefined): { readonly reading: Reading; readonly slip: Slip } | undefined {
  let best: { readonly reading: Reading; readonly slip: Slip } | undefined;
  for (const reading of dateReadings()) {
    const slip = slipOf(reading);
    if (slip !== undefined && (best === undefined || slip.cells < best.slip.cells)) best = { reading, slip };
    if (slip?.cells === 0) break;
  }
  return best;
}

/** Whether a text means a number that cannot be used: an infinite one, or one beyond the range of 32-bit floats. */
function isNumberlike(text: string): boolean {
  return isNotFinite(text) || plainNumber(text, ".") !== undefined;
}

function dressedRange(
  { minimum, maximum, wholeNumbers }: { minimum: number; maximum: number; wholeNumbers: boolean },
  words: readonly string[],
  reading: Reading,
): { minimum: number; maximum: number; whole: boolean } {
  let [low, high, whole] = [minimum, maximum, wholeNumbers];
  for (const word of words) {
    const value = reading.read(word);
    if (value === undefined) {
      whole = false;
      continue;
    }
    low = Math.min(low, value);
    high = Math.max(high, value);
    whole &&= Number.isInteger(value);
  }
  return { minimum: low, maximum: high, whole };
}

/** Numbers of a column: integers where no other number stands there. */
export type Numbers = Int32Array | Float64Array;

/** The numbers of a column in some rows: NaN where a cell is missing. @throws DataError naming a cell that is no number. */
export function numbersOf(column: StoredColumn, rows: Uint32Array, missing: MissingCells, reading: Reading): Numbers {
  const { cells, texts, scale, name } = usable(column);
  const { power, least } = storageOf(scale);
  const { hasNumbers } = missing;
  if (power === 1 && texts.length === 0 && !hasNumbers) return gather(cells, rows);
  const meanings = texts.map((text) => (missing.hasText(text) ? Number.NaN : reading.read(text)));
  const { length } = rows;
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const row = rows[i] as number;
    const cell = cells[row] as number;
    if (cell >= least) {
      values[i] = hasNumbers && missing.hasNumber(cell / power) ? Number.NaN : cell / power;
      continue;
    }
    const code = codeOf(cells, row);
    const value = meanings[code];
    if (value === undefined) throw notNumber(texts[code] as string, row + 1, name);
    values[i] = value;
  }
  return values;
}

function gather(cells: Numbers, rows: Uint32Array): Numbers {
  const { length } = rows;
  const result = cells instanceof Float64Array ? new Float64Array(length) : new Int32Array(length);
  for (let i = 0; i < length; i++) result[i] = cells[rows[i] as number] as number;
  return result;
}

/** The texts of a column in some rows, as indices into `labels`; -1 where a cell is missing. A number is written as JavaScript writes it. */
export function labelsOf(column: StoredColumn, rows: Uint32Array, missing: MissingCells): { indices: Int32Array; labels: string[] } {
  const { cells, texts, scale } = usable(column);
  const labels: string[] = [];
  const byLabel = new Map<string, number>();
  const add = (label: string) => {
    const known = byLabel.get(label);
    if (known !== undefined) return known;
    byLabel.set(label, labels.length);
    return labels.push(label) - 1;
  };
  const ofText = new Map<number, number>();
  const ofNumber = new Map<number, number>();
  const indices = new Int32Array(rows.length);
  const { power } = storageOf(scale);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const code = codeOf(cells, row);
    let index: number | undefined;
    if (code >= 0) {
      index = ofText.get(code);
      if (index === undefined) {
        const text = texts[code] as string;
        index = missing.hasText(text) ? -1 : add(text);
        ofText.set(code, index);
      }
    } else {
      const key = cells[row] as number;
      index = ofNumber.get(key);
      if (index === undefined) {
        const value = key / power;
        index = missing.hasNumber(value) ? -1 : add(String(value));
        ofNumber.set(key, index);
      }
    }
    indices[i] = index;
  }
  return { indices, labels };
}

/** Whether each row has a cell in a column. */
export function presentIn(column: StoredColumn, rows: Uint32Array, missing: MissingCells): Uint8Array {
  const { cells, texts, scale } = usable(column);
  const gaps = texts.map((text) => missing.hasText(text));
  const { power, least } = storageOf(scale);
  return Uint8Array.from(rows, (row) => {
    const cell = cells[row] as number;
    return (cell < least ? gaps[codeOf(cells, row)] : missing.hasNumber(cell / power)) ? 0 : 1;
  });
}

/** The error of a cell that should be a number. */
function notNumber(cell: string, row: number, column: string): Error {
  const value = plainNumber(cell, ".");
  if (value !== undefined && !isCode(cell)) {
    return advisedCellError(row, column, [`${cell} is beyond the range of 32-bit floats (3.4e38)`]);
  }
  const kind = isNotFinite(cell) ? "finite number" : "number";
  return advisedCellError(row, column, [`${show(cell)} is not a ${kind}; if it means a missing cell, add it to `, option("missingValues")]);
}
