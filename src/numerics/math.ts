/**
 * exp, log, pow, powi and cos in float64, with the same bits in every JavaScript engine: only `+ - * /`, `Math.floor`, `abs`, `min`, `max` and
 * the bits of a number are used, which the language defines exactly, where the engines' own `Math.exp` and `**` differ in the last place.
 *
 * Precision comes from carrying a number as an unevaluated sum of two, `high + low`. The errors stated are the largest found against
 * mpmath over 100,000 and more arguments a function, in units in the last place; 0.5 would be perfect. test/math.test.ts keeps watch.
 */

const LN2_HIGH = 0.693147180559663; // 41 bits, so that an exponent times it is exact
const LN2_LOW = 2.8235290563031577e-13;
const HALF_PI_HIGH = 1.5707963267948966;
const HALF_PI_MIDDLE = 6.123233995736766e-17;
const HALF_PI_LOW = -1.4973849048591698e-33;

/** log(i / 16) for i = 11 to 23, each as high and low. */
const LOG_SIXTEENTHS = [
  -0.3746934494414107, 3.9243112288632396e-18, -0.2876820724517809, -2.607160616442564e-17, -0.2076393647782445, -1.2053243216686129e-17,
  -0.13353139262452263, 3.664457663660085e-18, -0.06453852113757118, 6.470486661692933e-18, 0, 0, 0.06062462181643484,
  2.6424025938726934e-18, 0.11778303565638346, -1.1971685747593677e-18, 0.17185025692665923, -6.0224538210113705e-18, 0.22314355131420976,
  -9.091270597324799e-18, 0.27193371548364176, 7.83319637697442e-19, 0.3184537311185346, 2.7114779367326236e-17, 0.3629054936893685,
  -2.1492361455310972e-17,
] as const;

// A DataView names its byte order, so the machine's does not matter.
const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

/** The low half of what `logarithm` returned: a typed array, because a number stored in a variable outside would be allocated. */
const logarithmLow = /* @__PURE__ */ new Float64Array(1);

/**
 * e to the power x. At most 0.62 ULP (0.75 denormal ULP below 2.2e-308).
 *
 * Infinity above 709.78, 0 below -745.13, NaN for NaN.
 *
 * @example exp(1) // 2.718281828459045
 */
export function exp(x: number): number {
  return exponential(x, 0);
}

/**
 * The natural logarithm. At most 0.51 ULP.
 *
 * -Infinity for 0, NaN below 0 and for NaN, Infinity for Infinity.
 *
 * @example log(10) // 2.302585092994046
 */
export function log(x: number): number {
  if (x > 0 && x < Infinity) return logarithm(x);
  return x === 0 ? -Infinity : x === Infinity ? x : NaN;
}

/**
 * x to the power y, as exp(y * log(x)) with the product carried in two numbers. At most 0.62 ULP (0.75 denormal ULP below 2.2e-308).
 *
 * Special cases are those of JavaScript's `**`: `pow(x, 0)` is 1 even for NaN, a negative x needs a whole y (NaN otherwise) and keeps
 * its sign when y is odd, `pow(1, Infinity)` is NaN.
 *
 * @example pow(0.999, 1e6) // 3.2e-435 underflows: 0
 */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  const size = Math.abs(x);
  const isOdd = Math.abs(y % 2) === 1;
  if (x < 0 && size < Infinity && y !== Math.floor(y)) return NaN;
  const sign = isOdd && (x < 0 || 1 / x === -Infinity) ? -1 : 1;
  if (!(size > 0 && size < Infinity && y > -Infinity && y < Infinity)) return sign * limit(size, y);
  // Beyond 2^65 only |x| = 1 does not over- or underflow: clamping y keeps the products below from overflowing on the way.
  const power = Math.max(-3.7e19, Math.min(y, 3.7e19));
  const high = logarithm(size);
  const product = power * high;
  return sign * exponential(product, productError(power, high, product) + power * (logarithmLow[0] as number));
}

/**
 * x to the power n, n a whole number from 0 to 2^53, by repeated squaring carried in two numbers. At most 0.51 ULP. Any other n is left to `pow`.
 *
 * Quicker than `pow` for small n only (cost grows with log2 n). Leaves the work to `pow` where a square may over- or underflow.
 *
 * @example 1 - powi(0.9, 3) // Adam's bias correction after 3 updates
 */
