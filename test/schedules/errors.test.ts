import { describe, expect, test } from "vitest";
import { OptionError } from "../../src/options/errors.js";
import {
  clampSchedule,
  cosine,
  describeSchedule,
  exponential,
  greedy,
  interpolateRates,
  isPlateau,
  joinSchedules,
  lambda,
  linear,
  multiplySchedules,
  noisySchedule,
  observePlateau,
  oneCycle,
  perEpoch,
  perFraction,
  piecewiseConstant,
  plateauStateFromJSON,
  rateAt,
  ratesBetween,
  reduceOnPlateau,
  type Schedule,
  scheduleFromJSON,
  scheduleToJSON,
  startPlateau,
  warmup,
} from "../../src/schedules/index.js";

const loose = (value: unknown) => value as never;
const good = cosine({ rate: 0.1, steps: 10 });
const plateau = reduceOnPlateau({ rate: 0.1 });

const cases: [string, () => unknown, string][] = [
  ["a negative step", () => rateAt(good, -1), "step must be a finite number from 0, got -1"],
  ["a step that is NaN", () => rateAt(good, Number.NaN), "step must be a finite number from 0, got NaN"],
  ["an infinite step", () => rateAt(good, Number.POSITIVE_INFINITY), "step must be a finite number from 0, got Infinity"],
  ["rates from a fraction", () => ratesBetween(good, 0.5, 2.5), "from must be a whole number from 0, got 0.5"],
  ["rates backwards", () => ratesBetween(good, 5, 4), "to must be a whole number, not less than from (5), got 4"],
  ["negative steps", () => cosine({ rate: 0.1, steps: -3 }), "cosine.steps must be an integer at least 0, got -3"],
  ["a negative rate", () => linear({ rate: -1, steps: 3 }), "linear.rate must be a number at least 0, got -1"],
  ["a rate that is NaN", () => linear({ rate: Number.NaN, steps: 3 }), "linear.rate must be a number at least 0, got NaN"],
  ["a missing option", () => cosine(loose({ rate: 1 })), "cosine.steps is missing"],
  ["an unknown option", () => cosine(loose({ rate: 1, step: 10 })), "cosine.step is not an option (did you mean steps?)"],
  ["an empty sequence", () => joinSchedules([], []), "joinSchedules.schedules must have at least 1 entries, got 0"],
  ["an empty product", () => multiplySchedules([]), "multiplySchedules.schedules must have at least 1 entries, got 0"],
  [
    "boundaries too few",
    () => joinSchedules([1, 2, 3], [5]),
    "joinSchedules.boundaries must have 2 entries, one fewer than schedules, got 1",
  ],
  [
    "unsorted boundaries",
    () => joinSchedules([1, 2, 3], [5, 4]),
    "joinSchedules.boundaries[1] must not be less than the one before it, got 4 after 5",
  ],
  [
    "rates that do not fit boundaries",
    () => piecewiseConstant({ boundaries: [5], rates: [1] }),
    "piecewiseConstant.rates must have 2 entries, one more than boundaries, got 1",
  ],
  [
    "knots that do not fit",
    () => interpolateRates({ boundaries: [5], rates: [] }),
    "interpolateRates.rates must have 1 entries, as many as boundaries, got 0",
  ],
  ["limits upside down", () => clampSchedule(good, { min: 2, max: 1 }), "clampSchedule.max must be at least min (2), got 1"],
  [
    "noise that is nearly always too large",
    () => noisySchedule({ schedule: 1, limit: 0.001 }),
    "noisySchedule.deviation must be at most 100 times limit (0.001), got 1",
  ],
  [
    "no schedule",
    () => warmup({ steps: 1, then: loose("cosine") }),
    'warmup.then must be a schedule (a number, a function or what a factory made), got "cosine"',
  ],
  [
    "a schedule from outside",
    () => warmup({ steps: 1, then: { ...good } }),
    "warmup.then must be made by a factory such as cosine(), or read with scheduleFromJSON()",
  ],
  [
    "the same in rateAt",
    () => rateAt({ ...good }, 0),
    "schedule must be made by a factory such as cosine(), or read with scheduleFromJSON()",
  ],
  [
    "a function that returns nothing",
    () =>
      rateAt(
        loose(() => undefined),
        3,
      ),
    "schedule must be a finite number at every step, got undefined at 3",
  ],
  [
    "a factor that is not finite",
    () => rateAt(lambda({ rate: 1, factor: () => 1 / 0 }), 3),
    "schedule must be a finite number at every step, got Infinity at 3",
  ],
  ["a factor that is no function", () => lambda({ rate: 1, factor: loose(2) }), "lambda.factor must be a function of the step, got 2"],
  [
    "an epoch of unknown length",
    () => rateAt(perEpoch(good), 3),
    "clock.stepsPerEpoch must be known and positive where a schedule is perEpoch (and not inside another such)",
  ],
  [
    "a run of unknown length",
    () => rateAt(perFraction(good), 3, { stepsPerEpoch: 3 }),
    "clock.totalSteps must be known and positive where a schedule is perFraction (and not inside another such)",
  ],
  [
    "one clock inside another",
    () => rateAt(perEpoch(perFraction(good)), 3, { stepsPerEpoch: 3, totalSteps: 30 }),
    "clock.totalSteps must be known and positive where a schedule is perFraction (and not inside another such)",
  ],
  [
    "an exponential that grows too far",
    () => rateAt(exponential({ rate: 1, factor: 2 }), 1024),
    "schedule must be a finite number at every step, got Infinity at 1024",
  ],
  [
    "three phases that do not fit",
    () => oneCycle({ rate: 1, steps: 10, rise: 0.6, phases: 3 }),
    "oneCycle.rise must be at most 0.5 with three phases, got 0.6",
  ],
  [
    "a plateau as a function of the step",
    () => rateAt(plateau, 3),
    "schedule must be a function of the step, and reduceOnPlateau observes a metric: use startPlateau() and observePlateau()",
  ],
  [
    "a plateau inside another",
    () => warmup({ steps: 3, then: plateau }),
    "warmup.then must be a function of the step: a schedule that observes a metric cannot be part of another",
  ],
  ["a cosine that should observe", () => startPlateau(good), "schedule must observe a metric, and cosine does not: use rateAt()"],
  ["a metric that is NaN", () => observePlateau(plateau, startPlateau(plateau), Number.NaN), "metric must be a finite number, got NaN"],
  ["rates upside down", () => greedy({ rate: 0.1, minRate: 1, maxRate: 0.5 }), "greedy.maxRate must be at least minRate (1), got 0.5"],
  [
    "a state of another kind",
    () => plateauStateFromJSON(plateau, startPlateau(greedy({ rate: 1 })), "plateau"),
    "plateau.good is not an option; known options: rate, best, bad, cooldown, mean, seen",
  ],
];

