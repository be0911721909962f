import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scheduleRules } from "../../src/generated/scheduleRules.js";
import {
  type Clock,
  clampSchedule,
  constant,
  cosine,
  cyclic,
  describeSchedule,
  exponential,
  initialFactor,
  interpolateRates,
  inverseSqrt,
  inverseTime,
  joinSchedules,
  lambda,
  linear,
  manual,
  multiplicative,
  multiplySchedules,
  multiStep,
  naturalExponential,
  noam,
  noisySchedule,
  oneCycle,
  oneCycleMomentum,
  perEpoch,
  perFraction,
  piecewiseConstant,
  polynomial,
  rateAt,
  ratesBetween,
  repeatSchedule,
  type Schedule,
  scaleSchedule,
  scheduleFromJSON,
  scheduleToJSON,
  shiftSchedule,
  stepDecay,
  tanhDecay,
  timeBased,
  warmRestarts,
  warmup,
  warmupStableDecay,
} from "../../src/schedules/index.js";
import { build, recipes } from "./recipes.js";

const clock: Clock = { stepsPerEpoch: 7, totalSteps: 300 };

/** One of each kind and more, with what is known about it. */
const table: { schedule: Schedule & object; words: string; from: number; to: number; falls?: boolean; jump?: number }[] = [
  { schedule: constant({ rate: 0.1 }), words: "0.1", from: 0.1, to: 0.1, falls: true, jump: 0 },
  { schedule: initialFactor({ rate: 0.1, factor: 0.5, steps: 40 }), words: "0.05 for 40 steps, then 0.1", from: 0.05, to: 0.1 },
  { schedule: stepDecay({ rate: 0.1, every: 30 }), words: "0.1, times 0.1 every 30 steps", from: 0, to: 0.1, falls: true },
  {
    schedule: stepDecay({ rate: 0.1, every: 30, offset: 1 }),
    words: "0.1, times 0.1 every 30 steps, the first time 1 earlier",
    from: 0,
    to: 0.1,
    falls: true,
  },
  { schedule: multiStep({ rate: 0.1, boundaries: [50, 90] }), words: "0.1, times 0.1 at steps 50, 90", from: 0, to: 0.1, falls: true },
  {
    schedule: piecewiseConstant({ boundaries: [50, 90], rates: [0.1, 0.3, 0.2] }),
    words: "0.1, 0.3, 0.2, changing at steps 50, 90",
    from: 0.1,
    to: 0.3,
  },
  {
    schedule: exponential({ rate: 0.1, factor: 0.5, steps: 50, begin: 10, end: 0.01 }),
    words: "0.1, times 0.5 every 50 steps from step 10 until 0.01",
    from: 0.01,
    to: 0.1,
    falls: true,
    jump: 0.0015,
  },
  {
    schedule: naturalExponential({ rate: 0.1, decay: 0.02 }),
    words: "0.1, times e^-0.02 every step",
    from: 0,
    to: 0.1,
    falls: true,
    jump: 0.002,
  },
  {
    schedule: timeBased({ rate: 0.1, decay: 0.001 }),
    words: "0.1, divided by 1 + 0.001 n after step n",
    from: 0,
    to: 0.1,
    falls: true,
    jump: 0.01,
  },
  {
    schedule: inverseTime({ rate: 0.1, decay: 0.5, steps: 50, staircase: true }),
    words: "0.1 / (1 + 0.5 t), t in units of 50 steps, rounded down",
    from: 0,
    to: 0.1,
    falls: true,
  },
  {
    schedule: linear({ rate: 0.1, end: 0.01, steps: 100 }),
    words: "linear from 0.1 to 0.01 over 100 steps",
    from: 0.01,
    to: 0.1,
    falls: true,
    jump: 0.00091,
  },
  {
    schedule: polynomial({ rate: 0.1, steps: 100, power: 2, cycle: true }),
    words: "0.1 to 0 over 100 steps by power 2, again and again to lower peaks",
    from: 0,
    to: 0.1,
  },
  {
    schedule: inverseSqrt({ rate: 0.1, timescale: 100 }),
    words: "0.1, falling as the inverse square root of time in units of 100 steps",
    from: 0,
    to: 0.1,
    falls: true,
    jump: 0.0006,
  },
  {
    schedule: noam({ width: 64, steps: 100 }),
    words: "a warm-up over 100 steps to 0.0125, then falling as the inverse square root of the step",
    from: 0,
    to: 0.01251,
    jump: 0.00013,
  },
  {
    schedule: cosine({ rate: 0.1, steps: 200 }),
    words: "a cosine from 0.1 to 0 over 200 steps",
    from: 0,
    to: 0.1,
    falls: true,
    jump: 0.0008,
  },
  {
    schedule: cosine({ rate: 0.1, end: 0.01, steps: 70, exponent: 2, delay: 1.5, cycles: 1.5, periodic: true }),
    words: "a cosine from 0.1 to 0.01 over 70 steps in 1.5 waves, to the power 2, delayed by power 1.5, rising again afterwards",
    from: 0.01,
    to: 0.1,
  },
  {
    schedule: warmRestarts({ rate: 0.1, end: 0.01, steps: 30, growth: 1.5, decay: 0.8 }),
    words: "cosines from 0.1 to 0.01, restarting after 30 steps, each 1.5 times as long as the one before, its height times 0.8",
    from: 0.01,
    to: 0.1,
  },
  {
    schedule: warmRestarts({ rate: 0.1, steps: 30, decay: 0.8, decays: "peak", cycles: 3 }),
    words: "cosines from 0.1 to 0, 3 of them, the first after 30 steps, its peak times 0.8",
    from: 0,
    to: 0.1,
  },
  {
    schedule: tanhDecay({ rate: 0.1, steps: 200 }),
    words: "a hyperbolic tangent from 0.1 to 0 over 200 steps",
    from: 0,
    to: 0.1,
    falls: true,
    jump: 0.003,
  },
  {
    schedule: cyclic({ rate: 0.01, peak: 0.1, up: 20, down: 40, mode: "triangular2" }),
    words: "from 0.01 up to 0.1 in 20 steps and back in 40, again and again, half as high each cycle",
    from: 0.01,
    to: 0.1,
    jump: 0.0046,
  },
  {
    schedule: oneCycle({ rate: 0.1, steps: 300, phases: 3 }),
    words: "one cycle over 300 steps in 3 cosine phases: 0.004 up to 0.1, down to 4e-7",
    from: 4e-7,
    to: 0.1,
    jump: 0.0018,
  },
  {
    schedule: oneCycleMomentum({ steps: 300, shape: "linear" }),
    words: "one cycle over 300 steps in 2 linear phases: 0.95 down to 0.85 and back",
    from: 0.85,
    to: 0.95,
    jump: 0.0012,
  },
  {
    schedule: interpolateRates({ boundaries: [10, 60, 200], rates: [0.01, 0.1, 0.02], shape: "cosine" }),
    words: "cosine through 0.01 at step 10, 0.1 at step 60, 0.02 at step 200",
    from: 0.01,
    to: 0.1,
    jump: 0.0029,
  },
  {
    schedule: warmup({ steps: 20, shape: "sqrt", then: cosine({ rate: 0.1, steps: 200 }) }),
    words: "a sqrt warm-up over 20 steps, then a cosine from 0.1 to 0 over 200 steps",
    from: 0,
    to: 0.1,
    jump: 0.022,
  },
  {
    schedule: warmupStableDecay({ rate: 0.1, warmup: 30, stable: 100, decay: 100 }),
    words: "a linear warm-up from 0 to 0.1 over 30 steps, 100 steps there, a cosine decay to 0 over 100 steps",
    from: 0,
    to: 0.1,
    jump: 0.0034,
  },
  {
    schedule: joinSchedules([0.1, linear({ rate: 0.2, steps: 100 }), 0.01], [50, 150]),
    words: "0.1, from step 50 linear from 0.2 to 0 over 100 steps, from step 150 0.01",
    from: 0,
    to: 0.2,
  },
  {
    schedule: multiplySchedules([exponential({ rate: 0.1, factor: 0.99 }), initialFactor({ rate: 1, factor: 0.1, steps: 20 })]),
    words: "(0.1, times 0.99 every step) times (0.1 for 20 steps, then 1)",
    from: 0,
    to: 0.1,
  },
  {
    schedule: scaleSchedule(cosine({ rate: 0.1, steps: 200 }), 0.5),
    words: "0.5 times (a cosine from 0.1 to 0 over 200 steps)",
    from: 0,
    to: 0.05,
    falls: true,
  },
  {
    schedule: clampSchedule(linear({ rate: 0.1, steps: 200 }), { min: 0.02, max: 0.08 }),
    words: "linear from 0.1 to 0 over 200 steps, at least 0.02, at most 0.08",
    from: 0.02,
    to: 0.08,
    falls: true,
  },
  {
    schedule: shiftSchedule(linear({ rate: 0.1, steps: 100 }), 50),
    words: "linear from 0.1 to 0 over 100 steps, begun 50 steps later",
    from: 0,
    to: 0.1,
    falls: true,
  },
  {
    schedule: repeatSchedule(linear({ rate: 0.1, steps: 100 }), 50, 3),
    words: "(linear from 0.1 to 0 over 100 steps), repeated every 50 steps, 3 times",
    from: 0.05,
    to: 0.1,
  },
  {
    schedule: perEpoch(stepDecay({ rate: 0.1, every: 10 })),
    words: "0.1, times 0.1 every 10 steps, counted in epochs",
    from: 0,
    to: 0.1,
    falls: true,
  },
  {
    schedule: perFraction(warmup({ steps: 10, then: cosine({ rate: 0.1, steps: 90 }) })),
    words: "a linear warm-up over 10 steps, then a cosine from 0.1 to 0 over 90 steps, counted in percent of the run",
    from: 0,
    to: 0.1,
    jump: 0.0034,
  },
  {
    schedule: manual({
      rate: 0.1,
      changes: [
        [50, 0.02],
        [120, 0.05],
      ],
    }),
    words: "0.1 until it is set by hand, 0.02 from step 50, 0.05 from step 120",
    from: 0.02,
    to: 0.1,
  },
  {
    schedule: noisySchedule({ schedule: 0.1, limit: 0.2, begin: 100 }),
    words: "0.1, with normal noise within 0.2 of it",
    from: 0.08,
    to: 0.12,
  },
  {
    schedule: noisySchedule({ schedule: 0.1, distribution: "uniform", until: 100, seed: 7 }),
    words: "0.1, with uniform noise within 0.67 of it",
    from: 0.033,
    to: 0.167,
  },
];

