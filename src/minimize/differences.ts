import type { Box } from "./bounds.js";
import type { Vector } from "./types.js";

/** The cube root of the distance between 1 and the next number: the step that balances the two errors of a central difference. */
const STEP = 6.055454452393343e-6;

/**
 * Derivatives by central differences, (f(x + h) − f(x − h)) / 2h, with h = 6e-6 · `typical`: SciPy's "3-point" takes max(1, |x|), which is
 * too far for parameters of 1e-9. At a limit of the box the three points lie on one side. `add(i, weight, of)` receives the values of f at each of them, to be summed by weight into column i.
 */
export function differences<T>(
  f: (x: Vector) => T,
  x: Vector,
  { lower, upper }: Box,
  typical: Vector,
  here: T,
  add: (i: number, weight: number, value: T) => void,
): void {
  const at = x.slice();
  for (let i = 0; i < x.length; i++) {
    const centre = x[i] as number;
    const wanted = STEP * Math.max(typical[i] as number, Math.abs(centre));
    const [below, above] = [centre - (lower[i] as number), (upper[i] as number) - centre];
    // what is added in floating point is the difference of two numbers
    const stepTo = (target: number) => Math.min(Math.max(target, lower[i] as number), upper[i] as number) - centre;
    const evaluate = (h: number) => {
      at[i] = centre + h;
      return f(at);
    };
    if (below >= wanted && above >= wanted) {
      const [up, down] = [stepTo(centre + wanted), stepTo(centre - wanted)];
      add(i, 1 / (up - down), evaluate(up));
      add(i, -1 / (up - down), evaluate(down));
    } else if (below > 0 || above > 0) {
      const far = above >= below ? stepTo(centre + Math.min(2 * wanted, above)) : stepTo(centre - Math.min(2 * wanted, below));
      const near = stepTo(centre + far / 2);
      add(i, -(near + far) / (near * far), here);
      add(i, far / (near * (far - near)), evaluate(near));
      add(i, -near / (far * (far - near)), evaluate(far));
    }
    at[i] = centre;
  }
}

/** The size of the variables, as their start tells it. */
export function typicalOf(x0: Vector): Vector {
  return x0.map((value) => Math.abs(value) || 1);
}
