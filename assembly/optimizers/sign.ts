// Steps of equal size, and decoupled weight decay: G = scale g
//   signSgd  p -= shrink p + rate sign(G)
//   signum   m  = b1 m + a1 G;  p -= shrink p + rate sign(m)  (Bernstein et al. 2018)
// shrink = learning rate x weight decay; sign(0) = 0 and sign(NaN) = NaN.
import { add, load, mul, sign, splat, store, sub } from "../lanes";

@inline
function signSgdVector(p: usize, g: usize, RATE: v128, SHRINK: v128, SCALE: v128): void {
  const P = load(p), G = mul(SCALE, load(g));
  store(p, sub(P, add(mul(SHRINK, P), mul(RATE, sign(G)))));
}

export function signSgd(p: usize, g: usize, n: usize, rate: f32, shrink: f32, scale: f32): void {
  const RATE = splat(rate), SHRINK = splat(shrink), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    signSgdVector(p + i, g + i, RATE, SHRINK, SCALE);
    signSgdVector(p + i + 16, g + i + 16, RATE, SHRINK, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) signSgdVector(p + i, g + i, RATE, SHRINK, SCALE);
}

@inline
function signumVector(p: usize, g: usize, m: usize, RATE: v128, B1: v128, A1: v128, SHRINK: v128, SCALE: v128): void {
  const P = load(p), G = mul(SCALE, load(g));
  const M = add(mul(B1, load(m)), mul(A1, G));
  store(m, M);
  store(p, sub(P, add(mul(SHRINK, P), mul(RATE, sign(M)))));
}

export function signum(p: usize, g: usize, m: usize, n: usize, rate: f32, b1: f32, a1: f32, shrink: f32, scale: f32): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), SHRINK = splat(shrink), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    signumVector(p + i, g + i, m + i, RATE, B1, A1, SHRINK, SCALE);
    signumVector(p + i + 16, g + i + 16, m + i + 16, RATE, B1, A1, SHRINK, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) signumVector(p + i, g + i, m + i, RATE, B1, A1, SHRINK, SCALE);
}
