import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cos, exp, log, pow, powi } from "../../src/numerics/math.js";
import { Random } from "../../src/numerics/random.js";

const golden: [string, ...number[]][] = JSON.parse(readFileSync(new URL("../golden/schedules/math.json", import.meta.url), "utf8"));

const functions: Record<string, (...x: number[]) => number> = {
  exp: (x) => exp(x as number),
  log: (x) => log(x as number),
  cos: (x) => cos(x as number),
  pow: (x, y) => pow(x as number, y as number),
};

/** How far `value` is from high and a rest, the rest and the answer in units in the last place of high. */
function ulps(value: number, high: number, rest: number): number {
  const exponent = Math.floor(Math.log2(Math.abs(high) || Number.MIN_VALUE));
  return Math.abs((value - high) / 2 ** Math.max(exponent - 52, -1074) - rest);
}

describe("against mpmath with 300 bits", () => {
  // The bounds that the docstrings state.
  const bounds: Record<string, number> = { exp: 0.62, log: 0.51, cos: 0.72, pow: 0.62 };

  test.each(Object.entries(bounds))("%s is within %d ULP", (name, bound) => {
    let worst = 0;
    let worstDenormal = 0;
    for (const [, ...row] of golden.filter((entry) => entry[0] === name)) {
      const [high, rest] = row.slice(-2) as [number, number];
      const error = ulps((functions[name] as (...x: number[]) => number)(...row.slice(0, -2)), high, rest);
      if (Math.abs(high) < 2.3e-308) worstDenormal = Math.max(worstDenormal, error);
      else worst = Math.max(worst, error);
    }
    console.log(`${name}: ${worst.toFixed(3)} ULP, ${worstDenormal.toFixed(3)} where the result is denormal`);
    expect(worst).toBeLessThanOrEqual(bound);
    expect(worstDenormal).toBeLessThanOrEqual(0.75);
  });

  test("powi with whole powers agrees to 0.51 ULP", () => {
    for (const [name, x, y, high, rest] of golden as [string, number, number, number, number][]) {
      if (name !== "pow" || y !== Math.floor(y) || y < 0 || Math.abs(high) < 1e-300) continue;
      expect(ulps(powi(x, y), high, rest), `powi(${x}, ${y})`).toBeLessThanOrEqual(0.51);
    }
  });
});

describe("special cases", () => {
  const values = [
    0,
    1,
    2,
    3,
    0.5,
    1.5,
    1e308,
    1e300,
    1e-300,
    5e-324,
    1e-310,
    2 ** 53 + 2,
    1 + 2 ** -52,
    1 - 2 ** -53,
    Infinity,
    Number.NaN,
  ].flatMap((x) => [x, -x]);

  const expectClose = (value: number, expected: number, what: string) => {
    if (Number.isFinite(expected) && expected !== 0) expect(Math.abs(value / expected - 1), what).toBeLessThan(1e-15);
    else expect(value, what).toBe(expected);
  };

  test("pow is as ** for every pair of them", () => {
    for (const x of values) for (const y of values) expectClose(pow(x, y), x ** y, `pow(${x}, ${y})`);
  });

  test("exp and log are as Math's", () => {
    for (const x of values) {
      expectClose(exp(x), Math.exp(x), `exp(${x})`);
      expectClose(log(x), Math.log(x), `log(${x})`);
    }
  });

  test("exp overflows and underflows where float64 does", () => {
    expect(exp(709.782712893384)).toBeLessThan(Infinity);
    expect(exp(709.7827128933841)).toBe(Infinity);
    expect(exp(-745.1332191019411)).toBe(5e-324);
    expect(exp(-745.1332191019412)).toBe(0);
  });

  test("cos is exact at multiples of half a turn and NaN out of its domain", () => {
    for (let k = 0; k < 1000; k++) expect(cos(k * Math.PI)).toBe(k % 2 === 0 ? 1 : -1);
    expect(cos(-0)).toBe(1);
    for (const x of [Number.NaN, Infinity, -Infinity, 1e14]) expect(cos(x)).toBeNaN();
  });

  test("powi", () => {
    expect(powi(Number.NaN, 0)).toBe(1);
    expect(powi(0, 0)).toBe(1);
    expect(powi(-0, 3)).toBe(-0);
    expect(powi(2, 1023)).toBe(2 ** 1023);
    expect(powi(2, 1024)).toBe(Infinity);
    expect(powi(0.5, 1074)).toBe(5e-324);
    expect(powi(-3, 3)).toBe(-27);
    expect(powi(0.9, 2 ** 53)).toBe(0);
  });
});

