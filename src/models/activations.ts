/** Traits of an activation, besides its kernels, which have its name. */
interface ActivationTraits {
  /** The array that its gradient is computed from: its input or its output. Missing where no kernel is called: relu is a part of the products. */
  readonly from?: "input" | "output";
  /** It squashes both ends, or does nothing: initial weights are Xavier's. */
  readonly symmetric?: true;
}

const traits = {
  relu: {},
  leakyRelu: { from: "output" },
  tanh: { from: "output", symmetric: true },
  sigmoid: { from: "output", symmetric: true },
  gelu: { from: "input" },
  softplus: { from: "input" },
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
