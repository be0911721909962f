import { lossRules } from "../generated/lossRules.js";
import { OptionError } from "../options/errors.js";
import { show, suggest } from "../options/options.js";
import { type LossDescription, makeLoss } from "./loss.js";
import { LOSSES, type Loss, readLoss } from "./losses.js";

/**
 * A loss from data that was JSON: a name, of one without options, or an object with `kind` and that kind's options.
 *
 * @throws OptionError that names the place
 * @example lossFromJSON({ kind: "focal", gamma: 2 })
 */
export function lossFromJSON(value: unknown, path = "loss"): Loss {
  if (typeof value === "string" && !LOSSES.some((name) => name === value)) return lossFromJSON({ kind: value }, path);
  if (typeof value !== "object" || value === null) return readLoss(value, path);
  const { kind } = value as { kind?: unknown };
  // Huber's loss is also data without a rule
  return kind === "huber" ? readLoss(value, path) : withRule(value, path);
}

function withRule(value: object, path: string): LossDescription {
  const { kind } = value as { kind?: unknown };
  const rule = lossRules.find((known) => known.kind === kind);
  if (rule === undefined) {
    const kinds = lossRules.map((known) => known.kind);
    const hint = (typeof kind === "string" && suggest(kind, kinds)) || `; there are ${kinds.join(", ")}`;
    throw new OptionError(`${path}.kind`, kind, `must be a kind of loss, got ${show(kind)}${hint}`);
  }
  const { parts } = value as { parts?: unknown };
  if (!Array.isArray(parts)) return makeLoss(rule, value, path);
  const revived = parts.map((part, i) => {
    if (typeof part !== "object" || part === null) return part;
    const { loss } = part as { loss?: unknown };
    const [given, place] = [typeof loss === "string" ? { kind: loss } : loss, `${path}.parts[${i}].loss`];
    return { ...part, loss: typeof given === "object" && given !== null ? withRule(given, place) : readLoss(given, place) };
  });
  return makeLoss(rule, { ...value, parts: revived }, path);
}