export function powi(x: number, n: number): number {
  const powers = kept.get(x);
  const known = powers?.results?.[n];
  if (known) return known;
  if (!Number.isSafeInteger(n) || n < 0) return pow(x, n);
  const high = n < BLOCK && powers === undefined ? squared(x, n)[0] : inBlocks(x, n, powers);
  const size = Math.abs(high);
  const power = size > 1e-270 && size < 1e270 ? high : pow(x, n);
  if (powers?.results && n < KEPT) powers.results[n] = power;
  return power;
}

/** A number in two parts: their sum, the second much smaller. */
type Pair = readonly [number, number];

/** Repeated squaring: 250 ns for n = 10,000. */
function squared(x: number, n: number): Pair {
  let power: Pair = [1, 0];
  let square: Pair = [x, 0];
  for (let left = n; ; ) {
    if (left % 2 === 1) power = multiplied(power, square);
    left = Math.floor(left / 2);
    if (left === 0) return power;
    square = multiplied(square, square);
  }
}

function multiplied(a: Pair, b: Pair): Pair {
  const product = a[0] * b[0];
  const error = productError(a[0], b[0], product) + (a[0] * b[1] + a[1] * b[0]);
  const high = product + error;
  return [high, product - high + error];
}

const BLOCK = 64;
/** Exponents below which results are kept: 32 KiB for each base that is asked for more than once, which one that follows a schedule is not. */
const KEPT = 4096;

/** x to the power 64 block, the powers below 64 that were asked for, and the results since it was asked for again, 0 where there is none. */
interface Powers {
  block: number;
  start: Pair;
  readonly within: (Pair | undefined)[];
  results?: Float64Array;
}

/**
 * The powers of each base that an optimizer asks for: its steps ask for one exponent after the other, a product of two powers kept here, and the next
 * run for the same ones again.
 */
const kept = new Map<number, Powers>();

function inBlocks(x: number, n: number, powers: Powers | undefined): number {
  if (powers === undefined) {
    if (kept.size === 16) kept.clear();
    powers = { block: 0, start: [1, 0], within: new Array(BLOCK) };
    kept.set(x, powers);
  } else powers.results ??= new Float64Array(KEPT);
  const block = Math.floor(n / BLOCK);
  if (powers.block !== block) {
    powers.start = squared(x, block * BLOCK);
    powers.block = block;
  }
  const rest = n % BLOCK;
  let within = powers.within[rest];
  if (within === undefined) {
    within = squared(x, rest);
    powers.within[rest] = within;
  }
  // as multiplied(), but for the second part: a step allocates nothing
  const a = powers.start[0];
  const b = within[0];
  const product = a * b;
  return product + (productError(a, b, product) + (a * within[1] + powers.start[1] * b));
}

/**
 * The cosine of x radians. At most 0.72 ULP.
 *
 * NaN for NaN and beyond |x| = 2^45 (3.5e13), the infinities included: the reduction to a quarter of a turn is exact up to there.
 *
 * @example cos(Math.PI) // -1
 */
export function cos(x: number): number {
  const size = Math.abs(x);
  if (!(size <= 35184372088832)) return NaN;
  const quarter = Math.floor(size / HALF_PI_HIGH + 0.5);
  // size - quarter * pi/2 in two numbers. The first two subtractions are of close numbers and lose nothing.
  const first = quarter * HALF_PI_HIGH;
  const second = quarter * HALF_PI_MIDDLE;
  const a = size - first;
  const aLow = -productError(quarter, HALF_PI_HIGH, first);
  const b = a + aLow;
  const bLow = sumError(a, aLow, b);
  const c = b - second;
  const cLow = sumError(b, -second, c) + bLow - (productError(quarter, HALF_PI_MIDDLE, second) + quarter * HALF_PI_LOW);
  const r = c + cLow;
  const rLow = c - r + cLow;
  const phase = quarter % 4;
  const result = phase % 2 === 0 ? cosine(r, rLow) : sine(r, rLow);
  return phase === 1 || phase === 2 ? -result : result;
}

/** e^(high + low), where |low| is small beside 1. */
function exponential(high: number, low: number): number {
  if (!(high < 710)) return high >= 710 ? Infinity : NaN;
  if (high < -746) return 0;
  // high + low = k log(2) + r + rLow with |r| <= 0.35
  const k = Math.floor(high / (LN2_HIGH + LN2_LOW) + 0.5);
  const a = high - k * LN2_HIGH;
  const aLow = low - k * LN2_LOW;
  const r = a + aLow;
  const rLow = a - r + aLow;
  let tail = 1 / 6227020800;
  tail = tail * r + 1 / 479001600;
  tail = tail * r + 1 / 39916800;
  tail = tail * r + 1 / 3628800;
  tail = tail * r + 1 / 362880;
  tail = tail * r + 1 / 40320;
  tail = tail * r + 1 / 5040;
  tail = tail * r + 1 / 720;
  tail = tail * r + 1 / 120;
  tail = tail * r + 1 / 24;
  tail = tail * r + 1 / 6;
  tail = tail * r + 0.5;
  const rest = r * r * tail + (rLow + rLow * r);
  const s = r + rest;
  const sLow = r - s + rest;
  const y = 1 + s;
  const result = y + (1 - y + s + sLow);
  // Two factors, of which the first is exact, because 2^k itself may not be a normal number.
  if (k > 1000) return result * powerOfTwo(k - 100) * powerOfTwo(100);
  if (k < -1000) return result * powerOfTwo(k + 100) * powerOfTwo(-100);
  return result * powerOfTwo(k);
}

