import { dot } from "../numerics/dot.js";
import type { Box } from "./bounds.js";
import { times, update } from "./broyden.js";
import { descend } from "./descend.js";
import { type CountedObjective, finite } from "./objective.js";
import type { Search } from "./search.js";
import { type Ended, ended, type Vector } from "./types.js";

interface QuasiNewton {
  readonly gtol: number;
  /** Self-scaled Broyden in place of BFGS. */
  readonly scaled: boolean;
}

/**
 * Quasi-Newton with the whole inverse Hessian: d = -H g, H from all steps.
 *
 * J. Nocedal, S. J. Wright, Numerical Optimization, 2006, algorithm 6.1.
 */
export function bfgs(objective: CountedObjective, x0: Vector, box: Box, search: Search, { gtol, scaled }: QuasiNewton): Ended {
  const n = x0.length;
  let here = objective.evaluate(x0);
  search.at(here);
  if (!finite(here)) return ended("not finite");
  const done = () => here.gradient.every((slope) => Math.abs(slope) <= gtol);
  if (done()) return ended("converged", "the gradient is within gtol");
  const inverse = new Float64Array(n * n);
  let isFirst = true;
  /** Forgets all steps. */
  const begin = () => {
    inverse.fill(0);
    for (let i = 0; i < n; i++) inverse[i * n + i] = 1;
    isFirst = true;
  };
  begin();
  for (;;) {
    const d = times(inverse, here.gradient).map((value) => -value);
    // a step as long as the gradient may be far too long where nothing is known
    const rate = isFirst ? Math.min(1, 1 / Math.sqrt(dot(here.gradient, here.gradient))) : 1;
    const next = descend(objective, here, d, box, { rate, maxRate: Number.MAX_VALUE, slopeTolerance: 1e-4, curvatureTolerance: 0.9 });
    if (next === undefined) {
      if (isFirst) return ended("stuck");
      begin();
      continue;
    }
    const s = next.x.map((value, i) => value - (here.x[i] as number));
    const y = next.gradient.map((value, i) => value - (here.gradient[i] as number));
    if (update(inverse, s, y, here.gradient, dot(s, d) / dot(d, d), scaled, isFirst)) isFirst = false;
    here = next;
    const over = search.step(here);
    if (over !== undefined) return over;
    if (done()) return ended("converged", "the gradient is within gtol");
  }
}
