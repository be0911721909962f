// What is done to the rows or columns of a row-major matrix without padding between rows: the weights of a unit each, depending on the
// layout. Sums are in float64: along a row element j goes to sum j mod 4, the four are added as a tree; along a column in rising row.
import { add, loadLeft, lower, lowerProduct, mul, splat, storeLeft, sub, total, upper, upperProduct } from "../lanes";

/** g = g / |G| limit for each row whose |G| is not under limit = clipping max(|p|, epsilon), with G = scale g. */
export function clipRows(p: usize, g: usize, rows: usize, columns: usize, clipping: f64, epsilon: f64, scale: f32): void {
  const SCALE = splat(scale), ONE = splat(1);
  for (const end = g + rows * (columns << 2); g < end; p += columns << 2, g += columns << 2) {
    const factor = clipFactor(rowSquares(p, columns, ONE), rowSquares(g, columns, SCALE), clipping, epsilon);
    if (factor == 1) continue;
    const FACTOR = splat(factor);
    for (let j: usize = 0; j < columns; j += 4) storeLeft(g + (j << 2), mul(FACTOR, loadLeft(g + (j << 2), columns - j)), columns - j);
  }
}

/** As clipRows, for each column. */
export function clipColumns(p: usize, g: usize, rows: usize, columns: usize, clipping: f64, epsilon: f64, scale: f32): void {
  const SCALE = splat(scale), step = columns << 2, size = rows * step;
  for (let j: usize = 0; j < columns; j += 4, p += 16, g += 16) {
    const left = columns - j;
    let p01 = f64x2.splat(0), p23 = f64x2.splat(0), g01 = f64x2.splat(0), g23 = f64x2.splat(0);
    for (let i: usize = 0; i < size; i += step) {
      const P = loadLeft(p + i, left), G = mul(SCALE, loadLeft(g + i, left));
      p01 = f64x2.add(p01, lowerProduct(P, P));
      p23 = f64x2.add(p23, upperProduct(P, P));
      g01 = f64x2.add(g01, lowerProduct(G, G));
      g23 = f64x2.add(g23, upperProduct(G, G));
    }
    const FACTOR = f32x4(
      clipFactor(f64x2.extract_lane(p01, 0), f64x2.extract_lane(g01, 0), clipping, epsilon),
      clipFactor(f64x2.extract_lane(p01, 1), f64x2.extract_lane(g01, 1), clipping, epsilon),
      clipFactor(f64x2.extract_lane(p23, 0), f64x2.extract_lane(g23, 0), clipping, epsilon),
      clipFactor(f64x2.extract_lane(p23, 1), f64x2.extract_lane(g23, 1), clipping, epsilon),
    );
    for (let i: usize = 0; i < size; i += step) storeLeft(g + i, mul(FACTOR, loadLeft(g + i, left)), left);
  }
}

/** Subtracts from each row its mean. */
export function centralizeRows(g: usize, rows: usize, columns: usize): void {
  for (const end = g + rows * (columns << 2); g < end; g += columns << 2) {
    const MEAN = splat(<f32>(rowSum(g, columns) / <f64>columns));
    for (let j: usize = 0; j < columns; j += 4) storeLeft(g + (j << 2), sub(loadLeft(g + (j << 2), columns - j), MEAN), columns - j);
  }
}

/** Subtracts from each column its mean. */
export function centralizeColumns(g: usize, rows: usize, columns: usize): void {
  const step = columns << 2, size = rows * step, ROWS = f64x2.splat(<f64>rows);
  for (let j: usize = 0; j < columns; j += 4, g += 16) {
    const left = columns - j;
    let s01 = f64x2.splat(0), s23 = f64x2.splat(0);
    for (let i: usize = 0; i < size; i += step) {
      const G = loadLeft(g + i, left);
      s01 = f64x2.add(s01, lower(G));
      s23 = f64x2.add(s23, upper(G));
    }
    const LOW = f32x4.demote_f64x2_zero(f64x2.div(s01, ROWS)), HIGH = f32x4.demote_f64x2_zero(f64x2.div(s23, ROWS));
    const MEAN = i64x2.shuffle(LOW, HIGH, 0, 2);
    for (let i: usize = 0; i < size; i += step) storeLeft(g + i, sub(loadLeft(g + i, left), MEAN), left);
  }
}

/**
 * Averages of the squares along rows and columns, G = scale g: row = keep row + rowGain sum_j G^2, column = keep column + columnGain
 * sum_i G^2.
 */
export function factorSquares(
  g: usize, row: usize, column: usize, rows: usize, columns: usize, keep: f64, rowGain: f64, columnGain: f64, scale: f32,
): void {
  const SCALE = splat(scale), step = columns << 2, size = rows * step;
  for (let i: usize = 0; i < size; i += step, row += 4) {
    f32.store(row, <f32>(keep * <f64>f32.load(row) + rowGain * rowSquares(g + i, columns, SCALE)));
  }
  const KEEP = f64x2.splat(keep), GAIN = f64x2.splat(columnGain);
  for (let j: usize = 0; j < columns; j += 4, g += 16, column += 16) {
    const left = columns - j;
    let s01 = f64x2.splat(0), s23 = f64x2.splat(0);
    for (let i: usize = 0; i < size; i += step) {
      const G = mul(SCALE, loadLeft(g + i, left));
      s01 = f64x2.add(s01, lowerProduct(G, G));
      s23 = f64x2.add(s23, upperProduct(G, G));
    }
    const C = loadLeft(column, left);
    const LOW = f32x4.demote_f64x2_zero(f64x2.add(f64x2.mul(KEEP, lower(C)), f64x2.mul(GAIN, s01)));
    const HIGH = f32x4.demote_f64x2_zero(f64x2.add(f64x2.mul(KEEP, upper(C)), f64x2.mul(GAIN, s23)));
    storeLeft(column, i64x2.shuffle(LOW, HIGH, 0, 2), left);
  }
}

/** The sum of x[0] .. x[n - 1], reading nothing behind them. */
@inline
export function rowSum(x: usize, n: usize): f64 {
  let s01 = f64x2.splat(0), s23 = f64x2.splat(0);
  for (let j: usize = 0; j < n; j += 4) {
    const X = loadLeft(x + (j << 2), n - j);
    s01 = f64x2.add(s01, lower(X));
    s23 = f64x2.add(s23, upper(X));
  }
  return total(s01, s23);
}

@inline
function rowSquares(x: usize, n: usize, SCALE: v128): f64 {
  let s01 = f64x2.splat(0), s23 = f64x2.splat(0);
  for (let j: usize = 0; j < n; j += 4) {
    const X = mul(SCALE, loadLeft(x + (j << 2), n - j));
    s01 = f64x2.add(s01, lowerProduct(X, X));
    s23 = f64x2.add(s23, upperProduct(X, X));
  }
  return total(s01, s23);
}

function clipFactor(squares: f64, gradientSquares: f64, clipping: f64, epsilon: f64): f32 {
  const limit = clipping * Math.max(Math.sqrt(squares), epsilon);
  const length = Math.sqrt(gradientSquares);
  return length < limit ? 1 : <f32>(limit / Math.max(length, 1e-6));
}
