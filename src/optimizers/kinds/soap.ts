import { addKernels } from "../../engine/parts.js";
import { lambKernels } from "../../generated/parts/lamb.js";
import { orthonormalize, symmetricEigen } from "../../numerics/eigen.js";
import { powi } from "../../numerics/math.js";
import { boolean, integer, optional } from "../../options/options.js";
import { type Axis, axesOf, kronecker, lengthOf } from "../kronecker.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";
import { copyScaled } from "../scaled.js";

export interface SoapOptions extends CommonOptions<SoapOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.95. */
  beta1?: Scheduled;
  /** Decay of the mean of squares in the eigenbasis, in [0, 1). Default 0.95. */
  beta2?: Scheduled;
  /** Decay of the factors, in [0, 1). Default: beta2. */
  shampooBeta?: Scheduled;
  /** Added to the root of squares, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Decoupled decay: p is, after the step, multiplied by 1 - learningRate weightDecay; at least 0. Default 1e-2. */
  weightDecay?: Scheduled;
  /** Updates between new eigenbases, a positive integer. Default 10. */
  updateInterval?: number;
  /** The longest axis that has a basis, a positive integer: each takes the memory of two square matrices, and its first basis n^3 operations. Default 1024. */
  maxPreconditionSize?: number;
  /** Give vectors a basis, too; without one their step is Adam's. Default false. */
  precondition1d?: boolean;
  /** Correct the bias of both means. Default true. */
  biasCorrection?: boolean;
  /** Give each tensor's step a root mean square of 1. Default false. */
  normalize?: boolean;
}

