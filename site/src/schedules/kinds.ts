import type { ScheduleRule } from "stepsize/schedules";
import { scheduleRule } from "../../../src/schedules/json.js";

/** A schedule as plain data: what an address and a form hold. */
export type Plain = number | ({ readonly kind: string } & Readonly<Record<string, unknown>>);

/** Steps that the pages draw. */
export const STEPS = 200;
export const CLOCK = { stepsPerEpoch: 20, totalSteps: STEPS };

export const SECTIONS = ["Stairs", "Decays", "Cosines", "Cycles", "Warm-up", "Combinations", "Watching the loss"] as const;
export type Section = (typeof SECTIONS)[number];

const warm = { kind: "warmup", steps: 30, from: 0.001, then: { kind: "cosine", rate: 0.1, steps: 170 } };

/** What the gallery begins each kind with: everything that JSON can hold, over 200 steps. */
const STARTS: readonly (readonly [Section, Exclude<Plain, number>])[] = [
  ["Stairs", { kind: "constant", rate: 0.1 }],
  ["Stairs", { kind: "initialFactor", rate: 0.1, factor: 0.3, steps: 40 }],
  ["Stairs", { kind: "stepDecay", rate: 0.1, every: 40, factor: 0.5 }],
  ["Stairs", { kind: "multiStep", rate: 0.1, boundaries: [70, 140], factor: 0.4 }],
  ["Stairs", { kind: "piecewiseConstant", boundaries: [40, 130], rates: [0.04, 0.1, 0.01] }],
  [
    "Stairs",
    {
      kind: "manual",
      rate: 0.1,
      changes: [
        [80, 0.03],
        [150, 0.01],
      ],
    },
  ],
  ["Decays", { kind: "exponential", rate: 0.1, factor: 0.5, steps: 40 }],
  ["Decays", { kind: "naturalExponential", rate: 0.1, decay: 0.015 }],
  ["Decays", { kind: "timeBased", rate: 0.1, decay: 3e-4 }],
  ["Decays", { kind: "inverseTime", rate: 0.1, decay: 1, steps: 40 }],
  ["Decays", { kind: "linear", rate: 0.1, end: 0.01, steps: 170 }],
  ["Decays", { kind: "polynomial", rate: 0.1, steps: 170, power: 2 }],
  ["Decays", { kind: "inverseSqrt", rate: 0.1, timescale: 20 }],
  ["Decays", { kind: "inversePower", rate: 0.1, timescale: 20, power: 0.51 }],
  ["Decays", { kind: "rex", rate: 0.1, steps: 200 }],
  ["Decays", { kind: "coolDown", schedule: { kind: "constant", rate: 0.1 }, start: 140, steps: 60 }],
  ["Decays", { kind: "noam", rate: 1, width: 512, steps: 40 }],
  ["Decays", { kind: "tanhDecay", rate: 0.1, steps: 170 }],
  ["Cosines", { kind: "cosine", rate: 0.1, steps: 170 }],
  ["Cosines", { kind: "warmRestarts", rate: 0.1, steps: 28, growth: 2, decay: 0.7 }],
  ["Cycles", { kind: "cyclic", rate: 0.01, peak: 0.1, up: 20, down: 40 }],
  ["Cycles", { kind: "oneCycle", rate: 0.1, steps: STEPS }],
  ["Cycles", { kind: "oneCycleMomentum", steps: STEPS }],
  ["Cycles", { kind: "interpolateRates", boundaries: [0, 40, 110, 200], rates: [0.01, 0.1, 0.04, 0] }],
  ["Warm-up", warm],
  ["Warm-up", { kind: "warmupStableDecay", rate: 0.1, warmup: 30, stable: 100, decay: 70 }],
  [
    "Combinations",
    {
      kind: "joinSchedules",
      schedules: [0.03, { kind: "linear", rate: 0.1, steps: 90 }, { kind: "cosine", rate: 0.06, steps: 60 }],
      boundaries: [40, 130],
    },
  ],
  [
    "Combinations",
    {
      kind: "multiplySchedules",
      schedules: [
        { kind: "cosine", rate: 0.1, steps: STEPS },
        { kind: "cyclic", rate: 0.5, peak: 1, up: 10 },
      ],
    },
  ],
  ["Combinations", { kind: "scaleSchedule", schedule: warm, factor: 0.5 }],
  ["Combinations", { kind: "clampSchedule", schedule: { kind: "exponential", rate: 0.1, factor: 0.5, steps: 30 }, min: 0.01, max: 0.08 }],
  ["Combinations", { kind: "shiftSchedule", schedule: { kind: "linear", rate: 0.1, steps: 110 }, steps: 60 }],
  ["Combinations", { kind: "repeatSchedule", schedule: { kind: "cosine", rate: 0.1, steps: 40 }, steps: 40, times: 4 }],
  ["Combinations", { kind: "perEpoch", schedule: { kind: "exponential", rate: 0.1, factor: 0.7 } }],
  ["Combinations", { kind: "perFraction", schedule: { kind: "warmup", steps: 10, then: { kind: "linear", rate: 0.1, steps: 90 } } }],
  ["Combinations", { kind: "noisySchedule", schedule: { kind: "cosine", rate: 0.1, steps: STEPS }, deviation: 0.1, limit: 0.3 }],
  ["Watching the loss", { kind: "reduceOnPlateau", rate: 0.1, factor: 0.5, patience: 10 }],
  ["Watching the loss", { kind: "greedy", rate: 0.03, factor: 0.9, patience: 8 }],
];

