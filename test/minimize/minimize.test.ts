import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { times, update } from "../../src/minimize/broyden.js";
import { leastSquares, type Method, type MinimizeOptions, minimize, type Vector } from "../../src/minimize/index.js";
import { OptionError } from "../../src/options/errors.js";
import { boxOf, objective, type Problem, problems } from "./problems.js";

interface Reached {
  readonly fun: number | null;
  readonly nfev: number;
}
const { problems: golden, broyden }: { problems: Record<string, Record<string, Reached>>; broyden: Record<string, unknown> } = JSON.parse(
  readFileSync(new URL("../golden/minimize.json", import.meta.url), "utf8"),
);
const all = Object.entries(problems) as [string, Problem][];

const byMethod = (method: Method) => (problem: Problem, options: MinimizeOptions) => {
  const { value, gradient } = objective(problem);
  return minimize(value, problem.x0, { method, ...(method !== "Nelder-Mead" && { jac: gradient }), ...options });
};
const solvers: Readonly<
  Record<string, (problem: Problem, options: Pick<MinimizeOptions, "bounds">) => { x: Vector; fun: number; nfev: number }>
> = {
  "L-BFGS-B": byMethod("L-BFGS-B"),
  CG: byMethod("CG"),
  BFGS: byMethod("BFGS"),
  SSBroyden: byMethod("SSBroyden"),
  "Nelder-Mead": byMethod("Nelder-Mead"),
  leastSquares: (problem, options) => {
    const { x, cost, nfev } = leastSquares(problem.f, problem.x0, { jac: problem.J, ...options });
    return { x, fun: 2 * cost, nfev };
  },
};

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];

test.each(all)("the Jacobian of %s is that of its residuals", (_, { x0, f, J }) => {
  const x = x0.map((value, i) => value + 0.013 * (i + 1));
  const rows = J(x);
  x.forEach((value, j) => {
    const h = 1e-6 * Math.max(1, Math.abs(value));
    const at = (by: number) => f(x.map((other, i) => (i === j ? other + by : other)));
    const [up, down] = [at(h), at(-h)];
    rows.forEach((row, i) => {
      const slope = ((up[i] as number) - (down[i] as number)) / (2 * h);
      expect(Math.abs(slope - (row[j] as number))).toBeLessThan(1e-5 * (1 + Math.abs(slope)));
    });
  });
});

describe.each(["", ", bounded"])("the problems of Moré, Garbow and Hillstrom%s", (bounded) => {
  test.each(Object.keys(solvers).filter((name) => bounded === "" || !["CG", "BFGS", "SSBroyden"].includes(name)))(
    "%s solves as many as SciPy, with about as many evaluations",
    (name) => {
      const [solved, theirs, ratios]: [string[], string[], number[]] = [[], [], []];
      for (const [problem, description] of all) {
        const { minima, x0 } = description;
        const bounds = bounded === "" ? undefined : boxOf(description);
        const { x, fun, nfev } = (solvers[name] as (typeof solvers)[string])(description, { ...(bounds && { bounds }) });
        // which has no self-scaled Broyden
        const theirName = name === "SSBroyden" ? "BFGS" : name;
        const scipy = (golden[problem] as Record<string, Reached>)[`${theirName}${bounded}`] as Reached;
        expect(x.length).toBe(x0.length);
        bounds?.forEach(([low, high], i) => {
          expect(x[i]).toBeGreaterThanOrEqual(low ?? Number.NEGATIVE_INFINITY);
          expect(x[i]).toBeLessThanOrEqual(high ?? Number.POSITIVE_INFINITY);
        });
        const right = bounds === undefined ? minima : [Math.min(fun, scipy.fun ?? Number.POSITIVE_INFINITY)];
        const isSolved = (value: number | null) =>
          value !== null && right.some((least) => Math.abs(value - least) <= 1e-3 * Math.max(1, least));
        if (isSolved(fun)) solved.push(problem);
        if (isSolved(scipy.fun)) theirs.push(problem);
        if (isSolved(fun) && isSolved(scipy.fun)) ratios.push(nfev / scipy.nfev);
      }
      expect(solved.length, `ours ${solved}; SciPy's ${theirs}`).toBeGreaterThanOrEqual(theirs.length);
      expect(median(ratios)).toBeLessThanOrEqual(1.2);
    },
  );
});

