import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { orthonormalize, symmetricEigen } from "../../src/numerics/eigen.js";
import { largestEigenvalue } from "../../src/numerics/lanczos.js";
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

test("the bits are those they were: they reach weights and what a search says", async () => {
  const hash = createHash("sha256");
  const note = (numbers: ArrayLike<number>) => hash.update(new BigUint64Array(Float64Array.from(numbers).buffer));
  for (const n of [1, 2, 3, 5, 20]) {
    for (const rank of [n, Math.ceil(n / 2), 1]) {
      const matrix = symmetric(n, rank);
      const { values, vectors } = symmetricEigen(matrix, n);
      note(values);
      note(vectors);
      const q = matrix.slice();
      orthonormalize(q, n);
      note(q);
      const { value, iterations, change } = await largestEigenvalue(
        (vector) => Float64Array.from({ length: n }, (_, i) => vector.reduce((sum, x, j) => sum + x * at(matrix, i * n + j), 0)),
        Array.from({ length: n }, (_, i) => i !== 3),
        { most: 12, tolerance: 1e-6, seed: n },
      );
      note([value, iterations, change]);
    }
  }
  expect(hash.digest("hex")).toBe("cc6742a51c54cce5682614970244166a2e4066fd25a700b1db0088a760654dde");
});

describe("the largest eigenvalue by products alone", () => {
  const times = (matrix: Float64Array, n: number) => (vector: Float64Array) =>
    Float64Array.from({ length: n }, (_, i) => vector.reduce((sum, x, j) => sum + x * at(matrix, i * n + j), 0));

  test.each([1, 2, 3, 5, 20, 64])("of %i rows is the one of all eigenvalues, in no more products than rows", async (n) => {
    for (const rank of [n, Math.ceil(n / 2), 1]) {
      for (const shift of [0, -3]) {
        const matrix = symmetric(n, rank);
        for (let i = 0; i < n; i++) matrix[i * n + i] = at(matrix, i * n + i) + shift;
        const free = Array.from({ length: n }, () => true);
        const { value, iterations, change } = await largestEigenvalue(times(matrix, n), free, { most: n, tolerance: 1e-9, seed: 1 });
        const expected = at(symmetricEigen(matrix, n).values, n - 1);
        expect(Math.abs(value - expected)).toBeLessThan(1e-8 * Math.max(1, Math.abs(expected)));
        expect(iterations).toBeLessThanOrEqual(n);
        expect(change).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test("leaves alone what is not free, and says by how much the value still changed", async () => {
    const n = 20;
    const matrix = symmetric(n, n);
    const seen: Float64Array[] = [];
    const multiply = (vector: Float64Array) => {
      seen.push(vector.slice());
      return times(matrix, n)(vector);
    };
    const { iterations, change } = await largestEigenvalue(
      multiply,
      [...Array(n).keys()].map((i) => i > 4),
      { most: 3, tolerance: 1e-12, seed: 1 },
    );
    expect(seen).toHaveLength(iterations);
    expect(iterations).toBe(3);
    expect([...(seen[0] as Float64Array)].map((x) => x !== 0)).toEqual([...Array(n).keys()].map((i) => i > 4));
    for (const vector of seen) expect(Math.abs(vector.reduce((sum, x) => sum + x * x, 0) - 1)).toBeLessThan(1e-12);
    expect(change).toBeGreaterThan(1e-12);
  });
});
