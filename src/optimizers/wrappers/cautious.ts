import { addKernels } from "../../engine/parts.js";
import { cautiousKernels } from "../../generated/parts/cautious.js";
import { opposingKernels } from "../../generated/parts/opposing.js";
import { apart } from "../apart.js";
import { type WrappedOptimizer, type Wrapper, type Wrapping, wrap } from "../wrapper.js";

export interface CautiousOptions extends Wrapping {}

export const cautiousWrapper: Wrapper<CautiousOptions> = {
  kind: "cautious",
  fields: {},
  around(rule) {
    return {
      ...rule,
      kind: "cautious",
      bind(binding) {
        const { kernels } = binding;
        addKernels(kernels, cautiousKernels, opposingKernels);
        const { places, step, decay } = apart(rule, binding);
        return (t, rate, scale, ...rest) => {
          step(t, rate, scale, ...rest);
          const { kept, shrink } = decay(rate);
          for (const { p, g, n, d } of places) {
            const share = kernels.opposing(d, g, n, scale) / n;
            kernels.cautious(p, g, d, n, kept / Math.max(share, 1e-3), shrink, scale);
          }
        };
      },
    };
  },
};

/**
 * Cautious steps: of another optimizer's step only the elements that go against the gradient are taken, scaled up for those left out. A
 * one-line change that speeds up momentum methods.
 *
 * With d the step of the optimizer inside without its weight decay, for each tensor: mask = 1 where d and -g have the same sign, else 0; p
 * = p - learningRate weightDecay p + d mask / max(mean of mask, 1e-3), around laprop with d (1 - learningRate weightDecay) in place of d. Weight decay is decoupled and not masked, whatever the optimizer
 * inside does with it.
 *
 * Agrees with timm's optimizers with caution (cadamw, clion, csgdw, ...).
 *
 * Liang et al., Cautious optimizers: improving training with one line of code, 2024.
 *
 * @throws OptionError for an unknown option, or an optimizer whose step depends on the values (`lamb`, `lars`, `adafactor`, averages and
 *   Lookahead: put these outside) or that finds its rate by itself.
 * @example
 * cautious({ optimizer: adamw({ learningRate: 1e-3, weightDecay: 0.1 }) })
 */
export function cautious(options: CautiousOptions): WrappedOptimizer<CautiousOptions> {
  return wrap(cautiousWrapper, options);
}
