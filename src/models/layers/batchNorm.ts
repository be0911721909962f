import { type Shape, sizeOf } from "../../engine/parameters.js";
import { addKernels } from "../../engine/parts.js";
import { normalizationKernels } from "../../generated/parts/normalization.js";
import { number } from "../../options/options.js";
import { type BoundLayer, type LayerDescription, type LayerRule, type LayerSite, layer } from "../layer.js";
import { normParameters } from "../normalize.js";

export interface BatchNormOptions {
  /** The share of a batch in the running statistics, in (0, 1]. Default 0.1; Keras's momentum is 1 less this. */
  momentum?: number;
  /** Added to the variance, greater than 0. Default 1e-5. */
  epsilon?: number;
}

function bind({ kernels, options, input, rows, tensor, scratch, floats }: LayerSite<Required<BatchNormOptions>>): BoundLayer {
  addKernels(kernels, normalizationKernels);
  const { momentum, epsilon } = options;
  const columns = input.at(-1) as number;
  const repeats = sizeOf(input) / columns;
  const [weight, bias, runningMean, runningVariance] = ["weight", "bias", "runningMean", "runningVariance"].map(tensor) as [
    ReturnType<typeof tensor>,
    ReturnType<typeof tensor>,
    ReturnType<typeof tensor>,
    ReturnType<typeof tensor>,
  ];
  const normalized = scratch(rows * sizeOf(input));
  const [mean, factor, a, b] = [scratch(columns), scratch(columns), scratch(columns), scratch(columns)];
  const column = (pointer: number) => floats(pointer, columns);

  /** Mean and factor of the batch, and the running ones moved towards them; a batch that is not finite does not move those. */
  const measure = (x: number, count: number) => {
    kernels.denseBiasGradient(x, mean, count, columns);
    const means = column(mean);
    for (let j = 0; j < columns; j++) means[j] = (means[j] as number) / count;
    kernels.affineColumns(x, normalized, mean, 0, 0, count, columns);
    kernels.columnDots(normalized, normalized, factor, count, columns);
    const [factors, runningMeans, runningVariances] = [column(factor), runningMean.value, runningVariance.value];
    for (let j = 0; j < columns; j++) {
      const variance = (factors[j] as number) / count;
      const [m, unbiased] = [means[j] as number, (variance * count) / Math.max(1, count - 1)];
      if (Number.isFinite(m) && Number.isFinite(unbiased)) {
        runningMeans[j] = (1 - momentum) * (runningMeans[j] as number) + momentum * m;
        runningVariances[j] = (1 - momentum) * (runningVariances[j] as number) + momentum * unbiased;
      }
      factors[j] = 1 / Math.sqrt(variance + epsilon);
    }
    kernels.affineColumns(normalized, normalized, 0, factor, 0, count, columns);
  };
  return {
    forward(x, y, pass) {
      const count = pass.rows * repeats;
      if (pass.training) measure(x, count);
      else {
        const [factors, variances] = [column(factor), runningVariance.value];
        for (let j = 0; j < columns; j++) factors[j] = 1 / Math.sqrt((variances[j] as number) + epsilon);
        kernels.affineColumns(x, normalized, runningMean.pointer, factor, 0, count, columns);
      }
      kernels.affineColumns(normalized, y, 0, weight.pointer, bias.pointer, count, columns);
    },
    backward(_x, _y, dy, dx, pass) {
      const count = pass.rows * repeats;
      kernels.columnDots(normalized, dy, weight.gradientPointer, count, columns);
      kernels.denseBiasGradient(dy, bias.gradientPointer, count, columns);
      if (dx === 0) return;
      // weight factor (dy - mean of dy - normalized mean of dy normalized)
      const [scales, shifts, factors] = [column(a), column(b), column(factor)];
      const [dw, db, w] = [weight.gradient, bias.gradient, weight.value];
      for (let j = 0; j < columns; j++) {
        scales[j] = -(dw[j] as number) / count;
        shifts[j] = -(db[j] as number) / count;
        factors[j] = (factors[j] as number) * (w[j] as number);
      }
      kernels.affineColumns(normalized, dx, 0, a, b, count, columns);
      kernels.axpy(dy, dx, count * columns, 1);
      kernels.affineColumns(dx, dx, 0, factor, 0, count, columns);
    },
  };
}

export const batchNormLayer: LayerRule<Required<BatchNormOptions>> = {
  kind: "batchNorm",
  fields: { momentum: number(0.1, { above: 0, max: 1 }), epsilon: number(1e-5, { above: 0 }) },
  shape: (_, input) => input,
  parameters: (_, input) => normParameters(input.at(-1) as number, true),
  buffers(_, input) {
    const shape: Shape = [input.at(-1) as number];
    return { runningMean: { shape }, runningVariance: { shape, fill: (value) => value.fill(1) } };
  },
  bind,
};

/**
 * Batch norm over all axes but the last: y = (x - mean) / sqrt(variance + epsilon) weight + bias. In training, mean and variance are those of the
 * batch, and running ones follow: running = (1 - momentum) running + momentum batch, the variance unbiased; in evaluation the running ones are used.
 *
 * The running statistics, `runningMean` and `runningVariance`, are saved with the parameters, and no optimizer moves them.
 *
 * Ioffe and Szegedy, Batch normalization, 2015. Agrees with PyTorch's BatchNorm1d and BatchNorm2d.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * batchNorm({ momentum: 0.05 })
 */
export function batchNorm(options: BatchNormOptions = {}): LayerDescription {
  return layer(batchNormLayer, options);
}
