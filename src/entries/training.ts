// The entry point "stepsize/training": runs and checkpoints as data, below what `Trainer` does with them.
/// <reference lib="esnext.disposable" preserve="true" />

export * from "../training/checkpoint.js";
export { loadModel, runFromJSON } from "../training/from-json.js";
export type { Progress } from "../training/progress.js";
export { type CheckedRun, type EarlyStopping, type Run, readRun } from "../training/run.js";
export * from "../training/safetensors.js";
export type { ScoreName } from "../training/score.js";
export { type EpochRecord, type Metrics, type StepRecord, Trainer, type TrainingData, type TrainOptions } from "../training/trainer.js";
