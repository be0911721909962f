// Averaged SGD (Polyak and Juditsky 1992): G = scale g + decay p
//   p -= shrink p + rate G;  average = keep average + fresh p
// shrink = lambda x rate; keep = 1 - fresh, and 0 until the averaging begins.
import { add, load, mul, store, sub } from "../lanes";

/** @vectors 2 */
export function asgd(
  p: usize, g: usize, average: usize,
  RATE: v128, SHRINK: v128, KEEP: v128, FRESH: v128, DECAY: v128, SCALE: v128,
): void {
  const P = load(p), A = load(average);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const X = sub(P, add(mul(SHRINK, P), mul(RATE, G)));
  store(p, X);
  store(average, add(mul(KEEP, A), mul(FRESH, X)));
}
