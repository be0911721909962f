// What every entry point with an engine exports, for programs of ten lines; index.ts, js.ts, slim.ts and workerd.ts add how the kernels are come
// by. Everything else is in the subpaths: optimizers.ts, schedules.ts, data.ts, numerics.ts, training.ts.

// "implements Disposable" stands in the types: a project whose lib is ES2022 gets them with it
/// <reference lib="esnext.disposable" preserve="true" />

export {
  type Classification,
  type Dataset,
  type DatasetOptions,
  dataset,
  type Features,
  type Label,
  type Regression,
  type Task,
  takeRows,
} from "../data/dataset.js";
export { findRawColumns, type RawColumn } from "../data/raw.js";
export { scaleRows } from "../data/scale-rows.js";
export type { RowStream } from "../data/source.js";
export { type DatasetParts, type SplitOptions, splitDataset } from "../data/split.js";
export { type Standardizer, standardize, standardizer, standardizeTargets, targetScaler, unscale } from "../data/standardize.js";
export { type Backend, Engine, type Kernels } from "../engine/engine.js";
export { type Arena, type Memory, Vector } from "../engine/memory.js";
export {
  type GradientRows,
  Parameter,
  Parameters,
  type ParametersOptions,
  type Shape,
  type Shapes,
  type Units,
} from "../engine/parameters.js";
export type { LoadOptions } from "../engine/start.js";
export * from "../generated/factories.js";
export * from "../generated/layers.js";
export * from "../generated/losses.js";
export * from "../generated/metrics.js";
export type { Activation } from "../models/activations.js";
export { type CheckGradientsOptions, checkGradients, type GradientCheck } from "../models/check-gradients.js";
export type { Padding, Pair } from "../models/convolution.js";
export type { DrawnWeights, Initialization, WeightInitialization } from "../models/initialization.js";
export { type InitializeOptions, initialize } from "../models/initialize.js";
export {
  type AnyLayerRule,
  type BoundLayer,
  type LayerChain,
  type LayerDescription,
  type LayerRule,
  type LayerSite,
  type LayerTensor,
  type LayerTrait,
  layer,
  type Pass,
  type PlacedTensor,
} from "../models/layer.js";
export type { DescribedLoss, LossDescription, LossRule, LossTargets, RowLoss } from "../models/loss.js";
export type { Loss } from "../models/losses.js";
export { type MlpDescription, type MlpOptions, mlp } from "../models/mlp.js";
export type { Batch, Evaluation, Model, ModelContext, ModelFactory } from "../models/model.js";
export { Network } from "../models/network.js";
export type { PoolingOptions } from "../models/pooling.js";
export { type NetworkDescription, type SequentialDescription, type SequentialOptions, sequential } from "../models/sequential.js";
export { Random } from "../numerics/random.js";
export { softmax } from "../numerics/softmax.js";
export type { GroupState } from "../optimizers/groups.js";
export type { Guarded } from "../optimizers/guard.js";
export type { MadeChange } from "../optimizers/manual-rate.js";
export { Optimizer } from "../optimizers/optimizer.js";
export type { NewtonSchulzCoefficients, NewtonSchulzPreset, OrthogonalOptions, RateAdjustment } from "../optimizers/orthogonal.js";
export type { LoadedState, OptimizerLoadOptions } from "../optimizers/partial.js";
export { type PartitionOptions, partition } from "../optimizers/partition.js";
export type {
  Closure,
  CommonOptions,
  DescribedOptimizer,
  Dtype,
  Group,
  OptimizerDescription,
  OptimizerPart,
  RuleDescription,
  Scheduled,
  StepOptions,
} from "../optimizers/rule.js";
export type { StateArray, StateArrays } from "../optimizers/slots.js";
export type { OptimizerState } from "../optimizers/state.js";
export type { WrappedOptimizer, Wrapping } from "../optimizers/wrapper.js";
export {
  CheckpointError,
  DataError,
  DisposedError,
  type DivergedDetails,
  DivergedError,
  EngineError,
  ModeError,
  OptionError,
  OutOfMemoryError,
  ShapeError,
  StepsizeError,
} from "../options/errors.js";
// the rest is in "stepsize/schedules"
export {
  type ConstantOptions,
  type CosineOptions,
  type CyclicOptions,
  constant,
  cosine,
  cyclic,
  type ExponentialOptions,
  exponential,
  type InverseSqrtOptions,
  inverseSqrt,
  joinSchedules,
  type LinearOptions,
  linear,
  type ManualOptions,
  type MultiStepOptions,
  manual,
  multiStep,
  type OneCycleOptions,
  oneCycle,
  type PiecewiseConstantOptions,
  type PolynomialOptions,
  piecewiseConstant,
  polynomial,
  type RateChange,
  type ReduceOnPlateauOptions,
  rateAt,
  reduceOnPlateau,
  type Schedule,
  type ScheduleDescription,
  type StepDecayOptions,
  stepDecay,
  type TimeBasedOptions,
  timeBased,
  type WarmRestartsOptions,
  type WarmupOptions,
  type WarmupStableDecayOptions,
  warmRestarts,
  warmup,
  warmupStableDecay,
} from "../schedules/index.js";
export type { Clock, DescribedSchedule } from "../schedules/schedule.js";
export type { Certainty, RateDifference, RateResult, SearchResult } from "../search/conclude.js";
export type { Budget } from "../search/conduct.js";
export type { Failure, NotRun, Pruned } from "../search/evidence.js";
export type { Executor, Job, Work } from "../search/executors/executor.js";
export { threadExecutor } from "../search/executors/thread.js";
export type { Ledger } from "../search/ledger.js";
export type { SearchNote } from "../search/notes.js";
export { logspace } from "../search/rates.js";
export { scaleRun } from "../search/scale.js";
export type { SearchLearningRate, SearchOptions, SearchProgress } from "../search/search.js";
export { type RowResults, runTrial, type SearchData, type TrialResult, type TrialSpec } from "../search/trial.js";
export type { BestEpoch, Reason, Verdict } from "../search/verdict.js";
export { headline, noteText as searchNoteText, reasonText } from "../search/words.js";
export { confusionMatrix } from "../training/confusion-matrix.js";
export { type ScheduleNote, scheduleNotes, scheduleNoteText } from "../training/fit-notes.js";
export { loadModel, runFromJSON } from "../training/from-json.js";
export { csvLog, jsonLinesLog, type RunLog, tensorBoardLog, type WriteBytes, type WriteText } from "../training/logs.js";
export { measure } from "../training/measure.js";
export type { Measure, Metric, MetricRule, Predictions } from "../training/metric.js";
export { recordedRun } from "../training/recorded-run.js";
export type { EpochRecord, Metrics, StepRecord, TrainerData, TrainingData, TrainOptions, TrainProgress } from "../training/records.js";
export type { CheckedRun, EarlyStopping, ModelOf, Penalties, Run } from "../training/run.js";
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
