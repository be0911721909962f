/** What the tests must know of one optimizer. */
export interface Row {
  /** Sets of options that between them try every option of the rule's own; the last sets most of them at once. */
  readonly options: readonly Readonly<Record<string, unknown>>[];
  /** Two values for each hyperparameter that may follow a schedule. */
  readonly scheduled: Readonly<Record<string, readonly [number, number]>>;
  /** Options with which a quadratic is solved: after `steps`, every parameter is within `within` of the minimum. */
  readonly converges: { readonly options: Readonly<Record<string, unknown>>; readonly steps: number; readonly within: number };
  /** Names in golden files that mean another option of ours. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Options in golden files that later features bring; their cases are skipped until then. */
  readonly later?: readonly string[];
}

const adam = {
  options: [
    { learningRate: 0.01 },
    { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1 },
    { learningRate: 0.01, beta1: 0, beta2: 0.9, amsgrad: true },
    { learningRate: 0.02, beta1: 0.7, beta2: 0.99, epsilon: 1e-5, weightDecay: 0.2, amsgrad: true },
  ],
  scheduled: {
    learningRate: [0.1, 0.01],
    beta1: [0.9, 0.5],
    beta2: [0.999, 0.9],
    epsilon: [1e-8, 0.1],
    weightDecay: [0.3, 0.01],
  },
  converges: { options: { learningRate: 0.05 }, steps: 600, within: 1e-4 },
  later: ["decoupled", "epsilonRoot", "epsilonHat", "nesterov", "amsgradCorrected"],
} as const satisfies Row;

/** By kind. A rule without a row, and a row without a rule, fail. */
export const table: Readonly<Record<string, Row>> = {
  sgd: {
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.01, momentum: 0.9 },
      { learningRate: 0.005, momentum: 0.8, nesterov: true, weightDecay: 0.05 },
      { learningRate: 0.01, momentum: 0.9, dampening: 0.3, weightDecay: 0.1 },
    ],
    scheduled: { learningRate: [0.1, 0.01], momentum: [0.9, 0.5], dampening: [0.5, 0], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: 0.1, momentum: 0.9 }, steps: 300, within: 1e-4 },
    later: ["rateInside"],
  },
  adagrad: {
    options: [
      { learningRate: 0.1 },
      { learningRate: 0.1, initialAccumulator: 0.5 },
      { learningRate: 0.3, rateDecay: 0.1, weightDecay: 0.1, epsilon: 1e-3, initialAccumulator: 0.1 },
    ],
    scheduled: { learningRate: [0.1, 0.01], rateDecay: [0.5, 0.01], epsilon: [1e-10, 0.1], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: 1 }, steps: 600, within: 1e-4 },
    later: ["epsilonInside"],
  },
  adadelta: {
    options: [
      { learningRate: 1 },
      { learningRate: 2, rho: 0.95, epsilon: 1e-4 },
      { learningRate: 0.5, rho: 0.7, epsilon: 1e-3, weightDecay: 0.1 },
    ],
    scheduled: { learningRate: [1, 0.1], rho: [0.95, 0.5], epsilon: [1e-6, 1e-2], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: 1, epsilon: 1e-3 }, steps: 3000, within: 1e-2 },
  },
  rmsprop: {
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.005, alpha: 0.9, momentum: 0.8, weightDecay: 0.1, epsilon: 1e-3 },
      { learningRate: 0.01, alpha: 0.9, centered: true, epsilon: 1e-3 },
      { learningRate: 0.003, alpha: 0.95, momentum: 0.9, centered: true, epsilon: 1e-2, weightDecay: 0.02 },
    ],
    scheduled: {
      learningRate: [0.1, 0.01],
      alpha: [0.99, 0.5],
      epsilon: [1e-8, 0.1],
      momentum: [0.9, 0.5],
      weightDecay: [0.3, 0.01],
    },
    converges: { options: { learningRate: 0.01, epsilon: 0.1 }, steps: 2000, within: 1e-3 },
    renamed: { rho: "alpha" },
    later: ["epsilonInside", "rateInside", "initialAccumulator", "biasCorrection", "nesterov"],
  },
  adam,
  adamw: { ...adam, converges: { ...adam.converges, options: { ...adam.converges.options, weightDecay: 0 } } },
};
