import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataset, takeRows } from "../../src/data/dataset.js";
import { DataError, OptionError, ShapeError } from "../../src/options/errors.js";

describe("dataset", () => {
  test("rows and text labels become a classification with sorted classes", () => {
    const data = dataset(
      [
        [1, 2],
        [3, 4],
        [5, 0.1],
      ],
      ["b", "a", "b"],
    );
    expect(data).toEqual({
      features: Float32Array.of(1, 2, 3, 4, 5, 0.1),
      rows: 3,
      columns: 2,
      featureNames: ["x1", "x2"],
      task: "classification",
      targets: Uint32Array.of(1, 0, 1),
      outputs: 2,
      classes: ["a", "b"],
    });
    expect(Object.isFrozen(data)).toBe(true);
  });

  test("flat features, a copy of them, and quantities", () => {
    const values = Float64Array.of(1, 2, 3, 4);
    const data = dataset(values, [10, 20], { columns: 2, task: "regression", featureNames: ["a", "b"] });
    values[0] = 9;
    expect(data).toMatchObject({ rows: 2, columns: 2, featureNames: ["a", "b"], outputs: 1, task: "regression" });
    expect([...data.features]).toEqual([1, 2, 3, 4]);
    expect(data.targets).toEqual(Float32Array.of(10, 20));
  });

  test("several quantities a row", () => {
    const data = dataset(
      [Float32Array.of(1), Float32Array.of(2)],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    );
    expect(data).toMatchObject({ task: "regression", outputs: 3, targets: Float32Array.of(1, 2, 3, 4, 5, 6) });
  });

  test.each([
    ["numbers by value", [10, 9, 2, 10], ["2", "9", "10"], [2, 1, 0, 2]],
    ["texts that read as numbers by value", ["10", "9", "-1"], ["-1", "9", "10"], [2, 1, 0]],
    ["texts by code unit, not locale", ["b", "B", "ä", "a"], ["B", "a", "b", "ä"], [2, 0, 3, 1]],
    ["booleans", [true, false], ["false", "true"], [1, 0]],
    ["the two zeros are one", [0, -0, 1], ["0", "1"], [0, 0, 1]],
  ])("classes: %s", (_, labels, classes, targets) => {
    const data = dataset(
      labels.map(() => [0]),
      labels,
      { task: "classification" },
    );
    expect(data.classes).toEqual(classes);
    expect([...data.targets]).toEqual(targets);
  });

  test("with classes, numbers are indices and texts are names", () => {
    expect(dataset([[1], [2]], Uint8Array.of(2, 0), { classes: ["z", "y", "x"] }).targets).toEqual(Uint32Array.of(2, 0));
    expect(dataset([[1], [2]], ["x", "z"], { classes: ["z", "y", "x"] }).targets).toEqual(Uint32Array.of(2, 0));
  });

  test("every finite number is rounded to float32 exactly once", () => {
    const value = fc.double({ min: -3.4e38, max: 3.4e38, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const data = dataset(values, values, { columns: 1, task: "regression" });
        expect([...data.features]).toEqual(values.map(Math.fround));
        expect([...data.targets]).toEqual(values.map(Math.fround));
      }),
    );
  });

  const two = [[1], [2]];
  test.each<[string, () => unknown, new (...rest: never[]) => Error, string]>([
    ["no rows", () => dataset([], []), DataError, "the features are empty"],
    ["NaN", () => dataset([[1], [Number.NaN]], ["a", "b"]), DataError, "row 2, column x1: NaN is not a finite number"],
    [
      "Inf in flat features",
      () => dataset([1, 2, 3, -Infinity], ["a", "b"], { columns: 2, featureNames: ["w", "h"] }),
      DataError,
      "row 2, column h: -Infinity is not a finite number",
    ],
    [
      "overflow",
      () => dataset([[1e39], [1]], ["a", "b"]),
      DataError,
      "row 1, column x1: 1e+39 is beyond the range of 32-bit floats (3.4e38)",
    ],
    ["not a number", () => dataset([[1], ["2" as never]], ["a", "b"]), DataError, 'row 2, column x1: must be a number, got "2"'],
    [
      "NaN target",
      () => dataset(two, [1, Number.NaN], { task: "regression" }),
      DataError,
      "row 2, column target: NaN is not a finite number",
    ],
    [
      "second target",
      () =>
        dataset(two, [
          [1, 2],
          [3, Infinity],
        ]),
      DataError,
      "row 2, column target 2: Infinity is not a finite number",
    ],
    ["ragged", () => dataset([[1, 2], [3]], ["a", "b"]), ShapeError, "row 2 of the features has 1 values instead of 2"],
    ["no columns", () => dataset([[], []], ["a", "b"]), ShapeError, "row 1 of the features must be an array of numbers, got an array of 0"],
    ["not a row", () => dataset([[1], 2 as never], ["a", "b"]), ShapeError, "row 2 of the features must be an array of numbers, got 2"],
    ["counts", () => dataset(two, ["a"]), ShapeError, "there are 2 rows of features and 1 targets"],
    ["flat length", () => dataset([1, 2, 3], ["a"], { columns: 2 }), ShapeError, "3 features cannot be rows of 2 columns"],
    ["flat without columns", () => dataset([1, 2], ["a", "b"]), OptionError, "dataset.columns is missing: the features are one flat array"],
    ["names", () => dataset(two, ["a", "b"], { featureNames: ["u", "v"] }), ShapeError, "2 featureNames were given for 1 columns"],
    [
      "names twice",
      () => dataset(two, ["a", "b"], { featureNames: ["u", "u"] }),
      OptionError,
      'dataset.featureNames must not have "u" twice',
    ],
    [
      "numbers without task",
      () => dataset(two, [0, 1]),
      OptionError,
      'dataset.task is missing: numbers may be labels ("classification") or quantities ("regression")',
    ],
    [
      "texts as quantities",
      () => dataset(two, ["a", "b"], { task: "regression" }),
      OptionError,
      'dataset.task must be classification for such targets, got "regression"',
    ],
    [
      "label out of range",
      () => dataset(two, [0, 2], { classes: ["a", "b"] }),
      DataError,
      "row 2, column target: the label 2 is out of range: with 2 classes, labels are 0 to 1",
    ],
    [
      "unknown label",
      () => dataset(two, ["cat", "dgo"], { classes: ["cat", "dog"] }),
      DataError,
      'row 2, column target: "dgo" is not one of the classes cat, dog',
    ],
    [
      "NaN label",
      () => dataset(two, [1, Number.NaN], { task: "classification" }),
      DataError,
      "row 2, column target: NaN cannot be a label",
    ],
    ["one class", () => dataset(two, ["a", "a"]), DataError, 'column target: every row has the label "a", so there is nothing to learn'],
    [
      "unknown option",
      () => dataset(two, ["a", "b"], { clases: [] } as never),
      OptionError,
      "dataset.clases is not an option (did you mean classes?)",
    ],
  ])("refuses: %s", (_, build, type, message) => {
    expect(build).toThrow(type as never);
    expect(build).toThrow(message);
  });

  test("errors carry row and column", () => {
    try {
      dataset([[1], [Number.NaN]], ["a", "b"]);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ row: 2, column: "x1" });
    }
  });
});

