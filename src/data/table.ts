import { parse } from "#csv-parse";
import { DataError } from "../options/errors.js";
import { readOptions, show } from "../options/options.js";
import { text } from "./checks.js";

/** A header and rows of cells, each row as long as the header. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ParseOptions {
  /** What stands between two cells. Default ",". */
  delimiter?: string;
}

/**
 * Reads CSV (RFC 4180): a header, then rows; cells may be quoted and then hold delimiters, line breaks and quotes (written twice). Lines
 * end in LF, CRLF or CR; a byte order mark, blank lines and blanks around cells and their quotes are left out. Cells stay strings.
 *
 * The text is all it needs, so it works wherever JavaScript does.
 *
 * @throws DataError for a text without a header or without rows, a ragged row, a quote out of place, a column without a name or with the
 * name of another. Rows are counted from 1, the header and blank lines not counted.
 *
 * @example
 * parseCSV('name,height\n"Smith, J.",1.8\n'); // { columns: ["name", "height"], rows: [["Smith, J.", "1.8"]] }
 */
export function parseCSV(source: string, options: ParseOptions = {}): Table {
  const { delimiter } = readOptions<Required<ParseOptions>>("csv", options, { delimiter: text(",") });
  if (typeof source !== "string") throw new DataError(`a CSV file must be given as text, got ${show(source)}`);
  const [columns, ...rows] = records(source, delimiter);
  if (columns === undefined) throw new DataError("the CSV file is empty");
  checkNames(columns);
  if (rows.length === 0) throw new DataError("the CSV file has a header and no rows");
  rows.forEach((row, index) => {
    if (row.length !== columns.length) {
      throw new DataError(`row ${index + 1} has ${row.length} cells, the header has ${columns.length}`, index + 1);
    }
  });
  return { columns, rows };
}

/** csv-parse's build for browsers brings a `Buffer` that sets `__proto__`, which Deno does not have: package.json chooses a build by host. */
function records(source: string, delimiter: string): string[][] {
  const options = {
    bom: true,
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  };
  try {
    return parse(source, options);
  } catch (error) {
    if (!(error instanceof Error && "records" in error && "code" in error)) throw error;
    const row = Number(error.records);
    const problem =
      String(error.code) === "CSV_QUOTE_NOT_CLOSED"
        ? "a quote is not closed"
        : "a quote is out of place; quote the whole cell and write quotes inside of it twice";
    const hint = source.split(/[\r\n]/, 1)[0]?.includes(delimiter) ? "" : "; is it another delimiter?";
    throw new DataError(`${row === 0 ? "the header" : `row ${row}`}: ${problem}${hint}`, row || undefined);
  }
}

function checkNames(columns: readonly string[]): void {
  columns.forEach((name, index) => {
    if (name === "") throw new DataError(`column ${index + 1} has no name in the header: give it one, even to exclude it`);
    const first = columns.indexOf(name);
    if (first < index) throw new DataError(`columns ${first + 1} and ${index + 1} have the same name ${show(name)}`, undefined, name);
  });
}
