// The kernel table. Argument order is law: p, g, ...state, n, learning rate, other scalars.

export { dense, denseBiasGradient, denseInputGradient, denseWeightGradient, transpose } from "./linalg/product";
export { dot, finite, sumSquares } from "./linalg/reductions";
export { axpy, blend, clamp, copy, fill, flush, scale } from "./linalg/vectors";
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
export { adabelief } from "./optimizers/adabelief";
export { adadelta } from "./optimizers/adadelta";
export { adagrad, adagradInside } from "./optimizers/adagrad";
export { adam, adamw, amsgrad, amsgradw } from "./optimizers/adam";
export { adamax } from "./optimizers/adamax";
export { adan } from "./optimizers/adan";
export { ademamix } from "./optimizers/ademamix";
export { adopt } from "./optimizers/adopt";
export { asgd } from "./optimizers/asgd";
export { laprop } from "./optimizers/laprop";
export { lion, lionRefined, lionSmooth } from "./optimizers/lion";
export { madgrad } from "./optimizers/madgrad";
export { moments, momentsLargest } from "./optimizers/moments";
export { optimisticGradientDescent } from "./optimizers/optimistic";
export { rmsprop, rmspropCentered, rmspropCenteredMomentum, rmspropMomentum, rmspropVariant } from "./optimizers/rmsprop";
export { rprop } from "./optimizers/rprop";
export { sgd, sgdMomentum, sgdNesterov } from "./optimizers/sgd";
export { signSgd, signum } from "./optimizers/sign";
export { sophia, sophiaSquares } from "./optimizers/sophia";
export { yogi } from "./optimizers/yogi";
