import { DataError, OutOfMemoryError } from "../options/errors.js";
import { demand, readOptions, show } from "../options/options.js";
import { ColumnCells, codeOf, storageOf } from "./cells.js";
import { type Dialect, type Guess, guessDialect } from "./dialect.js";
import type { Note } from "./notes.js";
import { type ParseOptions, type ParseSettings, parseFields } from "./parse-options.js";
import { type Reading, readingOfMany } from "./readings.js";
import { RecordReader, type RecordSink } from "./records.js";
import { AdvisedDataError, option } from "./words.js";

/** A column as it is kept: numbers, and texts of which each is kept once. */
export interface StoredColumn {
  readonly name: string;
  readonly cells: Int32Array | Float64Array;
  readonly scale: number;
  readonly texts: readonly string[];
  readonly fractions: number;
  readonly reading: Reading | undefined;
  /** It had too many different texts to be kept. */
  readonly abandoned: boolean;
  /** It stands first and has no name in the header, as the index that pandas and R write. */
  readonly isIndex: boolean;
}

/** Throws OptionError where something else stands in place of a table. */
export function checkTable(table: unknown, path: string): asserts table is CsvTable {
  demand(table instanceof CsvTable, path, table, "a table, as parseCSV(...) makes it");
}

/** The columns of a CSV file, by name. Cells that are numbers are kept as numbers, all others as texts. */
export class CsvTable {
  readonly columnNames: readonly string[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(
    readonly columns: readonly StoredColumn[],
    readonly rows: number,
    readonly dialect: Dialect,
    /** Guesses about the file. */
    readonly notes: readonly Note[],
  ) {
    this.columnNames = Object.freeze(columns.map(({ name }) => name));
    this.#places = new Map(this.columnNames.map((name, index) => [name, index]));
  }

  /** The same table with one more note. */
  withNote(note: Note): CsvTable {
    return new CsvTable(this.columns, this.rows, this.dialect, Object.freeze([note, ...this.notes]));
  }

  /** The place of a column from 0, or -1. */
  indexOf(name: string): number {
    return this.#places.get(name) ?? -1;
  }

  /** A cell: a number where it is written as one, else its text; `row` counts from 0. */
  value(row: number, name: string): number | string | undefined {
    const column = this.columns[this.indexOf(name)];
    if (column === undefined || column.abandoned || !(row >= 0 && row < this.rows)) return undefined;
    const code = codeOf(column.cells, row);
    if (code >= 0) return column.texts[code];
    return (column.cells[row] as number) / storageOf(column.scale).power;
  }
}

/** Who takes a file block by block: tables of so many rows; `end` then gives the rest, which may be none. */
export interface CsvBlock {
  readonly rows: number;
  take(table: CsvTable): void;
}

/** Text to guess a dialect from: so much, if it has some lines, and no more than this. */
const SAMPLE = 0x1_0000;
const LARGEST_SAMPLE = 0x40_0000;
const MOST_COLUMNS = 0x10_0000;
/** Cells between two looks at memory, and bytes that different texts may take: they lie on the heap, whose end is an abort. */
const CHECK_CELLS = 0x10_0000;
const MOST_TEXT = 0x4000_0000;

/**
 * Reads a CSV file in pieces, as they come: `push` each, then `end`. Memory holds numbers, never the text.
 *
 * @throws DataError as `parseCSV`; OutOfMemoryError once the table and its data set would take more than the option `memory`.
 *
 * @example
 * const reader = new CsvReader({ delimiter: ";" });
 * for await (const piece of stream.pipeThrough(new TextDecoderStream())) reader.push(piece);
 * const table = reader.end();
 */
export class CsvReader implements RecordSink {
  readonly #settings: Readonly<ParseSettings>;
  #sample: string[] = [];
  #sampled = 0;
  #lines = 0;
  #guess: Guess | undefined;
  #records: RecordReader | undefined;
  #names: string[] | undefined;
  #columns: ColumnCells[] = [];
  #place = 0;
  #rows = 0;
  /** Rows with an empty cell too many, as lines have that end in a delimiter. */
  #surplus = 0;
  /** The record under way has a cell beyond the columns that is not empty. */
  #overfull = false;
  #nextCheck = 1;
  /** Of a file that goes by in blocks: the first row that is not in the last of them. */
  #blockFrom = 0;
  readonly #block: CsvBlock | undefined;

