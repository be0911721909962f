import type { Kernels } from "../../src/engine.js";
import { type ArrayArgument, type Dimensions, dimension, inout, input, integer, output, type RowOf, scalar } from "./row.js";

const n = dimension("n");
const rows = dimension("rows");
const columns = dimension("columns");
const inputs = dimension("inputs");
const outputs = dimension("outputs");

/** The size of a matrix, or of a vector, whose sides are dimensions of these names. */
const sized = (...names: string[]): Pick<ArrayArgument, "size"> => ({
  size: (d: Dimensions) => names.reduce((product, name) => product * (d[name] as number), 1),
});
/** The rows of the table that gather picks from. */
const SOURCE = 7;
const square = { positive: true };

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
const rmspropScalars = [rate, scalar("alpha", 0.99, 0.9, 0, 0.5), scalar("fresh", 1 - 0.99, 1 - 0.9, 1, 0.5), epsilon] as const;

/** y = f(x) on n floats. */
const activation = { arguments: [input("x"), output("y"), n], inPlace: true } as const;
/** g = g f'(x), with f' taken from x or from y. */
const gradient = { arguments: [input("x"), inout("g"), n], padding: "zero" } as const;

/** One row a kernel: what it is given, and what it promises beside its results. A kernel without a row does not compile. */
export const table = {
  dense: {
    arguments: [
      input("x", sized("rows", "inputs")),
      input("w", sized("inputs", "outputs")),
      input("b", { ...sized("outputs"), optional: true }),
      output("y", sized("rows", "outputs")),
      rows,
      inputs,
      outputs,
      integer("relu", 0, 1),
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
      input("wt", sized("outputs", "inputs")),
      output("dx", sized("rows", "inputs")),
      rows,
      inputs,
      outputs,
      input("gate", { ...sized("rows", "inputs"), optional: true }),
    ],
    padding: "untouched",
  },
  denseWeightGradient: {
    arguments: [
      input("x", sized("rows", "inputs")),
      input("dy", sized("rows", "outputs")),
      output("dw", sized("inputs", "outputs")),
      rows,
      inputs,
      outputs,
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

  axpy: { arguments: [input("x"), inout("y"), n, scalar("a", 1, -0.7, 1e-30, 0)], padding: "zero" },
  blend: { arguments: [inout("p"), input("old"), input("r"), n], padding: "zero" },
  clamp: { arguments: [inout("x"), n, scalar("limit", 1, 1e-30, 1e38, 0.3)], padding: "zero" },
  copy: { arguments: [input("x"), output("y"), n], padding: "zero" },
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
    arguments: [inout("p"), input("g"), inout("b"), n, rate, momentum, scalar("look", 0.9, 0.5), scalar("gain", 1, 0.7, 0), decay, factor],
    padding: "zero",
  },
  adagrad: { arguments: [inout("p"), input("g"), inout("s", square), n, rate, epsilon, decay, factor], padding: "zero" },
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
} as const satisfies { [K in keyof Kernels]: RowOf<K> };
