import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { curveFit, leastSquares, minimize, type RobustLoss } from "../../src/minimize/index.js";
import { costOf, reweigh } from "../../src/minimize/robust.js";
import { METHODS, type Method } from "../../src/minimize/types.js";
import { Random } from "../../src/numerics/random.js";

const LOSSES: readonly RobustLoss[] = ["linear", "soft_l1", "huber", "cauchy", "arctan"];

/** Residuals that are drawn by chance, of whole powers alone: the same on every engine. */
function residualsOf(random: Random, n: number): (x: ArrayLike<number>) => number[] {
  const rows = Array.from({ length: n + random.below(4) }, () => ({
    weights: Array.from({ length: n }, () => random.uniform() * 4 - 2),
    bend: random.below(3) === 0 ? random.uniform() : 0,
    at: Math.round(random.uniform() * 8 - 4) / 2,
    by: random.below(n),
  }));
  return (x) =>
    rows.map(({ weights, bend, at, by }) => {
      const sum = weights.reduce((total, weight, i) => total + weight * (x[i] as number), -at);
      return sum + bend * (x[by] as number) * (x[by] as number);
    });
}

function jacobianOf(residuals: (x: ArrayLike<number>) => number[], n: number): (x: ArrayLike<number>) => number[][] {
  // central differences are exact for these but for rounding
  return (x) => {
    const columns = Array.from({ length: n }, (_, j) => {
      const at = (by: number) => residuals(Array.from(x, (value, i) => (i === j ? value + by : value)));
      const [up, down] = [at(0.5), at(-0.5)];
      return up.map((value, i) => value - (down[i] as number));
    });
    return (columns[0] as number[]).map((_, i) => columns.map((column) => column[i] as number));
  };
}

function boxFor(random: Random, n: number): [number | null, number | null][] {
  return Array.from({ length: n }, () => {
    const low = Math.round(random.uniform() * 4 - 3) / 2;
    return [random.below(3) === 0 ? null : low, random.below(3) === 0 ? null : low + random.below(3)];
  });
}

const pick = <T>(random: Random, ...values: T[]) => values[random.below(values.length)] as T;

/** A hash of numbers: what is minimised here is fitted, and shown, with the same bits on every machine. */
class Bits {
  readonly #hash = createHash("sha256");

  note(...numbers: (number | ArrayLike<number>)[]): void {
    const flat = numbers.flatMap((one) => (typeof one === "number" ? [one] : Array.from(one)));
    this.#hash.update(new BigUint64Array(Float64Array.from(flat, (x) => (Number.isNaN(x) ? Number.NaN : x)).buffer));
  }

  get digest(): string {
    return this.#hash.digest("hex").slice(0, 32);
  }
}

