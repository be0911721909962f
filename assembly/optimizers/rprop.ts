// Rprop (Riedmiller and Braun 1993), the variant that does not move where the sign turned (iRprop-): G = scale g
//   s = s (plus where G and the gradient before agree in sign, minus where they differ, 1 where one is 0), clamped to [least, most]
//   G = 0 where they differ;  p -= sign(G) s;  before = G
// The lower limit is min(s, least), which is `least` for every step size that began above it, and 0 in the padding.
import { and, andnot, clamp, gt, load, lt, mul, or, pmin, sign, splat, store, sub, xor } from "../lanes";

@inline
function rpropVector(
  p: usize, g: usize, s: usize, before: usize, TO_MINUS: v128, TO_PLUS: v128, LEAST: v128, MOST: v128, SCALE: v128,
): void {
  const ZERO = splat(0);
  const P = load(p), G = mul(SCALE, load(g)), S = load(s), SIGN = sign(G);
  const AGREES = mul(SIGN, load(before)), TURNED = lt(AGREES, ZERO);
  const FACTOR = xor(splat(1), or(and(TO_PLUS, gt(AGREES, ZERO)), and(TO_MINUS, TURNED)));
  const STEP = clamp(mul(S, FACTOR), pmin(S, LEAST), MOST);
  store(s, STEP);
  store(before, andnot(G, TURNED));
  store(p, sub(P, mul(andnot(SIGN, TURNED), STEP)));
}

export function rprop(
  p: usize, g: usize, s: usize, before: usize, n: usize, minus: f32, plus: f32, least: f32, most: f32, scale: f32,
): void {
  // a factor is picked by two operations less where masks change bits of 1 into those of the others
  const TO_MINUS = xor(splat(1), splat(minus)), TO_PLUS = xor(splat(1), splat(plus));
  const LEAST = splat(least), MOST = splat(most), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    rpropVector(p + i, g + i, s + i, before + i, TO_MINUS, TO_PLUS, LEAST, MOST, SCALE);
    rpropVector(p + i + 16, g + i + 16, s + i + 16, before + i + 16, TO_MINUS, TO_PLUS, LEAST, MOST, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) rpropVector(p + i, g + i, s + i, before + i, TO_MINUS, TO_PLUS, LEAST, MOST, SCALE);
}
