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
} from "./data/dataset.js";
export { type Parts, type SplitOptions, split } from "./data/split.js";
export { type Standardizer, standardize, standardizer, standardizeTargets, targetScaler, unscale } from "./data/standardize.js";
export { type Backend, Engine, type Kernels, type LoadOptions, load, loadSync } from "./engine.js";
export {
  CheckpointError,
  DataError,
  DisposedError,
  DivergedError,
  EngineError,
  ModeError,
  OptionError,
  OutOfMemoryError,
  ShapeError,
  StepsizeError,
} from "./errors.js";
export { Vector } from "./memory.js";
export type { Loss } from "./models/losses.js";
export { type Activation, type Initialization, type MlpDescription, type MlpOptions, mlp } from "./models/mlp.js";
export type { Batch, Evaluation, Model, ModelContext, ModelFactory } from "./models/model.js";
export { Network } from "./models/network.js";
export { Optimizer, type OptimizerState } from "./optimizer.js";
export { type AdadeltaOptions, adadelta } from "./optimizers/adadelta.js";
export { type AdagradOptions, adagrad } from "./optimizers/adagrad.js";
export { type AdamOptions, adam, adamw } from "./optimizers/adam.js";
export { type AlmeidaOptions, almeida, type PlagianakosOptions, plagianakos } from "./optimizers/almeida.js";
export { type CocobOptions, cocob } from "./optimizers/cocob.js";
export { type DadaptAdamOptions, type DadaptSgdOptions, dadaptAdam, dadaptSgd } from "./optimizers/dadapt.js";
export { type DogOptions, type DowgOptions, dog, dowg } from "./optimizers/dog.js";
export {
  type AdamHypergradientOptions,
  adamHypergradient,
  type SgdHypergradientOptions,
  sgdHypergradient,
} from "./optimizers/hypergradient.js";
export { optimizerFromJSON, rules } from "./optimizers/index.js";
export { type MomoAdamOptions, type MomoOptions, momo, momoAdam } from "./optimizers/momo.js";
export { type PolyakOptions, polyak } from "./optimizers/polyak.js";
export { type ProdigyOptions, prodigy } from "./optimizers/prodigy.js";
export { type RmspropOptions, rmsprop } from "./optimizers/rmsprop.js";
export type { CommonOptions, Group, OptimizerDescription, Scheduled } from "./optimizers/rule.js";
export {
  type ScheduleFreeAdamwOptions,
  type ScheduleFreeSgdOptions,
  scheduleFreeAdamw,
  scheduleFreeSgd,
} from "./optimizers/scheduleFree.js";
export { type SgdOptions, sgd } from "./optimizers/sgd.js";
export { Parameter, Parameters, type Shape, type Shapes } from "./parameters.js";
export { Random } from "./random.js";
export * from "./schedules/index.js";
export { logspace } from "./search/rates.js";
export {
  type RateResult,
  type SearchData,
  type SearchOptions,
  type SearchProgress,
  type SearchResult,
  searchLearningRate,
  type Trial,
} from "./search/search.js";
export type { Verdict } from "./search/verdict.js";
export { loadModel, runFromJSON } from "./training/from-json.js";
export type { EarlyStopping, Run } from "./training/run.js";
export type { ScoreName } from "./training/score.js";
export { type EpochRecord, type Metrics, type StepRecord, Trainer, type TrainingData, type TrainOptions } from "./training/trainer.js";
