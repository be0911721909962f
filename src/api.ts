// "implements Disposable" stands in the types: a project whose lib is ES2022 gets them with it
/// <reference lib="esnext.disposable" preserve="true" />

// What every entry point exports; index.ts, js.ts, slim.ts, workerd.ts and edge.ts add how the kernels are come by.
export { type Backend, Engine, type Kernels, type LoadOptions } from "./backend.js";
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
export {
  type Along,
  alongLine,
  type BacktrackingOptions,
  type BarzilaiBorweinOptions,
  backtracking,
  barzilaiBorwein,
  type LineSearchResult,
  type Objective,
  type StrongWolfeOptions,
  strongWolfe,
  type ZoomOptions,
  zoom,
} from "./linesearch.js";
export { Vector } from "./memory.js";
export type { Loss } from "./models/losses.js";
export { type Activation, type Initialization, type MlpDescription, type MlpOptions, mlp } from "./models/mlp.js";
export type { Batch, Evaluation, Model, ModelContext, ModelFactory } from "./models/model.js";
export { Network } from "./models/network.js";
export { Optimizer, type OptimizerState } from "./optimizer.js";
export { type AcpropOptions, acprop } from "./optimizers/acprop.js";
export { type AdabeliefOptions, adabelief } from "./optimizers/adabelief.js";
export { type AdadeltaOptions, adadelta } from "./optimizers/adadelta.js";
export { type AdafactorOptions, adafactor } from "./optimizers/adafactor.js";
export { type AdagradOptions, adagrad } from "./optimizers/adagrad.js";
export { type AdamOptions, type AdamwOptions, adam, adamw } from "./optimizers/adam.js";
export { type AdamaxOptions, adamax } from "./optimizers/adamax.js";
export { type AdanOptions, adan } from "./optimizers/adan.js";
export { type AdemamixOptions, ademamix, type SimplifiedAdemamixOptions, simplifiedAdemamix } from "./optimizers/ademamix.js";
export { type AdoptOptions, adopt } from "./optimizers/adopt.js";
export { type AlmeidaOptions, almeida, type PlagianakosOptions, plagianakos } from "./optimizers/almeida.js";
export { type AsgdOptions, asgd } from "./optimizers/asgd.js";
export { type EmaOptions, ema, type SwaOptions, swa } from "./optimizers/averages.js";
export { type CautiousOptions, cautious } from "./optimizers/cautious.js";
export { type CocobOptions, cocob } from "./optimizers/cocob.js";
export { type DadaptAdamOptions, type DadaptSgdOptions, dadaptAdam, dadaptSgd } from "./optimizers/dadapt.js";
export { type DogOptions, type DowgOptions, dog, dowg } from "./optimizers/dog.js";
export { type FromageOptions, fromage } from "./optimizers/fromage.js";
export {
  type AdamHypergradientOptions,
  adamHypergradient,
  type SgdHypergradientOptions,
  sgdHypergradient,
} from "./optimizers/hypergradient.js";
export { optimizerFromJSON, rules, wrappers } from "./optimizers/index.js";
export { type LambOptions, lamb } from "./optimizers/lamb.js";
export { type LapropOptions, laprop } from "./optimizers/laprop.js";
export { type LarsOptions, lars } from "./optimizers/lars.js";
export { type LbfgsOptions, lbfgs } from "./optimizers/lbfgs.js";
export { type LionOptions, lion } from "./optimizers/lion.js";
export { type LookaheadOptions, lookahead } from "./optimizers/lookahead.js";
export { type MadgradOptions, madgrad } from "./optimizers/madgrad.js";
export { type MechanicOptions, mechanic } from "./optimizers/mechanic.js";
export { type MomoAdamOptions, type MomoOptions, momo, momoAdam } from "./optimizers/momo.js";
export { type MuonOptions, muon } from "./optimizers/muon.js";
export { type NadamOptions, nadam } from "./optimizers/nadam.js";
export { type NovogradOptions, novograd } from "./optimizers/novograd.js";
export { type OptimisticGradientDescentOptions, optimisticGradientDescent } from "./optimizers/optimistic.js";
export { type PolyakOptions, polyak } from "./optimizers/polyak.js";
export { type ProdigyOptions, prodigy } from "./optimizers/prodigy.js";
export { type RadamOptions, radam } from "./optimizers/radam.js";
export { type RmspropOptions, rmsprop } from "./optimizers/rmsprop.js";
export { type RpropOptions, rprop } from "./optimizers/rprop.js";
export type { Closure, CommonOptions, Group, OptimizerDescription, RuleDescription, Scheduled } from "./optimizers/rule.js";
export { type SamOptions, sam } from "./optimizers/sam.js";
export {
  type ScheduleFreeAdamwOptions,
  type ScheduleFreeSgdOptions,
  scheduleFreeAdamw,
  scheduleFreeSgd,
} from "./optimizers/scheduleFree.js";
export { type SgdOptions, sgd } from "./optimizers/sgd.js";
export { type SignSgdOptions, type SignumOptions, signSgd, signum } from "./optimizers/sign.js";
export { type Sm3Options, sm3 } from "./optimizers/sm3.js";
export { hutchinson, type SophiaOptions, sophia } from "./optimizers/sophia.js";
export { type SparseAdamOptions, sparseAdam } from "./optimizers/sparseAdam.js";
export {
  type AdaptiveGradientClippingOptions,
  adaptiveGradientClipping,
  type CentralizeOptions,
  centralize,
  type Units,
} from "./optimizers/units.js";
export { type YogiOptions, yogi } from "./optimizers/yogi.js";
export { Parameter, Parameters, type Shape, type Shapes } from "./parameters.js";
export { Random } from "./random.js";
export * from "./schedules/index.js";
export { logspace } from "./search/rates.js";
export type {
  RateResult,
  SearchData,
  SearchLearningRate,
  SearchOptions,
  SearchProgress,
  SearchResult,
  Trial,
} from "./search/search.js";
export type { Verdict } from "./search/verdict.js";
export { loadModel, runFromJSON } from "./training/from-json.js";
export type { EarlyStopping, Run } from "./training/run.js";
export type { ScoreName } from "./training/score.js";
export { type EpochRecord, type Metrics, type StepRecord, Trainer, type TrainingData, type TrainOptions } from "./training/trainer.js";
