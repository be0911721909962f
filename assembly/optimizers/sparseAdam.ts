// Adam on the rows of a matrix whose gradient is not all zero (PyTorch's SparseAdam); the others, state and all, stay. With an index, only the so
// many rows whose numbers stand there are looked at. G = scale g:
//   m = b1 m + a1 G;  v = b2 v + a2 G^2;  p -= rate m / (sqrt(v) + epsilon)
// a1 = 1 - b1, a2 = 1 - b2, rate = learning rate sqrt(1 - b2^t) / (1 - b1^t).
import { add, div, eq, loadLeft, mul, splat, sqrt, storeLeft, sub } from "../lanes";

export function sparseAdam(
  p: usize, g: usize, m: usize, v: usize, index: usize, rows: usize, columns: usize,
  rate: f32, b1: f32, a1: f32, b2: f32, a2: f32, epsilon: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), EPSILON = splat(epsilon), SCALE = splat(scale);
  for (let r: usize = 0; r < rows; r++) {
    const row = (index ? <usize>i32.load(index + (r << 2)) : r) * columns << 2;
    if (isZero(g + row, columns)) continue;
    for (let j: usize = 0; j < columns; j += 4) {
      const at = row + (j << 2), left = columns - j;
      const G = mul(SCALE, loadLeft(g + at, left));
      const M = add(mul(B1, loadLeft(m + at, left)), mul(A1, G));
      const V = add(mul(B2, loadLeft(v + at, left)), mul(A2, mul(G, G)));
      storeLeft(m + at, M, left);
      storeLeft(v + at, V, left);
      storeLeft(p + at, sub(loadLeft(p + at, left), div(mul(RATE, M), add(sqrt(V), EPSILON))), left);
    }
  }
}

@inline
function isZero(x: usize, n: usize): bool {
  for (let j: usize = 0; j < n; j += 4) if (!i32x4.all_true(eq(loadLeft(x + (j << 2), n - j), splat(0)))) return false;
  return true;
}
