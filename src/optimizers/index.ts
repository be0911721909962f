import { optimizerRules } from "../generated/optimizerRules.js";
import { optimizerWrappers } from "../generated/optimizerWrappers.js";
import { OptionError } from "../options/errors.js";
import { show, suggest } from "../options/options.js";
import { scheduleFromJSON } from "../schedules/index.js";
import { FORMER_OPTIONS } from "./former.js";
import { partitionRule } from "./partition.js";
import { type AnyRule, make, type OptimizerDescription } from "./rule.js";
import { type AnyWrapper, optimizer, wrap } from "./wrapper.js";

/** Every rule by its kind: what `optimizerFromJSON`, the tests and the benchmarks know optimizers from. */
export const rules: ReadonlyMap<string, AnyRule> = /* @__PURE__ */ new Map(/* @__PURE__ */ optimizerRules.map((rule) => [rule.kind, rule]));

/** Everything that goes around another optimizer, by its kind. */
export const wrappers: ReadonlyMap<string, AnyWrapper> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ optimizerWrappers.map((wrapper) => [wrapper.kind, wrapper]),
);

/** How many optimizers may stand in each other. More than every wrapper once, and a fallback, is nothing that could be made. */
const MAX_DEPTH = 20;

/** An optimizer from plain data, as `JSON.parse` gives it: checked like a factory's options. Throws OptionError with the path. */
export function optimizerFromJSON(value: unknown, path = "optimizer"): OptimizerDescription {
  return read(value, path, 1);
}

function read(value: unknown, path: string, depth: number): OptimizerDescription {
  if (depth > MAX_DEPTH) throw new OptionError(path, value, `must not be nested deeper than ${MAX_DEPTH} optimizers`);
  const kind = typeof value === "object" && value !== null ? (value as { kind?: unknown }).kind : undefined;
  const [rule, wrapper] = typeof kind === "string" ? [ruleFor(kind), wrappers.get(kind)] : [];
  const given = value as Record<string, unknown>;
  if (wrapper !== undefined) return wrap(wrapper, revive(given, { ...wrapper.fields, optimizer }, path, depth), path);
  if (rule === undefined) {
    const kinds = [...rules.keys(), partitionRule.kind, ...wrappers.keys()];
    const hint = typeof kind === "string" ? suggest(kind, kinds) : "";
    throw new OptionError(`${path}.kind`, kind, `must be one of ${kinds.join(", ")}, got ${show(kind)}${hint}`);
  }
  const options = revive(given, rule.fields, path, depth);
  if (Array.isArray(given["groups"]))
    options["groups"] = given["groups"].map((group, i) => revive(group, rule.fields, `${path}.groups[${i}]`, depth));
  return make(rule, options, path);
}

function ruleFor(kind: string): AnyRule | undefined {
  return kind === partitionRule.kind ? (partitionRule as unknown as AnyRule) : rules.get(kind);
}

/** A copy in which options that are schedules or optimizers in plain data are such again. */
function revive(options: Record<string, unknown>, fields: object, path: string, depth: number): Record<string, unknown> {
  if (typeof options !== "object" || options === null) return options;
  return Object.fromEntries(
    Object.entries(options).map(([given, value]) => {
      const key = FORMER_OPTIONS.get(given) ?? given;
      const { isOptimizer, isParts } = (Object.entries(fields).find(([name]) => name === key)?.[1] ?? {}) as Record<string, boolean>;
      if (isParts && Array.isArray(value)) return [key, value.map((part, i) => revive(part, { optimizer }, `${path}.${key}[${i}]`, depth))];
      if (!hasKind(value)) return [key, value];
      return [key, isOptimizer ? read(value, `${path}.${key}`, depth + 1) : scheduleFromJSON(value, `${path}.${key}`)];
    }),
  );
}

function hasKind(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kind" in value;
}
