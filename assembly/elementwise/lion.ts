// Lion (Chen et al. 2023) with decoupled weight decay: G = scale g
//   C = b1 m + a1 G;  m = b2 m + a2 G;  p -= shrink p + rate u(C), with the old m in C
// u is sign (lion), tanh(sharpness C) (lionSmooth), or C clamped to [-1, 1] (lionRefined). a1 = 1 - b1, a2 = 1 - b2, shrink = learning rate x weight decay.
import { add, clamp, load, mul, sign, splat, store, sub } from "../lanes";
import { tanh } from "../math";

export function lion(p: usize, g: usize, m: usize, RATE: v128, B1: v128, A1: v128, B2: v128, A2: v128, SHRINK: v128, SCALE: v128): void {
  const P = load(p), G = mul(SCALE, load(g));
  const M = load(m), C = add(mul(B1, M), mul(A1, G));
  store(m, add(mul(B2, M), mul(A2, G)));
  store(p, sub(P, add(mul(SHRINK, P), mul(RATE, sign(C)))));
}

export function lionSmooth(
  p: usize, g: usize, m: usize,
  RATE: v128, B1: v128, A1: v128, B2: v128, A2: v128, SHARPNESS: v128, SHRINK: v128, SCALE: v128,
): void {
  const P = load(p), G = mul(SCALE, load(g));
  const M = load(m), C = add(mul(B1, M), mul(A1, G));
  store(m, add(mul(B2, M), mul(A2, G)));
  store(p, sub(P, add(mul(SHRINK, P), mul(RATE, tanh(mul(SHARPNESS, C))))));
}

export function lionRefined(
  p: usize, g: usize, m: usize,
  RATE: v128, B1: v128, A1: v128, B2: v128, A2: v128, SHRINK: v128, SCALE: v128,
): void {
  const ONE = splat(1);
  const MINUS = splat(-1);
  const P = load(p), G = mul(SCALE, load(g));
  const M = load(m), C = add(mul(B1, M), mul(A1, G));
  store(m, add(mul(B2, M), mul(A2, G)));
  store(p, sub(P, add(mul(SHRINK, P), mul(RATE, clamp(C, MINUS, ONE)))));
}
