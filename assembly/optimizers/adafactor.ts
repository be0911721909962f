// Adafactor (Shazeer and Stern 2018), the step before it is scaled, G = scale g:
//   adafactor        v = b2 v + a2 G^2;  u = G / sqrt(max(v, floor))
//   adafactorMatrix  u = G / sqrt(max(row / max(mean of row, epsilon) column, floor)), row and column kept by factorSquares
import { add, div, load, loadLeft, mul, pmax, splat, sqrt, store, storeLeft } from "../lanes";
import { rowSum } from "../linalg/units";

export function adafactor(g: usize, v: usize, u: usize, n: usize, b2: f32, a2: f32, floor: f32, scale: f32): void {
  const B2 = splat(b2), A2 = splat(a2), FLOOR = splat(floor), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const G = mul(SCALE, load(g + i));
    const V = add(mul(B2, load(v + i)), mul(A2, mul(G, G)));
    store(v + i, V);
    store(u + i, div(G, sqrt(pmax(V, FLOOR))));
  } while ((i += 16) < n << 2);
}

export function adafactorMatrix(
  g: usize, row: usize, column: usize, u: usize, rows: usize, columns: usize, epsilon: f64, floor: f32, scale: f32,
): void {
  const FLOOR = splat(floor), SCALE = splat(scale), step = columns << 2;
  const mean = <f32>Math.max(rowSum(row, rows) / <f64>rows, epsilon);
  for (let i: usize = 0; i < rows; i++, g += step, u += step) {
    const ROW = splat(f32.load(row + (i << 2)) / mean);
    for (let j: usize = 0; j < columns; j += 4) {
      const at = j << 2, left = columns - j;
      const V = mul(ROW, loadLeft(column + at, left));
      storeLeft(u + at, div(mul(SCALE, loadLeft(g + at, left)), sqrt(pmax(V, FLOOR))), left);
    }
  }
}
