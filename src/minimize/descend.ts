import { dot } from "../numerics/dot.js";
import type { Point } from "../numerics/line.js";
import { type WolfeSettings, wolfe } from "../numerics/wolfe.js";
import { type Box, clip, projectedGradient } from "./bounds.js";
import { type CountedObjective, type Evaluation, finite } from "./objective.js";
import type { Search } from "./search.js";
import { type Ended, ended, type Vector } from "./types.js";

/** A direction, and how it is searched; what is left out is as in `LINE`. */
export interface Line extends Partial<WolfeSettings> {
  readonly d: Vector;
  /** The first rate tried. */
  readonly rate: number;
}

/** A method that goes from point to point along lines, and what it keeps of the iterations. */
export interface Descent {
  /** Where to go from a point after `nit` iterations. */
  line(here: Evaluation, nit: number): Line;
  /** Takes in an iteration that went along d. */
  learn(here: Evaluation, next: Evaluation, d: Vector): void;
  /** Whether there is nothing to forget. */
  isNew(): boolean;
  forget(): void;
}

/** How a line is searched; the objective may be evaluated `maxSteps` times along it. */
const LINE = { maxRate: Number.MAX_VALUE, slopeTolerance: 1e-4, curvatureTolerance: 0.9, rateTolerance: 0, maxSteps: 30 };

/** Goes down from x0 until the projected gradient is within gtol, or an iteration lowers the value by no more than ftol of it. */
export function descend(
  objective: CountedObjective,
  x0: Vector,
  box: Box,
  search: Search,
  descent: Descent,
  { ftol, gtol }: { readonly ftol: number; readonly gtol: number },
): Ended {
  let here = objective.evaluate(clip(x0, box));
  search.at(here);
  if (!finite(here)) return ended("not finite");
  let fall = Number.POSITIVE_INFINITY;
  for (;;) {
    if (projectedGradient(here.x, here.gradient, box) <= gtol) return ended("converged", "the gradient is within gtol");
    if (fall <= ftol) return ended("converged", "the last iteration lowered the value by no more than ftol");
    const line = descent.line(here, search.nit);
    const next = lowerAlong(line, objective, here, box);
    if (next !== undefined) {
      descent.learn(here, next, line.d);
      fall = (here.value - next.value) / Math.max(Math.abs(here.value), Math.abs(next.value), 1);
      here = next;
      const over = search.step(here);
      if (over !== undefined) return over;
    } else if (descent.isNew()) return ended("stuck");
    // what was kept may be at fault: once more without it
    else descent.forget();
  }
}

/** A lower point along a line, by the strong Wolfe conditions as far as its largest rate allows; undefined when there is none. */
function lowerAlong({ d, ...settings }: Line, objective: CountedObjective, from: Evaluation, box: Box): Evaluation | undefined {
  const at = (rate: number, reached: Evaluation) => ({ rate, value: reached.value, slope: dot(reached.gradient, d), reached });
  const start = at(0, from);
  if (!(start.slope < 0)) return undefined;
  const phi = (rate: number): Point & { reached: Evaluation } => {
    const x = from.x.map((value, i) => value + rate * (d[i] as number));
    return at(rate, objective.evaluate(clip(x, box)));
  };
  const { reached } = wolfe(phi, start, { ...LINE, ...settings }).point;
  return reached.value < from.value ? reached : undefined;
}

/** a − b. */
export function minus(a: Vector, b: Vector): Vector {
  return a.map((value, i) => value - (b[i] as number));
}
