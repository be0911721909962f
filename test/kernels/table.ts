import type { Kernels } from "../../src/engine/load.js";
import { type ArrayArgument, type Dimensions, derived, dimension, inout, input, integer, output, type RowOf, scalar } from "./row.js";

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

const rate = scalar("rate", 0.01, 1e-6, 0.5, 0);
const decay = scalar("decay", 0, 0.1, 1e-3, 0);
const epsilon = scalar("epsilon", 1e-8, 1e-3, 1e-10, 1);
/** The factor on the gradient; below zero for `maximize`. */
const factor = scalar("scale", 1, -0.25, 1e-3, -1);
const momentum = scalar("momentum", 0.9, 0, 0.5, 0.99);
const adamScalars = [
  rate,
  scalar("b1", 0.9, 0.5, 0, 0.95),
  scalar("a1", 1 - 0.9, 0.5, 1, 1 - 0.95),
  scalar("b2", 0.999, 0.9, 0, 0.99),
  scalar("a2", 1 - 0.999, 1 - 0.9, 1, 1 - 0.99),
  scalar("c2", 31.622776601683793, 1, 1.5, 1),
  epsilon,
] as const;
/** Scalars that several relatives of Adam have, by name. */
const near = scalar("near", 0.01, 1e-6, 0.5, 0);
const look = scalar("look", 1e-3, 0, 0.2, -1e-5);
const b1 = scalar("b1", 0.9, 0.5, 0, 0.95);
const a1 = scalar("a1", 1 - 0.9, 0.5, 1, 0);
const b2 = scalar("b2", 0.999, 0.9, 0, 0.99);
const a2 = scalar("a2", 1 - 0.999, 1 - 0.9, 1, 0);
const b3 = scalar("b3", 0.9999, 0.95, 0, 0.5);
const a3 = scalar("a3", 1 - 0.9999, 1 - 0.95, 1, 0.5);
const k = scalar("k", 1000, 1, 0, 1.5);
const root = scalar("root", 0, 1e-2, 1, 1e-13);
const shrink = scalar("shrink", 0, 0.01, 1e-6, 0.5);
const numbering = [integer("first", 0, 4, 4294967292), integer("turn", 0, 0x9e376a09, 4294967295)] as const;
const limit = (name: string) => scalar(name, 1, 0, 1.5, Number.POSITIVE_INFINITY);
const rmspropScalars = [rate, scalar("rho", 0.99, 0.9, 0, 0.5), scalar("fresh", 1 - 0.99, 1 - 0.9, 1, 0.5), epsilon] as const;

const matrix = sized("rows", "columns");
const clipping = scalar("clipping", 0.01, 0.5, 100, 0);
const floor64 = scalar("epsilon", 1e-3, 1e-30, 1);
const c1 = scalar("c1", 10, 1, 1.5);
const c2 = scalar("c2", 31.622776601683793, 1, 1.5, 1);
const keep = scalar("keep", 0.9, 1, 0, 0.5);
const fresh = scalar("fresh", 0.1, 0, 1, 0.5);
const gain = scalar("gain", 1, 0.1, 2);
/** The start of an Adam with an estimate in its factors: p, g, m, v. */
const adamArrays = [inout("p"), input("g"), inout("m"), inout("v", square)] as const;

/** y = f(x) on n floats. */
const activation = { arguments: [input("x"), output("y"), n], inPlace: true } as const;
/** g = g f'(x), with f' taken from x or from y. */
const gradient = { arguments: [input("x"), inout("g"), n], padding: "zero" } as const;

