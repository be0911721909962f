import { type Shape, sizeOf } from "../../engine/parameters.js";
import { type Entry, entriesOf } from "../../models/chain.js";
import { layerRuleOf } from "../../models/layer.js";
import { layersOf, type NetworkDescription, shapesOf } from "../../models/sequential.js";
import { OptionError } from "../../options/errors.js";
import type { AxisOrder } from "../axes.js";

/** A tensor here and in a state_dict of PyTorch. */
export interface Mapped {
  readonly name: string;
  readonly shape: Shape;
  readonly theirs: string;
  /** Which of our axes each of theirs is. */
  readonly axes: readonly number[];
  /** Where an axis of ours runs over pictures that were flattened. */
  readonly order?: AxisOrder | undefined;
  /** Counts batches, which only theirs has. */
  readonly counter?: string;
}

/** PyTorch's name of each tensor, and its axes. */
const TENSORS: Readonly<Record<string, Readonly<Record<string, readonly [string, readonly number[]]>>>> = {
  dense: { weight: ["weight", [1, 0]], bias: ["bias", [0]] },
  conv1d: { weight: ["weight", [2, 1, 0]], bias: ["bias", [0]] },
  conv2d: { weight: ["weight", [3, 2, 0, 1]], bias: ["bias", [0]] },
  batchNorm: {
    weight: ["weight", [0]],
    bias: ["bias", [0]],
    runningMean: ["running_mean", [0]],
    runningVariance: ["running_var", [0]],
  },
  layerNorm: { weight: ["weight", [0]], bias: ["bias", [0]] },
  rmsNorm: { weight: ["weight", [0]] },
  embedding: { weight: ["weight", [0, 1]] },
  gru: {
    weight: ["weight_ih_l0", [1, 0]],
    recurrentWeight: ["weight_hh_l0", [1, 0]],
    bias: ["bias_ih_l0", [0]],
    recurrentBias: ["bias_hh_l0", [0]],
  },
  attention: {
    weight: ["in_proj_weight", [1, 0]],
    outWeight: ["out_proj.weight", [1, 0]],
    bias: ["in_proj_bias", [0]],
    outBias: ["out_proj.bias", [0]],
  },
};
/** What counts channels first in PyTorch, and what counts them last. Others leave the order as it is. */
const FIRST = new Set(["conv1d", "conv2d", "maxPool2d", "averagePool2d"]);
const LAST = new Set(["dense", "layerNorm", "rmsNorm", "embedding", "gru", "attention"]);
/** Layers over a flattened picture that go number by number, or have a number for each. */
const BY_NUMBER = new Set(["activation", "dropout", "flatten", "batchNorm", "layerNorm", "rmsNorm"]);

/** The order of a flattened picture, while it lasts. */
interface Flow {
  readonly channelsFirst: boolean;
  readonly places: readonly number[] | undefined;
}

/** Every tensor of a network, with its place in PyTorch's. `names` has PyTorch's names of layers that are not those of nn.Sequential. */
export function mappingOf(model: NetworkDescription, names: Readonly<Record<string, string>>): Mapped[] {
  const mapped: Mapped[] = [];
  const walk = (entries: readonly (Entry & { readonly theirs: string })[], input: Shape, start: Flow): { shape: Shape; flow: Flow } => {
    let [shape, flow] = [input, start];
    for (const { layer, name, theirs: given } of entries) {
      const rule = layerRuleOf(layer, name);
      const { kind } = layer;
      const theirs = names[name] ?? given;
      const { places } = flow;
      if (places && kind !== "dense" && !BY_NUMBER.has(kind))
        throw new OptionError(`model.${name}`, kind, "cannot follow a flattened picture here, whose numbers PyTorch has in another order");
      const held = { ...rule.parameters?.(layer, shape, undefined), ...rule.buffers?.(layer, shape) };
      for (const [key, { shape: own }] of Object.entries(held)) {
        const [their, axes] = TENSORS[kind]?.[key] ?? [];
        if (their === undefined || axes === undefined)
          throw new OptionError(
            `model.${name}`,
            kind,
            `has no counterpart in PyTorch: read its ${key} with loadState and the option names`,
          );
        const order = places && (kind !== "dense" || key === "weight") ? { axis: 0, places } : undefined;
        const counter = key === "runningMean" ? { counter: `${theirs}.num_batches_tracked` } : undefined;
        mapped.push({ name: `${name}.${key}`, shape: own, theirs: `${theirs}.${their}`, axes, order, ...counter });
      }
      const inner = rule.inner?.(layer) ?? [];
      if (inner.length > 0) {
        const within = entriesOf(inner).map((entry) => ({ ...entry, name: `${name}.${entry.name}`, theirs: `${theirs}.${entry.name}` }));
        flow = walk(within, shape, flow).flow;
      }
      const output = rule.shape(layer, shape, name);
      flow = after(kind, shape, flow);
      shape = output;
    }
    return { shape, flow };
  };
  const { inputs } = shapesOf(model);
  const entries = layersOf(model).map((entry, i) => ({ ...entry, theirs: String(i) }));
  const { flow } = walk(entries, inputs, { channelsFirst: inputs.length > 2, places: undefined });
  if (flow.places)
    throw new OptionError("model", model.kind, "must not end with a flattened picture, whose numbers PyTorch has in another order");
  const unknown = Object.keys(names).find((name) => !mapped.some((tensor) => tensor.name.startsWith(`${name}.`)));
  if (unknown !== undefined) {
    const known = [...new Set(mapped.map(({ name }) => name.slice(0, name.lastIndexOf("."))))];
    throw new OptionError(`names.${unknown}`, names[unknown], `is not of a layer with weights; there are ${known.join(", ")}`);
  }
  return mapped;
}

function after(kind: string, shape: Shape, { channelsFirst, places }: Flow): Flow {
  if (kind === "flatten" && channelsFirst && shape.length > 1) {
    const channels = shape.at(-1) as number;
    const spots = sizeOf(shape) / channels;
    return {
      channelsFirst: false,
      places: Array.from({ length: spots * channels }, (_, i) => (i % channels) * spots + Math.floor(i / channels)),
    };
  }
  if (FIRST.has(kind)) return { channelsFirst: true, places };
  if (kind === "dense" || (LAST.has(kind) && !places)) return { channelsFirst: false, places: undefined };
  return { channelsFirst, places };
}
