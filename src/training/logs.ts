import { demand } from "../options/options.js";
import { Crc32 } from "./crc32.js";
import type { EpochRecord, StepRecord, TrainProgress } from "./records.js";

/** What is written of a run while it goes on. */
export interface RunLog {
  /** For `onProgress`, or `onStep` for every update. */
  step(record: StepRecord | TrainProgress): void;
  /** For every epoch. */
  epoch(record: EpochRecord): void;
}

/** Where the text of a log goes, line by line. */
export type WriteText = (line: string) => void;

/** Where the bytes of a log go. */
export type WriteBytes = (bytes: Uint8Array) => void;

/**
 * A line a record, as JSON: `{ "type": "step", ... }` and `{ "type": "epoch", ... }` with the fields of the records.
 *
 * @param write takes each line with its end.
 * @example
 * const log = jsonLinesLog((line) => process.stdout.write(line));
 * log.epoch({ epoch: 1, step: 10, loss: 0.5, learningRate: 0.01 });
 */
export function jsonLinesLog(write: WriteText): RunLog {
  demand(typeof write === "function", "write", write, "a function that takes a line");
  return {
    step: (record) => write(`${JSON.stringify({ type: "step", ...record })}\n`),
    epoch: (record) => write(`${JSON.stringify({ type: "epoch", ...record })}\n`),
  };
}

/**
 * A table of epochs as CSV, with a header. Its columns are those of the first epoch; what is not defined is an empty cell.
 *
 * @param write takes each line with its end.
 * @param header whether the header is to be written: not for a table that goes on.
 * @example
 * const log = csvLog((line) => process.stdout.write(line));
 * log.epoch({ epoch: 1, step: 10, loss: 0.5, learningRate: 0.01 });
 */
export function csvLog(write: WriteText, header = true): RunLog {
  demand(typeof write === "function", "write", write, "a function that takes a line");
  let columns: string[] | undefined;
  return {
    step() {},
    epoch(record) {
      const row = { epoch: record.epoch, step: record.step, learningRate: record.learningRate, ...numbersOf(record) };
      if (columns === undefined) {
        columns = Object.keys(row);
        if (header) write(`${columns.map(quoted).join(",")}\n`);
      }
      write(`${columns.map((column) => (row as Record<string, number | null>)[column] ?? "").join(",")}\n`);
    },
  };
}

/**
 * Scalars for TensorBoard, in its format of event files: `train/...` of every step, `epoch/...` and `validation/...` of every epoch. TensorBoard finds a
 * file whose name contains "tfevents".
 *
 * @param write takes pieces of the file, one after the other.
 * @param now the time in milliseconds, which events are stamped with. Default: Date.now.
 * @example
 * const pieces = [];
 * const log = tensorBoardLog((bytes) => pieces.push(bytes));
 * log.epoch({ epoch: 1, step: 10, loss: 0.5, learningRate: 0.01 });
 */
export function tensorBoardLog(write: WriteBytes, now: () => number = Date.now): RunLog {
  demand(typeof write === "function", "write", write, "a function that takes bytes");
  demand(typeof now === "function", "now", now, "a function that tells the time");
  const put = (step: number, content: number[]) => write(recordOf([...double(1, now() / 1000), ...varint(2, step), ...content]));
  put(0, text(3, "brain.Event:2"));
  const scalars = (step: number, values: Readonly<Record<string, number | null | undefined>>) => {
    const known = Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === "number");
    put(
      step,
      bytes(
        5,
        known.flatMap(([tag, value]) => bytes(1, [...text(1, tag), ...float(2, value)])),
      ),
    );
  };
  return {
    step({ step, loss, learningRate, ...rest }) {
      const { gradientNorm, rowsPerSecond } = rest as Partial<TrainProgress>;
      scalars(step, {
        "train/loss": loss,
        "train/learning_rate": learningRate,
        "train/gradient_norm": gradientNorm,
        "train/rows_per_second": rowsPerSecond,
      });
    },
    epoch(record) {
      const { loss, ...validation } = numbersOf(record);
      const named = Object.entries(validation).map(([name, value]) => [`validation/${name.replace(/^validation\./, "")}`, value]);
      scalars(record.step, { "epoch/loss": loss as number, "epoch/learning_rate": record.learningRate, ...Object.fromEntries(named) });
    },
  };
}

/** What an epoch came to, by name. */
function numbersOf({ loss, validation }: EpochRecord): Record<string, number | null> {
  if (validation === undefined) return { loss };
  const { metrics, loss: validationLoss, score } = validation;
  const all = { loss: validationLoss, ...(score !== undefined && { score }), ...metrics };
  return { loss, ...Object.fromEntries(Object.entries(all).map(([name, value]) => [`validation.${name}`, value])) };
}

function quoted(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

// Protocol buffers: of every field its number and wire type, then its value.
const view = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

function taken(length: number): number[] {
  return Array.from({ length }, (_, i) => view.getUint8(i));
}

function double(field: number, value: number): number[] {
  view.setFloat64(0, value, true);
  return [(field << 3) | 1, ...taken(8)];
}

function float(field: number, value: number): number[] {
  view.setFloat32(0, value, true);
  return [(field << 3) | 5, ...taken(4)];
}

function digits(value: number): number[] {
  const result: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) result.push((value % 128) | 128);
  return [...result, value];
}

function varint(field: number, value: number): number[] {
  return [field << 3, ...digits(value)];
}

function bytes(field: number, content: readonly number[]): number[] {
  return [(field << 3) | 2, ...digits(content.length), ...content];
}

function text(field: number, value: string): number[] {
  return bytes(field, [...new TextEncoder().encode(value)]);
}

/** A record of a file: its length and its bytes, each with a checksum. */
function recordOf(content: readonly number[]): Uint8Array {
  const result = new Uint8Array(content.length + 16);
  const numbers = new DataView(result.buffer);
  numbers.setUint32(0, content.length, true);
  numbers.setUint32(8, masked(result.subarray(0, 8)), true);
  result.set(content, 12);
  numbers.setUint32(12 + content.length, masked(result.subarray(12, 12 + content.length)), true);
  return result;
}

/** The checksum of TensorFlow's records: CRC-32C, turned and shifted. */
function masked(piece: Uint8Array): number {
  const crc = new Crc32(CASTAGNOLI).add(piece).value;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const CASTAGNOLI = 0x82f63b78;
