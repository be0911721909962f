import { symmetricEigen } from "../../numerics/eigen.js";
import { pow } from "../../numerics/math.js";
import { boolean, integer, number } from "../../options/options.js";
import { type Axis, axesOf, kronecker, lengthOf } from "../kronecker.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";
import { copyScaled } from "../scaled.js";

export interface ShampooOptions extends CommonOptions<ShampooOptions> {
  /** The share of the step before in the gradient, in [0, 1). Default 0. */
  momentum?: Scheduled;
  /** Added to the gradient as weightDecay p, or taken from p itself with `decoupled`; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Multiply p by 1 - learningRate weightDecay instead of adding to the gradient. Default false. */
  decoupled?: boolean;
  /** The factors start at this on the diagonal, greater than 0. Default 1e-6. */
  epsilon?: number;
  /** Updates between new roots of the factors, a positive integer; the first update makes the first. Default 1. */
  updateInterval?: number;
  /** The longest axis that has a factor, a positive integer: each root takes n^3 operations. Default 1024. */
  maxPreconditionSize?: number;
}

export const shampooRule: Rule<ShampooOptions> = {
  kind: "shampoo",
  learningRate: 1e-3,
  fields: {
    momentum: scheduled(0, { min: 0, below: 1 }),
    weightDecay: scheduled(0, { min: 0 }),
    decoupled: boolean(false),
    epsilon: number(1e-6, { above: 0 }),
    updateInterval: integer(1, { min: 1 }),
    maxPreconditionSize: integer(1024, { min: 1 }),
  },
  slots: ({ momentum }) => [...(momentum === 0 ? [] : ["step"]), "factors", "roots"],
  squares: ({ decoupled }) => ({ decays: { factors: 1 }, coupled: !decoupled }),
  lengths(slot, shape, { maxPreconditionSize }) {
    return slot === "factors" || slot === "roots" ? lengthOf(axesOf(shape, maxPreconditionSize, true)) : undefined;
  },
  bind(binding) {
    const { kernels, options: o, tensors, scratch, floats } = binding;
    const axes = tensors.map(({ shape }) => axesOf(shape, o.maxPreconditionSize, true));
    const products = kronecker(binding, axes);
    const u = scratch(Math.max(...tensors.map(({ n }) => n)));
    const hasMomentum = tensors[0]?.s.length === 3;
    const place = (slot: number, { offset }: Axis) => (offset === undefined ? undefined : slot + offset * 4);

    /** The factors to the power of -1 / (2 axes). */
    function takeRoots(own: readonly Axis[], factors: number, roots: number): void {
      for (const axis of own) {
        const at = place(factors, axis);
        if (at === undefined) continue;
        const n = axis.size;
        const { values, vectors } = symmetricEigen(floats(at, n * n), n);
        const powers = values.map((value) => pow(Math.max(value, o.epsilon), -1 / (2 * own.length)));
        const root = floats(place(roots, axis) as number, n * n);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let k = 0; k < n; k++) sum += (vectors[i * n + k] as number) * (powers[k] as number) * (vectors[j * n + k] as number);
            root[i * n + j] = sum;
          }
        }
      }
    }

    return (t, rate, scale) => {
      tensors.forEach((tensor, i) => {
        const { p, g, s, n } = tensor;
        const own = axes[i] as readonly Axis[];
        const [factors, roots] = s.slice(-2) as [number, number];
        const last = s[0] as number;
        copyScaled(kernels, g, u, n, scale);
        if (hasMomentum && t > 1) kernels.axpby(last, u, n, o.momentum, 1 - o.momentum);
        if (o.decoupled) kernels.axpy(p, p, n, -rate * o.weightDecay);
        else if (o.weightDecay > 0) kernels.axpy(p, u, n, o.weightDecay);
        if (t === 1) begin(own, factors);
        products.gather(tensor, own, u, 1, 1, (axis) => place(factors, axis));
        if ((t - 1) % o.updateInterval === 0) takeRoots(own, factors, roots);
        const step = products.times(tensor, own, u, (axis) => place(roots, axis));
        if (hasMomentum) kernels.copy(step, last, n);
        kernels.axpy(step, p, n, -rate);
      });
    };

    function begin(own: readonly Axis[], factors: number): void {
      for (const axis of own) {
        const at = place(factors, axis);
        if (at !== undefined) for (let i = 0; i < axis.size; i++) kernels.fill(at + i * (axis.size + 1) * 4, 1, o.epsilon);
      }
    }
  },
};

/**
 * Shampoo: the gradient of a matrix between the inverse fourth roots of its second moments along rows and along columns: Adagrad with a full
 * matrix for each axis.
 *
 * With G the gradient, plus weightDecay p unless decoupled, with momentum G = (1 - momentum) G + momentum (the step before); for each of the k axes of a tensor: L = L + X X',
 * X being G with this axis first, L = epsilon I at the start; G is multiplied along each axis by L^(-1 / (2 k)), computed every updateInterval updates;
 * p -= learningRate G. Axes longer than maxPreconditionSize are left out.
 *
 * Agrees with pytorch_optimizer's Shampoo, which has no maxPreconditionSize and does not move before its first roots where updateInterval is over 1. The roots are
 * computed in float64. `soap` is its better successor. The default rate is 1e-3.
 *
 * Gupta, Koren, Singer, Shampoo: preconditioned stochastic tensor optimization, 2018.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * shampoo({ learningRate: 0.1, momentum: 0.5, updateInterval: 10 })
 */
export function shampoo(options: ShampooOptions = {}): DescribedOptimizer<ShampooOptions> {
  return make(shampooRule, options);
}
