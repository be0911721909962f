import type { Shape } from "../engine/parameters.js";
import { addKernels } from "../engine/parts.js";
import { rowsKernels } from "../generated/parts/rows.js";
import { windowsKernels } from "../generated/parts/windows.js";
import { OptionError, ShapeError } from "../options/errors.js";
import { boolean, type Field, type Fields, integer, isArrayLike, show } from "../options/options.js";
import { drawnBefore } from "./following.js";
import { initializationField, type WeightInitialization } from "./initialization.js";
import type { BoundLayer, LayerDescription, LayerSite, LayerTensor, Pass } from "./layer.js";

/** A number for both axes, or one for each. */
export type Pair = number | readonly [number, number];

/** One number for both axes, or [vertical, horizontal]; kept as two. */
export function pair(fallback: number | undefined, min: number): Field<readonly [number, number]> {
  const one = integer(undefined, { min });
  const both = (value: number): readonly [number, number] => Object.freeze([value, value] as const);
  return {
    fallback: fallback === undefined ? undefined : both(fallback),
    read(value, path) {
      if (!isArrayLike(value)) return both(one.read(value, path));
      if (value.length !== 2) throw new OptionError(path, value, `must be a number or two of them, got ${show(value)}`);
      return Object.freeze([one.read(value[0], `${path}[0]`), one.read(value[1], `${path}[1]`)] as const);
    },
  };
}

/** How a window moves over a picture: what `patches` and `pool` of the kernels take. */
export interface Windows {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Places outside above and to the left. */
  readonly before: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly out: readonly [number, number];
}

/** Padding: as many zeros on every side, or "same", so that with stride 1 the size stays. */
export type Padding = Pair | "same";

export const paddingField: Field<readonly [number, number] | "same"> = {
  fallback: Object.freeze([0, 0] as const),
  read: (value, path) => (value === "same" ? "same" : pair(0, 0).read(value, path)),
};

interface WindowOptions {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number] | "same";
  readonly dilation?: readonly [number, number];
}

/** Where windows lie on pictures of a shape, [height, width, channels]. Throws ShapeError where none fits. */
export function windowsOf({ kernel, stride, padding, dilation = [1, 1] }: WindowOptions, input: Shape, path: string): Windows {
  if (input.length !== 3) throw new ShapeError(`${path} needs rows of [height, width, channels], got [${input.join(", ")}]`);
  const [height, width, channels] = input as [number, number, number];
  const spans = kernel.map((size, i) => ((size as number) - 1) * (dilation[i] as number) + 1) as [number, number];
  const axis = (i: 0 | 1, size: number): readonly [number, number] => {
    if (padding === "same") {
      const out = Math.ceil(size / stride[i]);
      return [Math.floor(Math.max(0, (out - 1) * stride[i] + spans[i] - size) / 2), out];
    }
    return [padding[i], Math.floor((size + 2 * padding[i] - spans[i]) / stride[i]) + 1];
  };
  const [[top, outHeight], [left, outWidth]] = [axis(0, height), axis(1, width)];
  if (outHeight < 1 || outWidth < 1)
    throw new ShapeError(
      `${path}: a window of ${spans.join(" × ")} does not fit into ${height} × ${width}${padding === "same" ? "" : ` with padding ${padding.join(" × ")}`}`,
    );
  return { height, width, channels, kernel, stride, before: [top, left], dilation, out: [outHeight, outWidth] };
}

/** Options of a convolution, with defaults. */
export interface ConvolutionOptions extends WindowOptions {
  readonly filters: number;
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly bias: boolean;
  readonly initialization: WeightInitialization | "auto";
}

/** The fields that convolutions share. */
export const convolutionFields: Fields<Omit<ConvolutionOptions, "kernel" | "stride" | "padding" | "dilation">> = {
  filters: integer(undefined, { min: 1 }),
  groups: integer(1, { min: 1 }),
  bias: boolean(true),
  initialization: initializationField,
};

/** Refuses channels and filters that groups do not divide. */
export function checkGroups({ filters, groups }: ConvolutionOptions, channels: number, path: string): void {
  if (channels % groups !== 0 || filters % groups !== 0)
    throw new ShapeError(`${path}: ${groups} groups must divide the ${channels} channels and the ${filters} filters`);
}

