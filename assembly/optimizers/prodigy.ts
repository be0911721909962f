// Prodigy (Mishchenko and Defazio 2023) and D-Adaptation (Defazio and Mishchenko 2023), with G = scale g + decay p. The rate of an update
// hangs on sums over all parameters, so it takes two passes. The first moves the state and returns the sum of
//   prodigy     G (x0 - p);             m = b1 m + a1 G;  v = b2 v + a2 G^2;  s = b3 s + a3 G
//   dadaptAdam  G s / (sqrt(v) + eps);  m = b1 m + a1 G;  v = b2 v + a2 G^2;  s = b3 s + a3 G    with the old v and s in the sum
//   dadaptSgd   G s;                    s = s + rate G                                           with the old s in the sum
// (a1, a2 and a3 hold the estimate of the rate). The second, adamStep or fromStart (elementwise/), moves the parameters. In prodigy m, v and s
// may be one array, so each of them is stored before the next is loaded.
import { add, div, load, lowerProduct, mul, splat, sqrt, store, sub, total, upperProduct } from "../lanes";

export function prodigy(
  p: usize, g: usize, m: usize, v: usize, s: usize, x0: usize, n: usize,
  b1: f32, a1: f32, b2: f32, a2: f32, b3: f32, a3: f32, decay: f32, scale: f32,
): f64 {
  const B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), B3 = splat(b3), A3 = splat(a3);
  const DECAY = splat(decay), SCALE = splat(scale);
  let s01 = f64x2.splat(0), s23 = f64x2.splat(0);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const D = sub(load(x0 + i), P);
    s01 = f64x2.add(s01, lowerProduct(G, D));
    s23 = f64x2.add(s23, upperProduct(G, D));
    store(m + i, add(mul(B1, load(m + i)), mul(A1, G)));
    store(v + i, add(mul(B2, load(v + i)), mul(A2, mul(G, G))));
    store(s + i, add(mul(B3, load(s + i)), mul(A3, G)));
  } while ((i += 16) < n << 2);
  return total(s01, s23);
}

export function dadaptAdam(
  p: usize, g: usize, m: usize, v: usize, s: usize, n: usize,
  b1: f32, a1: f32, b2: f32, a2: f32, b3: f32, a3: f32, epsilon: f32, decay: f32, scale: f32,
): f64 {
  const B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), B3 = splat(b3), A3 = splat(a3), EPSILON = splat(epsilon);
  const DECAY = splat(decay), SCALE = splat(scale);
  let s01 = f64x2.splat(0), s23 = f64x2.splat(0);
  let i: usize = 0;
  if (n) do {
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, load(p + i)));
    const V = load(v + i), S = load(s + i);
    const D = div(S, add(sqrt(V), EPSILON));
    s01 = f64x2.add(s01, lowerProduct(G, D));
    s23 = f64x2.add(s23, upperProduct(G, D));
    store(m + i, add(mul(B1, load(m + i)), mul(A1, G)));
    store(v + i, add(mul(B2, V), mul(A2, mul(G, G))));
    store(s + i, add(mul(B3, S), mul(A3, G)));
  } while ((i += 16) < n << 2);
  return total(s01, s23);
}

export function dadaptSgd(p: usize, g: usize, s: usize, n: usize, rate: f32, decay: f32, scale: f32): f64 {
  const RATE = splat(rate), DECAY = splat(decay), SCALE = splat(scale);
  let s01 = f64x2.splat(0), s23 = f64x2.splat(0);
  let i: usize = 0;
  if (n) do {
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, load(p + i)));
    const S = load(s + i);
    s01 = f64x2.add(s01, lowerProduct(G, S));
    s23 = f64x2.add(s23, upperProduct(G, S));
    store(s + i, add(S, mul(RATE, G)));
  } while ((i += 16) < n << 2);
  return total(s01, s23);
}
