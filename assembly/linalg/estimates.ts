// Sums from which some optimizers estimate a rate, in the order of reductions.ts.
import { add, loadLeft, lowerProduct, mul, splat, sub, total, upperProduct } from "../lanes";

/** The sum of (x[i] - y[i])^2, the differences rounded to f32. */
export function squaredDistance(x: usize, y: usize, n: usize): f64 {
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  for (let i: usize = 0, left = n; left > 0; i += 32, left -= min(left, 8)) {
    let D = sub(loadLeft(x + i, left), loadLeft(y + i, left));
    s0 = f64x2.add(s0, lowerProduct(D, D));
    s1 = f64x2.add(s1, upperProduct(D, D));
    if (left > 4) {
      D = sub(loadLeft(x + i + 16, left - 4), loadLeft(y + i + 16, left - 4));
      s2 = f64x2.add(s2, lowerProduct(D, D));
      s3 = f64x2.add(s3, upperProduct(D, D));
    }
  }
  return total(f64x2.add(s0, s2), f64x2.add(s1, s3));
}

/** The sum of G^2 with G = scale g + decay p, the gradient that an update with coupled weight decay takes. */
export function sumSquaresDecayed(p: usize, g: usize, n: usize, decay: f32, scale: f32): f64 {
  const DECAY = splat(decay), SCALE = splat(scale);
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  for (let i: usize = 0, left = n; left > 0; i += 32, left -= min(left, 8)) {
    let G = add(mul(SCALE, loadLeft(g + i, left)), mul(DECAY, loadLeft(p + i, left)));
    s0 = f64x2.add(s0, lowerProduct(G, G));
    s1 = f64x2.add(s1, upperProduct(G, G));
    if (left > 4) {
      G = add(mul(SCALE, loadLeft(g + i + 16, left - 4)), mul(DECAY, loadLeft(p + i + 16, left - 4)));
      s2 = f64x2.add(s2, lowerProduct(G, G));
      s3 = f64x2.add(s3, upperProduct(G, G));
    }
  }
  return total(f64x2.add(s0, s2), f64x2.add(s1, s3));
}

/** The sum of G u[i] with G = scale g + decay p. */
export function dotDecayed(p: usize, g: usize, u: usize, n: usize, decay: f32, scale: f32): f64 {
  const DECAY = splat(decay), SCALE = splat(scale);
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  for (let i: usize = 0, left = n; left > 0; i += 32, left -= min(left, 8)) {
    let G = add(mul(SCALE, loadLeft(g + i, left)), mul(DECAY, loadLeft(p + i, left)));
    let U = loadLeft(u + i, left);
    s0 = f64x2.add(s0, lowerProduct(G, U));
    s1 = f64x2.add(s1, upperProduct(G, U));
    if (left > 4) {
      G = add(mul(SCALE, loadLeft(g + i + 16, left - 4)), mul(DECAY, loadLeft(p + i + 16, left - 4)));
      U = loadLeft(u + i + 16, left - 4);
      s2 = f64x2.add(s2, lowerProduct(G, U));
      s3 = f64x2.add(s3, upperProduct(G, U));
    }
  }
  return total(f64x2.add(s0, s2), f64x2.add(s1, s3));
}