test.each(all)("least squares reach a known minimum of %s, and without derivatives too", (_, { x0, f, J, minima }) => {
  for (const options of [{ jac: J }, {}]) {
    const { cost, success, message } = leastSquares(f, x0, options);
    expect(success, message).toBe(true);
    expect(
      minima.some((least) => Math.abs(2 * cost - least) <= 1e-4 * Math.max(1, least)),
      `${2 * cost}`,
    ).toBe(true);
  }
});

const rosenbrock = ([x, y]: ArrayLike<number> & Iterable<number>) =>
  (1 - (x as number)) ** 2 + 100 * ((y as number) - (x as number) ** 2) ** 2;

describe("updates of the inverse Hessian", () => {
  test.each(["BFGS", "SSBroyden"] as const)("of %s are those of its formulas, and hold the secant equation", (method) => {
    const rows = broyden[method] as { s: number[]; y: number[]; before: number[]; rate: number; inverse: number[] }[];
    const n = (rows[0] as { s: number[] }).s.length;
    const inverse = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
    rows.forEach(({ s, y, before, rate, inverse: theirs }, k) => {
      const [step, change] = [Float64Array.from(s), Float64Array.from(y)];
      expect(update(inverse, step, change, Float64Array.from(before), rate, method === "SSBroyden", k === 0)).toBe(true);
      const size = Math.max(...theirs.map(Math.abs));
      for (const [i, value] of inverse.entries()) expect(Math.abs(value - (theirs[i] as number))).toBeLessThan(1e-9 * size);
      times(inverse, change).forEach((value, i) => {
        expect(Math.abs(value - (s[i] as number))).toBeLessThan(1e-9 * size);
      });
    });
  });

  test("leave out what has no curvature", () => {
    const inverse = Float64Array.from([1, 0, 0, 1]);
    expect(update(inverse, Float64Array.from([1, 0]), Float64Array.from([-1, 0]), Float64Array.from([-1, 0]), 1, true, true)).toBe(false);
    expect([...inverse]).toEqual([1, 0, 0, 1]);
  });
});

