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
export { type DatasetParts, type SplitOptions, splitDataset } from "../data/split.js";
export { type Standardizer, standardize, standardizer, standardizeTargets, targetScaler, unscale } from "../data/standardize.js";
// What every entry point exports; index.ts, js.ts, slim.ts, workerd.ts and edge.ts add how the kernels are come by.
export { type Backend, Engine, type Kernels, type LoadOptions } from "../engine/engine.js";
export { Vector } from "../engine/memory.js";
export { Parameter, Parameters, type Shape, type Shapes } from "../engine/parameters.js";
export type { Loss } from "../models/losses.js";
export { type Activation, type Initialization, type MlpDescription, type MlpOptions, mlp } from "../models/mlp.js";
export type { Batch, Evaluation, Model, ModelContext, ModelFactory } from "../models/model.js";
export { Network } from "../models/network.js";
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
} from "../numerics/linesearch.js";
export { Random } from "../numerics/random.js";
export { optimizerFromJSON, rules, wrappers } from "../optimizers/index.js";
export { type AcpropOptions, acprop } from "../optimizers/kinds/acprop.js";
export { type AdabeliefOptions, adabelief } from "../optimizers/kinds/adabelief.js";
export { type AdadeltaOptions, adadelta } from "../optimizers/kinds/adadelta.js";
export { type AdafactorOptions, adafactor } from "../optimizers/kinds/adafactor.js";
export { type AdagradOptions, adagrad } from "../optimizers/kinds/adagrad.js";
export { type AdamOptions, type AdamwOptions, adam, adamw } from "../optimizers/kinds/adam.js";
export { type AdamaxOptions, adamax } from "../optimizers/kinds/adamax.js";
export { type AdanOptions, adan } from "../optimizers/kinds/adan.js";
export { type AdemamixOptions, ademamix, type SimplifiedAdemamixOptions, simplifiedAdemamix } from "../optimizers/kinds/ademamix.js";
export { type AdoptOptions, adopt } from "../optimizers/kinds/adopt.js";
export { type AlmeidaOptions, almeida, type PlagianakosOptions, plagianakos } from "../optimizers/kinds/almeida.js";
export { type AsgdOptions, asgd } from "../optimizers/kinds/asgd.js";
export { type CocobOptions, cocob } from "../optimizers/kinds/cocob.js";
export { type DadaptAdamOptions, type DadaptSgdOptions, dadaptAdam, dadaptSgd } from "../optimizers/kinds/dadapt.js";
export { type DogOptions, type DowgOptions, dog, dowg } from "../optimizers/kinds/dog.js";
export { type FromageOptions, fromage } from "../optimizers/kinds/fromage.js";
export {
  type AdamHypergradientOptions,
  adamHypergradient,
  type SgdHypergradientOptions,
  sgdHypergradient,
} from "../optimizers/kinds/hypergradient.js";
export { type LambOptions, lamb } from "../optimizers/kinds/lamb.js";
export { type LapropOptions, laprop } from "../optimizers/kinds/laprop.js";
export { type LarsOptions, lars } from "../optimizers/kinds/lars.js";
export { type LbfgsOptions, lbfgs } from "../optimizers/kinds/lbfgs.js";
export { type LionOptions, lion } from "../optimizers/kinds/lion.js";
export { type MadgradOptions, madgrad } from "../optimizers/kinds/madgrad.js";
export { type MomoAdamOptions, type MomoOptions, momo, momoAdam } from "../optimizers/kinds/momo.js";
export { type MuonOptions, muon } from "../optimizers/kinds/muon.js";
export { type NadamOptions, nadam } from "../optimizers/kinds/nadam.js";
export { type NovogradOptions, novograd } from "../optimizers/kinds/novograd.js";
export { type OptimisticGradientDescentOptions, optimisticGradientDescent } from "../optimizers/kinds/optimistic.js";
export { type PolyakOptions, polyak } from "../optimizers/kinds/polyak.js";
export { type ProdigyOptions, prodigy } from "../optimizers/kinds/prodigy.js";
export { type RadamOptions, radam } from "../optimizers/kinds/radam.js";
export { type RmspropOptions, rmsprop } from "../optimizers/kinds/rmsprop.js";
export { type RpropOptions, rprop } from "../optimizers/kinds/rprop.js";
export {
  type ScheduleFreeAdamwOptions,
  type ScheduleFreeSgdOptions,
  scheduleFreeAdamw,
  scheduleFreeSgd,
} from "../optimizers/kinds/scheduleFree.js";
export { type SgdOptions, sgd } from "../optimizers/kinds/sgd.js";
export { type SignSgdOptions, type SignumOptions, signSgd, signum } from "../optimizers/kinds/sign.js";
export { type Sm3Options, sm3 } from "../optimizers/kinds/sm3.js";
export { hutchinson, type SophiaOptions, sophia } from "../optimizers/kinds/sophia.js";
export { type SparseAdamOptions, sparseAdam } from "../optimizers/kinds/sparseAdam.js";
export { type YogiOptions, yogi } from "../optimizers/kinds/yogi.js";
export { Optimizer, type OptimizerState } from "../optimizers/optimizer.js";
export type { Closure, CommonOptions, Group, OptimizerDescription, RuleDescription, Scheduled } from "../optimizers/rule.js";
export { type EmaOptions, ema, type SwaOptions, swa } from "../optimizers/wrappers/averages.js";
export { type CautiousOptions, cautious } from "../optimizers/wrappers/cautious.js";
export { type LookaheadOptions, lookahead } from "../optimizers/wrappers/lookahead.js";
export { type MechanicOptions, mechanic } from "../optimizers/wrappers/mechanic.js";
export { type SamOptions, sam } from "../optimizers/wrappers/sam.js";
export {
  type AdaptiveGradientClippingOptions,
  adaptiveGradientClipping,
  type CentralizeOptions,
  centralize,
  type Units,
} from "../optimizers/wrappers/units.js";
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
} from "../options/errors.js";
export * from "../schedules/index.js";
export { logspace } from "../search/rates.js";
export type {
  RateResult,
  SearchData,
  SearchLearningRate,
  SearchOptions,
  SearchProgress,
  SearchResult,
  Trial,
} from "../search/search.js";
export type { Verdict } from "../search/verdict.js";
export { loadModel, runFromJSON } from "../training/from-json.js";
export type { EarlyStopping, Run } from "../training/run.js";
export type { ScoreName } from "../training/score.js";
export { type EpochRecord, type Metrics, type StepRecord, Trainer, type TrainingData, type TrainOptions } from "../training/trainer.js";
