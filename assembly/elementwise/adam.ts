// Adam (Kingma and Ba 2015) with coupled weight decay, G = scale g + decay p, and
// AdamW (Loshchilov and Hutter 2019) with decoupled decay, G = scale g:
//   m = b1 m + a1 G;  v = b2 v + a2 G^2;  p -= rate m / (sqrt(v) c2 + epsilon), for AdamW p -= shrink p + rate m / (...)
// shrink = learning rate x weight decay; multiplying p by 1 - shrink, as PyTorch does, rounds small decays away in f32.
// a1 = 1 - b1, a2 = 1 - b2, rate = learning rate / (1 - b1^t), c2 = 1 / sqrt(1 - b2^t).
// Two vectors a turn take 5 % less than one; of RMSprop and Adagrad, which wait for the divider, they do not, nor four of any.
// AMSGrad (Reddi et al. 2018) keeps h = max(h, v) and divides by it instead of v.
import { add, div, load, mul, pmax, sqrt, store, sub } from "../lanes";

/** @vectors 2 */
export function adam(
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

/** @vectors 2 */
export function adamw(
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

export function amsgrad(
  p: usize, g: usize, m: usize, v: usize, h: usize,
  RATE: v128, B1: v128, A1: v128, B2: v128, A2: v128, C2: v128, EPSILON: v128, DECAY: v128, SCALE: v128,
): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  const H = pmax(load(h), V);
  store(m, M);
  store(v, V);
  store(h, H);
  store(p, sub(P, div(mul(RATE, M), add(mul(sqrt(H), C2), EPSILON))));
}

export function amsgradw(
  p: usize, g: usize, m: usize, v: usize, h: usize,
  RATE: v128, B1: v128, A1: v128, B2: v128, A2: v128, C2: v128, EPSILON: v128, SHRINK: v128, SCALE: v128,
): void {
  const P = load(p);
  const G = mul(SCALE, load(g));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  const H = pmax(load(h), V);
  store(m, M);
  store(v, V);
  store(h, H);
  store(p, sub(P, add(mul(SHRINK, P), div(mul(RATE, M), add(mul(sqrt(H), C2), EPSILON)))));
}

/** The last line of adamw alone, for rules that need a sum over m or v first: p -= shrink p + rate m / (sqrt(v) c2 + epsilon). */
export function adamStep(p: usize, m: usize, v: usize, RATE: v128, C2: v128, EPSILON: v128, SHRINK: v128): void {
  const P = load(p);
  store(p, sub(P, add(mul(SHRINK, P), div(mul(RATE, load(m)), add(mul(sqrt(load(v)), C2), EPSILON)))));
}
