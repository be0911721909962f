import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { backtracking } from "../../src/numerics/backtracking.js";
import { type Along, alongLine, type LineSearchResult } from "../../src/numerics/line.js";
import { cos, pow } from "../../src/numerics/math.js";
import { Random } from "../../src/numerics/random.js";
import { strongWolfe } from "../../src/numerics/strongWolfe.js";
import { zoom } from "../../src/numerics/zoom.js";

type Phi = (rate: number) => Along;
type Search = (phi: Phi, start: Along, options: Record<string, number>) => LineSearchResult;

/** Objectives along a line, each drawn by chance; all descend at 0. Those of whole numbers meet every limit exactly. */
const families: Readonly<Record<string, (random: Random) => Phi>> = {
  parabola: (random) => {
    const [at, bend] = [pow(10, random.uniform() * 6 - 3), pow(10, random.uniform() * 4 - 2)];
    return (rate) => ({ value: bend * (rate - at) * (rate - at), slope: 2 * bend * (rate - at) });
  },
  quartic: (random) => {
    const [a, b] = [random.uniform() * 3 + 0.1, random.uniform() * 2];
    return (x) => ({ value: x * x * x * x - a * x * x - b * x, slope: 4 * x * x * x - 2 * a * x - b });
  },
  waves: (random) => {
    const [high, often] = [random.uniform(), 1 + random.uniform() * 20];
    const sin = (x: number) => cos(x - Math.PI / 2);
    return (x) => ({ value: high * sin(often * x) - x + x * x * 0.1, slope: high * often * cos(often * x) - 1 + 0.2 * x });
  },
  "a wall of what is not finite": (random) => {
    const [wall, at] = [random.uniform() * 2, random.uniform() * 4];
    const beyond = [Number.NaN, Number.POSITIVE_INFINITY][random.below(2)] as number;
    return (x) => (x > wall ? { value: beyond, slope: beyond } : { value: (x - at) * (x - at), slope: 2 * (x - at) - 0.01 });
  },
  "no minimum": (random) => {
    const fall = 0.1 + random.uniform();
    return (x) => ({ value: -fall * x, slope: -fall });
  },
  "nothing lower": () => (x) => ({ value: x === 0 ? 0 : 1, slope: x === 0 ? -1 : 1 }),
  stairs: (random) => {
    const [a, b] = [1 + random.below(4), random.below(9)];
    return (x) => ({ value: Math.floor(Math.abs(x - b)) - b, slope: x < b ? -a : a });
  },
  "whole numbers": (random) => {
    const at = 1 + random.below(6);
    return (x) => ({ value: Math.abs(x - at) - at, slope: x < at ? -1 : x === at ? 0 : 1 });
  },
  "values that cannot be told apart": (random) => {
    const at = 0.5 + random.uniform() * 4;
    return (x) => ({ value: 1e12 + 1e-6 * (x - at) * (x - at), slope: 2e-6 * (x - at) });
  },
};

function optionsOf(random: Random, kind: "backtracking" | "strongWolfe" | "zoom"): Record<string, number> {
  const some = (options: Record<string, () => number>) =>
    Object.fromEntries(Object.entries(options).flatMap(([name, draw]) => (random.below(2) === 0 ? [[name, draw()]] : [])));
  const pick =
    (...values: number[]) =>
    () =>
      values[random.below(values.length)] as number;
  const common = {
    rate: pick(1, 0.01, 2, 8, 100),
    maxSteps: pick(1, 2, 3, 5, 25),
    slopeTolerance: pick(1e-4, 0.5, 0.25),
    maxRate: pick(1, 2, 4, 0.5, 1000),
  };
  if (kind === "backtracking") return some({ ...common, increaseFactor: pick(1, 2, 1.5), decreaseFactor: pick(0.5, 0.8, 0.1) });
  const wolfe = { ...common, curvatureTolerance: pick(0.9, 0.5, 0.1, 0.01), rateTolerance: pick(0, 1e-9, 1e-2, 1) };
  return some(kind === "zoom" ? { ...wolfe, increaseFactor: pick(2, 10, 1.1), valueTolerance: pick(0, 1e-6, 1e-1) } : wolfe);
}

/**
 * What each search must have found, in its own words, when it says so; by the numbers at the rate alone. And a hash of all rates, values and counts: a
 * search is part of an optimizer whose bits are promised.
 */
const searches: Readonly<
  Record<
    "backtracking" | "strongWolfe" | "zoom",
    { search: Search; holds(at: Along & { rate: number }, start: Along, options: Record<string, number>): boolean; hash: string }
  >
