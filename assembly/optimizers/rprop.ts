// Rprop (Riedmiller and Braun 1993), the variant that does not move where the sign turned (iRprop-): G = scale g
//   s = s (plus where G and the gradient before agree in sign, minus where they differ, 1 where one is 0), clamped to [least, most]
//   G = 0 where they differ;  p -= sign(G) s;  before = G
// The lower limit is min(s, least), which is `least` for every step size that began above it, and 0 in the padding.
import { andnot, gt, load, lt, mul, pmax, pmin, select, sign, splat, store, sub } from "../lanes";

export function rprop(
  p: usize, g: usize, s: usize, before: usize, n: usize, minus: f32, plus: f32, least: f32, most: f32, scale: f32,
): void {
  const MINUS = splat(minus), PLUS = splat(plus), LEAST = splat(least), MOST = splat(most), SCALE = splat(scale), ONE = splat(1);
  const ZERO = splat(0);
  let i: usize = 0;
  if (n) do {
    const G = mul(SCALE, load(g + i)), S = load(s + i), SIGN = sign(G);
    const AGREES = mul(SIGN, load(before + i)), TURNED = lt(AGREES, ZERO);
    const FACTOR = select(PLUS, select(MINUS, ONE, TURNED), gt(AGREES, ZERO));
    const STEP = pmax(pmin(mul(S, FACTOR), MOST), pmin(S, LEAST));
    store(s + i, STEP);
    store(before + i, andnot(G, TURNED));
    store(p + i, sub(load(p + i), mul(andnot(SIGN, TURNED), STEP)));
  } while ((i += 16) < n << 2);
}
