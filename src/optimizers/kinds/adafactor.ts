import { padded } from "../../engine/memory.js";
import { type Shape, sizeOf } from "../../engine/parameters.js";
import { addKernels } from "../../engine/parts.js";
import { adafactorKernels } from "../../generated/parts/adafactor.js";
import { unitsKernels } from "../../generated/parts/units.js";
import { pow } from "../../numerics/math.js";
import { boolean, number } from "../../options/options.js";
import { FLUSH_EVERY } from "../flush.js";
import { type CommonOptions, type DescribedOptimizer, LEAST_NORMAL, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface AdafactorOptions extends CommonOptions<AdafactorOptions> {
  /** The power of t with which the mean of squares grows longer: beta2 = 1 - t^beta2Decay, at most 0. Default -0.8. */
  beta2Decay?: number;
  /** The least root mean square, and the least mean of a matrix's rows; greater than 0. Default 2^-23. */
  epsilon1?: Scheduled;
  /** The least root mean square of a tensor that the step is proportional to, at least 0. Default 1e-3. */
  epsilon2?: Scheduled;
  /** The root mean square to which a tensor's step is clipped, at least 1. Default 1. */
  clipThreshold?: Scheduled;
  /** Make the rate at most 1 / sqrt(t). Default true. */
  relativeStep?: boolean;
  /** Make a tensor's step proportional to its size. Default true. */
  scaleParameter?: boolean;
  /** Decay of a mean of steps, which then takes their place; in [0, 1). Default 0: none. */
  beta1?: number;
  /** Decoupled decay, at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const adafactorRule: Rule<AdafactorOptions> = {
  kind: "adafactor",
  learningRate: 1e-2,
  fields: {
    beta2Decay: number(-0.8, { max: 0 }),
    epsilon1: scheduled(1.1920928955078125e-7, { above: 0 }),
    epsilon2: scheduled(1e-3, { min: 0 }),
    clipThreshold: scheduled(1, { min: 1 }),
    relativeStep: boolean(true),
    scaleParameter: boolean(true),
    beta1: number(0, { min: 0, below: 1 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  traits: ["readsValues"],
  slots: ({ beta1 }) => ["squares", "row", "column", ...(beta1 > 0 ? ["mean"] : [])],
  squares({ beta2Decay }) {
    // as much as an update takes once there was time to flush: later ones take less
    const most = 1 - pow(FLUSH_EVERY + 1, beta2Decay);
    return { decays: { squares: most, row: most, column: most }, coupled: true };
  },
  lengths(slot, shape) {
    const { matrices, rows, columns } = matricesOf(shape);
    if (shape.length < 2) return { squares: columns, row: 0, column: 0 }[slot];
    return { squares: 0, row: matrices * rows, column: matrices * columns }[slot];
  },
  bind({ kernels, options: o, tensors, scratch }) {
    addKernels(kernels, adafactorKernels, unitsKernels);
    const u = scratch(Math.max(...tensors.map(({ n }) => n)));
    return (t, rate, scale) => {
      const gain = pow(t, o.beta2Decay);
      const floor = Math.max(o.epsilon1 * o.epsilon1, LEAST_NORMAL);
      for (const { p, g, s, n, shape } of tensors) {
        const [squares, row, column, mean] = s as [number, number, number, number?];
        if (shape.length < 2) kernels.adafactor(g, squares, u, n, 1 - gain, gain, floor, scale);
        else {
          const { matrices, rows, columns } = matricesOf(shape);
          for (let i = 0; i < matrices; i++) {
            const at = i * rows * columns * 4;
            const r = row + i * rows * 4;
            const c = column + i * columns * 4;
            kernels.factorSquares(g + at, r, c, rows, columns, 1 - gain, gain / columns, gain / rows, scale);
            kernels.adafactorMatrix(g + at, r, c, u + at, rows, columns, o.epsilon1, floor, scale);
          }
        }
        // tensors share u: what a longer one left there must not be taken for a shorter one's padding
        kernels.fill(u + n * 4, padded(n) - n, 0);
        const size = o.scaleParameter ? Math.max(o.epsilon2, Math.sqrt(kernels.sumSquares(p, n) / n)) : 1;
        const clip = Math.max(1, Math.sqrt(kernels.sumSquares(u, n) / n) / o.clipThreshold);
        if (o.weightDecay > 0) kernels.axpy(p, p, n, -rate * o.weightDecay);
        const near = (size * (o.relativeStep ? Math.min(rate, 1 / Math.sqrt(t)) : rate)) / clip;
        if (mean === undefined) kernels.axpy(u, p, n, -near);
        else {
          kernels.axpby(u, mean, n, (1 - o.beta1) * near, o.beta1);
          kernels.axpy(mean, p, n, -1);
        }
      }
    };
  },
};

/** A tensor as matrices of its last two axes. */
function matricesOf(shape: Shape): { matrices: number; rows: number; columns: number } {
  const [columns = 1, rows = 1, ...rest] = [...shape].reverse();
  return { matrices: sizeOf(rest), rows, columns };
}

/**
 * Adafactor: Adam without momentum, whose mean of squares is kept for a matrix as one number a row and a column, and whose step is
 * proportional to the size of the tensor.
 *
 * With w = t^beta2Decay, for a matrix: row = (1 - w) row + w (means of g^2 along rows), column alike, v = row column' / max(mean of row,
 * epsilon1); for a vector v = (1 - w) v + w g^2. u = g / sqrt(max(v, epsilon1^2)); p -= learningRate weightDecay p + max(epsilon2, rms(p))
 * min(learningRate, 1 / sqrt(t)) / max(1, rms(u) / clipThreshold) u. rms(p) is taken before the decay; a tensor of more axes is a stack of
 * matrices of its last two. Without relativeStep the rate stands alone, without scaleParameter max(...) is left out; with beta1 the mean of steps is taken: m = beta1 m + (1 - beta1)
 * (step), p -= m.
 *
 * Agrees with PyTorch's Adafactor, defaults included (its epsilon1 is the machine epsilon). With epsilon1 1e-15 it is Hugging Face's and pytorch_optimizer's, whose relative_step is this rate of
 * 1e-2, with warmup_init a rate of 1e-6 t, and whose decay follows the size of the tensor as well. The default rate is 1e-2.
 *
 * Shazeer and Stern, Adafactor: adaptive learning rates with sublinear memory cost, 2018.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adafactor({ learningRate: 0.05 })
 */
export function adafactor(options: AdafactorOptions = {}): DescribedOptimizer<AdafactorOptions> {
  return make(adafactorRule, options);
}
