import { mean } from "./guess.js";

/**
 * The mean of each list, as if all had as many numbers as the longest: numbers at the same place share a split, and splits differ. What a shorter list lacks is put by how far the
 * mean of the longest lists changes over the places that it has not. Infinite for an empty list.
 */
export function alignedMeans(lists: readonly (readonly number[])[]): number[] {
  const most = Math.max(...lists.map(({ length }) => length));
  const whole = lists.filter(({ length }) => length === most);
  const level = Array.from({ length: most }, (_, place) => mean(whole.map((list) => list[place] as number)));
  return lists.map((list) => {
    if (list.length === 0) return Number.POSITIVE_INFINITY;
    return list.length === most ? mean(list) : mean(list) + mean(level) - mean(level.slice(0, list.length));
  });
}