describe("the bits are those they were, and what is said of the end holds", () => {
  const expected: Readonly<Record<Method, string>> = {
    "L-BFGS-B": "f0d232304a15ed1b6541e2ab7dbf05c3",
    "L-BFGS": "8f0080d14d4bdb6615a9fec5aca8d06d",
    BFGS: "450423c3d0210764b8982fde6c03a1ae",
    SSBroyden: "e7a43bb5a1c493905b8555ff2b46e784",
    CG: "94dd8e1fbf4e9c623d6cb88b91726cbc",
    "Nelder-Mead": "eac37777c1da94296da21043dd44795e",
  };
  test.each(METHODS)("%s", (method) => {
    const bits = new Bits();
    const random = new Random(5, "minimize", method);
    for (let i = 0; i < 120; i++) {
      const n = 1 + random.below(5);
      const residuals = residualsOf(random, n);
      const jacobian = jacobianOf(residuals, n);
      const value = (x: ArrayLike<number>) => residuals(x).reduce((sum, r) => sum + r * r, 0);
      const gradient = (x: ArrayLike<number>) => {
        const f = residuals(x);
        return Array.from({ length: n }, (_, j) => jacobian(x).reduce((sum, row, k) => sum + 2 * (row[j] as number) * (f[k] as number), 0));
      };
      const box = (method === "L-BFGS-B" || method === "Nelder-Mead") && random.below(2) === 0 ? boxFor(random, n) : undefined;
      const x0 = Array.from({ length: n }, () => Math.round(random.uniform() * 8 - 4));
      let evaluations = 0;
      const result = minimize(
        (x) => {
          evaluations++;
          return value(x);
        },
        x0,
        {
          method,
          ...(random.below(4) === 0 && { maxiter: 1 + random.below(6) }),
          ...(random.below(4) === 0 && { maxfev: 1 + random.below(30) }),
          ...(box && { bounds: box }),
          ...(method === "Nelder-Mead"
            ? { adaptive: random.below(2) === 0, xatol: pick(random, 1e-4, 1e-2), fatol: pick(random, 1e-4, 1e-1) }
            : { ...(random.below(3) > 0 && { jac: gradient }), gtol: pick(random, 1e-5, 1e-2, 1e-9) }),
          ...(method.startsWith("L-BFGS") && { maxcor: pick(random, 1, 2, 10), ftol: pick(random, 2.22e-9, 0, 1e-3) }),
        },
      );
      const { x, fun, nit, nfev, njev, status, success } = result;
      expect(nfev).toBe(evaluations);
      expect(fun).toBe(value(x));
      box?.forEach(([low, high], j) => {
        expect(x[j]).toBeGreaterThanOrEqual(low ?? Number.NEGATIVE_INFINITY);
        expect(x[j]).toBeLessThanOrEqual(high ?? Number.POSITIVE_INFINITY);
      });
      bits.note(x, fun, nit, nfev, njev, status, Number(success));
    }
    expect(bits.digest).toBe(expected[method]);
  });

  const ofLosses: Readonly<Record<RobustLoss, string>> = {
    linear: "e38ad10365a36e9a06c0661d2b050e26",
    soft_l1: "476d4e2fc607d1d1c961caa02a14b12f",
    huber: "023c24a3abb1ba73a83a1c2ae928e569",
    cauchy: "16bbf9a730d56de002215b22c2f9e8d1",
    arctan: "9c77e50a229e7c2ab6401bcabf2851c3",
  };
  test.each(LOSSES)("leastSquares with the loss %s", (loss) => {
    const bits = new Bits();
    const random = new Random(6, "leastSquares", LOSSES.indexOf(loss));
    for (let i = 0; i < 120; i++) {
      const n = 1 + random.below(5);
      const residuals = residualsOf(random, n);
      const result = leastSquares(
        residuals,
        Array.from({ length: n }, () => Math.round(random.uniform() * 8 - 4)),
        {
          loss,
          ...(random.below(3) > 0 && { jac: jacobianOf(residuals, n) }),
          ...(random.below(2) === 0 && { bounds: boxFor(random, n) }),
          ...(random.below(4) === 0 && { maxiter: 1 + random.below(6) }),
          ...(random.below(4) === 0 && { maxfev: 1 + random.below(30) }),
          ...(random.below(2) === 0 && { f_scale: pick(random, 0.1, 0.5, 3) }),
          ...(random.below(2) === 0 && { ftol: pick(random, 0, 1e-3), xtol: pick(random, 0, 1e-3), gtol: pick(random, 0, 1e-3) }),
        },
      );
      const { x, cost, fun, jac, grad, optimality, active_mask, nit, nfev, njev, status, success } = result;
      expect([...fun]).toEqual(residuals(x));
      bits.note(x, cost, fun, ...jac, grad, optimality, active_mask, nit, nfev, njev, status, Number(success));
    }
    expect(bits.digest).toBe(ofLosses[loss]);
  });

  test("curveFit", () => {
    const bits = new Bits();
    const random = new Random(7, "curveFit");
    for (let i = 0; i < 60; i++) {
      const m = 4 + random.below(8);
      const xs = Array.from({ length: m }, (_, k) => k + random.uniform());
      const ys = xs.map((x) => 3 - 2 * x + 0.5 * x * x + random.uniform() - 0.5);
      const { popt, pcov, perr } = curveFit(
        (x: number, [a, b, c]) => (a as number) + (b as number) * x + (c as number) * x * x,
        xs,
        ys,
        [1, 1, 1],
        {
          ...(random.below(2) === 0 && { sigma: xs.map(() => 0.5 + random.uniform()) }),
          absolute_sigma: random.below(2) === 0,
          ...(random.below(3) === 0 && {
            bounds: [
              [0, 2],
              [null, 0],
              [0, null],
            ],
          }),
        },
      );
      bits.note(popt, ...pcov, perr);
    }
    expect(bits.digest).toBe("bcc9c9ae81135f489622a6ca32e90547");
  });
});

describe.each(LOSSES)("the loss %s", (loss) => {
  const rho: Readonly<Record<RobustLoss, (z: number) => number>> = {
    linear: (z) => z,
    soft_l1: (z) => 2 * (Math.sqrt(1 + z) - 1),
    huber: (z) => (z <= 1 ? z : 2 * Math.sqrt(z) - 1),
    cauchy: (z) => Math.log1p(z),
    arctan: (z) => Math.atan(z),
  };
  const residuals = [0, 1e-3, -0.1, 0.4, -0.9, 1, 1.1, -2, 7, 1e3, -1e6];

  test("counts residuals as SciPy's formula says", () => {
    for (const scale of [1, 0.5, 3]) {
      const cost = residuals.reduce((sum, r) => sum + 0.5 * scale * scale * rho[loss]((r / scale) ** 2), 0);
      expect(Math.abs(costOf(residuals, loss, scale) / cost - 1)).toBeLessThan(1e-12);
      for (const r of residuals) {
        const one = 0.5 * scale * scale * rho[loss]((r / scale) ** 2);
        expect(Math.abs(costOf([r], loss, scale) - one)).toBeLessThanOrEqual(1e-9 * one + 1e-15);
      }
    }
    expect(costOf([Number.POSITIVE_INFINITY], loss, 1)).toBe(loss === "arctan" ? Math.PI / 4 : Number.POSITIVE_INFINITY);
  });

  test("weighs residuals and Jacobian so that they give the gradient and the curvature of the cost", () => {
    for (const scale of [1, 0.5, 3]) {
      for (const r of residuals.filter((r) => Math.abs(r) < 10 && Math.abs(Math.abs(r) - scale) > 1e-3)) {
        const [f, J] = [Float64Array.of(r), [Float64Array.of(1)]];
        reweigh(f, J, loss, scale);
        const [weighed, column] = [f[0] as number, J[0]?.[0] as number];
        const h = 1e-4;
        const [up, here, down] = [h, 0, -h].map((by) => costOf([r + by], loss, scale)) as [number, number, number];
        expect(Math.abs(weighed * column - (up - down) / (2 * h))).toBeLessThan(1e-6);
        // a curvature under 0 is held at a little above it
        expect(Math.abs(column * column - Math.max((up - 2 * here + down) / (h * h), 0))).toBeLessThan(1e-5);
      }
    }
  });
});
