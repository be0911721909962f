import { type Box, clip } from "./bounds.js";
import type { CountedObjective } from "./objective.js";
import type { Search } from "./search.js";
import { type Ended, ended, type Vector } from "./types.js";

export interface NelderMeadSettings {
  readonly xatol: number;
  readonly fatol: number;
  readonly adaptive: boolean;
}

/**
 * The simplex of Nelder and Mead: the worst of n + 1 corners is reflected, stretched or contracted through the others, or all shrink towards the
 * best. The first simplex changes each variable by 5 % (a zero by 0.00025). With `adaptive` the coefficients depend on n. Points outside the box
 * move onto its side.
 *
 * J. C. Lagarias et al., Convergence properties of the Nelder–Mead simplex method in low dimensions, 1998; F. Gao, L. Han, Implementing the
 * Nelder–Mead simplex algorithm with adaptive parameters, 2012. Agrees with SciPy's Nelder-Mead.
 */
export function nelderMead(objective: CountedObjective, x0: Vector, box: Box, search: Search, settings: NelderMeadSettings): Ended {
  const n = x0.length;
  const [expansion, contraction, shrinkage] = settings.adaptive ? [1 + 2 / n, 0.75 - 1 / (2 * n), 1 - 1 / n] : [2, 0.5, 0.5];
  const corner = (x: Vector) => ({ x: clip(x, box), value: objective.value(x) });
  const start = clip(x0, box);
  const moved = Array.from(start, (value, i) => {
    const x = start.slice();
    x[i] = value === 0 ? 0.00025 : 1.05 * value;
    // at the upper limit the simplex would be flat
    if ((x[i] as number) > (box.upper[i] as number)) x[i] = 2 * (box.upper[i] as number) - (x[i] as number);
    return x;
  });
  // NaN is worse than any number
  const sort = () => simplex.sort((a, b) => order(a.value) - order(b.value) || 0);
  const simplex = [start.slice(), ...moved].map(corner);
  sort();
  const best = () => simplex[0] as (typeof simplex)[0];
  search.at(best());
  if (simplex.every(({ value }) => !Number.isFinite(value))) return ended("not finite");
  for (;;) {
    const last = simplex[n] as (typeof simplex)[0];
    const near = simplex.every(
      ({ x, value }) =>
        Math.abs(value - best().value) <= settings.fatol && x.every((at, i) => Math.abs(at - (best().x[i] as number)) <= settings.xatol),
    );
    if (near) return ended("converged", "the simplex is within xatol, its values within fatol");
    const centre = new Float64Array(n);
    for (const { x } of simplex.slice(0, n)) for (let i = 0; i < n; i++) centre[i] = (centre[i] as number) + (x[i] as number) / n;
    const through = (factor: number) => corner(centre.map((value, i) => value + factor * (value - (last.x[i] as number))));
    const reflected = through(1);
    let taken = reflected;
    let shrink = false;
    if (reflected.value < best().value) {
      const expanded = through(expansion);
      if (expanded.value < reflected.value) taken = expanded;
    } else if (!(reflected.value < (simplex[n - 1] as typeof last).value)) {
      const outside = reflected.value < last.value;
      taken = through(outside ? contraction : -contraction);
      shrink = outside ? !(taken.value <= reflected.value) : !(taken.value < last.value);
    }
    if (shrink) {
      const { x: towards } = best();
      for (let k = 1; k <= n; k++) {
        const { x } = simplex[k] as typeof last;
        simplex[k] = corner(x.map((value, i) => (towards[i] as number) + shrinkage * (value - (towards[i] as number))));
      }
    } else simplex[n] = taken;
    sort();
    const over = search.step(best());
    if (over !== undefined) return over;
  }
}

const order = (value: number) => (Number.isNaN(value) ? Number.MAX_VALUE : Math.min(value, Number.MAX_VALUE));
