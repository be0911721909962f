// The entry point "stepsize/inference": what predicts with a saved network, and no more.
export { softmax } from "../numerics/softmax.js";
export { CheckpointError, DataError, DisposedError, OptionError, OutOfMemoryError, ShapeError, StepsizeError } from "../options/errors.js";
export { loadNetwork, type Predictor } from "../training/load-network.js";
