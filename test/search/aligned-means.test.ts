import fc from "fast-check";
import { expect, test } from "vitest";
import { alignedMeans } from "../../src/search/aligned-means.js";

test("lists of one length have their own means, and an empty one none", () => {
  expect(alignedMeans([[1, 2, 6], [4, 4, 4], []])).toEqual([3, 4, Number.POSITIVE_INFINITY]);
  expect(alignedMeans([[], []])).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

test("a list that lacks places is put as if it had them: where lists differ by a constant, they still do", () => {
  const number = fc.double({ min: -10, max: 10, noNaN: true });
  const property = fc.property(fc.array(number, { minLength: 2, maxLength: 9 }), number, fc.nat(), (level, above, cut) => {
    const length = 1 + (cut % (level.length - 1));
    const [whole, short] = alignedMeans([level, level.slice(0, length).map((value) => value + above)]) as [number, number];
    expect(short - whole).toBeCloseTo(above, 9);
  });
  fc.assert(property);
});
