// The kernel table. Argument order is law: p, g, ...state, n, learning rate, other scalars.

export { dense, denseBiasGradient, denseInputGradient, denseWeightGradient, transpose } from "./linalg/product";
export { dot, dotDecayed, finite, maxAbs, squaredDistance, sumAbs, sumSquares, sumSquaresDecayed } from "./linalg/reductions";
export { centralizeColumns, centralizeRows, clipColumns, clipRows, factorSquares } from "./linalg/units";
export { axpby, axpy, blend, clamp, copy, fill, flush, scale } from "./linalg/vectors";
export {
  gelu,
  geluGradient,
  leakyRelu,
  leakyReluGradient,
  relu,
  reluGradient,
  sigmoid,
  sigmoidGradient,
  softplus,
  softplusGradient,
  tanh,
  tanhGradient,
} from "./nn/activations";
export { dropout, gather } from "./nn/batches";
export { exp, log } from "./nn/elementary";
export { binaryCrossEntropy, crossEntropy, huber, meanAbsolute, meanSquared, softmax } from "./nn/losses";
export { adadelta } from "./optimizers/adadelta";
export { adafactor, adafactorMatrix } from "./optimizers/adafactor";
export { adagrad } from "./optimizers/adagrad";
export { adam, adamStep, adamw, amsgrad, amsgradw } from "./optimizers/adam";
export { almeida } from "./optimizers/almeida";
export { cocob } from "./optimizers/cocob";
export { adamHypergradient, sgdHypergradient } from "./optimizers/hypergradient";
export { mechanic } from "./optimizers/mechanic";
export { momo, momoAdam } from "./optimizers/momo";
export { dadaptAdam, dadaptSgd, fromStart, prodigy } from "./optimizers/prodigy";
export { cautious, opposing } from "./optimizers/cautious";
export { lamb } from "./optimizers/lamb";
export { rmsprop, rmspropCentered, rmspropCenteredMomentum, rmspropMomentum } from "./optimizers/rmsprop";
export { scheduleFreeAdamw, scheduleFreeSgd } from "./optimizers/scheduleFree";
export { sgd, sgdMomentum, sgdNesterov } from "./optimizers/sgd";
export { sm3, sm3Matrix } from "./optimizers/sm3";
export { sparseAdam } from "./optimizers/sparseAdam";
