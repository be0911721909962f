import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { csvLog, jsonLinesLog, type RunLog, tensorBoardLog } from "../training/logs.js";
import type { EpochRecord, TrainProgress } from "../training/records.js";
import { FileError, UsageError } from "./errors.js";

/** A log that is written as a run goes on, in the format that its name says. A run that is resumed goes on in the file that is there. */
export class LogFile implements RunLog, Disposable {
  readonly #path: string;
  readonly #file: number;
  readonly #log: RunLog;

  constructor(path: string, resumed: boolean) {
    this.#path = path;
    const format = formatOf(path);
    try {
      this.#file = openSync(path, resumed ? "a" : "w");
    } catch (error) {
      throw new FileError("write", path, error);
    }
    const write = (piece: string | Uint8Array) => this.#write(piece);
    const goesOn = resumed && statSync(path).size > 0;
    if (format === "tensorboard") this.#log = tensorBoardLog(write);
    else this.#log = format === "csv" ? csvLog(write, !goesOn) : jsonLinesLog(write);
  }

  step(progress: TrainProgress): void {
    this.#log.step(progress);
  }

  epoch(record: EpochRecord): void {
    this.#log.epoch(record);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #write(piece: string | Uint8Array): void {
    try {
      // a pipe may take a part at a time
      const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    } catch (error) {
      throw new FileError("write", this.#path, error);
    }
  }
}

/** The format that the name of a file says. @throws UsageError where it says none. */
function formatOf(path: string): "csv" | "jsonl" | "tensorboard" {
  if (/tfevents/.test(path)) return "tensorboard";
  if (/\.csv$/i.test(path)) return "csv";
  if (/\.(jsonl|ndjson)$/i.test(path)) return "jsonl";
  throw new UsageError(`--log ${path} must end in .csv or .jsonl, or have "tfevents" in its name for TensorBoard`);
}
