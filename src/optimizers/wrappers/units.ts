import { type Shape, sizeOf, type Units } from "../../engine/parameters.js";
import { addKernels } from "../../engine/parts.js";
import { unitsKernels } from "../../generated/parts/units.js";
import { number, oneOf, optional } from "../../options/options.js";
import type { AnyRule, Binding, TensorRun } from "../rule.js";
import { membersOf, type WrappedOptimizer, type Wrapper, type Wrapping, wrap } from "../wrapper.js";

export interface AdaptiveGradientClippingOptions extends Wrapping {
  /** The norm of a unit's gradient, in proportion to the norm of its values, above which it is clipped; greater than 0. Default 0.01. */
  clipping?: number;
  /** The least norm of values, so that zeros can learn; greater than 0. Default 1e-3. */
  epsilon?: number;
  /**
   * "rows" when the first axis counts units, as in PyTorch; "columns" when the last one does, as in this library's dense layers. Default
   * what the parameters say, which those of `mlp` do right.
   */
  units?: Units;
}

export interface TensorClippingOptions extends Wrapping {
  /** The largest 2-norm of a tensor's gradient, greater than 0. Default 1. */
  norm?: number;
}

export interface CentralizeOptions extends Wrapping {
  /**
   * "rows" when the first axis counts units, as in PyTorch; "columns" when the last one does, as in this library's dense layers. Default
   * what the parameters say, which those of `mlp` do right.
   */
  units?: Units;
}

/** All options have values, but for the axis, which may be left to the parameters. */
type WithDefaults<Own extends { units?: Units }> = Required<Omit<Own, "units">> & Pick<Own, "units">;

const units = optional<Units>(oneOf(undefined, ["rows", "columns"]));

export const adaptiveGradientClippingWrapper: Wrapper<WithDefaults<AdaptiveGradientClippingOptions>> = {
  kind: "adaptiveGradientClipping",
  fields: { clipping: number(0.01, { above: 0 }), epsilon: number(1e-3, { above: 0 }), units },
  around: (rule, { clipping, epsilon, units }) =>
    changed(rule, ({ kernels }, { p, g, n, shape, units: own }, scale) => {
      if (shape.length < 2) return kernels.clipRows(p, g, 1, n, clipping, epsilon, scale);
      const [rows, columns] = matrixOf(shape, units ?? own);
      if ((units ?? own) === "rows") kernels.clipRows(p, g, rows, columns, clipping, epsilon, scale);
      else kernels.clipColumns(p, g, rows, columns, clipping, epsilon, scale);
    }),
};

export const tensorClippingWrapper: Wrapper<Required<TensorClippingOptions>> = {
  kind: "tensorClipping",
  fields: { norm: number(1, { above: 0 }) },
  around: (rule, { norm }) =>
    changed(rule, ({ kernels }, { g, n }, scale) => {
      const size = Math.abs(scale) * Math.sqrt(kernels.sumSquares(g, n));
      if (size > norm) kernels.scale(g, n, norm / size);
    }),
};

export const centralizeWrapper: Wrapper<WithDefaults<CentralizeOptions>> = {
  kind: "centralize",
  fields: { units },
  around: (rule, { units }) =>
    changed(rule, ({ kernels }, { g, shape, units: own }) => {
      if (shape.length < 2) return;
      const [rows, columns] = matrixOf(shape, units ?? own);
      if ((units ?? own) === "rows") kernels.centralizeRows(g, rows, columns);
      else kernels.centralizeColumns(g, rows, columns);
    }),
};

/** The rule with a change to the gradients, in place, before each update. */
function changed(rule: AnyRule, change: (binding: Binding<Record<string, unknown>>, tensor: TensorRun, scale: number) => void): AnyRule {
  return {
    ...rule,
    bind(binding) {
      addKernels(binding.kernels, unitsKernels);
      const members = membersOf(rule, binding);
      const step = rule.bind(binding);
      return (t, rate, scale, ...rest) => {
        for (const member of members) for (const tensor of member.tensors) change(member, tensor, scale);
        step(t, rate, scale, ...rest);
      };
    },
  };
}

/** A tensor as a matrix whose rows, or columns, are its units. */
function matrixOf(shape: Shape, units: Units): [rows: number, columns: number] {
  const split = units === "rows" ? 1 : shape.length - 1;
  return [sizeOf(shape.slice(0, split)), sizeOf(shape.slice(split))];
}

/**
 * Adaptive gradient clipping: a unit's gradient is clipped in proportion to the unit's own weights, before another optimizer steps by it.
 * Replaces batch normalization in networks that have none.
 *
 * For each unit (a row or column of a tensor; of a vector the whole), with limit = clipping max(|p|, epsilon): g = g limit / max(|g|, 1e-6)
 * unless |g| < limit. `clipNorm` and `clipValue` of the optimizer inside come first; the gradients are changed in place.
 *
 * Agrees with timm's adaptive_clip_grad (units "rows") and with Optax's adaptive_grad_clip for matrices (units "columns").
 *
 * Brock et al., High-performance large-scale image recognition without normalization, 2021.
 *
 * @throws OptionError for an unknown option, a value out of range, or an optimizer that takes gradients of its own (`lbfgs`).
 * @example
 * adaptiveGradientClipping({ optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), clipping: 0.02, units: "columns" })
 */
export function adaptiveGradientClipping(options: AdaptiveGradientClippingOptions): WrappedOptimizer<AdaptiveGradientClippingOptions> {
  return wrap(adaptiveGradientClippingWrapper, options);
}

/**
 * Clipping tensor by tensor: each gradient that is longer than `norm` is made as long, before another optimizer steps by it.
 *
 * For each tensor: g = g min(1, norm / |g|). `clipNorm` and `clipValue` of the optimizer inside, over all tensors, come first; the gradients are changed in place.
 *
 * Agrees with Keras's clipnorm. PyTorch has no such option; Optax's clip_by_block_rms compares the root mean square.
 *
 * Pascanu, Mikolov, Bengio, On the difficulty of training recurrent neural networks, 2013.
 *
 * @throws OptionError for an unknown option, a value out of range, or an optimizer that takes gradients of its own (`lbfgs`).
 * @example
 * tensorClipping({ optimizer: adam({ learningRate: 1e-3 }), norm: 1 })
 */
export function tensorClipping(options: TensorClippingOptions): WrappedOptimizer<TensorClippingOptions> {
  return wrap(tensorClippingWrapper, options);
}

/**
 * Gradient centralization: from the gradient of each unit its mean is subtracted, before another optimizer steps by it. Vectors stay as
 * they are.
 *
 * g = g - mean of g over the unit: a row or column of a tensor. The gradients are changed in place, after `clipNorm` has measured them.
 *
 * Agrees with Optax's centralize (units "rows").
 *
 * Yong et al., Gradient centralization: a new optimization technique for deep neural networks, 2020.
 *
 * @throws OptionError for an unknown option, or an optimizer that takes gradients of its own (`lbfgs`).
 * @example
 * centralize({ optimizer: adam({ learningRate: 1e-3 }), units: "columns" })
 */
export function centralize(options: CentralizeOptions): WrappedOptimizer<CentralizeOptions> {
  return wrap(centralizeWrapper, options);
}
