import { DataError } from "../options/errors.js";

/** Who takes the cells of a CSV text, in order. A cell is a part of `text`, which may be a piece of the file. */
export interface RecordSink {
  cell(text: string, start: number, end: number): void;
  /** Takes a cell that is an integer of nine digits or fewer, without a sign or a zero in front. */
  integer(value: number): void;
  endRecord(): void;
  /** How errors call the record under way. */
  recordName(): { name: string; row?: number };
}

export interface RecordOptions {
  readonly delimiter: string;
  /** Lines that start with it are left out. */
  readonly comment?: string | undefined;
}

/** The longest cell, in UTF-16 units: a file without line breaks, or with a quote that is never closed, ends here. */
const LONGEST_CELL = 0x10_0000;

/** Characters that are read at once: so many bytes of them are kept. */
const PIECE = 0x4_0000;

const QUOTE = 34;
const LF = 10;
const CR = 13;
const ZERO = 48;
const NINE = 57;
/** Digits of the integers that are read on the way: they fit 32 bits. */
const MOST_DIGITS = 9;

/**
 * Cuts CSV (RFC 4180) into cells, in pieces as they come. Lines end in LF, CRLF or CR; blank lines, and blanks around cells and their
 * quotes, are left out.
 *
 * A piece that ends within a cell leaves that cell for the next one, never the whole record: a record of 100,000 cells costs no more.
 */
export class RecordReader {
  readonly #sink: RecordSink;
  readonly #delimiter: string;
  readonly #comment: string | undefined;
  #rest = "";
  /** The last piece ended in CR, so that an LF that follows belongs to it. */
  #afterReturn = false;
  /** A record has begun, and did not end: a delimiter at the very end of the file leaves an empty cell behind it. */
  #inRecord = false;
  #inComment = false;
  /** The characters of a piece as bytes, and a zero behind them. */
  #codes = new Uint8Array(0);
  readonly #encoder = new TextEncoder();

  constructor(sink: RecordSink, { delimiter, comment }: RecordOptions) {
    this.#sink = sink;
    this.#delimiter = delimiter;
    this.#comment = comment;
  }

  push(piece: string): void {
    for (let from = 0; from < piece.length; from += PIECE) {
      const part = piece.slice(from, from + PIECE);
      this.#read(this.#rest === "" ? part : this.#rest + part, false);
    }
  }

  end(): void {
    this.#read(this.#rest, true);
    if (!this.#inRecord) return;
    this.#sink.cell("", 0, 0);
    this.#sink.endRecord();
    this.#inRecord = false;
  }

  #read(text: string, last: boolean): void {
    const delimiter = this.#delimiter;
    const first = delimiter.charCodeAt(0);
    const long = delimiter.length > 1;
    // blanks between cells may be many, and stand in front of the first
    const padded = delimiter === " ";
    const { length } = text;
    const sink = this.#sink;
    const quick = !long && !(first >= ZERO && first <= NINE) && this.#encode(text);
    let start = 0;
    if (this.#afterReturn && length > 0) {
      if (text.charCodeAt(0) === LF) start = 1;
      this.#afterReturn = false;
    }
    while (start < length) {
      if (this.#inComment || (this.#comment !== undefined && !this.#inRecord)) {
        if (!this.#inComment && !last && this.#isUndecided(text, start)) break;
        if (this.#inComment || text.startsWith(this.#comment as string, start)) {
          start = this.#skipComment(text, start);
          continue;
        }
      }
      if (quick) {
        const next = this.#integers(text, start);
        if (next > start) {
          start = next;
          continue;
        }
      }
      let i = start;
      let code = text.charCodeAt(i);
      // blanks in front; a tab may be the delimiter
      while ((code === 32 || code === 9 || code === 12 || code === 11) && (code !== first || padded)) code = text.charCodeAt(++i);
      if (code === QUOTE) {
        const next = this.#quoted(text, i, last);
        if (next < 0) break;
        start = next;
        continue;
      }
      const from = i;
      while (i < length) {
        code = text.charCodeAt(i);
        if (code === first && (!long || text.startsWith(delimiter, i))) break;
        if (code === LF || code === CR) break;
        if (code === QUOTE) this.#fail("a quote is out of place; quote the whole cell and write quotes inside of it twice");
        i++;
      }
      if (i === length && !last) break;
      this.#checkLength(i - from);
      let to = i;
      while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
      if (i < length && code === first) {
        sink.cell(text, from, to);
        this.#inRecord = true;
        start = i + delimiter.length;
        continue;
      }
      // a line with nothing on it is no record
      if (to > from || this.#inRecord) {
        sink.cell(text, from, to);
        this.#inRecord = true;
      }
      start = this.#endLine(text, i);
    }
    this.#rest = start < length ? text.slice(start) : "";
    this.#checkLength(this.#rest.length);
  }

  /**
   * Takes cells that are integers, to the end of the line at most; the place of the first cell that is something else. Most cells of most files
   * are integers, and a small loop is compiled long before all of `#read` is.
   */
  #integers(text: string, from: number): number {
    const sink = this.#sink;
    const codes = this.#codes;
    const delimiter = this.#delimiter.charCodeAt(0);
    let start = from;
    for (;;) {
      let i = start;
      let value = 0;
      let code = codes[i] as number;
      while (code >= ZERO && code <= NINE) {
        value = value * 10 + code - ZERO;
        code = codes[++i] as number;
      }
      const digits = i - start;
      const isInteger = digits === 1 || (digits > 1 && digits <= MOST_DIGITS && codes[start] !== ZERO);
      if (!isInteger || (code !== delimiter && code !== LF && code !== CR)) break;
      sink.integer(value);
      if (code !== delimiter) {
        this.#inRecord = true;
        return this.#endLine(text, i);
      }
      start = i + 1;
    }
    if (start > from) this.#inRecord = true;
    return start;
  }

