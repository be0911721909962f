// The entry point "stepsize/jax": this library's optimizers and schedules for jax-js's optax. jax-js is imported here and nowhere else.
/// <reference lib="esnext.disposable" preserve="true" />

export {
  type GradientTransformation,
  type GradientTransformationOptions,
  gradientTransformation,
  scheduleFunction,
  type Tree,
} from "../adapters/jax/transformation.js";
