/** The columns, by index, whose 64-bit values say more than their 32-bit ones. */
type Exact = ReadonlyMap<number, Float64Array>;

/** Kept beside the array that a data set has: the data set itself stays plain data. */
const kept = /* @__PURE__ */ new WeakMap<Float32Array, Exact>();

/** The 64-bit values that some columns are kept in, by the array of the 32-bit ones. */
export const exactColumns = {
  of: (values: Float32Array): Exact | undefined => kept.get(values),
  /** Keeps them for an array of some of the rows. */
  copy(from: Float32Array, to: Float32Array, rows: Uint32Array): void {
    const exact = kept.get(from);
    if (exact === undefined) return;
    const chosen = new Map<number, Float64Array>();
    for (const [column, values] of exact) {
      const part = new Float64Array(rows.length);
      for (let i = 0; i < rows.length; i++) part[i] = values[rows[i] as number] as number;
      chosen.set(column, part);
    }
    kept.set(to, chosen);
  },
};

/** Rounding to 32 bits moves a value by up to 2^-24 of its size: a column keeps 64 bits where that is more than 2^-12 of its range. */
const PART = 1 / 4096;

export function keepExact(values: Float32Array, columns: number, valueAt: (row: number, column: number) => number): void {
  const rows = values.length / columns;
  const [low, high] = [new Float64Array(columns).fill(Number.POSITIVE_INFINITY), new Float64Array(columns).fill(Number.NEGATIVE_INFINITY)];
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const value = values[i] as number;
      if (value < (low[column] as number)) low[column] = value;
      if (value > (high[column] as number)) high[column] = value;
    }
  }
  const exact = new Map<number, Float64Array>();
  for (let column = 0; column < columns; column++) {
    const [from, to] = [low[column] as number, high[column] as number];
    const size = Math.max(Math.abs(from), Math.abs(to));
    if (size / 0x100_0000 <= PART * (to - from)) continue;
    const whole = new Float64Array(rows);
    let differs = false;
    for (let row = 0; row < rows; row++) {
      whole[row] = valueAt(row, column);
      differs ||= whole[row] !== whole[0];
    }
    if (differs) exact.set(column, whole);
  }
  if (exact.size > 0) kept.set(values, exact);
}
