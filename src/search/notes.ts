import { findRawColumns, type RawColumn } from "../data/raw.js";
import { log } from "../numerics/math.js";
import type { ScoreName } from "../training/score.js";
import type { SearchData } from "./trial.js";

/** A measured fact that a person should know, as plain data. `noteText` puts it into words. */
export type SearchNote =
  /** The chosen rate, or the range of good ones, ends where the grid does. */
  | { readonly kind: "edge"; readonly side: "lowest" | "highest"; readonly what: "chosen" | "good" }
  | { readonly kind: "allFail" }
  /** The search ended before these rates of the grid were run; `spent`: because its budget allowed no more trials. */
  | { readonly kind: "notRun"; readonly rates: readonly number[]; readonly spent: boolean }
  /** The search pruned, and so ran no rate again, though one run of each cannot tell some of them apart. */
  | { readonly kind: "notRepeated" }
  /** Every rate that does not fail has one above it that does: the grid is too coarse to be on the safe side. */
  | { readonly kind: "besideFailing"; readonly rate: number }
  /** A validation row, or few, cannot compare rates. */
  | { readonly kind: "fewRows"; readonly rows: number }
  /** Rows count by weights in losses, and where rates are compared by their scores; the scores that are shown count all alike. */
  | { readonly kind: "weighted"; readonly scoreName: ScoreName }
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

/** Of the raw features and of the raw targets those furthest from 1. */
export function rawNotes({ training }: SearchData): SearchNote[] {
  const distance = ({ mean, deviation }: RawColumn) => Math.abs(log(Math.sqrt(mean * mean + deviation * deviation)));
  const raw = [...findRawColumns(training)].sort((a, b) => distance(b) - distance(a));
  return (["features", "targets"] as const).flatMap((what) => {
    const found = raw.find(({ part }) => part === what);
    return found === undefined ? [] : [{ kind: "raw" as const, what, name: found.column, mean: found.mean, deviation: found.deviation }];
  });
}
