import type { Shape } from "../../engine/parameters.js";
import { type NetworkDescription, readNetwork } from "../../models/sequential.js";
import { CheckpointError, OptionError } from "../../options/errors.js";
import { type Field, readOptions, show, suggest } from "../../options/options.js";
import { floatsOf, readSafetensors, type StoredTensor, writeSafetensors } from "../../training/safetensors.js";
import { eachPlace } from "../axes.js";
import { type Mapped, mappingOf } from "./layout.js";

export interface TorchOptions {
  /** The network, as `sequential` or `mlp` describes it. */
  model: NetworkDescription;
  /**
   * PyTorch's name for each of our layers, where it is not that of an nn.Sequential with the same modules: `{ "layers.0": "encoder.fc1" }`. Default: none.
   */
  names?: Readonly<Record<string, string>>;
}

const modelField: Field<NetworkDescription> = { fallback: undefined, read: readNetwork };
const namesField: Field<Readonly<Record<string, string>>> = {
  fallback: Object.freeze({}),
  read(value, path) {
    const isMap = typeof value === "object" && value !== null && Object.values(value).every((name) => typeof name === "string");
    if (!isMap) throw new OptionError(path, value, `must be an object of our layers and PyTorch's names, got ${show(value)}`);
    return value as Readonly<Record<string, string>>;
  },
};

function readMapping(path: string, options: TorchOptions): Mapped[] {
  const { model, names } = readOptions<Required<TorchOptions>>(path, options, { model: modelField, names: namesField });
  return mappingOf(model, names);
}

/**
 * Weights that PyTorch saved (`safetensors.torch.save_file(model.state_dict(), ...)`) as a file of this library's: its names, its order of axes. Give
 * it to `loadState`.
 *
 * Linear, Conv1d, Conv2d with groups, BatchNorm1d and 2d with their running statistics, LayerNorm, RMSNorm, Embedding, GRU and MultiheadAttention (with the
 * causal mask) map to our layers. Names are those of an nn.Sequential of the same modules in the same order, activations, Dropout and Flatten counted ("0.weight");
 * those of a residual block's layers follow as "1.layers.0.weight". Where a picture is flattened, PyTorch's order, channels first, is turned into ours.
 *
 * @returns a safetensors file with all tensors of the network.
 * @throws CheckpointError for a damaged file, and for a tensor that is missing, of another shape or left over; OptionError for a wrong option
 *   and for a layer that PyTorch has no counterpart of.
 * @example
 * import { loadState, saveState } from "stepsize";
 * import { fromTorch, toTorch } from "stepsize/torch";
 * const bytes = toTorch(saveState(network.parameters), { model }); // as PyTorch would have saved it
 * loadState(fromTorch(bytes, { model }), network.parameters);
 */
export function fromTorch(bytes: Uint8Array, options: TorchOptions): Uint8Array<ArrayBuffer> {
  const mapping = readMapping("fromTorch", options);
  const { tensors } = readSafetensors(bytes);
  const left = new Set(tensors.keys());
  const converted = mapping.map((mapped): [string, StoredTensor] => {
    const { name, theirs, shape, axes, order, counter } = mapped;
    if (counter !== undefined) left.delete(counter);
    left.delete(theirs);
    const stored = read(
      tensors,
      theirs,
      name,
      axes.map((axis) => shape[axis] as number),
    );
    const values = new Float32Array(stored.length);
    eachPlace(shape, axes, order, (here, there) => {
      values[here] = stored[there] as number;
    });
    return [name, { type: "F32", shape, values }];
  });
  if (left.size > 0) throw new CheckpointError(`the network has nothing for the file's ${[...left].slice(0, 3).map(show).join(", ")}`);
  return writeSafetensors({ tensors: new Map(converted), metadata: new Map() });
}

/**
 * Weights of a network as PyTorch reads them: `model.load_state_dict(safetensors.torch.load_file(...))`, with names and orders as `fromTorch` says.
 *
 * @param bytes what `saveState` or a Trainer's checkpoint gave; state of an optimizer is left out.
 * @throws CheckpointError for a damaged file or one without a tensor of the network; OptionError as `fromTorch`.
 * @example
 * import { saveState } from "stepsize";
 * import { toTorch } from "stepsize/torch";
 * await writeFile("network.safetensors", toTorch(saveState(network.parameters), { model }));
 */
export function toTorch(bytes: Uint8Array, options: TorchOptions): Uint8Array<ArrayBuffer> {
  const mapping = readMapping("toTorch", options);
  const { tensors } = readSafetensors(bytes);
  const converted = mapping.flatMap(({ name, theirs, shape, axes, order, counter }): [string, StoredTensor][] => {
    const stored = read(tensors, name, name, shape);
    const values = new Float32Array(stored.length);
    eachPlace(shape, axes, order, (here, there) => {
      values[there] = stored[here] as number;
    });
    const made: [string, StoredTensor] = [theirs, { type: "F32", shape: axes.map((axis) => shape[axis] as number), values }];
    return counter === undefined ? [made] : [made, [counter, { type: "I64", shape: [], values: new BigInt64Array(1) }]];
  });
  return writeSafetensors({ tensors: new Map(converted), metadata: new Map([["format", "pt"]]) });
}

function read(tensors: ReadonlyMap<string, StoredTensor>, name: string, ours: string, shape: Shape): Float32Array {
  const stored = tensors.get(name);
  if (stored === undefined)
    throw new CheckpointError(`the file has no tensor ${show(name)} for ${ours}${suggest(name, [...tensors.keys()])}`);
  const floats = floatsOf(stored);
  if (floats === undefined) throw new CheckpointError(`tensor ${show(name)} is in ${stored.type}, ${ours} needs floats`);
  if (stored.shape.join() !== shape.join())
    throw new CheckpointError(`tensor ${show(name)} has the shape [${stored.shape.join(", ")}], ${ours} needs [${shape.join(", ")}]`);
  return floats;
}
