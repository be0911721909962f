import { boolean, integer, number, optional } from "../../options/options.js";
import type { AnyOptions, Binding, Run } from "../rule.js";
import { type WrappedOptimizer, type Wrapper, type Wrapping, withoutLastSlot, withSlot, wrap } from "../wrapper.js";

export interface EmaNesterovOptions extends Wrapping {
  /** How far ahead gradients are taken, in mean steps; at least 0. Default 0.5. */
  ahead?: number;
  /** The weight of the mean step before an update, in [0, 1). Default 0.99. */
  decay?: number;
  /** Updates at the start whose gradients are taken at the values themselves, a whole number. Default 0. */
  warmupSteps?: number;
  /** The update from which gradients are taken at the values themselves again, a positive integer. Default: none. */
  restStep?: number;
  /** Let `ahead` fall with the learning rate: times the rate over the highest so far. Default true. */
  followRate?: boolean;
}

const MEAN_STEP = "meanStep";

type Own = Required<Omit<EmaNesterovOptions, "restStep">> & Pick<EmaNesterovOptions, "restStep">;

export const emaNesterovWrapper: Wrapper<Own> = {
  kind: "emaNesterov",
  fields: {
    ahead: number(0.5, { min: 0 }),
    decay: number(0.99, { min: 0, below: 1 }),
    warmupSteps: integer(0, { min: 0 }),
    restStep: optional(integer(undefined, { min: 1 })),
    followRate: boolean(true),
  },
  around(rule, { ahead, decay, warmupSteps, restStep = Number.POSITIVE_INFINITY, followRate }) {
    const mean = ({ s }: Run) => s.at(-1) as number;
    return {
      ...withSlot(rule, "emaNesterov", MEAN_STEP),
      // a mean step cannot begin as the values do
      late: rule.late ?? { slots: [], scalars: () => ({}) },
      traits: [...(rule.traits ?? []), "readsValues", "setsValues"],
      scalars: (options, tensors) => ({ ...rule.scalars?.(options, tensors), ahead: 0, highest: 0 }),
      bind(binding: Binding<AnyOptions>) {
        const { kernels, runs } = binding;
        const state = binding.scalars as { ahead: number; highest: number };
        const step = rule.bind(withoutLastSlot(rule, binding));
        const kept = runs.map(({ n }) => binding.scratch(n));
        return (t, rate, ...rest) => {
          runs.forEach(({ p, n }, i) => {
            kernels.copy(p, kept[i] as number, n);
          });
          step(t, rate, ...rest);
          state.highest = Math.max(state.highest, rate);
          const before = state.ahead;
          const isAhead = t >= warmupSteps && t < restStep - 1;
          const share = followRate ? (state.highest === 0 ? 0 : rate / state.highest) : 1;
          state.ahead = isAhead ? ahead * share : 0;
          runs.forEach((run, i) => {
            const [{ p, n }, m, d] = [run, mean(run), kept[i] as number];
            // the step from where the values are, and not from where the gradient was: d + before m
            kernels.axpby(p, d, n, 1, -1);
            kernels.axpby(d, m, n, 1 - decay, decay + (1 - decay) * before);
            if (state.ahead > 0) kernels.axpy(m, p, n, state.ahead);
          });
        };
      },
      evaluate({ kernels, runs, scalars }) {
        const { ahead } = scalars as { ahead: number };
        if (ahead > 0) for (const run of runs) kernels.axpy(mean(run), run.p, run.n, -ahead);
      },
    };
  },
};

/**
 * EMA-Nesterov: another optimizer steps from where its mean step leads, and gradients are taken there: Nesterov's acceleration without the noise of the last step.
 *
 * With A the optimizer inside, x the values, m their mean step (0 at first): y = x + b m, where the gradient is taken; x' = A(y); m = decay m + (1 - decay) (x' - x).
 * b is `ahead`, with followRate times the rate of the update before over the highest so far; 0 in the first warmupSteps updates, and from restStep on.
 *
 * The parameters hold y. Evaluate and save x: `optimizer.toEvaluation()`; `step()` then refuses until `toTraining()`.
 *
 * Agrees with the authors' EMA_Nesterov at a constant rate; theirs, which has no default for `ahead` and 0.9 for decay, takes b from the rate of the coming update. No package ships it.
 *
 * Yau et al., EMA-Nesterov: stabilizing Nesterov's lookahead for accelerated deep learning optimization, 2026.
 *
 * @throws OptionError for an unknown option, a value out of range, or an optimizer around which it makes no sense.
 * @example
 * emaNesterov({ optimizer: adamw({ learningRate: 1e-3 }), warmupSteps: 300, restStep: 1700 })
 */
export function emaNesterov(options: EmaNesterovOptions): WrappedOptimizer<EmaNesterovOptions> {
  return wrap(emaNesterovWrapper, options);
}
