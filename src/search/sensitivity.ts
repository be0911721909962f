import { log } from "../numerics/math.js";
import { alignedMeans } from "./aligned-means.js";
import type { RateResult, SearchResult } from "./conclude.js";
import { mean } from "./guess.js";

/** How much a loss depends on the learning rate. */
export interface Sensitivity {
  /** The mean over rates, evenly by their logarithm, of the loss above the lowest; a loss counts as that of guessing at the most. */
  readonly value: number;
  /** The rates: a decade and a half to both sides of the best, or as far as the grid goes. */
  readonly from: number;
  readonly to: number;
}

/** A decade and a half. */
const REACH = 31.6227766017;
const LN10 = 2.302585092994046;

/**
 * The sensitivity of arXiv 2309.14322: the mean over three decades of rates around the best of how far the loss, at the most that of guessing, lies above the lowest. Null where
 * every rate fails, and where some were pruned or not run: what those would have come to is not known.
 */
export function sensitivityOf({ rates, notRun, best, guessing }: SearchResult): Sensitivity | null {
  if (best === null || !isWhole(rates, notRun)) return null;
  const near = rates.filter(({ rate }) => rate >= best.rate / REACH / 1.001 && rate <= best.rate * REACH * 1.001);
  const losses = alignedMeans(near.map(lossesOf));
  const known = losses.filter(Number.isFinite);
  const roof = guessing.loss ?? startOf(rates) ?? Math.max(...known);
  const lowest = Math.min(...known);
  const above = losses.map((loss) => Math.max(0, Math.min(loss, roof) - lowest));
  const [from, to] = [near[0]?.rate as number, near.at(-1)?.rate as number];
  if (near.length < 2) return { value: above[0] as number, from, to };
  let area = 0;
  for (let i = 1; i < near.length; i++)
    area += (((above[i] as number) + (above[i - 1] as number)) / 2) * log((near[i] as RateResult).rate / (near[i - 1] as RateResult).rate);
  return { value: area / log(to / from), from, to };
}

/** By repeat; none of a rate that failed. */
function lossesOf({ trials, finalLoss }: RateResult): number[] {
  return finalLoss === null ? [] : trials.map(({ kept, history }) => kept?.validation?.loss ?? (history.at(-1)?.loss as number));
}

/** What the first epoch of the lowest rate cost: an untrained model, nearly. */
function startOf(rates: readonly RateResult[]): number | null {
  const losses = rates[0]?.trials.flatMap(({ history }) => history[0]?.loss ?? []) ?? [];
  return losses.length > 0 ? mean(losses) : null;
}

/** The decades from the lowest to the highest good rate. Null without any, and where rates were pruned or not run, which may have been good too. */
export function widthOf({ good, rates, notRun }: SearchResult): number | null {
  return good === null || !isWhole(rates, notRun) ? null : log(good.to / good.from) / LN10;
}

const isWhole = (rates: readonly RateResult[], notRun: SearchResult["notRun"]) =>
  notRun.length === 0 && rates.every(({ verdict }) => verdict !== "pruned");
