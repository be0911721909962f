import { describe, expect, test } from "vitest";
import { orthonormalize, symmetricEigen } from "../../src/numerics/eigen.js";
import { Random } from "../../src/numerics/random.js";

const at = (x: ArrayLike<number>, i: number) => x[i] as number;

/** x' y, row-major matrices of n rows and columns. */
function product(x: ArrayLike<number>, y: ArrayLike<number>, n: number): number[] {
  return Array.from({ length: n * n }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += at(x, i * n + Math.floor(k / n)) * at(y, i * n + (k % n));
    return sum;
  });
}

function largest(x: ArrayLike<number>): number {
  return Array.from(x).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

const identity = (n: number) => Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0));

function symmetric(n: number, rank: number): Float64Array {
  const random = new Random(1, "symmetric", n);
  const factor = Array.from({ length: n * n }, (_, k) => (Math.floor(k / n) < rank ? random.uniform() - 0.5 : 0));
  return Float64Array.from(product(factor, factor, n));
}

describe.each([1, 2, 3, 5, 20, 64])("of %i rows", (n) => {
  test.each([n, Math.ceil(n / 2), 0])(
    "eigenvectors of a matrix of rank %i are orthonormal, and the matrix stretches them by the eigenvalues",
    (rank) => {
      const matrix = symmetric(n, rank);
      const { values, vectors } = symmetricEigen(matrix, n);
      expect([...values]).toEqual([...values].sort((a, b) => a - b));
      expect(largest(product(vectors, vectors, n).map((x, k) => x - at(identity(n), k)))).toBeLessThan(1e-14 * n);
      const stretched = product(matrix, vectors, n).map((x, k) => x - at(values, k % n) * at(vectors, k));
      expect(largest(stretched)).toBeLessThan(1e-14 * n * Math.max(1, largest(values)));
      expect(values.filter((value) => Math.abs(value) > 1e-10).length).toBe(rank);
    },
  );

  test("orthonormalize gives Q of QR, whatever the rank", () => {
    const random = new Random(2, "general", n);
    for (const rank of [n, Math.ceil(n / 2), 0]) {
      const matrix = Float64Array.from({ length: n * n }, (_, k) => (k % n < rank ? random.uniform() - 0.5 : 0));
      const q = matrix.slice();
      orthonormalize(q, n);
      expect(largest(product(q, q, n).map((x, k) => x - at(identity(n), k)))).toBeLessThan(1e-14 * n);
      const r = product(q, matrix, n);
      expect(largest(r.filter((_, k) => Math.floor(k / n) > k % n))).toBeLessThan(1e-14 * n);
    }
  });
});

test("what is not finite gives NaN, and ends", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const { values, vectors } = symmetricEigen([1, bad, bad, 2], 2);
    expect([...values, ...vectors].every(Number.isNaN)).toBe(true);
  }
});
