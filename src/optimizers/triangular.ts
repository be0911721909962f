/** What no kernel computes of upper triangular preconditioners, in float64. */
export const fitTriangular = {
  /**
   * Solves Q' x = b for every line of a tensor along the axis of Q, in place: `behind` is the number of elements between two of the axis.
   * Q is upper triangular, so that Q' is solved from the first element on.
   */
  solve(q: Float32Array, size: number, x: Float32Array, behind: number): void {
    const line = new Float64Array(size);
    for (let from = 0; from < x.length; from += size * behind) {
      for (let k = 0; k < behind; k++) {
        for (let i = 0; i < size; i++) {
          let sum = x[from + i * behind + k] as number;
          for (let j = 0; j < i; j++) sum -= (q[j * size + i] as number) * (line[j] as number);
          line[i] = sum / (q[i * size + i] as number);
        }
        for (let i = 0; i < size; i++) x[from + i * behind + k] = line[i] as number;
      }
    }
  },

  /** Makes of A A' and B B' the step without Q, where A A' stands; false where there is none. */
  step(aa: Float32Array, bb: Float32Array, size: number, rate: number): boolean {
    const sum = Float64Array.from(aa, (x, i) => x + (bb[i] as number));
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
  const largest = matrix.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  if (largest === 0) return 0;
  let [longest, squares] = [0, -1];
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += ((matrix[i * size + j] as number) / largest) ** 2;
    if (sum > squares) [longest, squares] = [i, sum];
  }
  const times = (x: Float64Array) =>
    Float64Array.from({ length: size }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += ((matrix[i * size + j] as number) / largest) * (x[j] as number);
      return sum;
    });
  const norm = (x: Float64Array) => Math.sqrt(x.reduce((sum, y) => sum + y * y, 0));
  const x = times(Float64Array.from({ length: size }, (_, j) => (matrix[longest * size + j] as number) / largest));
  const length = norm(x);
  return largest * norm(times(x.map((y) => y / length)));
}
