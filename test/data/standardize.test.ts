import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { findRawColumns } from "../../src/data/raw.js";
import { scaleRows } from "../../src/data/scale-rows.js";
import { splitDataset } from "../../src/data/split.js";
import { standardize, standardizer, standardizeTargets, targetScaler, unscale } from "../../src/data/standardize.js";

const columnsOf = (values: ArrayLike<number>, columns: number) =>
  Array.from({ length: columns }, (_, column) => Array.from(values).filter((_, i) => i % columns === column));

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviationOf = (values: readonly number[]) => Math.sqrt(meanOf(values.map((value) => (value - meanOf(values)) ** 2)));

describe("standardizer", () => {
  test("learns mean and population deviation", () => {
    const data = dataset(
      [
        [2, 7],
        [4, 7],
        [4, 7],
        [4, 7],
        [5, 7],
        [5, 7],
        [7, 7],
        [9, 7],
      ],
      "aaaabbbb".split(""),
    );
    const learnt = standardizer(data);
    expect(learnt).toEqual({ mean: [5, 7], scale: [2, 1] });
    expect(JSON.parse(JSON.stringify(learnt))).toEqual(learnt);
    const standard = standardize(data, learnt);
    expect(columnsOf(standard.features, 2)).toEqual([[-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2], new Array(8).fill(0)]);
    expect(standard).toMatchObject({ classes: ["a", "b"], featureNames: ["x1", "x2"], task: "classification" });
  });

  test("training columns come out with mean 0 and deviation 1", () => {
    const value = fc.float({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 6, maxLength: 60 }), (values) => {
        const flat = values.slice(0, values.length - (values.length % 2));
        const data = dataset(flat, flat.slice(0, flat.length / 2), { columns: 2, task: "regression" });
        const standard = columnsOf(standardize(data, standardizer(data)).features, 2);
        standard.forEach((column, i) => {
          const constant = columnsOf(data.features, 2)[i]?.every((x, _, all) => x === all[0]);
          expect(Math.abs(meanOf(column))).toBeLessThan(1e-6);
          if (!constant) expect(Math.abs(deviationOf(column) - 1)).toBeLessThan(1e-6);
          else expect(column).toEqual(column.map(() => 0));
        });
      }),
    );
  });

  test("a constant that float64 sums cannot average exactly stays 0", () => {
    const data = dataset([0.1, 0.1, 0.1], [0.1, 0.1, 0.1], { columns: 1, task: "regression" });
    expect([...standardize(data, standardizer(data)).features]).toEqual([0, 0, 0]);
    expect(targetScaler(data)).toEqual({ mean: [Math.fround(0.1)], scale: [1] });
  });

  test("a constant of -0 survives JSON", () => {
    const { mean } = standardizer(dataset([-0, -0], [1, 2], { columns: 1, task: "regression" }));
    expect(Object.is(mean[0], 0)).toBe(true);
  });

  test("large offsets do not eat the deviation", () => {
    const data = dataset([16_000_000, 16_000_001, 16_000_002], [1, 2, 3], { columns: 1, task: "regression" });
    expect(standardizer(data).scale[0]).toBeCloseTo(Math.sqrt(2 / 3), 12);
  });

  test("targets scale and come back in their own units", () => {
    const data = dataset(
      [1, 2, 3],
      [
        [3000, 1],
        [4000, 2],
        [5000, 3],
      ],
      { columns: 1 },
    );
    const scaler = targetScaler(data);
    const scaled = standardizeTargets(data, scaler);
    expect(columnsOf(scaled.targets, 2).map(meanOf)).toEqual([0, 0]);
    [...unscale(scaled.targets, scaler)].forEach((value, i) => {
      expect(value).toBeCloseTo(data.targets[i] as number, 3);
    });
    expect(scaled.features).toBe(data.features);
  });

  test("refusals", () => {
    const data = dataset([[1], [2]], ["a", "b"]);
    const wide = dataset(
      [
        [1, 2],
        [2, 3],
      ],
      ["a", "b"],
    );
    expect(() => standardize(wide, standardizer(data))).toThrow("the standardizer is for 1 columns, the data has 2");
    expect(() => targetScaler(data)).toThrow("targetScaler.training.task must be regression: classes have no scale");
    expect(() => unscale([1, 2, 3], { mean: [0, 0], scale: [1, 1] })).toThrow("3 predictions cannot be rows of 2 outputs");
    expect(() => standardize(dataset([[1], [3e38]], ["a", "b"]), { mean: [0], scale: [1e-10] })).toThrow("row 2, column x1: 3.00");
  });
});

