import { readdirSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { rules } from "../../src/optimizers/index.js";
import { type Row, table } from "./table.js";
import { Trial } from "./trial.js";

interface Case {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly rates?: readonly number[];
  readonly trajectory: readonly (readonly number[])[];
  /** For each update the rows of each tensor that have a gradient; all, where this is left out. */
  readonly rows?: readonly Readonly<Record<string, readonly number[]>>[];
  readonly extra?: Readonly<Record<string, readonly (number | readonly number[])[]>>;
}

const FOLDER = new URL("../golden/optimizers/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
const problem = read("problem") as { shapes: Record<string, number[]>; start: number[]; gradients: number[][]; losses: number[] };
const engines = { wasm: await load({ backend: "wasm" }), js: await load({ backend: "js" }) };

/** Relative to the larger of the value and the typical size of the parameters. */
const TOLERANCE = 2e-6;
/** Golden files of what every optimizer can do: `options.optimizer` is the optimizer, the rest are options beside its own. And partition. */
const COMMON = ["clipNorm", "clipValue", "partition"];

const files = new Set(readdirSync(FOLDER).map((name) => name.replace(/\.json$/, "")));
const largest = new Map<string, { cases: number; difference: number }>();
afterAll(() => {
  const rows = [...largest].map(([kind, { difference, ...counts }]) => [
    kind,
    { ...counts, "largest difference": difference.toExponential(1) },
  ]);
  console.table(Object.fromEntries(rows));
});

test.each([...rules.keys(), ...COMMON])("there are at least three golden cases of %s", (kind) => {
  expect(files).toContain(kind);
  expect(casesOf(kind).length).toBeGreaterThanOrEqual(3);
});

// Rules that call a closure have objectives in their files: wrappers-golden.test.ts.
describe.each([...rules.keys(), ...COMMON].filter((kind) => files.has(kind) && rules.get(kind)?.needs !== "closure"))("%s", (kind) => {
  largest.set(kind, { cases: 0, difference: 0 });
  for (const golden of casesOf(kind)) {
    test.each(["wasm", "js"] as const)(`${golden.name}, %s`, (backend) => {
      const difference = follow(backend, kind, golden);
      const seen = largest.get(kind) as { cases: number; difference: number };
      seen.cases += 0.5;
      seen.difference = Math.max(seen.difference, difference);
      expect(difference).toBeLessThan(TOLERANCE);
    });
  }
});

function casesOf(kind: string): Case[] {
  const { cases } = read(kind) as { cases: Case[] };
  return cases;
}

/** The optimizer's kind and options of a case, in our words. */
function translate(kind: string, options: Case["options"]): { kind: string; options: Record<string, unknown> } {
  const { optimizer, ...beside } = options as { optimizer?: { kind: string } };
  const { kind: own, ...rest } = { kind, ...optimizer };
  const { renamed = {} } = (table[own] ?? {}) as Partial<Row>;
  const named = Object.entries({ ...rest, ...beside }).map(([name, value]) => [renamed[name] ?? name, value]);
  return { kind: own, options: Object.fromEntries(named) };
}

/** The largest difference from a golden trajectory. */
function follow(backend: keyof typeof engines, kind: string, { options, rates, trajectory, rows, extra = {} }: Case): number {
  const translated = translate(kind, options);
  const rate = rates && { learningRate: (step: number) => rates[step] as number };
  using trial = new Trial(engines[backend], translated.kind, { ...translated.options, ...rate }, problem.shapes);
  const split = splitter(trial);
  split(problem.start).forEach(([name, values]) => {
    trial.parameters.get(name).value.set(values);
  });
  trial.loss = (step) => problem.losses[step] as number;
  let difference = 0;
  expect(trajectory.length).toBe(problem.gradients.length);
  trial.run(
    (step, name) => {
      const gradient = Float32Array.from(split(problem.gradients[step] as number[]).find(([tensor]) => tensor === name)?.[1] ?? []);
      const touched = rows?.[step]?.[name];
      const [height = 1] = problem.shapes[name] as number[];
      return touched ? gradient.map((g, i) => (touched.includes(Math.floor((i * height) / gradient.length)) ? g : 0)) : gradient;
    },
    0,
    trajectory.length,
    (step) => {
      const golden = trajectory[step] as readonly number[];
      const values = Object.values(trial.values).flatMap((value) => [...value]);
      expect(values.length).toBe(golden.length);
      const typical = Math.sqrt(golden.reduce((sum, x) => sum + x * x, 0) / golden.length);
      golden.forEach((x, i) => {
        const relative = Math.abs((values[i] as number) - x) / Math.max(Math.abs(x), typical);
        difference = Number.isNaN(relative) ? Number.NaN : Math.max(difference, relative);
      });
      for (const [name, expected] of Object.entries(extra)) {
        const ours = besides[name]?.(trial) ?? [];
        const golden = [expected[step] as number].flat();
        expect(ours.length).toBe(golden.length);
        const size = Math.sqrt(golden.reduce((sum, x) => sum + x * x, 0) / golden.length);
        const tolerance = table[translated.kind]?.tolerance?.[name] ?? 5e-6;
        golden.forEach((x, i) => {
          expect(Math.abs((ours[i] as number) - x), `${name} in step ${step}`).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(x), size));
        });
      }
    },
  );
  return difference;
}

/** What golden files tell beside the trajectory, of ours. */
const besides: Readonly<Record<string, (trial: Trial) => readonly number[]>> = {
  average: (trial) => {
    if (rules.get(trial.optimizer.description.kind)?.evaluate === undefined)
      return [...trial.optimizer.slot("average").values()].flatMap((value) => [...value]);
    trial.optimizer.toEvaluation();
    const values = Object.values(trial.values).flatMap((value) => [...value]);
    trial.optimizer.toTraining();
    return values;
  },
  d: ({ optimizer }) => [optimizer.state().scalars[0]?.["d"] as number],
  learningRate: ({ optimizer }) => [optimizer.learningRate],
  lowerBound: ({ optimizer }) => [optimizer.state().scalars[0]?.["bound"] as number],
  rate: ({ optimizer }) => (optimizer.description["perTensor"] ? Object.values(optimizer.learningRates) : [optimizer.learningRate]),
};

/** Cuts a flat row of a golden file into the tensors, in their order. */
function splitter(trial: Trial): (row: readonly number[]) => [string, readonly number[]][] {
  const tensors = [...trial.parameters];
  return (row) => {
    let from = 0;
    return tensors.map(({ name, length }) => {
      from += length;
      return [name, row.slice(from - length, from)];
    });
  };
}
