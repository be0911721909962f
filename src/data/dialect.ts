import type { Note } from "./notes.js";
import { type Decimal, dressedNumber, isCode, isNotFinite, plainNumber } from "./numbers.js";

/** How a CSV file is written. */
export interface Dialect {
  readonly delimiter: string;
  readonly decimal: Decimal;
  /** Whether the first record names the columns. */
  readonly header: boolean;
  /** Lines that start with it are comments. */
  readonly comment?: string;
}

export interface GivenDialect {
  readonly delimiter?: string | undefined;
  readonly decimal?: Decimal | undefined;
  readonly header?: boolean | undefined;
  readonly comment?: string | undefined;
  readonly skip?: number | undefined;
  /** The decimal sign where the file does not tell. */
  readonly likelyDecimal?: Decimal | undefined;
}

export interface Guess {
  readonly dialect: Dialect;
  /** Where the header, or the first row, begins. */
  readonly start: number;
  /** The header is a cell shorter than the rows: the first cell of each row is its name. */
  readonly rowNames: boolean;
  /** Guesses other than a comma, a point and a header. */
  readonly notes: readonly Note[];
}

const DELIMITERS = [",", ";", "\t", "|"];
/** Lines that are looked at, and lines in front of the header that are passed over. */
const MOST_LINES = 200;
const MOST_LEADING = 30;

interface Line {
  readonly start: number;
  readonly end: number;
}

/** Guesses from the beginning of a file how it is written, as a person would. What is given is not guessed. */
export function guessDialect(sample: string, given: GivenDialect, whole: boolean): Guess {
  const notes: Note[] = [];
  let lines = linesOf(sample);
  // the last line may be cut off
  if (!whole && lines.length > 2) lines.pop();
  lines = lines.slice(given.skip ?? 0);
  let { delimiter } = given;
  const textOf = ({ start, end }: Line) => sample.slice(start, end);
  const named = lines[0] && /^"?sep=(.)"?$/i.exec(textOf(lines[0]).trim());
  if (named) {
    delimiter ??= named[1] as string;
    lines.shift();
  }
  const isBlank = (line: Line) => textOf(line).trim() === "";
  const isComment = (line: Line) => given.comment !== undefined && textOf(line).startsWith(given.comment);
  lines = lines.filter((line) => !isBlank(line) && !isComment(line));
  if (delimiter === undefined) {
    delimiter = guessDelimiter(lines.map(textOf));
    if (delimiter !== ",") notes.push({ kind: "delimiter", delimiter });
  }
  const rows = lines.map((line) => cellsOf(textOf(line), delimiter as string));
  const leading = given.skip === undefined && given.header !== false ? leadingLines(rows) : 0;
  if (leading > 0) notes.push({ kind: "lines skipped", lines: leading, first: textOf(lines[0] as Line).trim() });
  const table = rows.slice(leading);
  let decimal = given.decimal;
  if (decimal === undefined) {
    decimal = guessDecimal(table, delimiter, given.likelyDecimal);
    if (decimal === ",") notes.push({ kind: "decimal", decimal });
  }
  let { header } = given;
  if (header === undefined) {
    header = guessHeader(table, decimal);
    if (!header) notes.push({ kind: "no header" });
  }
  const [first = [], ...others] = table;
  const rowNames = header && others.length > 0 && others.every((row) => row.length === first.length + 1 && row.at(-1) !== "");
  const start = lines[leading]?.start ?? lines[0]?.start ?? sample.length;
  return {
    dialect: { delimiter, decimal, header, ...(given.comment !== undefined && { comment: given.comment }) },
    start,
    rowNames,
    notes,
  };
}