test("takeRows keeps rows together, in the order asked for", () => {
  const data = dataset([1, 2, 3, 4, 5, 6], ["a", "b", "c"], { columns: 2 });
  expect(takeRows(data, [2, 0])).toEqual({ ...data, rows: 2, features: Float32Array.of(5, 6, 1, 2), targets: Uint32Array.of(2, 0) });
  const quantities = dataset(
    [1, 2],
    [
      [1, 2],
      [3, 4],
    ],
    { columns: 1 },
  );
  expect(takeRows(quantities, [1])).toMatchObject({ targets: Float32Array.of(3, 4), rows: 1, outputs: 2 });
});

describe("rows that do not exist", () => {
  const data = dataset([[1], [2]], ["a", "b"]);
  test.each<[string, () => unknown, string]>([
    ["beyond the end", () => takeRows(data, [1, 99]), "takeRows.rows[1] must be a row from 0 to 1, got 99"],
    ["negative", () => takeRows(data, [-1]), "takeRows.rows[0] must be a row from 0 to 1, got -1"],
    ["half a row", () => takeRows(data, Float64Array.of(0.5)), "takeRows.rows[0] must be a row from 0 to 1, got 0.5"],
    ["no indices", () => takeRows(data, "01" as never), 'takeRows.rows must be an array of row indices, got "01"'],
    ["of no data set", () => takeRows(Number.NaN as never, [0]), "takeRows.data must be a data set, as dataset(...) makes it, got NaN"],
  ])("%s", (_, take, message) => {
    expect(take).toThrow(OptionError);
    expect(take).toThrow(message);
  });
});
