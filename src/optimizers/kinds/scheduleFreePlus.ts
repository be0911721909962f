import { addKernels } from "../../engine/parts.js";
import { adamKernels } from "../../generated/parts/adam.js";
import { exp, log, pow, powi } from "../../numerics/math.js";
import { integer, number } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";
import { copyScaled } from "../scaled.js";

export interface ScheduleFreePlusOptions extends CommonOptions<ScheduleFreePlusOptions> {
  /** How near to the average gradients are taken, in (0, 1). Default 0.9. */
  momentum?: number;
  /** The momentum that is come to in annealSteps updates, in (0, 1). Default 0.965. */
  lastMomentum?: number;
  /** Updates over which momentum goes to lastMomentum, a whole number. Default 0: it stays. */
  annealSteps?: number;
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.95. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Decay, taken where the gradient is and times the square of the rate found, so that values such as 20 or 50 are usual; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Decay of the mean of gradients' sizes, in [0, 1). Default 0. */
  sizeDecay?: number;
  /** Updates at the start in which the average is the last iterate, a whole number. Default 0. */
  averageAfter?: number;
  /** Update t weighs t^stepPower in the average; at least 0. Default 0. */
  stepPower?: number;
  /** An update weighs (the highest rate so far)^ratePower in the average; at least 0. Default 2. */
  ratePower?: number;
}

/** The size of a vector of normal numbers over the sum of their absolute values, but for their number. */
const SIZE_OF_SUM = 1.2533141373155003;

interface State {
  size: number;
  highest: number;
  weights: number;
  /** The momentum by which the training values were made. */
  momentum: number;
}

