import { DataError, OptionError } from "../options/errors.js";
import { show, suggest } from "../options/options.js";
import { storageOf } from "./cells.js";
import { listed } from "./checks.js";
import { type ColumnProfile, type MissingCells, profileColumn } from "./columns.js";
import type { DropReason, Note } from "./notes.js";
import type { EncoderSettings } from "./options.js";
import type { CsvTable, StoredColumn } from "./table.js";
import { AdvisedDataError, option } from "./words.js";

/** Rows from which on a column that counts them is no chance. */
const COUNTED_ROWS = 10;
/** Categories that are worth a word, and those that are too many to become features unasked. */
const MANY_CATEGORIES = 50;
const MOST_CATEGORIES = 1000;
/** Numbers that people and instruments write for a missing one. */
const SENTINELS = new Set([-9, -99, -999, -9999, -99999, -999999, 99, 999, 9999, 99999, 999999, -1e30, 1e30]);

/** The column of that name. @throws DataError with the columns there are. */
export function columnOf(table: CsvTable, name: string): StoredColumn {
  const found = table.columns[table.indexOf(name)];
  if (found !== undefined) return found;
  const { columnNames } = table;
  const words = `there is no column ${show(name)}${suggest(name, columnNames)}; the columns are: ${listed(columnNames)}`;
  if (columnNames.length > 1) throw new DataError(words, undefined, name);
  throw new AdvisedDataError([`${words}; is it another delimiter (`, option("delimiter"), ")?"], undefined, name);
}

/** Why a column is not predicted from unless it is asked for; undefined for one that is. */
function dropReason({ column, kind, rows, missing, distinct, counts, minimum }: ColumnProfile): DropReason | undefined {
  if (column.isIndex) return "index";
  if (kind === "empty") return "empty";
  if (kind === "date") return "date";
  if (kind === "text" && (column.abandoned || distinct > Math.max(20, (rows - missing) / 2))) return "identifier";
  if (kind === "text" && distinct > MOST_CATEGORIES) return "many texts";
  if (counts && rows >= COUNTED_ROWS && (minimum === 0 || minimum === 1 || isIndexName(column.name))) return "row number";
  return undefined;
}

/** The use that is made of a column. */
export interface ColumnChoice {
  readonly profile: ColumnProfile;
  readonly use: "feature" | "target" | "left out" | "excluded";
  /** Why it is left out. */
  readonly reason?: DropReason;
}

export interface ChosenColumns {
  /** Every column of the file, in order. */
  readonly all: readonly ColumnChoice[];
  /** The columns to predict from, in order. */
  readonly features: readonly ColumnProfile[];
  readonly target: ColumnProfile | undefined;
  readonly notes: readonly Note[];
}

type ColumnOptions = Pick<EncoderSettings, "features" | "exclude" | "include" | "categorical" | "numeric"> & { readonly target?: string };

/** Looks at every column and chooses those to predict from. */
export function chooseColumns(table: CsvTable, settings: ColumnOptions, missing: MissingCells): ChosenColumns {
  const { target, features, exclude, include, categorical, numeric } = settings;
  const targets = target === undefined ? [] : [target];
  for (const name of [...targets, ...(features ?? []), ...exclude, ...include, ...categorical, ...numeric]) columnOf(table, name);
  if (target !== undefined && features?.includes(target)) {
    throw new OptionError("encoder.features", features, `must not have the target ${show(target)}`);
  }
  const asked = new Set([...include, ...categorical, ...numeric, ...(features ?? [])]);
  const wanted = features && new Set(features);
  const excluded = new Set(exclude);
  const first = table.columns.map((column): ColumnChoice => {
    const profile = profileColumn(table, column, missing, settings);
    const { name } = column;
    if (name === target) return { profile, use: "target" };
    if (excluded.has(name) || (wanted !== undefined && !wanted.has(name))) return { profile, use: "excluded" };
    const reason = asked.has(name) ? undefined : dropReason(profile);
    return reason === undefined ? { profile, use: "feature" } : { profile, use: "left out", reason };
  });
  // the only column there is may count the rows and mean something
  const alone = first.every(({ use }) => use !== "feature");
  const all = first.map((choice) =>
    alone && choice.reason === "row number" ? { profile: choice.profile, use: "feature" as const } : choice,
  );
  const byName = new Map(all.map((choice) => [choice.profile.column.name, choice]));
  const ordered = features === undefined ? all : features.flatMap((name) => byName.get(name) ?? []);
  return {
    all,
    features: ordered.filter(({ use }) => use === "feature").map(({ profile }) => profile),
    target: target === undefined ? undefined : byName.get(target)?.profile,
    notes: all.flatMap(({ profile, use, reason }) => {
      if (use === "target" || use === "excluded") return [];
      const notes = reason === undefined ? notesOn(profile, missing) : [droppedNote(profile, reason)];
      const slip = slipNote(profile, table);
      return slip === undefined ? notes : [...notes, slip];
    }),
  };
}

