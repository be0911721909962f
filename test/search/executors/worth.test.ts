import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Worth } from "../../../src/search/executors/worth.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Trials that end one after the other; gives the times at which workers would be started for so many that are left. */
function startsOf(milliseconds: number, trials: number): number | undefined {
  let started: number | undefined;
  let left = trials;
  const look = () => {
    if (worth.isWorth(left)) started ??= performance.now() - begun;
  };
  const worth = new Worth(look);
  const begun = performance.now();
  worth.begin();
  for (let trial = 0; trial < trials; trial++) {
    left--;
    vi.advanceTimersByTime(milliseconds);
    worth.end();
    look();
  }
  worth.rest();
  return started;
}

test("a search that is soon over starts no workers", () => {
  expect(startsOf(45, 13)).toBeUndefined();
  expect(startsOf(10, 90)).toBeUndefined();
  expect(startsOf(140, 13)).toBeUndefined();
});

test("a longer one does as soon as that shows, and at the latest after two seconds", () => {
  expect(startsOf(300, 13)).toBeLessThan(610);
  expect(startsOf(60_000, 13)).toBeLessThan(610);
  expect(startsOf(10, 1000)).toBeLessThan(610);
});

test("few trials that last long start some before the first has ended", () => {
  expect(startsOf(5000, 3)).toBeLessThan(1500);
});

test("none is worth its start where nothing is left", () => {
  expect(startsOf(60_000, 1)).toBeUndefined();
});

test("rounds count together, pauses between them do not", () => {
  const ask = vi.fn();
  const worth = new Worth(ask);
  for (let round = 0; round < 4; round++) {
    worth.begin();
    vi.advanceTimersByTime(600);
    for (let i = 0; i < 10; i++) worth.end();
    expect(worth.isWorth(5)).toBe(round === 3);
    worth.rest();
    vi.advanceTimersByTime(60_000);
    expect(worth.isWorth(5)).toBe(round === 3);
  }
  expect(ask).toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  const { length } = ask.mock.calls;
  vi.advanceTimersByTime(60_000);
  expect(ask).toHaveBeenCalledTimes(length);
});
