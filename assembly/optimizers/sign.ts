// Steps of equal size, and decoupled weight decay: G = scale g
//   signSgd  p -= shrink p + rate sign(G)
//   signum   m  = b1 m + a1 G;  p -= shrink p + rate sign(m)  (Bernstein et al. 2018)
// shrink = learning rate x weight decay; sign(0) = 0 and sign(NaN) = NaN.
import { add, load, mul, sign, splat, store, sub } from "../lanes";

export function signSgd(p: usize, g: usize, n: usize, rate: f32, shrink: f32, scale: f32): void {
  const RATE = splat(rate), SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i));
    store(p + i, sub(P, add(mul(SHRINK, P), mul(RATE, sign(G)))));
  } while ((i += 16) < n << 2);
}

export function signum(p: usize, g: usize, m: usize, n: usize, rate: f32, b1: f32, a1: f32, shrink: f32, scale: f32): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    store(m + i, M);
    store(p + i, sub(P, add(mul(SHRINK, P), mul(RATE, sign(M)))));
  } while ((i += 16) < n << 2);
}
