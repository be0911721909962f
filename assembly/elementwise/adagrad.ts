// Adagrad (Duchi et al. 2011): G = scale g + decay p;  s += G^2;  p -= rate G / (sqrt(s) + epsilon)
// adagradInside, as Optax and Keras: p -= rate G / sqrt(s + epsilon)
import { add, div, load, mul, sqrt, store, sub } from "../lanes";

export function adagrad(p: usize, g: usize, s: usize, RATE: v128, EPSILON: v128, DECAY: v128, SCALE: v128): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const S = add(load(s), mul(G, G));
  store(s, S);
  store(p, sub(P, div(mul(RATE, G), add(sqrt(S), EPSILON))));
}

export function adagradInside(p: usize, g: usize, s: usize, RATE: v128, EPSILON: v128, DECAY: v128, SCALE: v128): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const S = add(load(s), mul(G, G));
  store(s, S);
  store(p, sub(P, div(mul(RATE, G), sqrt(add(S, EPSILON)))));
}
