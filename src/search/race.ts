import { beatsGuessing } from "./beside-guessing.js";
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

/** More runs of a rate cost more than they tell: rows of splits are the same ones again. */
const MOST_REPEATS = 32;

/**
 * The next rung of a race: twice as many repeats of the rates that are still in question, as far as the budget goes: those that do not fail and are not
 * told to be worse than the chosen one, those left behind earlier too; all that do not fail as long as that one is not seen to be better than
 * guessing. Nothing when one rate is left or the budget is spent. Decided by what all trials so far came to, never by the order in which they arrived.
 */
export function nextRung(tried: readonly Tried[], terms: Terms, { cost, spent, budget, toThePoint }: Limits): Order[] {
  // two rates at least would run again: where none has runs to catch up with, nothing that can be paid for is left to be weighed
  if (budget - spent < 2 * cost && tried.every(({ trials }) => trials.length === tried[0]?.trials.length)) return [];
  const chosen = choose(tried, terms, among(tried, terms));
  if (chosen === undefined) return [];
  const stand = standings(tried, chosen, terms);
  const best = tried[chosen] as Tried;
  const signal = beatsGuessing(best, terms);
  const open = tried.map((_, i) => i).filter((i) => stand[i] !== "failing" && stand[i] !== "pruned" && (!signal || stand[i] !== "worse"));
  if (open.length < 2) return [];
  if (toThePoint && open.every((i) => i === chosen || isWithinPoint(compare(tried[i] as Tried, best, terms)))) return [];
  const repeats = Math.max(...open.map((i) => (tried[i] as Tried).trials.length));
  const missing = open.reduce((sum, i) => sum + repeats - (tried[i] as Tried).trials.length, 0);
  const affordable = Math.floor(((budget - spent) / cost - missing) / open.length);
  const most = repeats + Math.min(repeats, toThePoint ? repeats : MOST_REPEATS - repeats, affordable);
  const orders: Order[] = [];
  for (let repeat = 0; repeat < most; repeat++)
    for (const index of open) if (repeat >= (tried[index] as Tried).trials.length) orders.push({ index, repeat });
  return orders;
}

/** The rates that are still in the race: those with the most repeats of the ones that do not fail. */
export function among(tried: readonly Tried[], terms: Terms): ReadonlySet<number> {
  const sound = tried.flatMap((one, i) => (failuresOf(one, terms).length > 0 ? [] : [i]));
  const most = Math.max(...sound.map((i) => (tried[i] as Tried).trials.length));
  return new Set(sound.filter((i) => tried[i]?.trials.length === most));
}
