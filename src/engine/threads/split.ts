import { elementwise } from "../../generated/elementwise.js";
import type { Kernels } from "../engine.js";
import type { Division, Kernel, Pool } from "./pool.js";

/** Which calls are worth being split, and how. */
interface Split {
  /** The number of threads that a call is worth. */
  worth(args: readonly number[]): number;
  divide(args: readonly number[]): Division;
}

/**
 * The least work worth a thread, in elements of all vectors and in multiply-adds, both some four microseconds: below, handing it over costs more
 * than it saves (docs/performance.md).
 */
const ELEMENTS = 32_768;
const PRODUCTS = 65_536;

/** A cache line, of numbers of 16 bits. */
const LINE = 32;
const TILE = 4;

function byElements(rises: readonly (number | "n")[]): Split {
  const counter = rises.indexOf("n");
  const division = { counter, grain: LINE, strides: rises.map((rise) => (rise === "n" ? 0 : rise)) };
  return { worth: (args) => ((args[counter] as number) * counter) / ELEMENTS, divide: () => division };
}

/** Products of three sizes, the first of which is argument number `at`. */
function product<Name extends keyof Kernels>(at: number, divide: (...args: Parameters<Kernels[Name]>) => Division): Split {
  return {
    worth: (args) => ((args[at] as number) * (args[at + 1] as number) * (args[at + 2] as number)) / PRODUCTS,
    divide: (args) => divide(...(args as Parameters<Kernels[Name]>)),
  };
}

/** Along the longer side of the result, but for the weights' gradient, whose rows are the longer side of most. */
const products: Readonly<Record<string, Split>> = {
  dense: product<"dense">(4, (_x, _w, b, _y, rows, inputs, outputs, _relu, stride) =>
    rows < outputs
      ? { counter: 6, grain: LINE, strides: [0, 4, b && 4, 4] }
      : { counter: 4, grain: TILE, strides: [inputs * 4, 0, 0, stride * 4] },
  ),
  denseInputGradient: product<"denseInputGradient">(3, (_dy, _wt, _dx, rows, inputs, outputs, gate, stride) =>
    rows < inputs
      ? { counter: 4, grain: LINE, strides: [0, 4, 4, 0, 0, 0, gate && 4] }
      : { counter: 3, grain: TILE, strides: [outputs * 4, 0, stride * 4, 0, 0, 0, gate && stride * 4] },
  ),
  denseWeightGradient: product<"denseWeightGradient">(3, (_x, _dy, _dw, _rows, _inputs, outputs) => ({
    counter: 4,
    grain: outputs === 1 ? LINE : TILE,
    strides: [4, 0, outputs * 4],
  })),
};

/** The kernels with large calls split over the pool, by element of the result, so that any number of threads gives the same bits. */
export function splitOver(pool: Pool, kernels: readonly (readonly [string, Kernel])[]): Kernels {
  const splits = new Map(Object.entries(products));
  for (const [name, rises] of Object.entries(elementwise)) splits.set(name, byElements(rises));
  const table = kernels.map(([name, kernel], index) => {
    const split = splits.get(name);
    return [name, split === undefined ? kernel : bind(pool, index, kernel, split)];
  });
  return Object.fromEntries(table);
}

function bind(pool: Pool, index: number, kernel: Kernel, { worth, divide }: Split) {
  return (...args: number[]) => {
    const threads = Math.min(pool.threads, Math.floor(worth(args)));
    if (threads < 2) return kernel(...args);
    pool.run(index, args, threads, divide(args));
    return undefined;
  };
}
