import { Random } from "./random.js";

export interface Eigenvalue {
  readonly value: number;
  /** Products with the matrix that were made. */
  readonly iterations: number;
  /** By which share of itself the value changed in the last iteration. */
  readonly change: number;
}

/**
 * The largest eigenvalue of a symmetric matrix that is known by its products with vectors, by the Lanczos iteration with full reorthogonalization. It ends
 * when the value changes by less than `tolerance` of itself twice in a row, after `most` products, or once the vectors span all that the first one reaches.
 *
 * @param multiply the product of the matrix with a vector, which it must leave as it is.
 * @param start where the first vector may be other than 0.
 */
export async function largestEigenvalue(
  multiply: (vector: Float64Array) => Float64Array | Promise<Float64Array>,
  start: readonly boolean[],
  { most, tolerance, seed }: { most: number; tolerance: number; seed: number },
): Promise<Eigenvalue> {
  const random = new Random(seed, "lanczos");
  let vector = Float64Array.from(start, (free) => (free ? random.uniform() - 0.5 : 0));
  scale(vector, 1 / norm(vector));
  const basis: Float64Array[] = [];
  const [diagonal, beside]: [number[], number[]] = [[], []];
  let [value, change, calm] = [Number.NaN, Number.POSITIVE_INFINITY, 0];
  while (basis.length < most) {
    basis.push(vector);
    const next = Float64Array.from(await multiply(vector));
    diagonal.push(dot(next, vector));
    // twice is enough: what rounding leaves of the earlier vectors after the first time is gone after the second
    for (let pass = 0; pass < 2; pass++) for (const one of basis) add(next, one, -dot(next, one));
    const before = value;
    value = largestOf(diagonal, beside);
    change = Math.abs(value - before) / (Math.abs(value) || 1);
    calm = change < tolerance ? calm + 1 : 0;
    const rest = norm(next);
    if (calm === 2 || !(rest > 1e-10 * (Math.abs(value) || 1))) break;
    beside.push(rest);
    scale(next, 1 / rest);
    vector = next;
  }
  return { value, iterations: basis.length, change: Number.isFinite(change) ? change : 0 };
}

/** The largest eigenvalue of a symmetric tridiagonal matrix, by bisection with Sturm sequences. */
function largestOf(diagonal: readonly number[], beside: readonly number[]): number {
  const reach = (i: number) => Math.abs(beside[i - 1] ?? 0) + Math.abs(i + 1 < diagonal.length ? (beside[i] as number) : 0);
  let low = Math.min(...diagonal.map((value, i) => value - reach(i)));
  let high = Math.max(...diagonal.map((value, i) => value + reach(i)));
  for (let turn = 0; turn < 200 && high - low > 1e-15 * (Math.abs(low) + Math.abs(high)); turn++) {
    const middle = low + (high - low) / 2;
    if (above(diagonal, beside, middle)) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}

/** Whether an eigenvalue lies above a number. */
function above(diagonal: readonly number[], beside: readonly number[], number: number): boolean {
  let pivot = 1;
  for (let i = 0; i < diagonal.length; i++) {
    const side = i === 0 ? 0 : (beside[i - 1] as number);
    pivot = (diagonal[i] as number) - number - (side * side) / pivot;
    if (pivot > 0) return true;
    if (pivot === 0) pivot = -1e-300;
  }
  return false;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

function scale(a: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) * factor;
}

function add(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) + (b[i] as number) * factor;
}
