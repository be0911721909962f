import { spareOf } from "../../engine/attention.js";
import type { Shape } from "../../engine/parameters.js";
import { addKernels } from "../../engine/parts.js";
import { attentionKernels } from "../../generated/parts/attention.js";
import { ShapeError } from "../../options/errors.js";
import { boolean, integer, number } from "../../options/options.js";
import { initializationField, type WeightInitialization } from "../initialization.js";
import { type BoundLayer, type LayerDescription, type LayerRule, type LayerSite, layer } from "../layer.js";
import { angles } from "../rotary.js";

export interface AttentionOptions {
  /** The number of heads, which must divide the width of what comes in. */
  heads: number;
  /** Whether a step sees those before it and itself alone. Default true. */
  causal?: boolean;
  /** Whether queries and keys are turned by their position (rotary positions); the width of a head must be even. Default true. */
  rotary?: boolean;
  /** The base of the angles of rotary positions, greater than 1. Default 10000. */
  base?: number;
  /** Whether numbers are added to queries, keys, values and outputs. Default false. */
  bias?: boolean;
  /** How weights begin; biases begin at 0. Default `auto`: xavierUniform, each of the four by itself. */
  initialization?: WeightInitialization | "auto";
}

type Read = Required<AttentionOptions>;

function bind(site: LayerSite<Read>): BoundLayer {
  const { kernels, options, input, rows, needsInputGradient, tensor, scratch, floats } = site;
  addKernels(kernels, attentionKernels);
  const { heads, rotary, base } = options;
  const [steps, width] = input as [number, number];
  const head = width / heads;
  const [scale, causal, half] = [1 / Math.sqrt(head), options.causal ? 1 : 0, head / 2];
  const [inWeight, outWeight] = [tensor("weight"), tensor("outWeight")];
  const [inBias, outBias] = options.bias ? [tensor("bias"), tensor("outBias")] : [undefined, undefined];
  // queries, keys and values side by side, and what heads put out
  const [joint, mixed] = [scratch(rows * steps * 3 * width), scratch(rows * steps * width)];
  const [shares, spare] = [scratch(rows * heads * steps * steps), scratch(rows * spareOf(steps, head))];
  const [cosines, sines] = rotary ? [scratch(steps * half), scratch(steps * half)] : [0, 0];
  if (rotary) angles(floats(cosines, steps * half), floats(sines, steps * half), steps, half, base);
  const [outTransposed, inTransposed] = [scratch(width * width), needsInputGradient ? scratch(3 * width * width) : 0];
  return {
    forward(x, y, pass) {
      const count = pass.rows * steps;
      kernels.dense(x, inWeight.pointer, inBias?.pointer ?? 0, joint, count, width, 3 * width, 0, 3 * width);
      kernels.attend(joint, cosines, sines, shares, mixed, spare, pass.rows, steps, heads, head, scale, causal);
      kernels.dense(mixed, outWeight.pointer, outBias?.pointer ?? 0, y, count, width, width, 0, width);
    },
    backward(x, _y, dy, dx, pass) {
      const count = pass.rows * steps;
      kernels.denseWeightGradient(mixed, dy, outWeight.gradientPointer, count, width, width, width);
      if (outBias) kernels.denseBiasGradient(dy, outBias.gradientPointer, count, width);
      kernels.transpose(outWeight.pointer, outTransposed, width, width);
      // the gradients take the places of what they are of
      kernels.denseInputGradient(dy, outTransposed, mixed, count, width, width, 0, width);
      kernels.attendGradient(joint, cosines, sines, shares, mixed, spare, pass.rows, steps, heads, head, scale, causal);
      kernels.denseWeightGradient(x, joint, inWeight.gradientPointer, count, width, 3 * width, width);
      if (inBias) kernels.denseBiasGradient(joint, inBias.gradientPointer, count, 3 * width);
      if (dx === 0) return;
      kernels.transpose(inWeight.pointer, inTransposed, width, 3 * width);
      kernels.denseInputGradient(joint, inTransposed, dx, count, width, 3 * width, 0, width);
    },
  };
}

export const attentionLayer: LayerRule<Read> = {
  kind: "attention",
  fields: {
    heads: integer(undefined, { min: 1 }),
    causal: boolean(true),
    rotary: boolean(true),
    base: number(10_000, { above: 1 }),
    bias: boolean(false),
    initialization: initializationField,
  },
  shape({ heads, rotary }, input, path) {
    if (input.length !== 2) throw new ShapeError(`${path} needs rows of [steps, width], got [${input.join(", ")}]`);
    const head = (input[1] as number) / heads;
    if (head % 1 !== 0) throw new ShapeError(`${path}: ${heads} heads must divide the width ${input[1]}`);
    if (rotary && head % 2 !== 0)
      throw new ShapeError(`${path}: heads ${head} wide cannot have rotary positions, which need an even width`);
    return input;
  },
  parameters({ bias, initialization }, input) {
    const width = input[1] as number;
    const kind = initialization === "auto" ? "xavierUniform" : initialization;
    const drawn = (columns: number) => ({ shape: [width, columns], drawn: { kind, inputs: width, outputs: width, gain: 1 } });
    return {
      weight: drawn(3 * width),
      outWeight: drawn(width),
      ...(bias && { bias: { shape: [3 * width] as Shape }, outBias: { shape: [width] as Shape } }),
    };
  },
  bind,
};

/**
 * Self-attention of sequences [steps × width]: of each head, softmax(q k^T / sqrt(width of a head)) v over the steps up to each one, and a dense
 * layer over what the heads put out.
 *
 * Its parameters are `weight` [width × 3 width], for queries, keys and values, `outWeight` [width × width], and with `bias` also `bias` and
 * `outBias`. Rotary positions turn number i of a head with number i + half by position × base^(-i / half), as GPT-NeoX and Llama do.
 *
 * Agrees with PyTorch's scaled_dot_product_attention between dense layers.
 *
 * Vaswani and others, Attention is all you need, 2017; Su and others, RoFormer, 2021 (rotary).
 *
 * @throws OptionError for an unknown option or a value out of range; ShapeError, when the network is made, for rows that are no sequences and
 *   heads that do not divide their width.
 * @example
 * residual([layerNorm(), attention({ heads: 4 })])
 */
export function attention(options: AttentionOptions): LayerDescription {
  return layer(attentionLayer, options);
}
