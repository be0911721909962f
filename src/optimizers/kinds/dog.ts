import { addKernels } from "../../engine/parts.js";
import { estimatesKernels } from "../../generated/parts/estimates.js";
import { sgdKernels } from "../../generated/parts/sgd.js";
import { boolean, number, optional } from "../../options/options.js";
import {
  type Binding,
  type CommonOptions,
  type DescribedOptimizer,
  make,
  type Rule,
  type Run,
  type Scheduled,
  scheduled,
} from "../rule.js";

interface AveragingOptions<Own> extends CommonOptions<Own> {
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** How much the average that is evaluated favours late iterates: iterate t weighs about t^averagingPower; at least 0. Default 8. */
  averagingPower?: number;
}

export interface DogOptions extends AveragingOptions<DogOptions> {
  /** The first movement, relative to 1 + |p|, greater than 0. Default 1e-6. */
  relativeDistance?: number;
  /** Where the sum of squared gradients starts, greater than 0. Default 1e-8. */
  epsilon?: number;
  /** The rate of the first update, in place of relativeDistance; greater than 0. Default: none. */
  initialRate?: number;
  /** A rate for each tensor (LDoG) instead of one for the group. Default false. */
  perTensor?: boolean;
}

export interface DowgOptions extends AveragingOptions<DowgOptions> {
  /** Where the squared distance starts, greater than 0. Default: epsilon. */
  initialSquaredDistance?: number;
  /** Added to the root, greater than 0. Default 1e-4. */
  epsilon?: number;
}

const fields = { weightDecay: scheduled(0, { min: 0 }), averagingPower: number(8, { min: 0 }) };

/** Steps at `rate` and takes the new values into the average of update t. */
function step(
  { kernels, options: o }: Binding<{ weightDecay?: Scheduled; averagingPower?: number }>,
  runs: readonly Run[],
  t: number,
  rate: number,
  scale: number,
) {
  const share = (o.averagingPower + 1) / (o.averagingPower + t);
  for (const { p, g, s, n } of runs) {
    kernels.sgd(p, g, n, rate, o.weightDecay, scale);
    kernels.axpby(p, s[1] as number, n, share, 1 - share);
  }
}

function evaluate({ kernels, runs }: Binding<unknown>): void {
  for (const { p, s, n } of runs) kernels.copy(s[1] as number, p, n);
}

export const dogRule: Rule<DogOptions> = {
  kind: "dog",
  learningRate: 1,
  traits: ["setsValues"],
  fields: {
    ...fields,
    relativeDistance: number(1e-6, { above: 0 }),
    epsilon: number(1e-8, { above: 0 }),
    initialRate: optional(number(undefined, { above: 0 })),
    perTensor: boolean(false),
  },
  slots: () => ["start", "average"],
  scalars: ({ perTensor, epsilon }, tensors) =>
    Object.fromEntries(
      (perTensor ? tensors.map((name) => `:${name}`) : [""]).flatMap((unit) => [
        [`distance${unit}`, 0],
        [`squares${unit}`, epsilon],
      ]),
    ),
  bind(binding) {
    const { kernels, options: o, scalars } = binding;
    addKernels(kernels, estimatesKernels, sgdKernels);
    const initialRate = o.initialRate as number | undefined;
    const units = o.perTensor ? binding.tensors.map((tensor) => [tensor]) : [binding.runs];
    const rates = units.map(() => 0);
    if (o.perTensor) binding.tensorRates = rates;
    const keys = Object.keys(scalars);
    return (t, rate, scale) => {
      for (const [i, runs] of units.entries()) {
        const [distance, squares] = [keys[2 * i] as string, keys[2 * i + 1] as string];
        let moved = 0;
        for (const { p, g, s, n } of runs) {
          const start = s[0] as number;
          moved += t === 1 ? kernels.sumSquares(p, n) : kernels.squaredDistance(p, start, n);
          scalars[squares] = (scalars[squares] as number) + kernels.sumSquaresDecayed(p, g, n, o.weightDecay, scale);
          if (t === 1) kernels.copy(p, start, n);
        }
        if (t > 1) scalars[distance] = Math.max(scalars[distance] as number, Math.sqrt(moved));
        else scalars[distance] = initialRate === undefined ? o.relativeDistance * (1 + Math.sqrt(moved)) : 0;
        const found = (rate * (scalars[distance] as number)) / Math.sqrt(scalars[squares] as number);
        rates[i] = t === 1 && initialRate !== undefined ? initialRate : found;
        step(binding, runs, t, rates[i], scale);
      }
      binding.learningRate = Math.max(...rates);
    };
  },
  evaluate,
};