describe("minimize", () => {
  test("self-scaled Broyden is more exact than BFGS where curvatures differ by ten orders of magnitude", () => {
    const curvature = Array.from({ length: 12 }, (_, i) => 10 ** (-i * 0.9));
    const f = (x: Vector) =>
      x.reduce((sum, value, i) => sum + 0.5 * (curvature[i] as number) * (value - 1) ** 2 + 0.1 * (value - 1) ** 4, 0);
    const jac = (x: Vector) => x.map((value, i) => (curvature[i] as number) * (value - 1) + 0.4 * (value - 1) ** 3);
    const steps = (method: Method) =>
      minimize(
        f,
        new Array(12).fill(0).map((_, i) => (i % 3) - 3),
        { method, jac, gtol: 1e-12 },
      );
    const [scaled, plain] = [steps("SSBroyden"), steps("BFGS")];
    expect(scaled.success).toBe(true);
    expect(scaled.nit).toBeLessThanOrEqual(plain.nit);
  });

  test("refuses whole matrices of too many variables", () => {
    expect(() => minimize(() => 0, new Float64Array(5001), { method: "BFGS" })).toThrow('take "L-BFGS" for more than 5000 variables');
  });

  test("needs no gradient, or takes it beside the value", () => {
    expect(minimize(rosenbrock, [-1.2, 1]).x[0]).toBeCloseTo(1, 3);
    let calls = 0;
    const both = ([x, y]: Vector) => {
      calls++;
      const [a, b] = [x as number, y as number];
      return { value: rosenbrock([a, b]), gradient: [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)] };
    };
    for (const method of ["L-BFGS", "L-BFGS-B", "BFGS", "SSBroyden", "CG"] as const) {
      calls = 0;
      const result = minimize(both, [-1.2, 1], { method, jac: true });
      expect(result).toMatchObject({ success: true, status: 0, nfev: calls, njev: calls });
      expect(result.x[1]).toBeCloseTo(1, 4);
      expect(result.fun).toBe(rosenbrock(result.x));
    }
  });

  test("in a random box, the gradient of a convex quadratic presses only against limits", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            scale: fc.double({ min: 0.01, max: 100, noNaN: true }),
            to: fc.integer({ min: -9, max: 9 }),
            low: fc.integer({ min: -5, max: 0 }),
            high: fc.integer({ min: 0, max: 5 }),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        (variables) => {
          const mixed = (x: ArrayLike<number>) =>
            variables.reduce((sum, { to }, i) => sum + ((x[i] as number) - to) * (i % 2 === 0 ? 1 : -1), 0);
          const f = (x: Vector) => variables.reduce((sum, { scale, to }, i) => sum + scale * ((x[i] as number) - to) ** 2, mixed(x) ** 2);
          const jac = (x: Vector) =>
            variables.map(({ scale, to }, i) => 2 * scale * ((x[i] as number) - to) + 2 * mixed(x) * (i % 2 === 0 ? 1 : -1));
          const bounds = variables.map(({ low, high }) => [low, high] as const);
          const seen: number[][] = [];
          const result = minimize(
            (x) => {
              seen.push([...x]);
              return f(x);
            },
            variables.map(() => 0.5),
            { jac, bounds, gtol: 1e-7, ftol: 0 },
          );
          for (const x of seen)
            x.forEach((value, i) => {
              expect(value >= (variables[i]?.low as number) && value <= (variables[i]?.high as number)).toBe(true);
            });
          jac(result.x).forEach((slope, i) => {
            const at = result.x[i] as number;
            const pressed = slope > 0 ? at - (variables[i]?.low as number) : (variables[i]?.high as number) - at;
            expect(Math.min(Math.abs(slope), pressed)).toBeLessThan(1e-4);
          });
        },
      ),
      { seed: Number(process.env["SEED"] ?? Date.now() % 1e6), numRuns: 100 },
    );
  });

  test("a callback follows it and ends it; a signal throws; limits hold", () => {
    const steps: number[] = [];
    const stopped = minimize(rosenbrock, [-1.2, 1], {
      callback: ({ nit, fun }) => {
        steps.push(fun);
        return nit === 3;
      },
    });
    expect(stopped).toMatchObject({ nit: 3, success: false, status: 99, fun: steps[2] });
    expect([...steps].sort((a, b) => b - a)).toEqual(steps);
    const controller = new AbortController();
    const aborted = () =>
      minimize(
        (x) => {
          controller.abort(new Error("enough"));
          return rosenbrock(x);
        },
        [0, 0],
        { signal: controller.signal },
      );
    expect(aborted).toThrow("enough");
    for (const method of ["L-BFGS-B", "CG", "Nelder-Mead"] as const) {
      expect(minimize(rosenbrock, [-1.2, 1], { method, maxiter: 2 })).toMatchObject({ nit: 2, status: 1 });
      expect(minimize(rosenbrock, [-1.2, 1], { method, maxfev: 9 }).message).toMatch("maxfev");
    }
  });

  test("says where it cannot go on", () => {
    expect(minimize(() => Number.NaN, [1])).toMatchObject({ success: false, status: 3 });
    expect(minimize((x) => x[0] as number, [1], { jac: () => [-1] })).toMatchObject({ success: false, status: 2 });
    expect(minimize(() => Number.NaN, [1], { method: "Nelder-Mead" })).toMatchObject({ success: false, status: 3 });
    // not finite further out: the step shortens
    expect(minimize(([x]) => ((x as number) > 2 ? Number.NaN : ((x as number) - 1.9) ** 2), [0]).x[0]).toBeCloseTo(1.9, 4);
  });

  test.each(["L-BFGS", "L-BFGS-B", "BFGS", "SSBroyden", "CG"] as const)("%s ends where a gradient overflows, or is no number", (method) => {
    const steep = (x: Vector) => 1e160 * (x[0] as number) ** 2;
    expect(minimize(steep, [1], { method, jac: (x) => [2e160 * (x[0] as number)] })).toMatchObject({ success: false, status: 2 });
    const bowl = (x: Vector) => (x[0] as number) ** 2 + (x[1] as number);
    const jac = (x: Vector) => (x[0] === 1 ? [2, 1] : [Number.NaN, 0]);
    expect(minimize(bowl, [1, 1], { method, jac })).toMatchObject({ success: false, status: 2 });
  });

  test.each<[string, () => unknown, RegExp]>([
    ["no start", () => minimize(rosenbrock, []), /^x0 must be an array of at least one number/],
    ["a start of words", () => minimize(rosenbrock, ["a", 1] as never), /^x0\[0\] must be a finite number, got "a"/],
    [
      "a misspelt option",
      () => minimize(rosenbrock, [0, 0], { maxIter: 5 } as never),
      /minimize\.maxIter is not an option \(did you mean maxiter\?\)/,
    ],
    [
      "an option of another method",
      () => minimize(rosenbrock, [0, 0], { method: "CG", bounds: [] }),
      /bounds is an option of L-BFGS-B, Nelder-Mead, not of CG/,
    ],
    ["bounds of another length", () => minimize(rosenbrock, [0, 0], { bounds: [[0, 1]] }), /bounds must be an array of 2 pairs/],
    [
      "bounds upside down",
      () =>
        minimize(rosenbrock, [0, 0], {
          bounds: [
            [0, 1],
            [3, 2],
          ],
        }),
      /bounds\[1\] must have a lower limit/,
    ],
    ["no number", () => minimize(() => "x" as never, [0]), /^f must return a number, got "x"/],
    ["a gradient of another length", () => minimize(rosenbrock, [0, 0], { jac: () => [1] }), /^jac must return an array of 2 numbers/],
    [
      "no gradient beside the value",
      () => minimize(() => 1, [0], { jac: true }),
      /^f must return { value, gradient } where jac is true, got 1/,
    ],
    ["residuals that are none", () => leastSquares(() => 3 as never, [0]), /^residuals must return an array of numbers/],
    [
      "residuals that change in number",
      () => leastSquares(([x]) => new Array((x as number) > 1 ? 2 : 1).fill(x), [1]),
      /^residuals must return an array of 1 numbers/,
    ],
    [
      "a Jacobian of columns",
      () =>
        leastSquares(([a, b]) => [a as number, b as number, 1], [1, 1], {
          jac: () => [
            [1, 0, 0],
            [0, 1, 0],
          ],
        }),
      /^jac must return 3 rows of 2 numbers/,
    ],
  ])("refuses %s", (_, call, message) => {
    expect(call).toThrow(OptionError);
    expect(call).toThrow(message);
  });
});

