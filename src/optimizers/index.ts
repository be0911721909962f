import { OptionError } from "../options/errors.js";
import { show, suggest } from "../options/options.js";
import { scheduleFromJSON } from "../schedules/index.js";
import { acpropRule } from "./kinds/acprop.js";
import { adabeliefRule } from "./kinds/adabelief.js";
import { adadeltaRule } from "./kinds/adadelta.js";
import { adafactorRule } from "./kinds/adafactor.js";
import { adagradRule } from "./kinds/adagrad.js";
import { adamRule, adamwRule } from "./kinds/adam.js";
import { adamaxRule } from "./kinds/adamax.js";
import { adanRule } from "./kinds/adan.js";
import { ademamixRule, simplifiedAdemamixRule } from "./kinds/ademamix.js";
import { adoptRule } from "./kinds/adopt.js";
import { almeidaRule, plagianakosRule } from "./kinds/almeida.js";
import { asgdRule } from "./kinds/asgd.js";
import { cocobRule } from "./kinds/cocob.js";
import { dadaptAdamRule, dadaptSgdRule } from "./kinds/dadapt.js";
import { dogRule, dowgRule } from "./kinds/dog.js";
import { fromageRule } from "./kinds/fromage.js";
import { adamHypergradientRule, sgdHypergradientRule } from "./kinds/hypergradient.js";
import { lambRule } from "./kinds/lamb.js";
import { lapropRule } from "./kinds/laprop.js";
import { larsRule } from "./kinds/lars.js";
import { lbfgsRule } from "./kinds/lbfgs.js";
import { lionRule } from "./kinds/lion.js";
import { madgradRule } from "./kinds/madgrad.js";
import { momoAdamRule, momoRule } from "./kinds/momo.js";
import { muonRule } from "./kinds/muon.js";
import { nadamRule } from "./kinds/nadam.js";
import { novogradRule } from "./kinds/novograd.js";
import { optimisticGradientDescentRule } from "./kinds/optimistic.js";
import { polyakRule } from "./kinds/polyak.js";
import { prodigyRule } from "./kinds/prodigy.js";
import { radamRule } from "./kinds/radam.js";
import { rmspropRule } from "./kinds/rmsprop.js";
import { rpropRule } from "./kinds/rprop.js";
import { scheduleFreeAdamwRule, scheduleFreeSgdRule } from "./kinds/scheduleFree.js";
import { sgdRule } from "./kinds/sgd.js";
import { signSgdRule, signumRule } from "./kinds/sign.js";
import { sm3Rule } from "./kinds/sm3.js";
import { sophiaRule } from "./kinds/sophia.js";
import { sparseAdamRule } from "./kinds/sparseAdam.js";
import { yogiRule } from "./kinds/yogi.js";
import { type AnyRule, describe, type OptimizerDescription } from "./rule.js";
import { type AnyWrapper, optimizer, wrap } from "./wrapper.js";
import { emaWrapper, swaWrapper } from "./wrappers/averages.js";
import { cautiousWrapper } from "./wrappers/cautious.js";
import { lookaheadWrapper } from "./wrappers/lookahead.js";
import { mechanicWrapper } from "./wrappers/mechanic.js";
import { samWrapper } from "./wrappers/sam.js";
import { adaptiveGradientClippingWrapper, centralizeWrapper } from "./wrappers/units.js";

/** Every rule by its kind: what `optimizerFromJSON`, the tests and the benchmarks know optimizers from. */
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
