import { padded } from "../../engine/memory.js";
import { exp, pow } from "../../numerics/math.js";
import { Random } from "../../numerics/random.js";
import { boolean, integer, number, oneOf, optional } from "../../options/options.js";
import { type Axis, axesOf, kronecker } from "../kronecker.js";
import { placeOf } from "../order.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled, type TensorRun } from "../rule.js";
import { copyScaled } from "../scaled.js";
import { fitTriangular } from "../triangular.js";

export interface KronOptions extends CommonOptions<KronOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  momentum?: Scheduled;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** The share of updates that fit the preconditioner, in (0, 1]. Default: 1 for 500 updates, then falling to 0.03 as e^(-t / 1000). */
  updateProbability?: Scheduled;
  /** How far a fit moves the preconditioner, greater than 0. Default 0.1. */
  preconditionerRate?: Scheduled;
  /** The size of the preconditioner at the start, greater than 0. Default 1. */
  initialScale?: number;
  /** The longest axis with a triangular matrix, a positive integer: each takes the memory of a square one. Longer ones have a diagonal. Default 2048. */
  maxPreconditionSize?: number;
  /** Give vectors a triangular matrix, too, in place of a diagonal. Default false. */
  precondition1d?: boolean;
  /** Axes with a diagonal in place of a triangular matrix: "none", the "longest" of a matrix, or "all". Default "none". */
  diagonals?: "none" | "longest" | "all";
  /** Fit the preconditioner to the mean of gradients instead of to the gradient. Default true. */
  fitMean?: boolean;
  /** Of the random signs that a fit needs, an integer. Default 1. */
  seed?: number;
}

/** The factors of a tensor are made even after so many updates. */
const BALANCE_EVERY = 100;
/** The root mean square to which a step is clipped; that of a fitted preconditioner makes it 1. */
const LARGEST_STEP = 1.1;

type Shaping = Pick<Required<KronOptions>, "maxPreconditionSize" | "precondition1d" | "diagonals">;

/** The axes of a tensor, those with a triangular matrix in their place; the diagonals of the others follow behind. A scalar has one axis of one element. */
function factorsOf(
  shape: readonly number[],
  { maxPreconditionSize, precondition1d, diagonals }: Shaping,
): { axes: readonly Axis[]; diagonalAt: readonly number[]; length: number } {
  const sizes = shape.length === 0 ? [1] : shape;
  const longest = sizes.indexOf(Math.max(...sizes));
  const isDiagonal = (size: number, i: number) =>
    size === 1 ||
    size > maxPreconditionSize ||
    (sizes.length < 2 && !precondition1d) ||
    diagonals === "all" ||
    (diagonals === "longest" && i === longest);
  const triangular = axesOf(sizes, Number.POSITIVE_INFINITY, true);
  let length = 0;
  const take = (floats: number) => {
    const at = length;
    length += padded(floats);
    return at;
  };
  const diagonalAt: number[] = [];
  const axes = triangular.map((axis, i) => {
    if (isDiagonal(axis.size, i)) {
      diagonalAt.push(take(axis.size));
      return { ...axis, offset: undefined };
    }
    diagonalAt.push(Number.NaN);
    return { ...axis, offset: take(axis.size * axis.size) };
  });
  return { axes, diagonalAt, length };
}

