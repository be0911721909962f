import { describe, expect, test } from "vitest";
import { startEarly, startPool, startSecond } from "../../src/cli/pool.js";
import { load } from "../../src/engine/load.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import type { Plan } from "../../src/search/conduct.js";
import type { WorkersExecutor } from "../../src/search/executors/workers.js";
import { readPlan } from "../../src/search/search.js";
import { readRun } from "../../src/training/run.js";

const run = (inputs: number, epochs: number) =>
  readRun({
    model: mlp({ inputs, hidden: [64], outputs: 10 }),
    loss: "crossEntropy",
    optimizer: adam(),
    batchSize: 32,
    epochs,
  });

describe("the second worker of a search starts at once where products take a third of a second", () => {
  const cases: [string, number, number, number, Partial<Plan>, number[]][] = [
    ["digits, by default", 64, 30, 1257, {}, [2]],
    ["a fifth of its epochs", 64, 6, 1257, {}, []],
    ["pruned", 64, 30, 1257, { prune: true }, []],
    ["pruned, of more epochs", 64, 90, 1257, { prune: true }, [2]],
    ["few rates", 64, 30, 1257, { rates: [0.001, 0.01] }, []],
    ["few rates, many repeats", 64, 30, 1257, { rates: [0.001, 0.01], repeats: 8 }, [2]],
    ["few trials", 64, 30, 1257, { budget: { trials: 5 } }, []],
    ["iris", 4, 30, 105, {}, []],
  ];
  test.each(cases)("%s", (_, inputs, epochs, rows, plan, prepared) => {
    const asked: number[] = [];
    const pool = { prepare: (trials: number) => asked.push(trials) } as unknown as WorkersExecutor;
    startSecond(pool, readPlan({ resplit: true, ...plan }), run(inputs, epochs), rows);
    expect(asked).toEqual(prepared);
  });
});

describe("it starts while a file is read that is probably worth one", () => {
  const cases: [string, string, number, object, number[]][] = [
    ["the digits", "digits.csv.gz", 53_593, {}, [2]],
    ["not compressed", "digits.csv", 265_000, {}, [2]],
    ["a small file", "penguins.csv", 13_479, {}, []],
    ["of unknown size", "-", 0, {}, []],
    ["few epochs", "digits.csv.gz", 53_593, { epochs: 10 }, []],
    ["no hidden layer", "digits.csv.gz", 53_593, { hidden: [] }, []],
    ["pruned", "digits.csv.gz", 53_593, { prune: true }, []],
    ["few rates", "digits.csv.gz", 53_593, { rates: [0.1, 0.01] }, []],
    ["few trials", "digits.csv.gz", 53_593, { trials: 3 }, []],
    ["many repeats", "digits.csv.gz", 53_593, { rates: [0.1, 0.01], repeats: 8 }, [2]],
  ];
  test.each(cases)("%s", (_, path, bytes, flags, prepared) => {
    const asked: number[] = [];
    const pool = { prepare: (trials: number) => asked.push(trials) } as unknown as WorkersExecutor;
    startEarly(pool, { epochs: 30, hidden: [64], ...flags }, path, bytes);
    expect(asked).toEqual(prepared);
  });
});

test("there is no pool where one trial at a time is wanted, or all there is", async () => {
  const engine = await load();
  expect(startPool({ workers: 1 }, engine)).toBeUndefined();
  expect(startPool({ rates: [0.1] }, engine)).toBeUndefined();
  using pool = startPool({ workers: 40, rates: [0.1, 0.01] }, engine);
  expect(pool?.workers).toBe(2);
  expect(() => startPool({ workers: 0 }, engine)).toThrow("--workers must be a positive integer, got 0");
  engine.dispose();
});
