import { OptionError } from "../errors.js";
import { show, suggest } from "../options.js";
import { scheduleFromJSON } from "../schedules/index.js";
import { adabeliefRule } from "./adabelief.js";
import { adadeltaRule } from "./adadelta.js";
import { adagradRule } from "./adagrad.js";
import { adamRule, adamwRule } from "./adam.js";
import { adamaxRule } from "./adamax.js";
import { adanRule } from "./adan.js";
import { ademamixRule, simplifiedAdemamixRule } from "./ademamix.js";
import { adoptRule } from "./adopt.js";
import { asgdRule } from "./asgd.js";
import { lapropRule } from "./laprop.js";
import { lionRule } from "./lion.js";
import { madgradRule } from "./madgrad.js";
import { nadamRule } from "./nadam.js";
import { optimisticGradientDescentRule } from "./optimistic.js";
import { radamRule } from "./radam.js";
import { rmspropRule } from "./rmsprop.js";
import { rpropRule } from "./rprop.js";
import { type AnyRule, describe, type OptimizerDescription } from "./rule.js";
import { sgdRule } from "./sgd.js";
import { signSgdRule, signumRule } from "./sign.js";
import { sophiaRule } from "./sophia.js";
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
    signSgdRule,
    signumRule,
    lionRule,
    adamaxRule,
    nadamRule,
    radamRule,
    rpropRule,
    asgdRule,
    adanRule,
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

/** An optimizer from plain data, as `JSON.parse` gives it: checked like a factory's options. Throws OptionError with the path. */
export function optimizerFromJSON(value: unknown, path = "optimizer"): OptimizerDescription {
  const kind = typeof value === "object" && value !== null ? (value as { kind?: unknown }).kind : undefined;
  const rule = typeof kind === "string" ? rules.get(kind) : undefined;
  if (rule === undefined) {
    const kinds = [...rules.keys()];
    const hint = typeof kind === "string" ? suggest(kind, kinds) : "";
    throw new OptionError(`${path}.kind`, kind, `must be one of ${kinds.join(", ")}, got ${show(kind)}${hint}`);
  }
  const given = revive(value as Record<string, unknown>, path);
  if (Array.isArray(given["groups"])) given["groups"] = given["groups"].map((group, i) => revive(group, `${path}.groups[${i}]`));
  return describe(rule, given, path);
}

/** A copy in which options that are schedules in plain data are schedules again. */
function revive(options: Record<string, unknown>, path: string): Record<string, unknown> {
  if (typeof options !== "object" || options === null) return options;
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, isSchedule(value) ? scheduleFromJSON(value, `${path}.${key}`) : value]),
  );
}

function isSchedule(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kind" in value;
}
