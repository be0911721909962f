import { log, pow } from "../../numerics/math.js";
import { integer, number, oneOf, optional } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { end, rate } from "../shared/fields.js";
import { halfWave } from "../shared/waves.js";

/** Options of `warmRestarts`. */
export interface WarmRestartsOptions {
  /** Learning rate at the start of the first cycle: at least 0. */
  rate: number;
  /** Learning rate at the end of a cycle: at least 0. Default 0. */
  end?: number;
  /** Optimizer updates in the first cycle: at least 0, not necessarily whole. With 0 there is no cycle, and the rate is `end`. */
  steps: number;
  /** Length of a cycle in terms of the one before: at least 1. Default 1 (PyTorch; Keras 2). */
  growth?: number;
  /** Height of a cycle in terms of the one before: at least 0. Default 1. */
  decay?: number;
  /** Whether the height over `end` decays, as in Keras, or the "peak" itself, rate * decay^i, as in timm. Default "height". */
  decays?: "height" | "peak";
  /** Number of cycles, after which the rate is `end`: a whole number, at least 1. Default: they never end. */
  cycles?: number | undefined;
}

/**
 * Cosines one after the other, each starting from the top:
 *
 *     end + (peak(i) - end) * (1 + cos(pi * t / T(i))) / 2
 *
 * where cycle i = 0, 1, ... lasts T(i) = steps * growth^i, t is the step within it, and peak(i) is end + (rate - end) * decay^i.
 *
 * @throws OptionError
 *
 * Loshchilov and Hutter, SGDR (2017); PyTorch's CosineAnnealingWarmRestarts, Keras's CosineDecayRestarts.
 * @example warmRestarts({ rate: 0.1, steps: 100, growth: 2, decay: 0.8 })
 */
export function warmRestarts(options: WarmRestartsOptions): DescribedSchedule<WarmRestartsOptions> {
  return make(warmRestartsRule, options);
}

export const warmRestartsRule: ScheduleRule<WarmRestartsOptions> = {
  kind: "warmRestarts",
  fields: {
    rate,
    end,
    steps: number(undefined, { min: 0 }),
    growth: number(1, { min: 1 }),
    decay: number(1, { min: 0 }),
    decays: oneOf("height", ["height", "peak"]),
    cycles: optional(integer(undefined, { min: 1 })),
  },
  evaluate(s, step) {
    if (s.steps === 0) return s.end;
    let cycle = s.growth === 1 ? Math.floor(step / s.steps) : Math.floor(log(1 + (step / s.steps) * (s.growth - 1)) / log(s.growth));
    // Rounding may put a step next to a restart into the wrong cycle; the cycle's own start decides.
    if (step < startOf(s, cycle)) cycle--;
    else if (step >= startOf(s, cycle + 1)) cycle++;
    if (s.cycles !== undefined && cycle >= s.cycles) return s.end;

    const phase = (step - startOf(s, cycle)) / (s.steps * pow(s.growth, cycle));
    const fade = s.decay === 1 ? 1 : pow(s.decay, cycle);
    const height = s.decays === "height" ? (s.rate - s.end) * fade : s.rate * fade - s.end;
    return s.end + height * halfWave(phase);
  },
  describe: (s) =>
    `cosines from ${s.rate} to ${s.end}, ${s.cycles === undefined ? "restarting" : `${s.cycles} of them, the first`} after ${s.steps} steps` +
    `${s.growth === 1 ? "" : `, each ${s.growth} times as long as the one before`}${s.decay === 1 ? "" : `, its ${s.decays} times ${s.decay}`}`,
};

function startOf(s: { steps: number; growth: number }, cycle: number): number {
  return s.growth === 1 ? s.steps * cycle : (s.steps * (pow(s.growth, cycle) - 1)) / (s.growth - 1);
}
