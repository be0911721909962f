/** What the tests must know of one optimizer. */
export interface Row {
  /** Sets of options that between them try every option of the rule's own; the last sets most of them at once. */
  readonly options: readonly Readonly<Record<string, unknown>>[];
  /** Two values for each hyperparameter that may follow a schedule. */
  readonly scheduled: Readonly<Record<string, readonly [number, number]>>;
  /** Options with which a quadratic is solved: after `steps`, every parameter is within `within` of the minimum. */
  readonly converges: { readonly options: Readonly<Record<string, unknown>>; readonly steps: number; readonly within: number };
  /** Options with which 10,000 steps make a loss 1e4 times smaller: a quadratic of condition 1e4, and Rosenbrock's function. */
  readonly hard: {
    readonly quadratic: Readonly<Record<string, unknown>>;
    readonly rosenbrock: Readonly<Record<string, unknown>>;
  };
  /** Options with which 30 epochs of batches of `batchSize` (32 where it is left out) teach a small network to read digits. */
  readonly digits: Readonly<Record<string, unknown>>;
  readonly batchSize?: number;
  /** Is said to need no rate. Sets of options with which it must show that, every one with the default rate. */
  readonly untuned?: readonly Readonly<Record<string, unknown>>[];
  /** Is for matrices: the parameters of the hard problems are laid out as one. */
  readonly matrices?: true;
  /** Options without which the tensors of the tests cannot all be stepped. */
  readonly required?: Readonly<Record<string, unknown>>;
  /** The rate of a group is made of norms over the group, so that it matters which tensors are in it. */
  readonly normed?: true;
  /** How far the numbers beside a golden trajectory may be off, where float32 weights do not hold what they hang on. */
  readonly tolerance?: Readonly<Record<string, number>>;
  /** The rate that the optimizer tells is one it found, not the option. */
  readonly findsRate?: true;
  /** Hyperparameters that may follow a schedule, but whose later values have no effect. */
  readonly fixed?: readonly string[];
  /** Moves, though hardly, with a learning rate of 0. */
  readonly movesAtZero?: boolean;
  /** Names in golden files that mean another option of ours. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** A rate that falls to 0 over the steps of a problem. */
const falling = (rate: number, steps = 10000) => ({ kind: "cosine", rate, steps });
const betas = { beta1: [0.9, 0.5], beta2: [0.999, 0.9] } as const;
const epsilon = [1e-8, 0.1] as const;
const epsilonRoot = [0, 0.1] as const;
const learningRate = [0.1, 0.01] as const;
const weightDecay = [0.3, 0.01] as const;

const adam = {
  digits: { learningRate: 0.001 },
  options: [
    { learningRate: 0.01 },
    { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1 },
    { learningRate: 0.01, beta1: 0, beta2: 0.9, epsilonHat: true },
    { learningRate: 0.01, beta1: 0, beta2: 0.9, amsgrad: true },
    { learningRate: 0.02, beta1: 0.7, beta2: 0.9, epsilonRoot: 1e-4, weightDecay: 0.1 },
    { learningRate: 0.02, beta1: 0.7, beta2: 0.9, nesterov: true },
    { learningRate: 0.01, stateDtype: "bfloat16" },
    { learningRate: 0.02, beta1: 0.7, beta2: 0.9, epsilonRoot: 1e-4, weightDecay: 0.1, stateDtype: "bfloat16" },
    {
      learningRate: 0.02,
      beta1: 0.7,
      beta2: 0.99,
      amsgrad: true,
      amsgradCorrected: true,
      weightDecay: 0.2,
      stateDtype: "bfloat16",
    },
    {
      learningRate: 0.02,
      beta1: 0.7,
      beta2: 0.99,
      epsilon: 1e-5,
      epsilonHat: true,
      epsilonRoot: 1e-6,
      nesterov: true,
      weightDecay: 0.2,
      amsgrad: true,
      amsgradCorrected: true,
    },
  ],
  scheduled: { learningRate, ...betas, epsilon, epsilonRoot, weightDecay },
  converges: { options: { learningRate: 0.05 }, steps: 600, within: 1e-4 },
  hard: { quadratic: { learningRate: 0.2, weightDecay: 0 }, rosenbrock: { learningRate: 0.02, weightDecay: 0 } },
} as const satisfies Row;

/** By kind. A rule without a row, and a row without a rule, fail. */
export const table: Readonly<Record<string, Row>> = {
  prodigy: {
    digits: { learningRate: 1 },
    untuned: [{}],
    options: [
      { learningRate: 1 },
      { learningRate: 1, decoupled: false, weightDecay: 0.01, beta3: 0.9, safeguardWarmup: true, d0: 1e-4 },
      { learningRate: 1, sliceP: 3, weightDecay: 0.01, decoupled: false },
      {
        learningRate: 0.5,
        beta1: 0.8,
        beta2: 0.95,
        epsilon: 1e-3,
        weightDecay: 0.1,
        biasCorrection: true,
        dCoefficient: 2,
        growthRate: 1.5,
        d0: 1e-3,
      },
    ],
    scheduled: { learningRate: [1, 0.1], beta1: [0.9, 0.5], beta2: [0.999, 0.9], epsilon: [1e-8, 0.1], weightDecay: [0.3, 0.01] },
    converges: { options: {}, steps: 2000, within: 1e-3 },
    hard: { quadratic: {}, rosenbrock: {} },
    // d starts as a millionth of the weights, whose last digits it hangs on: prodigyopt itself is 1.0e-3 off in float32
    tolerance: { d: 2e-3 },
    findsRate: true,
  },
  dadaptSgd: {
    digits: { learningRate: 1 },
    untuned: [{}],
    options: [
      // without a limit, d may grow for ever on gradients that come from no function
      { learningRate: 1, growthRate: 1.02 },
      { learningRate: 0.5, momentum: 0.9, d0: 1e-3, growthRate: 1.01 },
      { learningRate: 0.5, momentum: 0.5, weightDecay: 0.1, d0: 1e-2, growthRate: 1.01 },
    ],
    scheduled: { learningRate: [1, 0.1], momentum: [0.9, 0.5], weightDecay: [0.3, 0.01] },
    converges: { options: {}, steps: 500, within: 1e-3 },
    hard: { quadratic: { learningRate: 0.3, growthRate: 1.1 }, rosenbrock: { learningRate: 0.1, growthRate: 1.1 } },
    findsRate: true,
  },
  dadaptAdam: {
    digits: { learningRate: 1 },
    untuned: [{}],
    options: [
      { learningRate: 1 },
      { learningRate: 0.5, weightDecay: 0.1, d0: 1e-2, biasCorrection: true },
      { learningRate: 0.5, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1, decoupled: true, d0: 1e-2, growthRate: 1.2 },
    ],
    scheduled: { learningRate: [1, 0.1], beta1: [0.9, 0.5], beta2: [0.999, 0.9], epsilon: [1e-8, 0.1], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: falling(1, 3000) }, steps: 3000, within: 1e-2 },
    hard: { quadratic: { learningRate: falling(1) }, rosenbrock: { learningRate: falling(1) } },
    findsRate: true,
  },
  dog: {
    digits: { learningRate: 1 },
    untuned: [{}, { perTensor: true }],
    normed: true,
    options: [
      { learningRate: 1 },
      { learningRate: 1, initialRate: 0.1 },
      { learningRate: 0.5, relativeDistance: 0.1, averagingPower: 3 },
      { learningRate: 0.5, perTensor: true, relativeDistance: 0.05, epsilon: 1e-2, weightDecay: 0.1 },
    ],
    scheduled: { learningRate: [1, 0.1], weightDecay: [0.3, 0.01] },
    converges: { options: {}, steps: 1000, within: 1e-3 },
    hard: { quadratic: {}, rosenbrock: {} },
    // the first rates are made of distances of a millionth of the weights
    tolerance: { rate: 5e-3 },
    findsRate: true,
  },
  dowg: {
    digits: { learningRate: 1 },
    untuned: [{}],
    options: [
      { learningRate: 1 },
      { learningRate: 1, averagingPower: 3 },
      { learningRate: 0.5, initialSquaredDistance: 0.04, epsilon: 1e-2, weightDecay: 0.1 },
    ],
    scheduled: { learningRate: [1, 0.1], weightDecay: [0.3, 0.01] },
    converges: { options: {}, steps: 1000, within: 1e-3 },
    hard: { quadratic: {}, rosenbrock: {} },
    findsRate: true,
  },
  scheduleFreeSgd: {
    digits: { learningRate: 1 },
    untuned: [{}],
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.01, momentum: 0.95, ratePower: 1 },
      { learningRate: 0.005, momentum: 0.7, warmupSteps: 5, stepPower: 1, weightDecay: 0.1 },
    ],
    scheduled: { learningRate: [0.1, 0.01], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: 1 }, steps: 2000, within: 1e-2 },
    hard: { quadratic: { learningRate: 2, momentum: 0.98 }, rosenbrock: { learningRate: 0.003, momentum: 0.9, stepPower: 2 } },
    findsRate: true,
  },
  scheduleFreeAdamw: {
    digits: { learningRate: 0.0025 },
    untuned: [{}],
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.01, beta1: 0.95, ratePower: 1 },
      { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-2, warmupSteps: 5, stepPower: 1, weightDecay: 0.1 },
    ],
    scheduled: { learningRate: [0.1, 0.01], beta2: [0.999, 0.9], epsilon: [1e-8, 0.1], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: 0.1 }, steps: 3000, within: 1e-2 },
    hard: { quadratic: { learningRate: 0.05 }, rosenbrock: { learningRate: 0.05 } },
    findsRate: true,
  },
  polyak: {
    digits: { learningRate: 1 },
    untuned: [{}],
    options: [
      { learningRate: 0.1 },
      { learningRate: 0.01, minimumLoss: 1.5 },
      { learningRate: 0.1, minimumLoss: 0.5, scale: 0.5, epsilon: 0.5, variant: "spsPlus" },
    ],
    scheduled: { learningRate: [0.1, 0.001] },
    converges: { options: {}, steps: 300, within: 1e-3 },
    hard: { quadratic: {}, rosenbrock: {} },
    findsRate: true,
  },
  cocob: {
    digits: { learningRate: 1 },
    untuned: [{}],
    options: [{ learningRate: 1 }, { learningRate: 0.1, weightDecay: 0.1 }, { learningRate: 1, alpha: 5, epsilon: 0.1, weightDecay: 0.05 }],
    scheduled: { learningRate: [1, 0.1], alpha: [100, 5], epsilon: [1e-8, 1e5], weightDecay: [0.3, 0.01] },
    converges: { options: {}, steps: 3000, within: 1e-2 },
    hard: { quadratic: {}, rosenbrock: {} },
  },
  momo: {
    digits: { learningRate: 1 },
    untuned: [{}],
    options: [
      { learningRate: 0.1 },
      { learningRate: 0.05, momentum: 0.7, lowerBound: 0.2, weightDecay: 0.5 },
      { learningRate: 0.1, momentum: 0.8, adaptLowerBound: true, lowerBound: -1, weightDecay: 0.1 },
    ],
    scheduled: { learningRate: [0.1, 0.001], momentum: [0.9, 0.5], weightDecay: [0.3, 0.01] },
    converges: { options: {}, steps: 300, within: 1e-3 },
    hard: { quadratic: {}, rosenbrock: {} },
    findsRate: true,
  },
  momoAdam: {
    digits: { learningRate: 0.01 },
    untuned: [{}],
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.05, lowerBound: 0.2, weightDecay: 0.2 },
      { learningRate: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-2, adaptLowerBound: true, lowerBound: -1, weightDecay: 0.1 },
    ],
    scheduled: { learningRate: [0.1, 0.001], beta1: [0.9, 0.5], beta2: [0.999, 0.9], epsilon: [1e-8, 0.1], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: 0.1 }, steps: 1000, within: 1e-3 },
    hard: { quadratic: {}, rosenbrock: {} },
    // a small difference of averages of products with the weights
    tolerance: { lowerBound: 1e-5 },
    findsRate: true,
  },
  sgdHypergradient: {
    digits: { learningRate: 0.001 },
    untuned: [{}],
    options: [
      { learningRate: 0.001, hyperRate: 1e-12 },
      { learningRate: 0.005, hyperRate: 0.02, multiplicative: true, momentum: 0.9 },
      { learningRate: 0.001, hyperRate: 1e-12, momentum: 0.8, nesterov: true, weightDecay: 0.1 },
    ],
    scheduled: { learningRate: [0.1, 0.01], hyperRate: [1e-9, 1e-10], momentum: [0.9, 0.5], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: 0.01, hyperRate: 1e-4 }, steps: 1000, within: 1e-3 },
    hard: { quadratic: { multiplicative: true, hyperRate: 0.02 }, rosenbrock: { learningRate: 1e-3, hyperRate: 1e-10, momentum: 0.9 } },
    findsRate: true,
  },
  adamHypergradient: {
    digits: { learningRate: 0.001 },
    untuned: [{}],
    options: [
      { learningRate: 0.01, hyperRate: 1e-9 },
      { learningRate: 0.01, hyperRate: 0.02, multiplicative: true },
      { learningRate: 0.02, hyperRate: 1e-8, beta1: 0.8, beta2: 0.95, epsilon: 1e-2, weightDecay: 0.1 },
    ],
    scheduled: {
      learningRate: [0.1, 0.01],
      hyperRate: [1e-6, 1e-7],
      beta1: [0.9, 0.5],
      beta2: [0.999, 0.9],
      epsilon: [1e-8, 0.1],
      weightDecay: [0.3, 0.01],
    },
    converges: { options: { learningRate: 0.05, hyperRate: 1e-5 }, steps: 1000, within: 1e-3 },
    hard: { quadratic: {}, rosenbrock: {} },
    findsRate: true,
  },
  almeida: {
    digits: { learningRate: 0.01 },
    untuned: [{}],
    options: [
      { learningRate: 0.001 },
      { learningRate: 0.001, hyperRate: 0.1, rho: 0.5, lowestFactor: 0.7 },
      { learningRate: 0.002, hyperRate: 0.01, rho: 0.95, epsilon: 1e-4, weightDecay: 0.1 },
    ],
    scheduled: { learningRate: [0.1, 0.01], hyperRate: [0.1, 0.01], rho: [0.9, 0.5], epsilon: [1e-16, 0.1], weightDecay: [0.3, 0.01] },
    converges: { options: {}, steps: 1000, within: 1e-3 },
    hard: { quadratic: {}, rosenbrock: { learningRate: 1e-4 } },
    findsRate: true,
  },
  plagianakos: {
    digits: { learningRate: 0.01 },
    untuned: [{}],
    options: [
      { learningRate: 0.001, hyperRate: 1e-12 },
      { learningRate: 0.005, hyperRate: 1e-10, weightDecay: 0.01 },
      { learningRate: 0.001, hyperRate: 1e-11, previousHyperRate: 1e-12, weightDecay: 0.1 },
    ],
    scheduled: {
      learningRate: [0.1, 0.01],
      hyperRate: [1e-9, 1e-10],
      previousHyperRate: [1e-9, 1e-10],
      weightDecay: [0.3, 0.01],
    },
    converges: { options: { hyperRate: 1e-4 }, steps: 1000, within: 1e-3 },
    hard: { quadratic: { learningRate: 0.1, hyperRate: 1 }, rosenbrock: { learningRate: 1e-3, hyperRate: 1e-9 } },
    findsRate: true,
  },
  sgd: {
    digits: { learningRate: 0.03 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.01, momentum: 0.9 },
      { learningRate: 0.005, momentum: 0.8, nesterov: true, weightDecay: 0.05 },
      { learningRate: 0.01, momentum: 0.7, rateInside: true },
      { learningRate: 0.01, momentum: 0.9, dampening: 0.3, weightDecay: 0.1 },
    ],
    scheduled: { learningRate: [0.1, 0.01], momentum: [0.9, 0.5], dampening: [0.5, 0], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: 0.1, momentum: 0.9 }, steps: 300, within: 1e-4 },
    hard: { quadratic: { learningRate: 1, momentum: 0.9 }, rosenbrock: { learningRate: 0.001, momentum: 0.9 } },
  },
  adafactor: {
    digits: { learningRate: 0.01 },
    hard: { quadratic: { learningRate: 0.003 }, rosenbrock: { learningRate: falling(0.01) } },
    options: [
      { learningRate: 0.1 },
      { learningRate: 0.5, beta2Decay: -0.5, epsilon1: 1e-3, clipThreshold: 2 },
      { learningRate: 0.01, relativeStep: false, scaleParameter: false, beta1: 0.8, weightDecay: 0.1 },
      { learningRate: 0.1, beta2Decay: -0.6, epsilon1: 1e-3, epsilon2: 0.1, clipThreshold: 1.5, weightDecay: 0.1 },
    ],
    scheduled: {
      learningRate: [0.1, 0.01],
      epsilon1: [1e-7, 1e2],
      epsilon2: [1e-3, 10],
      clipThreshold: [1, 1000],
      weightDecay: [0.3, 0.01],
    },
    converges: { options: { learningRate: { kind: "linear", rate: 0.1, steps: 1000 }, epsilon2: 0.5 }, steps: 1000, within: 1e-2 },
  },
  fromage: {
    digits: { learningRate: 0.01 },
    hard: { quadratic: { learningRate: 0.001 }, rosenbrock: { learningRate: 0.003 } },
    options: [{ learningRate: 0.01 }, { learningRate: 0.1, minimumNorm: 0 }, { learningRate: 0.05, minimumNorm: 2 }],
    scheduled: { learningRate: [0.1, 0.01], minimumNorm: [1e-6, 100] },
    converges: { options: { learningRate: { kind: "linear", rate: 0.05, steps: 3000 }, minimumNorm: 0.1 }, steps: 3000, within: 1e-2 },
  },
  lamb: {
    digits: { learningRate: 0.001 },
    hard: { quadratic: { learningRate: 0.001 }, rosenbrock: { learningRate: 0.003 } },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.05, beta1: 0, beta2: 0.95, epsilonRoot: 1e-2, trust: false },
      { learningRate: 0.01, beta1: 0.8, trustClip: true, gradientAveraging: false },
      { learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, epsilonRoot: 1e-4, weightDecay: 0.2 },
    ],
    scheduled: {
      learningRate: [0.1, 0.01],
      beta1: [0.9, 0.5],
      beta2: [0.999, 0.9],
      epsilon: [1e-6, 0.1],
      epsilonRoot: [0, 0.1],
      weightDecay: [0.3, 0.01],
    },
    converges: {
      options: { learningRate: { kind: "linear", rate: 0.05, steps: 2000 }, groups: [{ match: "gain", trust: false }] },
      steps: 2000,
      within: 1e-2,
    },
  },
  lars: {
    digits: { learningRate: 0.3 },
    hard: { quadratic: { learningRate: 0.03 }, rosenbrock: { learningRate: 0.3 } },
    options: [
      { learningRate: 1 },
      { learningRate: 0.05, trust: false },
      { learningRate: 0.5, trustCoefficient: 0.01, momentum: 0.5, nesterov: true },
      { learningRate: 0.01, trustCoefficient: 0.02, trustClip: true },
      { learningRate: 0.5, trustCoefficient: 0.02, momentum: 0.8, epsilon: 0.1, weightDecay: 0.2 },
    ],
    scheduled: {
      learningRate: [0.1, 0.01],
      trustCoefficient: [1e-2, 1e-3],
      momentum: [0.9, 0.5],
      epsilon: [0, 1],
      weightDecay: [0.3, 0.01],
    },
    converges: {
      options: {
        learningRate: { kind: "linear", rate: 1, steps: 2000 },
        trustCoefficient: 0.02,
        groups: [{ match: "gain", trust: false }],
      },
      steps: 2000,
      within: 1e-2,
    },
  },
  novograd: {
    digits: { learningRate: 0.001 },
    hard: { quadratic: { learningRate: 0.001 }, rosenbrock: { learningRate: 0.001 } },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.01, beta1: 0.5, beta2: 0.98, epsilonRoot: 1e-2 },
      { learningRate: 0.02, beta1: 0.8, beta2: 0.9, epsilon: 1e-3, epsilonRoot: 1e-4, weightDecay: 0.2 },
    ],
    scheduled: {
      learningRate: [0.1, 0.01],
      beta1: [0.9, 0.5],
      beta2: [0.99, 0.5],
      epsilon: [1e-6, 0.1],
      epsilonRoot: [0, 0.1],
      weightDecay: [0.3, 0.01],
    },
    converges: { options: { learningRate: 0.01, epsilon: 0.1 }, steps: 3000, within: 1e-2 },
  },
  sm3: {
    digits: { learningRate: 0.1 },
    hard: { quadratic: { learningRate: 0.3 }, rosenbrock: { learningRate: 0.3 } },
    options: [
      { learningRate: 0.1 },
      { learningRate: 0.02, momentum: 0.8, beta2: 0.9 },
      { learningRate: 0.1, momentum: 0.5, beta2: 0.99, epsilon: 1e-2, weightDecay: 0.2 },
    ],
    scheduled: { learningRate: [0.1, 0.01], momentum: [0.9, 0.5], beta2: [1, 0.9], epsilon: [1e-8, 0.1], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: 1 }, steps: 2000, within: 1e-2 },
  },
  sparseAdam: {
    digits: { learningRate: 0.001 },
    hard: { quadratic: { learningRate: 0.003 }, rosenbrock: { learningRate: 0.001 } },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.01, beta1: 0, beta2: 0.9 },
      { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-2 },
    ],
    scheduled: { learningRate: [0.1, 0.01], beta1: [0.9, 0.5], beta2: [0.999, 0.9], epsilon: [1e-8, 0.1] },
    converges: { options: { learningRate: 0.05 }, steps: 600, within: 1e-4 },
  },
  muon: {
    digits: { learningRate: 0.001 },
    hard: { quadratic: { learningRate: 0.001, weightDecay: 0 }, rosenbrock: { learningRate: 0.001, weightDecay: 0 } },
    matrices: true,
    required: { fallback: { kind: "adamw", learningRate: 0.01 } },
    options: [
      { learningRate: 0.02, fallback: { kind: "adamw", learningRate: 0.01 } },
      { learningRate: 0.02, orthogonalize: false, fallback: { kind: "sgd", learningRate: 0.01, momentum: 0.9 } },
      {
        learningRate: 0.02,
        momentum: 0.8,
        nesterov: false,
        weightDecay: 0.05,
        momentumForm: "sum",
        safetyFactor: 1.05,
        coefficients: [2, -1.5, 0.5],
        newtonSchulzSteps: 8,
        epsilon: 1e-5,
        adjustRate: "matchRmsAdamw",
        fallback: { kind: "adam", learningRate: 0.01, weightDecay: 0.1 },
      },
    ],
    scheduled: { learningRate: [0.1, 0.01], momentum: [0.9, 0.5], epsilon: [1e-7, 1e6], weightDecay: [0.3, 0.01] },
    converges: {
      options: {
        learningRate: { kind: "linear", rate: 0.02, steps: 1000 },
        weightDecay: 0,
        fallback: { kind: "adam", learningRate: 0.05 },
      },
      steps: 1000,
      within: 1e-2,
    },
  },
  grams: {
    digits: { learningRate: 0.001 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1 },
      { learningRate: 0.02, beta1: 0, beta2: 0.9, epsilon: 1e-4, weightDecay: 0.3 },
    ],
    scheduled: { learningRate, ...betas, epsilon, weightDecay },
    converges: { options: { learningRate: falling(0.05, 1000) }, steps: 1000, within: 1e-3 },
    hard: { quadratic: { learningRate: falling(0.05) }, rosenbrock: { learningRate: falling(0.02) } },
  },
  stableAdamw: {
    digits: { learningRate: 0.003 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1 },
      { learningRate: 0.02, beta1: 0, beta2: 0.9, epsilon: 1e-4, weightDecay: 0.3 },
    ],
    scheduled: { learningRate, ...betas, epsilon, weightDecay },
    converges: { options: { learningRate: 0.05, weightDecay: 0 }, steps: 1000, within: 1e-3 },
    hard: { quadratic: { learningRate: falling(0.1), weightDecay: 0 }, rosenbrock: { learningRate: 0.02, weightDecay: 0 } },
  },
  mars: {
    digits: { learningRate: 0.003 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.01, base: "lion", beta1: 0.8, weightDecay: 0.1 },
      { learningRate: 0.05, gamma: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1, correctVectors: true },
    ],
    scheduled: { learningRate, gamma: [0.1, 1], ...betas, epsilon, weightDecay },
    converges: { options: { learningRate: 0.05 }, steps: 1000, within: 1e-3 },
    hard: { quadratic: { learningRate: 0.05 }, rosenbrock: { learningRate: 0.02 } },
  },
  adamp: {
    digits: { learningRate: 0.003 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1, delta: 2 },
      { learningRate: 0.02, beta1: 0.7, beta2: 0.9, epsilon: 1e-4, weightDecay: 0.3, delta: 0.8, decayRatio: 0.5, nesterov: true },
    ],
    scheduled: { learningRate, ...betas, epsilon, weightDecay },
    converges: { options: { learningRate: 0.05 }, steps: 1000, within: 1e-3 },
    hard: { quadratic: { learningRate: 0.05 }, rosenbrock: { learningRate: 0.02 } },
  },
  sgdp: {
    digits: { learningRate: 0.05, momentum: 0.9 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.005, momentum: 0.9, weightDecay: 0.1, delta: 2 },
      { learningRate: 0.01, momentum: 0.7, dampening: 0.3, nesterov: true, weightDecay: 0.2, delta: 0.8, decayRatio: 0.5, epsilon: 1e-4 },
    ],
    scheduled: { learningRate, momentum: [0.9, 0.5], dampening: [0.5, 0], epsilon: [1e-8, 10], weightDecay },
    converges: { options: { learningRate: 0.1, momentum: 0.9 }, steps: 500, within: 1e-4 },
    hard: { quadratic: { learningRate: 0.5, momentum: 0.95 }, rosenbrock: { learningRate: 1e-3, momentum: 0.9 } },
  },
  adamMini: {
    digits: { learningRate: 0.003 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1, blocks: "tensor" },
      { learningRate: 0.02, beta1: 0.7, beta2: 0.9, epsilon: 1e-4, weightDecay: 0.3, blocks: "units" },
    ],
    scheduled: { learningRate, ...betas, epsilon, weightDecay },
    converges: { options: { learningRate: 0.05 }, steps: 1000, within: 1e-3 },
    hard: { quadratic: { learningRate: 0.05 }, rosenbrock: { learningRate: 0.002 } },
  },
  ftrl: {
    digits: { learningRate: 0.1 },
    options: [
      { learningRate: 0.1 },
      { learningRate: 0.3, initialAccumulator: 0, beta: 1 },
      { learningRate: 0.5, initialAccumulator: 0.5, l1: 1e-3, l2: 0.1, shrinkage: 0.05, beta: 0.5 },
    ],
    scheduled: { learningRate, l1: [0, 0.1], l2: [0.3, 0.01], shrinkage: [0.3, 0.01], beta: [1, 0] },
    converges: { options: { learningRate: 1 }, steps: 1000, within: 1e-3 },
    hard: { quadratic: { learningRate: 1 }, rosenbrock: { learningRate: 0.5 } },
  },
  scheduleFreeRadam: {
    digits: { learningRate: 0.005 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.01, beta1: 0.95, ratePower: 1 },
      { learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-2, stepPower: 1, weightDecay: 0.1, silentPhase: false },
    ],
    scheduled: { learningRate: [0.1, 0.01], beta2: [0.999, 0.9], epsilon: [1e-8, 0.1], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: 0.1 }, steps: 3000, within: 1e-2 },
    hard: { quadratic: { learningRate: 0.05 }, rosenbrock: { learningRate: 0.05 } },
  },
  soap: {
    digits: { learningRate: 0.003 },
    matrices: true,
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.01, normalize: true, updateInterval: 1, biasCorrection: false },
      { learningRate: 0.01, precondition1d: true, updateInterval: 2 },
      {
        learningRate: 0.02,
        beta1: 0.8,
        beta2: 0.9,
        shampooBeta: 0.7,
        epsilon: 1e-3,
        weightDecay: 0.1,
        updateInterval: 3,
        maxPreconditionSize: 5,
      },
    ],
    scheduled: { learningRate, beta1: [0.9, 0.5], beta2: [0.99, 0.9], shampooBeta: [0.9, 0.5], epsilon, weightDecay },
    converges: { options: { learningRate: falling(0.05, 1000), weightDecay: 0 }, steps: 1000, within: 1e-3 },
    hard: { quadratic: { learningRate: 0.02, weightDecay: 0 }, rosenbrock: { learningRate: 0.02, weightDecay: 0 } },
  },
  shampoo: {
    digits: { learningRate: 0.05 },
    matrices: true,
    options: [
      { learningRate: 0.01, updateInterval: 7 },
      { learningRate: 0.01, momentum: 0.5, weightDecay: 0.1, decoupled: true, maxPreconditionSize: 5 },
      { learningRate: 0.02, momentum: 0.8, weightDecay: 0.1, epsilon: 0.1, updateInterval: 3 },
    ],
    scheduled: { learningRate, momentum: [0.9, 0.5], weightDecay },
    converges: { options: { learningRate: 0.5 }, steps: 1000, within: 1e-2 },
    hard: { quadratic: { learningRate: 0.5 }, rosenbrock: { learningRate: 0.5 } },
  },
  normuon: {
    digits: { learningRate: 0.001 },
    hard: { quadratic: { learningRate: 0.001 }, rosenbrock: { learningRate: 0.001 } },
    matrices: true,
    required: { fallback: { kind: "adamw", learningRate: 0.01 } },
    options: [
      { learningRate: 0.02, fallback: { kind: "adamw", learningRate: 0.01 } },
      { learningRate: 0.02, orthogonalize: false, fallback: { kind: "sgd", learningRate: 0.01, momentum: 0.9 } },
      { learningRate: 0.02, updateScale: "matchRms", coefficients: "polarExpress", fallback: { kind: "adamw", learningRate: 0.01 } },
      {
        learningRate: 0.02,
        momentum: 0.8,
        momentumForm: "sum",
        nesterov: false,
        beta2: 0.9,
        unitEpsilon: 1e-4,
        weightDecay: 0.05,
        coefficients: [
          [4, -6.8, 2.9],
          [2, -1.5, 0.5],
        ],
        newtonSchulzSteps: 8,
        safetyFactor: 1.01,
        epsilon: 1e-5,
        updateScale: "preserveNorm",
        adjustRate: "matchRmsAdamw",
        fallback: { kind: "adam", learningRate: 0.01, weightDecay: 0.1 },
      },
    ],
    scheduled: {
      learningRate: [0.1, 0.01],
      momentum: [0.9, 0.5],
      beta2: [0.9, 0.5],
      unitEpsilon: [1e-7, 10],
      epsilon: [1e-7, 1e6],
      weightDecay: [0.3, 0.01],
    },
    converges: {
      options: { learningRate: { kind: "linear", rate: 0.02, steps: 1000 }, fallback: { kind: "adam", learningRate: 0.05 } },
      steps: 1000,
      within: 1e-2,
    },
  },
  adamuon: {
    digits: { learningRate: 0.002 },
    hard: { quadratic: { learningRate: 0.001 }, rosenbrock: { learningRate: falling(0.02) } },
    matrices: true,
    required: { fallback: { kind: "adamw", learningRate: 0.01 } },
    options: [
      { learningRate: 0.02, fallback: { kind: "adamw", learningRate: 0.01 } },
      { learningRate: 0.02, orthogonalize: false, fallback: { kind: "sgd", learningRate: 0.01, momentum: 0.9 } },
      { learningRate: 0.02, adjustRate: "spectralUnclamped", coefficients: "quintic", fallback: { kind: "adamw", learningRate: 0.01 } },
      {
        learningRate: 0.02,
        momentum: 0.8,
        momentumForm: "sum",
        nesterov: false,
        beta2: 0.9,
        weightDecay: 0.05,
        coefficients: "polarExpressSafer",
        newtonSchulzSteps: 6,
        safetyFactor: 1.02,
        epsilon: 1e-5,
        adjustRate: "matchRmsAdamw",
        fallback: { kind: "adam", learningRate: 0.01, weightDecay: 0.1 },
      },
    ],
    scheduled: {
      learningRate: [0.1, 0.01],
      momentum: [0.9, 0.5],
      beta2: [0.9, 0.5],
      epsilon: [1e-7, 1e6],
      weightDecay: [0.3, 0.01],
    },
    converges: {
      options: { learningRate: { kind: "linear", rate: 0.05, steps: 1000 }, fallback: { kind: "adam", learningRate: 0.05 } },
      steps: 1000,
      within: 1e-2,
    },
  },
  adagrad: {
    digits: { learningRate: 0.01 },
    options: [
      { learningRate: 0.1 },
      { learningRate: 0.1, initialAccumulator: 0.5 },
      { learningRate: 0.1, epsilon: 1e-3, epsilonInside: true },
      { learningRate: 0.3, rateDecay: 0.1, weightDecay: 0.1, epsilon: 1e-3, initialAccumulator: 0.1 },
    ],
    scheduled: { learningRate: [0.1, 0.01], rateDecay: [0.5, 0.01], epsilon: [1e-10, 0.1], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: 1 }, steps: 600, within: 1e-4 },
    hard: { quadratic: { learningRate: 1 }, rosenbrock: { learningRate: 0.5 } },
  },
  adadelta: {
    digits: { learningRate: 1 },
    options: [
      { learningRate: 1 },
      { learningRate: 2, rho: 0.95, epsilon: 1e-4 },
      { learningRate: 0.5, rho: 0.7, epsilon: 1e-3, weightDecay: 0.1 },
    ],
    scheduled: { learningRate: [1, 0.1], rho: [0.95, 0.5], epsilon: [1e-6, 1e-2], weightDecay: [0.3, 0.01] },
    converges: { options: { learningRate: 1, epsilon: 1e-3 }, steps: 3000, within: 1e-2 },
    hard: { quadratic: { learningRate: 1 }, rosenbrock: { learningRate: falling(1) } },
  },
  rmsprop: {
    digits: { learningRate: 0.01 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.005, rho: 0.9, momentum: 0.8, weightDecay: 0.1, epsilon: 1e-3 },
      { learningRate: 0.01, rho: 0.9, centered: true, epsilon: 1e-3 },
      { learningRate: 0.01, rho: 0.9, momentum: 0.7, nesterov: true, rateInside: true, epsilon: 1e-2, epsilonInside: true },
      { learningRate: 0.01, rho: 0.95, biasCorrection: true, initialAccumulator: 0.1 },
      { learningRate: 0.003, rho: 0.95, momentum: 0.9, centered: true, epsilon: 1e-2, weightDecay: 0.02 },
    ],
    scheduled: { learningRate, rho: [0.99, 0.5], epsilon, momentum: [0.9, 0.5], weightDecay },
    converges: { options: { learningRate: 0.01, epsilon: 0.1 }, steps: 2000, within: 1e-3 },
    hard: { quadratic: { learningRate: 0.001 }, rosenbrock: { learningRate: falling(0.005) } },
  },
  adam: {
    ...adam,
    options: [...adam.options.slice(0, -1), { learningRate: 0.02, weightDecay: 0.3, decoupled: true }, ...adam.options.slice(-1)],
  },
  adamw: { ...adam, converges: { ...adam.converges, options: { ...adam.converges.options, weightDecay: 0 } } },
  adamax: {
    digits: { learningRate: 0.002 },
    options: [
      { learningRate: 0.02 },
      { learningRate: 0.05, beta1: 0.8, beta2: 0.9, epsilon: 0.1, weightDecay: 0.1 },
      { learningRate: 0.03, beta1: 0.7, beta2: 0.99, epsilon: 1e-3, weightDecay: 0.2, decoupled: true },
    ],
    scheduled: { learningRate, ...betas, epsilon, weightDecay },
    converges: { options: { learningRate: 0.05 }, steps: 600, within: 1e-4 },
    hard: { quadratic: { learningRate: 1 }, rosenbrock: { learningRate: 0.05 } },
  },
  nadam: {
    digits: { learningRate: 0.002 },
    options: [
      { learningRate: 0.02 },
      { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-2, momentumDecay: 0.1, weightDecay: 0.1 },
      { learningRate: 0.03, beta1: 0.7, beta2: 0.99, epsilon: 1e-4, momentumDecay: 1, weightDecay: 0.2, decoupled: true },
    ],
    scheduled: { learningRate, ...betas, epsilon, momentumDecay: [4e-3, 1], weightDecay },
    converges: { options: { learningRate: 0.05, epsilon: 1e-2 }, steps: 600, within: 1e-4 },
    hard: { quadratic: { learningRate: 0.01 }, rosenbrock: { learningRate: 0.01 } },
  },
  radam: {
    digits: { learningRate: 0.001 },
    options: [
      { learningRate: 0.02 },
      { learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-2, weightDecay: 0.1 },
      { learningRate: 0.02, epsilonHat: false, epsilonRoot: 1e-3, threshold: 4 },
      { learningRate: 0.01, beta1: 0.7, beta2: 0.99, epsilon: 1e-3, epsilonRoot: 1e-4, weightDecay: 0.2, decoupled: true },
    ],
    scheduled: { learningRate, ...betas, epsilon, epsilonRoot, weightDecay },
    converges: { options: { learningRate: 0.05 }, steps: 1000, within: 1e-4 },
    hard: { quadratic: { learningRate: falling(0.5) }, rosenbrock: { learningRate: 0.006 } },
  },
  rprop: {
    digits: { learningRate: 0.01 },
    // a step by the sign of a gradient must not be of another batch than the sign before
    batchSize: 1438,
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.05, etaMinus: 0.3, etaPlus: 1.5, stepMin: 0.02, stepMax: 0.1 },
      { learningRate: 0.02, etaMinus: 0.6, etaPlus: 1.1, stepMin: 1e-3, stepMax: 0.5 },
    ],
    scheduled: { learningRate },
    fixed: ["learningRate"],
    converges: { options: { learningRate: 0.01 }, steps: 300, within: 1e-4 },
    hard: { quadratic: { learningRate: 0.005 }, rosenbrock: { learningRate: 0.01 } },
  },
  asgd: {
    digits: { learningRate: 0.03 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.02, lambda: 0.1, alpha: 0.9, t0: 5, weightDecay: 0.1 },
      { learningRate: 0.05, lambda: 0.01, alpha: 0.5, t0: 100, weightDecay: 0.01 },
    ],
    scheduled: { learningRate, lambda: [1e-2, 0.1], alpha: [0.75, 0.5], t0: [10, 20], weightDecay },
    converges: { options: { learningRate: 0.5 }, steps: 600, within: 1e-3 },
    hard: { quadratic: { learningRate: 1 }, rosenbrock: { learningRate: 0.002 } },
  },
  lion: {
    digits: { learningRate: 0.001 },
    options: [
      { learningRate: 0.01, weightDecay: 0.001 },
      { learningRate: 0.02, beta1: 0.8, beta2: 0.95, weightDecay: 0.5, mode: "refined" },
      { learningRate: 0.02, beta1: 0.95, beta2: 0.9, weightDecay: 0.1, mode: "smooth", smoothBeta: 3 },
    ],
    scheduled: { learningRate, ...betas, weightDecay, smoothBeta: [3, 0.5] },
    converges: { options: { learningRate: { kind: "cosine", rate: 0.05, steps: 600 } }, steps: 600, within: 1e-3 },
    hard: { quadratic: { learningRate: falling(0.005) }, rosenbrock: { learningRate: falling(0.005) } },
  },
  signSgd: {
    digits: { learningRate: 0.001 },
    options: [
      { learningRate: 0.01, weightDecay: 0.01 },
      { learningRate: 0.003, weightDecay: 0.1 },
      { learningRate: 0.02, weightDecay: 0.5 },
    ],
    scheduled: { learningRate, weightDecay },
    converges: { options: { learningRate: { kind: "cosine", rate: 0.05, steps: 600 } }, steps: 600, within: 1e-3 },
    hard: { quadratic: { learningRate: falling(0.002) }, rosenbrock: { learningRate: falling(6e-4) } },
  },
  signum: {
    digits: { learningRate: 0.001 },
    options: [
      { learningRate: 0.01, weightDecay: 0.01 },
      { learningRate: 0.02, momentum: 0.6, weightDecay: 0.5 },
      { learningRate: 0.005, momentum: 0.95, weightDecay: 0.1 },
    ],
    scheduled: { learningRate, momentum: [0.9, 0.5], weightDecay },
    converges: { options: { learningRate: { kind: "cosine", rate: 0.05, steps: 600 } }, steps: 600, within: 1e-3 },
    hard: { quadratic: { learningRate: falling(0.002) }, rosenbrock: { learningRate: falling(0.002) } },
  },
  adan: {
    digits: { learningRate: 0.001 },
    options: [
      { learningRate: 0.02 },
      { learningRate: 0.05, beta1: 0.9, beta2: 0.8, beta3: 0.95, epsilon: 1e-2, weightDecay: 0.2 },
      {
        learningRate: 0.02,
        beta1: 0.8,
        beta2: 0.7,
        beta3: 0.9,
        epsilon: 1e-3,
        epsilonRoot: 1e-4,
        differenceWeight: 0.08,
        weightDecay: 0.1,
        proximal: false,
      },
    ],
    scheduled: {
      learningRate,
      beta1: [0.98, 0.5],
      beta2: [0.92, 0.5],
      beta3: [0.99, 0.9],
      epsilon,
      epsilonRoot,
      differenceWeight: [0.92, 0.08],
      weightDecay,
    },
    converges: { options: { learningRate: 0.05 }, steps: 1000, within: 1e-4 },
    hard: { quadratic: { learningRate: 0.001 }, rosenbrock: { learningRate: 0.001 } },
  },
  acprop: {
    digits: { learningRate: 0.001 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.03, beta1: 0.8, beta2: 0.95, epsilon: 0.1, epsilonRoot: 1e-2, weightDecay: 0.2 },
      { learningRate: 0.02, beta1: 0.7, beta2: 0.99, epsilon: 1e-3, epsilonRoot: 1e-4, weightDecay: 0.1 },
    ],
    scheduled: { learningRate, ...betas, epsilon, epsilonRoot, weightDecay },
    converges: { options: { learningRate: 0.01 }, steps: 1000, within: 1e-4 },
    hard: { quadratic: { learningRate: 0.01 }, rosenbrock: { learningRate: falling(0.01) } },
  },
  adabelief: {
    digits: { learningRate: 0.001 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.03, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, epsilonRoot: 1e-2, weightDecay: 0.2 },
      { learningRate: 0.02, beta1: 0.7, beta2: 0.99, epsilon: 1e-4, epsilonRoot: 1e-6, nesterov: true, weightDecay: 0.1 },
    ],
    scheduled: { learningRate, ...betas, epsilon, epsilonRoot, weightDecay },
    converges: { options: { learningRate: 0.05 }, steps: 1000, within: 1e-4 },
    hard: { quadratic: { learningRate: falling(0.5) }, rosenbrock: { learningRate: falling(0.5) } },
  },
  yogi: {
    digits: { learningRate: 0.01 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.03, beta1: 0.8, beta2: 0.9, epsilon: 1e-2, epsilonRoot: 1e-2, weightDecay: 0.2 },
      { learningRate: 0.05, beta1: 0.7, beta2: 0.95, epsilon: 1e-3, epsilonRoot: 1e-6, initialAccumulator: 0.1, weightDecay: 0.1 },
    ],
    scheduled: { learningRate, ...betas, epsilon, epsilonRoot, weightDecay },
    converges: { options: { learningRate: 0.05 }, steps: 1000, within: 1e-4 },
    hard: { quadratic: { learningRate: 0.5 }, rosenbrock: { learningRate: 0.5 } },
  },
  madgrad: {
    digits: { learningRate: 0.01 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.05, momentum: 0.5, epsilon: 1e-2, weightDecay: 0.1 },
      { learningRate: 0.02, momentum: 0.7, epsilon: 1e-3, weightDecay: 0.3, decoupled: true },
    ],
    scheduled: { learningRate, momentum: [0.9, 0.5], epsilon: [1e-6, 0.1], weightDecay },
    movesAtZero: true,
    converges: { options: { learningRate: 0.05 }, steps: 1000, within: 1e-4 },
    hard: { quadratic: { learningRate: 0.1 }, rosenbrock: { learningRate: 0.005 } },
  },
  adopt: {
    digits: { learningRate: 0.001 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.02, beta1: 0.8, beta2: 0.99, epsilon: 0.1, clip: false, weightDecay: 0.1 },
      {
        learningRate: 0.05,
        beta1: 0.7,
        beta2: 0.9,
        epsilon: 1e-3,
        clip: true,
        clipPower: 0.333,
        nesterov: true,
        weightDecay: 0.5,
        decoupled: true,
      },
    ],
    scheduled: { learningRate, ...betas, epsilon: [1e-3, 100], clipPower: [0.25, 0], weightDecay },
    converges: { options: { learningRate: 0.05 }, steps: 1000, within: 1e-4 },
    hard: { quadratic: { learningRate: 1 }, rosenbrock: { learningRate: 1 } },
  },
  ademamix: {
    digits: { learningRate: 0.001 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.02, beta1: 0.8, beta2: 0.95, beta3: 0.99, alpha: 2, epsilon: 1e-3, epsilonRoot: 1e-2, weightDecay: 0.3 },
      { learningRate: 0.01, beta1: 0.7, beta2: 0.9, beta3: 0.95, alpha: 8, epsilon: 1e-4, epsilonRoot: 1e-6, weightDecay: 0.1 },
    ],
    scheduled: { learningRate, ...betas, beta3: [0.9999, 0.9], alpha: [5, 0], epsilon, epsilonRoot, weightDecay },
    converges: { options: { learningRate: 0.05, beta3: 0.99, alpha: 1 }, steps: 1000, within: 1e-3 },
    hard: { quadratic: { learningRate: 0.5 }, rosenbrock: { learningRate: 0.2 } },
  },
  simplifiedAdemamix: {
    digits: { learningRate: 1e-5 },
    options: [
      { learningRate: 0.001 },
      { learningRate: 0.002, beta1: 0.9, beta2: 0.99, alpha: 5, epsilon: 1e-3, epsilonRoot: 1e-2, weightDecay: 0.3 },
      { learningRate: 0.003, beta1: 0.8, beta2: 0.9, alpha: 1, epsilon: 1e-4, epsilonRoot: 1e-6, weightDecay: 0.1 },
    ],
    scheduled: { learningRate, ...betas, alpha: [0, 5], epsilon, epsilonRoot, weightDecay },
    converges: { options: { learningRate: 0.01, beta1: 0.9, epsilon: 0.1 }, steps: 600, within: 1e-3 },
    hard: { quadratic: { learningRate: 5e-5 }, rosenbrock: { learningRate: 1e-4 } },
  },
  kron: {
    digits: { learningRate: 0.002 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.02, momentum: 0.8, weightDecay: 0.1, preconditionerRate: 0.3, initialScale: 0.5, fitMean: false, seed: 2 },
      { learningRate: 0.01, diagonals: "longest", updateProbability: 0.4 },
      { learningRate: 0.01, precondition1d: true, preconditionerRate: 0.3 },
      { learningRate: 0.01, maxPreconditionSize: 4, preconditionerRate: 0.05, diagonals: "all" },
      {
        learningRate: 0.02,
        momentum: 0.7,
        weightDecay: 0.3,
        updateProbability: 0.3,
        preconditionerRate: 0.2,
        initialScale: 2,
        maxPreconditionSize: 4,
        diagonals: "none",
        fitMean: true,
        seed: 3,
      },
    ],
    scheduled: { learningRate, momentum: [0.9, 0.5], weightDecay, updateProbability: [1, 0.2], preconditionerRate: [0.1, 0.01] },
    converges: { options: { learningRate: falling(0.05, 600) }, steps: 600, within: 1e-3 },
    hard: { quadratic: { learningRate: falling(0.01) }, rosenbrock: { learningRate: falling(0.01) } },
    matrices: true,
  },
  adahessian: {
    digits: { learningRate: 1e-4 },
    options: [
      { learningRate: 1e-3 },
      { learningRate: 1e-3, estimate: "given", weightDecay: 0.1 },
      { learningRate: 1e-3, updateInterval: 3 },
      { learningRate: 2e-3, beta1: 0.8, beta2: 0.9, epsilon: 1e-2, weightDecay: 0.3, updateInterval: 2, estimate: "squares" },
    ],
    scheduled: { learningRate, ...betas, epsilon: [1e-8, 10], weightDecay },
    converges: { options: { learningRate: falling(0.05, 1000), epsilon: 1 }, steps: 1000, within: 1e-2 },
    hard: { quadratic: { learningRate: falling(0.1), epsilon: 0.01 }, rosenbrock: { learningRate: falling(1), epsilon: 1 } },
  },
  scheduleFreePlus: {
    digits: { learningRate: 1 },
    untuned: [{}],
    options: [
      { learningRate: 0.1 },
      { learningRate: 0.1, momentum: 0.8, lastMomentum: 0.95, annealSteps: 100, averageAfter: 5, sizeDecay: 0.9 },
      {
        learningRate: 0.2,
        momentum: 0.7,
        lastMomentum: 0.9,
        annealSteps: 300,
        beta1: 0.8,
        beta2: 0.9,
        epsilon: 1e-3,
        weightDecay: 5,
        sizeDecay: 0.5,
        averageAfter: 3,
        stepPower: 1,
        ratePower: 1,
      },
    ],
    scheduled: { learningRate: [1, 0.1], ...betas, epsilon, weightDecay: [20, 1] },
    converges: { options: { learningRate: 1 }, steps: 2000, within: 1e-2 },
    hard: {
      quadratic: { learningRate: falling(0.1), averageAfter: 9000 },
      rosenbrock: { learningRate: falling(0.03), averageAfter: 9000 },
    },
    // where loss and product nearly cancel, the last digits of their difference are float32's
    tolerance: { learningRate: 1e-4, average: 1e-5 },
    findsRate: true,
  },
  sophia: {
    digits: { learningRate: 0.001 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.02, estimate: "given", updateInterval: 2 },
      { learningRate: 0.02, beta1: 0.9, beta2: 0.8, gamma: 2, epsilon: 0.01, clip: 0.5, updateInterval: 3, weightDecay: 0.5 },
    ],
    scheduled: { learningRate, ...betas, gamma: [0.01, 1], epsilon: [1e-8, 10], clip: [1, 0.1], weightDecay },
    converges: { options: { learningRate: { kind: "cosine", rate: 0.05, steps: 1000 } }, steps: 1000, within: 1e-2 },
    hard: { quadratic: { learningRate: 5e-4 }, rosenbrock: { learningRate: falling(0.02) } },
  },
  optimisticGradientDescent: {
    digits: { learningRate: 0.03 },
    options: [{ learningRate: 0.01 }, { learningRate: 0.01, alpha: 0.5, beta: 2 }, { learningRate: 0.02, alpha: 2, beta: 0.3 }],
    scheduled: { learningRate, alpha: [1, 0.5], beta: [1, 0] },
    converges: { options: { learningRate: 0.5 }, steps: 300, within: 1e-4 },
    hard: { quadratic: { learningRate: 0.5 }, rosenbrock: { learningRate: 6e-4 } },
  },
  optimisticAdam: {
    digits: { learningRate: 0.001 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.01, alpha: 0.5, beta: 2, nesterov: false },
      {
        learningRate: 0.02,
        alpha: 2,
        beta: 0.3,
        beta1: 0.7,
        beta2: 0.95,
        epsilon: 1e-3,
        epsilonRoot: 1e-4,
        nesterov: true,
        weightDecay: 0.3,
      },
    ],
    scheduled: { learningRate, alpha: [1, 0.5], beta: [1, 0], ...betas, epsilon, epsilonRoot, weightDecay },
    converges: { options: { learningRate: 0.05 }, steps: 1000, within: 1e-4 },
    hard: { quadratic: { learningRate: falling(0.2) }, rosenbrock: { learningRate: falling(0.1) } },
  },
  laprop: {
    digits: { learningRate: 0.003 },
    options: [
      { learningRate: 0.01 },
      { learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-2, weightDecay: 0.3 },
      { learningRate: 0.05, beta1: 0.7, beta2: 0.9, epsilon: 1e-4, weightDecay: 0.1 },
    ],
    scheduled: { learningRate, ...betas, epsilon, weightDecay },
    converges: { options: { learningRate: 0.05 }, steps: 1000, within: 1e-4 },
    hard: { quadratic: { learningRate: 0.02 }, rosenbrock: { learningRate: 0.02 } },
  },
};

/** Of rules that move all tensors together, by gradients that they ask for; the other tests give gradients that come from no function. */
export const together: Readonly<Record<string, Pick<Row, "hard" | "digits" | "batchSize" | "matrices" | "required">>> = {
  lbfgs: {
    digits: { learningRate: 1, lineSearch: "strongWolfe" },
    // its curvature is that of one function: all of the training data
    batchSize: 1438,
    hard: { quadratic: { lineSearch: "strongWolfe" }, rosenbrock: { lineSearch: "strongWolfe" } },
  },
};

/** Every optimizer that is said to need no rate, as JSON. */
export const untuned: readonly ({ kind: string } & Record<string, unknown>)[] = [
  ...Object.entries(table).flatMap(([kind, row]) => (row.untuned ?? []).map((options) => ({ kind, ...options }))),
  { kind: "mechanic", optimizer: { kind: "adam", learningRate: 1 } },
];