/** Lines, of which a quoted line break is a part; where quotes do not match, as they stand. */
function linesOf(sample: string): Line[] {
  for (const quotes of [true, false]) {
    const lines: Line[] = [];
    const sign = quotes ? /["\r\n]/g : /[\r\n]/g;
    let start = 0;
    let quoted = false;
    while (lines.length < MOST_LINES && sign.test(sample)) {
      const end = sign.lastIndex - 1;
      const code = sample.charCodeAt(end);
      if (code === 34) quoted = !quoted;
      else if (!quoted) {
        lines.push({ start, end });
        start = end + (code === 13 && sample.charCodeAt(end + 1) === 10 ? 2 : 1);
        sign.lastIndex = start;
      }
    }
    if (start < sample.length && lines.length < MOST_LINES) lines.push({ start, end: sample.length });
    if (lines.length > 1 || !quotes) return lines;
  }
  return [];
}

/** The cells of a line, near enough for guessing. */
function cellsOf(line: string, delimiter: string): string[] {
  if (delimiter === " ") return cut(line.trim(), " ").filter((cell) => cell !== "");
  return cut(line, delimiter);
}

function cut(line: string, delimiter: string): string[] {
  if (!line.includes('"')) {
    const cells = line.split(delimiter);
    return /\s/.test(line) ? cells.map((cell) => cell.trim()) : cells;
  }
  const cells: string[] = [];
  let quoted = false;
  let from = 0;
  const add = (to: number) => cells.push(line.slice(from, to).trim().replace(/^"|"$/g, "").replaceAll('""', '"'));
  for (let i = 0; i < line.length; i++) {
    if (line.charCodeAt(i) === 34) quoted = !quoted;
    else if (!quoted && line.startsWith(delimiter, i)) {
      add(i);
      from = i + delimiter.length;
      i = from - 1;
    }
  }
  add(line.length);
  return cells;
}

/** The number of cells of a line that a sign other than a blank parts. */
function widthOf(line: string, delimiter: string): number {
  if (!line.includes(delimiter)) return 1;
  return line.includes('"') ? cut(line, delimiter).length : line.split(delimiter).length;
}

/** The delimiter that cuts most lines into equally many cells; of equals the one that makes more cells, then more numbers. */
function guessDelimiter(lines: readonly string[]): string {
  const cuts = DELIMITERS.map((delimiter) => {
    return { delimiter, ...usualWidth(lines.map((line) => widthOf(line, delimiter))) };
  }).filter(({ width, share }) => width > 1 && share > 0.5);
  if (cuts.length > 0) {
    const share = Math.max(...cuts.map((cut) => cut.share));
    const alike = cuts.filter((cut) => cut.share === share);
    const width = Math.max(...alike.map((cut) => cut.width));
    const widest = alike.filter((cut) => cut.width === width);
    // numbers are costly to tell, and seldom asked for
    const numbers = widest.map(({ delimiter }) =>
      widest.length > 1 ? lines.flatMap((line) => cellsOf(line, delimiter)).filter(isSomeNumber).length : 0,
    );
    return (widest[numbers.indexOf(Math.max(...numbers))] as { delimiter: string }).delimiter;
  }
  if (isSpaced(lines)) return " ";
  // no line is like another: what the first one has most of
  const counts = DELIMITERS.map((delimiter) => cellsOf(lines[0] ?? "", delimiter).length);
  const largest = Math.max(...counts);
  return largest > 1 ? (DELIMITERS[counts.indexOf(largest)] as string) : ",";
}

/** Whether a cell is a number under either decimal sign, and no code. */
function isSomeNumber(cell: string): boolean {
  return !isCode(cell) && (dressedNumber(cell, ".") !== undefined || dressedNumber(cell, ",") !== undefined);
}

/** Whether blanks part the cells: all lines have equally many, and most of these are numbers. */
function isSpaced(lines: readonly string[]): boolean {
  const rows = lines.map((line) => cellsOf(line, " "));
  const width = rows.at(-1)?.length ?? 0;
  if (width < 2 || rows.length < 3 || rows.slice(1).some((row) => row.length !== width)) return false;
  const cells = rows.slice(1).flat();
  return cells.filter((cell) => plainNumber(cell, ".") !== undefined).length > cells.length / 2;
}

function usualWidth(widths: readonly number[]): { width: number; share: number } {
  const counts = new Map<number, number>();
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
  const [width, count] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0]);
  return { width, share: widths.length === 0 ? 0 : count / widths.length };
}

