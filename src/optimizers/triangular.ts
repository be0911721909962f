/** What no kernel computes of upper triangular preconditioners, in float64. */
export const fitTriangular = {
  /**
   * Solves Q' x = b for every line of a tensor along the axis of Q, in place: `behind` is the number of elements between two of the axis.
   * Q is upper triangular, so that Q' is solved from the first element on.
   */
  solve(q: Float32Array, size: number, x: Float32Array, behind: number): void {
    const left = new Float64Array(size * size);
    for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) left[i * size + j] = q[j * size + i] as number;
    const block = new Float64Array(size * behind);
    for (let from = 0; from < x.length; from += block.length) {
      for (let i = 0; i < size; i++) {
        const row = i * behind;
        for (let k = 0; k < behind; k++) block[row + k] = x[from + row + k] as number;
        for (let j = 0; j < i; j++) {
          const factor = left[i * size + j] as number;
          for (let k = 0; k < behind; k++) block[row + k] = (block[row + k] as number) - factor * (block[j * behind + k] as number);
        }
        const pivot = left[i * size + i] as number;
        for (let k = 0; k < behind; k++) {
          block[row + k] = (block[row + k] as number) / pivot;
          x[from + row + k] = block[row + k] as number;
        }
      }
    }
  },

  /** Makes of A A' and B B' the step without Q, where A A' stands; false where there is none. */
  step(aa: Float32Array, bb: Float32Array, size: number, rate: number): boolean {
    const sum = new Float64Array(aa.length);
    for (let i = 0; i < sum.length; i++) sum[i] = (aa[i] as number) + (bb[i] as number);
    const norm = lowerBound(sum, size);
    if (!(norm > 0)) return false;
    const factor = rate / norm;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const at = i * size + j;
        aa[at] = j < i ? 0 : factor * ((aa[at] as number) - (bb[at] as number));
      }
    }
    return true;
  },

  /** The same of a diagonal, from A and B themselves, and taken. */
  diagonal(q: Float32Array, a: Float32Array, b: Float32Array, behind: number, rate: number): void {
    const [aa, bb] = [new Float64Array(q.length), new Float64Array(q.length)];
    for (let k = 0; k < a.length; k++) {
      const i = Math.floor(k / behind) % q.length;
      aa[i] = (aa[i] as number) + (a[k] as number) * (a[k] as number);
      bb[i] = (bb[i] as number) + (b[k] as number) * (b[k] as number);
    }
    const norm = aa.reduce((largest, x, i) => Math.max(largest, x + (bb[i] as number)), 0);
    if (!(norm > 0)) return;
    for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) * (1 - (rate * ((aa[i] as number) - (bb[i] as number))) / norm);
  },
};

/** A lower bound of the spectral norm of a symmetric matrix: one and a half iterations from its longest row. */
function lowerBound(matrix: Float64Array, size: number): number {
  let largest = 0;
  for (let i = 0; i < matrix.length; i++) largest = Math.max(largest, Math.abs(matrix[i] as number));
  if (largest === 0) return 0;
  let [longest, squares] = [0, -1];
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) {
      const x = (matrix[i * size + j] as number) / largest;
      sum += x * x;
    }
    if (sum > squares) [longest, squares] = [i, sum];
  }
  const row = matrix.slice(longest * size, (longest + 1) * size);
  for (let j = 0; j < size; j++) row[j] = (row[j] as number) / largest;
  const once = times(matrix, row, size, 1 / largest);
  const length = norm(once);
  for (let j = 0; j < size; j++) once[j] = (once[j] as number) / length;
  return largest * norm(times(matrix, once, size, 1 / largest));
}

/** A matrix times a vector and a factor. */
function times(matrix: Float64Array, x: Float64Array, size: number, factor: number): Float64Array {
  const y = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += (matrix[i * size + j] as number) * factor * (x[j] as number);
    y[i] = sum;
  }
  return y;
}

function norm(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] as number) * (x[i] as number);
  return Math.sqrt(sum);
}
