// What a memory of 4 GiB holds, and addresses that a signed 32-bit number does not.
import { describe, expect, test } from "vitest";
import { type Engine, loadSync } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { jsEngine } from "../../src/engine/reference/engine.js";
import { Random } from "../../src/numerics/random.js";
import { adamw } from "../../src/optimizers/kinds/adam.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { OutOfMemoryError } from "../../src/options/errors.js";
import { absentIn, arrayOf, type Call, dimensionsOf, Harness, type KernelName, scalarSet, setsOf } from "../kernels/harness.js";
import type { Dimensions, Row } from "../kernels/row.js";
import { table } from "../kernels/table.js";
import { thrown } from "../support/errors.js";
import { drawTable, sameBits } from "../support/floats.js";
import { whole } from "../support/parts.js";

const PAGE = 65_536;
const GIB = 2 ** 30;
/** The largest memory that an engine takes. */
const MOST = 4 * GIB - PAGE;
/** So many floats for the operands of a kernel. */
const ROOM = 65_536;

/** New engines, wasm and js, whose memory has grown to the largest and is taken below an address. Reserves addresses and touches nothing. */
function engines(address: number): [Engine, Engine] {
  const both: [Engine, Engine] = [whole(loadSync()), jsEngine("asked for")];
  for (const engine of both) {
    const { arena } = engine;
    arena.memory.grow((MOST - arena.memory.buffer.byteLength) / PAGE);
    const first = MOST - arena.available;
    engine.vector((address - first) / 4);
  }
  return both;
}

/** Why a system cannot run this, if so. */
function obstacle(): string {
  try {
    engines(GIB);
    return "";
  } catch (error) {
    return ` (skipped, the system gives no 4 GiB: ${error})`;
  }
}

const why = obstacle();

const drawn = drawTable("ordinary", 1);

function operands(row: Row, dimensions: Dimensions, random: Random): Call["fill"] {
  return (name, target) => {
    const { below, positive } = arrayOf(row, name);
    const from = random.below(drawn.length - target.length);
    for (let i = 0; i < target.length; i++) {
      const bits = drawn[from + i] as number;
      target[i] = below ? random.below(below(dimensions)) : positive ? bits & 0x7fffffff : bits;
    }
  };
}

/** One of each kind, in which the operands of several lie on both sides of an address 4 KiB from the first. */
const shapes: readonly Dimensions[] = [
  { n: 777 },
  { rows: 23, columns: 37 },
  { rows: 7, inputs: 41, outputs: 39 },
  { rows: 66, inputs: 70, outputs: 131 },
];

describe.skipIf(why !== "")(`a memory of 4 GiB${why}`, () => {
  describe.each([
    ["across 2 GiB", 2 * GIB - 4096],
    ["across 3 GiB", 3 * GIB - 4096],
    ["up to its end", MOST - ROOM * 4],
  ])("%s", (_, address) => {
    test("every kernel gives the same bits in both backends", () => {
      const harness = new Harness(...engines(address), ROOM);
      const random = new Random(1);
      for (const [name, row] of Object.entries(table) as [KernelName, Row][]) {
        for (const dimensions of shapes.filter((shape) => Object.keys(shape).join() === dimensionsOf(row).join())) {
          for (let set = 0; set < setsOf(row); set++) {
            const call = { dimensions, scalars: scalarSet(row, set), fill: operands(row, dimensions, random), absent: absentIn(row, set) };
            expect(harness.check(name, row, call)).toBeUndefined();
          }
        }
      }
    });

    test("an optimizer steps what lies there", () => {
      const [one, other] = engines(address).map((engine) => {
        using parameters = new Parameters(engine, { w: [99, 100], b: [100] });
        using optimizer = new Optimizer(parameters, adamw());
        expect(parameters.values.pointer).toBeGreaterThan(2 * GIB - 5000);
        const { value, gradient } = parameters.get("w");
        const random = new Random(2);
        value.forEach((_, i) => {
          value[i] = random.uniform() - 0.5;
          gradient[i] = random.uniform() - 0.5;
        });
        for (let step = 0; step < 40; step++) optimizer.step();
        return parameters.values.view.slice();
      }) as [Float32Array, Float32Array];
      expect(one.some((x) => x !== 0)).toBe(true);
      expect(sameBits(one, other)).toBe(true);
    });
  });

  test("what does not fit says how much would, and leaves everything as it was", () => {
    const { available } = loadSync().arena;
    const most = Math.floor(available / 16);
    const shape = (count: number) => ({ w: [count - (count % 4)] });
    {
      using parameters = new Parameters(loadSync(), shape(most));
      using optimizer = new Optimizer(parameters, adamw());
      expect(optimizer.steps).toBe(0);
    }
    const wasm = loadSync();
    {
      using parameters = new Parameters(wasm, shape(most + 1_000_000));
      const left = wasm.arena.available;
      const error = thrown(() => new Optimizer(parameters, adamw())) as OutOfMemoryError;
      expect(error).toBeInstanceOf(OutOfMemoryError);
      expect(error).toMatchObject({ requested: parameters.size * 8, available: left });
      expect(error.message).toMatch(/^2.16 GB of memory were requested, 2.14 GB are available: with adamw at most (\d+) parameters fit/);
      const fitting = Number(/at most (\d+)/.exec(error.message)?.[1]);
      expect(fitting).toBeGreaterThan(most - 8);
      expect(fitting).toBeLessThanOrEqual(most);
      expect(wasm.arena.available).toBe(left);
    }
    expect(wasm.arena.available).toBe(available);
  });
});
