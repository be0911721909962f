import { OptionError } from "../../options/errors.js";
import { type Fields, integer, number, oneOf } from "../../options/options.js";
import { between } from "./waves.js";

/** Options that the rate and the momentum of one cycle have in common. */
export interface Phases {
  /** Optimizer updates in the whole cycle: at least 2. */
  steps: number;
  /** Part of the cycle that goes up: from 0 to 1, or to 0.5 with three phases. Default 0.3. */
  rise?: number;
  /** Form of each phase. Default "cosine". */
  shape?: "cosine" | "linear";
  /** Number of phases: 2, or 3 to come back to the first value before the end. Default 2. */
  phases?: number;
}

export function checkPhases(s: Required<Phases>, path: string): void {
  if (s.phases === 3 && s.rise > 0.5) throw new OptionError(`${path}.rise`, s.rise, `must be at most 0.5 with three phases, got ${s.rise}`);
}

export const phaseFields: Fields<Phases> = {
  steps: integer(undefined, { min: 2 }),
  rise: number(0.3, { min: 0, max: 1 }),
  shape: oneOf("cosine", ["cosine", "linear"]),
  phases: integer(2, { min: 2, max: 3 }),
};

export function phased(s: Required<Phases>, step: number, first: number, middle: number, last: number): number {
  const top = s.rise * s.steps - 1;
  const final = s.steps - 1;
  if (step <= top && top > 0) return between(s.shape, first, middle, step / top);
  // A rise of nothing, or of less than a step, has no first phase: the cycle starts at the top.
  const from = Math.max(0, top);
  const back = 2 * s.rise * s.steps - 2;
  if (s.phases === 2) return step < final ? between(s.shape, middle, last, (step - from) / (final - from)) : last;
  if (step <= back && back > from) return between(s.shape, middle, first, (step - from) / (back - from));
  const third = Math.max(from, back);
  return step < final ? between(s.shape, first, last, (step - third) / (final - third)) : last;
}
