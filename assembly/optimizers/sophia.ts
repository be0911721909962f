// Sophia (Liu et al. 2023): G = scale g
//   sophia         m = b1 m + a1 G;  u = k m / max(gamma h, epsilon), clamped to [-clip, clip];  p -= shrink p + rate u
//   sophiaSquares  h = b2 h + a2 G^2, where the gradient's own square estimates the Hessian's diagonal h
// k = 1 / (1 - b1^t), shrink = learning rate x weight decay.
import { add, clamp, div, load, mul, neg, pmax, splat, store, sub } from "../lanes";

export function sophia(
  p: usize, g: usize, m: usize, h: usize, n: usize,
  rate: f32, b1: f32, a1: f32, k: f32, gamma: f32, epsilon: f32, clip: f32, shrink: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), K = splat(k), GAMMA = splat(gamma), EPSILON = splat(epsilon);
  const CLIP = splat(clip), SHRINK = splat(shrink), SCALE = splat(scale), LOW = neg(CLIP);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const U = div(mul(K, M), pmax(mul(GAMMA, load(h + i)), EPSILON));
    store(m + i, M);
    store(p + i, sub(P, add(mul(SHRINK, P), mul(RATE, clamp(U, LOW, CLIP)))));
  } while ((i += 16) < n << 2);
}

@inline
function squaresVector(h: usize, g: usize, B2: v128, A2: v128, SCALE: v128): void {
  const G = mul(SCALE, load(g));
  store(h, add(mul(B2, load(h)), mul(A2, mul(G, G))));
}

export function sophiaSquares(h: usize, g: usize, n: usize, b2: f32, a2: f32, scale: f32): void {
  const B2 = splat(b2), A2 = splat(a2), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    squaresVector(h + i, g + i, B2, A2, SCALE);
    squaresVector(h + i + 16, g + i + 16, B2, A2, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) squaresVector(h + i, g + i, B2, A2, SCALE);
}
