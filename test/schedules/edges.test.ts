import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, test } from "vitest";
import { OptionError } from "../../src/options/errors.js";
import * as schedules from "../../src/schedules/index.js";
import { MAX_DEPTH } from "../../src/schedules/schedule.js";

const { cosine, describeSchedule, linear, multiStep, rateAt, ratesBetween, scaleSchedule, scheduleFromJSON, scheduleToJSON, warmup } =
  schedules;

describe("lengths of 0", () => {
  test.each<[string, schedules.Schedule, number[]]>([
    ["a warm-up is none", warmup({ steps: 0, then: linear({ rate: 1, steps: 2 }) }), [1, 0.5, 0]],
    ["linear is at its end", linear({ rate: 1, end: 0.25, steps: 0 }), [0.25, 0.25, 0.25]],
    ["polynomial is at its end", schedules.polynomial({ rate: 1, end: 0.25, steps: 0 }), [0.25, 0.25, 0.25]],
    ["a cyclic polynomial is at its end", schedules.polynomial({ rate: 1, end: 0.25, steps: 0, cycle: true }), [0.25, 0.25, 0.25]],
    ["cosine is at its end", cosine({ rate: 1, end: 0.25, steps: 0 }), [0.25, 0.25, 0.25]],
    ["a periodic cosine is at its end", cosine({ rate: 1, end: 0.25, steps: 0, periodic: true }), [0.25, 0.25, 0.25]],
    ["tanhDecay is at its end", schedules.tanhDecay({ rate: 1, end: 0.25, steps: 0 }), [0.25, 0.25, 0.25]],
    ["warmRestarts are at their end", schedules.warmRestarts({ rate: 1, end: 0.25, steps: 0 }), [0.25, 0.25, 0.25]],
    ["initialFactor has no effect", schedules.initialFactor({ rate: 1, factor: 0.5, steps: 0 }), [1, 1, 1]],
    ["a boundary that stands twice multiplies twice", multiStep({ rate: 1, boundaries: [1, 1], factor: 0.5 }), [1, 0.25, 0.25]],
    ["a schedule of no steps is skipped", schedules.joinSchedules([1, 2, 3], [1, 1]), [1, 3, 3]],
    ["a knot that stands twice is a jump", schedules.interpolateRates({ boundaries: [0, 1, 1], rates: [1, 2, 3] }), [1, 3, 3]],
  ])("%s", (_, schedule, expected) => {
    expect([...ratesBetween(schedule, 0, 3)]).toEqual(expected);
  });

  test("restarts may be shorter than a step", () => {
    const rates = ratesBetween(schedules.warmRestarts({ rate: 1, steps: 0.75 }), 0, 4);
    const expected = [0, 1 / 3, 2 / 3, 0].map((p) => (1 + Math.cos(Math.PI * p)) / 2);
    rates.forEach((rate, i) => {
      expect(rate).toBeCloseTo(expected[i] as number, 12);
    });
  });

  test("the recipes for transformers hold without a warm-up, and with nothing but one", () => {
    const { schedules: rows } = JSON.parse(readFileSync(new URL("../golden/schedules/recipes.json", import.meta.url), "utf8"));
    const recipes = rows.filter((row: { library: string }) => row.library === "transformers");
    expect(recipes.length).toBeGreaterThan(10);
    for (const { ours, sets } of recipes) {
      for (const edge of [{ w: 0 }, { w: 50, n: 50 }]) {
        const scope: Record<string, unknown> = { ...schedules, ...sets[0], ...edge };
        if (ours.includes("stable: n - w - d")) scope["d"] = 0;
        if (ours.includes("timescale: t")) scope["t"] = 100;
        const schedule = new Function(...Object.keys(scope), `return ${ours}`)(...Object.values(scope));
        for (const rate of ratesBetween(schedule, 0, 120)) expect(rate, ours).toBeGreaterThanOrEqual(0);
      }
    }
  });
});

test("a fraction of a step lies between its neighbours", () => {
  expect(rateAt(linear({ rate: 1, steps: 4 }), 0.5)).toBe(0.875);
});

describe("nesting", () => {
  const nest = (depth: number) => {
    let schedule: schedules.Schedule = linear({ rate: 1, steps: 4 });
    for (let i = 1; i < depth; i++) schedule = scaleSchedule(schedule, 1);
    return schedule;
  };
  const json = (depth: number) => {
    let value: object = { kind: "linear", rate: 1, steps: 4 };
    for (let i = 1; i < depth; i++) value = { kind: "multiplySchedules", schedules: [value] };
    return value;
  };

  test("works as deep as it may", () => {
    for (const schedule of [nest(MAX_DEPTH), scheduleFromJSON(json(MAX_DEPTH))]) {
      expect(rateAt(schedule, 2)).toBe(0.5);
      expect(describeSchedule(schedule)).toContain("linear from 1 to 0");
      expect(scheduleFromJSON(JSON.parse(JSON.stringify(scheduleToJSON(schedule))))).toEqual(schedule);
    }
  });

  test.each([MAX_DEPTH + 1, 5000])("%i deep is an OptionError", (depth) => {
    const lists = Array.from({ length: depth }).reduce((inner) => [inner], 1 as unknown);
    for (const run of [
      () => nest(depth),
      () => scheduleFromJSON(json(depth)),
      () => scheduleFromJSON({ kind: "multiplySchedules", schedules: depth > 1000 ? lists : json(depth) }),
      () => rateAt(json(depth) as never, 0),
      () => describeSchedule(json(depth) as never),
    ]) {
      expect(run).toThrow(OptionError);
    }
    if (depth > 1000) expect(() => scheduleToJSON(json(depth) as never)).toThrow("must not be nested deeper than 100 schedules");
  });
});

