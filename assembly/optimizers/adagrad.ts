// Adagrad (Duchi et al. 2011): G = scale g + decay p;  s += G^2;  p -= rate G / (sqrt(s) + epsilon)
// adagradInside, as Optax and Keras: p -= rate G / sqrt(s + epsilon)
import { add, div, load, mul, splat, sqrt, store, sub } from "../lanes";

export function adagrad(p: usize, g: usize, s: usize, n: usize, rate: f32, epsilon: f32, decay: f32, scale: f32): void {
  const RATE = splat(rate), EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const S = add(load(s + i), mul(G, G));
    store(s + i, S);
    store(p + i, sub(P, div(mul(RATE, G), add(sqrt(S), EPSILON))));
  } while ((i += 16) < n << 2);
}

export function adagradInside(p: usize, g: usize, s: usize, n: usize, rate: f32, epsilon: f32, decay: f32, scale: f32): void {
  const RATE = splat(rate), EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const S = add(load(s + i), mul(G, G));
    store(s + i, S);
    store(p + i, sub(P, div(mul(RATE, G), sqrt(add(S, EPSILON)))));
  } while ((i += 16) < n << 2);
}
