export { type PerEpoch, type PerFraction, perEpoch, perFraction } from "./clock.js";
export {
  type Clamp,
  clamp,
  type Limits,
  type Product,
  product,
  type Repeat,
  repeat,
  type Scale,
  type Sequence,
  type Shift,
  scale,
  sequence,
  shift,
} from "./combine.js";
export { type CosineOptions, cosine, type TanhOptions, tanh, type WarmRestartsOptions, warmRestarts } from "./cosine.js";
export {
  type CyclicOptions,
  cyclic,
  type InterpolateOptions,
  interpolate,
  type OneCycleMomentumOptions,
  type OneCycleOptions,
  oneCycle,
  oneCycleMomentum,
} from "./cyclic.js";
export {
  type ExponentialOptions,
  exponential,
  type InverseSqrtOptions,
  type InverseTimeOptions,
  inverseSqrt,
  inverseTime,
  type LinearOptions,
  linear,
  type NaturalExponentialOptions,
  type NoamOptions,
  naturalExponential,
  noam,
  type PolynomialOptions,
  polynomial,
  type TimeBasedOptions,
  timeBased,
} from "./decay.js";
export { type LambdaOptions, lambda, type MultiplicativeOptions, multiplicative } from "./functions.js";
export { scheduleFromJSON, scheduleToJSON } from "./json.js";
export { type NoiseOptions, noise } from "./noise.js";
export {
  type GreedyOptions,
  greedy,
  isPlateau,
  observe,
  type PlateauState,
  plateauStateFromJSON,
  type ReduceOnPlateauOptions,
  reduceOnPlateau,
  start,
} from "./plateau.js";
export { type Clock, describe, rateAt, rates, type Schedule, type ScheduleDescription, schedule } from "./schedule.js";
export {
  type ConstantOptions,
  constant,
  type FactorOptions,
  factor,
  type MultiStepOptions,
  multiStep,
  type PiecewiseConstantOptions,
  piecewiseConstant,
  type StepOptions,
  step,
} from "./steps.js";
export { type Shape as WarmupShape, type WarmupOptions, type WarmupStableDecayOptions, warmup, warmupStableDecay } from "./warmup.js";