const functions: Schedule[] = [
  lambda({ rate: 0.1, factor: (k) => 1 / (1 + k) }),
  multiplicative({ rate: 0.1, factor: (k) => 1 - 0.5 / k }),
  (k) => 0.1 / (k + 1),
];

const bits = (values: Iterable<number>) => [...new BigUint64Array(Float64Array.from(values).buffer)];
const kindOf = (schedule: Schedule) => (typeof schedule === "object" ? schedule.kind : typeof schedule);

/** Kinds without a row of the table that says what is true of them: by their recipes, what is true of all. */
const kinds = new Set([...table.map((row) => kindOf(row.schedule)), ...functions.map(kindOf)]);
const fromRecipes = scheduleRules
  .filter(({ kind, observes }) => !observes && !kinds.has(kind))
  .map(({ kind }) => {
    const schedule = recipes.schedules.map(({ ours, sets }) => build<Schedule>(ours, sets[0] ?? {})).find((made) => kindOf(made) === kind);
    if (schedule === undefined) throw new Error(`${kind} has neither a row of the table nor a recipe`);
    return { words: describeSchedule(schedule), schedule, from: 0, to: Number.POSITIVE_INFINITY } as (typeof table)[number];
  });

describe.each([...table, ...fromRecipes].map((row) => ({ name: row.words, ...row })))(
  "$name",
  ({ schedule, words, from, to, falls, jump }) => {
    const inSequence = ratesBetween(schedule, 0, 3000, clock);

    test("describes itself", () => expect(describeSchedule(schedule)).toBe(words));

    test("is frozen plain data", () => {
      expect(Object.isFrozen(schedule)).toBe(true);
      expect(scheduleToJSON(schedule)).toEqual(schedule);
      expect(JSON.parse(JSON.stringify(schedule))).toEqual(schedule);
    });

    test("stays within its bounds", () => {
      expect(Math.min(...inSequence)).toBeGreaterThanOrEqual(from * (1 - 1e-15));
      expect(Math.max(...inSequence)).toBeLessThanOrEqual(to * (1 + 1e-15));
    });

    test("falls and jumps no more than it should", () => {
      const steps = [...inSequence.keys()].slice(1);
      const change = (k: number) => (inSequence[k] as number) - (inSequence[k - 1] as number);
      if (falls) expect(steps.filter((k) => change(k) > 1e-15 * (inSequence[k] as number))).toEqual([]);
      if (jump !== undefined) expect(steps.filter((k) => k < 300 && Math.abs(change(k)) > jump)).toEqual([]);
    });

    test("in random order equals in sequence, bit for bit", () => {
      const again = scheduleFromJSON(schedule);
      fc.assert(
        fc.property(fc.array(fc.nat(2999), { minLength: 1 }), (steps) => {
          const expected = bits(steps.map((k) => inSequence[k] as number));
          expect(bits(steps.map((k) => rateAt(schedule, k, clock)))).toEqual(expected);
          expect(bits(steps.map((k) => rateAt(again, k, clock)))).toEqual(expected);
        }),
        { numRuns: 30 },
      );
    });

    test("after a JSON round trip gives the same bits", () => {
      const revived = scheduleFromJSON(JSON.parse(JSON.stringify(schedule)));
      expect(revived).toEqual(schedule);
      expect(bits(ratesBetween(revived, 0, 3000, clock))).toEqual(bits(inSequence));
      expect(Object.is(rateAt(revived, 1e9, clock), rateAt(schedule, 1e9, clock))).toBe(true);
    });
  },
);

