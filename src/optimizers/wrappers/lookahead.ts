import { boolean, integer, number } from "../../options/options.js";
import type { Binding } from "../rule.js";
import { membersOf, type WrappedOptimizer, type Wrapper, type Wrapping, withoutLastSlot, withSlot, wrap } from "../wrapper.js";

export interface LookaheadOptions extends Wrapping {
  /** The number of updates after which the slow values follow, a positive integer. Default 6. */
  syncPeriod?: number;
  /** The part of the way to the fast values that they go then, in (0, 1]. Default 0.5. */
  slowStepSize?: number;
  /** Start the optimizer inside anew then: its state and its count of updates, not its schedules. Default false. */
  resetState?: boolean;
}

const SLOW = "slow";

export const lookaheadWrapper: Wrapper<Required<LookaheadOptions>> = {
  kind: "lookahead",
  fields: { syncPeriod: integer(6, { min: 1 }), slowStepSize: number(0.5, { above: 0, max: 1 }), resetState: boolean(false) },
  around(rule, { syncPeriod, slowStepSize, resetState }) {
    const slow = ({ s }: { s: readonly number[] }) => s.at(-1) as number;

    /** Slots and scalars of the rule inside as they were at the start. */
    function reset({ kernels, tensors, options, scalars }: Binding<Record<string, unknown>>): void {
      Object.assign(
        scalars,
        rule.scalars?.(
          options,
          tensors.map(({ name }) => name),
        ),
      );
      for (const [i, slot] of rule.slots(options).entries()) {
        const value = rule.initial?.(slot, options) ?? 0;
        for (const { s, n, shape } of tensors) {
          const floats = rule.dtype?.(slot, options) === "bfloat16" ? Math.ceil(n / 2) : n;
          const length = rule.lengths?.(slot, shape, options) ?? floats;
          if (length > 0) kernels.fill(s[i] as number, length, value);
        }
      }
    }

    return {
      ...withSlot(rule, "lookahead", SLOW),
      traits: [...(rule.traits ?? []), "readsValues"],
      bind(binding) {
        const { kernels } = binding;
        const step = rule.bind(withoutLastSlot(rule, binding));
        return (t, ...rest) => {
          if (t === 1) for (const { runs } of membersOf(rule, binding)) for (const run of runs) kernels.copy(run.p, slow(run), run.n);
          step(resetState ? ((t - 1) % syncPeriod) + 1 : t, ...rest);
        };
      },
      follow(binding) {
        const { kernels, runs } = binding;
        return (t) => {
          if (t % syncPeriod !== 0) return;
          for (const run of runs) {
            kernels.axpby(run.p, slow(run), run.n, slowStepSize, 1 - slowStepSize);
            kernels.copy(slow(run), run.p, run.n);
          }
          if (resetState) reset(binding);
        };
      },
      evaluate({ kernels, runs }) {
        for (const run of runs) kernels.copy(slow(run), run.p, run.n);
      },
    };
  },
};

/**
 * Lookahead: slow values follow those of another optimizer, which starts again from them every few updates. Steadies what oscillates.
 *
 * slow = p at the start; after every syncPeriod updates slow = slow + slowStepSize (p - slow) and p = slow. `toEvaluation()` shows the
 * slow values.
 *
 * Agrees with Optax's lookahead (which names no defaults; these are timm's). timm starts its slow values at the first synchronization,
 * which then does nothing.
 *
 * Zhang et al., Lookahead optimizer: k steps forward, 1 step back, 2019.
 *
 * @throws OptionError for an unknown option, a value out of range, or an optimizer around which it makes no sense.
 * @example
 * lookahead({ optimizer: adam({ learningRate: 1e-3 }), syncPeriod: 6, slowStepSize: 0.5 })
 */
export function lookahead(options: LookaheadOptions): WrappedOptimizer<LookaheadOptions> {
  return wrap(lookaheadWrapper, options);
}
