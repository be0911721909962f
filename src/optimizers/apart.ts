import { type AnyOptions, type AnyRule, type Binding, rebind, type Step, type TensorRun } from "./rule.js";

/** A tensor, and where the step that was made for it stands. */
export interface Place extends TensorRun {
  readonly d: number;
}

/** The steps of a rule, made apart from the values. */
export interface Apart {
  readonly places: readonly Place[];
  /** Makes the step from zeros, which leaves the step itself there, exactly and without weight decay. */
  readonly step: Step;
  /** The factor by which weight decay shrinks the step too, and by which it shrinks the values. */
  decay(rate: number): { readonly kept: number; readonly shrink: number };
}

/** A rule bound such that it leaves its steps beside the values: for those whose step does not depend on them. */
export function apart(rule: AnyRule, binding: Binding<AnyOptions>): Apart {
  const { kernels, options, runs, tensors } = binding;
  const decaysSteps = rule.traits?.includes("decaysSteps");
  const own = { ...options };
  if ("weightDecay" in own) own["weightDecay"] = 0;
  const steps = runs.map(({ n }) => binding.scratch(n));
  const elsewhere = (p: number) => {
    const i = runs.findIndex((run) => p >= run.p && p < run.p + run.n * 4);
    return (steps[i] as number) + p - (runs[i] as { p: number }).p;
  };
  const step = rule.bind(rebind(binding, (run) => ({ ...run, p: elsewhere(run.p) }), own));
  return {
    places: tensors.map((tensor) => ({ ...tensor, d: elsewhere(tensor.p) })),
    step(...given) {
      const { weightDecay: _, ...others } = options as { weightDecay?: number };
      Object.assign(own, others);
      runs.forEach(({ n }, i) => {
        kernels.fill(steps[i] as number, n, 0);
      });
      step(...given);
    },
    decay(rate) {
      const shrink = rate * ((options as { weightDecay?: number }).weightDecay ?? 0);
      return { kept: decaysSteps ? 1 - shrink : 1, shrink };
    },
  };
}
