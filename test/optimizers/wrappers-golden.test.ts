import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { alongLine, backtracking, barzilaiBorwein, type Objective, strongWolfe, zoom } from "../../src/numerics/index.js";
import { optimizerFromJSON, wrappers } from "../../src/optimizers/index.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";

/** What goes around other optimizers, what evaluates an objective by itself, and line searches, against test/golden. */
interface Case {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>> & { readonly optimizer?: Readonly<Record<string, unknown>> & { kind: string } };
  readonly objective?: "rosenbrock" | "quadratic";
  readonly start?: readonly number[];
  readonly trajectory: readonly (readonly number[])[];
  readonly extra?: Readonly<Record<string, readonly (number | readonly number[])[]>>;
}

const FOLDER = new URL("../golden/optimizers/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
const casesOf = (kind: string) => (read(kind) as { cases: Case[] }).cases;
const problem = read("problem") as { shapes: Record<string, number[]>; start: number[]; gradients: number[][]; losses: number[] };
const engines = { wasm: await load({ backend: "wasm" }), js: await load({ backend: "js" }) };

/** Relative to the largest weight of the update. */
const TOLERANCE = 2e-6;
/** Where float32 alone moves the search (test/golden/README.md, "Tolerance"). */
const WIDER: Readonly<Record<string, number>> = {
  "lbfgs strong Wolfe rosenbrock": 4e-4,
  "lbfgs zoom quadratic": 5e-6,
  "lbfgs zoom, short history rosenbrock": 5e-6,
};
const largest = new Map<string, number>();
afterAll(() => console.table(Object.fromEntries([...largest].map(([kind, difference]) => [kind, difference.toExponential(1)]))));

function note(kind: string, difference: number): void {
  largest.set(kind, Math.max(largest.get(kind) ?? 0, difference));
}

/** NaN when anything is. */
function differenceOf(ours: readonly number[], golden: readonly number[]): number {
  expect(ours.length).toBe(golden.length);
  const scale = Math.max(...golden.map(Math.abs));
  return Math.max(...ours.map((x, i) => Math.abs(x - (golden[i] as number)) / scale));
}

const objectives: Record<"rosenbrock" | "quadratic", (x: ArrayLike<number>) => { value: number; gradient: number[] }> = {
  rosenbrock(x) {
    const gradient: number[] = Array(x.length).fill(0);
    let value = 0;
    for (let i = 0; i < x.length - 1; i++) {
      const [here, next] = [x[i] as number, x[i + 1] as number];
      const [across, along] = [next - here * here, 1 - here];
      value += 100 * across * across + along * along;
      gradient[i] = (gradient[i] as number) - 400 * here * across - 2 * along;
      gradient[i + 1] = 200 * across;
    }
    return { value, gradient };
  },
  quadratic(x) {
    const total = Array.from(x).reduce((sum, value) => sum + value, 0);
    const gradient = Array.from(x, (value, i) => (i + 1) * (value - 1) + total);
    const value = Array.from(x).reduce((sum, value, i) => sum + (i + 1) * (value - 1) ** 2, total * total) / 2;
    return { value, gradient };
  },
};

const kinds = ["lbfgs", ...wrappers.keys()];

describe.each(kinds)("%s", (kind) => {
  test("has at least three golden cases", () => expect(casesOf(kind).length).toBeGreaterThanOrEqual(3));

  for (const golden of casesOf(kind)) {
    test.each(["wasm", "js"] as const)(`${golden.name} ${golden.objective ?? ""}, %s`, (backend) => {
      using parameters = new Parameters(engines[backend], golden.start ? { x: [golden.start.length] } : problem.shapes);
      using optimizer = new Optimizer(parameters, optimizerFromJSON({ kind, ...golden.options }));
      const fill = (numbers: readonly number[], place: "value" | "gradient") => {
        let from = 0;
        for (const parameter of parameters) {
          parameter[place].set(numbers.slice(from, from + parameter.length));
          from += parameter.length;
        }
      };
      const values = () => [...parameters].flatMap(({ value }) => [...value]);
      fill(golden.start ?? problem.start, "value");
      let difference = 0;
      const compare = (ours: readonly number[], theirs: readonly number[]) => {
        difference = Math.max(difference, differenceOf(ours, theirs));
      };
      golden.trajectory.forEach((row, step) => {
        optimizer.step(() => {
          const { value, gradient } = golden.objective
            ? objectives[golden.objective](values())
            : { value: problem.losses[step] as number, gradient: problem.gradients[step] as number[] };
          fill(gradient, "gradient");
          return value;
        });
        compare(values(), row);
        const { average, slow, evaluations } = golden.extra ?? {};
        const shown = (average ?? slow)?.[step] as readonly number[] | undefined;
        if (shown) {
          optimizer.toEvaluation();
          compare(values(), shown);
          optimizer.toTraining();
        }
        if (evaluations) expect(optimizer.state().scalars[0]?.["evaluations"]).toBe(evaluations[step]);
      });
      note(kind, difference);
      expect(difference).toBeLessThan(WIDER[`${kind} ${golden.name} ${golden.objective}`] ?? TOLERANCE);
    });
  }
});

describe.each(["backtracking", "zoom"] as const)("%s", (kind) => {
  test.each(casesOf(kind).map((golden) => [`${golden.name} ${golden.objective}`, golden] as const))("%s", (_, golden) => {
    const { optimizer, initialGuess, ...options } = golden.options;
    const objective: Objective = objectives[golden.objective as "quadratic"];
    let x = Float64Array.from(golden.start as number[]);
    let rate = 1;
    golden.trajectory.forEach((row, step) => {
      const d = Array.from(objective(x).gradient, (g) => -(optimizer?.["learningRate"] as number) * g);
      const phi = alongLine(objective, x, d);
      const search = kind === "zoom" ? zoom : backtracking;
      rate = search(phi, phi(0), { ...options, rate: initialGuess === "one" ? 1 : rate }).rate;
      x = x.map((value, i) => value + rate * (d[i] as number));
      const difference = Math.max(differenceOf([...x], row), differenceOf([rate], [golden.extra?.["rate"]?.[step] as number]));
      note(kind, difference);
      expect(difference).toBeLessThan(1e-12);
    });
  });
});

describe("barzilaiBorwein", () => {
  test.each(casesOf("barzilaiBorwein").map((golden) => [`${golden.name} ${golden.objective}`, golden] as const))("%s", (_, golden) => {
    const { learningRate, variant = "long", ...limits } = golden.options;
    let x = golden.start as number[];
    let rate = learningRate as number;
    let before: { x: number[]; gradient: number[] } | undefined;
    golden.trajectory.forEach((row, step) => {
      const { gradient } = objectives[golden.objective as "quadratic"](x);
      if (before !== undefined) {
        const [s, y] = [x.map((value, i) => value - (before?.x[i] as number)), gradient.map((g, i) => g - (before?.gradient[i] as number))];
        const own = variant === "alternate" ? (["short", "long"] as const)[step % 2] : (variant as "long");
        rate = barzilaiBorwein(s, y, rate, { ...limits, variant: own as "long" });
      }
      before = { x, gradient };
      x = x.map((value, i) => value - rate * (gradient[i] as number));
      const difference = Math.max(differenceOf(x, row), differenceOf([rate], [golden.extra?.["rate"]?.[step] as number]));
      note("barzilaiBorwein", difference);
      expect(difference).toBeLessThan(1e-12);
    });
  });
});

describe("line searches", () => {
  const parabola = (rate: number) => ({ value: (3 - rate) ** 2, slope: -2 * (3 - rate) });
  const wall = (rate: number) =>
    rate > 0.3 ? { value: Number.NaN, slope: Number.NaN } : { value: (0.2 - rate) ** 2, slope: -2 * (0.2 - rate) };

  test("find the minimum of a parabola when little slope may be left", () => {
    for (const search of [strongWolfe, zoom]) {
      expect(search(parabola, parabola(0), { curvatureTolerance: 0.1 })).toMatchObject({ rate: 3, value: 0, found: true });
    }
  });

  test("come back from where the objective is not a number", () => {
    for (const search of [strongWolfe, zoom, backtracking]) {
      const { rate, value, found } = search(wall, wall(0));
      expect(found).toBe(true);
      expect(rate).toBeLessThan(0.3);
      expect(value).toBeLessThan(wall(0).value);
    }
  });

  test("tell when they ran out of steps", () => {
    expect(backtracking(wall, wall(0), { rate: 1e9, maxRate: 1e9, maxSteps: 2 })).toMatchObject({ rate: 0, found: false });
    expect(strongWolfe(parabola, parabola(0), { rate: 1e-6, maxSteps: 1 }).found).toBe(false);
    expect(zoom(parabola, parabola(0), { rate: 1e-6, maxSteps: 1 }).found).toBe(false);
  });

  test.each([
    [() => strongWolfe(parabola, { value: 1, slope: 1 }), "start.slope must be less than 0"],
    [() => zoom(parabola, parabola(0), { maxRate: 0 }), "zoom.maxRate must be a number greater than 0"],
    [() => backtracking(parabola, parabola(0), { decrease: 0.5 } as never), "backtracking.decrease is not an option"],
    [() => barzilaiBorwein([1], [1, 2], 1), "barzilaiBorwein.y must have 1 elements"],
  ])("refuse wrong use %#", (use, message) => expect(use).toThrow(message));
});
