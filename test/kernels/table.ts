import type { Kernels } from "../../src/engine/load.js";
import { type FormulaName, formulaRows, named } from "./formulas.js";
import {
  average,
  channels,
  depth,
  dilationX,
  dilationY,
  height,
  kernelHeight,
  kernelWidth,
  left,
  outHeight,
  outWidth,
  patched,
  picture,
  pictures,
  pooled,
  strideX,
  strideY,
  top,
  width,
} from "./pictures.js";
import {
  type ArrayArgument,
  type Dimensions,
  derived,
  dimension,
  inout,
  input,
  integer,
  output,
  type Row,
  type RowOf,
  scalar,
} from "./row.js";

const n = dimension("n");
const rows = dimension("rows");
const columns = dimension("columns");
const inputs = dimension("inputs");
const outputs = dimension("outputs");

/** The size of a matrix, or of a vector, whose sides are dimensions of these names. */
const sized = (...names: string[]): Pick<ArrayArgument, "size"> => ({
  size: (d: Dimensions) => names.reduce((product, name) => product * (d[name] as number), 1),
});
/** From one row to the next of a matrix so wide: in half of the cases it is a part of a wider one. */
const strideOf =
  (width: string) =>
  (d: Dimensions): number =>
    (d[width] as number) + ((d["rows"] as number) % 2) * 3;
/** The size of so many rows of a matrix in which they lie apart. */
const strided = (height: string, width: string): Pick<ArrayArgument, "size"> => ({
  size: (d) => ((d[height] as number) - 1) * strideOf(width)(d) + (d[width] as number),
});
/** The rows of the table that gather picks from. */
const SOURCE = 7;
const square = { positive: true };
/** Numbers of 16 bits, in pairs. */
const pairs = { pairs: true, size: (d: Dimensions) => Math.ceil((d["n"] as number) / 2) };

const [rate, decay, epsilon, factor, shrink] = [named("rate"), named("decay"), named("epsilon"), named("scale"), named("shrink")];
const [b1, a1, b2, a2, b3, a3, c2] = [named("b1"), named("a1"), named("b2"), named("a2"), named("b3"), named("a3"), named("c2")];
const [near, look, k, root] = [named("near"), named("look"), named("k"), named("root")];
const numbering = [integer("first", 0, 4, 4294967292), integer("turn", 0, 0x9e376a09, 4294967295)] as const;

const matrix = sized("rows", "columns");
const clipping = scalar("clipping", 0.01, 0.5, 100, 0);
const floor64 = scalar("epsilon", 1e-3, 1e-30, 1);
const gain = named("gain");

/** Of attention: steps by the width of a head, one or two rows and heads. */
const [batch, heads] = [(d: Dimensions) => 1 + ((d["columns"] as number) & 1), (d: Dimensions) => 1 + ((d["rows"] as number) & 1)];
const attended = (of: (steps: number, head: number, heads: number) => number) => ({
  size: (d: Dimensions) => batch(d) * of(d["rows"] as number, d["columns"] as number, heads(d)),
});
const turns = { size: (d: Dimensions) => (d["rows"] as number) * ((d["columns"] as number) >> 1), optional: true };
const attention = [
  inout(
    "joint",
    attended((steps, head, heads) => 3 * steps * heads * head),
  ),
  input("cosines", turns),
  input("sines", turns),
  inout(
    "shares",
    attended((steps, _head, heads) => heads * steps * steps),
  ),
  inout(
    "mixed",
    attended((steps, head, heads) => steps * heads * head),
  ),
  inout(
    "spare",
    attended((steps, head) => (2 * head + 8 + (steps >> 3)) * steps),
  ),
  derived("batch", batch),
  rows,
  derived("heads", heads),
  columns,
  scalar("scale", 1, 0.125, 3),
  integer("causal", 0, 1),
] as const;

const threefold = { size: (d: Dimensions) => 3 * matrix.size(d) };

/**
 * One row a kernel that is written by hand: what it is given, and what it promises beside its results. A kernel without a row does not compile.
 * The rows of formulas follow from them (formulas.ts).
 */
