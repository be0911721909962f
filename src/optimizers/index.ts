import { OptionError } from "../errors.js";
import { show, suggest } from "../options.js";
import { scheduleFromJSON } from "../schedules/index.js";
import { acpropRule } from "./acprop.js";
import { adabeliefRule } from "./adabelief.js";
import { adadeltaRule } from "./adadelta.js";
import { adafactorRule } from "./adafactor.js";
import { adagradRule } from "./adagrad.js";
import { adamRule, adamwRule } from "./adam.js";
import { adamaxRule } from "./adamax.js";
import { adanRule } from "./adan.js";
import { ademamixRule, simplifiedAdemamixRule } from "./ademamix.js";
import { adoptRule } from "./adopt.js";
import { almeidaRule, plagianakosRule } from "./almeida.js";
import { asgdRule } from "./asgd.js";
import { emaWrapper, swaWrapper } from "./averages.js";
import { cautiousWrapper } from "./cautious.js";
import { cocobRule } from "./cocob.js";
import { dadaptAdamRule, dadaptSgdRule } from "./dadapt.js";
import { dogRule, dowgRule } from "./dog.js";
import { fromageRule } from "./fromage.js";
import { adamHypergradientRule, sgdHypergradientRule } from "./hypergradient.js";
import { lambRule } from "./lamb.js";
import { lapropRule } from "./laprop.js";
import { larsRule } from "./lars.js";
import { lbfgsRule } from "./lbfgs.js";
import { lionRule } from "./lion.js";
import { lookaheadWrapper } from "./lookahead.js";
import { madgradRule } from "./madgrad.js";
import { mechanicWrapper } from "./mechanic.js";
import { momoAdamRule, momoRule } from "./momo.js";
import { muonRule } from "./muon.js";
import { nadamRule } from "./nadam.js";
import { novogradRule } from "./novograd.js";
import { optimisticGradientDescentRule } from "./optimistic.js";
import { polyakRule } from "./polyak.js";
import { prodigyRule } from "./prodigy.js";
import { radamRule } from "./radam.js";
import { rmspropRule } from "./rmsprop.js";
import { rpropRule } from "./rprop.js";
import { type AnyRule, describe, type OptimizerDescription } from "./rule.js";
import { samWrapper } from "./sam.js";
import { scheduleFreeAdamwRule, scheduleFreeSgdRule } from "./scheduleFree.js";
import { sgdRule } from "./sgd.js";
import { signSgdRule, signumRule } from "./sign.js";
import { sm3Rule } from "./sm3.js";
import { sophiaRule } from "./sophia.js";
import { sparseAdamRule } from "./sparseAdam.js";
import { adaptiveGradientClippingWrapper, centralizeWrapper } from "./units.js";
import { type AnyWrapper, optimizer, wrap } from "./wrapper.js";
import { yogiRule } from "./yogi.js";

/** Every rule by its kind: what `fromJSON`, the tests and the benchmarks know optimizers from. */
export const rules: ReadonlyMap<string, AnyRule> = /* @__PURE__ */ new Map(
  [
    sgdRule,
    adagradRule,
    adadeltaRule,
    rmspropRule,
    adamRule,
    adamwRule,
    prodigyRule,
    dadaptSgdRule,
    dadaptAdamRule,
    dogRule,
    dowgRule,
    scheduleFreeSgdRule,
    scheduleFreeAdamwRule,
    polyakRule,
    cocobRule,
    momoRule,
    momoAdamRule,
    sgdHypergradientRule,
    adamHypergradientRule,
    almeidaRule,
    plagianakosRule,
    adafactorRule,
    fromageRule,
    lambRule,
    larsRule,
    lbfgsRule,
    muonRule,
    novogradRule,
    sm3Rule,
    sparseAdamRule,
    signSgdRule,
    signumRule,
    lionRule,
    adamaxRule,
    nadamRule,
    radamRule,
    rpropRule,
    asgdRule,
    adanRule,
    acpropRule,
    adabeliefRule,
    yogiRule,
    madgradRule,
    adoptRule,
    ademamixRule,
    simplifiedAdemamixRule,
    sophiaRule,
    optimisticGradientDescentRule,
    lapropRule,
  ].map((rule) => [rule.kind, rule as unknown as AnyRule]),
);

/** Everything that goes around another optimizer, by its kind. */
export const wrappers: ReadonlyMap<string, AnyWrapper> = /* @__PURE__ */ new Map(
  [
    lookaheadWrapper,
    samWrapper,
    mechanicWrapper,
    emaWrapper,
    swaWrapper,
    cautiousWrapper,
    centralizeWrapper,
    adaptiveGradientClippingWrapper,
  ].map((wrapper) => [wrapper.kind, wrapper as unknown as AnyWrapper]),
);

/** An optimizer from plain data, as `JSON.parse` gives it: checked like a factory's options. Throws OptionError with the path. */
export function optimizerFromJSON(value: unknown, path = "optimizer"): OptimizerDescription {
  const kind = typeof value === "object" && value !== null ? (value as { kind?: unknown }).kind : undefined;
  const [rule, wrapper] = typeof kind === "string" ? [rules.get(kind), wrappers.get(kind)] : [];
  const given = value as Record<string, unknown>;
  if (wrapper !== undefined) return wrap(wrapper, revive(given, { ...wrapper.fields, optimizer }, path), path);
  if (rule === undefined) {
    const kinds = [...rules.keys(), ...wrappers.keys()];
    const hint = typeof kind === "string" ? suggest(kind, kinds) : "";
    throw new OptionError(`${path}.kind`, kind, `must be one of ${kinds.join(", ")}, got ${show(kind)}${hint}`);
  }
  const options = revive(given, rule.fields, path);
  if (Array.isArray(given["groups"]))
    options["groups"] = given["groups"].map((group, i) => revive(group, rule.fields, `${path}.groups[${i}]`));
  return describe(rule, options, path);
}

/** A copy in which options that are schedules or optimizers in plain data are such again. */
function revive(options: Record<string, unknown>, fields: object, path: string): Record<string, unknown> {
  if (typeof options !== "object" || options === null) return options;
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => {
      if (!hasKind(value)) return [key, value];
      const { isOptimizer } = (Object.entries(fields).find(([name]) => name === key)?.[1] ?? {}) as { isOptimizer?: boolean };
      return [key, isOptimizer ? optimizerFromJSON(value, `${path}.${key}`) : scheduleFromJSON(value, `${path}.${key}`)];
    }),
  );
}

function hasKind(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kind" in value;
}
