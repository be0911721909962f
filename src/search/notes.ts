import type { Dataset } from "../data/dataset.js";
import { mean } from "./guess.js";
import type { SearchData } from "./trial.js";

/** A measured fact that a person should know, as plain data. `noteText` puts it into words. */
export type SearchNote =
  /** The chosen rate, or the range of good ones, ends where the grid does. */
  | { readonly kind: "edge"; readonly side: "lowest" | "highest"; readonly what: "chosen" | "good" }
  | { readonly kind: "allFail" }
  /** Every rate that does not fail has one above it that does: the grid is too coarse to be on the safe side. */
  | { readonly kind: "besideFailing"; readonly rate: number }
  /** A validation row, or few, cannot compare rates. */
  | { readonly kind: "fewRows"; readonly rows: number }
  /** All validation targets are equal: R² is undefined, and losses were compared. */
  | { readonly kind: "equalTargets"; readonly rows: number }
  /** A feature, or a target, far from the size of 1 that networks start from. */
  | {
      readonly kind: "raw";
      readonly what: "features" | "targets";
      readonly name: string;
      readonly mean: number;
      readonly deviation: number;
    };

/** Sizes beyond this are no longer near 1: standardised values hardly ever are. */
const LARGE = 10;

/** Columns whose mean or standard deviation is far from 1, the furthest of the features and of the targets. */
export function rawNotes({ training }: SearchData): SearchNote[] {
  const features = columns(training.features, training.columns).map((column, i) => ({
    ...column,
    name: training.featureNames[i] as string,
  }));
  const targets =
    training.task === "regression"
      ? columns(training.targets, training.outputs).map((column, i) => ({ ...column, name: i === 0 ? "target" : `target ${i + 1}` }))
      : [];
  const size = (column: { mean: number; deviation: number }) => Math.max(Math.abs(column.mean), column.deviation);
  return (["features", "targets"] as const).flatMap((what) => {
    const all = what === "features" ? features : targets;
    const [first] = [...all].sort((a, b) => size(b) - size(a));
    return first !== undefined && size(first) > LARGE ? [{ kind: "raw" as const, what, ...first }] : [];
  });
}

function columns(values: Dataset["features"], width: number): { mean: number; deviation: number }[] {
  const rows = values.length / width;
  return Array.from({ length: width }, (_, j) => {
    const column = Float64Array.from({ length: rows }, (_, r) => values[r * width + j] as number);
    const centre = mean(column);
    return { mean: centre, deviation: Math.sqrt(mean(column.map((value) => (value - centre) * (value - centre)))) };
  });
}
