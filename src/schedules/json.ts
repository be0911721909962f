import { OptionError } from "../options/errors.js";
import { show, suggest } from "../options/options.js";
import { perEpochRule, perFractionRule } from "./clock.js";
import { clampRule, productRule, repeatRule, scaleRule, sequenceRule, shiftRule } from "./combine.js";
import { cosineRule, tanhRule, warmRestartsRule } from "./cosine.js";
import { cyclicRule, interpolateRule, oneCycleMomentumRule, oneCycleRule } from "./cyclic.js";
import {
  exponentialRule,
  inverseSqrtRule,
  inverseTimeRule,
  linearRule,
  naturalExponentialRule,
  noamRule,
  polynomialRule,
  timeBasedRule,
} from "./decay.js";
import { lambdaRule, multiplicativeRule } from "./functions.js";
import { noiseRule } from "./noise.js";
import { greedyRule, reduceOnPlateauRule } from "./plateau.js";
import { make, type Rule, type Schedule } from "./schedule.js";
import { constantRule, factorRule, multiStepRule, piecewiseConstantRule, stepRule } from "./steps.js";
import { warmupRule, warmupStableDecayRule } from "./warmup.js";

/** Every kind of schedule there is. */
export const scheduleRules: readonly Rule[] = [
  constantRule,
  factorRule,
  lambdaRule,
  multiplicativeRule,
  stepRule,
  multiStepRule,
  piecewiseConstantRule,
  exponentialRule,
  naturalExponentialRule,
  timeBasedRule,
  inverseTimeRule,
  linearRule,
  polynomialRule,
  inverseSqrtRule,
  noamRule,
  cosineRule,
  warmRestartsRule,
  tanhRule,
  cyclicRule,
  oneCycleRule,
  oneCycleMomentumRule,
  interpolateRule,
  warmupRule,
  warmupStableDecayRule,
  sequenceRule,
  productRule,
  scaleRule,
  clampRule,
  shiftRule,
  repeatRule,
  perEpochRule,
  perFractionRule,
  noiseRule,
  reduceOnPlateauRule,
  greedyRule,
];

/**
 * A schedule from data that was JSON: checks all of it and attaches the rules, so that `rateAt` gives the bits it gave before.
 *
 * @param value a number, or an object with `kind` and that kind's options
 * @param path what the value is called in error messages
 * @throws OptionError that names the place: "optimizer.learningRate.then.steps must be a positive integer, got -3"
 * @example scheduleFromJSON(JSON.parse('{ "kind": "cosine", "rate": 0.1, "steps": 100 }'))
 */
export function scheduleFromJSON(value: unknown, path = "schedule"): Schedule {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionError(path, value, `must be a number or an object with a kind, got ${show(value)}`);
  }
  return revive(value, path) as Schedule;
}

/**
 * The same schedule, once it is sure that JSON can hold it.
 *
 * `JSON.stringify` would drop a function silently.
 *
 * @throws OptionError that names the place of a function
 * @example JSON.stringify(scheduleToJSON(cosine({ rate: 0.1, steps: 100 })))
 */
export function scheduleToJSON(schedule: Schedule, path = "schedule"): unknown {
  refuseFunctions(schedule, path);
  return schedule;
}

function revive(value: unknown, path: string): unknown {
  if (typeof value === "function") throw functionError(value, path);
  if (Array.isArray(value)) return value.map((entry, i) => revive(entry, `${path}[${i}]`));
  if (typeof value !== "object" || value === null) return value;
  const kind = Object.hasOwn(value, "kind") ? (value as { kind: unknown }).kind : undefined;
  const rule = scheduleRules.find((known) => known.kind === kind);
  if (rule === undefined) {
    const kinds = scheduleRules.map((known) => known.kind);
    const hint = typeof kind === "string" ? suggest(kind, kinds) : "";
    throw new OptionError(
      `${path}.kind`,
      kind,
      `must be a kind of schedule, got ${show(kind)}${hint || `; there are ${kinds.join(", ")}`}`,
    );
  }
  const inner = Object.entries(value).map(([key, entry]) => [key, revive(entry, `${path}.${key}`)]);
  return make(rule, Object.fromEntries(inner), path);
}

function refuseFunctions(value: unknown, path: string): void {
  if (typeof value === "function") throw functionError(value, path);
  if (typeof value !== "object" || value === null) return;
  for (const [key, entry] of Object.entries(value)) refuseFunctions(entry, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`);
}

function functionError(value: unknown, path: string): OptionError {
  return new OptionError(path, value, "is a function, which JSON cannot hold: describe it with the schedules there are");
}
