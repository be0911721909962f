// The first pass of Momo and Momo-Adam (Schaipp et al. 2024), with G = scale g:
//   momo      m = b m + a G;                             returns the sum of m^2
//   momoAdam  m = b1 m + a1 G;  v = b2 v + a2 G^2;       returns the sum of m^2 / (sqrt(v) c2 + epsilon)
// The second is sgd with m for the gradient, or adamStep (elementwise/adam.ts).
import { add, div, loadLeft, lowerProduct, mul, splat, sqrt, storeLeft, total, upperProduct } from "../lanes";

export function momo(g: usize, m: usize, n: usize, b: f32, a: f32, scale: f32): f64 {
  const B = splat(b), A = splat(a), SCALE = splat(scale);
  let s01 = f64x2.splat(0), s23 = f64x2.splat(0);
  for (let i: usize = 0, left = n; left > 0; i += 16, left -= min(left, 4)) {
    const M = add(mul(B, loadLeft(m + i, left)), mul(A, mul(SCALE, loadLeft(g + i, left))));
    storeLeft(m + i, M, left);
    s01 = f64x2.add(s01, lowerProduct(M, M));
    s23 = f64x2.add(s23, upperProduct(M, M));
  }
  return total(s01, s23);
}

export function momoAdam(
  g: usize, m: usize, v: usize, n: usize, b1: f32, a1: f32, b2: f32, a2: f32, c2: f32, epsilon: f32, scale: f32,
): f64 {
  const B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), C2 = splat(c2), EPSILON = splat(epsilon), SCALE = splat(scale);
  let s01 = f64x2.splat(0), s23 = f64x2.splat(0);
  for (let i: usize = 0, left = n; left > 0; i += 16, left -= min(left, 4)) {
    const G = mul(SCALE, loadLeft(g + i, left));
    const M = add(mul(B1, loadLeft(m + i, left)), mul(A1, G));
    const V = add(mul(B2, loadLeft(v + i, left)), mul(A2, mul(G, G)));
    const U = div(M, add(mul(sqrt(V), C2), EPSILON));
    storeLeft(m + i, M, left);
    storeLeft(v + i, V, left);
    s01 = f64x2.add(s01, lowerProduct(M, U));
    s23 = f64x2.add(s23, upperProduct(M, U));
  }
  return total(s01, s23);
}
