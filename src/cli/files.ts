import { open, readFile, stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { pipeline } from "node:stream";
import { createGunzip, gunzipSync } from "node:zlib";
import { CsvReader, type CsvTable, type ParseOptions, TextReader, type TextReaderOptions } from "../data/csv.js";
import { DataError } from "../options/errors.js";
import { FileError } from "./errors.js";
import { printable } from "./terminal.js";

/** Bytes in a piece of a file. */
const PIECE = 0x4_0000;
/** Bytes that a packed file of one piece is unpacked to at once, without the turns of a stream. */
const AT_ONCE = 16 * PIECE;
/** Share of the memory there is that a table and its data sets may take. */
const SHARE = 0.6;

/** A file as messages call it. */
export function nameOf(path: string): string {
  return path === "-" ? "standard input" : printable(path);
}

/** The bytes of a file; "-" is the standard input. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return path === "-" ? await readStandardInput() : await readFile(path);
  } catch (error) {
    throw new FileError("read", nameOf(path), error);
  }
}

export interface TableOptions extends ParseOptions, TextReaderOptions {
  /** Called after each piece: bytes read of so many, where their number is known. */
  onRead?: (bytes: number, total: number | undefined) => void;
}

/** Reads a CSV file piece by piece; it may be compressed by gzip, and "-" is the standard input. */
export async function readTable(path: string, options: TableOptions): Promise<CsvTable> {
  const { onRead, encoding, memory = availableMemory(), ...rest } = options;
  const reader = new CsvReader({ ...rest, memory });
  const text = new TextReader(encoding === undefined ? {} : { encoding });
  const total = await sizeOf(path);
  let read = 0;
  let projected = false;
  const count = (bytes: number) => {
    read += bytes;
    onRead?.(read, total);
  };
  try {
    for await (const piece of unpacked(piecesOf(path, count), path)) {
      reader.push(text.push(piece));
      // after some of the file it can be said what all of it takes
      if (!projected && total !== undefined && read >= 64 * PIECE) {
        projected = true;
        checkSize(path, reader.bytes * (total / read), memory);
      }
    }
    reader.push(text.end());
    const table = reader.end();
    return text.encoding === "latin1" && encoding === undefined ? table.withNote({ kind: "encoding", encoding: "Latin-1" }) : table;
  } catch (error) {
    if (error instanceof DataError || error instanceof FileError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new FileError("read", nameOf(path), error);
  }
}

function checkSize(path: string, bytes: number, memory: number): void {
  if (bytes <= memory) return;
  const gigabytes = (amount: number) => `${(amount / 2 ** 30).toPrecision(2)} GiB`;
  throw new FileError(
    "read",
    nameOf(path),
    `it would take about ${gigabytes(bytes)} of memory, and ${gigabytes(memory)} may be used: use fewer rows or columns`,
  );
}

/** The memory that a container or the machine leaves to us, in bytes. */
function availableMemory(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return SHARE * (limit > 0 && limit < totalmem() ? limit : totalmem());
}

/** The bytes of a file; unknown of what is none, as the standard input. */
export async function sizeOf(path: string): Promise<number | undefined> {
  const found = path === "-" ? undefined : await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new FileError("read", nameOf(path), { code: "EISDIR" });
  return found?.isFile() ? found.size : undefined;
}

/** A stream of the file would give the same; to load what makes one takes Node 4 ms. */
async function* piecesOf(path: string, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  if (path === "-") {
    for await (const piece of process.stdin as AsyncIterable<Uint8Array>) {
      count(piece.length);
      yield piece;
    }
    return;
  }
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE, null);
      if (bytesRead === 0) return;
      count(bytesRead);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Unpacks what begins as gzip does. */
async function* unpacked(pieces: AsyncGenerator<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  let first = new Uint8Array(0);
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    first = first.length === 0 ? Uint8Array.from(next.value) : Buffer.concat([first, next.value]);
    if (first.length >= 2) break;
  }
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    yield first;
    yield* pieces;
    return;
  }
  const second = await pieces.next();
  try {
    const whole = second.done ? unpackedAtOnce(first) : undefined;
    if (whole !== undefined) {
      yield whole;
      return;
    }
    const packed = async function* () {
      yield first;
      if (!second.done) yield second.value;
      yield* pieces;
    };
    const gunzip = createGunzip({ chunkSize: PIECE });
    pipeline(packed(), gunzip, () => {});
    for await (const piece of gunzip) yield piece;
  } catch (error) {
    const damaged = String((error as NodeJS.ErrnoException).code).startsWith("Z_");
    throw damaged ? new FileError("read", nameOf(path), "its gzip data is damaged") : error;
  }
}

/** Undefined where that would be too much. */
function unpackedAtOnce(packed: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(packed, { chunkSize: PIECE, maxOutputLength: AT_ONCE });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw error;
  }
}

async function readStandardInput(): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of process.stdin) pieces.push(piece);
  return Buffer.concat(pieces);
}
