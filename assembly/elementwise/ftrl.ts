// FTRL-proximal (McMahan et al. 2013), G = scale g:
//   s = n;  n = n + G^2;  z += G + shrinkage p - (sqrt(n) - sqrt(s)) per p;  p = 0 where |z| <= l1, else (sign(z) l1 - z) / (sqrt(n) per + l2)
// per = 1 / learning rate; l2 includes beta / learning rate and twice the weight.
import { abs, add, div, le, load, mul, sign, sqrt, store, sub, zeroWhere } from "../lanes";

export function ftrl(p: usize, g: usize, z: usize, n2: usize, PER: v128, L1: v128, L2: v128, SHRINKAGE: v128, SCALE: v128): void {
  const P = load(p), G = mul(SCALE, load(g));
  const OLD = load(n2), N = add(OLD, mul(G, G));
  const ROOT = sqrt(N);
  const Z = add(load(z), sub(add(G, mul(SHRINKAGE, P)), mul(mul(sub(ROOT, sqrt(OLD)), PER), P)));
  store(n2, N);
  store(z, Z);
  store(p, zeroWhere(div(sub(mul(sign(Z), L1), Z), add(mul(ROOT, PER), L2)), le(abs(Z), L1)));
}