/** Lines in front of the header: comments, a title. */
function leadingLines(rows: readonly (readonly string[])[]): number {
  const { width, share } = usualWidth(rows.map((row) => row.length));
  if (rows.length < 3 || share <= 0.5) return 0;
  const filled = (row: readonly string[]) => row.filter((cell) => cell !== "").length;
  const isComment = (row: readonly string[]) => row[0]?.startsWith("#") === true;
  // a file of one column, or the header of row names and one column, has lines of one cell that are no titles
  const isTitle = (row: readonly string[]) => filled(row) === 1 && width > 1 && (width > 2 || row.length === 1);
  let leading = 0;
  while (leading < MOST_LEADING) {
    const [row = [], next = []] = rows.slice(leading);
    if (!isTitle(row) && !(isComment(row) && (row.length !== width || isComment(next)))) break;
    leading++;
  }
  return rows.length - leading < 2 ? 0 : leading;
}

/** A comma, if cells are written as 1,5 or 1.234,5 and not as 1,234. */
function guessDecimal(rows: readonly (readonly string[])[], delimiter: string, likely: Decimal | undefined): Decimal {
  let [commas, points, thousands] = [0, 0, 0];
  for (const row of rows) {
    if (!/[.,]/.test(row.join(""))) continue;
    for (const cell of row) {
      const tells = decimalOf(cell);
      if (tells === ",") commas++;
      else if (tells === ".") points++;
      else if (tells === "thousands") thousands++;
    }
  }
  if (commas > 0 || points > 0) return commas > points ? "," : ".";
  if (likely !== undefined) return likely;
  // 1,234 alone: with semicolons between the cells, commas are decimal
  return thousands > 0 && delimiter === ";" ? "," : ".";
}

/** A number with one sign and no dress, and one whose sign may part thousands. */
const SIGNED = /^[+-]?(?:\d+[.,]\d*|[.,]\d+)(?:e[+-]?\d+)?$/i;
const GROUPED = /^[+-]?\d{1,3}[.,]\d{3}(?:e[+-]?\d+)?$/i;

/** The decimal sign that a cell tells, if it does; "thousands" if it has a comma that may be one or part thousands. */
export function decimalOf(cell: string): Decimal | "thousands" | undefined {
  // without its dress a number is read in a tenth of the time
  if (SIGNED.test(cell)) {
    const sign = cell.includes(",") ? "," : ".";
    if (!GROUPED.test(cell)) return sign;
    return sign === "," ? "thousands" : undefined;
  }
  return /\d/.test(cell) && /[.,]/.test(cell) ? decimalOfDressed(cell) : undefined;
}

/** The same of any cell. */
export function decimalOfDressed(cell: string): Decimal | "thousands" | undefined {
  const [comma, point] = [dressedNumber(cell, ","), dressedNumber(cell, ".")];
  if (comma?.fraction && point === undefined) return ",";
  if (point?.fraction && comma === undefined) return ".";
  return comma?.fraction && point?.grouped ? "thousands" : undefined;
}

/** Whether the first line names columns: names are no fractions, and numbers among them rise, as years do. */
function guessHeader(rows: readonly (readonly string[])[], decimal: Decimal): boolean {
  const [first, ...others] = rows;
  if (first === undefined || others.length === 0) return true;
  const numbers = first.map((cell) => plainNumber(cell, decimal));
  const numeric = numbers.filter((value) => value !== undefined);
  if (numeric.length === 0) return true;
  const isNumeric = (column: number) => {
    const cells = others.map((row) => row[column] ?? "").filter((cell) => cell !== "");
    return cells.filter((cell) => plainNumber(cell, decimal) !== undefined).length > cells.length / 2;
  };
  // a text above numbers is a name
  const isName = (cell: string) => cell !== "" && !isNotFinite(cell) && cell !== "NA";
  if (first.some((cell, column) => isName(cell) && numbers[column] === undefined && isNumeric(column))) return true;
  if (first.some((cell, column) => numbers[column] !== undefined && /[.,e]/i.test(cell) && isNumeric(column))) return false;
  return numeric.every((value, i) => i === 0 || value > (numeric[i - 1] as number));
}
