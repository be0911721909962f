import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { FileError } from "./errors.js";

/** The longest string that V8 makes. */
const LONGEST = 0x1fffffe8;

/** A file as messages call it. */
export function nameOf(path: string): string {
  return path === "-" ? "standard input" : path;
}

/** The bytes of a file; "-" is the standard input. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return path === "-" ? await readStandardInput() : await readFile(path);
  } catch (error) {
    throw new FileError("read", nameOf(path), error);
  }
}

/** The text of a file, which may be compressed by gzip. */
export async function readText(path: string): Promise<string> {
  const bytes = unpacked(await readBytes(path), path);
  if (bytes.length > LONGEST) throw new FileError("read", nameOf(path), "it is larger than half a gigabyte");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FileError("read", nameOf(path), "it is not UTF-8 text");
  }
}

function unpacked(bytes: Uint8Array, path: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: LONGEST });
  } catch (error) {
    const large = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new FileError("read", nameOf(path), large ? "unpacked, it is larger than half a gigabyte" : "its gzip data is damaged");
  }
}

async function readStandardInput(): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of process.stdin) pieces.push(piece);
  return Buffer.concat(pieces);
}
