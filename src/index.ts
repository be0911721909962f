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
export { type AdabeliefOptions, adabelief } from "./optimizers/adabelief.js";
export { type AdadeltaOptions, adadelta } from "./optimizers/adadelta.js";
export { type AdagradOptions, adagrad } from "./optimizers/adagrad.js";
export { type AdamOptions, type AdamwOptions, adam, adamw } from "./optimizers/adam.js";
export { type AdamaxOptions, adamax } from "./optimizers/adamax.js";
export { type AdanOptions, adan } from "./optimizers/adan.js";
export { type AdemamixOptions, ademamix, type SimplifiedAdemamixOptions, simplifiedAdemamix } from "./optimizers/ademamix.js";
export { type AdoptOptions, adopt } from "./optimizers/adopt.js";
export { type AsgdOptions, asgd } from "./optimizers/asgd.js";
export { optimizerFromJSON, rules } from "./optimizers/index.js";
export { type LapropOptions, laprop } from "./optimizers/laprop.js";
export { type LionOptions, lion } from "./optimizers/lion.js";
export { type MadgradOptions, madgrad } from "./optimizers/madgrad.js";
export { type NadamOptions, nadam } from "./optimizers/nadam.js";
export { type OptimisticGradientDescentOptions, optimisticGradientDescent } from "./optimizers/optimistic.js";
export { type RadamOptions, radam } from "./optimizers/radam.js";
export { type RmspropOptions, rmsprop } from "./optimizers/rmsprop.js";
export { type RpropOptions, rprop } from "./optimizers/rprop.js";
export type { CommonOptions, Group, OptimizerDescription, Scheduled } from "./optimizers/rule.js";
export { type SgdOptions, sgd } from "./optimizers/sgd.js";
export { type SignSgdOptions, type SignumOptions, signSgd, signum } from "./optimizers/sign.js";
export { hutchinson, type SophiaOptions, sophia } from "./optimizers/sophia.js";
export { type YogiOptions, yogi } from "./optimizers/yogi.js";
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
