import { type F1Options, isOfSecond } from "../../training/metrics/f1.js";
import type { Metrics } from "../../training/records.js";
import type { Context } from "./context.js";

/** A number of three digits, as short as it can be read: 0.00316, 3.16e-6, 124. */
export function short(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const size = Math.abs(rounded);
  if (size === 0 || (size >= 1e-3 && size < 1e5)) return String(rounded);
  return rounded.toExponential().replace("e+", "e");
}

/** 97.0 % */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** 1 row, 2 rows, 1,797 rows. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${thousands(n)} ${n === 1 ? one : many}`;
}

/** A whole number with commas, as 1,797; the first number that `toLocaleString` writes takes it 30 ms. */
export function thousands(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Words in a sentence: the first twenty. */
export function listed(words: readonly string[]): string {
  return words.length > 20 ? `${words.slice(0, 20).join(", ")} and ${words.length - 20} more` : words.join(", ");
}

/** The head of a column of scores. */
export function scoreTitle({ classes }: Context["data"]): string {
  return classes === undefined ? "R²" : "accuracy";
}

/** A score alone, as in a column. */
export function scoreText(score: number | undefined, { classes }: Context["data"]): string {
  if (score === undefined) return "";
  return classes === undefined ? explained(score) : percent(score);
}

/** An R², which outliers make a number of many digits. */
export function explained(r2: number): string {
  return r2 > -1000 ? r2.toFixed(3) : short(r2);
}

/** Score, loss and the run's own metrics in words: which class they are of, a quantity's error in the units of its file, where the loss says it. */
export function metricsText(
  { loss, score, metrics = {} }: Metrics,
  context: Pick<Context, "data" | "run">,
  nameOf: (name: string) => string = String,
): string {
  const { data, run } = context;
  const { metrics: kinds = [], classWeights } = run as { metrics?: readonly { kind: string }[]; classWeights?: unknown };
  const ofClass = (name: string) => {
    const second = data.classes?.[1];
    const binary =
      name === "f1" && kinds.some((metric) => metric.kind === name && isOfSecond((metric as F1Options).average, data.classes?.length ?? 0));
    return binary && second !== undefined ? `${name} of class ${nameOf(second)}` : name;
  };
  const title = scoreTitle(data);
  const error = rootMeanSquare(loss, context);
  return [
    ...(score === undefined ? [] : [`${title} ${scoreText(score, data)}`]),
    error === undefined
      ? `${classWeights === undefined ? "" : "weighted "}loss ${short(loss)}`
      : `error ${short(error)} (root mean square, in the units of ${nameOf(data.target)})`,
    ...Object.entries(metrics).map(([name, value]) => `${ofClass(name)} ${value === null ? "not defined on these rows" : short(value)}`),
  ].join(", ");
}

/** The typical error of a quantity in the units of its file, where the loss is the mean square of its standardised error. */
export function rootMeanSquare(loss: number, { data: { scale }, run }: Pick<Context, "data" | "run">): number | undefined {
  return scale === undefined || lossKind(run) !== "meanSquared" ? undefined : Math.sqrt(loss) * scale;
}

/** What the numbers on an axis of losses are. */
export function lossTitle({ data: { scale }, run }: Pick<Context, "data" | "run">): string {
  const kind = lossKind(run);
  const said = [
    ...(kind === "meanSquared" ? [] : [kind === "crossEntropy" ? "cross-entropy" : kind]),
    ...(scale === undefined || scale === 1 ? [] : ["standardised"]),
  ];
  return said.length === 0 ? "loss" : `loss (${said.join(", ")})`;
}

function lossKind(run: unknown): string {
  const { loss } = run as { loss: string | { kind: string } };
  return typeof loss === "string" ? loss : loss.kind;
}
