// SM3 (Anil et al. 2019) with momentum and decoupled decay, G = scale g:
//   A = gain G^2 + b2 (the accumulator that stands for the element);  m = b1 m + a1 G / sqrt(A + epsilon);  p -= shrink p + rate m
// Here each element has an accumulator s, which becomes A; for matrices, with one for each row and column, see optimizers/sm3.ts.
// shrink = learning rate x weight decay.
import { add, div, load, mul, sqrt, store, sub } from "../lanes";

export function sm3(
  p: usize, g: usize, m: usize, s: usize,
  RATE: v128, B1: v128, A1: v128, B2: v128, GAIN: v128, EPSILON: v128, SHRINK: v128, SCALE: v128,
): void {
  const P = load(p);
  const G = mul(SCALE, load(g));
  const A = add(mul(GAIN, mul(G, G)), mul(B2, load(s)));
  const M = add(mul(B1, load(m)), mul(A1, div(G, sqrt(add(A, EPSILON)))));
  store(s, A);
  store(m, M);
  store(p, sub(P, add(mul(SHRINK, P), mul(RATE, M))));
}
