import { apart } from "../apart.js";
import { type WrappedOptimizer, type Wrapper, type Wrapping, wrap } from "../wrapper.js";

export interface HyperballOptions extends Wrapping {}

export const hyperballWrapper: Wrapper<HyperballOptions> = {
  kind: "hyperball",
  fields: {},
  around(rule) {
    return {
      ...rule,
      kind: "hyperball",
      traits: [...(rule.traits ?? []), "readsValues", "setsValues"],
      scalars: (options, tensors) => ({
        ...rule.scalars?.(options, tensors),
        ...Object.fromEntries(tensors.map((name) => [`radius.${name}`, 0])),
      }),
      bind(binding) {
        const { kernels, scalars } = binding;
        const { places, step, decay } = apart(rule, binding);
        return (t, rate, ...rest) => {
          step(t, rate, ...rest);
          const { kept, shrink } = decay(rate);
          for (const { name, p, n, d, shape } of places) {
            const key = `radius.${name}`;
            if (t === 1 && shape.length > 1) scalars[key] = Math.sqrt(kernels.sumSquares(p, n));
            const radius = scalars[key] as number;
            if (radius === 0) {
              if (shrink > 0) kernels.axpy(p, p, n, -shrink);
              kernels.axpy(d, p, n, kept);
              continue;
            }
            const length = Math.sqrt(kernels.sumSquares(d, n));
            if (length > 0) kernels.axpy(d, p, n, (rate * radius) / length);
            const size = Math.sqrt(kernels.sumSquares(p, n));
            if (size > 0) kernels.scale(p, n, radius / size);
          }
        };
      },
    };
  },
};

/**
 * Hyperball: another optimizer gives only the direction; a matrix moves by the learning rate in proportion to its own norm, which stays what it
 * was at the start. Takes the place of weight decay, and lets rates carry over between widths.
 *
 * For each tensor of two axes or more, with R = |p| before the first update and d the step of the optimizer inside without weight decay:
 * p += learningRate R d / |d|; p = R p / |p|. Vectors, scalars and what starts at 0 are stepped as by the optimizer inside, weight decay included.
 *
 * Agrees with heavyball's hyperball_step_ and the authors' AdamH and MuonH. The norms are in the scalar state.
 *
 * Wen et al., Fantastic pretraining optimizers and where to find them 2.1: Hyperball optimization, 2025.
 *
 * @throws OptionError for an unknown option, or an optimizer whose step depends on the values or that finds its rate by itself.
 * @example
 * hyperball({ optimizer: muon({ learningRate: 0.01, fallback: adamw({ learningRate: 1e-3 }) }) })
 */
export function hyperball(options: HyperballOptions): WrappedOptimizer<HyperballOptions> {
  return wrap(hyperballWrapper, options);
}
