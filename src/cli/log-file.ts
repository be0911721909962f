import { csvLog, jsonLinesLog, type RunLog, tensorBoardLog } from "../training/logs.js";
import type { EpochRecord, TrainProgress } from "../training/records.js";
import { AppendedFile } from "./appended.js";
import { UsageError } from "./errors.js";

/** A log that is written as a run goes on, in the format that its name says. A run that is resumed goes on in the file that is there. */
export class LogFile implements RunLog, Disposable {
  readonly #file: AppendedFile;
  readonly #log: RunLog;

  constructor(path: string, resumed: boolean) {
    const format = formatOf(path);
    this.#file = new AppendedFile(path, resumed ? undefined : 0, "the run");
    const goesOn = this.#file.length > 0;
    const write = (piece: string | Uint8Array) => void this.#file.add(piece);
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
    this.#file[Symbol.dispose]();
  }
}

/** The format that the name of a file says. @throws UsageError where it says none. */
function formatOf(path: string): "csv" | "jsonl" | "tensorboard" {
  if (/tfevents/.test(path)) return "tensorboard";
  if (/\.csv$/i.test(path)) return "csv";
  if (/\.(jsonl|ndjson)$/i.test(path)) return "jsonl";
  throw new UsageError(`--log ${path} must end in .csv or .jsonl, or have "tfevents" in its name for TensorBoard`);
}
