// The entry point "stepsize/training": runs, checkpoints and files of state as data, below what `Trainer` does with them.
/// <reference lib="esnext.disposable" preserve="true" />

export type { StreamPosition } from "../data/source.js";
export * from "../generated/metrics.js";
export { lossFromJSON } from "../models/loss-json.js";
export type { MadeChange } from "../optimizers/manual-rate.js";
export { type Checkpoint, readCheckpoint, type StateFile, type StoredTensors } from "../training/checkpoint.js";
export { confusionMatrix } from "../training/confusion-matrix.js";
export { type ScheduleNote, scheduleNotes, scheduleNoteText } from "../training/fit-notes.js";
export { loadModel, runFromJSON } from "../training/from-json.js";
export { csvLog, jsonLinesLog, type RunLog, tensorBoardLog, type WriteBytes, type WriteText } from "../training/logs.js";
export { measure } from "../training/measure.js";
export type { Measure, Metric, MetricRule, Predictions } from "../training/metric.js";
export type { Progress } from "../training/progress.js";
export { recordedRun } from "../training/recorded-run.js";
export type { EpochRecord, Metrics, StepRecord, TrainerData, TrainingData, TrainOptions, TrainProgress } from "../training/records.js";
export { type CheckedRun, type EarlyStopping, type ModelOf, type Penalties, type Run, readRun } from "../training/run.js";
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
export { Trainer } from "../training/trainer.js";
export type { ClassWeights } from "../training/weights.js";
export { trainInWorker, type WorkerOptions, WorkerTrainer } from "../training/worker/worker-trainer.js";
