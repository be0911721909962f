import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Random } from "../../src/numerics/random.js";
import { drawTable, pools } from "../support/floats.js";
import { whole } from "../support/parts.js";
import { where } from "../support/where.js";
import { absentIn, arrayOf, type Call, dimensionsOf, Harness, type KernelName, scalarSet, scalarsOf, setsOf } from "./harness.js";
import type { Dimensions, Row } from "./row.js";
import { table } from "./table.js";

const SEED = 20261121;
const wasm = whole(await load({ backend: "wasm" }));
const js = await load({ backend: "js" });
const rows = Object.entries(table) as [KernelName, Row][];
const poolNames = Object.keys(pools);
const draws = new Map(poolNames.map((pool) => [pool, drawTable(pool, SEED)]));
const harness = new Harness(wasm, js, 1 << 19);
afterAll(() => harness.dispose());

/** Operands out of one pool, from a place in its table that the random numbers choose. */
function operands(row: Row, pool: string, dimensions: Dimensions, random: Random): Call["fill"] {
  const drawn = draws.get(pool) as Uint32Array;
  return (name, target) => {
    const { below, positive, pairs } = arrayOf(row, name);
    if (below) for (let i = 0; i < target.length; i++) target[i] = random.below(below(dimensions));
    else {
      const from = random.below(drawn.length - target.length);
      target.set(drawn.subarray(from, from + target.length));
      if (pairs) for (let i = 0; i < target.length; i++) target[i] = paired(target[i] as number, drawn[from + target.length - i] as number);
      if (positive) for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) & (pairs ? 0x7fff7fff : 0x7fffffff);
    }
  };
}

/** Two bfloat16 made of floats: their upper halves. */
function paired(high: number, low: number): number {
  return ((high & 0xffff0000) | (low >>> 16)) >>> 0;
}

function check(name: KernelName, row: Row, dimensions: Dimensions, pool: string, set: number, random: Random, inPlace = false): void {
  const scalars = scalarSet(row, set);
  const fill = operands(row, pool, dimensions, random);
  const problem = harness.check(name, row, { dimensions, scalars, fill, absent: absentIn(row, set), inPlace });
  if (problem !== undefined) expect.fail(`pool ${pool}, ${problem}`);
}

function around(...lengths: number[]): number[] {
  return lengths.flatMap((length) => [-5, -4, -3, -1, 0, 1, 2, 4, 5].map((more) => length + more));
}

const to = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, i) => i + first);
const SELECTED = [...to(17), 23, 24, 31, 32, 33, 40, 47, 64, 65, 70];

/** All sizes of a kernel by its dimensions: the small ones all, the larger ones where tiles and tails end. */
function* shapes(names: readonly string[]): Generator<Dimensions> {
  if (names.length === 1) for (const n of to(67, 0)) yield { n };
  else if (names.length === 2) for (const rows of SELECTED) for (const columns of SELECTED) yield { rows, columns };
  else {
    for (const rows of to(17)) for (const inputs of to(17)) for (const outputs of to(17)) yield { rows, inputs, outputs };
    for (const long of SELECTED.slice(17)) {
      for (const a of [1, 3, 6, 16])
        for (const b of [1, 2, 3, 5, 13]) {
          yield { rows: long, inputs: a, outputs: b };
          yield { rows: a, inputs: long, outputs: b };
          yield { rows: a, inputs: b, outputs: long };
        }
    }
    yield { rows: 70, inputs: 70, outputs: 70 };
    // products of several blocks, packed and not, with and without rows, columns and a depth that are left
    for (let pass = 0; pass < 4; pass++) {
      yield { rows: 2, inputs: 130, outputs: 260 };
      yield { rows: 7, inputs: 515, outputs: 140 };
      yield { rows: 65, inputs: 300, outputs: 59 };
      yield { rows: 67, inputs: 46, outputs: 515 };
      yield { rows: 69, inputs: 523, outputs: 141 };
      yield { rows: 520, inputs: 70, outputs: 133 };
    }
  }
}

