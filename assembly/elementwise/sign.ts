// Steps of equal size, and decoupled weight decay: G = scale g
//   signSgd  p -= shrink p + rate sign(G)
//   signum   m  = b1 m + a1 G;  p -= shrink p + rate sign(m)  (Bernstein et al. 2018)
// shrink = learning rate x weight decay; sign(0) = 0 and sign(NaN) = NaN.
import { add, load, mul, sign, store, sub } from "../lanes";

/** @vectors 2 */
export function signSgd(p: usize, g: usize, RATE: v128, SHRINK: v128, SCALE: v128): void {
  const P = load(p), G = mul(SCALE, load(g));
  store(p, sub(P, add(mul(SHRINK, P), mul(RATE, sign(G)))));
}

/** @vectors 2 */
export function signum(p: usize, g: usize, m: usize, RATE: v128, B1: v128, A1: v128, SHRINK: v128, SCALE: v128): void {
  const P = load(p), G = mul(SCALE, load(g));
  const M = add(mul(B1, load(m)), mul(A1, G));
  store(m, M);
  store(p, sub(P, add(mul(SHRINK, P), mul(RATE, sign(M)))));
}
