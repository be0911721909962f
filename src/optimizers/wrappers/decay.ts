import { addKernels } from "../../engine/parts.js";
import { cautiousDecayKernels } from "../../generated/parts/cautiousDecay.js";
import { number, optional } from "../../options/options.js";
import { apart } from "../apart.js";
import { rebind } from "../rule.js";
import { type WrappedOptimizer, type Wrapper, type Wrapping, wrap } from "../wrapper.js";

export interface CautiousDecayOptions extends Wrapping {}

export interface DecoupledDecayOptions extends Wrapping {}

export interface CorrectedDecayOptions extends Wrapping {
  /** The highest learning rate of the run, greater than 0. Default: the highest that was used so far. */
  peak?: number;
}

export const cautiousDecayWrapper: Wrapper<CautiousDecayOptions> = {
  kind: "cautiousDecay",
  fields: {},
  around(rule) {
    return {
      ...rule,
      kind: "cautiousDecay",
      traits: [...(rule.traits ?? []), "readsValues"],
      bind(binding) {
        const { kernels } = binding;
        addKernels(kernels, cautiousDecayKernels);
        const { places, step, decay } = apart(rule, binding);
        return (t, rate, ...rest) => {
          step(t, rate, ...rest);
          const { kept, shrink } = decay(rate);
          for (const { p, n, d } of places) kernels.cautiousDecay(p, d, n, shrink, 1 - kept);
        };
      },
    };
  },
};

export const decoupledDecayWrapper: Wrapper<DecoupledDecayOptions> = {
  kind: "decoupledDecay",
  fields: {},
  around(rule) {
    return {
      ...rule,
      kind: "decoupledDecay",
      traits: [...(rule.traits ?? []), "readsValues"],
      bind(binding) {
        const { kernels, options, runs } = binding;
        const own = { ...options };
        const step = rule.bind(rebind(binding, (run) => run, own));
        return (t, rate, ...rest) => {
          Object.assign(own, options);
          const decay = (own["weightDecay"] as number | undefined) ?? 0;
          if ("weightDecay" in own) own["weightDecay"] = 0;
          if (decay > 0) for (const { p, n } of runs) kernels.axpy(p, p, n, -rate * decay);
          step(t, rate, ...rest);
        };
      },
    };
  },
};

type Peak = Pick<CorrectedDecayOptions, "optimizer" | "peak">;

export const correctedDecayWrapper: Wrapper<Peak> = {
  kind: "correctedDecay",
  fields: { peak: optional(number(undefined, { above: 0 })) },
  around(rule, { peak }) {
    return {
      ...rule,
      kind: "correctedDecay",
      scalars: (options, tensors) => ({ ...rule.scalars?.(options, tensors), ...(peak === undefined && { peak: 0 }) }),
      bind(binding) {
        const { options, scalars } = binding;
        const own = { ...options };
        const step = rule.bind(rebind(binding, (run) => run, own));
        return (t, rate, ...rest) => {
          if (peak === undefined) scalars["peak"] = Math.max(scalars["peak"] as number, rate);
          const highest = peak ?? (scalars["peak"] as number);
          Object.assign(own, options);
          if ("weightDecay" in own && highest > 0) own["weightDecay"] = ((own["weightDecay"] as number) * rate) / highest;
          step(t, rate, ...rest);
        };
      },
    };
  },
};

/**
 * Cautious weight decay: another optimizer's values decay only where its step does not make them larger: what the loss pulls outwards is left alone.
 *
 * With d the step of the optimizer inside without its weight decay: p += d - learningRate weightDecay p where p and d have not the same
 * sign, p += d elsewhere; around laprop, whose decay shrinks the step too, with p + d in place of p behind weightDecay. The decay is decoupled, whatever the optimizer inside does with it.
 *
 * Agrees with heavyball's cautious_weight_decay, which leaves alone also what has a step of exactly 0 and a sign of its own.
 *
 * Chen et al., Cautious weight decay, 2025.
 *
 * @throws OptionError for an unknown option, or an optimizer without weight decay, whose step depends on the values or that finds its
 *   rate by itself.
 * @example
 * cautiousDecay({ optimizer: adamw({ learningRate: 1e-3, weightDecay: 0.1 }) })
 */
export function cautiousDecay(options: CautiousDecayOptions): WrappedOptimizer<CautiousDecayOptions> {
  return wrap(cautiousDecayWrapper, options);
}

/**
 * Decoupled weight decay for an optimizer that adds it to the gradient: SGDW around `sgd`, and the same of `adagrad`, `adadelta`, `rmsprop` and others.
 *
 * p = p (1 - learningRate weightDecay), then the step of the optimizer inside with a weight decay of 0.
 *
 * Agrees with timm's SGDW, and with Keras, whose weight_decay is of this kind in every optimizer.
 *
 * Loshchilov and Hutter, Decoupled weight decay regularization, 2019.
 *
 * @throws OptionError for an unknown option, or an optimizer without weight decay, that finds its rate by itself, or that sets its values anew.
 * @example
 * decoupledDecay({ optimizer: sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4 }) })
 */
export function decoupledDecay(options: DecoupledDecayOptions): WrappedOptimizer<DecoupledDecayOptions> {
  return wrap(decoupledDecayWrapper, options);
}

/**
 * Corrected weight decay: the decay of another optimizer follows its learning rate, so that layers whose size does not matter turn at a rate
 * that falls with the learning rate, instead of growing gradients towards the end of a run. Around `adamw` it is AdamC.
 *
 * weightDecay learningRate / peak in place of weightDecay: with decoupled decay, p shrinks by weightDecay learningRate^2 / peak.
 *
 * Agrees with timm's corrected_weight_decay and pytorch_optimizer's AdamC (for its normalized layers; a group with weightDecay 0 leaves others out), whose peak is the rate they were made with.
 *
 * Defazio, Why gradients rapidly increase near the end of training, 2025.
 *
 * @throws OptionError for an unknown option, a value out of range, or an optimizer without weight decay or that finds its rate by itself.
 * @example
 * correctedDecay({ optimizer: adamw({ learningRate: cosine({ rate: 1e-3, steps: 2000 }), weightDecay: 0.1 }), peak: 1e-3 })
 */
export function correctedDecay(options: CorrectedDecayOptions): WrappedOptimizer<CorrectedDecayOptions> {
  return wrap(correctedDecayWrapper, options);
}
