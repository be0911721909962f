import { optional, readOptions } from "../options/options.js";
import { text } from "./checks.js";
import { type ColumnChoice, chooseColumns } from "./choose.js";
import { type ColumnKind, MissingCells, MOST_DISTINCT } from "./columns.js";
import type { Task } from "./dataset.js";
import { guessNotes, taskOf } from "./fit.js";
import type { DropReason, Note } from "./notes.js";
import { type EncoderOptions, type EncoderSettings, encoderFields } from "./options.js";
import { type CsvTable, checkTable } from "./table.js";

/** The content and the use of a column of a file. */
export interface ColumnSummary {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Cells without a value. */
  readonly missing: number;
  /** Different values; more than 1000 are not counted, and then it is null. */
  readonly distinct: number | null;
  /** Of numbers and of dates, which are days since 1970-01-01. */
  readonly range?: readonly [number, number];
  /** Some of its texts. */
  readonly examples?: readonly string[];
  readonly use: ColumnChoice["use"];
  /** Why it is left out. */
  readonly reason?: DropReason;
}

export interface TableSummary {
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
  readonly target?: string;
  /** The task that the target suggests. */
  readonly task?: Task;
  /** Notes for a person: guesses about the file, and about its columns. */
  readonly notes: readonly Note[];
}

/** As for `fitEncoder`; the target may be left out. */
export type DescribeOptions = Partial<EncoderOptions>;

const EXAMPLES = 3;

/**
 * Describes the columns of a table: their content, how many of their cells are missing, and what `datasetsFromCSV` would make of them.
 *
 * @throws DataError for a column that is not there, and for a target that cannot be predicted.
 *
 * @example
 * for (const { name, kind, missing, use } of describeTable(table, { target: "species" }).columns) console.log(name, kind, missing, use);
 */
export function describeTable(table: CsvTable, options: DescribeOptions = {}): TableSummary {
  checkTable(table, "describeTable.table");
  const settings = readOptions<Omit<EncoderSettings, "target"> & { target?: string }>("encoder", options, {
    ...encoderFields,
    target: optional(text()),
  });
  const { all, target, notes } = chooseColumns(table, settings, new MissingCells(settings.missingValues));
  const task = target && taskOf(target, settings.task, table);
  return Object.freeze({
    rows: table.rows,
    columns: Object.freeze(all.map(summaryOf)),
    ...(target !== undefined && { target: target.column.name, task: task as Task }),
    notes: Object.freeze([...table.notes, ...notes, ...(target && task ? guessNotes(target, settings.task, task) : [])]),
  });
}

export function summaryOf({ profile, use, reason }: ColumnChoice): ColumnSummary {
  const { column, kind, missing, distinct, minimum, maximum } = profile;
  return Object.freeze({
    name: column.name,
    kind,
    missing,
    distinct: distinct > MOST_DISTINCT ? null : distinct,
    ...(minimum <= maximum && kind !== "text" && { range: Object.freeze([minimum, maximum] as const) }),
    ...((kind === "text" || kind === "date") && { examples: Object.freeze(column.texts.filter((cell) => cell !== "").slice(0, EXAMPLES)) }),
    use,
    ...(reason !== undefined && { reason }),
  });
}