export const GALLERY: readonly (readonly [Section, Exclude<Plain, number>])[] = STARTS;

/** The start of each kind that is a function of the step, and so can be part of another. */
export const SCHEDULE_STARTS: ReadonlyMap<string, Exclude<Plain, number>> = new Map(
  STARTS.filter(([section]) => section !== "Watching the loss").map(([, start]) => [start.kind, start]),
);

export function ruleOfKind(kind: string): ScheduleRule<Record<string, unknown>> {
  const rule = scheduleRule(kind);
  if (rule === undefined) throw new Error(`there is no schedule called ${kind}`);
  return rule as unknown as ScheduleRule<Record<string, unknown>>;
}

/** Factories that take their options one after the other. */
const POSITIONAL: Readonly<Record<string, readonly string[]>> = {
  joinSchedules: ["schedules", "boundaries"],
  multiplySchedules: ["schedules"],
  scaleSchedule: ["schedule", "factor"],
  shiftSchedule: ["schedule", "steps"],
  repeatSchedule: ["schedule", "steps", "times"],
  perEpoch: ["schedule"],
  perFraction: ["schedule", "parts"],
};

/** The call that makes a schedule, or anything else that options hold. */
export function codeOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(codeOf).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const { kind, ...options } = value as Record<string, unknown>;
  if (typeof kind !== "string") return objectOf(options);
  const order = POSITIONAL[kind];
  if (order !== undefined) {
    const given = order.map((name) => options[name]);
    while (given.at(-1) === undefined) given.pop();
    return `${kind}(${given.map(codeOf).join(", ")})`;
  }
  if (kind === "clampSchedule") {
    const { schedule, ...limits } = options;
    return `clampSchedule(${codeOf(schedule)}, ${objectOf(limits)})`;
  }
  return `${kind}(${Object.keys(options).length === 0 ? "" : objectOf(options)})`;
}

function objectOf(options: Record<string, unknown>): string {
  const parts = Object.entries(options).map(
    ([name, value]) => `${/^[a-z]\w*$/i.test(name) ? name : JSON.stringify(name)}: ${codeOf(value)}`,
  );
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

/** The names of all factories in a call. */
export function kindsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = typeof (value as { kind?: unknown }).kind === "string" ? [(value as { kind: string }).kind] : [];
  return [...new Set([...own, ...Object.values(value).flatMap(kindsIn)])].sort();
}
