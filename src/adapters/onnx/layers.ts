import type { Parameters, Shape } from "../../engine/parameters.js";
import { type Entry, entriesOf } from "../../models/chain.js";
import { type LayerDescription, layerRuleOf } from "../../models/layer.js";
import { OptionError } from "../../options/errors.js";
import { writeActivation } from "./activations.js";
import { writeEmbedding } from "./embedding.js";
import type { Graph } from "./graph.js";
import { writeBatchNorm, writeLayerNorm, writeRmsNorm } from "./normalization.js";
import { writeAttention, writeGru, writeLastStep } from "./sequences.js";
import { Site } from "./site.js";
import { writeAveragePool2d, writeConv1d, writeConv2d, writeMaxPool2d } from "./windows.js";

/** How a kind of layer is written. */
interface Writer {
  /** Where its channels are to stand in what comes in; they stand there in what goes out, too. Left out where it does not matter. */
  readonly channels?: "first" | "last";
  /** Writes its nodes, and gives back the name of what they put out. */
  write(site: Site, x: string): string;
}

const WRITERS: ReadonlyMap<string, Writer> = new Map<string, Writer>([
  ["dense", { channels: "last", write: writeDense }],
  ["activation", { write: writeActivation }],
  ["dropout", { write: (_, x) => x }],
  ["layerNorm", { channels: "last", write: writeLayerNorm }],
  ["rmsNorm", { channels: "last", write: writeRmsNorm }],
  ["batchNorm", { channels: "first", write: writeBatchNorm }],
  ["conv1d", { channels: "first", write: writeConv1d }],
  ["conv2d", { channels: "first", write: writeConv2d }],
  ["maxPool2d", { channels: "first", write: writeMaxPool2d }],
  ["averagePool2d", { channels: "first", write: writeAveragePool2d }],
  ["flatten", { channels: "last", write: (site, x) => site.add("Flatten", [x], { axis: { int: 1 } }) }],
  ["embedding", { channels: "last", write: writeEmbedding }],
  ["gru", { channels: "last", write: writeGru }],
  ["attention", { channels: "last", write: writeAttention }],
  ["lastStep", { channels: "last", write: writeLastStep }],
  ["residual", { write: (site, x) => site.add("Add", [x, site.chain(site.layer["layers"] as readonly LayerDescription[], x)]) }],
]);

function writeDense(site: Site, x: string): string {
  const bias = site.layer["bias"] ? "bias" : undefined;
  if (bias === undefined || site.input.length > 1) return site.product(x, "weight", bias);
  return site.add("Gemm", [x, site.weights("weight"), site.weights(bias)]);
}

/** What comes out of a node: its name, its shape in this library's order, and whether its channels stand first. */
interface Value {
  readonly name: string;
  readonly shape: Shape;
  readonly channelsFirst: boolean;
}

/**
 * Writes layers over what comes in, and gives back the name of what they put out; both have their channels last. Axes are turned only between layers that want
 * them otherwise: channels stay first through convolutions, pooling, batch norms and activations.
 *
 * @throws OptionError with the name of a layer that ONNX has no counterpart of.
 */
export function writeLayers(graph: Graph, entries: readonly Entry[], input: Shape, x: string, parameters: Parameters): string {
  const chain = (layers: readonly Entry[], from: Value): Value => {
    let value = from;
    for (const { layer, name } of layers) {
      const rule = layerRuleOf(layer, name);
      const writer = WRITERS.get(layer.kind);
      if (writer === undefined)
        throw new OptionError(`model.${name}`, layer.kind, `has no counterpart in ONNX: "${layer.kind}" is a layer of your own`);
      const { shape, channelsFirst, name: taken } = turned(graph, name, value, writer.channels);
      const inner = (layers: readonly LayerDescription[], x: string) => {
        const made = chain(entriesOf(layers, `${name}.`), { name: x, shape, channelsFirst });
        return turned(graph, name, made, channelsFirst ? "first" : "last").name;
      };
      const site = new Site(graph, name, layer, shape, parameters, inner);
      value = { name: writer.write(site, taken), shape: rule.shape(layer, shape, name), channelsFirst };
    }
    return value;
  };
  const output = chain(entries, { name: x, shape: input, channelsFirst: false });
  return turned(graph, "output", output, "last").name;
}

/** A value with its channels where they are wanted. */
function turned(graph: Graph, scope: string, value: Value, channels: Writer["channels"]): Value {
  const channelsFirst = channels === undefined ? value.channelsFirst : channels === "first";
  const axes = value.shape.length;
  // a single axis is the channels already
  if (channelsFirst === value.channelsFirst || axes === 1) return { ...value, channelsFirst };
  const between = Array.from({ length: axes - 1 }, (_, i) => i + 1);
  const perm = channelsFirst ? [0, axes, ...between] : [0, ...between.map((axis) => axis + 1), 1];
  return { ...value, name: graph.add(scope, "Transpose", [value.name], { perm: { ints: perm } }), channelsFirst };
}
