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

/** By elements: the pointers ahead of n rise by so many bytes with each, and what stands behind n by `behind`. */
function byElements(bytes: readonly number[], ...behind: readonly number[]): Split {
  const counter = bytes.length;
  const division = { counter, grain: LINE, strides: [...bytes, 0, ...behind] };
  return { worth: (args) => ((args[counter] as number) * counter) / ELEMENTS, divide: () => division };
}

/** Products of three sizes, the first of which is argument number `at`. */
function product<Name extends keyof Kernels>(at: number, divide: (...args: Parameters<Kernels[Name]>) => Division): Split {
  return {
    worth: (args) => ((args[at] as number) * (args[at + 1] as number) * (args[at + 2] as number)) / PRODUCTS,
    divide: (args) => divide(...(args as Parameters<Kernels[Name]>)),
  };
}

type Formula = keyof typeof elementwise;

/**
 * How kernels that are written by hand divide, or that they do not: they sum, number their elements, or are too small to be worth it. Products
 * divide along the longer side of the result, but for the weights' gradient, whose rows are the longer side of most.
 */
const byHand: Readonly<Record<Exclude<keyof Kernels, Formula>, Split | "whole">> = {
  fill: byElements([4]),
  copy: byElements([4, 4]),
  // means in 16 bits; `first` numbers the elements
  momentsBfloat16: byElements([4, 4, 2, 2], 1),
  momentsLargestBfloat16: byElements([4, 4, 2, 2, 2], 1),
  flushBfloat16: byElements([2]),
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
  adafactorMatrix: "whole",
  binaryCrossEntropy: "whole",
  centralizeColumns: "whole",
  centralizeRows: "whole",
  clipColumns: "whole",
  clipRows: "whole",
  crossEntropy: "whole",
  dadaptAdam: "whole",
  dadaptSgd: "whole",
  denseBiasGradient: "whole",
  dot: "whole",
  dotDecayed: "whole",
  dropout: "whole",
  factorSquares: "whole",
  finite: "whole",
  finiteBfloat16: "whole",
  firstColumn: "whole",
  gather: "whole",
  huber: "whole",
  maxAbs: "whole",
  meanAbsolute: "whole",
  meanSquared: "whole",
  momo: "whole",
  momoAdam: "whole",
  opposing: "whole",
  prodigy: "whole",
  sm3Matrix: "whole",
  sparseAdam: "whole",
  squaredDistance: "whole",
  sumAbs: "whole",
  sumSquares: "whole",
  sumSquaresDecayed: "whole",
  transpose: "whole",
};

/** The kernels that are split, by name: every formula (generated/elementwise.ts) by its elements. */
export const splits: ReadonlyMap<string, Split> = new Map([
  ...Object.entries(elementwise).map(([name, arrays]) => [name, byElements(new Array(arrays).fill(4))] as const),
  ...Object.entries(byHand).filter((entry): entry is [string, Split] => entry[1] !== "whole"),
]);

/** The kernels with large calls split over the pool, by element of the result, so that any number of threads gives the same bits. */
export function splitOver(pool: Pool, kernels: readonly (readonly [string, Kernel])[]): Kernels {
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