/** log(x) for 0 < x < Infinity, rounded; what rounding took away is left in `logarithmLow`. */
function logarithm(x: number): number {
  // x = 2^k m with m from 0.71 to 1.42, so that log(x) is not a difference of close numbers
  const isTiny = x < 2.2250738585072014e-308;
  bits.setFloat64(0, isTiny ? x * powerOfTwo(54) : x);
  const top = bits.getUint32(0);
  let k = (top >>> 20) - (isTiny ? 1077 : 1023);
  bits.setUint32(0, (top & 0xfffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  // log(m) = log(c) + log(m / c), c the nearest sixteenth; log(m / c) = 2 atanh(s), s = (m - c) / (m + c), |s| <= 0.022
  const sixteenths = Math.floor(m * 16 + 0.5);
  const c = sixteenths / 16;
  const difference = m - c;
  const sum = m + c;
  const s = difference / sum;
  const product = s * sum;
  const sLow = (difference - product - productError(s, sum, product) - s * sumError(m, c, sum)) / sum;
  const z = s * s;
  let tail = 1 / 13;
  tail = tail * z + 1 / 11;
  tail = tail * z + 1 / 9;
  tail = tail * z + 1 / 7;
  tail = tail * z + 1 / 5;
  tail = tail * z + 1 / 3;
  const entry = 2 * (sixteenths - 11);
  const whole = k * LN2_HIGH;
  const logC = LOG_SIXTEENTHS[entry] as number;
  const a = whole + logC;
  const b = a + 2 * s;
  const low =
    2 * s * z * tail +
    (2 * sLow + (sumError(whole, logC, a) + sumError(a, 2 * s, b) + (k * LN2_LOW + (LOG_SIXTEENTHS[entry + 1] as number))));
  const high = b + low;
  logarithmLow[0] = b - high + low;
  return high;
}

/** cos(r + low) for |r| <= 0.8. */
function cosine(r: number, low: number): number {
  const z = r * r;
  let tail = 1 / 6402373705728000;
  tail = 1 / 20922789888000 - tail * z;
  tail = 1 / 87178291200 - tail * z;
  tail = 1 / 479001600 - tail * z;
  tail = 1 / 3628800 - tail * z;
  tail = 1 / 40320 - tail * z;
  tail = 1 / 720 - tail * z;
  tail = 1 / 24 - tail * z;
  const half = z / 2;
  const y = 1 - half;
  return y + (1 - y - half + (z * z * tail - productError(r, r, z) / 2 - r * low));
}

/** sin(r + low) for |r| <= 0.8. */
function sine(r: number, low: number): number {
  const z = r * r;
  let tail = 1 / 355687428096000;
  tail = 1 / 1307674368000 - tail * z;
  tail = 1 / 6227020800 - tail * z;
  tail = 1 / 39916800 - tail * z;
  tail = 1 / 362880 - tail * z;
  tail = 1 / 5040 - tail * z;
  tail = 1 / 120 - tail * z;
  tail = 1 / 6 - tail * z;
  return r + (low * (1 - z / 2) - r * z * tail);
}

/** The limit of |x|^y where x is 0 or infinite, or y infinite. */
function limit(size: number, y: number): number {
  if (Number.isNaN(size) || Number.isNaN(y) || size === 1) return NaN;
  return size > 1 === y > 0 ? Infinity : 0;
}

/** 2^k for -1022 <= k <= 1023. */
function powerOfTwo(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** a + b - sum, exactly, where sum is the rounded a + b (Knuth). */
function sumError(a: number, b: number, sum: number): number {
  const part = sum - a;
  return a - (sum - part) + (b - part);
}

/** a * b - product, exactly, where product is the rounded a * b (Dekker, by halves of 26 bits). */
function productError(a: number, b: number, product: number): number {
  const aScaled = 134217729 * a;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = 134217729 * b;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}
