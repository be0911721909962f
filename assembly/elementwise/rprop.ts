// Rprop (Riedmiller and Braun 1993), the variant that does not move where the sign turned (iRprop-): G = scale g
//   s = s (plus where G and the gradient before agree in sign, minus where they differ, 1 where one is 0), clamped to [least, most]
//   G = 0 where they differ;  p -= sign(G) s;  before = G
// The lower limit is min(s, least), which is `least` for every step size that began above it, and 0 in the padding.
import { clamp, fromOne, gt, load, lt, mul, oneOr, pmin, sign, splat, store, sub, zeroWhere } from "../lanes";

/** @vectors 2 */
export function rprop(p: usize, g: usize, s: usize, before: usize, MINUS: v128, PLUS: v128, LEAST: v128, MOST: v128, SCALE: v128): void {
  const ZERO = splat(0), TO_MINUS = fromOne(MINUS), TO_PLUS = fromOne(PLUS);
  const P = load(p), G = mul(SCALE, load(g)), S = load(s), SIGN = sign(G);
  const AGREES = mul(SIGN, load(before)), TURNED = lt(AGREES, ZERO);
  const FACTOR = oneOr(TO_PLUS, gt(AGREES, ZERO), TO_MINUS, TURNED);
  const STEP = clamp(mul(S, FACTOR), pmin(S, LEAST), MOST);
  store(s, STEP);
  store(before, zeroWhere(G, TURNED));
  store(p, sub(P, mul(zeroWhere(SIGN, TURNED), STEP)));
}
