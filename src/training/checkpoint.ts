import type { Parameters } from "../engine/parameters.js";

import type { StateArray, StateArrays } from "../optimizers/slots.js";
import type { OptimizerState } from "../optimizers/state.js";
import { CheckpointError, OptionError } from "../options/errors.js";
import { show } from "../options/options.js";
import { Crc32 } from "./crc32.js";
import { type Progress, readProgress } from "./progress.js";
import type { CheckedRun } from "./run.js";
import { runToJSON } from "./run-json.js";
import { bytesOf, floatsOf, readSafetensors, type SafetensorsFile, type StoredTensor, writeSafetensors } from "./safetensors.js";

/** The key of our document in the file's metadata, and the one of the checksum over document and tensors. */
const KEY = "stepsize";
const CHECKSUM = "stepsize.crc32";
/** The format of the document. Format 1 had no checksum; both are read. */
const FORMAT = 2;
const STATE = "optimizer.";
const BEST = "best.";
const TRAINING = "training.";
/** Objects and lists in each other, the most that are read: what a run may hold has a tenth of them. */
const DEEPEST = 1000;

/** Named tensors, as they stand in a file. */
export type StoredTensors = ReadonlyMap<string, StoredTensor>;

/** A file of ours: values, the state of an optimizer, and a document about them. */
export interface StateFile {
  /** Everything in the metadata but the state's scalars: plain JSON, not to be trusted. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly values: StoredTensors;
  /** undefined where the file holds weights alone. */
  readonly optimizer: OptimizerState | undefined;
  /** Blocks beside the values: the best weights so far, and the training values of a finished run that shows others. */
  readonly best: StoredTensors;
  readonly training: StoredTensors;
}

/** A checkpoint of a run. */
export interface Checkpoint extends StateFile {
  /** The run as plain data: `runFromJSON` makes it one that runs. */
  readonly run: unknown;
  readonly optimizer: OptimizerState;
  readonly progress: Progress;
  /** Notes of the caller of `checkpoint(notes)`, such as the encoder of a CSV file. */
  readonly notes: unknown;
}

/** Blocks of the parameters' layout that a checkpoint keeps beside the values. */
export interface Blocks {
  readonly best?: Float32Array | undefined;
  readonly training?: Float32Array | undefined;
}

function notesToJSON(notes: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(notes ?? null));
  } catch (cause) {
    throw new OptionError("notes", notes, `cannot be written as JSON (${(cause as Error).message})`);
  }
}

/** A checkpoint of a run as a safetensors file. */
export function writeCheckpoint(
  run: CheckedRun,
  parameters: Parameters,
  state: OptimizerState,
  progress: Progress,
  blocks: Blocks,
  notes: unknown,
): Uint8Array<ArrayBuffer> {
  return writeStateFile(parameters, state, { run: runToJSON(run), progress }, notes, blocks);
}

/**
 * A safetensors file of values under their names, optimizer state under `optimizer.<slot>.<name>`, best values under `best.<name>`, and
 * training values, of a finished run that shows others, under `training.<name>`; with a checksum over all of it.
 */
export function writeStateFile(
  parameters: Parameters,
  state: OptimizerState | undefined,
  about: Readonly<Record<string, unknown>>,
  notes: unknown,
  { best, training }: Blocks = {},
): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, StoredTensor>();
  for (const { name, shape, value, offset, length } of parameters.all) {
    const put = (key: string, values: Float32Array) => tensors.set(key, { type: "F32", shape, values });
    put(name, value);
    if (best !== undefined) put(BEST + name, best.subarray(offset, offset + length));
    if (training !== undefined) put(TRAINING + name, training.subarray(offset, offset + length));
  }
  const { slots, ...scalars } = state ?? { slots: {} as StateArrays };
  for (const [slot, arrays] of Object.entries(slots)) {
    for (const [name, values] of Object.entries(arrays)) {
      const { shape, length } = parameters.get(name);
      const type = values instanceof Uint16Array ? "BF16" : "F32";
      // a slot may have a length of its own, such as a number for each row
      tensors.set(`${STATE}${slot}.${name}`, { type, shape: values.length === length ? shape : [values.length], values });
    }
  }
  const text = JSON.stringify({ format: FORMAT, ...about, ...(state && { optimizer: scalars }), notes: notesToJSON(notes) });
  const metadata = new Map([
    [KEY, text],
    [CHECKSUM, checksumOf(text, tensors)],
  ]);
  return writeSafetensors({ tensors, metadata });
}

/** Over the document and the tensors in the order of their names, so that a program that writes the same tensors in another order changes nothing. */
export function checksumOf(text: string, tensors: StoredTensors): string {
  const crc = new Crc32().add(text);
  const names = [...tensors.keys()].sort();
  for (const name of names) {
    const { type, shape, values } = tensors.get(name) as StoredTensor;
    crc.add(`\0${name}\0${type}\0${shape.join()}\0`).add(bytesOf(values));
  }
  return crc.toString();
}

