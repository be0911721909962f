import { dot } from "../numerics/dot.js";
import type { Descent } from "./descend.js";
import type { Vector } from "./types.js";

/** Part of the squared gradient's norm that a direction must descend by, or it starts anew from the gradient. */
const DESCENT = 0.01;

/**
 * Nonlinear conjugate gradients by Polak and Ribière, with β no less than 0: d ← −g + max(0, ⟨g − g₋, g⟩ / ⟨g₋, g₋⟩) d.
 *
 * J. Nocedal, S. J. Wright, Numerical Optimization, 2006, section 5.2.
 */
export function conjugateGradients(): Descent {
  /** The last direction made conjugate to the gradient; none at the start. */
  let conjugate: Vector | undefined;
  /** The value before the last iteration. */
  let before: number | undefined;
  return {
    isNew: () => conjugate === undefined,
    forget() {
      conjugate = undefined;
    },
    line({ value, gradient }) {
      const d = conjugate ?? gradient.map((slope) => -slope);
      before ??= value + Math.sqrt(dot(d, d)) / 2;
      // what the last iteration won, the next is taken to win as well
      const guess = (2.02 * (value - before)) / dot(gradient, d);
      return { d, rate: guess > 0 ? Math.min(1, guess) : 1, curvatureTolerance: 0.4 };
    },
    learn(here, { gradient }, d) {
      const square = dot(gradient, gradient);
      const beta = Math.max(0, (square - dot(gradient, here.gradient)) / dot(here.gradient, here.gradient));
      const next: Vector = d.map((value, i) => beta * value - (gradient[i] as number));
      conjugate = beta > 0 && dot(next, gradient) <= -DESCENT * square ? next : undefined;
      before = here.value;
    },
  };
}
