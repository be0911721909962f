import { type Shape, sizeOf } from "../engine/parameters.js";
import { addKernels } from "../engine/parts.js";
import { windowsKernels } from "../generated/parts/windows.js";
import { ShapeError } from "../options/errors.js";
import type { Field, Fields } from "../options/options.js";
import { type Pair, pair, type Windows, windowsOf } from "./convolution.js";
import type { BoundLayer, LayerSite } from "./layer.js";

/** Options of pooling as they are given. */
export interface PoolingOptions {
  /** Places that a window covers: one number, or [vertical, horizontal]; at least 1. Default 2. */
  kernel?: Pair;
  /** Places from one window to the next, at least 1. Default: as many as a window covers. */
  stride?: Pair;
  /** Places outside on every side that windows may cover, at most half of what they cover. Default 0. */
  padding?: Pair;
}

type Two = readonly [number, number];

/** Options of pooling with defaults; no stride is that of the window. */
export interface ReadPooling {
  readonly kernel: Two;
  readonly stride?: Two;
  readonly padding: Two;
}

export const poolingFields: Fields<ReadPooling> = {
  kernel: pair(2, 1),
  stride: { ...pair(undefined, 1), isOptional: true } as Field<Two>,
  padding: pair(0, 0),
};

function windows({ kernel, stride = kernel, padding }: ReadPooling, input: Shape, path: string): Windows {
  if (padding.some((size, i) => 2 * size > (kernel[i] as number)))
    throw new ShapeError(`${path}: padding ${padding.join(" × ")} must be at most half of the window, ${kernel.join(" × ")}`);
  return windowsOf({ kernel, stride, padding }, input, path);
}

export function pooledShape(options: ReadPooling, input: Shape, path: string): Shape {
  return [...windows(options, input, path).out, input[2] as number];
}

/** Binds pooling; `average` is what the kernel takes. */
export function bindPooling({ kernels, options, input }: LayerSite<ReadPooling>, average: 0 | 1 | 2): BoundLayer {
  addKernels(kernels, windowsKernels);
  const { height, width, channels, kernel, out, stride, before } = windows(options, input, "pooling");
  const sizes = [height, width, channels, ...kernel, ...out, ...stride, ...before, average] as const;
  return {
    forward: (x, y, { rows }) => kernels.pool(x, y, rows, ...sizes),
    backward(x, y, dy, dx, { rows }) {
      if (dx === 0) return;
      kernels.fill(dx, rows * sizeOf(input), 0);
      kernels.poolGradient(x, y, dy, dx, rows, ...sizes);
    },
  };
}
