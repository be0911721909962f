// Adafactor (Shazeer and Stern 2018), the step before it is scaled, of a matrix, G = scale g:
//   u = G / sqrt(max(row / max(mean of row, epsilon) column, floor)), row and column kept by factorSquares
import { div, loadLeft, mul, pmax, splat, sqrt, storeLeft } from "../lanes";
import { rowSum } from "../linalg/units";

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
