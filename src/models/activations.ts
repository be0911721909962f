/** Traits of an activation, besides its kernels, which have its name. */
interface ActivationTraits {
  /** The array that its gradient is computed from: its input or its output. Missing where no kernel of its name is called. */
  readonly from?: "input" | "output";
  /** The option that its kernels take as their scalar. */
  readonly takes?: "slope" | "alpha";
  /** It squashes both ends, or does nothing: initial weights are Xavier's. */
  readonly symmetric?: true;
}

const traits = {
  relu: {},
  leakyRelu: { from: "output", takes: "slope" },
  tanh: { from: "output", symmetric: true },
  sigmoid: { from: "output", symmetric: true },
  gelu: { from: "input" },
  geluExact: { from: "input" },
  softplus: { from: "input" },
  elu: { from: "output", takes: "alpha" },
  selu: { from: "output" },
  silu: { from: "input" },
  mish: { from: "input" },
  hardSigmoid: { from: "output", symmetric: true },
  hardSwish: { from: "input" },
  hardTanh: { from: "output", symmetric: true },
  linear: { symmetric: true },
} as const satisfies Readonly<Record<string, ActivationTraits>>;

/** The name of an activation. */
export type Activation = keyof typeof traits;

/** The names of all activations. */
export const ACTIVATIONS: readonly Activation[] = /* @__PURE__ */ Object.keys(traits) as Activation[];

/** The traits of an activation. */
export function traitsOf(activation: Activation): ActivationTraits {
  return traits[activation];
}