/** Whether a safetensors file is one of ours. */
export function isStateFile({ metadata }: SafetensorsFile): boolean {
  return metadata.has(KEY);
}

/**
 * Reads what `writeStateFile` wrote, in any format there was.
 *
 * @throws CheckpointError when it is damaged, holds a number that is not finite, or is no file of this library.
 */
export function readStateFile(bytes: Uint8Array): StateFile {
  const { tensors, metadata } = readSafetensors(bytes);
  const text = metadata.get(KEY);
  if (text === undefined) throw new CheckpointError("the file was not written by stepsize: it has no run in its metadata");
  const document = parseDocument(text);
  const { format } = document;
  if (format !== 1 && format !== FORMAT)
    throw new CheckpointError(`the checkpoint has format ${show(format)}, this version reads 1 to ${FORMAT}`);
  if (format !== 1 && metadata.get(CHECKSUM) !== checksumOf(text, tensors)) {
    throw new CheckpointError("the checksum differs: the file was damaged, or changed by another program");
  }
  const [values, best, training] = [new Map<string, StoredTensor>(), new Map<string, StoredTensor>(), new Map<string, StoredTensor>()];
  const slots = new Map<string, [string, StateArray][]>();
  for (const [name, tensor] of tensors) {
    refuseNonFinite(name, tensor);
    if (name.startsWith(STATE)) {
      if (tensor.type !== "F32" && tensor.type !== "BF16")
        throw new CheckpointError(`tensor ${show(name)} is in ${tensor.type}, state must be in F32 or BF16`);
      const [slot = "", ...rest] = name.slice(STATE.length).split(".");
      const places = slots.get(slot) ?? [];
      places.push([rest.join("."), tensor.values as StateArray]);
      slots.set(slot, places);
    } else if (name.startsWith(BEST)) best.set(name.slice(BEST.length), tensor);
    else if (name.startsWith(TRAINING)) training.set(name.slice(TRAINING.length), tensor);
    else values.set(name, tensor);
  }
  // fromEntries: a name such as __proto__ from a file must not reach a prototype
  const state = Object.fromEntries([...slots].map(([slot, places]) => [slot, Object.fromEntries(places)]));
  const { optimizer } = document;
  return {
    document,
    values,
    best,
    training,
    optimizer: optimizer === undefined ? undefined : ({ ...(optimizer as object), slots: state } as OptimizerState),
  };
}

/** Reads what `writeCheckpoint` wrote. Throws CheckpointError when it is damaged or no checkpoint of this library. */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const file = readStateFile(bytes);
  const { run, progress, notes } = file.document;
  if (run === undefined) throw new CheckpointError("the file holds state without a run: loadState() reads it");
  if (file.optimizer === undefined) throw new CheckpointError("the checkpoint is damaged: it has no state of an optimizer");
  return { ...file, optimizer: file.optimizer, run, notes, progress: readProgress(progress) };
}

function parseDocument(text: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError("the run in the metadata is not JSON", { cause });
  }
  if (typeof document !== "object" || document === null || Array.isArray(document))
    throw new CheckpointError(`the run in the metadata must be an object, got ${show(document)}`);
  refuseDeep(document);
  return document as Record<string, unknown>;
}

/** What reads a run takes a frame of the stack for each object in another; notes are given back unread. */
function refuseDeep({ notes: _, ...document }: { notes?: unknown }): void {
  let level: unknown[] = [document];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw new CheckpointError(`the run in the metadata is nested deeper than ${DEEPEST} objects`);
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
  }
}

function refuseNonFinite(name: string, tensor: StoredTensor): void {
  const floats = floatsOf(tensor);
  const at = floats?.findIndex((value) => !Number.isFinite(value)) ?? -1;
  if (at >= 0)
    throw new CheckpointError(`tensor ${show(name)} has ${floats?.[at]} at element ${at}: the run had diverged, or the file is damaged`);
}

/** Stored values in the layout of parameters of the same names and shapes. Throws CheckpointError when they differ. */
export function blockOf(parameters: Parameters, values: StoredTensors): Float32Array {
  const block = new Float32Array(parameters.size);
  for (const { name, shape, offset } of parameters.all) block.set(valuesOf(values, name, shape), offset);
  return block;
}

/** The stored values of one tensor. @throws CheckpointError when it is not there, has another shape or other numbers than float32. */
export function valuesOf(values: StoredTensors, name: string, shape: readonly number[]): Float32Array {
  const stored = values.get(name);
  if (stored === undefined) throw new CheckpointError(`the checkpoint has no tensor ${show(name)}`);
  if (stored.shape.join() !== shape.join()) {
    throw new CheckpointError(`tensor ${show(name)} has the shape [${stored.shape.join(", ")}], expected [${shape.join(", ")}]`);
  }
  if (stored.type !== "F32") throw new CheckpointError(`tensor ${show(name)} is in ${stored.type}, values must be in F32`);
  return stored.values as Float32Array;
}
