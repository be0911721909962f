// The entry point "stepsize/optimizers": every optimizer and wrapper, and what they are looked up, written and extended by.
/// <reference lib="esnext.disposable" preserve="true" />

export * from "../generated/factories.js";
export type { Late, Squares } from "../optimizers/declared.js";
export type { GroupState } from "../optimizers/groups.js";
export * from "../optimizers/index.js";
export type { MadeChange } from "../optimizers/manual-rate.js";
export { Optimizer } from "../optimizers/optimizer.js";
export type { NewtonSchulzCoefficients, NewtonSchulzPreset, OrthogonalOptions, RateAdjustment } from "../optimizers/orthogonal.js";
export type { LoadedState, OptimizerLoadOptions } from "../optimizers/partial.js";
export { type PartitionOptions, partition } from "../optimizers/partition.js";
export type {
  AnyOptions,
  AnyRule,
  Binding,
  Closure,
  CommonOptions,
  DeclaredTrait,
  DescribedOptimizer,
  Dtype,
  Group,
  OptimizerDescription,
  OptimizerPart,
  Resolved,
  Rule,
  RuleDescription,
  Run,
  Scheduled,
  Step,
  StepOptions,
  Tensor,
  TensorRun,
} from "../optimizers/rule.js";
export type { StateArray, StateArrays } from "../optimizers/slots.js";
export type { OptimizerState } from "../optimizers/state.js";
export type { AnyWrapper, WrappedOptimizer, Wrapper, WrapperBinding, Wrapping } from "../optimizers/wrapper.js";
export type { Field, Fields, Form, Range } from "../options/options.js";
