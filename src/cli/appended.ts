import { closeSync, fstatSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { FileError } from "./errors.js";
import { tell } from "./tell.js";
import { printable } from "./terminal.js";

/** A file that grows while something is computed, by whole pieces: what arrived of one that could not be written is cut off again. */
export class AppendedFile implements Disposable {
  readonly #path: string;
  readonly #goesOn: string;
  readonly #file: number;
  readonly #isNew: boolean;
  readonly #isRegular: boolean;
  /** The bytes of whole pieces. */
  #length = 0;
  #isLost = false;

  /**
   * @param keep how many of the bytes that are there stay; undefined: all of them.
   * @param goesOn what goes on when a piece cannot be written, such as "the run".
   * @throws FileError
   */
  constructor(path: string, keep: number | undefined, goesOn: string) {
    this.#path = path;
    this.#goesOn = goesOn;
    this.#isNew = statSync(path, { throwIfNoEntry: false }) === undefined;
    this.#file = this.#try(() => openSync(path, "a"));
    try {
      // a pipe or a device has no length
      this.#isRegular = this.#try(() => fstatSync(this.#file)).isFile();
      if (this.#isRegular) {
        this.#length = keep ?? fstatSync(this.#file).size;
        this.#try(() => ftruncateSync(this.#file, this.#length));
      }
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** The bytes that are in it. */
  get length(): number {
    return this.#length;
  }

  /** Writes a piece. @throws FileError */
  write(piece: string | Uint8Array): void {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    try {
      // a pipe may take a part at a time
      this.#try(() => {
        for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
      });
      this.#length += bytes.length;
    } catch (error) {
      this.#isLost = true;
      if (this.#isRegular) cutOff(this.#file, this.#length);
      throw error;
    }
  }

  /** Writes a piece; when it cannot be written this is said, it is the last one, and what is computed goes on. Returns whether it was written. */
  add(piece: string | Uint8Array): boolean {
    if (this.#isLost) return false;
    try {
      this.write(piece);
      return true;
    } catch (error) {
      tell(new FileError("write", printable(this.#path), `${(error as FileError).reason}; ${this.#goesOn} goes on without it`));
      return false;
    }
  }

  /** Closes it before anything is computed, and takes it away where it was not there. */
  abandon(): void {
    this.#isLost = true;
    this.#length = 0;
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    try {
      this.#try(() => closeSync(this.#file));
    } catch (error) {
      if (!this.#isLost) tell(error);
    }
    if (this.#isLost && this.#isNew && this.#length === 0) rmSync(this.#path, { force: true });
  }

  #try<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw new FileError("write", printable(this.#path), error);
    }
  }
}

function cutOff(file: number, length: number): void {
  try {
    ftruncateSync(file, length);
  } catch {}
}