export const soapRule: Rule<SoapOptions> = {
  kind: "soap",
  learningRate: 3e-3,
  fields: {
    beta1: scheduled(0.95, { min: 0, below: 1 }),
    beta2: scheduled(0.95, { min: 0, below: 1 }),
    shampooBeta: optional(scheduled(undefined, { min: 0, below: 1 })),
    epsilon: scheduled(1e-8, { above: 0 }),
    weightDecay: scheduled(1e-2, { min: 0 }),
    updateInterval: integer(10, { min: 1 }),
    maxPreconditionSize: integer(1024, { min: 1 }),
    precondition1d: boolean(false),
    biasCorrection: boolean(true),
    normalize: boolean(false),
  },
  traits: ["decaysSteps"],
  slots: () => ["mean", "squares", "factors", "bases"],
  squares: ({ beta2, shampooBeta = beta2 }) => ({ decays: { squares: beta2, factors: shampooBeta } }),
  lengths(slot, shape, { maxPreconditionSize, precondition1d }) {
    if (slot !== "factors" && slot !== "bases") return undefined;
    return lengthOf(axesOf(shape, maxPreconditionSize, precondition1d));
  },
  bind(binding) {
    const { kernels, options: o, tensors, scratch, floats } = binding;
    addKernels(kernels, lambKernels);
    const axes = tensors.map(({ shape }) => axesOf(shape, o.maxPreconditionSize, o.precondition1d));
    const products = kronecker(binding, axes);
    const largest = Math.max(...tensors.map(({ n }) => n));
    const side = Math.max(...axes.flatMap((own) => own.map(({ size, offset }) => (offset === undefined ? 0 : size))), 1);
    const [scaled, turned, unused, u] = [scratch(largest), scratch(largest), scratch(largest), scratch(largest)];
    const [back, product] = [scratch(side * side), scratch(side * side)];
    const place = (slot: number, { offset }: Axis) => (offset === undefined ? undefined : slot + offset * 4);

    function firstBases(own: readonly Axis[], first: number, factors: number, bases: number): void {
      for (const axis of own) {
        const at = place(bases, axis);
        if (at === undefined) continue;
        const n = axis.size;
        const basis = floats(at, n * n);
        if (axis.rest === 1) {
          // one gradient of a vector says no more than its own direction: the other eigenvectors would be of rounding
          const column = new Float64Array(n * n);
          floats(first, n).forEach((x, i) => {
            column[i * n] = x;
          });
          orthonormalize(column, n);
          basis.set(column);
          continue;
        }
        const { vectors } = symmetricEigen(floats(place(factors, axis) as number, n * n), n);
        // the largest first
        for (let i = 0; i < n * n; i++) basis[i] = vectors[i - (i % n) + (n - 1 - (i % n))] as number;
      }
    }

    /** One iteration towards the eigenvectors: the factor times the basis, by falling eigenvalue, made orthonormal. The squares follow in order. */
    function nextBases(own: readonly Axis[], factors: number, bases: number, squares: number): void {
      own.forEach((axis, i) => {
        const at = place(bases, axis);
        if (at === undefined) return;
        const n = axis.size;
        kernels.dense(place(factors, axis) as number, at, 0, product, n, n, n, 0, n);
        const [basis, next] = [floats(at, n * n), Float64Array.from(floats(product, n * n))];
        const values = Array.from({ length: n }, () => 0);
        next.forEach((x, k) => {
          values[k % n] = (values[k % n] as number) + x * (basis[k] as number);
        });
        const order = [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
        const inOrder = next.map((_, k) => next[k - (k % n) + (order[k % n] as number)] as number);
        orthonormalize(inOrder, n);
        basis.set(inOrder);
        const behind = own.slice(i + 1).reduce((product, { size }) => product * size, 1);
        const numbers = floats(squares, n * axis.rest);
        const before = numbers.slice();
        numbers.forEach((_, k) => {
          const index = Math.floor(k / behind) % n;
          numbers[k] = before[k + ((order[index] as number) - index) * behind] as number;
        });
      });
    }

    return (t, rate, scale) => {
      const kept = o.shampooBeta ?? o.beta2;
      const step = t - 1;
      const length = o.biasCorrection && step > 0 ? Math.sqrt(1 - powi(o.beta2, step)) / (1 - powi(o.beta1, step)) : 1;
      tensors.forEach((tensor, i) => {
        const { p, g, s, n } = tensor;
        const [mean, squares, factors, bases] = s as [number, number, number, number];
        const own = axes[i] as readonly Axis[];
        const turns = own.some(({ offset }) => offset !== undefined);
        copyScaled(kernels, g, scaled, n, scale);
        const gather = () => products.gather(tensor, own, scaled, kept, 1 - kept, (axis) => place(factors, axis));
        if (t === 1) {
          if (turns) gather();
          firstBases(own, scaled, factors, bases);
          return;
        }
        const forward = (from: number) => (turns ? products.times(tensor, own, from, (axis) => place(bases, axis)) : from);
        kernels.axpby(scaled, mean, n, 1 - o.beta1, o.beta1);
        // Adam in the basis, whose mean is turned into it anew each time
        kernels.lamb(p, forward(scaled), unused, squares, u, n, 0, 1, o.beta2, 1 - o.beta2, 1, 1, 0, o.epsilon, 0, 1);
        kernels.copy(forward(mean), turned, n);
        kernels.lamb(p, unused, turned, squares, u, n, 1, 0, 1, 0, 1, 1, 0, o.epsilon, 0, 1);
        const transposed = (axis: Axis) => {
          const at = place(bases, axis);
          if (at !== undefined) kernels.transpose(at, back, axis.size, axis.size);
          return at && back;
        };
        const direction = turns ? products.times(tensor, own, u, transposed) : u;
        const size = o.normalize ? 1 / (Math.sqrt(kernels.sumSquares(direction, n) / n) + o.epsilon) : 1;
        kernels.axpy(direction, p, n, -rate * length * size);
        if (o.weightDecay > 0) kernels.axpy(p, p, n, -rate * o.weightDecay);
        if (!turns) return;
        gather();
        if (step % o.updateInterval === 0) nextBases(own, factors, bases, squares);
      });
    };
  },
};

/**
 * SOAP: Adam in the eigenbasis of Shampoo's factors, in which the gradient's elements are nearly independent of each other. Fewer steps than Adam on what is
 * ill-conditioned, for two products with square matrices along each axis in each of them.
 *
 * For each axis of a tensor: L = shampooBeta L + (1 - shampooBeta) X X', X the gradient with this axis first; Q is the basis of L's eigenvectors. With g' = g
 * turned by Q along each axis: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g'^2; p -= learningRate sqrt(1 - beta2^k) / (1 - beta1^k) N,
 * N = m' / (sqrt(v) + epsilon) turned back, k = t - 1; p = p (1 - learningRate weightDecay). After that, every updateInterval updates Q = the orthogonal factor
 * of L Q. The first update only begins L and Q; of a vector Q is the reflection of the first unit vector to the gradient. Scalars, axes longer than maxPreconditionSize and, without precondition1d, vectors are not turned.
 *
 * Agrees with pytorch_optimizer's SOAP, which is the authors', with their 10,000 for maxPreconditionSize. The decompositions are computed in float64. The default rate is 3e-3.
 *
 * Vyas et al., SOAP: improving and stabilizing Shampoo using Adam, 2024.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * soap({ learningRate: 3e-3, updateInterval: 5, groups: [{ match: "embedding.*", maxPreconditionSize: 256 }] })
 */
export function soap(options: SoapOptions = {}): DescribedOptimizer<SoapOptions> {
  return make(soapRule, options);
}