describe("every method ends at once", () => {
  const methods: Method[] = ["L-BFGS-B", "L-BFGS", "CG", "BFGS", "SSBroyden", "Nelder-Mead"] as Method[];
  const bowl = (x: Vector) => x.reduce((sum, value) => sum + value * value, 0);

  test.each(methods)("where f is not finite at the start: %s", (method) => {
    const { x, success, message } = minimize(() => Number.NaN, [1, 2], { method });
    expect({ x: [...x], success }).toEqual({ x: [1, 2], success: false });
    expect(message).toMatch(/finite/);
  });

  test.each(methods.filter((method) => method !== "Nelder-Mead"))("where the gradient is 0 at the start: %s", (method) => {
    const { x, fun, nit, success } = minimize(bowl, [0, 0], { method, jac: (x) => x.map((value) => 2 * value) });
    expect({ x: [...x], fun, nit, success }).toEqual({ x: [0, 0], fun: 0, nit: 0, success: true });
  });

  test("least squares, where residuals are not finite, or a callback has seen enough", () => {
    const broken = leastSquares(() => [Number.NaN], [1]);
    expect({ x: [...broken.x], success: broken.success }).toEqual({ x: [1], success: false });
    let seen = 0;
    const stopped = leastSquares((x: Vector) => [(x[0] as number) ** 3 - 8, (x[0] as number) - 2], [9], {
      callback: () => ++seen === 2,
    });
    expect({ seen, nit: stopped.nit, success: stopped.success }).toEqual({ seen: 2, nit: 2, success: false });
    const limited = leastSquares((x: Vector) => [(x[0] as number) ** 3 - 8], [9], { maxfev: 2 });
    expect(limited.success).toBe(false);
  });

  test("the adaptive simplex finds the bottom of many variables", () => {
    const { fun } = minimize(bowl, [1, 2, 3, 4, 5], { method: "Nelder-Mead", adaptive: true });
    expect(fun).toBeLessThan(1e-6);
  });
});
