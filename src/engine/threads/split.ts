import { elementwise } from "../../generated/elementwise.js";
import { spareOf } from "../attention.js";
import type { Kernels } from "../engine.js";
import type { Division, Kernel, Pool } from "./pool.js";

/** Which calls are worth being split, and how. */
interface Split {
  readonly by: "elements" | "products" | "rows";
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
  return { by: "elements", worth: (args) => ((args[counter] as number) * counter) / ELEMENTS, divide: () => division };
}

/** Products of three sizes, the first of which is argument number `at`. */
function product<Name extends keyof Kernels>(at: number, divide: (...args: Parameters<Kernels[Name]>) => Division): Split {
  return {
    by: "products",
    worth: (args) => ((args[at] as number) * (args[at + 1] as number) * (args[at + 2] as number)) / PRODUCTS,
    divide: (args) => divide(...(args as Parameters<Kernels[Name]>)),
  };
}

/** By rows, counted by argument number `at`: with each, pointers rise by so many numbers. */
function byRows<Name extends keyof Kernels>(at: number, numbers: (...args: Parameters<Kernels[Name]>) => readonly number[]): Split {
  const of = (args: readonly number[]) => numbers(...(args as Parameters<Kernels[Name]>));
  return {
    by: "rows",
    worth: (args) => (of(args).reduce((sum, count) => sum + count, 0) * (args[at] as number)) / ELEMENTS,
    divide: (args) => ({ counter: at, grain: 1, strides: of(args).map((count) => count * 4) }),
  };
}

/** Attention and its gradient, by rows of the batch: two products a head, and twice as many. */
const attention: Split = {
  by: "rows",
  worth: (args) => {
    const [rows, steps, heads, head] = args.slice(6) as [number, number, number, number];
    return (2 * rows * heads * steps * steps * head) / PRODUCTS;
  },
  divide: (args) => {
    const [steps, heads, head] = args.slice(7) as [number, number, number];
    const numbers = steps * heads * head;
    return {
      counter: 6,
      grain: 1,
      strides: [3 * numbers, 0, 0, heads * steps * steps, numbers, spareOf(steps, head)].map((n) => n * 4),
    };
  },
};

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
  attend: attention,
  attendGradient: attention,
  normalizeRows: byRows<"normalizeRows">(3, (_x, _y, _factors, _rows, columns) => [columns, columns, 1]),
  normalizeRowsGradient: byRows<"normalizeRowsGradient">(4, (_y, _f, _g, _dx, _rows, columns) => [columns, 1, columns, columns]),
  affineColumns: byRows<"affineColumns">(5, (_x, _y, _center, _scale, _shift, _rows, columns) => [columns, columns]),
  patches: byRows<"patches">(2, (_x, _p, _rows, height, width, channels, ...[depth, kernelHeight, kernelWidth, outHeight, outWidth]) => [
    height * width * channels,
    outHeight * outWidth * kernelHeight * kernelWidth * depth,
  ]),
  patchesGradient: byRows<"patchesGradient">(
    2,
    (_p, _x, _rows, height, width, channels, ...[depth, kernelHeight, kernelWidth, outHeight, outWidth]) => [
      outHeight * outWidth * kernelHeight * kernelWidth * depth,
      height * width * channels,
    ],
  ),
  pool: byRows<"pool">(2, (_x, _y, _rows, height, width, channels, _kernelHeight, _kernelWidth, outHeight, outWidth) => [
    height * width * channels,
    outHeight * outWidth * channels,
  ]),
  poolGradient: byRows<"poolGradient">(
    4,
    (_x, _y, _dy, _dx, _rows, height, width, channels, _kernelHeight, _kernelWidth, outHeight, outWidth) => {
      const [from, to] = [height * width * channels, outHeight * outWidth * channels];
      return [from, to, to, from];
    },
  ),
  addRows: "whole",
  adafactorMatrix: "whole",
  binaryCrossEntropy: "whole",
  centralizeColumns: "whole",
  centralizeRows: "whole",
  clipColumns: "whole",
  clipRows: "whole",
  columnDots: "whole",
  copyColumns: "whole",
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
  gruStep: "whole",
  gruStepGradient: "whole",
  huber: "whole",
  maxAbs: "whole",
  meanAbsolute: "whole",
  meanSquared: "whole",
  momo: "whole",
  momoAdam: "whole",
  opposing: "whole",
  prodigy: "whole",
  shuffle: "whole",
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