describe.each(functions.map((schedule) => ({ name: describeSchedule(schedule), schedule })))("$name", ({ schedule }) => {
  test("in random order equals in sequence, bit for bit", () => {
    const inSequence = ratesBetween(schedule, 0, 3000);
    fc.assert(
      fc.property(fc.array(fc.nat(2999), { minLength: 1 }), (steps) => {
        expect(bits(steps.map((k) => rateAt(schedule, k)))).toEqual(bits(steps.map((k) => inSequence[k] as number)));
      }),
    );
  });
});

describe("time-based decay", () => {
  test("is the recursion, bit for bit, wherever it starts", () => {
    const last = 5000;
    fc.assert(
      fc.property(fc.double({ min: 1e-7, max: 0.01, noNaN: true }), fc.array(fc.nat(last), { minLength: 1 }), (decay, steps) => {
        const expected = [0.3];
        for (let n = 0; n < last; n++) {
          const next = (expected[n] as number) / (1 + decay * n);
          expected.push(next < 2 ** -1022 ? 0 : next);
        }
        const schedule = timeBased({ rate: 0.3, decay });
        expect(bits(steps.map((k) => rateAt(schedule, k)))).toEqual(bits(steps.map((k) => expected[k] as number)));
      }),
      { numRuns: 30 },
    );
  });

  test("its first two rates are equal, it underflows to 0 and stays there", () => {
    const schedule = timeBased({ rate: 0.3, decay: 1e-6 });
    expect([...ratesBetween(schedule, 0, 3)]).toEqual([0.3, 0.3, 0.3 / (1 + 1e-6)]);
    expect(rateAt(schedule, 37_000)).toBeGreaterThan(0);
    expect(rateAt(schedule, 38_000)).toBe(0);
    expect(rateAt(schedule, Number.MAX_SAFE_INTEGER)).toBe(0);
    expect(rateAt(timeBased({ rate: 0.3, decay: 0 }), 1e15)).toBe(0.3);
  });
});

