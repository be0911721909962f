// COCOB-Backprop (Orabona and Tommasi 2017), a bet per parameter, with G = scale g + decay p:
//   l = max(l, |G|);  a = a + |G|;  r = max(r - G (p - x0), 0);  c = c - G;  L = max(l, epsilon)
//   p = x0 + c / (L max(a + L, alpha L)) (L + r)
import { abs, add, div, load, mul, pmax, splat, store, sub } from "../lanes";

export function cocob(
  p: usize, g: usize, c: usize, l: usize, a: usize, r: usize, x0: usize, n: usize, alpha: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const ALPHA = splat(alpha), EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale), ZERO = splat(0);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), X0 = load(x0 + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const LARGEST = pmax(load(l + i), abs(G));
    const A = add(load(a + i), abs(G));
    const R = pmax(sub(load(r + i), mul(G, sub(P, X0))), ZERO);
    const C = sub(load(c + i), G);
    store(l + i, LARGEST);
    store(a + i, A);
    store(r + i, R);
    store(c + i, C);
    const L = pmax(LARGEST, EPSILON);
    store(p + i, add(X0, mul(div(C, mul(L, pmax(add(A, L), mul(ALPHA, L)))), add(L, R))));
  } while ((i += 16) < n << 2);
}
