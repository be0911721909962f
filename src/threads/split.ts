import type { Kernels } from "../engine.js";
import { elementwise } from "../generated/elementwise.js";
import type { Pool } from "./pool.js";

/** Parts of vectors end at cache lines, of 32 numbers of 16 bits, so that no two threads write to the same. */
const LINE = 32;

/** The least number of elements that is worth a second thread: below, handing work over costs more than it saves (docs/performance.md). */
const LEAST_ELEMENTS = 16_384;

type Kernel = (...args: number[]) => number | undefined;

/**
 * The kernel table with the work of large calls split over the pool, by element of the result and never by summand, so that any number of
 * threads gives the same bits.
 */
export function splitOver(pool: Pool, kernels: Kernels, names: readonly string[]): Kernels {
  const table: Record<string, Kernel> = {};
  for (const [index, name] of names.entries()) {
    const kernel = kernels[name as keyof Kernels] as Kernel;
    const rises = elementwise[name];
    table[name] = rises === undefined ? kernel : splitElements(pool, kernel, index, rises);
  }
  return table as unknown as Kernels;
}

/** Splits kernel(...pointers, n, ...scalars) into runs of elements. */
function splitElements(pool: Pool, kernel: Kernel, index: number, rises: readonly (number | "n")[]): Kernel {
  const share = (args: readonly number[], from: number, to: number) =>
    args.map((arg, i) => {
      const rise = rises[i] ?? 0;
      return rise === "n" ? Math.max(0, to - from) : arg + from * rise;
    });
  return (...args) => {
    const n = args[rises.indexOf("n")] as number;
    if (n < LEAST_ELEMENTS) return kernel(...args);
    const part = Math.ceil(n / (pool.size + 1) / LINE) * LINE;
    for (let i = 0; i < pool.size; i++) pool.prepare(i, index, share(args, i * part, Math.min(n, (i + 1) * part)));
    pool.go();
    try {
      kernel(...share(args, pool.size * part, n));
    } finally {
      pool.finish(index);
    }
    return undefined;
  };
}
