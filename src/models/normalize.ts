import { type Shape, sizeOf } from "../engine/parameters.js";
import { addKernels } from "../engine/parts.js";
import { normalizationKernels } from "../generated/parts/normalization.js";
import type { BoundLayer, LayerSite, LayerTensor } from "./layer.js";

/** Options of what normalises each row. */
export interface RowNormOptions {
  readonly epsilon: number;
  readonly bias: boolean;
}

/** The factors, which begin at 1, and the numbers that are added, which begin at 0. */
export function normParameters(size: number, bias: boolean): Readonly<Record<string, LayerTensor>> {
  const shape: Shape = [size];
  return { weight: { shape, fill: (value) => value.fill(1) }, ...(bias && { bias: { shape } }) };
}

/** Binds what normalises over the last axis, around the mean or around 0. */
export function bindRowNorm({ kernels, options, input, rows, tensor, scratch }: LayerSite<RowNormOptions>, centered: boolean): BoundLayer {
  addKernels(kernels, normalizationKernels);
  const columns = input.at(-1) as number;
  const repeats = sizeOf(input) / columns;
  const weight = tensor("weight");
  const bias = options.bias ? tensor("bias") : undefined;
  const normalized = scratch(rows * sizeOf(input));
  const factors = scratch(rows * repeats);
  const around = centered ? 1 : 0;
  return {
    forward(x, y, pass) {
      const count = pass.rows * repeats;
      kernels.normalizeRows(x, normalized, factors, count, columns, around, options.epsilon);
      kernels.affineColumns(normalized, y, 0, weight.pointer, bias?.pointer ?? 0, count, columns);
    },
    backward(_x, _y, dy, dx, pass) {
      const count = pass.rows * repeats;
      kernels.columnDots(normalized, dy, weight.gradientPointer, count, columns);
      if (bias) kernels.denseBiasGradient(dy, bias.gradientPointer, count, columns);
      if (dx === 0) return;
      kernels.affineColumns(dy, dx, 0, weight.pointer, 0, count, columns);
      kernels.normalizeRowsGradient(normalized, factors, dx, dx, count, columns, around);
    },
  };
}