> = {
  backtracking: {
    search: backtracking as Search,
    holds: ({ rate, value }, start, { slopeTolerance = 1e-4 }) => value <= start.value + rate * slopeTolerance * start.slope,
    hash: "019a0f900ab374abdc250938fd84f40aaaffe5876c3cf89d6e31dfaa09c0cb25",
  },
  strongWolfe: {
    search: strongWolfe as Search,
    holds: ({ rate, value, slope }, start, { slopeTolerance = 1e-4, curvatureTolerance = 0.9 }) =>
      value <= start.value + slopeTolerance * rate * start.slope && Math.abs(slope) <= -curvatureTolerance * start.slope,
    hash: "cb2fbb562b66b434cd82baef2703b2f9472446072c4eeca0978da6aa6da3f03d",
  },
  zoom: {
    search: zoom as Search,
    holds: ({ rate, value, slope }, start, { slopeTolerance = 1e-4, curvatureTolerance = 0.9, valueTolerance = 1e-6 }) =>
      (value <= start.value + slopeTolerance * rate * start.slope ||
        (slope <= (2 * slopeTolerance - 1) * start.slope && value <= start.value + valueTolerance * Math.abs(start.value))) &&
      Math.abs(slope) <= -curvatureTolerance * start.slope,
    hash: "f9a80eaeaa005e6dcdeee112682e63f4b872e8f3fc674cceee5bb16d5df7c38e",
  },
};

describe.each(Object.entries(searches))("%s", (name, { search, holds, hash }) => {
  const kind = name as keyof typeof searches;
  test("what it says holds, for every family of objectives, and its bits are those it had", () => {
    const numbers: number[] = [];
    for (const [family, draw] of Object.entries(families)) {
      const random = new Random(7, family, kind === "zoom" ? 2 : 1);
      for (let i = 0; i < 400; i++) {
        const phi = draw(random);
        const options = optionsOf(random, kind);
        const asked: number[] = [];
        const at: Phi = (rate) => {
          asked.push(rate);
          return phi(rate);
        };
        const start = phi(0);
        if (!(start.slope < 0)) continue;
        const result = search(at, start, options);
        const what = `${family} ${i} with ${JSON.stringify(options)}: ${JSON.stringify(result)}`;
        expect(result.evaluations, what).toBe(asked.length);
        const {
          maxRate = kind === "backtracking" ? 1 : Number.POSITIVE_INFINITY,
          maxSteps = kind === "zoom" ? 30 : kind === "strongWolfe" ? 25 : 30,
        } = options;
        // the first evaluation of those that count steps comes before their first step
        expect(asked.length, what).toBeLessThanOrEqual(maxSteps + (kind === "zoom" ? 0 : 1));
        for (const rate of asked) expect(rate > 0 && rate <= maxRate, `${what}, asked for ${rate}`).toBe(true);
        const there = { rate: result.rate, ...phi(result.rate) };
        expect(Object.is(result.value, there.value) || result.value === there.value, what).toBe(true);
        if (result.found) expect(holds(there, start, options), what).toBe(true);
        else if (kind !== "strongWolfe") expect(asked.some((rate) => rate === result.rate) || result.rate === 0, what).toBe(true);
        numbers.push(result.rate, result.value, result.evaluations, Number(result.found), ...asked);
      }
    }
    expect(numbers.length).toBeGreaterThan(10_000);
    const bits = new BigUint64Array(Float64Array.from(numbers, (x) => (Number.isNaN(x) ? Number.NaN : x)).buffer);
    expect(createHash("sha256").update(bits).digest("hex")).toBe(hash);
  });
});

test("a line of several variables is theirs", () => {
  const random = new Random(3, "line");
  for (let n = 1; n < 20; n++) {
    const [x, d] = [0, 1].map(() => Array.from({ length: n }, () => random.uniform() - 0.5)) as [number[], number[]];
    const phi = alongLine((at) => ({ value: at.reduce((sum, v) => sum + v * v, 0), gradient: at.map((v) => 2 * v) }), x, d);
    for (const rate of [0, 0.25, -3]) {
      const { value, slope } = phi(rate);
      const at = x.map((v, i) => v + rate * (d[i] as number));
      expect(value).toBeCloseTo(
        at.reduce((sum, v) => sum + v * v, 0),
        12,
      );
      expect(slope).toBeCloseTo(2 * at.reduce((sum, v, i) => sum + v * (d[i] as number), 0), 12);
    }
  }
});