/** Weights [kernel × kernel × channels of a group × filters], and a bias for each filter. */
export function convolutionParameters(
  options: ConvolutionOptions,
  channels: number,
  shape: Shape,
  next: LayerDescription | undefined,
): Readonly<Record<string, LayerTensor>> {
  const { filters, groups, kernel, bias, initialization } = options;
  const area = kernel[0] * kernel[1];
  const fan = { inputs: (area * channels) / groups, outputs: (area * filters) / groups };
  return {
    weight: { shape, drawn: drawnBefore(next, initialization, fan) },
    ...(bias && { bias: { shape: [filters] as Shape } }),
  };
}

/**
 * Binds a convolution: a product of what each window covers (patches) with the weights, group by group. Patches are kept for the gradient of
 * the weights; where the window is one place, what comes in is the patches already.
 */
export function bindConvolution(site: LayerSite<ConvolutionOptions>, windows: Windows): BoundLayer {
  const { kernels, options, rows, relu, gate, gateSelf, needsInputGradient, tensor, scratch } = site;
  addKernels(kernels, rowsKernels, windowsKernels);
  const { filters, groups } = options;
  const { height, width, channels, kernel, stride, before, dilation, out } = windows;
  const [places, from] = [out[0] * out[1], height * width];
  const [depth, made] = [channels / groups, filters / groups];
  const inner = kernel[0] * kernel[1] * depth;
  const pointwise =
    groups === 1 && [...kernel, ...stride].every((size) => size === 1) && before.every((size) => size === 0) && places === from;
  const length = rows * places * inner;
  const weight = tensor("weight");
  const bias = options.bias ? tensor("bias") : undefined;
  const patches = pointwise ? 0 : scratch(groups * length);
  // the gradients of patches, unless they are those of what comes in
  const slopes = needsInputGradient && !pointwise ? scratch(length) : 0;
  const transposed = needsInputGradient ? scratch(inner * made) : 0;
  // of a group: its weights, their gradient and that of what it puts out, side by side
  const [ownWeights, ownGradient, ownSlopes] =
    groups === 1 ? [0, 0, 0] : [scratch(inner * made), scratch(inner * made), scratch(rows * places * made)];
  const sizes = [height, width, channels, depth, ...kernel, ...out, ...stride, ...before, ...dilation] as const;

  const forward = (x: number, y: number, pass: Pass) => {
    const count = pass.rows * places;
    for (let g = 0; g < groups; g++) {
      const p = pointwise ? x : patches + g * length * 4;
      if (!pointwise) kernels.patches(x + g * depth * 4, p, pass.rows, ...sizes);
      const column = g * made * 4;
      kernels.dense(p, weight.pointer + column, bias ? bias.pointer + column : 0, y + column, count, inner, made, relu ? 1 : 0, filters);
    }
  };
  const backward = (x: number, y: number, dy: number, dx: number, pass: Pass) => {
    const count = pass.rows * places;
    if (gateSelf) kernels.leakyReluGradient(y, dy, count * filters, 0);
    if (bias) kernels.denseBiasGradient(dy, bias.gradientPointer, count, filters);
    const scatters = dx !== 0 && !pointwise;
    if (scatters) kernels.fill(dx, pass.rows * from * channels, 0);
    for (let g = 0; g < groups; g++) {
      const p = pointwise ? x : patches + g * length * 4;
      const column = g * made * 4;
      let [w, dw, slope] = [weight.pointer, weight.gradientPointer, dy];
      if (groups > 1) {
        [w, dw, slope] = [ownWeights, ownGradient, ownSlopes];
        kernels.copyColumns(dy + column, slope, count, made, filters, made);
        kernels.copyColumns(weight.pointer + column, w, inner, made, filters, made);
      }
      kernels.denseWeightGradient(p, slope, dw, count, inner, made, inner);
      if (groups > 1) kernels.copyColumns(dw, weight.gradientPointer + column, inner, made, made, filters);
      if (dx === 0) continue;
      kernels.transpose(w, transposed, inner, made);
      kernels.denseInputGradient(slope, transposed, pointwise ? dx : slopes, count, inner, made, pointwise && gate ? x : 0, inner);
      if (scatters) kernels.patchesGradient(slopes, dx + g * depth * 4, pass.rows, ...sizes);
    }
    if (scatters && gate) kernels.leakyReluGradient(x, dx, pass.rows * from * channels, 0);
  };
  return { forward, backward };
}
