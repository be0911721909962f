import { cos, log, pow } from "../../numerics/math.js";
import { Random } from "../../numerics/random.js";
import { integer, number } from "../../options/options.js";
import { placeOf } from "../order.js";
import { membersOf, type WrappedOptimizer, type Wrapper, type Wrapping, wrap } from "../wrapper.js";

export interface GradientNoiseOptions extends Wrapping {
  /** The variance of the noise in the first update, greater than 0. Default 0.01. */
  variance?: number;
  /** The power of t with which the variance falls, at least 0. Default 0.55. */
  decay?: number;
  /** Of the noise, an integer. Default 1. */
  seed?: number;
}

export const gradientNoiseWrapper: Wrapper<Required<GradientNoiseOptions>> = {
  kind: "gradientNoise",
  fields: { variance: number(0.01, { above: 0 }), decay: number(0.55, { min: 0 }), seed: integer(1) },
  around(rule, { variance, decay, seed }) {
    return {
      ...rule,
      bind(binding) {
        const members = membersOf(rule, binding);
        const step = rule.bind(binding);
        return (t, rate, scale, ...rest) => {
          // what is added is not scaled with the gradient
          const deviation = Math.sqrt(variance / pow(t, decay)) / Math.abs(scale);
          for (const { tensors, floats } of members) {
            for (const tensor of tensors) {
              const { name, g, n } = tensor;
              const [random, place, gradient] = [new Random(seed, "noise", name, t), placeOf(tensor), floats(g, n)];
              for (let k = 0; k < n; k++) gradient[place(k)] = (gradient[place(k)] as number) + deviation * normal(random);
            }
          }
          step(t, rate, scale, ...rest);
        };
      },
    };
  },
};

/** A normal number, of two uniform ones (Box and Muller 1958). */
function normal(random: Random): number {
  const size = Math.sqrt(-2 * log(1 - random.uniform()));
  return size * cos(2 * Math.PI * random.uniform());
}

/**
 * Gradient noise: normal noise that fades is added to the gradient, before another optimizer steps by it. Helps deep networks out of bad starts; around `sgd` it is
 * Langevin dynamics with a falling temperature.
 *
 * g = g + N(0, variance / t^decay), each element by itself, after clipping; the gradients are changed in place. The noise of an update follows from seed, t and the name of the tensor, so that a
 * run that is resumed draws the same.
 *
 * Agrees with Optax's add_noise, and around `sgd` with its noisy_sgd, given the same normal numbers.
 *
 * Neelakantan et al., Adding gradient noise improves learning for very deep networks, 2015.
 *
 * @throws OptionError for an unknown option, a value out of range, or an optimizer that takes gradients of its own (`lbfgs`).
 * @example
 * gradientNoise({ optimizer: sgd({ learningRate: 0.01 }), variance: 0.01, seed: 3 })
 */
export function gradientNoise(options: GradientNoiseOptions): WrappedOptimizer<GradientNoiseOptions> {
  return wrap(gradientNoiseWrapper, options);
}