describe.each(rows)("%s", (name, row) => {
  const names = dimensionsOf(row);
  const sets = setsOf(row);

  test("gives the same bits in both backends, and touches nothing else", () => {
    const random = new Random(SEED, name);
    let turn = 0;
    for (const dimensions of shapes(names)) {
      // A vector's length meets every pool with every set; a matrix's shape, of which there are thousands, one of them in turn.
      if (names.length === 1) for (const pool of poolNames) for (const set of to(sets)) check(name, row, dimensions, pool, set, random);
      else check(name, row, dimensions, poolNames[turn % poolNames.length] as string, Math.floor(turn++ / poolNames.length), random);
    }
    expect(turn === 0 || turn > sets * poolNames.length).toBe(true);
  });

  where(names.length === 1)("gives the same bits at large lengths", () => {
    const random = new Random(SEED, name, "large");
    for (const n of around(256, 1024)) for (const pool of poolNames) check(name, row, { n }, pool, n, random);
    for (const [i, n] of around(65536).entries()) check(name, row, { n }, poolNames[i % poolNames.length] as string, i, random);
  });

  where(row.inPlace)("may write over its input", () => {
    const random = new Random(SEED, name, "in place");
    for (const length of to(35)) {
      const dimensions = names.length === 1 ? { n: length } : { rows: (length % 6) + 1, columns: length };
      for (const pool of poolNames) check(name, row, dimensions, pool, length, random, true);
    }
  });
});

test("any kernel, shape, scalars and operands give the same bits in both backends", () => {
  const side = fc.nat({ max: 40 });
  const most = Math.max(...rows.map(([, row]) => scalarsOf(row).length));
  const cases = fc.record({
    name: fc.constantFrom(...rows.map(([name]) => name)),
    sides: fc.tuple(side, side, side),
    set: fc.nat({ max: 11 }),
    factors: fc.array(fc.double({ min: 0.5, max: 1, noNaN: true }), { minLength: most, maxLength: most }),
    operand: fc.constantFrom(...poolNames),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(cases, ({ name, sides, set, factors, operand, seed }) => {
      const row: Row = table[name];
      const names = dimensionsOf(row);
      const least = names.length > 1 ? 1 : 0;
      const dimensions = Object.fromEntries(names.map((dimension, i) => [dimension, (sides[i] as number) + least]));
      const scalars = scalarSet(row, set);
      // Scalars of float64 that are no float32: both sides have to round them.
      for (const [i, { name: scalar, integer }] of scalarsOf(row).entries()) {
        if (!integer) scalars[scalar] = (scalars[scalar] as number) * (factors[i] as number);
      }
      const fill = operands(row, operand, dimensions, new Random(seed));
      expect(harness.check(name, row, { dimensions, scalars, fill, absent: absentIn(row, set) })).toBeUndefined();
    }),
    { numRuns: 3000 },
  );
});

test("a sum that waits between the blocks of a product is not rounded to zero", () => {
  const [rows, inputs, outputs] = [4, 300, 128];
  const [first, last] = [8e-16, 1e-15].map(Math.fround) as [number, number];
  const [x, w, y] = [rows * inputs, inputs * outputs, rows * outputs].map((length) => wasm.vector(length));
  if (!x || !w || !y) throw new Error("three vectors");
  x.view.fill(1);
  w.view.fill(first, 0, outputs);
  w.view.fill(last, (inputs - 1) * outputs);
  wasm.kernels.dense(x.pointer, w.pointer, 0, y.pointer, rows, inputs, outputs, 0, outputs);
  expect([...new Set(y.view)]).toEqual([Math.fround(first + last)]);
  for (const vector of [x, w, y]) vector.dispose();
});

test.each(["attend", "attendGradient"] as const)(
  "%s of many steps, more of which go together, gives the same bits in both backends",
  (name) => {
    const random = new Random(SEED, name, "steps");
    for (const [i, steps] of [127, 128, 129, 200, 256, 270].entries())
      for (const set of [2 * i, 2 * i + 1])
        check(name, table[name], { rows: steps, columns: 2 }, poolNames[i % poolNames.length] as string, set, random);
  },
);
