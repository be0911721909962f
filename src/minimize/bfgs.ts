import { dot } from "../numerics/dot.js";
import { times, update } from "./broyden.js";
import { type Descent, minus } from "./descend.js";

/**
 * Quasi-Newton with the whole inverse Hessian: d = -H g, H from all steps; `scaled` is self-scaled Broyden in place of BFGS.
 *
 * J. Nocedal, S. J. Wright, Numerical Optimization, 2006, algorithm 6.1.
 */
export function bfgs(n: number, scaled: boolean): Descent {
  const inverse = new Float64Array(n * n);
  let isFirst = true;
  const forget = () => {
    inverse.fill(0);
    for (let i = 0; i < n; i++) inverse[i * n + i] = 1;
    isFirst = true;
  };
  forget();
  return {
    isNew: () => isFirst,
    forget,
    line: ({ gradient }) => ({
      d: times(inverse, gradient).map((value) => -value),
      // a step as long as the gradient may be far too long where nothing is known
      rate: isFirst ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1,
    }),
    learn(here, next, d) {
      const s = minus(next.x, here.x);
      if (update(inverse, s, minus(next.gradient, here.gradient), here.gradient, dot(s, d) / dot(d, d), scaled, isFirst)) isFirst = false;
    },
  };
}
