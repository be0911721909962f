// The entry point "stepsize/training": runs, checkpoints and files of state as data, below what `Trainer` does with them.
/// <reference lib="esnext.disposable" preserve="true" />

export type { MadeChange } from "../optimizers/manual-rate.js";
export { type Checkpoint, readCheckpoint, type StateFile, type StoredTensors } from "../training/checkpoint.js";
export { loadModel, runFromJSON } from "../training/from-json.js";
export type { Progress } from "../training/progress.js";
export type { EpochRecord, Metrics, StepRecord, TrainingData, TrainOptions, TrainProgress } from "../training/records.js";
export { type CheckedRun, type EarlyStopping, type Run, readRun } from "../training/run.js";
export {
  readSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  type TensorType,
  type TensorValues,
  writeSafetensors,
} from "../training/safetensors.js";
export type { ScoreName } from "../training/score.js";
export { type LoadReport, type LoadStateOptions, loadState, saveState } from "../training/state-file.js";
export { type ModelOf, Trainer } from "../training/trainer.js";
export { trainInWorker, type WorkerOptions, WorkerTrainer } from "../training/worker/worker-trainer.js";