describe("a boundary step belongs to exactly one piece", () => {
  const ascending = fc
    .uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 20 })
    .map((list) => list.sort((a, b) => a - b));

  test("the next one: piecewiseConstant, multiStep, sequence, interpolate", () => {
    fc.assert(
      fc.property(ascending, (boundaries) => {
        const values = [...boundaries.keys(), boundaries.length];
        const pieces = piecewiseConstant({ boundaries, rates: values });
        const joined = joinSchedules(values, boundaries);
        const stairs = multiStep({ rate: 1, boundaries, factor: 0.5 });
        const knots = interpolateRates({ boundaries, rates: values.slice(1) });
        boundaries.forEach((boundary, i) => {
          for (const schedule of [pieces, joined]) {
            expect(rateAt(schedule, boundary - 1)).toBe(i);
            expect(rateAt(schedule, boundary)).toBe(i + 1);
          }
          expect(rateAt(stairs, boundary - 1)).toBe(0.5 ** i);
          expect(rateAt(stairs, boundary)).toBe(0.5 ** (i + 1));
          expect(rateAt(knots, boundary)).toBe(i + 1);
        });
      }),
    );
  });

  test("the previous one, if asked for", () => {
    const schedule = piecewiseConstant({ boundaries: [2, 4], rates: [1, 2, 3], boundary: "previous" });
    expect([...ratesBetween(schedule, 0, 6)]).toEqual([1, 1, 1, 2, 2, 3]);
    expect(rateAt(perFraction(schedule, 10), 5, { totalSteps: 20 })).toBe(2); // 2.5 is after 2
  });

  test("restarts begin exactly where the cycle before has ended", () => {
    for (const growth of [1, 2, 3, 7]) {
      const schedule = warmRestarts({ rate: 1, steps: 5, growth });
      for (let start = 0, length = 5; start < 1e12; start += length, length *= growth) {
        if (start > 1e4 && growth === 1) break;
        expect(rateAt(schedule, start), `growth ${growth}, step ${start}`).toBe(1);
        if (start > 0) expect(rateAt(schedule, start - 1)).toBeLessThan(1);
      }
    }
  });
});

