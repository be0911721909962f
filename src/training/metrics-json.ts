import { metricRules } from "../generated/metricRules.js";
import { OptionError } from "../options/errors.js";
import { show, suggest } from "../options/options.js";
import { makeMetric } from "./measure.js";
import type { Metric } from "./metric.js";

/** Metrics from data that was JSON. @throws OptionError that names the place, such as for one of the user's own, which JSON cannot hold. */
export function metricsFromJSON(value: unknown, path: string): readonly Metric[] {
  if (!Array.isArray(value)) throw new OptionError(path, value, `must be an array, got ${show(value)}`);
  return value.map((metric, i) => {
    const kind = (metric as { kind?: unknown } | null)?.kind;
    const rule = metricRules.find((known) => known.kind === kind);
    const hint =
      typeof kind === "string"
        ? suggest(
            kind,
            metricRules.map((known) => known.kind),
          )
        : "";
    if (rule === undefined) throw new OptionError(`${path}[${i}].kind`, kind, `must be a kind of metric, got ${show(kind)}${hint}`);
    return makeMetric(rule, metric, `${path}[${i}]`);
  });
}
