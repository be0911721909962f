// More activations y = a(x) and their gradients g = g a'(x), as in activations.ts.
import { abs, add, flushed, gt, load, mul, neg, div, pmin, select, splat, store, sub } from "../lanes";
import { TINY } from "../limits";
import { expNegative, sigmoid as logistic, tanh as hyperbolicTangent } from "../math";

/** e^x - 1 for x <= 0, accurate near 0: 2 t / (1 - t) with t = tanh(x / 2). */
function lessOne(X: v128): v128 {
  const T = hyperbolicTangent(mul(splat(0.5), X));
  return div(add(T, T), sub(splat(1), T));
}

/** x above 0, alpha (e^x - 1) below. */
export function elu(x: usize, y: usize, ALPHA: v128): void {
  const X = load(x);
  store(y, flushed(select(X, mul(ALPHA, lessOne(pmin(X, splat(0)))), gt(X, splat(0))), splat(TINY)));
}

/** g above 0, g (y + alpha) below. */
export function eluGradient(y: usize, g: usize, ALPHA: v128): void {
  const Y = load(y), G = load(g);
  store(g, flushed(select(G, mul(G, add(Y, ALPHA)), gt(Y, splat(0))), splat(TINY)));
}

const SELU: f32 = 1.0507009873554805;
const SELU_ALPHA: f32 = 1.0507009873554805 * 1.6732632423543772;

/** 1.0507010 x above 0, 1.7580993 (e^x - 1) below: elu scaled so that activations keep mean 0 and variance 1. */
export function selu(x: usize, y: usize): void {
  const X = load(x);
  store(y, flushed(select(mul(splat(SELU), X), mul(splat(SELU_ALPHA), lessOne(pmin(X, splat(0)))), gt(X, splat(0))), splat(TINY)));
}

/** 1.0507010 g above 0, g (y + 1.7580993) below. */
export function seluGradient(y: usize, g: usize): void {
  const Y = load(y), G = load(g);
  store(g, flushed(mul(G, select(splat(SELU), add(Y, splat(SELU_ALPHA)), gt(Y, splat(0)))), splat(TINY)));
}

/** x sigmoid(x), also called swish. */
export function silu(x: usize, y: usize): void {
  const X = load(x);
  store(y, flushed(mul(X, logistic(X)), splat(TINY)));
}

/** g (s + x s (1 - s)) with s = sigmoid(x) */
export function siluGradient(x: usize, g: usize): void {
  const X = load(x), S = logistic(X);
  store(g, flushed(mul(load(g), add(S, mul(X, mul(S, sub(splat(1), S))))), splat(TINY)));
}

/** tanh(ln(1 + e^x)) with w = e^-|x|: (1 + 2 w) / (1 + 2 w + 2 w^2) above 0, w (w + 2) / (w (w + 2) + 2) below. */
function tanhOfSoftplus(X: v128, W: v128): v128 {
  const POSITIVE = gt(X, splat(0));
  const N = select(add(splat(1), add(W, W)), mul(W, add(W, splat(2))), POSITIVE);
  return div(N, add(N, select(mul(add(W, W), W), splat(2), POSITIVE)));
}

/** x tanh(ln(1 + e^x)) */
export function mish(x: usize, y: usize): void {
  const X = load(x);
  store(y, flushed(mul(X, tanhOfSoftplus(X, expNegative(neg(abs(X))))), splat(TINY)));
}

/** g (t + x (1 - t^2) sigmoid(x)) with t = tanh(ln(1 + e^x)) */
export function mishGradient(x: usize, g: usize): void {
  const X = load(x), W = expNegative(neg(abs(X)));
  const T = tanhOfSoftplus(X, W);
  const S = div(select(splat(1), W, gt(X, splat(0))), add(splat(1), W));
  store(g, flushed(mul(load(g), add(T, mul(X, mul(sub(splat(1), mul(T, T)), S)))), splat(TINY)));
}

/** e^(-x^2 / 2), 0 from where it is under 1e-37. */
function bell(X: v128): v128 {
  return expNegative(mul(splat(-0.5), mul(X, X)));
}

/**
 * The share of a normal distribution below x: e^(-x^2 / 2) P(t) below 0 and 1 less that above, with t = 1 / (1 + 0.3 |x|). P is a fit of this
 * project to 5e-8.
 */
function share(X: v128, BELL: v128): v128 {
  const T = div(splat(1), add(splat(1), mul(splat(0.3), abs(X))));
  const P7 = add(mul(T, splat(0.03754629810641477)), splat(-0.1650698909299617));
  const P6 = add(mul(T, P7), splat(0.220071166379417));
  const P5 = add(mul(T, P6), splat(-0.06651040074187682));
  const P4 = add(mul(T, P5), splat(0.13548820956132482));
  const P3 = add(mul(T, P4), splat(0.09775887898950207));
  const P2 = add(mul(T, P3), splat(0.12111068314292253));
  const P1 = add(mul(T, P2), splat(0.11960508025321599));
  const BELOW = mul(BELL, mul(T, P1));
  return select(sub(splat(1), BELOW), BELOW, gt(X, splat(0)));
}

/** x times the share of a normal distribution below x: gelu without its approximation by tanh. */
export function geluExact(x: usize, y: usize): void {
  const X = load(x);
  store(y, flushed(mul(X, share(X, bell(X))), splat(TINY)));
}

const DENSITY: f32 = 0.3989422804014327; // 1 / sqrt(2 pi)

/** g (s + x e^(-x^2 / 2) / sqrt(2 pi)) with s the share of a normal distribution below x */
export function geluExactGradient(x: usize, g: usize): void {
  const X = load(x), B = bell(X);
  store(g, flushed(mul(load(g), add(share(X, B), mul(splat(DENSITY), mul(X, B)))), splat(TINY)));
}
