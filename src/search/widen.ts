import { exp, log } from "../numerics/math.js";
import { beatsGuessing } from "./beside-guessing.js";
import { choose } from "./choice.js";
import { failuresOf, type Terms, type Tried } from "./evidence.js";
import { among } from "./race.js";
import { logspace } from "./rates.js";
import { standings } from "./verdict.js";

/** Rates that are added beyond an edge at a time, and at the most. */
const AT_ONCE = 2;
const MOST = 8;
/** Between rates where a grid has one only. */
const STEP = Math.sqrt(10);

/**
 * Rates beyond the edges of a grid at which the answer lies: below, where every rate fails, or the lowest is chosen or good; above, where the highest is
 * chosen or good. Two at a time, by the step that the grid has there, until an edge has moved by eight. Nothing where no rate is seen to be better than guessing,
 * unless the next higher one fails: untrained networks are as good as others then, and the grid would be widened for nothing.
 *
 * @param rates those that were asked for.
 * @param tried all rates tried so far, those beyond the edges included.
 */
export function widened(rates: readonly number[], tried: readonly Tried[], terms: Terms): number[] {
  const grid = [...rates].sort((a, b) => a - b);
  const last = tried.length - 1;
  const [below, above] = [
    tried.filter(({ rate }) => rate < (grid[0] as number)),
    tried.filter(({ rate }) => rate > (grid.at(-1) as number)),
  ];
  const down = () => beyond(grid[0] as number, 1 / stepOf(grid.slice(0, 3)), below.length);
  const up = () => beyond(grid.at(-1) as number, stepOf(grid.slice(-3)), above.length);
  const chosen = choose(tried, terms, among(tried, terms));
  if (chosen === undefined) return down();
  const fails = (i: number) => tried[i] !== undefined && failuresOf(tried[i], terms).length > 0;
  const certain = beatsGuessing(tried[chosen] as Tried, terms);
  if (!certain) return chosen === 0 && fails(1) ? down() : [];
  const stand = standings(tried, chosen, terms);
  const good = (from: number, to: number) => stand.slice(from, to + 1).every((one) => one === "good");
  return [...(good(0, chosen) ? down() : []), ...(good(chosen, last) ? up() : [])].sort((a, b) => a - b);
}

/** Rates between those beside the chosen one, by quarters of a step. Nothing where every rate fails. */
export function zoomed(tried: readonly Tried[], terms: Terms): number[] {
  const chosen = choose(tried, terms, among(tried, terms));
  if (chosen === undefined) return [];
  const between = (from: Tried | undefined, to: Tried | undefined) =>
    from === undefined || to === undefined ? [] : logspace(from.rate, to.rate, 5).slice(1, -1);
  return [...between(tried[chosen - 1], tried[chosen]), ...between(tried[chosen], tried[chosen + 1])];
}

/** The step of a grid, from three of its rates where there are so many. */
function stepOf(rates: readonly number[]): number {
  const [first, last] = [rates[0] as number, rates.at(-1) as number];
  return rates.length < 3 ? (rates.length < 2 ? STEP : last / first) : Math.sqrt(last / first);
}

/** The next rates beyond an edge from which there are so many already; fewer where floating-point numbers end. */
function beyond(edge: number, factor: number, there: number): number[] {
  const count = Math.min(AT_ONCE, MOST - there);
  const rates = Array.from({ length: count }, (_, i) => Number((edge * exp((there + i + 1) * log(factor))).toPrecision(12)));
  return rates.filter((rate) => rate > 1e-30 && rate < 1e30);
}
