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
