import { OptionError } from "../options/errors.js";
import { type Field, list, readOptions } from "../options/options.js";
import { isPlateau } from "../schedules/plateau.js";
import type { ScheduleDescription } from "../schedules/schedule.js";
import { type CommonOptions, type DescribedOptimizer, make, type OptimizerPart, pattern, type Rule, ruleOf } from "./rule.js";
import { optimizer, unwrap } from "./wrapper.js";

export interface PartitionOptions extends Omit<CommonOptions<PartitionOptions>, "groups"> {
  /** The optimizer of each part of the tensors, by name; the first part that matches a tensor takes it, and one must. */
  parts: readonly OptimizerPart[];
}

/** An optimizer in which nothing is set that concerns all tensors. */
const part: Field<OptimizerPart["optimizer"]> = {
  fallback: undefined,
  read(value, path) {
    const description = optimizer.read(value, path);
    const { core, layers } = unwrap(description);
    const refuse = (because: string): never => {
      throw new OptionError(path, value, `cannot be ${description.kind}: ${because}`);
    };
    if (core.kind === "partition") refuse("its parts can stand here themselves");
    const everywhere = layers.find(({ wrapper }) => wrapper.compute !== undefined);
    if (everywhere !== undefined) refuse(`${everywhere.wrapper.kind} takes gradients for all tensors together: put it around partition`);
    if (ruleOf(core).traits?.includes("movesAllTogether")) refuse("it moves all tensors together");
    const { clipNorm, clipValue, accumulate, maximize, guard } = core;
    const common = { clipNorm, clipValue, accumulate: accumulate === 1 ? undefined : accumulate, maximize: maximize || undefined, guard };
    const set = Object.entries(common).find(([, given]) => given !== undefined);
    if (set !== undefined)
      throw new OptionError(`${path}.${set[0]}`, set[1], "cannot be set in a part: it holds for all tensors, give it to partition");
    return description;
  },
};

const parts: Field<readonly OptimizerPart[]> & { isParts: true } = {
  ...list<OptimizerPart>(
    undefined,
    { fallback: undefined, read: (value, path) => readOptions<OptimizerPart>(path, value, { match: pattern, optimizer: part }) },
    1,
  ),
  isParts: true,
};

export const partitionRule: Rule<PartitionOptions> = {
  kind: "partition",
  learningRate: 1,
  fields: { parts },
  check({ learningRate, groups }, path) {
    if (isPlateau(learningRate as ScheduleDescription))
      throw new OptionError(`${path}.learningRate`, learningRate, "must be a number or a schedule: the rates of parts can watch a metric");
    if (groups.length > 0) throw new OptionError(`${path}.groups`, groups, "cannot be set: each part can have groups of its own");
  },
  parts: ({ parts }) => parts,
  // all tensors are those of parts
  slots: () => [],
  bind: () => () => {},
};

/**
 * Partition: another optimizer for each part of the tensors, by name: one `step()`, one state, one checkpoint.
 *
 * A tensor goes to the first part whose `match` fits its name; a last part with `"*"` takes the rest. Each part has an optimizer of its own
 * with its rate, schedules, groups and wrappers, and steps as it would alone. `learningRate` is a factor on the rates of all parts, 1 unless it
 * is set: a schedule there is one for all. Clipping (by the norm over all parts), `accumulate`, `maximize` and `guard` are partition's own.
 * `optimizer.learningRate` tells the rate of the last part.
 *
 * Agrees with Optax's partition, bit by bit with each optimizer on its tensors alone. Keras's OptimizerMap and heavyball's SplitOpt are the same idea. There is no state beside that of the parts.
 *
 * DeepMind et al., The DeepMind JAX ecosystem, 2020 (Optax's partition, once multi_transform).
 *
 * @throws OptionError for an unknown option, a value out of range, a part that is itself a partition, that moves all tensors together (`lbfgs`) or has
 *   gradients of its own (`sam`: put it around partition), or that sets what partition sets; and from `new Optimizer` for a part that no tensor fits and a tensor that fits no part.
 * @example
 * partition({
 *   learningRate: warmup({ steps: 100, then: cosine({ rate: 1, steps: 2000 }) }),
 *   parts: [
 *     { match: "hidden*.weight", optimizer: muon({ learningRate: 0.02 }) },
 *     { match: "*", optimizer: adamw({ learningRate: 1e-3 }) },
 *   ],
 * })
 */
export function partition(options: PartitionOptions): DescribedOptimizer<PartitionOptions> {
  return make(partitionRule, options);
}