export const kronRule: Rule<KronOptions> = {
  kind: "kron",
  learningRate: 1e-3,
  fields: {
    momentum: scheduled(0.9, { min: 0, below: 1 }),
    weightDecay: scheduled(0, { min: 0 }),
    updateProbability: optional(scheduled(undefined, { above: 0, max: 1 })),
    preconditionerRate: scheduled(0.1, { above: 0 }),
    initialScale: number(1, { above: 0 }),
    maxPreconditionSize: integer(2048, { min: 1 }),
    precondition1d: boolean(false),
    diagonals: oneOf("none", ["none", "longest", "all"]),
    fitMean: boolean(true),
    seed: integer(1),
  },
  slots: () => ["mean", "factors"],
  lengths: (slot, shape, options) => (slot === "factors" ? factorsOf(shape, options).length : undefined),
  scalars: () => ({ waited: 0, fits: 0 }),
  bind(binding) {
    const { kernels, options: o, tensors, scratch, floats } = binding;
    const state = binding.scalars as { waited: number; fits: number };
    const shaped = tensors.map(({ shape }) => factorsOf(shape, o));
    const products = kronecker(
      binding,
      shaped.map(({ axes }) => axes),
    );
    const largest = Math.max(4, ...tensors.map(({ n }) => n));
    const side = Math.max(1, ...shaped.flatMap(({ axes }) => axes.map(({ size, offset }) => (offset === undefined ? 0 : size))));
    const [scaled, mean, whitened, probe] = [scratch(largest), scratch(largest), scratch(largest), scratch(largest)];
    const square = padded(side * side) * 4;
    const turned = scratch((3 * square) / 4);
    const [first, second] = [turned + square, turned + 2 * square];

    const factor = (s: readonly number[], { offset }: Axis) => (offset === undefined ? undefined : (s[1] as number) + offset * 4);
    const transposed = (at: number, n: number) => {
      kernels.transpose(at, turned, n, n);
      return turned;
    };

    /** Multiplies by the diagonals, or divides by them. */
    function byDiagonals({ s, n }: TensorRun, i: number, x: number, divides: boolean): void {
      const { axes, diagonalAt } = shaped[i] as (typeof shaped)[number];
      let behind = n;
      axes.forEach(({ size, offset }, a) => {
        behind /= size;
        if (offset !== undefined) return;
        const [values, q] = [floats(x, n), floats((s[1] as number) + (diagonalAt[a] as number) * 4, size)];
        for (let k = 0; k < n; k++) {
          const by = q[Math.floor(k / behind) % size] as number;
          values[k] = divides ? (values[k] as number) / by : (values[k] as number) * by;
        }
      });
    }

    /** Q x along every axis, in `to`. */
    function times(tensor: TensorRun, i: number, from: number, to: number): void {
      const own = shaped[i] as (typeof shaped)[number];
      // the axis has Q' on the right
      kernels.copy(
        products.times(tensor, own.axes, from, (axis) => {
          const at = factor(tensor.s, axis);
          return at === undefined ? undefined : transposed(at, axis.size);
        }),
        to,
        tensor.n,
      );
      byDiagonals(tensor, i, to, false);
    }

    function begin(tensor: TensorRun, i: number): void {
      const { axes, diagonalAt } = shaped[i] as (typeof shaped)[number];
      const scale = pow(o.initialScale, 1 / axes.length);
      axes.forEach((axis, a) => {
        const at = factor(tensor.s, axis);
        if (at === undefined) floats((tensor.s[1] as number) + (diagonalAt[a] as number) * 4, axis.size).fill(scale);
        else {
          const q = floats(at, axis.size * axis.size);
          for (let k = 0; k < axis.size; k++) q[k * axis.size + k] = scale;
        }
      });
    }

    /** One step of the preconditioner towards E[A A'] = E[B B'], where A = Q g, and B is the inverse of Q' times random signs. */
    function adapt(tensor: TensorRun, i: number, from: number): void {
      const { n, s, name } = tensor;
      // what is 0 says nothing
      if (kernels.maxAbs(from, n) === 0) return;
      const { axes, diagonalAt } = shaped[i] as (typeof shaped)[number];
      times(tensor, i, from, whitened);
      const random = new Random(o.seed, "kron", name, state.fits);
      const signs = floats(probe, n);
      const place = placeOf(tensor);
      for (let k = 0; k < n; k++) signs[place(k)] = random.bits() & 1 ? 1 : -1;
      byDiagonals(tensor, i, probe, true);
      let behind = n;
      for (const axis of axes) {
        behind /= axis.size;
        const at = factor(s, axis);
        if (at !== undefined) fitTriangular.solve(floats(at, axis.size * axis.size), axis.size, floats(probe, n), behind);
      }
      const sums = (x: number, to: number, a: number) => products.gather(tensor, axes, x, 0, 1, (_, b) => (b === a ? to : undefined));
      axes.forEach((axis, a) => {
        const at = factor(s, axis);
        if (at === undefined) {
          fitTriangular.diagonal(
            floats((s[1] as number) + (diagonalAt[a] as number) * 4, axis.size),
            floats(whitened, n),
            floats(probe, n),
            axes.slice(a + 1).reduce((product, { size }) => product * size, 1),
            o.preconditionerRate,
          );
          return;
        }
        sums(whitened, first, a);
        sums(probe, second, a);
        const squares = axis.size * axis.size;
        const isMoved = fitTriangular.step(floats(first, squares), floats(second, squares), axis.size, o.preconditionerRate);
        if (!isMoved) return;
        kernels.dense(first, at, 0, second, axis.size, axis.size, axis.size, 0, axis.size);
        kernels.axpy(second, at, squares, -1);
      });
    }

    /** Gives all factors of a tensor the same largest element, and their product what it was. */
    function balance({ s }: TensorRun, i: number): void {
      const { axes, diagonalAt } = shaped[i] as (typeof shaped)[number];
      if (axes.length < 2) return;
      const places = axes.map((axis, a) => {
        const at = factor(s, axis) ?? (s[1] as number) + (diagonalAt[a] as number) * 4;
        const n = axis.offset === undefined ? axis.size : axis.size * axis.size;
        return { at, n, norm: kernels.maxAbs(at, n) };
      });
      const mean = pow(
        places.reduce((product, { norm }) => product * norm, 1),
        1 / places.length,
      );
      for (const { at, n, norm } of places) kernels.scale(at, n, mean / norm);
    }

    return (t, rate, scale) => {
      const probability = o.updateProbability ?? Math.min(1, Math.max(0.03, exp(-0.001 * (t - 501))));
      state.waited++;
      const isDue = state.waited >= 1 / probability;
      if (isDue) {
        state.waited = 0;
        state.fits++;
      }
      const correction = 1 / (1 - pow(o.momentum, t));
      tensors.forEach((tensor, i) => {
        const { p, g, s, n } = tensor;
        const m = s[0] as number;
        if (t === 1) begin(tensor, i);
        copyScaled(kernels, g, scaled, n, scale);
        kernels.axpby(scaled, m, n, 1 - o.momentum, o.momentum);
        copyScaled(kernels, m, mean, n, correction);
        if (isDue && state.fits % BALANCE_EVERY === 0) balance(tensor, i);
        if (isDue) adapt(tensor, i, o.fitMean ? mean : scaled);
        times(tensor, i, mean, whitened);
        byDiagonals(tensor, i, whitened, false);
        // Q' on the left
        const step = products.times(tensor, (shaped[i] as (typeof shaped)[number]).axes, whitened, (axis) => factor(s, axis));
        const size = Math.sqrt(kernels.sumSquares(step, n) / n);
        if (o.weightDecay > 0) kernels.axpy(p, p, n, -rate * o.weightDecay);
        kernels.axpy(step, p, n, -rate * Math.min(1, LARGEST_STEP / (size + 1e-8)));
      });
    };
  },
};

