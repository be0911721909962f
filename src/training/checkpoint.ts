import type { Parameters } from "../engine/parameters.js";
import type { StateArray } from "../optimizers/slots.js";
import type { OptimizerState } from "../optimizers/state.js";
import { CheckpointError, OptionError } from "../options/errors.js";
import { show } from "../options/options.js";
import { type Progress, readProgress } from "./progress.js";
import type { CheckedRun } from "./run.js";
import { readSafeTensors, type StoredTensor, writeSafeTensors } from "./safetensors.js";

/** The key of our metadata in the file, and the version of what it holds. */
const KEY = "stepsize";
const FORMAT = 1;
const STATE = "optimizer.";
const BEST = "best.";

export interface Checkpoint {
  /** The run as plain data: `runFromJSON` makes it one that runs. */
  readonly run: unknown;
  readonly values: ReadonlyMap<string, StoredTensor>;
  readonly optimizer: OptimizerState;
  readonly progress: Progress;
  /** The best weights so far, of a run that stops early. */
  readonly best: ReadonlyMap<string, StoredTensor>;
  /** What the caller of `checkpoint(notes)` wrote, such as the encoder of a CSV file. */
  readonly notes: unknown;
}

/** A run as plain data. Throws OptionError or CheckpointError where it holds a function, which cannot be written. */
export function runToJSON(run: CheckedRun): unknown {
  if (typeof run.model === "function")
    throw new CheckpointError("run.model is a function: only runs of mlp({...}) can be written to a checkpoint");
  refuseFunctions(run.optimizer, "run.optimizer");
  return JSON.parse(JSON.stringify(run));
}

function refuseFunctions(value: unknown, path: string): void {
  if (typeof value === "function")
    throw new OptionError(path, value, "is a function, which cannot be written as JSON: use a schedule from a factory");
  if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) refuseFunctions(inner, `${path}.${key}`);
}

function notesToJSON(notes: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(notes ?? null));
  } catch (cause) {
    throw new OptionError("notes", notes, `cannot be written as JSON (${(cause as Error).message})`);
  }
}

/**
 * A checkpoint as a safetensors file: values under their names, optimizer state under `optimizer.<slot>.<name>`, best values (a block of the
 * parameters' layout) under `best.<name>`.
 */
export function writeCheckpoint(
  run: CheckedRun,
  parameters: Parameters,
  state: OptimizerState,
  progress: Progress,
  best: Float32Array | undefined,
  notes: unknown,
): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, StoredTensor>();
  for (const { name, shape, value, offset, length } of parameters) {
    tensors.set(name, { shape, values: value });
    if (best !== undefined) tensors.set(BEST + name, { shape, values: best.subarray(offset, offset + length) });
  }
  const { slots, ...scalars } = state;
  for (const [slot, values] of Object.entries(slots)) {
    for (const [name, floats] of Object.entries(values)) {
      tensors.set(`${STATE}${slot}.${name}`, { shape: parameters.get(name).shape, values: floats });
    }
  }
  const document = { format: FORMAT, run: runToJSON(run), optimizer: scalars, progress, notes: notesToJSON(notes) };
  return writeSafeTensors({ tensors, metadata: new Map([[KEY, JSON.stringify(document)]]) });
}

/** Reads what `writeCheckpoint` wrote. Throws CheckpointError when it is damaged or no checkpoint of this library. */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafeTensors(bytes);
  const text = metadata.get(KEY);
  if (text === undefined) throw new CheckpointError("the file was not written by stepsize: it has no run in its metadata");
  let document: { format?: unknown; run?: unknown; optimizer?: object; progress?: unknown; notes?: unknown } | null;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError("the run in the metadata is not JSON", { cause });
  }
  if (document?.format !== FORMAT)
    throw new CheckpointError(`the checkpoint has format ${show(document?.format)}, this version reads ${FORMAT}`);
  const [values, best] = [new Map<string, StoredTensor>(), new Map<string, StoredTensor>()];
  const slots = new Map<string, [string, StateArray][]>();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(STATE)) {
      const [slot = "", ...rest] = name.slice(STATE.length).split(".");
      const places = slots.get(slot) ?? [];
      places.push([rest.join("."), tensor.values]);
      slots.set(slot, places);
    } else if (name.startsWith(BEST)) best.set(name.slice(BEST.length), tensor);
    else values.set(name, tensor);
  }
  // fromEntries: a name such as __proto__ from a file must not reach a prototype
  const state = Object.fromEntries([...slots].map(([slot, places]) => [slot, Object.fromEntries(places)]));
  const { run, optimizer, notes } = document;
  return {
    run,
    values,
    best,
    optimizer: { ...optimizer, slots: state } as OptimizerState,
    progress: readProgress(document.progress),
    notes,
  };
}

/** Stored values in the layout of parameters of the same names and shapes. Throws CheckpointError when they differ. */
export function blockOf(parameters: Parameters, values: ReadonlyMap<string, StoredTensor>): Float32Array {
  const block = new Float32Array(parameters.size);
  for (const { name, shape, offset } of parameters) {
    const stored = values.get(name);
    if (stored === undefined) throw new CheckpointError(`the checkpoint has no tensor ${name}`);
    if (stored.shape.join() !== shape.join()) {
      throw new CheckpointError(`tensor ${name} has the shape [${stored.shape.join(", ")}], expected [${shape.join(", ")}]`);
    }
    if (stored.values instanceof Uint16Array) throw new CheckpointError(`tensor ${name} is in bfloat16, values must be in float32`);
    block.set(stored.values, offset);
  }
  return block;
}
