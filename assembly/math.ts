// exp, log, tanh and cbrt on four lanes. Polynomials are minimax fits (Remez) of this project; every step is an exactly rounded f32
// operation, so src/engine/reference/math.ts gives the same bits. Errors are measured by `node scripts/ulp.js --all`.
import { abs, add, and, andnot, div, eq, gt, lt, mul, or, pmin, select, splat, sub } from "./lanes";

const LOG2E: f32 = 1.44269504;
const LN2_HI: f32 = 0.693359375; // ln 2 in eleven bits, so that n LN2_HI is exact
const LN2_LO: f32 = -2.12194440e-4;
const MAGIC: f32 = 12582912; // 1.5 x 2^23: adding it rounds to the nearest integer, which then stands in the low bits
const INVERSE_CBRT: f32 = 8388608 + 5546528; // 2^23 + 0x54a22000 / 256: what less a third of the bits of x is the bits of about 1 / cbrt(x)

/** e^x from -87.3 to 88.722832; anything beyond, and of NaN. */
@inline
function expWithin(x: v128): v128 {
  const T = add(mul(x, splat(LOG2E)), splat(MAGIC));
  const N = sub(T, splat(MAGIC));
  const R = sub(sub(x, mul(N, splat(LN2_HI))), mul(N, splat(LN2_LO)));
  let Q = add(mul(R, splat(1.3814598642e-3)), splat(8.3687168798e-3));
  Q = add(mul(R, Q), splat(4.1668388045e-2));
  Q = add(mul(R, Q), splat(1.6666520632e-1));
  Q = add(mul(R, Q), splat(4.9999993448e-1));
  const Y = add(add(mul(mul(R, R), Q), R), splat(1));
  return i32x4.add(Y, i32x4.shl(T, 23));
}

/** e^x: at most 0.99 ULP over all floats from -87.3 to 88.722832; below exactly 0 (no denormals), above Infinity. */
@inline
export function exp(x: v128): v128 { return select(splat(Infinity), expNegative(x), gt(x, splat(88.722832))); }

/** The same for x that is not above 0. Adding to the exponent may turn a NaN with a payload into a number, so NaN is put back. */
@inline
export function expNegative(x: v128): v128 { return andnot(or(expWithin(x), f32x4.ne(x, x)), lt(x, splat(-87.3))); }

/** ln x: at most 0.87 ULP over all positive normal floats; -Infinity for zeros and denormals, NaN below. */
@inline
export function log(x: v128): v128 {
  const K = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
  const F = sub(i32x4.sub(x, i32x4.shl(K, 23)), splat(1));
  const E = f32x4.convert_i32x4_s(K);
  let P = add(mul(F, splat(-7.6344939863e-2)), splat(1.2761574550e-1));
  P = add(mul(F, P), splat(-1.3160182163e-1));
  P = add(mul(F, P), splat(1.4201758352e-1));
  P = add(mul(F, P), splat(-1.6623357410e-1));
  P = add(mul(F, P), splat(2.0001226863e-1));
  P = add(mul(F, P), splat(-2.5000821032e-1));
  P = add(mul(F, P), splat(3.3333331708e-1));
  const Z = mul(F, F);
  const TAIL = add(mul(mul(F, Z), P), mul(E, splat(LN2_LO)));
  const Y = add(add(sub(TAIL, mul(splat(0.5), Z)), F), mul(E, splat(LN2_HI)));
  const INF = splat(Infinity);
  const BIG = select(x, Y, or(eq(x, INF), f32x4.ne(x, x)));
  return select(select(splat(NaN), f32x4.neg(INF), lt(x, splat(0))), BIG, lt(x, splat(1.17549435e-38)));
}

/** ln(1 + x) for x from 0 to 1 (what exp(-|z|) gives), accurate near 0: ln u + (x - (u - 1)) / u with u = 1 + x. */
@inline
export function log1p(x: v128): v128 {
  const U = add(x, splat(1));
  return add(log(U), div(sub(x, sub(U, splat(1))), U));
}

/** tanh x: at most 1.34 ULP over all floats: a polynomial up to 0.625, then 1 - 2 / (e^2|x| + 1). */
@inline
export function tanh(x: v128): v128 {
  const A = abs(x);
  const Z = mul(x, x);
  let P = add(mul(Z, splat(-5.7049869591e-3)), splat(2.0639087179e-2));
  P = add(mul(Z, P), splat(-5.3739715051e-2));
  P = add(mul(Z, P), splat(1.3331442197e-1));
  P = add(mul(Z, P), splat(-3.3333281942e-1));
  const SMALL = add(x, mul(mul(x, Z), P));
  const B = pmin(A, splat(10)); // from 9.02 on it is 1
  const LARGE = sub(splat(1), div(splat(2), add(expWithin(add(B, B)), splat(1))));
  const SIGN = and(x, splat(-0.0));
  return select(or(LARGE, SIGN), SMALL, gt(A, splat(0.625)));
}

/** 1 / (1 + e^-x): at most 2.5 ULP where it is above 2^-50. */
@inline
export function sigmoid(x: v128): v128 {
  return div(splat(1), add(splat(1), exp(f32x4.neg(x))));
}

/** The cube root of x >= 0: at most 3.8 ULP for normal floats (over three binades at each of five places); exact for 0 and Infinity, too small for denormals. */
@inline
export function cbrt(x: v128): v128 {
  // 1 / cbrt(x), first by a third of the exponent (3.5 % off), then without a division: H = 1 - x Z^3, Z += Z (H / 3 + 2 H^2 / 9)
  // a 256th of the bits stands in the lower ones of a number from 2^23 to 2^24, so that no conversion is needed
  let Z = i32x4.shl(sub(splat(INVERSE_CBRT), mul(f32x4.convert_i32x4_s(x), splat(0.333333333 / 256))), 8);
  Z = nearer(x, Z);
  Z = nearer(x, Z);
  return mul(mul(x, Z), Z);
}

@inline
function nearer(x: v128, z: v128): v128 {
  const H = sub(splat(1), mul(mul(mul(x, z), z), z));
  return add(z, mul(z, mul(H, add(splat(0.333333333), mul(splat(0.222222222), H)))));
}
