import { readFileSync } from "node:fs";
import type { elementwise } from "../../src/generated/elementwise.js";
import { type Argument, dimension, inout, input, output, type Row, scalar } from "./row.js";

export type FormulaName = keyof typeof elementwise;

/** What scripts/kernels/ knows of a formula in assembly/elementwise/. */
interface Formula {
  readonly name: FormulaName;
  readonly path: string;
  /** In the order of the call; `nonnegative` where its numbers flow into a root. */
  readonly arrays: readonly { readonly name: string; readonly access: "in" | "out" | "inout"; readonly nonnegative: boolean }[];
  readonly scalars: readonly string[];
  /** Whether nothing behind the last element is touched, since zeros do not become zeros. */
  readonly tail: boolean;
}

const formulas = JSON.parse(readFileSync(new URL("../../build/elementwise.json", import.meta.url), "utf8")) as Formula[];

/** What scalars of these names are tried with, one value a set. Any other name takes OTHERS. */
const VALUES: Readonly<Record<string, readonly number[]>> = {
  rate: [0.01, 1e-6, 0.5, 0],
  near: [0.01, 1e-6, 0.5, 0],
  far: [1e-3, 0.02, 0.5, 0],
  look: [1e-3, 0, 0.2, -1e-5],
  past: [5e-3, 0, 0.2, 1],
  decay: [0, 0.1, 1e-3, 0],
  shrink: [0, 0.01, 1e-6, 0.5],
  epsilon: [1e-8, 1e-3, 1e-10, 1],
  root: [0, 1e-2, 1, 1e-13],
  floor: [1e-30, 1e-3, 1],
  // the factor on the gradient; below zero for `maximize`
  scale: [1, -0.25, 1e-3, -1],
  momentum: [0.9, 0, 0.5, 0.99],
  b1: [0.9, 0.5, 0, 0.95],
  a1: [1 - 0.9, 0.5, 1, 0],
  b2: [0.999, 0.9, 0, 0.99],
  a2: [1 - 0.999, 1 - 0.9, 1, 0],
  b3: [0.9999, 0.95, 0, 0.5],
  a3: [1 - 0.9999, 1 - 0.95, 1, 0.5],
  c1: [10, 1, 1.5],
  c2: [31.622776601683793, 1, 1.5, 1],
  k: [1000, 1, 0, 1.5],
  keep: [0.9, 1, 0, 0.5],
  fresh: [0.1, 0, 1, 0.5],
  rho: [0.99, 0.9, 0, 0.5],
  gain: [1, 0.1, 2, 0],
  a: [1, -0.7, 1e-30, 0, 1e30],
  b: [0.9, 1, 0, -0.3],
  limit: [1, 1e-30, 1e38, 0.3, 0, Number.POSITIVE_INFINITY],
  clip: [1, 0, 1.5, Number.POSITIVE_INFINITY],
  slope: [0.01, 0.3, 0, 1],
};
const OTHERS = [0.5, 1, 1e-3, 0];

/** What a kernel needs of its own: scalars within the bounds of its formula, arrays that are never below zero in a run though no root says so. */
const OWN: Partial<Record<FormulaName, { scalars?: Readonly<Record<string, readonly number[]>>; nonnegative?: readonly string[] }>> = {
  adadelta: { scalars: { rho: [0.9, 0.95, 0], fresh: [1 - 0.9, 1 - 0.95, 1] } },
  adamax: { scalars: { slack: [1e-11, 1e-4, 0, 1e-3] }, nonnegative: ["w"] },
  adan: { scalars: { weight: [0.92, 0, 0.08, 1] } },
  almeida: { scalars: { meta: [0.01, 0.1, 1], b: [0.9, 0.5, 0], a: [0.1, 0.5, 1], lowest: [0.5, 0.7, 0.01] }, nonnegative: ["v", "r"] },
  asgd: { scalars: { keep: [0, 0.5, 0.99, 1], fresh: [1, 0.5, 0.01, 0] } },
  cocob: { scalars: { alpha: [100, 5, 0] }, nonnegative: ["l", "a", "r"] },
  flush: { scalars: { limit: [2 ** -100, 1, 0, 2 ** -50] } },
  lamb: { scalars: { c2: [1000, 1, 1.5] } },
  laprop: { scalars: { fresh: [1e-4, 0.05, 1, 0], k: [1000, 1, 1.5] } },
  lionSmooth: { scalars: { sharpness: [1, 3, 0.1, 50] } },
  madgrad: { scalars: { weight: [0.01, 1e-6, 0.5, 3], fresh: [1 - 0.9, 1, 0.5, 1 - 0.99] } },
  mechanic: { scalars: { size: [1e-8, 1, 0, 3] } },
  momentsLargest: { scalars: { fresh: [1, 1000, 1.5] } },
  rmspropVariant: { scalars: { center: [0, 1, 1e4, 2], inside: [1, 0.01] } },
  rprop: {
    scalars: { minus: [0.5, 0.3, 0.9], plus: [1.2, 1.5, 1.01], least: [1e-6, 0.02, 1e-30], most: [50, 0.1, 1e30] },
    nonnegative: ["s"],
  },
  sophia: { scalars: { k: [28, 1, 1.5], gamma: [0.01, 2, 1e-6] } },
};

/** A scalar with the values that its name stands for. */
export function named(name: string, values = VALUES[name] ?? OTHERS): Argument {
  return scalar(name, ...values);
}

const ARRAYS = { in: input, out: output, inout };

function rowOf({ name, arrays, scalars, tail }: Formula): Row {
  const own = OWN[name] ?? {};
  const pointers = arrays.map((array) => {
    const positive = array.nonnegative || (own.nonnegative ?? []).includes(array.name);
    return ARRAYS[array.access](array.name, { positive });
  });
  return {
    arguments: [...pointers, dimension("n"), ...scalars.map((each) => named(each, own.scalars?.[each]))],
    padding: tail ? "untouched" : "zero",
    inPlace: arrays.some(({ access }) => access === "out"),
  };
}

/** The rows of the kernels that are formulas: they follow from the formulas themselves. */
export const formulaRows = Object.fromEntries(formulas.map((formula) => [formula.name, rowOf(formula)])) as Record<FormulaName, Row>;