test("a power has the same bits whatever was asked for before", () => {
  const base = fc.oneof(
    fc.double({ noNaN: true }),
    fc.double({ min: 0.5, max: 2, noNaN: true }),
    fc.double({ min: 0.9, max: 1, noNaN: true }),
  );
  fc.assert(
    fc.property(base, fc.nat(63), fc.nat(2000), (x, n, other) => {
      const before = powi(x, n);
      // from 64 on, powers of a base are kept
      powi(x, 64 + other);
      expect(powi(x, n)).toBe(before);
    }),
    { numRuns: 3000 },
  );
});

test("powers that one run after another asks for, step by step, have the bits of a power that is asked for alone", () => {
  const run = fc.tuple(fc.double({ min: 0.5, max: 1, noNaN: true }), fc.nat(5000), fc.integer({ min: 1, max: 200 }));
  fc.assert(
    fc.property(fc.array(run, { minLength: 2, maxLength: 6 }), (runs) => {
      // bases that are asked for in between put others out
      for (let i = 0; i < 17; i++) powi(0.3 + i / 1000, 64);
      const alone = runs.map(([x, from, count]) => Array.from({ length: count }, (_, i) => multiplied(x, from + i)));
      const steps = () => runs.map(([x, from, count]) => Array.from({ length: count }, (_, i) => powi(x, from + i)));
      expect(steps()).toEqual(alone);
      expect(steps()).toEqual(alone);
    }),
    { numRuns: 60 },
  );
});

/** A power with other powers kept than those of its base. */
function multiplied(x: number, n: number): number {
  for (let i = 0; i < 17; i++) powi(1.001 + i / 1e4, 64);
  return powi(x, n);
}

test("the bits are those of every other engine", () => {
  const random = new Random(1);
  const values = new Float64Array(50_000);
  for (let i = 0; i < values.length; i += 5) {
    const [x, y] = [random.uniform(), random.uniform()];
    values.set([exp(1500 * (x - 0.5)), log(x * 10), cos(1000 * y), pow(4 * x, 200 * (y - 0.5)), powi(2 * x, Math.floor(500 * y))], i);
  }
  expect(createHash("sha256").update(new BigUint64Array(values.buffer)).digest("hex")).toBe(
    "fcd34c1e8aa667a15da96bd97cb76b627825a14ab4711676af2433723a2b7738",
  );
});

describe("laws", () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

  test("whole powers of small whole numbers are exact", () => {
    for (let x = 1; x <= 12; x++) for (let n = 0; x ** n < 2 ** 53 && n < 100; n++) expect(pow(x, n)).toBe(Number(BigInt(x) ** BigInt(n)));
  });

  test("pow(x, 1) is x, exp(log(x)) is near x, cos is even and at most 1", () => {
    fc.assert(
      fc.property(finite, (x) => {
        expect(pow(x, 1)).toBe(x);
        if (x > 0) expect(Math.abs(exp(log(x)) / x - 1)).toBeLessThan(Math.max(1e-13, 5e-324 / x));
        expect(cos(-x)).toBe(cos(x));
        expect(Math.abs(cos(x)) > 1).toBe(false);
      }),
    );
  });

  test("exp and log do not fall where their argument rises by an ulp or more", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 700, noNaN: true }), fc.double({ min: 1e-15, max: 1, noNaN: true }), (x, step) => {
        const more = x * (1 + step);
        expect(exp(more)).toBeGreaterThanOrEqual(exp(x));
        expect(log(more)).toBeGreaterThanOrEqual(log(x));
      }),
    );
  });
});
