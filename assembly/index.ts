// The kernel table. Argument order is law: p, g, ...state, n, learning rate, other scalars.

export { dense, denseBiasGradient, denseInputGradient, denseWeightGradient, transpose } from "./linalg/dense";
export { scratch } from "./linalg/product";
export { dot, dotDecayed, finite, maxAbs, squaredDistance, sumAbs, sumSquares, sumSquaresDecayed } from "./linalg/reductions";
export { centralizeColumns, centralizeRows, clipColumns, clipRows, factorSquares } from "./linalg/units";
export { axpby, axpy, blend, clamp, copy, fill, firstColumn, flush, scale } from "./linalg/vectors";
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
export { acprop } from "./optimizers/acprop";
export { adabelief } from "./optimizers/adabelief";
export { adadelta } from "./optimizers/adadelta";
export { adafactor, adafactorMatrix } from "./optimizers/adafactor";
export { adagrad, adagradInside } from "./optimizers/adagrad";
export { adam, adamStep, adamw, amsgrad, amsgradw } from "./optimizers/adam";
export { adamax } from "./optimizers/adamax";
export { adan } from "./optimizers/adan";
export { ademamix } from "./optimizers/ademamix";
export { adopt } from "./optimizers/adopt";
export { almeida } from "./optimizers/almeida";
export { asgd } from "./optimizers/asgd";
export { adamwBfloat16, finiteBfloat16, flushBfloat16, momentsBfloat16, momentsLargestBfloat16 } from "./optimizers/bfloat16";
export { cautious, opposing } from "./optimizers/cautious";
export { cocob } from "./optimizers/cocob";
export { adamHypergradient, sgdHypergradient } from "./optimizers/hypergradient";
export { lamb } from "./optimizers/lamb";
export { laprop } from "./optimizers/laprop";
export { lion, lionRefined, lionSmooth } from "./optimizers/lion";
export { madgrad } from "./optimizers/madgrad";
export { mechanic } from "./optimizers/mechanic";
export { moments, momentsLargest } from "./optimizers/moments";
export { momo, momoAdam } from "./optimizers/momo";
export { optimisticGradientDescent } from "./optimizers/optimistic";
export { dadaptAdam, dadaptSgd, fromStart, prodigy } from "./optimizers/prodigy";
export { rmsprop, rmspropCentered, rmspropCenteredMomentum, rmspropMomentum, rmspropVariant } from "./optimizers/rmsprop";
export { rprop } from "./optimizers/rprop";
export { scheduleFreeAdamw, scheduleFreeSgd } from "./optimizers/scheduleFree";
export { sgd, sgdMomentum, sgdNesterov } from "./optimizers/sgd";
export { signSgd, signum } from "./optimizers/sign";
export { sm3, sm3Matrix } from "./optimizers/sm3";
export { sophia, sophiaSquares } from "./optimizers/sophia";
export { sparseAdam } from "./optimizers/sparseAdam";
export { yogi } from "./optimizers/yogi";
