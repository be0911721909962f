import { powi } from "../../numerics/math.js";
import { boolean, integer, number } from "../../options/options.js";
import type { AnyRule, Binding } from "../rule.js";
import { type WrappedOptimizer, type Wrapper, type Wrapping, withSlot, wrap } from "../wrapper.js";

export interface EmaOptions extends Wrapping {
  /** The weight of the average before an update, in [0, 1). Default 0.999. */
  decay?: number;
  /** Start from 0 and divide by 1 - decay^k, instead of starting from the values. Default false. */
  debias?: boolean;
  /** The first update that counts, a positive integer; before it the average is the values. Default 1. */
  start?: number;
}

export interface SwaOptions extends Wrapping {
  /** The first update that counts, a positive integer; before it the average is the values. Default 1. */
  start?: number;
  /** Counts every so many updates, a positive integer: the updates of an epoch, say. Default 1. */
  every?: number;
}

type Resolved<Own> = Required<Own>;

/** The k-th value counts `gain` and the average before it `keep`; `correction` is a factor on the average when it is looked at. */
interface Weights {
  keep: number;
  gain: number;
  correction: number;
}

const AVERAGE = "average";

export const emaWrapper: Wrapper<Resolved<EmaOptions>> = {
  kind: "ema",
  fields: { decay: number(0.999, { min: 0, below: 1 }), debias: boolean(false), start: integer(1, { min: 1 }) },
  around: (rule, { decay, debias, start }) =>
    averaged("ema", rule, (t) => {
      const k = t - start + 1;
      if (k < 1 || (k === 1 && !debias)) return { keep: 0, gain: 1, correction: 1 };
      return { keep: k === 1 ? 0 : decay, gain: 1 - decay, correction: debias ? 1 / (1 - powi(decay, k)) : 1 };
    }),
};

export const swaWrapper: Wrapper<Resolved<SwaOptions>> = {
  kind: "swa",
  fields: { start: integer(1, { min: 1 }), every: integer(1, { min: 1 }) },
  around: (rule, { start, every }) =>
    averaged("swa", rule, (t) => {
      const k = t < start ? 1 : Math.floor((t - start) / every) + 1;
      if (t > start && (t - start) % every !== 0) return { keep: 1, gain: 0, correction: 1 };
      return { keep: 1 - 1 / k, gain: 1 / k, correction: 1 };
    }),
};

/** The rule that keeps, beside its updates, an average of the values to be evaluated. */
function averaged(kind: string, rule: AnyRule, weights: (t: number) => Weights): AnyRule {
  const pointers = ({ s }: { s: readonly number[] }) => s.at(-1) as number;
  const base = withSlot(rule, kind, AVERAGE);
  return {
    ...base,
    scalars: (options, tensors) => ({ ...rule.scalars?.(options, tensors), correction: 1, since: 0 }),
    late: { slots: base.late?.slots ?? [], scalars: (t) => ({ ...base.late?.scalars(t), correction: 1, since: t }) },
    follow(binding: Binding<Record<string, unknown>>) {
      const inner = rule.follow?.(binding);
      const { kernels, runs, scalars } = binding;
      return (t) => {
        inner?.(t);
        const { keep, gain, correction } = weights(t - (scalars["since"] as number));
        scalars["correction"] = correction;
        for (const run of runs) {
          if (keep === 0 && gain === 1) kernels.copy(run.p, pointers(run), run.n);
          else if (gain !== 0) kernels.axpby(run.p, pointers(run), run.n, gain, keep);
        }
      };
    },
    evaluate({ kernels, runs, scalars }) {
      for (const run of runs) {
        kernels.copy(pointers(run), run.p, run.n);
        if (scalars["correction"] !== 1) kernels.scale(run.p, run.n, scalars["correction"] as number);
      }
    },
  };
}

/**
 * Keeps an exponential moving average of the values beside any optimizer: what `toEvaluation()` puts in their place. It is less noisy than
 * the values themselves and usually the better model.
 *
 * average = p at the update `start`, then average = decay average + (1 - decay) p after every update. debias: average starts from 0 and is
 * divided by 1 - decay^k, k the number of updates that count.
 *
 * Agrees with PyTorch's AveragedModel with get_ema_avg_fn, decay included, and with Optax's ema (debias). Keras' use_ema overwrites the
 * values themselves.
 *
 * Polyak and Juditsky, Acceleration of stochastic approximation by averaging, 1992.
 *
 * @throws OptionError for an unknown option, a value out of range, or an optimizer that keeps values of its own to evaluate.
 * @example
 * const optimizer = new Optimizer(parameters, ema({ optimizer: adam({ learningRate: 1e-3 }), decay: 0.99 }));
 * optimizer.step();
 * optimizer.toEvaluation(); // the parameters hold the average
 * optimizer.toTraining();
 */
export function ema(options: EmaOptions): WrappedOptimizer<EmaOptions> {
  return wrap(emaWrapper, options);
}

/**
 * Stochastic weight averaging: keeps the plain mean of the values beside any optimizer, from the update `start` on: what `toEvaluation()`
 * puts in their place. Meant for the last part of a run, with a learning rate that stays high.
 *
 * average = average + (p - average) / k at the updates start, start + every, ..., k counting them from 1.
 *
 * Agrees with PyTorch's AveragedModel with get_swa_avg_fn, where the caller chooses the updates. Its SWALR is a schedule.
 *
 * Izmailov et al., Averaging weights leads to wider optima and better generalization, 2018.
 *
 * @throws OptionError for an unknown option, a value out of range, or an optimizer that keeps values of its own to evaluate.
 * @example
 * swa({ optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }), start: 1000, every: 50 })
 */
export function swa(options: SwaOptions): WrappedOptimizer<SwaOptions> {
  return wrap(swaWrapper, options);
}