test("kinds are read by the names they had", () => {
  const former = {
    kind: "sequence",
    schedules: [
      { kind: "scale", schedule: { kind: "step", rate: 0.1, every: 3 }, factor: 0.5 },
      { kind: "clamp", schedule: { kind: "shift", schedule: { kind: "tanh", rate: 0.1, steps: 9 }, steps: 2 }, max: 0.05 },
      { kind: "repeat", schedule: { kind: "factor", rate: 0.1 }, steps: 7 },
      {
        kind: "product",
        schedules: [
          { kind: "interpolate", boundaries: [0, 9], rates: [1, 0] },
          { kind: "noise", schedule: 0.1 },
        ],
      },
    ],
    boundaries: [10, 20, 30],
  };
  const { joinSchedules, stepDecay, clampSchedule, shiftSchedule, tanhDecay, repeatSchedule, initialFactor } = schedules;
  const now = joinSchedules(
    [
      scaleSchedule(stepDecay({ rate: 0.1, every: 3 }), 0.5),
      clampSchedule(shiftSchedule(tanhDecay({ rate: 0.1, steps: 9 }), 2), { max: 0.05 }),
      repeatSchedule(initialFactor({ rate: 0.1 }), 7),
      schedules.multiplySchedules([
        schedules.interpolateRates({ boundaries: [0, 9], rates: [1, 0] }),
        schedules.noisySchedule({ schedule: 0.1 }),
      ]),
    ],
    [10, 20, 30],
  );
  expect(JSON.stringify(scheduleFromJSON(former))).toBe(JSON.stringify(now));
  expect(ratesBetween(scheduleFromJSON(former), 0, 50)).toEqual(ratesBetween(now, 0, 50));
});

test("only what a factory made has the type of a schedule, and its options have theirs", () => {
  expectTypeOf({ kind: "nonsense" }).not.toExtend<schedules.Schedule>();
  expectTypeOf(cosine({ rate: 0.1, steps: 3 })).toExtend<schedules.Schedule>();
  expectTypeOf(cosine({ rate: 0.1, steps: 3 }).rate).toEqualTypeOf<number>();
});

describe("words of what a recipe adds", () => {
  test.each<[string, schedules.Schedule]>([
    ["1, at least 0.5", schedules.clampSchedule(1, { min: 0.5 })],
    ["1, at most 0.5", schedules.clampSchedule(1, { max: 0.5 })],
    ["cosines from 1 to 0, restarting after 5 steps, its height times 0.5", schedules.warmRestarts({ rate: 1, steps: 5, decay: 0.5 })],
    [
      "cosines from 1 to 0, 3 of them, the first after 5 steps, each 2 times as long as the one before, its peak times 0.5",
      schedules.warmRestarts({ rate: 1, steps: 5, growth: 2, decay: 0.5, decays: "peak", cycles: 3 }),
    ],
    ["from 0.1 up to 1 in 4 steps and back in 4, again and again", schedules.cyclic({ rate: 0.1, peak: 1, up: 4 })],
    [
      "1, times 0.5 every 3 steps at once from step 2 until 0.1",
      schedules.exponential({ rate: 1, factor: 0.5, steps: 3, staircase: true, begin: 2, end: 0.1 }),
    ],
    ["1 / (1 + 0.5 t), t in units of step", schedules.inverseTime({ rate: 1, decay: 0.5 })],
    ["1 / (1 + 0.5 t), t in units of 3 steps, rounded down", schedules.inverseTime({ rate: 1, decay: 0.5, steps: 3, staircase: true })],
    ["1, times e^-0.5 every step", schedules.naturalExponential({ rate: 1, decay: 0.5 })],
    ["1, times e^-0.5 every 3 steps at once", schedules.naturalExponential({ rate: 1, decay: 0.5, steps: 3, staircase: true })],
    ["1, 2, changing at steps 3", schedules.piecewiseConstant({ rates: [1, 2], boundaries: [3] })],
    ["1, 2, changing after steps 3", schedules.piecewiseConstant({ rates: [1, 2], boundaries: [3], boundary: "previous" })],
    ["1, counted in percent of the run", schedules.perFraction(1)],
    ["1, counted in 1/12 of the run", schedules.perFraction(1, 12)],
    ["1 to 0 over 4 steps by power 1", schedules.polynomial({ rate: 1, steps: 4 })],
    ["1 to 0 over 4 steps by power 1, again and again to lower peaks", schedules.polynomial({ rate: 1, steps: 4, cycle: true })],
    [
      "a linear warm-up over 5 steps, then 1, times 0.1 whenever the metric has not improved for more than 10 observations",
      schedules.reduceOnPlateau({ rate: 1, warmupSteps: 5 }),
    ],
    ["(1), repeated every 7 steps", schedules.repeatSchedule(1, 7)],
    ["(1), repeated every 7 steps, 2 times", schedules.repeatSchedule(1, 7, 2)],
    ["1, begun 2 steps earlier", schedules.shiftSchedule(1, -2)],
    ["1, begun 2 steps later", schedules.shiftSchedule(1, 2)],
    ["a linear warm-up over 2 steps, then 1", warmup({ steps: 2, then: 1 })],
    ["a linear warm-up over 2 steps from 0.5, then 1", warmup({ steps: 2, from: 0.5, then: 1 })],
  ])("%s", (words, schedule) => {
    expect(describeSchedule(schedule)).toBe(words);
  });
});