  /** Makes bytes of a text, if all of it is ASCII. */
  #encode(text: string): boolean {
    const { length } = text;
    if (this.#codes.length <= length) this.#codes = new Uint8Array(length + 1);
    const { read, written } = this.#encoder.encodeInto(text, this.#codes.subarray(0, length));
    this.#codes[length] = 0;
    return read === length && written === length;
  }

  /** Reads a quoted cell whose quote opens at `open`; the place behind it, or -1 when the piece ends too early. */
  #quoted(text: string, open: number, last: boolean): number {
    const { length } = text;
    let close = open;
    let doubled = false;
    for (;;) {
      close = text.indexOf('"', close + 1);
      if (close < 0) {
        if (last) this.#fail("a quote is not closed");
        this.#checkLength(length - open);
        return -1;
      }
      if (close + 1 === length && !last) return -1;
      if (text.charCodeAt(close + 1) !== QUOTE) break;
      doubled = true;
      close++;
    }
    this.#checkLength(close - open);
    let i = close + 1;
    const first = this.#delimiter.charCodeAt(0);
    while (i < length && isBlank(text.charCodeAt(i)) && text.charCodeAt(i) !== first) i++;
    if (i === length && !last) return -1;
    const code = text.charCodeAt(i);
    const delimited = code === first && text.startsWith(this.#delimiter, i);
    if (i < length && !delimited && code !== LF && code !== CR) {
      if (!last && i + this.#delimiter.length > length) return -1;
      this.#fail("a quote is out of place; quote the whole cell and write quotes inside of it twice");
    }
    if (doubled) {
      const cell = text.slice(open + 1, close).replaceAll('""', '"');
      this.#sink.cell(cell, 0, cell.length);
    } else {
      this.#sink.cell(text, open + 1, close);
    }
    this.#inRecord = true;
    if (!delimited) return this.#endLine(text, i);
    return i + this.#delimiter.length;
  }

  /** Ends the record whose line break stands at `i`, or at the end of the file. */
  #endLine(text: string, i: number): number {
    if (this.#inRecord) this.#sink.endRecord();
    this.#inRecord = false;
    if (text.charCodeAt(i) !== CR) return i + 1;
    this.#afterReturn = i + 1 === text.length;
    return text.charCodeAt(i + 1) === LF ? i + 2 : i + 1;
  }

  /** Whether the piece ends within what may be the mark of a comment. */
  #isUndecided(text: string, start: number): boolean {
    const mark = this.#comment as string;
    return text.length - start < mark.length && mark.startsWith(text.slice(start));
  }

  #skipComment(text: string, start: number): number {
    for (let i = start; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code !== LF && code !== CR) continue;
      this.#inComment = false;
      return this.#endLine(text, i);
    }
    this.#inComment = true;
    return text.length;
  }

  #checkLength(length: number): void {
    if (length <= LONGEST_CELL) return;
    this.#fail(`a cell has more than ${LONGEST_CELL} characters: is a quote not closed, or is it no CSV file?`);
  }

  #fail(problem: string): never {
    const { name, row } = this.#sink.recordName();
    throw new DataError(`${name}: ${problem}`, row);
  }
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 12 || code === 11;
}
