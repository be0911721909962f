import { choose, compare } from "./choice.js";
import { failuresOf, type Terms, type Tried } from "./evidence.js";
import { isWithinPoint, standings } from "./verdict.js";

/** A trial that the search asks for: a rate of the grid, and the repeat. */
export interface Order {
  readonly index: number;
  readonly repeat: number;
}

/** How far a race may go, in any unit. */
export interface Limits {
  /** Of one trial. */
  readonly cost: number;
  /** So far. */
  readonly spent: number;
  readonly budget: number;
  /** Whether the race ends when every rate in it is told to be within a point of the chosen one. */
  readonly toThePoint: boolean;
}

/**
 * The next rung of a race: twice as many repeats of the rates that are still in question (not failing, not told to be worse than the chosen one), as
 * far as the budget goes. Nothing when one rate is left or the budget is spent. Decided by what all trials so far came to, never by the order in which they arrived.
 */
export function nextRung(tried: readonly Tried[], terms: Terms, { cost, spent, budget, toThePoint }: Limits): Order[] {
  const repeats = Math.max(...tried.map(({ trials }) => trials.length));
  const chosen = choose(tried, terms, among(tried, repeats));
  if (chosen === undefined) return [];
  const stand = standings(tried, chosen, terms);
  const open = tried.flatMap(({ trials, pruned }, i) =>
    trials.length === repeats && pruned === undefined && failuresOf(tried[i] as Tried, terms).length === 0 && stand[i] !== "worse"
      ? [i]
      : [],
  );
  if (open.length < 2) return [];
  const best = tried[chosen] as Tried;
  if (toThePoint && open.every((i) => i === chosen || isWithinPoint(compare(tried[i] as Tried, best, terms)))) return [];
  const more = Math.min(repeats, Math.floor((budget - spent) / (cost * open.length)));
  return Array.from({ length: Math.max(0, more) }, (_, i) => repeats + i).flatMap((repeat) => open.map((index) => ({ index, repeat })));
}

/** The rates that are still in the race: only they may be chosen. */
export function among(tried: readonly Tried[], repeats = Math.max(...tried.map(({ trials }) => trials.length))): ReadonlySet<number> {
  return new Set(tried.flatMap(({ trials }, i) => (trials.length === repeats ? [i] : [])));
}
