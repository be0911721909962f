// The twin of assembly/math.ts, one lane at a time.
import { f } from "./heap.js";

const float = new Float32Array(1);
const int = new Int32Array(float.buffer);

const LOG2E = f(1.44269504);
const LN2_HI = f(0.693359375);
const LN2_LO = f(-2.1219444e-4);
const MAGIC = 12582912;
const INVERSE_CBRT = 8388608 + 5546528;
const THIRD = f(0.333333333);
const TWO_NINTHS = f(0.222222222);
const EXP = [1.3814598642e-3, 8.3687168798e-3, 4.1668388045e-2, 1.6666520632e-1, 4.9999993448e-1].map(f);
const LOG = [
  -7.6344939863e-2, 1.276157455e-1, -1.3160182163e-1, 1.4201758352e-1, -1.662335741e-1, 2.0001226863e-1, -2.5000821032e-1, 3.3333331708e-1,
].map(f);
const TANH = [-5.7049869591e-3, 2.0639087179e-2, -5.3739715051e-2, 1.3331442197e-1, -3.3333281942e-1].map(f);

export function exp(x: number): number {
  if (x > f(88.722832)) return Infinity;
  if (x < f(-87.3)) return 0;
  if (Number.isNaN(x)) return x;
  const t = f(f(x * LOG2E) + MAGIC);
  const n = f(t - MAGIC);
  const r = f(f(x - f(n * LN2_HI)) - f(n * LN2_LO));
  const y = f(f(f(f(r * r) * polynomial(EXP, r)) + r) + 1);
  float[0] = y;
  int[0] = (int[0] as number) + (n << 23);
  return float[0];
}

export function log(x: number): number {
  if (x < 0) return NaN;
  if (x < f(1.17549435e-38)) return -Infinity;
  if (x === Infinity || Number.isNaN(x)) return x;
  float[0] = x;
  const bits = int[0] as number;
  const k = (bits - 0x3f3504f3) >> 23;
  int[0] = bits - (k << 23);
  const m = f(float[0] - 1);
  const z = f(m * m);
  const tail = f(f(f(m * z) * polynomial(LOG, m)) + f(k * LN2_LO));
  return f(f(f(tail - f(0.5 * z)) + m) + f(k * LN2_HI));
}

export function log1p(x: number): number {
  const u = f(x + 1);
  return f(log(u) + f(f(x - f(u - 1)) / u));
}

export function tanh(x: number): number {
  const a = Math.abs(x);
  if (a > f(0.625)) {
    const y = f(1 - f(2 / f(exp(f(a + a)) + 1)));
    return x < 0 ? -y : y;
  }
  const z = f(x * x);
  return f(x + f(f(x * z) * polynomial(TANH, z)));
}

export function sigmoid(x: number): number {
  return f(1 / f(1 + exp(-x)));
}

export function cbrt(x: number): number {
  float[0] = x;
  float[0] = INVERSE_CBRT - f(f(int[0] as number) * f(THIRD / 256));
  int[0] = (int[0] as number) << 8;
  let z = float[0];
  for (let i = 0; i < 2; i++) {
    const h = f(1 - f(f(f(x * z) * z) * z));
    z = f(z + f(z * f(h * f(THIRD + f(TWO_NINTHS * h)))));
  }
  return f(f(x * z) * z);
}

/** Horner's rule, the highest coefficient first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = coefficients[0] as number;
  for (let i = 1; i < coefficients.length; i++) sum = f(f(x * sum) + (coefficients[i] as number));
  return sum;
}
