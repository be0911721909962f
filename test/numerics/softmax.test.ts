import fc from "fast-check";
import { expect, test } from "vitest";
import { softmax } from "../../src/numerics/softmax.js";
import { ShapeError } from "../../src/options/errors.js";

test("shares of a row add up to 1, keep the order of the outputs, and do not overflow", () => {
  const row = fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(row, (outputs) => {
      const shares = softmax(outputs, outputs.length);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      for (const [i, a] of outputs.entries())
        for (const [j, b] of outputs.entries()) if (a > b) expect(shares[i]).toBeGreaterThanOrEqual(shares[j] as number);
    }),
  );
});

test("each row has its own", () => {
  expect([...softmax([0, Math.log(3), 5, 5], 2)]).toEqual([expect.closeTo(0.25, 14), expect.closeTo(0.75, 14), 0.5, 0.5]);
  expect(() => softmax([1, 2, 3], 2)).toThrow(ShapeError);
  expect(() => softmax([1, 2], 0)).toThrow("softmax.classes must be a positive integer");
});
