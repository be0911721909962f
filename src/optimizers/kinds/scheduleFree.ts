import { addKernels } from "../../engine/parts.js";
import { scheduleFreeKernels } from "../../generated/parts/scheduleFree.js";
import { pow, powi } from "../../numerics/math.js";
import { boolean, integer, number } from "../../options/options.js";
import { type Binding, type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

interface ScheduleFreeOptions<Own> extends CommonOptions<Own> {
  /** Updates over which the rate rises linearly from 0, a whole number. Default 0. */
  warmupSteps?: number;
  /** Update t weighs t^stepPower in the average; at least 0. Default 0. */
  stepPower?: number;
  /** An update weighs (the highest rate so far)^ratePower in the average; at least 0. Default 2. */
  ratePower?: number;
}

export interface ScheduleFreeSgdOptions extends ScheduleFreeOptions<ScheduleFreeSgdOptions> {
  /** How near to the average gradients are taken, in (0, 1). Default 0.9. */
  momentum?: number;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export interface ScheduleFreeAdamwOptions extends ScheduleFreeOptions<ScheduleFreeAdamwOptions> {
  /** How near to the average gradients are taken, in (0, 1). Default 0.9. */
  beta1?: number;
  /** Decay of the mean of squared gradients, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Decoupled decay, taken at the point where the gradient is; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export interface ScheduleFreeRadamOptions
  extends Omit<ScheduleFreeAdamwOptions, "groups" | "warmupSteps">,
    Pick<CommonOptions<ScheduleFreeRadamOptions>, "groups"> {
  /** Leave out the first updates, whose squares cannot be trusted, instead of making them without squares. Default true. */
  silentPhase?: boolean;
}

const fields = {
  warmupSteps: integer(0, { min: 0 }),
  stepPower: number(0, { min: 0 }),
  ratePower: number(2, { min: 0 }),
  weightDecay: scheduled(0, { min: 0 }),
};

const scalars = () => ({ highest: 0, weights: 0 });

type Common = Pick<Required<ScheduleFreeOptions<unknown>>, "warmupSteps" | "stepPower" | "ratePower">;

type ForAverage = Pick<Common, "stepPower" | "ratePower">;

/** Returns the share c of update t in the average. */
function share(binding: Binding<ForAverage>, t: number, rate = binding.learningRate): number {
  const { options: o } = binding;
  const state = binding.scalars as { highest: number; weights: number };
  state.highest = Math.max(state.highest, rate);
  const weight = pow(t, o.stepPower) * pow(state.highest, o.ratePower);
  state.weights += weight;
  return state.weights === 0 ? 0 : weight / state.weights;
}

function warmUp(binding: Binding<Common>, t: number): void {
  const { warmupSteps } = binding.options;
  if (t < warmupSteps) binding.learningRate *= t / warmupSteps;
}

/** x = y + (1 - 1 / beta) (z - y) */
function toAverage({ kernels, runs }: Binding<unknown>, beta: number): void {
  for (const { p, s, n } of runs) kernels.axpby(s[0] as number, p, n, 1 - 1 / beta, 1 / beta);
}

export const scheduleFreeSgdRule: Rule<ScheduleFreeSgdOptions> = {
  kind: "scheduleFreeSgd",
  learningRate: 1,
  traits: ["setsValues"],
  fields: { ...fields, momentum: number(0.9, { above: 0, below: 1 }) },
  slots: () => ["base"],
  scalars,
  bind(binding) {
    const { kernels, options: o, runs } = binding;
    addKernels(kernels, scheduleFreeKernels);
    return (t, _, scale) => {
      warmUp(binding, t);
      const c = share(binding, t);
      const rate = binding.learningRate;
      const look = rate * (o.momentum * (1 - c) - 1);
      for (const { p, g, s, n } of runs) {
        const z = s[0] as number;
        if (t === 1) kernels.copy(p, z, n);
        kernels.scheduleFreeSgd(p, g, z, n, rate, 1 - c, c, look, o.weightDecay, scale);
      }
    };
  },
  evaluate: (binding) => toAverage(binding, binding.options.momentum),
};

export const scheduleFreeAdamwRule: Rule<ScheduleFreeAdamwOptions> = {
  kind: "scheduleFreeAdamw",
  learningRate: 2.5e-3,
  traits: ["setsValues"],
  fields: {
    ...fields,
    beta1: number(0.9, { above: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
  },
  slots: () => ["base", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  scalars,
  bind(binding) {
    const { kernels, options: o, runs } = binding;
    addKernels(kernels, scheduleFreeKernels);
    return (t, _, scale) => {
      warmUp(binding, t);
      const c = share(binding, t);
      const rate = binding.learningRate;
      const look = rate * (o.beta1 * (1 - c) - 1);
      const c2 = 1 / Math.sqrt(1 - powi(o.beta2, t));
      for (const { p, g, s, n } of runs) {
        const [z, v] = s as [number, number];
        if (t === 1) kernels.copy(p, z, n);
        kernels.scheduleFreeAdamw(p, g, z, v, n, rate, 1 - c, c, look, o.beta2, 1 - o.beta2, c2, o.epsilon, o.weightDecay, scale);
      }
    };
  },
  evaluate: (binding) => toAverage(binding, binding.options.beta1),
};

export const scheduleFreeRadamRule: Rule<ScheduleFreeRadamOptions> = {
  kind: "scheduleFreeRadam",
  learningRate: 2.5e-3,
  traits: ["setsValues"],
  fields: {
    stepPower: fields.stepPower,
    ratePower: fields.ratePower,
    weightDecay: fields.weightDecay,
    beta1: number(0.9, { above: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    silentPhase: boolean(true),
  },
  slots: () => ["base", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  scalars,
  bind(binding) {
    const { kernels, options: o, runs } = binding;
    addKernels(kernels, scheduleFreeKernels);
    return (t, given, scale) => {
      const power = powi(o.beta2, t);
      const limit = 2 / (1 - o.beta2) - 1;
      const length = limit - (2 * t * power) / (1 - power);
      const isRectified = length > 4;
      const rectification = Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
      const rate = given * (isRectified ? rectification : o.silentPhase ? 0 : 1);
      const c = share(binding, t, rate);
      const look = rate * (o.beta1 * (1 - c) - 1);
      // until then sqrt(v) 0 + 1 takes the division out
      const c2 = isRectified ? 1 / Math.sqrt(1 - power) : 0;
      const epsilon = isRectified ? o.epsilon : 1;
      for (const { p, g, s, n } of runs) {
        const [z, v] = s as [number, number];
        if (t === 1) kernels.copy(p, z, n);
        kernels.scheduleFreeAdamw(p, g, z, v, n, rate, 1 - c, c, look, o.beta2, 1 - o.beta2, c2, epsilon, o.weightDecay, scale);
      }
    };
  },
  evaluate: (binding) => toAverage(binding, binding.options.beta1),
};

/**
 * Schedule-free SGD: needs no decaying rate, because what is evaluated is an average of the iterates; gradients are taken between the two.
 *
 * With y the training values, z (starting at y) the iterate of plain SGD, x the average, g the gradient at y plus weightDecay y:
 * rate = learningRate min(1, t / warmupSteps); w = t^stepPower (highest rate)^ratePower; c = w / (sum of w); z -= rate g;
 * x = (1 - c) x + c z; y = momentum x + (1 - momentum) z. x is not stored: it is y + (1 - 1 / momentum) (z - y).
 *
 * The parameters hold y. Evaluate and save x: `optimizer.toEvaluation()`; `step()` then refuses until `toTraining()`. Each group has averaging
 * weights of its own. The rate (default 1) is still yours to find; a schedule of it should only warm up.
 *
 * Agrees with the authors' schedulefree (SGDScheduleFree).
 *
 * Defazio et al., The road less scheduled, 2024.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * const optimizer = new Optimizer(parameters, scheduleFreeSgd({ learningRate: 0.5, warmupSteps: 100 }));
 * optimizer.step();
 * optimizer.toEvaluation();
 */
export function scheduleFreeSgd(options: ScheduleFreeSgdOptions = {}): DescribedOptimizer<ScheduleFreeSgdOptions> {
  return make(scheduleFreeSgdRule, options);
}

/**
 * Schedule-free AdamW: as `scheduleFreeSgd`, with the steps of Adam.
 *
 * v = beta2 v + (1 - beta2) g^2; u = g / (sqrt(v / (1 - beta2^t)) + epsilon) + weightDecay y takes the place of g, and beta1 that of momentum.
 *
 * The parameters hold y. Evaluate and save x: `optimizer.toEvaluation()`; `step()` then refuses until `toTraining()`. The default rate is 2.5e-3; a
 * schedule of it should only warm up.
 *
 * Agrees with the authors' schedulefree (AdamWScheduleFree). Keras's ScheduleFreeAdamW weighs all updates alike (ratePower 0).
 *
 * Defazio et al., The road less scheduled, 2024.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * const optimizer = new Optimizer(parameters, scheduleFreeAdamw({ warmupSteps: 100 }));
 * optimizer.step();
 * optimizer.toEvaluation();
 */
export function scheduleFreeAdamw(options: ScheduleFreeAdamwOptions = {}): DescribedOptimizer<ScheduleFreeAdamwOptions> {
  return make(scheduleFreeAdamwRule, options);
}

/**
 * Schedule-free RAdam: as `scheduleFreeAdamw`, which it warms up by itself, by how far its few squares can be trusted.
 *
 * R = 2 / (1 - beta2) - 1; r = R - 2 t beta2^t / (1 - beta2^t). Where r > 4: u as of `scheduleFreeAdamw`, and the rate is learningRate sqrt((r - 4) (r - 2) R /
 * ((R - 4) (R - 2) r)); before that u = g + weightDecay y, and the rate is 0, or learningRate without silentPhase.
 *
 * The parameters hold y. Evaluate and save x: `optimizer.toEvaluation()`; `step()` then refuses until `toTraining()`. `optimizer.learningRate` is the rate without its
 * factor. The default rate is 2.5e-3, and needs no schedule.
 *
 * Agrees with the authors' schedulefree (RAdamScheduleFree), defaults included.
 *
 * Defazio et al., The road less scheduled, 2024; Liu et al., On the variance of the adaptive learning rate and beyond, 2020.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * const optimizer = new Optimizer(parameters, scheduleFreeRadam());
 * optimizer.step();
 * optimizer.toEvaluation();
 */
export function scheduleFreeRadam(options: ScheduleFreeRadamOptions = {}): DescribedOptimizer<ScheduleFreeRadamOptions> {
  return make(scheduleFreeRadamRule, options);
}