export const scheduleFreePlusRule: Rule<ScheduleFreePlusOptions> = {
  kind: "scheduleFreePlus",
  learningRate: 1,
  needs: "loss",
  shared: ["momentum", "lastMomentum", "annealSteps", "beta1", "beta2", "epsilon", "sizeDecay", "averageAfter", "stepPower", "ratePower"],
  traits: ["setsValues"],
  fields: {
    momentum: number(0.9, { above: 0, below: 1 }),
    lastMomentum: number(0.965, { above: 0, below: 1 }),
    annealSteps: integer(0, { min: 0 }),
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.95, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
    sizeDecay: number(0, { min: 0, below: 1 }),
    averageAfter: integer(0, { min: 0 }),
    stepPower: number(0, { min: 0 }),
    ratePower: number(2, { min: 0 }),
  },
  slots: () => ["base", "mean", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  scalars: ({ momentum }) => ({ size: 0, highest: 0, weights: 0, momentum }),
  bind({ kernels, options: o, groups, scalars, scratch }) {
    addKernels(kernels, adamKernels);
    const state = scalars as unknown as State;
    const vectors = () => groups.map(({ runs }) => runs.map(({ n }) => scratch(n)));
    const [kept, gradients] = [vectors(), vectors()];

    /** On a logarithmic scale of 1 - momentum. */
    function momentumAt(t: number): number {
      if (o.annealSteps === 0) return o.momentum;
      const progress = Math.min((t - 1) / o.annealSteps, 1);
      return 1 - exp(log(1 - o.momentum) * (1 - progress) + log(1 - o.lastMomentum) * progress);
    }

    return (t, _, scale, loss) => {
      const mu = momentumAt(t);
      let [sum, inner] = [0, 0];
      groups.forEach(({ runs }, i) => {
        runs.forEach(({ p, g, s, n }, j) => {
          const [z, d, scaled] = [s[0] as number, kept[i]?.[j] as number, gradients[i]?.[j] as number];
          if (t === 1) kernels.copy(p, z, n);
          copyScaled(kernels, g, scaled, n, scale);
          sum += kernels.sumAbs(scaled, n);
          // z - x is (z - y) / momentum
          kernels.copy(z, d, n);
          kernels.axpy(p, d, n, -1);
          inner += kernels.dot(scaled, d, n) / state.momentum;
        });
      });
      state.size = o.sizeDecay * state.size + (1 - o.sizeDecay) * sum * SIZE_OF_SUM;
      const size = state.size / (1 - pow(o.sizeDecay, t));
      // where all gradients are 0, nothing says how far to go
      const reach = sum > 0 ? Math.max(0, loss + mu * inner) / size : 0;
      const [c1, c2] = [1 - powi(o.beta1, t), 1 / Math.sqrt(1 - powi(o.beta2, t))];
      groups.forEach((group, i) => {
        group.learningRate *= reach;
        if (i === groups.length - 1) state.highest = Math.max(state.highest, group.learningRate);
      });
      let c = 1;
      if (t > o.averageAfter) {
        const weight = pow(t, o.stepPower) * pow(state.highest, o.ratePower);
        state.weights += weight;
        c = state.weights > 0 ? weight / state.weights : 0;
      }
      groups.forEach(({ runs, learningRate: rate, options }, i) => {
        const decay = rate * rate * options.weightDecay;
        runs.forEach(({ p, s, n }, j) => {
          const [z, m, v] = s as [number, number, number];
          const [y, scaled] = [kept[i]?.[j] as number, gradients[i]?.[j] as number];
          kernels.copy(p, y, n);
          // momentum (1 - c) x, in which z stands as it was
          const share = (mu * (1 - c)) / state.momentum;
          // until something has moved, all three are the same
          if (state.highest > 0) kernels.axpby(z, p, n, -share * (1 - state.momentum), share);
          if (decay > 0) kernels.axpy(y, z, n, -decay);
          kernels.adamw(z, scaled, m, v, n, rate / c1, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, c2, o.epsilon, 0, 1);
          if (state.highest > 0) kernels.axpy(z, p, n, 1 - mu * (1 - c));
        });
      });
      state.momentum = mu;
    };
  },
  evaluate({ kernels, runs, scalars }) {
    const { momentum } = scalars as unknown as State;
    for (const { p, s, n } of runs) kernels.axpby(s[0] as number, p, n, 1 - 1 / momentum, 1 / momentum);
  },
};

/**
 * ScheduleFree+: schedule-free AdamW that finds its rate, by the Polyak step from the loss and the size of gradients; for losses whose lowest value is about 0. Needs
 * the loss: `optimizer.step(loss)`.
 *
 * With y the training values, z (starting at y) the iterate of Adam, x the average, b the momentum, g the gradient at y: e = sizeDecay e + (1 - sizeDecay) sqrt(pi / 2)
 * sum |g|, over all tensors; where that sum is 0 the rate is, otherwise rate = learningRate max(0, loss + b <g, z - x>) / (e / (1 - sizeDecay^t)); z = z - rate^2 weightDecay y - rate (m / (1 - beta1^t)) /
 * (sqrt(v / (1 - beta2^t)) + epsilon), m and v as Adam; w = t^stepPower (highest rate)^ratePower; c = w / (sum of w), 1 in the first averageAfter updates;
 * x = (1 - c) x + c z; y = b x + (1 - b) z. b goes from momentum to lastMomentum in annealSteps updates, evenly in the logarithm of 1 - b.
 *
 * The parameters hold y. Evaluate and save x: `optimizer.toEvaluation()`; `step()` then refuses until `toTraining()`. The rate found is `optimizer.learningRate`; the
 * option is a factor on it, 1 unless it is set: a schedule there should only warm up. Of groups, the last one's rate weighs the average.
 *
 * Agrees with the authors' AdamCScheduleFreePlusPaper, defaults included. No package ships it.
 *
 * Defazio, ScheduleFree+: scaling learning-rate-free and schedule-free learning to large language models, 2026.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * const optimizer = new Optimizer(parameters, scheduleFreePlus({ learningRate: warmup({ steps: 100, then: 1 }) }));
 * optimizer.step(0.5);
 * optimizer.toEvaluation();
 */
export function scheduleFreePlus(options: ScheduleFreePlusOptions = {}): DescribedOptimizer<ScheduleFreePlusOptions> {
  return make(scheduleFreePlusRule, options);
}