describe("rounding to 32 bits", () => {
  const seconds = Array.from({ length: 100 }, (_, i) => [1_700_000_000 + i, i / 7]);
  const data = dataset(
    seconds,
    seconds.map(([time]) => time as number),
    { task: "regression" },
  );

  test("comes after scaling where it would take what tells values apart", () => {
    const scaler = standardizer(data);
    expect(scaler.scale[0]).toBeCloseTo(Math.sqrt((100 * 100 - 1) / 12), 9);
    const standard = columnsOf(standardize(data, scaler).features, 2)[0] as number[];
    expect(new Set(standard).size).toBe(100);
    standard.forEach((value, i) => {
      expect(value).toBe(Math.fround((i - 49.5) / (scaler.scale[0] as number)));
    });
    expect(new Set(standardizeTargets(data, targetScaler(data)).targets).size).toBe(100);
  });

  test("of parts, too: they keep what their rows had", () => {
    const { training, validation } = splitDataset(data, { validation: 0.3 });
    const scaler = standardizer(training);
    for (const part of [training, validation]) {
      expect(new Set(columnsOf(standardize(part, scaler).features, 2)[0]).size).toBe(part.rows);
    }
  });

  test("leaves other columns their bits", () => {
    const plain = dataset(
      seconds.map(([, value]) => [value as number]),
      seconds.map(([, value]) => value as number),
      { task: "regression" },
    );
    const scaler = standardizer(plain);
    expect(scaler.mean[0]).toBe(Array.from(plain.features).reduce((sum, value) => sum + value, 0) / 100);
  });
});

describe("findRawColumns", () => {
  test.each<[string, number[], boolean]>([
    ["prices", [17_000, 17_400, 16_800], true],
    ["years", [2001, 2002, 2003], true],
    ["tiny numbers", [1e-5, 2e-5, 3e-5], true],
    ["standardized", [-1, 0, 1], false],
    ["pixels of 16 shades", [0, 7, 16], false],
    ["a constant", [5000, 5000, 5000], false],
  ])("%s", (_, values, raw) => {
    const data = dataset(values, values, { columns: 1, task: "regression" });
    expect(findRawColumns(data).map(({ part }) => part)).toEqual(raw ? ["features", "targets"] : []);
    expect(findRawColumns(dataset(values, ["a", "b", "a"], { columns: 1 })).map(({ column }) => column)).toEqual(raw ? ["x1"] : []);
  });
});

describe("scaleRows", () => {
  // whole numbers, fractions, and times, of which data sets keep 64 bits
  const row = fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.double({ min: -1, max: 1, noNaN: true }), fc.nat({ max: 9999 }));
  const spread = [[0, -1, 0] as const, [1, 1, 1] as const];

  test("gives rows the bits that the data set of them gets", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (values) => {
        const rows = [...spread, ...values].map(([a, b, time]) => [a, b, 1.7e9 + time]);
        const data = dataset(rows, rows.map((_, i) => i), { task: "regression" }); // biome-ignore format: one line
        const scaler = standardizer(data);
        const { features } = standardize(data, scaler);
        expect(scaleRows(rows, scaler)).toEqual(features);
        expect(scaleRows(rows.flat(), scaler)).toEqual(features);
        expect(scaleRows([rows[1] as number[]], scaler)).toEqual(features.subarray(3, 6));
      }),
    );
  });

  test("names what does not fit", () => {
    const scaler = { mean: [1, 2], scale: [1, 1] };
    expect(() => scaleRows([[1, 2, 3]], scaler)).toThrow("row 1 must be an array of 2 numbers");
    expect(() => scaleRows([1, 2, 3], scaler)).toThrow("3 numbers cannot be rows of 2 columns");
    expect(() => scaleRows([[1, 2], [3, Number.NaN]], scaler)).toThrow("row 2, column x2: NaN is not a finite number"); // biome-ignore format: one line
    expect(() => scaleRows([[1, 2]], {} as never)).toThrow("scaleRows.scaler");
  });
});