describe("algebra", () => {
  const any: fc.Arbitrary<Schedule> = fc.constantFrom(...table.map((row) => row.schedule), ...functions, 0.25);
  const steps = fc.nat(1000);
  const same = (a: Schedule, b: Schedule, k: number) =>
    expect(Object.is(rateAt(a, k, clock), rateAt(b, k, clock)), `at step ${k}`).toBe(true);

  test("sequence, shift, repeat", () => {
    fc.assert(
      fc.property(any, steps, fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (s, k, a, b) => {
        same(joinSchedules([s], []), s, k);
        same(joinSchedules([s, shiftSchedule(s, -a)], [a]), s, k);
        same(joinSchedules([s, joinSchedules([s, s], [b])], [a]), joinSchedules([s, s, s], [a, a + b]), k);
        same(shiftSchedule(s, 0), s, k);
        same(shiftSchedule(shiftSchedule(s, a), b), shiftSchedule(s, a + b), k);
        same(shiftSchedule(shiftSchedule(s, -a), -b), shiftSchedule(s, -a - b), k);
        expect(rateAt(shiftSchedule(s, a), k + a, clock)).toBe(rateAt(s, k, clock));
        expect(rateAt(repeatSchedule(s, a), k, clock)).toBe(rateAt(s, k % a, clock));
        same(repeatSchedule(s, a, 3), joinSchedules([repeatSchedule(s, a), rateAt(s, a, clock)], [3 * a]), k);
        expect(rateAt(warmup({ steps: a, then: s }), k + a, clock)).toBe(rateAt(s, k, clock));
      }),
    );
  });

  test("scale, product, clamp", () => {
    fc.assert(
      fc.property(any, any, steps, fc.double({ min: 0, max: 10, noNaN: true }), (s, t, k, x) => {
        const rate = rateAt(s, k, clock);
        same(scaleSchedule(s, 1), s, k);
        same(multiplySchedules([s]), s, k);
        same(multiplySchedules([s, t]), multiplySchedules([t, s]), k);
        same(multiplySchedules([s, x]), scaleSchedule(s, x), k);
        same(scaleSchedule(joinSchedules([s, t], [100]), x), joinSchedules([scaleSchedule(s, x), scaleSchedule(t, x)], [100]), k);
        same(clampSchedule(s, {}), s, k);
        expect(rateAt(clampSchedule(s, { min: x }), k, clock)).toBe(Math.max(x, rate));
        expect(rateAt(clampSchedule(s, { max: x }), k, clock)).toBe(Math.min(x, rate));
      }),
    );
  });

  test("perEpoch and perFraction", () => {
    const plain = fc.constantFrom(...table.map((row) => row.schedule).filter((s) => !kindOf(s).startsWith("per")));
    fc.assert(
      fc.property(plain, steps, fc.integer({ min: 1, max: 50 }), (s, k, n) => {
        expect(rateAt(perEpoch(s), k, { stepsPerEpoch: n })).toBe(rateAt(s, Math.floor(k / n)));
        expect(rateAt(perFraction(s, 100), k, { totalSteps: 100 })).toBe(rateAt(s, k));
        expect(rateAt(perFraction(s), k * n, { totalSteps: 100 * n })).toBe(rateAt(s, k));
      }),
    );
  });
});

