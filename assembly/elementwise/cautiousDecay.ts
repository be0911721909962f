// Cautious weight decay (Chen et al. 2025): a step d that was made apart from the values, and decay of those that it does not make larger:
//   p += d - (shrink p + also d), the bracket only where p and d have not the same sign
import { add, either, eq, keepWhere, load, mul, opposes, splat, store, sub } from "../lanes";

/** @vectors 2 */
export function cautiousDecay(p: usize, d: usize, SHRINK: v128, ALSO: v128): void {
  const P = load(p), D = load(d);
  const DECAY = add(mul(SHRINK, P), mul(ALSO, D));
  store(p, add(P, sub(D, keepWhere(DECAY, either(opposes(D, P), eq(D, splat(0)))))));
}
