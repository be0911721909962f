import { dot } from "../numerics/dot.js";
import type { Box } from "./bounds.js";
import { descend } from "./descend.js";
import { type CountedObjective, finite } from "./objective.js";
import type { Search } from "./search.js";
import { type Ended, ended, type Vector } from "./types.js";

/** Part of the squared gradient's norm that a direction must descend by, or it starts anew from the gradient. */
const DESCENT = 0.01;

/**
 * Nonlinear conjugate gradients by Polak and Ribière, with β no less than 0: d ← −g + max(0, ⟨g − g₋, g⟩ / ⟨g₋, g₋⟩) d.
 *
 * J. Nocedal, S. J. Wright, Numerical Optimization, 2006, section 5.2.
 */
export function conjugateGradients(objective: CountedObjective, x0: Vector, box: Box, search: Search, gtol: number): Ended {
  let here = objective.evaluate(x0);
  search.at(here);
  if (!finite(here)) return ended("not finite");
  const done = () => here.gradient.every((slope) => Math.abs(slope) <= gtol);
  if (done()) return ended("converged", "the gradient is within gtol");
  let d = here.gradient.map((slope) => -slope);
  let before = here.value + Math.sqrt(dot(d, d)) / 2;
  for (;;) {
    const slope = dot(here.gradient, d);
    // what the last iteration won, the next is taken to win as well
    const guess = (2.02 * (here.value - before)) / slope;
    const rate = guess > 0 ? Math.min(1, guess) : 1;
    const next = descend(objective, here, d, box, { rate, maxRate: Number.MAX_VALUE, slopeTolerance: 1e-4, curvatureTolerance: 0.4 });
    if (next === undefined) {
      const steepest = here.gradient.map((value) => -value);
      if (dot(steepest, steepest) === -slope) return ended("stuck");
      d = steepest;
      continue;
    }
    const norm = dot(here.gradient, here.gradient);
    const beta = Math.max(0, (dot(next.gradient, next.gradient) - dot(next.gradient, here.gradient)) / norm);
    before = here.value;
    here = next;
    const over = search.step(here);
    if (over !== undefined) return over;
    if (done()) return ended("converged", "the gradient is within gtol");
    const conjugate: Vector = d.map((value, i) => beta * value - (here.gradient[i] as number));
    const square = dot(here.gradient, here.gradient);
    d = dot(conjugate, here.gradient) <= -DESCENT * square ? conjugate : here.gradient.map((value) => -value);
  }
}