describe("one-cycle", () => {
  test("is finite, within its bounds and ends where it should for any shape of it", () => {
    const shapes = fc.record({
      steps: fc.integer({ min: 2, max: 400 }),
      phases: fc.constantFrom(2, 3),
      shape: fc.constantFrom("cosine" as const, "linear" as const),
      rise: fc.double({ min: 0, max: 0.5, noNaN: true }),
    });
    fc.assert(
      fc.property(shapes, (options) => {
        const rate = oneCycle({ rate: 1, ...options });
        const momentum = oneCycleMomentum(options);
        const distances = (schedule: Schedule, middle: number) =>
          ratesBetween(schedule, 0, options.steps + 5).map((x) => Math.abs(x - middle));
        expect(Math.max(...distances(rate, 0.5))).toBeLessThanOrEqual(0.5 + 1e-15);
        expect(Math.max(...distances(momentum, 0.9))).toBeLessThanOrEqual(0.05 + 1e-15);
        expect(rateAt(rate, options.steps - 1)).toBe(1 / 25 / 1e4);
        expect(rateAt(momentum, options.steps + 3)).toBe(0.95);
      }),
    );
  });
});

describe("warm-up", () => {
  test("spends no update on a rate of 0 unless asked to", () => {
    expect([...ratesBetween(warmup({ steps: 4, then: 1 }), 0, 6)]).toEqual([0.2, 0.4, 0.6000000000000001, 0.8, 1, 1]);
    expect([...ratesBetween(warmup({ steps: 4, from: 0, then: 1 }), 0, 6)]).toEqual([0, 0.25, 0.5, 0.75, 1, 1]);
  });
});

describe("noise", () => {
  test("depends on seed and step alone, and has the spread it should have", () => {
    const spread = (options: object) => {
      const values = ratesBetween(noisySchedule({ schedule: 1, ...options }), 0, 20_000);
      const mean = values.reduce((a, b) => a + b) / values.length;
      return [mean - 1, Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length)] as const;
    };
    const [mean, deviation] = spread({ deviation: 0.1, limit: 1 });
    expect(Math.abs(mean)).toBeLessThan(0.003);
    expect(deviation).toBeCloseTo(0.1, 2);
    const [uniformMean, uniformDeviation] = spread({ distribution: "uniform", limit: 0.5 });
    expect(Math.abs(uniformMean)).toBeLessThan(0.01);
    expect(uniformDeviation).toBeCloseTo(0.5 / Math.sqrt(3), 2);
    expect(rateAt(noisySchedule({ schedule: 1, seed: 1 }), 5)).not.toBe(rateAt(noisySchedule({ schedule: 1, seed: 2 }), 5));
  });
});