/** One row a kernel: what it is given, and what it promises beside its results. A kernel without a row does not compile. */
export const table = {
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

  axpy: { arguments: [input("x"), inout("y"), n, scalar("a", 1, -0.7, 1e-30, 0)], padding: "zero" },
  axpby: { arguments: [input("x"), inout("y"), n, scalar("a", 1, -0.7, 1e-30, 0), scalar("b", 0.9, 1, 0, -0.3)], padding: "zero" },
  blend: { arguments: [inout("p"), input("old"), input("r"), n], padding: "zero" },
  clamp: { arguments: [inout("x"), n, scalar("limit", 1, 1e-30, 1e38, 0.3)], padding: "zero" },
  copy: { arguments: [input("x"), output("y"), n], padding: "zero" },
  firstColumn: { arguments: [input("x", matrix), output("y", sized("rows")), rows, columns], padding: "untouched" },
  fill: { arguments: [output("x"), n, scalar("value", 0.1, 0, -3, Number.NaN, Number.NEGATIVE_INFINITY)], padding: "untouched" },
  flush: { arguments: [inout("x"), n, scalar("limit", 2 ** -100, 1, 0, 2 ** -50)], padding: "zero" },
  scale: { arguments: [inout("x"), n, scalar("a", 0.3, -1, 1e30, 0)], padding: "zero" },

  relu: { ...activation, padding: "zero" },
  tanh: { ...activation, padding: "zero" },
  gelu: { ...activation, padding: "zero" },
  sigmoid: { ...activation, padding: "untouched" },
  softplus: { ...activation, padding: "untouched" },
  exp: { ...activation, padding: "untouched" },
  log: { ...activation, padding: "untouched" },
  leakyRelu: { arguments: [...activation.arguments, scalar("slope", 0.01, 0.3, 0, 1)], padding: "zero", inPlace: true },
  reluGradient: gradient,
  tanhGradient: gradient,
  geluGradient: gradient,
  sigmoidGradient: gradient,
  softplusGradient: gradient,
  leakyReluGradient: { arguments: [...gradient.arguments, scalar("slope", 0.01, 0.3, 0, 1)], padding: "zero" },

  dropout: {
    arguments: [
      ...activation.arguments,
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
  softmax: {
    arguments: [input("z", sized("rows", "columns")), output("y", sized("rows", "columns")), rows, columns],
    padding: "untouched",
    inPlace: true,
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

  sgd: { arguments: [inout("p"), input("g"), n, rate, decay, factor], padding: "zero" },
  sgdMomentum: {
    arguments: [inout("p"), input("g"), inout("b"), n, rate, momentum, scalar("gain", 1, 0.7, 0), decay, factor],
    padding: "zero",
  },
  sgdNesterov: {
    arguments: [inout("p"), input("g"), inout("b"), n, near, look, momentum, scalar("gain", 1, 0.7, 0), decay, factor],
    padding: "zero",
  },
  adagrad: { arguments: [inout("p"), input("g"), inout("s", square), n, rate, epsilon, decay, factor], padding: "zero" },
  adagradInside: { arguments: [inout("p"), input("g"), inout("s", square), n, rate, epsilon, decay, factor], padding: "zero" },
  adadelta: {
    arguments: [
      inout("p"),
      input("g"),
      inout("v", square),
      inout("u", square),
      n,
      rate,
      scalar("rho", 0.9, 0.95, 0),
      scalar("fresh", 1 - 0.9, 1 - 0.95, 1),
      epsilon,
      decay,
      factor,
    ],
    padding: "zero",
  },
  rmsprop: { arguments: [inout("p"), input("g"), inout("v", square), n, ...rmspropScalars, decay, factor], padding: "zero" },
  rmspropMomentum: {
    arguments: [inout("p"), input("g"), inout("v", square), inout("b"), n, ...rmspropScalars, momentum, decay, factor],
    padding: "zero",
  },
  rmspropCentered: {
    arguments: [inout("p"), input("g"), inout("v", square), inout("a"), n, ...rmspropScalars, decay, factor],
    padding: "zero",
  },
  rmspropCenteredMomentum: {
    arguments: [inout("p"), input("g"), inout("v", square), inout("a"), inout("b"), n, ...rmspropScalars, momentum, decay, factor],
    padding: "zero",
  },
  rmspropVariant: {
    arguments: [
      inout("p"),
      input("g"),
      inout("v", square),
      inout("a"),
      inout("b"),
      n,
      near,
      look,
      scalar("rho", 0.99, 0.9, 0, 0.5),
      scalar("fresh", 1 - 0.99, 1 - 0.9, 1, 0.5),
      k,
      scalar("center", 0, 1, 1e4, 2),
      root,
      epsilon,
      momentum,
      scalar("inside", 1, 0.01),
      decay,
      factor,
    ],
    padding: "zero",
  },
  adam: { arguments: [inout("p"), input("g"), inout("m"), inout("v", square), n, ...adamScalars, decay, factor], padding: "zero" },
  adamw: { arguments: [inout("p"), input("g"), inout("m"), inout("v", square), n, ...adamScalars, decay, factor], padding: "zero" },
  amsgrad: {
    arguments: [inout("p"), input("g"), inout("m"), inout("v", square), inout("h", square), n, ...adamScalars, decay, factor],
    padding: "zero",
  },
  amsgradw: {
    arguments: [inout("p"), input("g"), inout("m"), inout("v", square), inout("h", square), n, ...adamScalars, decay, factor],
    padding: "zero",
  },
  adamwBfloat16: {
    arguments: [
      inout("p"),
      input("g"),
      inout("m16", pairs),
      inout("v16", { ...pairs, ...square }),
      n,
      ...numbering,
      ...adamScalars,
      shrink,
      factor,
    ],
    padding: "zero",
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
  momentsLargest: {
    arguments: [
      inout("p"),
      input("g"),
      inout("m"),
      inout("v", square),
      inout("h", square),
      n,
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
  acprop: {
    arguments: [inout("p"), input("g"), inout("m"), inout("s", square), n, rate, b1, a1, b2, a2, k, root, epsilon, shrink, factor],
    padding: "zero",
  },
  adabelief: {
    arguments: [inout("p"), input("g"), inout("m"), inout("s", square), n, near, look, b1, a1, b2, a2, k, root, epsilon, shrink, factor],
    padding: "zero",
  },
  adamax: {
    arguments: [
      inout("p"),
      input("g"),
      inout("m"),
      inout("w", square),
      n,
      rate,
      b1,
      a1,
      b2,
      scalar("slack", 1e-11, 1e-4, 0, 1e-3),
      epsilon,
      decay,
      shrink,
      factor,
    ],
    padding: "zero",
  },
  adan: {
    arguments: [
      inout("p"),
      input("g"),
      inout("m"),
      inout("v"),
      inout("s", square),
      inout("before"),
      n,
      near,
      scalar("far", 1e-3, 0.02, 0.5, 0),
      b1,
      a1,
      b2,
      a2,
      b3,
      a3,
      scalar("weight", 0.92, 0, 0.08, 1),
      k,
      root,
      epsilon,
      shrink,
      factor,
    ],
    padding: "zero",
  },
  ademamix: {
    arguments: [
      inout("p"),
      input("g"),
      inout("m"),
      inout("l"),
      inout("v", square),
      n,
      near,
      scalar("far", 5e-3, 0.02, 0.5, 0),
      b1,
      a1,
      b2,
      a2,
      b3,
      a3,
      k,
      root,
      epsilon,
      shrink,
      factor,
    ],
    padding: "zero",
  },
  adopt: {
    arguments: [
      inout("p"),
      input("g"),
      inout("m"),
      inout("v", square),
      n,
      near,
      look,
      b1,
      a1,
      b2,
      a2,
      limit("limit"),
      epsilon,
      decay,
      shrink,
      factor,
    ],
    padding: "zero",
  },
  asgd: {
    arguments: [
      inout("p"),
      input("g"),
      inout("average"),
      n,
      rate,
      shrink,
      scalar("keep", 0, 0.5, 0.99, 1),
      scalar("fresh", 1, 0.5, 0.01, 0),
      decay,
      factor,
    ],
    padding: "zero",
  },
  laprop: {
    arguments: [
      inout("p"),
      input("g"),
      inout("m"),
      inout("v", square),
      n,
      rate,
      b1,
      scalar("fresh", 1e-4, 0.05, 1, 0),
      b2,
      a2,
      scalar("k", 1000, 1, 1.5),
      epsilon,
      shrink,
      factor,
    ],
    padding: "zero",
  },
  lion: { arguments: [inout("p"), input("g"), inout("m"), n, rate, b1, a1, b2, a2, shrink, factor], padding: "zero" },
  lionRefined: { arguments: [inout("p"), input("g"), inout("m"), n, rate, b1, a1, b2, a2, shrink, factor], padding: "zero" },
  lionSmooth: {
    arguments: [inout("p"), input("g"), inout("m"), n, rate, b1, a1, b2, a2, scalar("sharpness", 1, 3, 0.1, 50), shrink, factor],
    padding: "zero",
  },
  madgrad: {
    arguments: [
      inout("p"),
      input("g"),
      inout("start"),
      inout("v", square),
      inout("s"),
      n,
      scalar("weight", 0.01, 1e-6, 0.5, 3),
      momentum,
      scalar("fresh", 1 - 0.9, 1, 0.5, 1 - 0.99),
      epsilon,
      decay,
      shrink,
      factor,
    ],
    padding: "zero",
  },
  moments: {
    arguments: [
      inout("p"),
      input("g"),
      inout("m"),
      inout("v", square),
      n,
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
  optimisticGradientDescent: {
    arguments: [inout("p"), input("g"), inout("before"), n, near, scalar("past", 5e-3, 0, 0.2, 1), factor],
    padding: "zero",
  },
  rprop: {
    arguments: [
      inout("p"),
      input("g"),
      inout("s", square),
      inout("before"),
      n,
      scalar("minus", 0.5, 0.3, 0.9),
      scalar("plus", 1.2, 1.5, 1.01),
      scalar("least", 1e-6, 0.02, 1e-30),
      scalar("most", 50, 0.1, 1e30),
      factor,
    ],
    padding: "zero",
  },
  signSgd: { arguments: [inout("p"), input("g"), n, rate, shrink, factor], padding: "zero" },
  signum: { arguments: [inout("p"), input("g"), inout("m"), n, rate, b1, a1, shrink, factor], padding: "zero" },
  sophia: {
    arguments: [
      inout("p"),
      input("g"),
      inout("m"),
      inout("h"),
      n,
      rate,
      b1,
      a1,
      scalar("k", 28, 1, 1.5),
      scalar("gamma", 0.01, 2, 1e-6),
      epsilon,
      limit("clip"),
      shrink,
      factor,
    ],
    padding: "zero",
  },
  sophiaSquares: { arguments: [inout("h"), input("g"), n, b2, a2, factor], padding: "zero" },
  yogi: {
    arguments: [inout("p"), input("g"), inout("m"), inout("v", square), n, rate, b1, a1, a2, k, root, epsilon, shrink, factor],
    padding: "zero",
  },
  adafactor: {
    arguments: [input("g"), inout("v", square), output("u"), n, b2, a2, scalar("floor", 1e-30, 1e-3, 1), factor],
    padding: "zero",
  },
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
  adamStep: { arguments: [inout("p"), input("m"), input("v", square), n, rate, c2, epsilon, shrink], padding: "zero" },
  almeida: {
    arguments: [
      inout("p"),
      input("g"),
      inout("h"),
      inout("v", square),
      inout("r", square),
      n,
      rate,
      scalar("meta", 0.01, 0.1, 1),
      scalar("b", 0.9, 0.5, 0),
      scalar("a", 0.1, 0.5, 1),
      scalar("lowest", 0.5, 0.7, 0.01),
      epsilon,
      decay,
      factor,
    ],
    padding: "zero",
  },
  opposing: { arguments: [input("d"), input("g"), n, factor], padding: "zero", returnsNumber: true },
  cautious: { arguments: [inout("p"), input("g"), input("d"), n, gain, shrink, factor], padding: "zero" },
  cocob: {
    arguments: [
      inout("p"),
      input("g"),
      inout("c"),
      inout("l", square),
      inout("a", square),
      inout("r", square),
      input("x0"),
      n,
      scalar("alpha", 100, 5, 0),
      epsilon,
      decay,
      factor,
    ],
    padding: "zero",
  },
  sgdHypergradient: { arguments: [inout("p"), input("g"), inout("b"), output("u"), n, rate, momentum, decay, factor], padding: "zero" },
  adamHypergradient: { arguments: [...adamArrays, output("u"), n, rate, b1, a1, b2, a2, c1, c2, epsilon, decay, factor], padding: "zero" },
  lamb: {
    arguments: [
      input("p"),
      input("g"),
      inout("m"),
      inout("v", square),
      output("u"),
      n,
      b1,
      a1,
      b2,
      a2,
      c1,
      scalar("c2", 1000, 1, 1.5),
      root,
      epsilon,
      decay,
      factor,
    ],
    padding: "zero",
  },
  mechanic: { arguments: [inout("p"), input("old"), inout("d"), input("x0"), n, keep, scalar("size", 1e-8, 1, 0, 3)], padding: "zero" },
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
  fromStart: { arguments: [inout("p"), input("s"), input("x0"), n, keep, fresh], padding: "zero" },
  scheduleFreeSgd: { arguments: [inout("p"), input("g"), inout("z"), n, rate, keep, fresh, look, decay, factor], padding: "zero" },
  scheduleFreeAdamw: {
    arguments: [inout("p"), input("g"), inout("z"), inout("v", square), n, rate, keep, fresh, look, b2, a2, c2, epsilon, decay, factor],
    padding: "zero",
  },
  sm3: {
    arguments: [inout("p"), input("g"), inout("m"), inout("s", square), n, rate, b1, a1, b2, gain, epsilon, shrink, factor],
    padding: "zero",
  },
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
} as const satisfies { [K in keyof Kernels]: RowOf<K> };
