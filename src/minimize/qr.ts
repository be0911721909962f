/** A matrix by columns. */
export type Columns = Float64Array[];

/**
 * Householder's QR of a matrix of m ≥ n rows and n columns with a right-hand side b, in place: columns[j][0..j] become R, and b becomes Qᵀ b.
 *
 * G. H. Golub, C. F. Van Loan, Matrix Computations, 2013, algorithm 5.2.1.
 */
export function triangularize(columns: Columns, b: Float64Array): void {
  const m = b.length;
  for (let k = 0; k < columns.length; k++) {
    const v = columns[k] as Float64Array;
    let scale = 0;
    for (let i = k; i < m; i++) scale = Math.max(scale, Math.abs(v[i] as number));
    if (!(scale > 0)) continue;
    let square = 0;
    for (let i = k; i < m; i++) square += ((v[i] as number) / scale) * ((v[i] as number) / scale);
    const norm = scale * Math.sqrt(square);
    const head = v[k] as number;
    const diagonal = head > 0 ? -norm : norm;
    v[k] = head - diagonal;
    // vᵀ v = −2 diagonal v[k]
    for (const other of [...columns.slice(k + 1), b]) {
      let sum = 0;
      for (let i = k; i < m; i++) sum += (v[i] as number) * (other[i] as number);
      const factor = sum / (diagonal * (v[k] as number));
      for (let i = k; i < m; i++) other[i] = (other[i] as number) + factor * (v[i] as number);
    }
    v[k] = diagonal;
  }
}

/** Solves R p = b for the upper triangle in `columns`; undefined where R is singular to rounding. */
export function solveUpper(columns: Columns, b: Float64Array): Float64Array | undefined {
  const n = columns.length;
  const p = b.slice(0, n);
  const at = (i: number, j: number) => (columns[j] as Float64Array)[i] as number;
  for (let j = n - 1; j >= 0; j--) {
    let norm = 0;
    for (let i = 0; i <= j; i++) norm = Math.max(norm, Math.abs(at(i, j)));
    if (!(Math.abs(at(j, j)) > Number.EPSILON * norm)) return undefined;
    p[j] = (p[j] as number) / at(j, j);
    for (let i = 0; i < j; i++) p[i] = (p[i] as number) - at(i, j) * (p[j] as number);
  }
  return p;
}

/** Solves Rᵀ y = b for the upper triangle in `columns`. */
export function solveTransposed(columns: Columns, b: Float64Array): Float64Array {
  const y = b.slice();
  columns.forEach((column, j) => {
    let sum = y[j] as number;
    for (let i = 0; i < j; i++) sum -= (column[i] as number) * (y[i] as number);
    y[j] = sum / (column[j] as number);
  });
  return y;
}
