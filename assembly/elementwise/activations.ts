// Activations y = a(x) and their gradients g = g a'(x), with a' taken from x or from y, whichever is cheaper. Results no larger than TINY are
// zero (limits.ts). relu is part of the products (linalg/dense.ts).
import { abs, add, flushed, gt, load, lt, mul, neg, pmax, select, splat, store, sub } from "../lanes";
import { TINY } from "../limits";
import { expNegative, log1p, sigmoid as logistic, tanh as hyperbolicTangent } from "../math";

/** x where x >= 0, slope x below. */
export function leakyRelu(x: usize, y: usize, SLOPE: v128): void {
  const X = load(x);
  store(y, select(mul(SLOPE, X), X, lt(X, splat(0))));
}

export function leakyReluGradient(y: usize, g: usize, SLOPE: v128): void {
  const G = load(g);
  store(g, flushed(select(G, mul(SLOPE, G), gt(load(y), splat(0))), splat(TINY)));
}

export function tanh(x: usize, y: usize): void {
  store(y, hyperbolicTangent(load(x)));
}

/** g (1 - y^2) */
export function tanhGradient(y: usize, g: usize): void {
  const Y = load(y);
  store(g, flushed(mul(load(g), sub(splat(1), mul(Y, Y))), splat(TINY)));
}

/**
 * 1 / (1 + e^-x)
 * @tail
 */
export function sigmoid(x: usize, y: usize): void {
  store(y, flushed(logistic(load(x)), splat(TINY)));
}

/** g y (1 - y) */
export function sigmoidGradient(y: usize, g: usize): void {
  const Y = load(y);
  store(g, flushed(mul(load(g), mul(Y, sub(splat(1), Y))), splat(TINY)));
}

const GELU: f32 = 1.59576912161; // 2 sqrt(2 / pi)
const CUBE: f32 = 0.044715;

function geluInner(X: v128): v128 {
  return mul(mul(splat(GELU), X), add(splat(1), mul(splat(CUBE), mul(X, X))));
}

/**
 * x sigmoid(1.5957691 (x + 0.044715 x^3)), which is 0.5 x (1 + tanh(0.79788456 (x + 0.044715 x^3))) without its cancellation. At most 3.5 ULP
 * from -1 on; below, where it fades, up to 89 (at -6.85, of 1e-14).
 */
export function gelu(x: usize, y: usize): void {
  const X = load(x);
  store(y, flushed(mul(X, logistic(geluInner(X))), splat(TINY)));
}

/** g (s + x s (1 - s) 1.5957691 (1 + 0.134145 x^2)) with s = sigmoid(1.5957691 (x + 0.044715 x^3)) */
export function geluGradient(x: usize, g: usize): void {
  const X = load(x), S = logistic(geluInner(X));
  const SLOPE = mul(splat(GELU), add(splat(1), mul(splat(3 * CUBE), mul(X, X))));
  // s (1 - s) is 0 where the slope overflows
  const BEND = mul(mul(X, mul(S, sub(splat(1), S))), SLOPE);
  store(g, flushed(mul(load(g), add(S, BEND)), splat(TINY)));
}

/**
 * ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|): at most 2.2 ULP where it is above 2^-50.
 * @tail
 */
export function softplus(x: usize, y: usize): void {
  const X = load(x);
  store(y, flushed(add(pmax(X, splat(0)), log1p(expNegative(neg(abs(X))))), splat(TINY)));
}

/** g sigmoid(x) */
export function softplusGradient(x: usize, g: usize): void {
  store(g, flushed(mul(load(g), logistic(load(x))), splat(TINY)));
}
