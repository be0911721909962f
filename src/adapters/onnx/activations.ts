import type { Activation } from "../../models/activations.js";
import type { Attributes } from "./model.js";
import type { Site } from "./site.js";

/** 2 sqrt(2 / pi), and the factor of the cube, as the kernel of gelu has them. */
const GELU = 1.59576912161;
const CUBE = 0.044715;

type Write = (site: Site, x: string) => string;

const as =
  (operator: string, attributes?: (options: Readonly<Record<string, unknown>>) => Attributes): Write =>
  (site, x) =>
    site.add(operator, [x], attributes?.(site.layer));

/** x sigmoid(y) */
const gated = (site: Site, x: string, y: string) => site.add("Mul", [x, site.add("Sigmoid", [y])]);

/** Each activation in operators of opset 17, which has no Gelu and no Mish yet. */
const WRITERS: Readonly<Record<Activation, Write>> = {
  relu: as("Relu"),
  leakyRelu: as("LeakyRelu", ({ slope }) => ({ alpha: { float: slope as number } })),
  tanh: as("Tanh"),
  sigmoid: as("Sigmoid"),
  gelu(site, x) {
    const square = site.add("Mul", [site.add("Mul", [x, x]), site.number("cube", CUBE)]);
    const inner = site.add("Mul", [site.add("Mul", [x, site.number("factor", GELU)]), site.add("Add", [square, site.number("one", 1)])]);
    return gated(site, x, inner);
  },
  // what runtimes know as gelu and compute in one go
  geluExact(site, x) {
    const share = site.add("Erf", [site.add("Div", [x, site.number("root", Math.SQRT2)])]);
    return site.add("Mul", [site.add("Mul", [x, site.add("Add", [share, site.number("one", 1)])]), site.number("half", 0.5)]);
  },
  softplus: as("Softplus"),
  elu: as("Elu", ({ alpha }) => ({ alpha: { float: alpha as number } })),
  selu: as("Selu"),
  silu: (site, x) => gated(site, x, x),
  mish: (site, x) => site.add("Mul", [x, site.add("Tanh", [site.add("Softplus", [x])])]),
  hardSigmoid: as("HardSigmoid", () => ({ alpha: { float: 1 / 6 }, beta: { float: 0.5 } })),
  hardSwish: as("HardSwish"),
  hardTanh: (site, x) => site.add("Clip", [x, site.number("least", -1), site.number("most", 1)]),
  linear: (_, x) => x,
};

/** Writes an activation, in whatever order the axes are. */
export function writeActivation(site: Site, x: string): string {
  return WRITERS[site.layer["function"] as Activation](site, x);
}