  constructor(options: ParseOptions = {}, block?: CsvBlock) {
    this.#settings = readOptions<ParseSettings>("csv", options, parseFields);
    this.#block = block;
  }

  /** Memory that the rows read so far and a data set of them take; texts are counted roughly. */
  get bytes(): number {
    let bytes = 0;
    for (const column of this.#columns) bytes += column.bytes + 4 * column.length;
    return bytes;
  }

  push(piece: string): void {
    if (typeof piece !== "string") throw new DataError(`a CSV file must be given as text, got ${show(piece)}`);
    if (this.#records !== undefined) {
      this.#records.push(piece);
      return;
    }
    this.#sample.push(piece);
    this.#sampled += piece.length;
    for (let i = piece.indexOf("\n"); i >= 0 && this.#lines < 3; i = piece.indexOf("\n", i + 1)) this.#lines++;
    if ((this.#sampled >= SAMPLE && this.#lines >= 3) || this.#sampled >= LARGEST_SAMPLE) this.#begin(false);
  }

  end(): CsvTable {
    if (this.#records === undefined) this.#begin(true);
    this.#records?.end();
    if (this.#names === undefined) throw new DataError("the CSV file is empty");
    if (this.#rows === 0) throw new DataError("the CSV file has a header and no rows");
    const { dialect, notes } = this.#guess as Guess;
    const all = [...notes];
    const stored = this.#stored();
    const isEmpty = stored.length > 1 && this.#names.at(-1) === "" && holdsNothing(stored.at(-1) as StoredColumn);
    if (isEmpty) stored.pop();
    if (isEmpty || this.#surplus > 0) all.push({ kind: "trailing delimiter" });
    if (dialect.header) {
      stored.forEach(({ name, isIndex }, place) => {
        if (!isIndex && this.#names?.[place] === "") all.push({ kind: "nameless column", column: name, place: place + 1 });
      });
    }
    this.#columns = [];
    return new CsvTable(stored, this.#rows - this.#blockFrom, dialect, Object.freeze(all));
  }

  #stored(): StoredColumn[] {
    const { dialect } = this.#guess as Guess;
    return this.#columns.map((column, place) => {
      const { name, texts, fractions, reading, abandoned } = column;
      const isIndex = place === 0 && dialect.header && this.#names?.[0] === "";
      return { name, cells: column.finish(), scale: column.scale, texts, fractions, reading, abandoned, isIndex };
    });
  }

  /** Gives away the rows so far, and begins anew behind them. */
  #endBlock({ take }: CsvBlock): void {
    take(new CsvTable(this.#stored(), this.#rows - this.#blockFrom, (this.#guess as Guess).dialect, []));
    this.#blockFrom = this.#rows;
    this.#columns = this.#columns.map((column) => column.anew());
  }

  #begin(whole: boolean): void {
    let source = this.#sample.length === 1 ? (this.#sample[0] as string) : this.#sample.join("");
    this.#sample = [];
    if (source.charCodeAt(0) === 0xfeff) source = source.slice(1);
    const sample = source.length > LARGEST_SAMPLE ? source.slice(0, LARGEST_SAMPLE) : source;
    const { like, ...given } = this.#settings;
    this.#guess = guessDialect(sample, { ...given, likelyDecimal: like?.decimal }, whole && sample.length === source.length);
    this.#records = new RecordReader(this, this.#guess.dialect);
    this.#records.push(this.#guess.start === 0 ? source : source.slice(this.#guess.start));
  }

  /** Takes a cell; `RecordReader` calls it. */
  cell(source: string, start: number, end: number): void {
    const place = this.#place++;
    const column = this.#columns[place];
    if (column !== undefined) {
      column.add(source, start, end);
    } else if (this.#names === undefined) {
      this.#sample.push(source.slice(start, end));
      if (this.#sample.length > MOST_COLUMNS) throw new DataError(`the first line has more than ${MOST_COLUMNS} cells: is it a CSV file?`);
    } else if (end > start) {
      this.#overfull = true;
    }
  }

  /** Takes a cell that is an integer; `RecordReader` calls it. */
  integer(value: number): void {
    const column = this.#columns[this.#place];
    if (column === undefined) {
      const text = String(value);
      this.cell(text, 0, text.length);
      return;
    }
    this.#place++;
    column.addInteger(value);
  }

  /** Ends a record; `RecordReader` calls it. */
  endRecord(): void {
    const cells = this.#place;
    const width = this.#columns.length;
    this.#place = 0;
    if (this.#names === undefined) {
      this.#start(this.#sample);
      return;
    }
    this.#rows++;
    if (cells !== width) this.#ragged(cells, width);
    if (this.#rows === this.#nextCheck) this.#checkMemory();
    if (this.#block !== undefined && this.#rows - this.#blockFrom === this.#block.rows) this.#endBlock(this.#block);
  }

  recordName(): { name: string; row?: number } {
    return this.#names === undefined ? { name: "the header" } : { name: `row ${this.#rows + 1}`, row: this.#rows + 1 };
  }

  /** Begins the columns with the cells of the first record: their names, or the first row. */
  #start(first: string[]): void {
    this.#sample = [];
    const { dialect, rowNames } = this.#guess as Guess;
    const names = dialect.header ? (rowNames ? ["", ...first] : first) : first.map(() => "");
    const taken = new Set(names);
    const choose = (texts: readonly string[], fractions: number) => readingOfMany(texts, dialect.decimal, fractions);
    this.#names = names;
    this.#columns = names.map((name, place) => {
      let given = name || `column ${place + 1}`;
      while (name === "" && taken.has(given)) given += "'";
      return new ColumnCells(given, dialect.decimal, choose);
    });
    if (dialect.header) checkNames(names);
    else {
      for (const cell of first) this.cell(cell, 0, cell.length);
      this.endRecord();
    }
  }

  #ragged(cells: number, width: number): void {
    // lines that end in a delimiter where the header does not, or the other way round
    if (cells === width + 1 && !this.#overfull) {
      this.#surplus++;
      return;
    }
    if (cells === width - 1 && this.#names?.[width - 1] === "") {
      this.#columns[width - 1]?.add("", 0, 0);
      return;
    }
    const problem = `row ${this.#rows} has ${cells} cells, the header has ${width}`;
    if (this.#rows > 1) throw new DataError(problem, this.#rows);
    throw new AdvisedDataError([`${problem}: if lines stand in front of the header, leave them out with `, option("skip", 1)], 1);
  }

  #checkMemory(): void {
    const { bytes } = this;
    const { memory } = this.#settings;
    if (bytes > memory) {
      throw new OutOfMemoryError(bytes, memory, `${this.#rows} rows of the CSV file take it: use fewer rows or columns`);
    }
    let texts = 0;
    for (const column of this.#columns) texts += column.textBytes;
    if (texts > MOST_TEXT) {
      const widest = this.#columns.reduce((most, column) => (column.textBytes > most.textBytes ? column : most));
      throw new OutOfMemoryError(
        texts,
        MOST_TEXT,
        `so many different texts stand in the columns, most in ${show(widest.name)}: leave it out`,
      );
    }
    this.#nextCheck = this.#rows + Math.max(1, Math.min(1024, Math.floor(CHECK_CELLS / this.#columns.length)));
  }
}

/**
 * Reads CSV (RFC 4180): a header, then rows; cells may be quoted and then hold delimiters, line breaks and quotes (written twice). Lines
 * end in LF, CRLF or CR; a byte order mark, blank lines, blanks around cells and their quotes, and an empty last column are left out.
 *
 * How the file is written is guessed as a person would, unless the options say it. A column without a name is called column 1, by its place.
 *
 * @throws DataError for a text without a header or without rows, a ragged row, a quote out of place, a cell with NUL or more than 2^20
 * characters, and two columns of one name. Rows are counted from 1, the header and blank lines not counted.
 *
 * @example
 * const table = parseCSV('name,height\n"Smith, J.",1.8\n');
 * table.value(0, "height"); // 1.8
 */
export function parseCSV(source: string, options: ParseOptions = {}): CsvTable {
  const reader = new CsvReader(options);
  reader.push(source);
  return reader.end();
}

/** Whether every cell is the empty text. */
function holdsNothing({ cells, texts }: StoredColumn): boolean {
  if (texts.length !== 1 || texts[0] !== "") return false;
  for (let row = 0; row < cells.length; row++) if (codeOf(cells, row) < 0) return false;
  return true;
}

function checkNames(names: readonly string[]): void {
  const first = new Map<string, number>();
  names.forEach((name, index) => {
    const before = first.get(name);
    if (before === undefined || name === "") first.set(name, index);
    else throw new DataError(`columns ${before + 1} and ${index + 1} have the same name ${show(name)}`, undefined, name);
  });
}
