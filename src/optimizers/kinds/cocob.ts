import { addKernels } from "../../engine/parts.js";
import { cocobKernels } from "../../generated/parts/cocob.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface CocobOptions extends CommonOptions<CocobOptions> {
  /** Bounds the first bets: a parameter moves by at most about 1 / alpha in the first update; greater than 0. Default 100. */
  alpha?: Scheduled;
  /** The least value taken for the largest gradient of an element, at least 1e-18, whose square float32 holds. Default 1e-8. */
  epsilon?: Scheduled;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const cocobRule: Rule<CocobOptions> = {
  kind: "cocob",
  learningRate: 1,
  traits: ["setsValues"],
  fields: {
    alpha: scheduled(100, { above: 0 }),
    epsilon: scheduled(1e-8, { min: 1e-18 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["sum", "largest", "sizes", "reward", "start"],
  squares: () => ({ decays: {}, coupled: true }),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, cocobKernels);
    return (t, rate, scale) => {
      for (const { p, g, s, n } of runs) {
        const [c, l, a, r, start] = s as [number, number, number, number, number];
        if (t === 1) kernels.copy(p, start, n);
        kernels.cocob(p, g, c, l, a, r, start, n, o.alpha, o.epsilon, rate * o.weightDecay, rate * scale);
      }
    };
  },
};

/**
 * COCOB, continuous coin betting: every parameter bets a share of what it has won so far on the sign of its next gradient; there is no rate.
 *
 * With g the gradient plus weightDecay p, times learningRate: L = max(L, |g|), at least epsilon; G += |g|; R = max(R - g (p - start), 0); C -= g;
 * p = start + C / (L max(G + L, alpha L)) (L + R).
 *
 * `learningRate` (default 1) scales the gradients, which hardly matters: leave it.
 *
 * Agrees with Optax's cocob.
 *
 * Orabona and Tommasi, Training deep networks without learning rates through coin betting, 2017, algorithm 2.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * cocob({ alpha: 100 })
 */
export function cocob(options: CocobOptions = {}): DescribedOptimizer<CocobOptions> {
  return make(cocobRule, options);
}
