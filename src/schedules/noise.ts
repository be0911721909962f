import { cos, log } from "../numerics/math.js";
import { Random } from "../numerics/random.js";
import { OptionError } from "../options/errors.js";
import { integer, number, oneOf, optional } from "../options/options.js";
import { type Described, describe, evaluate, make, type Rule, type Schedule, schedule } from "./schedule.js";

export interface NoiseOptions {
  schedule: Schedule;
  distribution?: "normal" | "uniform";
  deviation?: number;
  limit?: number;
  begin?: number;
  until?: number | undefined;
  seed?: number;
}

/**
 * Seeded noise on any schedule:
 *
 *     schedule(step) * (1 + noise(seed, step))   for begin <= step < until
 *
 * where noise is normal with the given deviation, drawn again until it is within +-limit, or uniform within +-limit. The noise of a step
 * depends on the seed and that step alone.
 *
 * @param options.schedule any
 * @param options.distribution default "normal", or "uniform"
 * @param options.deviation default 1, greater than 0, at most 100 times limit, of "normal"
 * @param options.limit default 0.67, greater than 0, at most 1
 * @param options.begin default 0: the first step with noise
 * @param options.until the first step without again. Left out: never
 * @param options.seed default 42
 * @throws OptionError
 *
 * timm's `noise_range_t`, `noise_pct`, `noise_std`, `noise_seed`: the same distributions, not the same numbers, which are torch's.
 * @example noise({ schedule: cosine({ rate: 0.1, steps: 1000 }), limit: 0.2 })
 */
export function noise(options: NoiseOptions): Described<NoiseOptions> {
  return make(noiseRule, options);
}

export const noiseRule: Rule<NoiseOptions> = {
  kind: "noise",
  fields: {
    schedule: schedule(),
    distribution: oneOf("normal", ["normal", "uniform"]),
    deviation: number(1, { above: 0 }),
    limit: number(0.67, { above: 0, max: 1 }),
    begin: integer(0, { min: 0 }),
    until: optional(integer(undefined, { min: 0 })),
    seed: integer(42),
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
  describe: (s) => `${describe(s.schedule)}, with ${s.distribution} noise within ${s.limit} of it`,
};

function draw(s: Described<NoiseOptions>, random: Random): number {
  if (s.distribution === "uniform") return (2 * random.uniform() - 1) * s.limit;
  for (;;) {
    // Box and Muller; 1 - uniform is never 0
    const noise = s.deviation * Math.sqrt(-2 * log(1 - random.uniform())) * cos(2 * Math.PI * random.uniform());
    if (Math.abs(noise) < s.limit) return noise;
  }
}
