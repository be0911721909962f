import { cos, log } from "../../numerics/math.js";
import { Random } from "../../numerics/random.js";
import { OptionError } from "../../options/errors.js";
import { integer, number, oneOf, optional } from "../../options/options.js";
import { type DescribedSchedule, describeSchedule, evaluate, make, type Schedule, type ScheduleRule, schedule } from "../schedule.js";

/** Options of `noisySchedule`. */
export interface NoisyScheduleOptions {
  /** Schedule to which noise is applied. */
  schedule: Schedule;
  /** Distribution of the noise: "normal" or "uniform". Default "normal". */
  distribution?: "normal" | "uniform";
  /** Standard deviation of "normal" noise, in terms of the rate: greater than 0, at most 100 times limit. Default 1. */
  deviation?: number;
  /** Largest noise, in terms of the rate: greater than 0, at most 1. Default 0.67. */
  limit?: number;
  /** First step with noise: a whole number, at least 0. Default 0. */
  begin?: number;
  /** First step without noise again: a whole number, at least 0. Default: never. */
  until?: number | undefined;
  /** Seed of the noise: a whole number. Default 1. */
  seed?: number;
}

/**
 * Seeded noise on any schedule:
 *
 *     schedule(step) * (1 + noisySchedule(seed, step))   for begin <= step < until
 *
 * where noise is normal with the given deviation, drawn again until it is within +-limit, or uniform within +-limit. The noise of a step
 * depends on the seed and that step alone.
 *
 * @throws OptionError
 *
 * timm's `noise_range_t`, `noise_pct`, `noise_std`, `noise_seed`: the same distributions, not the same numbers, which are torch's.
 * @example noisySchedule({ schedule: cosine({ rate: 0.1, steps: 1000 }), limit: 0.2 })
 */
export function noisySchedule(options: NoisyScheduleOptions): DescribedSchedule<NoisyScheduleOptions> {
  return make(noisyScheduleRule, options);
}

export const noisyScheduleRule: ScheduleRule<NoisyScheduleOptions> = {
  kind: "noisySchedule",
  fields: {
    schedule: schedule(),
    distribution: oneOf("normal", ["normal", "uniform"]),
    deviation: number(1, { above: 0 }),
    limit: number(0.67, { above: 0, max: 1 }),
    begin: integer(0, { min: 0 }),
    until: optional(integer(undefined, { min: 0 })),
    seed: integer(1),
  },
  check(s, path) {
    // or drawing again would hardly ever succeed
    if (s.deviation > 100 * s.limit) {
      throw new OptionError(`${path}.deviation`, s.deviation, `must be at most 100 times limit (${s.limit}), got ${s.deviation}`);
    }
  },
  evaluate(s, step, clock) {
    const rate = evaluate(s.schedule, step, clock);
    return step < s.begin || step >= (s.until ?? Infinity) ? rate : rate * (1 + draw(s, new Random(s.seed, "noise", step)));
  },
  describe: (s) => `${describeSchedule(s.schedule)}, with ${s.distribution} noise within ${s.limit} of it`,
};

function draw(s: DescribedSchedule<NoisyScheduleOptions>, random: Random): number {
  if (s.distribution === "uniform") return (2 * random.uniform() - 1) * s.limit;
  for (;;) {
    // Box and Muller; 1 - uniform is never 0
    const noise = s.deviation * Math.sqrt(-2 * log(1 - random.uniform())) * cos(2 * Math.PI * random.uniform());
    if (Math.abs(noise) < s.limit) return noise;
  }
}
