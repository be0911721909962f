import { show } from "../options/options.js";
import { cellError } from "./checks.js";
import { type Decimal, isCode, POWERS, plainNumber } from "./numbers.js";
import type { Reading } from "./readings.js";

/** Texts that a column keeps: with more of them it is no category, and memory is worth more. */
const MOST_TEXTS = 0x1_0000;
/** Room for the codes of texts below the numbers of a column of integers. */
const CODES = 0x10_0000;
const LARGEST = 0x8000_0000 - CODES - 1;
/** Float64 columns write text number k as -(k + 1) · 2^200: numbers beyond the range of 32-bit floats are kept as texts. */
const CODE_UNIT = 1.6069380442589903e60;
const LARGEST_FLOAT32 = 3.4028235677973366e38;
const FIRST_SEGMENT = 16;
const LARGEST_SEGMENT = 0x4000;

/** Chooses how the texts of a column are read as numbers: undefined when they are none. */
export type ChooseReading = (texts: readonly string[], fractions: number) => Reading | undefined;

/**
 * The cells of one column, as they come: four bytes a cell while numbers have few digits (an integer and one power of ten for the column,
 * which gives exactly the float64 that `Number` gives), eight otherwise. A cell that is no plain number is a text; each text is kept once.
 */
export class ColumnCells {
  readonly texts: string[] = [];
  /** Numbers written with the decimal sign. */
  fractions = 0;
  /** How texts were read as numbers when they became too many. */
  reading: Reading | undefined;
  /** Texts were too many, and no numbers: the column was given up. */
  abandoned = false;
  #indexOf: Map<string, number> | undefined;
  readonly #decimal: number;
  readonly #choose: ChooseReading;
  #segments: (Int32Array | Float64Array)[] = [];
  #segment: Int32Array | Float64Array = new Int32Array(0);
  #filled = 0;
  /** Cells in front of the segment. */
  #before = 0;
  /** Of columns of integers, the power of ten; -1 for float64. */
  #scale = 0;
  #textBytes = 0;

  constructor(
    readonly name: string,
    decimal: Decimal,
    choose: ChooseReading,
  ) {
    this.#decimal = decimal.charCodeAt(0);
    this.#choose = choose;
  }

  get length(): number {
    return this.#before + this.#filled;
  }

