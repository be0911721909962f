import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { type SplitOptions, splitDataset } from "../../src/data/split.js";
import { DataError, OptionError } from "../../src/options/errors.js";

/** Each row's feature is its own index, so that parts can be traced back. */
function traced(labels: readonly number[]) {
  return dataset(
    labels.map((_, row) => [row]),
    labels,
    { classes: ["a", "b", "c", "d"] },
  );
}

const quantities = (rows: number) => {
  const values = Float64Array.from({ length: rows }, (_, row) => row);
  return dataset(values, values, { columns: 1, task: "regression" });
};

const rowsOf = (part: { features: Float32Array }) => [...part.features];

describe("splitDataset", () => {
  const labelled = fc.array(fc.nat(3), { minLength: 20, maxLength: 200 });
  const shares = fc.record({
    validation: fc.double({ min: 0.1, max: 0.45, noNaN: true }),
    test: fc.constantFrom(0, 0.1, 0.25),
    seed: fc.nat(),
    stratify: fc.boolean(),
  });

  test("is a partition with exact sizes, rows kept whole and in order", () => {
    fc.assert(
      fc.property(labelled, shares, (labels, options) => {
        const data = traced(labels);
        const { training, validation, test } = splitDataset(data, options);
        const parts = [training, validation, ...(test ? [test] : [])];
        expect(parts.flatMap(rowsOf).sort((a, b) => a - b)).toEqual(rowsOf(data));
        expect(validation.rows).toBe(Math.round(options.validation * labels.length));
        expect(test?.rows ?? 0).toBe(Math.round(options.test * labels.length));
        for (const part of parts) {
          expect([...part.targets]).toEqual(rowsOf(part).map((row) => labels[row]));
          expect(rowsOf(part)).toEqual(rowsOf(part).sort((a, b) => a - b));
          expect(part.classes).toBe(data.classes);
        }
      }),
    );
  });

  test("stratified, each class is within a row of its share and keeps a row for training", () => {
    fc.assert(
      fc.property(labelled, shares, (labels, { validation, test, seed }) => {
        const data = traced(labels);
        const parts = splitDataset(data, { validation, test, seed });
        const count = (part: { targets: ArrayLike<number> }, label: number) => Array.from(part.targets).filter((t) => t === label).length;
        const heldOut = labels.length - parts.training.rows;
        for (let label = 0; label < 4; label++) {
          const all = count(data, label);
          const inTraining = count(parts.training, label);
          if (all > 0) expect(inTraining).toBeGreaterThan(0);
          // A class of so few rows that training keeps its last one hands its share to the others.
          const capped = [0, 1, 2, 3].some((other) => count(data, other) > 0 && count(parts.training, other) === 1);
          if (!capped) expect(Math.abs(all - inTraining - (heldOut * all) / labels.length)).toBeLessThan(1);
          if (!capped) expect(Math.abs(count(parts.validation, label) - (parts.validation.rows * all) / labels.length)).toBeLessThan(2);
        }
      }),
    );
  });

  test("50 rows of three classes give 10 each", () => {
    const { training, validation, test } = splitDataset(traced(Array.from({ length: 150 }, (_, row) => row % 3)), {
      validation: 0.2,
      test: 0.1,
    });
    for (const label of [0, 1, 2]) {
      expect([training, validation, test].map((part) => [...(part?.targets ?? [])].filter((t) => t === label).length)).toEqual([35, 10, 5]);
    }
  });

  test("a class of a single row goes to training", () => {
    for (let seed = 0; seed < 20; seed++) {
      expect([...splitDataset(traced([0, 0, 0, 0, 0, 1, 2, 3, 0, 0]), { validation: 0.5, seed }).validation.targets]).toEqual([
        0, 0, 0, 0, 0,
      ]);
    }
  });

  test("the seed decides", () => {
    const data = quantities(50);
    const validationOf = (options: SplitOptions) => rowsOf(splitDataset(data, options).validation);
    expect(validationOf({ seed: 3 })).toEqual(validationOf({ seed: 3 }));
    expect(validationOf({ seed: 3 })).not.toEqual(validationOf({ seed: 4 }));
    expect(validationOf({})).toEqual(validationOf({ seed: 1, validation: 0.2, stratify: true, test: 0 }));
  });

  test("a seed's split is for ever: runs that were logged must mean the same", () => {
    const { validation, test } = splitDataset(quantities(50), { seed: 3, test: 0.1 });
    expect(rowsOf(validation)).toEqual([6, 11, 15, 16, 17, 20, 30, 40, 42, 49]);
    expect(test && rowsOf(test)).toEqual([4, 19, 22, 29, 45]);
  });

  test("without a test share there is no test part", () => {
    expect(splitDataset(quantities(10))).not.toHaveProperty("test");
  });

  test.each<[string, () => unknown, new (...rest: never[]) => Error, string]>([
    [
      "validation 0",
      () => splitDataset(quantities(9), { validation: 0 }),
      OptionError,
      "splitDataset.validation must be a number greater than 0 and less than 1, got 0",
    ],
    [
      "test -0.1",
      () => splitDataset(quantities(9), { test: -0.1 }),
      OptionError,
      "splitDataset.test must be a number at least 0 and less than 1, got -0.1",
    ],
    [
      "no data set",
      () => splitDataset(Number.NaN as never),
      OptionError,
      "splitDataset.data must be a data set, as dataset(...) makes it, got NaN",
    ],
    ["seed", () => splitDataset(quantities(9), { seed: 0.5 }), OptionError, "splitDataset.seed must be an integer, got 0.5"],
    [
      "all held out",
      () => splitDataset(quantities(9), { validation: 0.5, test: 0.5 }),
      OptionError,
      "splitDataset.test must leave rows for training: validation 0.5 and test 0.5 are all of them",
    ],
    [
      "empty validation",
      () => splitDataset(quantities(4), { validation: 0.1 }),
      DataError,
      "the validation part would be empty: 0.1 of 4 rows is less than a row; it takes 5 rows at the least, or validation: 0.25",
    ],
    [
      "empty test",
      () => splitDataset(quantities(9), { test: 0.01 }),
      DataError,
      "the test part would be empty: 0.01 of 9 rows is less than a row; it takes 50 rows at the least, or test: 0",
    ],
    [
      "empty validation and test",
      () => splitDataset(quantities(3), { validation: 0.15, test: 0.15 }),
      DataError,
      "the test part would be empty: 0.15 of 3 rows is less than a row; it takes 4 rows at the least, or validation: 0.34 and test: 0",
    ],
    [
      "empty, of a row",
      () => splitDataset(quantities(1), { validation: 0.2 }),
      DataError,
      "the validation part would be empty: 0.2 of 1 row is less than a row; it takes 3 rows at the least",
    ],
    [
      "empty training",
      () => splitDataset(quantities(1), { validation: 0.9 }),
      DataError,
      "too few rows for the split (1): none would be left for training",
    ],
    [
      "too few rows a class",
      () => splitDataset(traced([0, 1, 2, 3]), { validation: 0.5 }),
      DataError,
      "2 of 4 rows cannot be held out while each of 4 classes keeps one: it takes more rows, or, in a program, pass stratify: false",
    ],
  ])("refuses: %s", (_, build, type, message) => {
    expect(build).toThrow(type as never);
    expect(build).toThrow(message);
  });

  test("says what to do instead of a part that is empty, and that does", () => {
    for (let rows = 2; rows < 40; rows++) {
      for (const [validation, test] of [
        [0.15, 0.15],
        [0.2, 0],
        [0.4, 0.01],
        [0.01, 0.4],
      ] as const) {
        let refused = "";
        try {
          splitDataset(quantities(rows), { validation, test });
        } catch (error) {
          refused = (error as DataError).message;
        }
        const [, least] = /it takes (\d+) rows at the least/.exec(refused) ?? [];
        if (least === undefined) continue;
        expect(splitDataset(quantities(Number(least)), { validation, test }).validation.rows).toBeGreaterThan(0);
        const [, share = validation] = /validation: ([\d.]+)/.exec(refused) ?? [];
        expect(splitDataset(quantities(rows), { validation: Number(share), test: 0 }).training.rows).toBeGreaterThan(0);
      }
    }
  });
});