test.each(cases)("%s", (_, run, message) => {
  expect(run).toThrow(OptionError);
  expect(run).toThrow(message);
});

describe("from JSON", () => {
  const path = "optimizer.learningRate";
  const deep = { kind: "warmup", steps: 5, then: { kind: "cosine", rate: 0.1, steps: -3 } };

  test.each<[string, unknown, string]>([
    ["a nested option", deep, `${path}.then.steps must be an integer at least 0, got -3`],
    [
      "an entry of a list",
      { kind: "joinSchedules", schedules: [1, { kind: "cosine", rate: 0.1 }], boundaries: [3] },
      `${path}.schedules[1].steps is missing`,
    ],
    ["a kind misspelt", { kind: "cosin", rate: 1 }, `${path}.kind must be a kind of schedule, got "cosin" (did you mean cosine?)`],
    ["no kind", { rate: 1 }, `${path}.kind must be a kind of schedule, got undefined; there are clampSchedule, constant, `],
    ["an inherited kind", Object.create({ kind: "cosine" }), `${path}.kind must be a kind of schedule, got undefined`],
    ["a function", () => 1, `${path} must be a number or an object with a kind, got a function`],
    [
      "a function inside",
      { kind: "scaleSchedule", schedule: () => 1, factor: 2 },
      `${path}.schedule is a function, which JSON cannot hold`,
    ],
    ["null", null, `${path} must be a number or an object with a kind, got null`],
    ["NaN", Number.NaN, `${path} must be a number or an object with a kind, got NaN`],
    ["a list", [1], `${path} must be a number or an object with a kind, got an array of 1`],
    [
      "__proto__",
      JSON.parse('{ "kind": "cosine", "rate": 1, "steps": 2, "__proto__": { "rate": 2 } }'),
      `${path}.__proto__.kind must be a kind`,
    ],
    [
      "a plateau inside",
      { kind: "scaleSchedule", schedule: { kind: "greedy", rate: 1 }, factor: 2 },
      `${path}.schedule must be a function of the step`,
    ],
  ])("%s", (_, value, message) => {
    expect(() => scheduleFromJSON(value, path)).toThrow(OptionError);
    expect(() => scheduleFromJSON(value, path)).toThrow(message);
  });

  test("numbers, and plateaus, are schedules", () => {
    expect(scheduleFromJSON(0.1)).toBe(0.1);
    expect(isPlateau(scheduleFromJSON(JSON.parse(JSON.stringify(plateau))))).toBe(true);
    expect(isPlateau(0.1)).toBe(false);
    expect(isPlateau(good)).toBe(false);
  });
});

describe("to JSON", () => {
  test.each<[string, Schedule, string]>([
    ["a function", () => 1, "rate is a function, which JSON cannot hold"],
    ["lambda", lambda({ rate: 1, factor: () => 1 }), "rate.factor is a function, which JSON cannot hold"],
    [
      "a function inside",
      joinSchedules([1, warmup({ steps: 2, then: () => 1 })], [4]),
      "rate.schedules[1].then is a function, which JSON cannot hold",
    ],
  ])("%s is refused", (_, schedule, message) => {
    expect(() => scheduleToJSON(schedule, "rate")).toThrow(OptionError);
    expect(() => scheduleToJSON(schedule, "rate")).toThrow(message);
  });
});

test("plateaus describe themselves", () => {
  expect(describeSchedule(reduceOnPlateau({ rate: 0.1, patience: 3, minRate: 0.01 }))).toBe(
    "0.1, times 0.1 whenever the metric has not improved for more than 3 observations, at least 0.01",
  );
  expect(describeSchedule(reduceOnPlateau({ rate: 0.1, patience: 3, convention: "keras" }))).toBe(
    "0.1, times 0.1 whenever the metric has not improved for 3 observations",
  );
  expect(describeSchedule(greedy({ rate: 0.1 }))).toBe(
    "0.1, divided by 0.95 after 11 improvements of the metric in a row, times 0.95 after as many observations without, from 0.001 to 1",
  );
  expect(describeSchedule((k) => k)).toBe("a function of the step");
});

test("only the rules of what was imported are carried", () => {
  expect(Object.keys(exponential({ rate: 1, factor: 0.5 }))).toEqual(["kind", "rate", "factor", "steps", "staircase", "begin"]);
});
