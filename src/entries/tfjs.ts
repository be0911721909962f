// The entry point "stepsize/tfjs": this library's optimizers for TensorFlow.js, which is imported here and nowhere else.
/// <reference lib="esnext.disposable" preserve="true" />

export { StepsizeOptimizer, type StepsizeOptimizerOptions } from "../adapters/tfjs/optimizer.js";
export { registerStepsizeOptimizer } from "../adapters/tfjs/register.js";