const byHand = {
  dense: {
    arguments: [
      input("x", sized("rows", "inputs")),
      input("w", strided("inputs", "outputs")),
      input("b", { ...sized("outputs"), optional: true }),
      output("y", strided("rows", "outputs")),
      rows,
      inputs,
      outputs,
      integer("relu", 0, 1),
      derived("stride", strideOf("outputs")),
    ],
    padding: "untouched",
  },
  denseBiasGradient: {
    arguments: [input("dy", sized("rows", "columns")), output("db", sized("columns")), rows, columns],
    padding: "untouched",
  },
  denseInputGradient: {
    arguments: [
      input("dy", sized("rows", "outputs")),
      input("wt", strided("outputs", "inputs")),
      output("dx", strided("rows", "inputs")),
      rows,
      inputs,
      outputs,
      input("gate", { ...strided("rows", "inputs"), optional: true }),
      derived("stride", strideOf("inputs")),
    ],
    padding: "untouched",
  },
  denseWeightGradient: {
    arguments: [
      input("x", strided("rows", "inputs")),
      input("dy", sized("rows", "outputs")),
      output("dw", sized("inputs", "outputs")),
      rows,
      inputs,
      outputs,
      derived("stride", strideOf("inputs")),
    ],
    padding: "untouched",
  },
  transpose: {
    arguments: [input("x", sized("rows", "columns")), output("y", sized("rows", "columns")), rows, columns],
    padding: "untouched",
  },

  dot: { arguments: [input("x"), input("y"), n], padding: "zero", returnsNumber: true },
  sumSquares: { arguments: [input("x"), n], padding: "zero", returnsNumber: true },
  finite: { arguments: [input("x"), n], padding: "zero", returnsNumber: true },
  sumAbs: { arguments: [input("x"), n], padding: "zero", returnsNumber: true },
  squaredDistance: { arguments: [input("x"), input("y"), n], padding: "zero", returnsNumber: true },
  sumSquaresDecayed: { arguments: [input("p"), input("g"), n, decay, factor], padding: "zero", returnsNumber: true },
  dotDecayed: { arguments: [input("p"), input("g"), input("u"), n, decay, factor], padding: "zero", returnsNumber: true },
  maxAbs: { arguments: [input("x"), n], padding: "zero", returnsNumber: true },
  clipRows: {
    arguments: [input("p", matrix), inout("g", matrix), rows, columns, clipping, floor64, factor],
    padding: "untouched",
  },
  clipColumns: {
    arguments: [input("p", matrix), inout("g", matrix), rows, columns, clipping, floor64, factor],
    padding: "untouched",
  },
  centralizeRows: { arguments: [inout("g", matrix), rows, columns], padding: "untouched" },
  centralizeColumns: { arguments: [inout("g", matrix), rows, columns], padding: "untouched" },
  factorSquares: {
    arguments: [
      input("g", matrix),
      inout("row", { ...sized("rows"), ...square }),
      inout("column", { ...sized("columns"), ...square }),
      rows,
      columns,
      scalar("keep", 0.999, 0, 0.5),
      scalar("rowGain", 1e-3, 0.1, 1),
      scalar("columnGain", 1e-3, 0.25, 1),
      factor,
    ],
    padding: "untouched",
  },

  copy: { arguments: [input("x"), output("y"), n], padding: "zero" },
  firstColumn: { arguments: [input("x", matrix), output("y", sized("rows")), rows, columns], padding: "untouched" },
  fill: { arguments: [output("x"), n, scalar("value", 0.1, 0, -3, Number.NaN, Number.NEGATIVE_INFINITY)], padding: "untouched" },

  dropout: {
    arguments: [
      input("x"),
      output("y"),
      n,
      integer("key", 0, 1, 0x9e3779b9, 0xffffffff),
      integer("threshold", 0, 0x80000000, 0x10000000, 0xffffffff),
      scalar("scale", 2, 1, 1.1, 1e-3),
    ],
    padding: "zero",
    inPlace: true,
  },
  gather: {
    arguments: [
      input("x", { size: (d) => SOURCE * (d["columns"] as number) }),
      input("index", { ...sized("rows"), below: () => SOURCE }),
      output("y", sized("rows", "columns")),
      rows,
      columns,
    ],
    padding: "untouched",
  },
  shuffle: {
    arguments: [
      output("index"),
      n,
      integer("a", 0, 1, 0x9e3779b9, 0xffffffff),
      integer("b", 0, 0x243f6a88, 0xffffffff),
      integer("c", 0, 0xb7e15162, 0xffffffff),
      integer("counter", 1, 13, 0xffffffff),
    ],
    padding: "untouched",
  },
  crossEntropy: {
    arguments: [
      input("z", sized("rows", "columns")),
      input("t", { ...sized("rows"), below: (d) => d["columns"] as number }),
      output("dz", sized("rows", "columns")),
      rows,
      columns,
      scalar("scale", 1, 1 / 32, 0.3),
    ],
    padding: "untouched",
    returnsNumber: true,
  },
  binaryCrossEntropy: {
    arguments: [input("z"), input("t"), output("dz"), n, scalar("scale", 1, 1 / 32, 0.3)],
    padding: "untouched",
    returnsNumber: true,
  },
  meanSquared: {
    arguments: [input("z"), input("t"), output("dz"), n, scalar("scale", 1, 1 / 32, 0.3)],
    padding: "untouched",
    returnsNumber: true,
  },
  meanAbsolute: {
    arguments: [input("z"), input("t"), output("dz"), n, scalar("scale", 1, 1 / 32, 0.3)],
    padding: "untouched",
    returnsNumber: true,
  },
  huber: {
    arguments: [input("z"), input("t"), output("dz"), n, scalar("delta", 1, 0.1, 5), scalar("scale", 1, 1 / 32, 0.3)],
    padding: "untouched",
    returnsNumber: true,
  },

  normalizeRows: {
    arguments: [
      input("x", matrix),
      output("y", matrix),
      output("factors", sized("rows")),
      rows,
      columns,
      integer("centered", 0, 1),
      floor64,
    ],
    padding: "untouched",
  },
  normalizeRowsGradient: {
    arguments: [
      input("y", matrix),
      input("factors", sized("rows")),
      input("g", matrix),
      output("dx", matrix),
      rows,
      columns,
      integer("centered", 0, 1),
    ],
    padding: "untouched",
  },
  affineColumns: {
    arguments: [
      input("x", matrix),
      output("y", matrix),
      input("center", { ...sized("columns"), optional: true }),
      input("scale", { ...sized("columns"), optional: true }),
      input("shift", { ...sized("columns"), optional: true }),
      rows,
      columns,
    ],
    padding: "untouched",
    inPlace: true,
  },
  columnDots: {
    arguments: [input("x", matrix), input("y", matrix), output("dots", sized("columns")), rows, columns],
    padding: "untouched",
  },

  patches: {
    arguments: [
      input("x", picture),
      output("p", patched),
      pictures,
      height,
      width,
      channels,
      depth,
      kernelHeight,
      kernelWidth,
      outHeight(true),
      outWidth(true),
      strideY,
      strideX,
      top,
      left,
      dilationY,
      dilationX,
    ],
    padding: "untouched",
  },
  patchesGradient: {
    arguments: [
      input("p", patched),
      inout("x", picture),
      pictures,
      height,
      width,
      channels,
      depth,
      kernelHeight,
      kernelWidth,
      outHeight(true),
      outWidth(true),
      strideY,
      strideX,
      top,
      left,
      dilationY,
      dilationX,
    ],
    padding: "untouched",
  },
  pool: {
    arguments: [
      input("x", picture),
      output("y", pooled),
      pictures,
      height,
      width,
      channels,
      kernelHeight,
      kernelWidth,
      outHeight(false),
      outWidth(false),
      strideY,
      strideX,
      top,
      left,
      average,
    ],
    padding: "untouched",
  },
  poolGradient: {
    arguments: [
      input("x", picture),
      input("y", pooled),
      input("dy", pooled),
      inout("dx", picture),
      pictures,
      height,
      width,
      channels,
      kernelHeight,
      kernelWidth,
      outHeight(false),
      outWidth(false),
      strideY,
      strideX,
      top,
      left,
      average,
    ],
    padding: "untouched",
  },
  copyColumns: {
    arguments: [
      input("x", strided("rows", "columns")),
      output("y", strided("rows", "columns")),
      rows,
      columns,
      derived("xStride", strideOf("columns")),
      derived("yStride", strideOf("columns")),
    ],
    padding: "untouched",
  },
  addRows: {
    arguments: [
      input("x", matrix),
      input("index", { ...sized("rows"), below: () => SOURCE }),
      inout("y", { size: (d) => SOURCE * (d["columns"] as number) }),
      rows,
      columns,
    ],
    padding: "untouched",
  },
  attend: { arguments: attention, padding: "untouched" },
  attendGradient: { arguments: attention, padding: "untouched" },
  gruStep: {
    arguments: [
      input("a", threefold),
      input("c", threefold),
      input("h", matrix),
      output("out", matrix),
      output("gates", threefold),
      rows,
      columns,
    ],
    padding: "untouched",
  },
  gruStepGradient: {
    arguments: [
      input("gates", threefold),
      input("c", threefold),
      input("h", matrix),
      input("g", matrix),
      output("da", threefold),
      output("dc", threefold),
      output("dh", matrix),
      rows,
      columns,
    ],
    padding: "untouched",
  },

  momentsBfloat16: {
    arguments: [
      inout("p"),
      input("g"),
      inout("m16", pairs),
      inout("v16", { ...pairs, ...square }),
      n,
      ...numbering,
      near,
      look,
      b1,
      a1,
      b2,
      a2,
      k,
      root,
      epsilon,
      decay,
      shrink,
      factor,
    ],
    padding: "zero",
  },
  momentsLargestBfloat16: {
    arguments: [
      inout("p"),
      input("g"),
      inout("m16", pairs),
      inout("v16", { ...pairs, ...square }),
      inout("h16", { ...pairs, ...square }),
      n,
      ...numbering,
      near,
      look,
      b1,
      a1,
      b2,
      a2,
      scalar("fresh", 1, 1000, 1.5),
      k,
      root,
      epsilon,
      decay,
      shrink,
      factor,
    ],
    padding: "zero",
  },
  flushBfloat16: { arguments: [inout("x16", pairs), n, scalar("limit", 2 ** -100, 1, 0, 2 ** -50)], padding: "zero" },
  finiteBfloat16: { arguments: [input("x16", pairs), n], padding: "zero", returnsNumber: true },
  adafactorMatrix: {
    arguments: [
      input("g", matrix),
      input("row", { ...sized("rows"), ...square }),
      input("column", { ...sized("columns"), ...square }),
      output("u", matrix),
      rows,
      columns,
      floor64,
      scalar("floor", 1e-30, 1e-3, 1),
      factor,
    ],
    padding: "untouched",
  },
  opposing: { arguments: [input("d"), input("g"), n, factor], padding: "zero", returnsNumber: true },
  momo: {
    arguments: [input("g"), inout("m"), n, scalar("b", 0.9, 0.5, 0), scalar("a", 0.1, 0.5, 1), factor],
    padding: "zero",
    returnsNumber: true,
  },
  momoAdam: {
    arguments: [input("g"), inout("m"), inout("v", square), n, b1, a1, b2, a2, c2, epsilon, factor],
    padding: "zero",
    returnsNumber: true,
  },
  prodigy: {
    arguments: [input("p"), input("g"), inout("m"), inout("v", square), inout("s"), input("x0"), n, b1, a1, b2, a2, b3, a3, decay, factor],
    padding: "zero",
    returnsNumber: true,
  },
  dadaptAdam: {
    arguments: [input("p"), input("g"), inout("m"), inout("v", square), inout("s"), n, b1, a1, b2, a2, b3, a3, epsilon, decay, factor],
    padding: "zero",
    returnsNumber: true,
  },
  dadaptSgd: { arguments: [input("p"), input("g"), inout("s"), n, rate, decay, factor], padding: "zero", returnsNumber: true },
  sm3Matrix: {
    arguments: [
      inout("p", matrix),
      input("g", matrix),
      inout("m", matrix),
      inout("row", { ...sized("rows"), ...square }),
      inout("column", { ...sized("columns"), ...square }),
      output("next", sized("columns")),
      rows,
      columns,
      rate,
      b1,
      a1,
      b2,
      gain,
      epsilon,
      shrink,
      factor,
    ],
    padding: "zero",
  },
  sparseAdam: {
    arguments: [
      inout("p", matrix),
      input("g", matrix),
      inout("m", matrix),
      inout("v", { ...matrix, ...square }),
      input("index", { ...sized("rows"), below: (d) => d["rows"] as number, optional: true }),
      rows,
      columns,
      rate,
      b1,
      a1,
      b2,
      a2,
      epsilon,
      factor,
    ],
    padding: "untouched",
  },
} as const satisfies { [K in Exclude<keyof Kernels, FormulaName>]: RowOf<K> };

export const table: Record<keyof Kernels, Row> = { ...byHand, ...formulaRows };
