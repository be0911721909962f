// Lion (Chen et al. 2023) with decoupled weight decay: G = scale g
//   C = b1 m + a1 G;  m = b2 m + a2 G;  p -= shrink p + rate u(C), with the old m in C
// u is sign (lion), tanh(sharpness C) (lionSmooth), or C clamped to [-1, 1] (lionRefined). a1 = 1 - b1, a2 = 1 - b2, shrink = learning rate x weight decay.
import { add, clamp, load, mul, sign, splat, store, sub } from "../lanes";
import { tanh } from "../math";

export function lion(p: usize, g: usize, m: usize, n: usize, rate: f32, b1: f32, a1: f32, b2: f32, a2: f32, shrink: f32, scale: f32): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i));
    const M = load(m + i), C = add(mul(B1, M), mul(A1, G));
    store(m + i, add(mul(B2, M), mul(A2, G)));
    store(p + i, sub(P, add(mul(SHRINK, P), mul(RATE, sign(C)))));
  } while ((i += 16) < n << 2);
}

export function lionSmooth(
  p: usize, g: usize, m: usize, n: usize, rate: f32, b1: f32, a1: f32, b2: f32, a2: f32, sharpness: f32, shrink: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), SHARPNESS = splat(sharpness);
  const SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i));
    const M = load(m + i), C = add(mul(B1, M), mul(A1, G));
    store(m + i, add(mul(B2, M), mul(A2, G)));
    store(p + i, sub(P, add(mul(SHRINK, P), mul(RATE, tanh(mul(SHARPNESS, C))))));
  } while ((i += 16) < n << 2);
}

export function lionRefined(
  p: usize, g: usize, m: usize, n: usize, rate: f32, b1: f32, a1: f32, b2: f32, a2: f32, shrink: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), SHRINK = splat(shrink), SCALE = splat(scale);
  const ONE = splat(1), MINUS = splat(-1);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i));
    const M = load(m + i), C = add(mul(B1, M), mul(A1, G));
    store(m + i, add(mul(B2, M), mul(A2, G)));
    store(p + i, sub(P, add(mul(SHRINK, P), mul(RATE, clamp(C, MINUS, ONE)))));
  } while ((i += 16) < n << 2);
}