/**
 * PSGD Kron: the mean gradient times a preconditioner that is fitted as the run goes, one triangular matrix for each axis of a tensor: what makes gradients as
 * large in every direction, whether the curvature is positive or not. Fewer steps than Adam on what is ill-conditioned.
 *
 * m = momentum m + (1 - momentum) g; h = m / (1 - momentum^t); u = Q' Q h along each axis, made shorter where its root mean square is over 1.1;
 * p = p (1 - learningRate weightDecay) - learningRate u. A fit, made by a share updateProbability of the updates: A = Q h (g without fitMean), B = the inverse of Q' times random
 * signs; for each axis, A and B with this axis first: Q -= preconditionerRate (upper triangle of A A' - B B') Q / |A A' + B B'|, with a lower bound of the spectral norm (of a diagonal its largest element).
 * After each 100 fits the factors get the same largest element. Axes of length 1, those longer than maxPreconditionSize and, without precondition1d, vectors have diagonals.
 *
 * Agrees with timm's Kron, defaults included, given the same probes, which are normal numbers there, and with balancing, which comes at random there. The default rate is 1e-3.
 *
 * Li, Preconditioned stochastic gradient descent, 2018; Pooladzandi and Li, Curvature-informed SGD via general purpose Lie-group preconditioners, 2024.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * kron({ learningRate: 1e-3, weightDecay: 0.01, groups: [{ match: "embedding.*", diagonals: "longest" }] })
 */
export function kron(options: KronOptions = {}): DescribedOptimizer<KronOptions> {
  return make(kronRule, options);
}
