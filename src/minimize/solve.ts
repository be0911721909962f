/**
 * Decomposes a small dense A, given by rows, in place, by elimination with partial pivoting; undefined where A is singular.
 * @returns solves A x = b, in place of b.
 */
export function factorize(a: Float64Array[]): ((b: Float64Array) => Float64Array) | undefined {
  const n = a.length;
  const pivots: number[] = [];
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(at(a, i, k)) > Math.abs(at(a, pivot, k))) pivot = i;
    if (!(Math.abs(at(a, pivot, k)) > 0)) return undefined;
    pivots.push(pivot);
    [a[k], a[pivot]] = [a[pivot] as Float64Array, a[k] as Float64Array];
    for (let i = k + 1; i < n; i++) {
      const row = a[i] as Float64Array;
      // the factor stands where it makes a zero
      const factor = at(a, i, k) / at(a, k, k);
      row[k] = factor;
      for (let j = k + 1; j < n; j++) row[j] = at(a, i, j) - factor * at(a, k, j);
    }
  }
  return (b) => {
    pivots.forEach((pivot, k) => {
      [b[k], b[pivot]] = [b[pivot] as number, b[k] as number];
    });
    for (let k = 0; k < n; k++) for (let i = k + 1; i < n; i++) b[i] = (b[i] as number) - at(a, i, k) * (b[k] as number);
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i] as number;
      for (let j = i + 1; j < n; j++) sum -= at(a, i, j) * (b[j] as number);
      b[i] = sum / at(a, i, i);
    }
    return b;
  };
}

const at = (a: readonly Float64Array[], i: number, j: number) => (a[i] as Float64Array)[j] as number;