export const dowgRule: Rule<DowgOptions> = {
  kind: "dowg",
  learningRate: 1,
  shared: ["initialSquaredDistance", "epsilon"],
  traits: ["setsValues"],
  fields: {
    ...fields,
    initialSquaredDistance: optional(number(undefined, { above: 0 })),
    epsilon: number(1e-4, { above: 0 }),
  },
  slots: () => ["start", "average"],
  scalars: ({ initialSquaredDistance, epsilon }) => ({ squaredDistance: initialSquaredDistance ?? epsilon, weightedSquares: 0 }),
  bind({ kernels, options: { epsilon }, groups, scalars }) {
    addKernels(kernels, estimatesKernels, sgdKernels);
    const state = scalars as { squaredDistance: number; weightedSquares: number };
    return (t, _, scale) => {
      let moved = 0;
      let squares = 0;
      for (const { runs, options: o } of groups) {
        for (const { p, g, s, n } of runs) {
          if (t === 1) kernels.copy(p, s[0] as number, n);
          else moved += kernels.squaredDistance(p, s[0] as number, n);
          squares += kernels.sumSquaresDecayed(p, g, n, o.weightDecay, scale);
        }
      }
      state.squaredDistance = Math.max(state.squaredDistance, moved);
      state.weightedSquares += state.squaredDistance * squares;
      const unit = state.squaredDistance / (Math.sqrt(state.weightedSquares) + epsilon);
      for (const group of groups) {
        group.learningRate *= unit;
        step(group, group.runs, t, group.learningRate, scale);
      }
    };
  },
  evaluate,
};

/**
 * DoG, distance over gradients: SGD whose rate is the distance covered so far over the root of the summed squared gradients.
 *
 * With g the gradient plus weightDecay p: r = max(r, |p - start|), r starting at relativeDistance (1 + |start|); G += |g|^2, G starting at
 * epsilon; rate = learningRate r / sqrt(G), in the first update initialRate if given; p -= rate g.
 * The values to evaluate are an average: average += (averagingPower + 1) / (averagingPower + t) (p - average). It matters: the iterates themselves do not
 * settle.
 *
 * `learningRate` (default 1) is a factor on the rate found; `optimizer.learningRate` is that rate, with perTensor the largest
 * (`optimizer.learningRates` has them all). Each group has norms, and so a rate, of its own.
 *
 * Agrees with the authors' dog-optimizer (DoG, perTensor: LDoG, and PolynomialDecayAverager).
 *
 * Ivgi, Hinder and Carmon, DoG is SGD's best friend: a parameter-free dynamic step size schedule, 2023; Shamir and Zhang, 2013 (the average).
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * const optimizer = new Optimizer(parameters, dog());
 * optimizer.step();
 * optimizer.toEvaluation(); // the average is in the parameters now
 * optimizer.toTraining();
 */
export function dog(options: DogOptions = {}): DescribedOptimizer<DogOptions> {
  return make(dogRule, options);
}

/**
 * DoWG, distance over weighted gradients: as DoG, with gradients weighted by the squared distance at their time, so that the rate adapts to
 * smooth problems too.
 *
 * With g the gradient plus weightDecay p: r = max(r, |p - start|^2), r starting at initialSquaredDistance; v += r |g|^2;
 * rate = learningRate r / (sqrt(v) + epsilon); p -= rate g. What is evaluated is the same average as of `dog`.
 *
 * `learningRate` (default 1) is a factor on the rate found; `optimizer.learningRate` is that rate. The groups share it, each with its own factor.
 *
 * Agrees with Optax's dowg, which has no average.
 *
 * Khaled, Mishchenko and Jin, DoWG unleashed: an efficient universal parameter-free gradient descent method, 2023.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * dowg({ averagingPower: 8 })
 */
export function dowg(options: DowgOptions = {}): DescribedOptimizer<DowgOptions> {
  return make(dowgRule, options);
}
