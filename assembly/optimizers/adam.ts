// Adam (Kingma and Ba 2015) with coupled weight decay, G = scale g + decay p, and
// AdamW (Loshchilov and Hutter 2019) with decoupled decay, G = scale g:
//   m = b1 m + a1 G;  v = b2 v + a2 G^2;  p -= rate m / (sqrt(v) c2 + epsilon), for AdamW p -= shrink p + rate m / (...)
// shrink = learning rate x weight decay; multiplying p by 1 - shrink, as PyTorch does, rounds small decays away in f32.
// a1 = 1 - b1, a2 = 1 - b2, rate = learning rate / (1 - b1^t), c2 = 1 / sqrt(1 - b2^t).
// Two vectors a turn take 5 % less than one; of RMSprop and Adagrad, which wait for the divider, they do not, nor four of any.
// AMSGrad (Reddi et al. 2018) keeps h = max(h, v) and divides by it instead of v.
import { add, div, load, mul, pmax, splat, sqrt, store, sub } from "../lanes";

@inline
function adamVector(
  p: usize, g: usize, m: usize, v: usize,
  RATE: v128, B1: v128, A1: v128, B2: v128, A2: v128, C2: v128, EPSILON: v128, DECAY: v128, SCALE: v128,
): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  store(m, M);
  store(v, V);
  store(p, sub(P, div(mul(RATE, M), add(mul(sqrt(V), C2), EPSILON))));
}

export function adam(
  p: usize, g: usize, m: usize, v: usize, n: usize,
  rate: f32, b1: f32, a1: f32, b2: f32, a2: f32, c2: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), C2 = splat(c2), EPSILON = splat(epsilon);
  const DECAY = splat(decay), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    adamVector(p + i, g + i, m + i, v + i, RATE, B1, A1, B2, A2, C2, EPSILON, DECAY, SCALE);
    adamVector(p + i + 16, g + i + 16, m + i + 16, v + i + 16, RATE, B1, A1, B2, A2, C2, EPSILON, DECAY, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) adamVector(p + i, g + i, m + i, v + i, RATE, B1, A1, B2, A2, C2, EPSILON, DECAY, SCALE);
}

@inline
function adamwVector(
  p: usize, g: usize, m: usize, v: usize,
  RATE: v128, B1: v128, A1: v128, B2: v128, A2: v128, C2: v128, EPSILON: v128, SHRINK: v128, SCALE: v128,
): void {
  const P = load(p);
  const G = mul(SCALE, load(g));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  store(m, M);
  store(v, V);
  store(p, sub(P, add(mul(SHRINK, P), div(mul(RATE, M), add(mul(sqrt(V), C2), EPSILON)))));
}

export function adamw(
  p: usize, g: usize, m: usize, v: usize, n: usize,
  rate: f32, b1: f32, a1: f32, b2: f32, a2: f32, c2: f32, epsilon: f32, shrink: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), C2 = splat(c2), EPSILON = splat(epsilon);
  const SHRINK = splat(shrink), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    adamwVector(p + i, g + i, m + i, v + i, RATE, B1, A1, B2, A2, C2, EPSILON, SHRINK, SCALE);
    adamwVector(p + i + 16, g + i + 16, m + i + 16, v + i + 16, RATE, B1, A1, B2, A2, C2, EPSILON, SHRINK, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) adamwVector(p + i, g + i, m + i, v + i, RATE, B1, A1, B2, A2, C2, EPSILON, SHRINK, SCALE);
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
