import { randomUUID } from "node:crypto";
import { access, constants, open, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
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

/**
 * Writes a file whole or not at all: into a file beside it, which then takes its name. What is no regular file, such as a pipe, is written to.
 */
export async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path);
    const old = await stat(target).catch(() => undefined);
    if (old !== undefined && !old.isFile()) return await writeFile(target, data);
    const temporary = `${target}.${randomUUID().slice(0, 8)}.tmp`;
    try {
      await using file = await open(temporary, "wx", old?.mode);
      await file.writeFile(data);
      await file.sync();
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await rename(temporary, target);
  } catch (error) {
    throw new FileError("write", path, error);
  }
}

/** Refuses a path that cannot be written, or that would overwrite one of `inputs`: before a long run rather than after it. */
export async function checkWritable(path: string, inputs: readonly string[]): Promise<void> {
  if (inputs.some((input) => resolve(input) === resolve(path))) throw new FileError("write", path, "it is the file that is read");
  try {
    const old = await stat(path).catch(() => undefined);
    if (old?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    if (old !== undefined) await access(path, constants.W_OK);
    if (old === undefined || old.isFile()) await access(resolve(dirname(path), "."), constants.W_OK);
    if (old === undefined && !(await stat(dirname(path))).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
  } catch (error) {
    throw new FileError("write", path, error);
  }
}
