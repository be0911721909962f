import { DataError } from "../options/errors.js";
import { oneOf, optional, readOptions } from "../options/options.js";
import { joined } from "./joined.js";

const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "latin1"] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface TextReaderOptions {
  /** Default: by the byte order mark, UTF-16 by its zeros, UTF-8, or else Latin-1 (Windows-1252), which every file can be read as. */
  encoding?: Encoding;
}

/** The first bytes of files that are no text, and how to get at the text. */
const FORMATS: readonly (readonly [string, string])[] = [
  ["PK\u0003\u0004", "a zip archive or an Excel workbook: unpack it (unzip -p FILE | stepsize ... -) or save it as CSV"],
  ["\u001f\u008b", "compressed by gzip: unpack it (gunzip -c FILE)"],
  ["BZh", "compressed by bzip2: unpack it (bunzip2 -c FILE | stepsize ... -)"],
  ["\u00fd7zXZ\u0000", "compressed by xz: unpack it (xz -dc FILE | stepsize ... -)"],
  ["\u0028\u00b5\u002f\u00fd", "compressed by zstd: unpack it (zstd -dc FILE | stepsize ... -)"],
  ["\u00d0\u00cf\u0011\u00e0", "an old Excel workbook: save it as CSV"],
  ["PAR1", "a Parquet file: write it as CSV"],
  ["SQLite format 3", "an SQLite database: write its table as CSV"],
  ["%PDF", "a PDF"],
  ["\u0089PNG", "a picture"],
  ["\u0089HDF", "an HDF5 file: write its table as CSV"],
  ["ARROW1", "an Arrow file: write it as CSV"],
];

/** Bytes that are looked at to tell the encoding. */
const SAMPLE = 0x1_0000;

/**
 * Bytes as text, in pieces as they come, whatever they are encoded in.
 *
 * @throws DataError for bytes that are no text, naming what they are where that is known.
 *
 * @example
 * const reader = new TextReader();
 * let text = "";
 * for await (const bytes of stream) text += reader.push(bytes);
 * text += reader.end();
 */
export class TextReader {
  #encoding: Encoding | undefined;
  #decoder: TextDecoder | undefined;
  #held: Uint8Array[] = [];
  #size = 0;
  /** Until now every byte was ASCII, which is the same in UTF-8 and in Latin-1. */
  #ascii = true;
  readonly #given: Encoding | undefined;

  constructor(options: TextReaderOptions = {}) {
    this.#given = readOptions<TextReaderOptions>("text", options, { encoding: optional(oneOf(undefined, ENCODINGS)) }).encoding;
  }

  /** How the bytes were read; undefined as long as too few have come. */
  get encoding(): Encoding | undefined {
    return this.#encoding;
  }

  push(bytes: Uint8Array): string {
    if (this.#decoder !== undefined) return this.#decode(bytes, false);
    this.#held.push(bytes);
    this.#size += bytes.length;
    return this.#size < SAMPLE ? "" : this.#begin(false);
  }

  end(): string {
    return this.#decoder === undefined ? this.#begin(true) : this.#decode(new Uint8Array(0), true);
  }

  #begin(last: boolean): string {
    const bytes = joined(this.#held, Uint8Array);
    this.#held = [];
    refuseFormats(bytes);
    this.#encoding = this.#given ?? guessEncoding(bytes);
    this.#start();
    return this.#decode(bytes, last);
  }

  #start(): void {
    const label = this.#encoding === "latin1" ? "windows-1252" : (this.#encoding as string);
    this.#decoder = new TextDecoder(label, { fatal: true });
  }

  #decode(bytes: Uint8Array, last: boolean): string {
    const decoder = this.#decoder as TextDecoder;
    try {
      const text = decoder.decode(bytes, { stream: !last });
      // UTF-8 takes more bytes than UTF-16 has units for everything else
      if (this.#ascii && this.#encoding === "utf-8") this.#ascii = text.length === bytes.length;
      return text;
    } catch {
      if (this.#encoding !== "utf-8" || this.#given !== undefined || !this.#ascii) {
        throw new DataError(`the file is not ${this.#encoding?.toUpperCase()} text throughout`);
      }
      this.#encoding = "latin1";
      this.#start();
      return this.#decode(bytes, last);
    }
  }
}

function guessEncoding(bytes: Uint8Array): Encoding {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (!bytes.includes(0)) return "utf-8";
  const zeros = [0, 0];
  const { length } = bytes;
  for (let i = 0; i < length; i++) if (bytes[i] === 0) zeros[i & 1] = (zeros[i & 1] as number) + 1;
  const [even, odd] = zeros as [number, number];
  if (5 * (even + odd) > length) {
    if (odd > 4 * even) return "utf-16le";
    if (even > 4 * odd) return "utf-16be";
    throw new DataError("the file is no text: it holds the byte 0 again and again");
  }
  return "utf-8";
}

function refuseFormats(bytes: Uint8Array): void {
  const beginning = String.fromCharCode(...bytes.subarray(0, 512));
  const format = FORMATS.find(([magic]) => beginning.startsWith(magic));
  if (format !== undefined) throw new DataError(`the file is no CSV but ${format[1]}`);
  if (beginning.slice(257, 262) === "ustar") throw new DataError("the file is no CSV but a tar archive: unpack it (tar -xOf FILE)");
  if (/^\s*(?:<!doctype html|<html)/i.test(beginning)) throw new DataError("the file is no CSV but a web page");
}