  /** Bytes held by numbers and codes. */
  get bytes(): number {
    return this.length * (this.#scale < 0 ? 8 : 4);
  }

  /** Bytes held by different texts, roughly. */
  get textBytes(): number {
    return this.#textBytes;
  }

  /** Takes a cell that is an integer of nine digits or fewer. */
  addInteger(value: number): void {
    const segment = this.#segment;
    const filled = this.#filled;
    if (this.#scale === 0 && filled < segment.length) {
      segment[filled] = value;
      this.#filled = filled + 1;
    } else {
      this.#addNumber(value, 0);
    }
  }

  /** Takes the cell `text.slice(start, end)`; `row` from 1 is for errors. */
  add(text: string, start: number, end: number): void {
    let i = start;
    let code = i < end ? text.charCodeAt(i) : 0;
    const negative = code === 45;
    if (negative || code === 43) code = ++i < end ? text.charCodeAt(i) : 0;
    const first = i;
    let mantissa = 0;
    while (i < end && code >= 48 && code <= 57) {
      mantissa = mantissa * 10 + code - 48;
      code = text.charCodeAt(++i);
    }
    let digits = i - first;
    let decimals = 0;
    if (i < end && code === this.#decimal) {
      const point = i;
      code = text.charCodeAt(++i);
      while (i < end && code >= 48 && code <= 57) {
        mantissa = mantissa * 10 + code - 48;
        code = text.charCodeAt(++i);
      }
      decimals = i - point - 1;
      digits += decimals;
    } else if (digits > 1 && text.charCodeAt(first) === 48) {
      this.#addOther(text.slice(start, end));
      return;
    }
    if (i === end && digits > 0 && digits <= 15) {
      if (decimals > 0) this.fractions++;
      this.#addNumber(negative ? 0 - mantissa : mantissa, decimals);
    } else {
      this.#addOther(text.slice(start, end));
    }
  }

  /** A column of the same name without cells. */
  anew(): ColumnCells {
    return new ColumnCells(this.name, this.#decimal === 44 ? "," : ".", this.#choose);
  }

  /** The whole column, once all cells have come. */
  finish(): Int32Array | Float64Array {
    this.#indexOf = undefined;
    const whole = this.#scale < 0 ? new Float64Array(this.length) : new Int32Array(this.length);
    let place = 0;
    for (const segment of this.#segments) {
      const part = segment === this.#segment ? segment.subarray(0, this.#filled) : segment;
      whole.set(part, place);
      place += part.length;
    }
    this.#segments = [];
    this.#segment = new Int32Array(0);
    return whole;
  }

  get scale(): number {
    return this.#scale;
  }

  #addNumber(mantissa: number, decimals: number): void {
    if (this.abandoned) return void this.#before++;
    if (decimals > this.#scale && this.#scale >= 0) this.#rescale(decimals);
    const scale = this.#scale;
    if (scale >= 0) {
      const scaled = decimals === scale ? mantissa : mantissa * (POWERS[scale - decimals] as number);
      if (scaled <= LARGEST && scaled >= -LARGEST) {
        this.#put(scaled);
        return;
      }
      this.#toFloats();
    }
    this.#put(decimals === 0 ? mantissa : mantissa / (POWERS[decimals] as number) + 0);
  }

  /** Numbers that the quick way does not read, and texts. */
  #addOther(cell: string): void {
    if (this.abandoned) return void this.#before++;
    const value = isCode(cell) ? undefined : plainNumber(cell, this.#decimal === 44 ? "," : ".");
    if (value !== undefined && Math.abs(value) < LARGEST_FLOAT32) {
      if (!Number.isInteger(value)) this.fractions++;
      this.#addFloat(value);
      return;
    }
    const read = this.reading?.read(cell);
    if (read !== undefined) this.#addFloat(read);
    else this.#addText(cell);
  }

  #addFloat(value: number): void {
    if (this.#scale >= 0 && Number.isInteger(value) && Math.abs(value) <= LARGEST) {
      this.#addNumber(value, 0);
      return;
    }
    if (this.#scale >= 0) this.#toFloats();
    this.#put(value);
  }

  #addText(cell: string): void {
    this.#indexOf ??= new Map();
    let index = this.#indexOf.get(cell);
    if (index === undefined) {
      if (cell.includes("\0")) throw cellError(this.length + 1, this.name, `${show(cell)} holds the character NUL: it is no text`);
      if (this.texts.length === MOST_TEXTS) {
        this.#tooMany();
        this.#addOther(cell);
        return;
      }
      index = this.texts.length;
      // a slice would keep the whole piece of the file alive
      const own = flat(cell);
      this.texts.push(own);
      this.#textBytes += 2 * own.length + 100;
      this.#indexOf.set(own, index);
    }
    this.#put(this.#scale < 0 ? -(index + 1) * CODE_UNIT : index - 0x8000_0000);
  }

  /** Reads the texts as numbers where they are numbers in some dress, or gives the column up. */
  #tooMany(): void {
    const reading = this.reading === undefined ? this.#choose(this.texts, this.fractions) : undefined;
    if (reading === undefined) {
      this.abandoned = true;
      this.texts.length = 0;
      this.#textBytes = 0;
      this.#indexOf = undefined;
      this.#segments = [];
      this.#segment = new Int32Array(0);
      this.#before += this.#filled;
      this.#filled = 0;
      return;
    }
    this.reading = reading;
    if (this.#scale >= 0) this.#toFloats();
    const old = this.texts.splice(0);
    this.#textBytes = 0;
    const indexOf = new Map<string, number>();
    this.#indexOf = indexOf;
    const values = old.map((text) => {
      const value = reading.read(text);
      if (value !== undefined) return value;
      indexOf.set(text, this.texts.length);
      this.texts.push(text);
      return -this.texts.length * CODE_UNIT;
    });
    for (const segment of this.#segments) {
      for (let i = 0; i < segment.length; i++) {
        const code = codeOfFloat(segment[i] as number);
        if (code >= 0) segment[i] = values[code] as number;
      }
    }
  }

  #put(value: number): void {
    if (this.#filled === this.#segment.length) {
      this.#before += this.#filled;
      const size = Math.min(LARGEST_SEGMENT, Math.max(FIRST_SEGMENT, this.#before));
      this.#segment = this.#scale < 0 ? new Float64Array(size) : new Int32Array(size);
      this.#segments.push(this.#segment);
      this.#filled = 0;
    }
    this.#segment[this.#filled++] = value;
  }

  /** Gives the integers of the column more decimals, where there is room for them. */
  #rescale(decimals: number): void {
    const factor = POWERS[decimals - this.#scale] ?? Number.POSITIVE_INFINITY;
    if (decimals > 22 || this.#largest() * factor > LARGEST) {
      this.#toFloats();
      return;
    }
    for (const segment of this.#segments) {
      for (let i = 0; i < segment.length; i++) {
        const value = segment[i] as number;
        if (value >= -LARGEST) segment[i] = value * factor;
      }
    }
    this.#scale = decimals;
  }

  /** The size of the largest of the integers. */
  #largest(): number {
    let largest = 0;
    for (const segment of this.#segments) {
      for (let i = 0; i < segment.length; i++) {
        const value = segment[i] as number;
        if (value > largest) largest = value;
        else if (-value > largest && value >= -LARGEST) largest = -value;
      }
    }
    return largest;
  }

  #toFloats(): void {
    const power = POWERS[this.#scale] as number;
    this.#segments = this.#segments.map((segment) => {
      const floats = new Float64Array(segment.length);
      for (let i = 0; i < segment.length; i++) {
        const value = segment[i] as number;
        floats[i] = value < -LARGEST ? -(value + 0x8000_0000 + 1) * CODE_UNIT : value / power + 0;
      }
      return floats;
    });
    this.#segment = this.#segments.at(-1) ?? new Float64Array(0);
    this.#scale = -1;
  }
}

/** How a finished column is stored: a cell from `least` on is a number times `power`, one below it the code of a text. */
export interface Storage {
  readonly power: number;
  readonly least: number;
}

const FLOATS: Storage = { power: 1, least: -LARGEST_FLOAT32 };

export function storageOf(scale: number): Storage {
  return scale < 0 ? FLOATS : { power: POWERS[scale] as number, least: -LARGEST };
}

/** The text of a finished column's cell, or -1 for a number. */
export function codeOf(cells: Int32Array | Float64Array, row: number): number {
  const value = cells[row] as number;
  if (cells instanceof Float64Array) return codeOfFloat(value);
  return value < -LARGEST ? value + 0x8000_0000 : -1;
}

function codeOfFloat(value: number): number {
  return value <= -CODE_UNIT ? -value / CODE_UNIT - 1 : -1;
}

/** A copy of its own of a slice. */
function flat(text: string): string {
  return text.length < 13 ? text : JSON.parse(JSON.stringify(text));
}