/** @throws DataError when there is no column to predict from. */
export function needFeatures({ all, features }: ChosenColumns, target: string): void {
  if (features.length > 0) return;
  const left = all.filter(({ reason }) => reason !== undefined);
  const one = left.find(({ reason }) => reason !== "empty") ?? left[0];
  if (one === undefined) throw new DataError(`no column is left to predict ${show(target)} from`);
  const why = listed(left.map(({ profile, reason }) => `${profile.column.name} (${reason})`));
  throw new AdvisedDataError([
    `no column is left to predict ${show(target)} from: left out are ${why}; to use one, `,
    option("include", [one.profile.column.name]),
  ]);
}

function droppedNote({ column, distinct, rows }: ColumnProfile, reason: DropReason): Note {
  return { kind: "dropped", column: column.name, reason, distinct, rows };
}

/** The first cell that is none of what most of its column are, if there is one. */
export function slipNote({ column, kind, slip }: ColumnProfile, table: CsvTable): Extract<Note, { kind: "slip" }> | undefined {
  if (slip === undefined) return undefined;
  const text = column.texts[slip.text] as string;
  let row = 0;
  while (row < table.rows && table.value(row, column.name) !== text) row++;
  return { kind: "slip", column: column.name, of: kind as "number" | "date", text, row: row + 1, cells: slip.cells };
}

function notesOn(profile: ColumnProfile, missing: MissingCells): Note[] {
  const { column, kind, rows, counts, minimum, maximum, distinct, codes, example, reading } = profile;
  const { name } = column;
  const notes: Note[] = [];
  if (counts && rows >= COUNTED_ROWS) notes.push({ kind: "row number kept", column: name, from: minimum, to: maximum });
  if (kind === "number") {
    if (example !== undefined) notes.push({ kind: "number format", column: name, example, value: reading.read(example) as number });
    const sentinel = findSentinel(profile, missing);
    if (sentinel !== undefined) notes.push(sentinel);
  }
  if (kind === "date") notes.push({ kind: "date format", column: name, example: example ?? "", dayFirst: reading.dayFirst });
  if (kind === "text") {
    if (codes > 0) notes.push({ kind: "codes", column: name, example: column.texts.find(isCodeLike) ?? "", distinct });
    else if (distinct > MANY_CATEGORIES) notes.push({ kind: "many categories", column: name, distinct, rows });
  }
  return notes;
}

function isCodeLike(text: string): boolean {
  return /^\d/.test(text);
}

function isIndexName(name: string): boolean {
  return /^(?:id|index|idx|row|no|nr|#|row ?(?:id|number|names?)|rownames|unnamed: 0|obs)$/i.test(name.replaceAll("_", " "));
}

/** A number such as -999 that stands twice or more, further from all others than these are from each other. */
function findSentinel({ column, rows, minimum, maximum }: ColumnProfile, missing: MissingCells): Note | undefined {
  const value = SENTINELS.has(minimum) ? minimum : SENTINELS.has(maximum) ? maximum : undefined;
  if (value === undefined || missing.hasNumber(value)) return undefined;
  let [cells, low, high] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const { cells: stored, scale } = column;
  const { power, least } = storageOf(scale);
  for (let row = 0; row < rows; row++) {
    const raw = stored[row] as number;
    if (raw < least) continue;
    const number = raw / power;
    if (number === value) cells++;
    else {
      if (number < low) low = number;
      if (number > high) high = number;
    }
  }
  const distance = value < low ? low - value : value - high;
  if (cells < 2 || !(low < high) || distance <= 2 * (high - low)) return undefined;
  return { kind: "sentinel", column: column.name, value, cells };
}
