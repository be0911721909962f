import { pow } from "../../numerics/math.js";
import { number } from "../../options/options.js";
import { type AnyOptions, type AnyRule, type Binding, type Run, rebind } from "../rule.js";
import { type WrappedOptimizer, type Wrapper, type Wrapping, withSlot, wrap } from "../wrapper.js";

export interface ScheduleFreeOptions extends Wrapping {
  /** How near to the average gradients are taken, in (0, 1). Default 0.9. */
  momentum?: number;
  /** Decoupled decay, taken at the point where the gradient is; at least 0. Default 0. That of the optimizer inside is taken at its own values. */
  weightDecay?: number;
  /** Update t weighs t^stepPower in the average; at least 0. Default 0. */
  stepPower?: number;
  /** An update weighs (the highest rate so far)^ratePower in the average; at least 0. Default 2. */
  ratePower?: number;
}

export interface PrimalAveragingOptions extends Wrapping {
  /** mu_y: how near to the average gradients are taken, in (0, 1]. Default 0.7. */
  momentum?: number;
  /** mu_x: the weight of the average before an update, in [0, 1). Default 0.9967. */
  decay?: number;
}

const BASE = "base";

/** How one update is averaged: `c` is the share of the new iterate, `mu` the share of the average in the training values. */
interface Averaging {
  readonly mu: number;
  /** Decoupled decay at the training values. */
  readonly weightDecay: number;
  share(t: number, rate: number, scalars: Record<string, number>): number;
}

/**
 * The rule that steps values of its own, z, by gradients taken at y = mu x + (1 - mu) z, x the average that is evaluated. The parameters hold y;
 * x is not stored: it is y + (1 - 1 / mu) (z - y).
 */
function averaged(kind: string, rule: AnyRule, scalars: Record<string, number>, { mu, weightDecay, share }: Averaging): AnyRule {
  const base = ({ s }: Run) => s.at(-1) as number;
  const extended = withSlot(rule, kind, BASE);
  return {
    ...extended,
    traits: [...(rule.traits ?? []), "readsValues", "setsValues"],
    scalars: (options, tensors) => ({ ...rule.scalars?.(options, tensors), ...scalars }),
    late: { slots: extended.late?.slots ?? [], scalars: (t) => ({ ...extended.late?.scalars(t), ...scalars }) },
    bind(binding: Binding<AnyOptions>) {
      const { kernels, runs } = binding;
      const step = rule.bind(rebind(binding, (run) => ({ ...run, p: base(run), s: run.s.slice(0, -1) })));
      return (t, rate, ...rest) => {
        const c = share(t, rate, binding.scalars);
        for (const run of runs) {
          const [{ p, n }, z] = [run, base(run)];
          if (t === 1) kernels.copy(p, z, n);
          // mu (1 - c) x, in which z stands as it was before the step
          const decay = rate * weightDecay;
          if (decay > 0) {
            kernels.axpy(p, z, n, -decay);
            kernels.axpy(p, p, n, -decay * (1 - mu));
          }
          kernels.axpby(z, p, n, -(1 - c) * (1 - mu), 1 - c);
        }
        step(t, rate, ...rest);
        for (const run of runs) kernels.axpy(base(run), run.p, run.n, 1 - mu * (1 - c));
      };
    },
    evaluate({ kernels, runs }) {
      for (const run of runs) kernels.axpby(base(run), run.p, run.n, 1 - 1 / mu, 1 / mu);
    },
  };
}

export const scheduleFreeWrapper: Wrapper<Required<ScheduleFreeOptions>> = {
  kind: "scheduleFree",
  fields: {
    momentum: number(0.9, { above: 0, below: 1 }),
    weightDecay: number(0, { min: 0 }),
    stepPower: number(0, { min: 0 }),
    ratePower: number(2, { min: 0 }),
  },
  around: (rule, { momentum, weightDecay, stepPower, ratePower }) =>
    averaged(
      "scheduleFree",
      rule,
      { highest: 0, weights: 0 },
      {
        mu: momentum,
        weightDecay,
        share(t, rate, scalars) {
          const state = scalars as { highest: number; weights: number };
          state.highest = Math.max(state.highest, rate);
          const weight = pow(t, stepPower) * pow(state.highest, ratePower);
          state.weights += weight;
          return state.weights === 0 ? 0 : weight / state.weights;
        },
      },
    ),
};

export const primalAveragingWrapper: Wrapper<Required<PrimalAveragingOptions>> = {
  kind: "primalAveraging",
  fields: { momentum: number(0.7, { above: 0, max: 1 }), decay: number(0.9967, { min: 0, below: 1 }) },
  around: (rule, { momentum, decay }) => averaged("primalAveraging", rule, {}, { mu: momentum, weightDecay: 0, share: () => 1 - decay }),
};

/**
 * Schedule-free learning around any optimizer: it needs no falling rate, because what is evaluated is an average of its values; gradients are
 * taken between the two.
 *
 * With y the training values, z (starting at y) those of the optimizer inside, x the average: z = z - learningRate weightDecay y, and a step of the
 * optimizer inside by the gradient at y; w = t^stepPower (highest rate)^ratePower; c = w / (sum of w); x = (1 - c) x + c z; y = momentum x + (1 -
 * momentum) z. The optimizer inside can do without momentum of its own.
 *
 * The parameters hold y. Evaluate and save x: `optimizer.toEvaluation()`; `step()` then refuses until `toTraining()`. Each group has averaging weights
 * of its own. `scheduleFreeSgd`, `scheduleFreeAdamw` and `scheduleFreeRadam` are faster where they are what is wanted.
 *
 * Agrees with the authors' schedulefree (ScheduleFreeWrapper) and pytorch_optimizer's; Optax's schedule_free has no decay of its own.
 *
 * Defazio et al., The road less scheduled, 2024.
 *
 * @throws OptionError for an unknown option, a value out of range, or an optimizer around which it makes no sense.
 * @example
 * scheduleFree({ optimizer: rmsprop({ learningRate: 2.5e-3 }), weightDecay: 0.1 })
 */
export function scheduleFree(options: ScheduleFreeOptions): WrappedOptimizer<ScheduleFreeOptions> {
  return wrap(scheduleFreeWrapper, options);
}

/**
 * Generalized primal averaging: another optimizer steps values of its own, by gradients taken between these and their moving average, which is what is
 * evaluated. Around `adamw` it is GPA-AdamW.
 *
 * With y the training values, z (starting at y) those of the optimizer inside, x the average: a step of z by the gradient at y; x = decay x + (1 - decay)
 * z; y = momentum x + (1 - momentum) z. The paper's mu_y is `momentum`, its mu_x `decay`: the nearer to 1, the longer the average, so that it should fit the length of the run.
 *
 * The parameters hold y. Evaluate and save x: `optimizer.toEvaluation()`; `step()` then refuses until `toTraining()`.
 *
 * The paper's algorithm, in which x is as it was when z decays; the authors' GPAAdamW (defaults included) moves x by decay of z too. No package ships it.
 *
 * Defazio, Mishchenko, Raman, Shi, Xiao, Smoothing DiLoCo with primal averaging for faster training of LLMs, 2025.
 *
 * @throws OptionError for an unknown option, a value out of range, or an optimizer around which it makes no sense.
 * @example
 * primalAveraging({ optimizer: adamw({ learningRate: 1e-3, weightDecay: 0.1 }), decay: 0.99 })
 */
export function primalAveraging(options: PrimalAveragingOptions): WrappedOptimizer<PrimalAveragingOptions> {
  return wrap(primalAveragingWrapper, options);
}
