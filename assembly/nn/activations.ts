// Activations y = f(x), and their gradients in place: g = g f'(x), where f' is taken from y (relu, leakyRelu, tanh, sigmoid) or from x
// (gelu, softplus). What is no larger than TINY becomes 0 wherever a tail fades exponentially (limits.ts).
import { TINY } from "../limits";
import { abs, add, and, andnot, flushed, gt, load, loadFirst, lt, mul, pmax, select, splat, store, storeFirst, sub } from "../lanes";
import { expNegative, log1p, sigmoid as sigmoid4, tanh as tanh4 } from "../math";

/** max(x, 0) */
export function relu(x: usize, y: usize, n: usize): void {
  for (let i: usize = 0; i < n << 2; i += 16) {
    const X = load(x + i);
    store(y + i, andnot(X, lt(X, splat(0))));
  }
}

export function reluGradient(y: usize, g: usize, n: usize): void {
  for (let i: usize = 0; i < n << 2; i += 16) store(g + i, and(load(g + i), gt(load(y + i), splat(0))));
}

/** x where x >= 0, slope x below. */
export function leakyRelu(x: usize, y: usize, n: usize, slope: f32): void {
  const SLOPE = splat(slope);
  for (let i: usize = 0; i < n << 2; i += 16) {
    const X = load(x + i);
    store(y + i, select(mul(SLOPE, X), X, lt(X, splat(0))));
  }
}

export function leakyReluGradient(y: usize, g: usize, n: usize, slope: f32): void {
  const SLOPE = splat(slope), TINY4 = splat(TINY);
  for (let i: usize = 0; i < n << 2; i += 16) {
    const G = load(g + i);
    store(g + i, flushed(select(G, mul(SLOPE, G), gt(load(y + i), splat(0))), TINY4));
  }
}

export function tanh(x: usize, y: usize, n: usize): void {
  let i: usize = 0;
  if (n) do store(y + i, tanh4(load(x + i)));
  while ((i += 16) < n << 2);
}

/** g (1 - y^2) */
export function tanhGradient(y: usize, g: usize, n: usize): void {
  let i: usize = 0;
  if (n) do {
    const Y = load(y + i);
    store(g + i, flushed(mul(load(g + i), sub(splat(1), mul(Y, Y))), splat(TINY)));
  } while ((i += 16) < n << 2);
}

/** 1 / (1 + e^-x) */
export function sigmoid(x: usize, y: usize, n: usize): void {
  const whole = (n << 2) & ~15, rest = n & 3;
  let i: usize = 0;
  if (whole) do store(y + i, flushed(sigmoid4(load(x + i)), splat(TINY)));
  while ((i += 16) < whole);
  if (rest) storeFirst(y + whole, flushed(sigmoid4(loadFirst(x + whole, rest)), splat(TINY)), rest);
}

/** g y (1 - y) */
export function sigmoidGradient(y: usize, g: usize, n: usize): void {
  let i: usize = 0;
  if (n) do {
    const Y = load(y + i);
    store(g + i, flushed(mul(load(g + i), mul(Y, sub(splat(1), Y))), splat(TINY)));
  } while ((i += 16) < n << 2);
}

const GELU: f32 = 1.59576912161; // 2 sqrt(2 / pi)
const CUBE: f32 = 0.044715;

/**
 * x sigmoid(1.5957691 (x + 0.044715 x^3)), which is 0.5 x (1 + tanh(0.79788456 (x + 0.044715 x^3))) without its cancellation. At most 3.5 ULP
 * from -1 on; below, where it fades, up to 89 (at -6.85, of 1e-14).
 */
export function gelu(x: usize, y: usize, n: usize): void {
  let i: usize = 0;
  if (n) do {
    const X = load(x + i);
    store(y + i, flushed(mul(X, sigmoid4(geluInner(X))), splat(TINY)));
  } while ((i += 16) < n << 2);
}

/** g (s + x s (1 - s) 1.5957691 (1 + 0.134145 x^2)) with s = sigmoid(1.5957691 (x + 0.044715 x^3)) */
export function geluGradient(x: usize, g: usize, n: usize): void {
  let i: usize = 0;
  if (n) do {
    const X = load(x + i);
    const S = sigmoid4(geluInner(X));
    const SLOPE = mul(splat(GELU), add(splat(1), mul(splat(3 * CUBE), mul(X, X))));
    // s (1 - s) is 0 where the slope overflows
    const BEND = mul(mul(X, mul(S, sub(splat(1), S))), SLOPE);
    store(g + i, flushed(mul(load(g + i), add(S, BEND)), splat(TINY)));
  } while ((i += 16) < n << 2);
}

@inline
function geluInner(X: v128): v128 {
  return mul(mul(splat(GELU), X), add(splat(1), mul(splat(CUBE), mul(X, X))));
}

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|): at most 2.2 ULP where it is above 2^-50. */
export function softplus(x: usize, y: usize, n: usize): void {
  const whole = (n << 2) & ~15, rest = n & 3;
  let i: usize = 0;
  if (whole) do store(y + i, softplus4(load(x + i)));
  while ((i += 16) < whole);
  if (rest) storeFirst(y + whole, softplus4(loadFirst(x + whole, rest)), rest);
}

@inline
function softplus4(X: v128): v128 {
  return flushed(add(pmax(X, splat(0)), log1p(expNegative(f32x4.neg(abs(X))))), splat(TINY));
}

/** g sigmoid(x) */
export function softplusGradient(x: usize, g: usize, n: usize): void {
  let i: usize = 0;
  if (n) do store(g + i, flushed(mul(load(g + i), sigmoid4(load(x + i))), splat(TINY)));
  while ((i += 16) < n << 2);
}
