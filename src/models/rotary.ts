import { cos, exp, log } from "../numerics/math.js";

const QUARTER_TURN = 1.5707963267948966;

/** Writes the cosines and sines of position times base^(-i / half), [steps × half] each. */
export function angles(cosines: Float32Array, sines: Float32Array, steps: number, half: number, base: number): void {
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < half; i++) {
      const angle = t * exp((-i / half) * log(base));
      cosines[t * half + i] = cos(angle);
      sines[t * half + i] = cos(angle - QUARTER_TURN);
    }
  }
}
