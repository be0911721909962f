import type { Kernels } from "../engine/load.js";
import { OptionError } from "../options/errors.js";
import { type Field, type Fields, readOptions } from "../options/options.js";
import { checkCompatible, traitsOf } from "./compatibility.js";
import {
  type AnyOptions,
  type AnyRule,
  type Binding,
  type Closure,
  type OptimizerDescription,
  RULE,
  type RuleDescription,
  type Run,
  rebind,
  ruleOf,
} from "./rule.js";

/** A wrapper around another optimizer: another rule made of its rule, or another way to compute gradients. */
export interface Wrapper<Own> {
  readonly kind: string;
  readonly fields: Fields<Omit<Own, "optimizer">>;
  /** The rule made of the one inside, which compatibility.ts says it goes around. */
  around(rule: AnyRule, options: Own): AnyRule;
  /** For all tensors together: how gradients and loss are come by, given what computes them at the values as they stand. */
  compute?(binding: WrapperBinding<Own>): (closure: Closure) => number;
}

export interface WrapperBinding<Own> {
  readonly kernels: Kernels;
  readonly options: Own;
  /** Values and the gradients that a closure fills; no slots. */
  readonly runs: readonly Run[];
  /** -1 when climbing, otherwise 1. */
  readonly sign: number;
  scratch(length: number): number;
}

export interface Wrapping {
  /** The optimizer inside. */
  optimizer: OptimizerDescription;
}

/** A description of what goes around an optimizer. */
export type WrappedOptimizer<Own extends Wrapping> = OptimizerDescription & { readonly [K in keyof Own]-?: Exclude<Own[K], undefined> };

export type AnyWrapper = Wrapper<Wrapping>;

interface Layer {
  readonly wrapper: AnyWrapper;
  readonly options: Wrapping;
  /** The rule that the wrapper makes of one that it goes around. @throws OptionError where it does not. */
  around(rule: AnyRule): AnyRule;
}

const LAYER = Symbol("layer");

/** An option that is itself an optimizer. `isOptimizer` tells `optimizerFromJSON` to revive it. */
export const optimizer: Field<OptimizerDescription> & { isOptimizer: true } = {
  fallback: undefined,
  isOptimizer: true,
  read(value, path) {
    ruleOf(value as OptimizerDescription, path);
    return value as OptimizerDescription;
  },
};

/** Checks options and returns them as frozen plain data that carries, unseen, the wrapper and the rule it makes. */
export function wrap<Own extends Wrapping, Made extends OptimizerDescription = OptimizerDescription>(
  wrapper: Wrapper<Own>,
  given: object,
  path: string = wrapper.kind,
): Made {
  const options = readOptions(path, given, { ...wrapper.fields, optimizer } as unknown as Fields<Own>);
  const description = { kind: wrapper.kind, ...options } as unknown as OptimizerDescription;
  const around = (rule: AnyRule) => {
    checkCompatible(wrapper.kind, rule, options);
    return wrapper.around(rule, options);
  };
  Object.defineProperty(description, LAYER, { value: { wrapper, options, around } });
  const { kinds, compose, core } = unwrap(description);
  if (kinds.indexOf(wrapper.kind, 1) > 0)
    throw new OptionError(`${path}.optimizer`, options.optimizer, `has ${wrapper.kind} inside already`);
  const rule = compose(ruleOf(core));
  for (const { optimizer } of rule.parts?.(core as never) ?? []) compose(ruleOf(optimizer));
  if (traitsOf(rule).has("setsValues") && core.groups.some(({ elementRates }) => elementRates)) {
    throw new OptionError(
      `${path}.optimizer`,
      core,
      `cannot have groups with elementRates: ${rule.kind} moves values by more than its steps`,
    );
  }
  Object.defineProperty(description, RULE, { value: rule });
  return Object.freeze(description) as Made;
}

/** The parts of a description: the optimizer at its core and what goes around it, outermost first. */
export function unwrap(description: OptimizerDescription) {
  const layers: Layer[] = [];
  let core = description;
  for (let layer = layerOf(core); layer !== undefined; layer = layerOf(core)) {
    layers.push(layer);
    core = layer.options.optimizer;
  }
  return {
    core: core as RuleDescription,
    kinds: [...layers.map(({ wrapper }) => wrapper.kind), core.kind],
    layers,
    /** The rule that the layers make of one at the core. */
    compose: (rule: AnyRule) => layers.reduceRight((inner, { around }) => around(inner), rule),
  };
}

/** An optimizer from a file, with the defaults of options that have come since it was written; `description` is the one here. */
export function withDefaults(stored: unknown, description: OptimizerDescription): unknown {
  const { kind, optimizer } = (stored ?? {}) as { kind?: unknown; optimizer?: unknown };
  if (kind !== description.kind) return stored;
  const layer = layerOf(description);
  const fields = Object.entries((layer?.wrapper ?? ruleOf(description)).fields as Fields<AnyOptions>);
  const defaults = fields.flatMap(([key, { fallback }]) => (fallback === undefined ? [] : [[key, fallback]]));
  const inner = layer && { optimizer: withDefaults(optimizer, layer.options.optimizer) };
  return { ...Object.fromEntries(defaults), ...(stored as object), ...inner };
}

/** How a loss is computed through all layers: what goes around the optimizer may call the closure elsewhere than at the values. */
export function computeThrough(layers: readonly Layer[], host: Omit<WrapperBinding<Wrapping>, "options">): (closure: Closure) => number {
  return layers.reduceRight((inner: (closure: Closure) => number, { wrapper, options }) => {
    const compute = wrapper.compute?.({ ...host, options });
    return compute === undefined ? inner : (closure) => compute(() => inner(closure));
  }, called);
}

/** One function for all optimizers, which V8 compiles into their step once. */
const called = (closure: Closure) => closure();

/** The same with another optimizer at the core. */
export function withCore(description: OptimizerDescription, core: OptimizerDescription): OptimizerDescription {
  return unwrap(description).layers.reduceRight<OptimizerDescription>(
    (optimizer, { wrapper, options }) => wrap(wrapper, { ...options, optimizer }),
    core,
  );
}

/** The rule with a slot of its own, the last, of the layout of the parameters. What it slots in besides stays the rule's. */
export function withSlot(rule: AnyRule, kind: string, slot: string): AnyRule {
  const { lengths } = rule;
  return {
    ...rule,
    kind,
    slots: (options) => [...rule.slots(options), slot],
    ...(lengths && { lengths: (name, ...rest) => (name === slot ? undefined : lengths(name, ...rest)) }),
    late: { slots: [...(rule.late?.slots ?? []), slot], scalars: (t) => rule.late?.scalars(t) ?? {} },
    initial: (name, options) => (name === slot ? 0 : (rule.initial?.(name, options) ?? 0)),
    bind: (binding) => rule.bind(withoutLastSlot(rule, binding)),
  };
}

/** The binding for the rule inside one that has added a slot. */
export function withoutLastSlot<Own>(rule: AnyRule, binding: Binding<Own>): Binding<Own> {
  if (rule.shared) return binding;
  return rebind(binding, (run) => ({ ...run, s: run.s.slice(0, -1) }));
}

/** The groups that one binding of the rule steps. */
export function membersOf<Own>(rule: AnyRule, binding: Binding<Own>): readonly Binding<Own>[] {
  return rule.shared ? binding.groups : [binding];
}

function layerOf(description: OptimizerDescription): Layer | undefined {
  return (description as { [LAYER]?: Layer })[LAYER];
}
