/** Solves A x = b for a small dense A given by rows, by elimination with partial pivoting, in place; undefined where A is singular. */
export function solve(a: Float64Array[], b: Float64Array): Float64Array | undefined {
  const n = b.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(at(a, i, k)) > Math.abs(at(a, pivot, k))) pivot = i;
    if (!(Math.abs(at(a, pivot, k)) > 0)) return undefined;
    [a[k], a[pivot]] = [a[pivot] as Float64Array, a[k] as Float64Array];
    [b[k], b[pivot]] = [b[pivot] as number, b[k] as number];
    for (let i = k + 1; i < n; i++) {
      const factor = at(a, i, k) / at(a, k, k);
      for (let j = k; j < n; j++) (a[i] as Float64Array)[j] = at(a, i, j) - factor * at(a, k, j);
      b[i] = (b[i] as number) - factor * (b[k] as number);
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] as number;
    for (let j = i + 1; j < n; j++) sum -= at(a, i, j) * (b[j] as number);
    b[i] = sum / at(a, i, i);
  }
  return b;
}

const at = (a: readonly Float64Array[], i: number, j: number) => (a[i] as Float64Array)[j] as number;
