// Adam (Kingma and Ba 2015) with coupled weight decay, G = scale g + decay p, and
// AdamW (Loshchilov and Hutter 2019) with decoupled decay, G = scale g:
//   m = b1 m + a1 G;  v = b2 v + a2 G^2;  p -= rate m / (sqrt(v) c2 + epsilon), for AdamW p -= shrink p + rate m / (...)
// shrink = learning rate x weight decay; multiplying p by 1 - shrink, as PyTorch does, rounds small decays away in f32.
// a1 = 1 - b1, a2 = 1 - b2, rate = learning rate / (1 - b1^t), c2 = 1 / sqrt(1 - b2^t).
// AMSGrad (Reddi et al. 2018) keeps h = max(h, v) and divides by it instead of v.
import { add, div, load, mul, pmax, splat, sqrt, store, sub } from "../lanes";

export function adam(
  p: usize, g: usize, m: usize, v: usize, n: usize,
  rate: f32, b1: f32, a1: f32, b2: f32, a2: f32, c2: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), C2 = splat(c2), EPSILON = splat(epsilon);
  const DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const V = add(mul(B2, load(v + i)), mul(A2, mul(G, G)));
    store(m + i, M);
    store(v + i, V);
    store(p + i, sub(P, div(mul(RATE, M), add(mul(sqrt(V), C2), EPSILON))));
  } while ((i += 16) < n << 2);
}

export function adamw(
  p: usize, g: usize, m: usize, v: usize, n: usize,
  rate: f32, b1: f32, a1: f32, b2: f32, a2: f32, c2: f32, epsilon: f32, shrink: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), C2 = splat(c2), EPSILON = splat(epsilon);
  const SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = mul(SCALE, load(g + i));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const V = add(mul(B2, load(v + i)), mul(A2, mul(G, G)));
    store(m + i, M);
    store(v + i, V);
    store(p + i, sub(P, add(mul(SHRINK, P), div(mul(RATE, M), add(mul(sqrt(V), C2), EPSILON)))));
  } while ((i += 16) < n << 2);
}

export function amsgrad(
  p: usize, g: usize, m: usize, v: usize, h: usize, n: usize,
  rate: f32, b1: f32, a1: f32, b2: f32, a2: f32, c2: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), C2 = splat(c2), EPSILON = splat(epsilon);
  const DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const V = add(mul(B2, load(v + i)), mul(A2, mul(G, G)));
    const H = pmax(load(h + i), V);
    store(m + i, M);
    store(v + i, V);
    store(h + i, H);
    store(p + i, sub(P, div(mul(RATE, M), add(mul(sqrt(H), C2), EPSILON))));
  } while ((i += 16) < n << 2);
}

export function amsgradw(
  p: usize, g: usize, m: usize, v: usize, h: usize, n: usize,
  rate: f32, b1: f32, a1: f32, b2: f32, a2: f32, c2: f32, epsilon: f32, shrink: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), C2 = splat(c2), EPSILON = splat(epsilon);
  const SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = mul(SCALE, load(g + i));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const V = add(mul(B2, load(v + i)), mul(A2, mul(G, G)));
    const H = pmax(load(h + i), V);
    store(m + i, M);
    store(v + i, V);
    store(h + i, H);
    store(p + i, sub(P, add(mul(SHRINK, P), div(mul(RATE, M), add(mul(sqrt(H), C2), EPSILON)))));
  } while ((i += 16) < n << 2);
}

/** The last line of adamw alone, for rules that need a sum over m or v first: p -= shrink p + rate m / (sqrt(v) c2 + epsilon). */
export function adamStep(p: usize, m: usize, v: usize, n: usize, rate: f32, c2: f32, epsilon: f32, shrink: f32): void {
  const RATE = splat(rate), C2 = splat(c2), EPSILON = splat(epsilon), SHRINK = splat(shrink);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    store(p + i, sub(P, add(mul(SHRINK, P), div(mul(RATE, load(m + i)), add(mul(sqrt(load(v + i)), C2), EPSILON)))));
  } while ((i += 16) < n << 2);
}
