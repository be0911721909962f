// COCOB-Backprop (Orabona and Tommasi 2017), a bet per parameter, with G = scale g + decay p:
//   l = max(l, |G|);  a = a + |G|;  r = max(r - G (p - x0), 0);  c = c - G;  L = max(l, epsilon)
//   p = x0 + c / (L max(a + L, alpha L)) (L + r)
import { abs, add, div, load, mul, pmax, splat, store, sub } from "../lanes";

export function cocob(
  p: usize, g: usize, c: usize, l: usize, a: usize, r: usize, x0: usize,
  ALPHA: v128, EPSILON: v128, DECAY: v128, SCALE: v128,
): void {
  const ZERO = splat(0);
  const P = load(p), X0 = load(x0);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const LARGEST = pmax(load(l), abs(G));
  const A = add(load(a), abs(G));
  const R = pmax(sub(load(r), mul(G, sub(P, X0))), ZERO);
  const C = sub(load(c), G);
  store(l, LARGEST);
  store(a, A);
  store(r, R);
  store(c, C);
  const L = pmax(LARGEST, EPSILON);
  store(p, add(X0, mul(div(C, mul(L, pmax(add(A, L), mul(ALPHA, L)))), add(L, R))));
}
