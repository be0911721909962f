// A step of a gated recurrent unit, beside its products.
import { TINY } from "../limits";
import { add, flushed, loadLeft, mul, splat, storeLeft, sub } from "../lanes";
import { sigmoid, tanh } from "../math";

/**
 * A step of a gated recurrent unit, of a = x W + b and c = h U + d, each [rows × 3 units] for reset, update and new:
 * r = sigmoid(a + c), z = sigmoid(a + c), n = tanh(a + r c), out = n + z (h - n). r, z and n go to gates.
 */
export function gruStep(a: usize, c: usize, h: usize, out: usize, gates: usize, rows: usize, units: usize): void {
  const one = units << 2, two = one << 1, TINY4 = splat(TINY);
  for (let r: usize = 0; r < rows; r++, a += one + two, c += one + two, gates += one + two, h += one, out += one) {
    for (let j: usize = 0; j < units; j += 4) {
      const left = units - j, at = j << 2;
      const R = sigmoid(add(loadLeft(a + at, left), loadLeft(c + at, left)));
      const Z = sigmoid(add(loadLeft(a + one + at, left), loadLeft(c + one + at, left)));
      const N = tanh(add(loadLeft(a + two + at, left), mul(R, loadLeft(c + two + at, left))));
      const H = add(N, mul(Z, sub(loadLeft(h + at, left), N)));
      storeLeft(gates + at, flushed(R, TINY4), left);
      storeLeft(gates + one + at, flushed(Z, TINY4), left);
      storeLeft(gates + two + at, N, left);
      storeLeft(out + at, flushed(H, TINY4), left);
    }
  }
}

/** The gradients of a, c and h from g, that of out; dh without what comes through c. */
export function gruStepGradient(
  gates: usize, c: usize, h: usize, g: usize, da: usize, dc: usize, dh: usize, rows: usize, units: usize,
): void {
  const one = units << 2, two = one << 1, three = one + two, ONE = splat(1), TINY4 = splat(TINY);
  for (let r: usize = 0; r < rows; r++, gates += three, c += three, da += three, dc += three, h += one, g += one, dh += one) {
    for (let j: usize = 0; j < units; j += 4) {
      const left = units - j, at = j << 2;
      const R = loadLeft(gates + at, left), Z = loadLeft(gates + one + at, left), N = loadLeft(gates + two + at, left);
      const G = loadLeft(g + at, left);
      const DN = flushed(mul(mul(G, sub(ONE, Z)), sub(ONE, mul(N, N))), TINY4);
      const DR = flushed(mul(mul(DN, loadLeft(c + two + at, left)), mul(R, sub(ONE, R))), TINY4);
      const DZ = flushed(mul(mul(G, sub(loadLeft(h + at, left), N)), mul(Z, sub(ONE, Z))), TINY4);
      storeLeft(da + at, DR, left);
      storeLeft(dc + at, DR, left);
      storeLeft(da + one + at, DZ, left);
      storeLeft(dc + one + at, DZ, left);
      storeLeft(da + two + at, DN, left);
      storeLeft(dc + two + at, flushed(mul(DN, R), TINY4), left);
      storeLeft(dh + at, flushed(mul(G, Z), TINY4), left);
    }
  }
}
