// Prodigy (Mishchenko and Defazio 2023) and D-Adaptation (Defazio and Mishchenko 2023), with G = scale g + decay p. The rate of an update
// hangs on sums over all parameters, so it takes two passes. The first moves the state and returns the sum of
//   prodigy     G (x0 - p);             m = b1 m + a1 G;  v = b2 v + a2 G^2;  s = b3 s + a3 G
//   dadaptAdam  G s / (sqrt(v) + eps);  m = b1 m + a1 G;  v = b2 v + a2 G^2;  s = b3 s + a3 G    with the old v and s in the sum
//   dadaptSgd   G s;                    s = s + rate G                                           with the old s in the sum
// (a1, a2 and a3 hold the estimate of the rate). The second, adamStep or fromStart (elementwise/), moves the parameters. In prodigy m, v and s
// may be one array, so each of them is stored before the next is loaded.
import { add, div, loadLeft, lowerProduct, mul, splat, sqrt, storeLeft, sub, total, upperProduct } from "../lanes";

export function prodigy(
  p: usize, g: usize, m: usize, v: usize, s: usize, x0: usize, n: usize,
  b1: f32, a1: f32, b2: f32, a2: f32, b3: f32, a3: f32, decay: f32, scale: f32,
): f64 {
  const B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), B3 = splat(b3), A3 = splat(a3);
  const DECAY = splat(decay), SCALE = splat(scale);
  let s01 = f64x2.splat(0), s23 = f64x2.splat(0);
  for (let i: usize = 0, left = n; left > 0; i += 16, left -= min(left, 4)) {
    const P = loadLeft(p + i, left);
    const G = add(mul(SCALE, loadLeft(g + i, left)), mul(DECAY, P));
    const D = sub(loadLeft(x0 + i, left), P);
    s01 = f64x2.add(s01, lowerProduct(G, D));
    s23 = f64x2.add(s23, upperProduct(G, D));
    storeLeft(m + i, add(mul(B1, loadLeft(m + i, left)), mul(A1, G)), left);
    storeLeft(v + i, add(mul(B2, loadLeft(v + i, left)), mul(A2, mul(G, G))), left);
    storeLeft(s + i, add(mul(B3, loadLeft(s + i, left)), mul(A3, G)), left);
  }
  return total(s01, s23);
}

export function dadaptAdam(
  p: usize, g: usize, m: usize, v: usize, s: usize, n: usize,
  b1: f32, a1: f32, b2: f32, a2: f32, b3: f32, a3: f32, epsilon: f32, decay: f32, scale: f32,
): f64 {
  const B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), B3 = splat(b3), A3 = splat(a3), EPSILON = splat(epsilon);
  const DECAY = splat(decay), SCALE = splat(scale);
  let s01 = f64x2.splat(0), s23 = f64x2.splat(0);
  for (let i: usize = 0, left = n; left > 0; i += 16, left -= min(left, 4)) {
    const G = add(mul(SCALE, loadLeft(g + i, left)), mul(DECAY, loadLeft(p + i, left)));
    const V = loadLeft(v + i, left), S = loadLeft(s + i, left);
    const D = div(S, add(sqrt(V), EPSILON));
    s01 = f64x2.add(s01, lowerProduct(G, D));
    s23 = f64x2.add(s23, upperProduct(G, D));
    storeLeft(m + i, add(mul(B1, loadLeft(m + i, left)), mul(A1, G)), left);
    storeLeft(v + i, add(mul(B2, V), mul(A2, mul(G, G))), left);
    storeLeft(s + i, add(mul(B3, S), mul(A3, G)), left);
  }
  return total(s01, s23);
}

export function dadaptSgd(p: usize, g: usize, s: usize, n: usize, rate: f32, decay: f32, scale: f32): f64 {
  const RATE = splat(rate), DECAY = splat(decay), SCALE = splat(scale);
  let s01 = f64x2.splat(0), s23 = f64x2.splat(0);
  for (let i: usize = 0, left = n; left > 0; i += 16, left -= min(left, 4)) {
    const G = add(mul(SCALE, loadLeft(g + i, left)), mul(DECAY, loadLeft(p + i, left)));
    const S = loadLeft(s + i, left);
    s01 = f64x2.add(s01, lowerProduct(G, S));
    s23 = f64x2.add(s23, upperProduct(G, S));
    storeLeft(s + i, add(S, mul(RATE, G)), left);
  }
  return total(s01, s23);
}
