import { expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import type { Engine } from "../../src/engine/engine.js";
import { Parameters } from "../../src/engine/parameters.js";
import { searchLearningRate } from "../../src/entries/index.js";
import type { Model } from "../../src/models/model.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { logspace } from "../../src/search/rates.js";
import type { Verdict } from "../../src/search/verdict.js";

/** 0.5 xᵀAx with eigenvalues from 1 down to 1 / condition, whatever the batch. */
function quadratic(condition: number, size = 8) {
  const eigenvalues = Array.from({ length: size }, (_, i) => condition ** (-i / (size - 1)));
  return (engine: Engine): Model => {
    const parameters = new Parameters(engine, { x: [size] });
    const x = parameters.get("x");
    x.value.fill(1);
    const loss = () => eigenvalues.reduce((sum, eigenvalue, i) => sum + 0.5 * eigenvalue * (x.value[i] as number) ** 2, 0);
    return {
      parameters,
      train: () => {
        eigenvalues.forEach((eigenvalue, i) => {
          x.gradient[i] = eigenvalue * (x.value[i] as number);
        });
        return loss();
      },
      evaluate: () => ({ loss: loss() }),
      dispose: () => parameters.dispose(),
    };
  };
}

const ORDER: readonly Verdict[] = ["too low", "good", "too high", "diverged"];

test.each(
  [0, 0.9].flatMap((momentum) =>
    [1, 10, 100, 1e3, 1e4].flatMap((condition) => [1, 5].map((batches) => [momentum, condition, batches] as const)),
  ),
)(
  "with momentum %d and condition %d, %d steps an epoch: verdicts follow each other, and divergence begins at 2 (1 + momentum) / λmax",
  async (momentum, condition, batches) => {
    const limit = 2 * (1 + momentum);
    const rows = Array.from({ length: 4 * batches }, (_, i) => [i]);
    const training = dataset(
      rows,
      rows.map(([value]) => value as number),
      { task: "regression" },
    );
    const run = { model: quadratic(condition), optimizer: sgd({ momentum }), batchSize: 4, epochs: 30 };
    for (const data of [{ training }, { training, validation: training }]) {
      for (const rates of [logspace(limit / 1e3, 3 * limit, 50), logspace(0.7 * limit, 1.4 * limit, 29), logspace(1e-4, 10, 11)]) {
        const { rates: results } = await searchLearningRate(run, data, { rates, repeats: 1 });
        const places = results.map(({ verdict }) => ORDER.indexOf(verdict));
        expect(places).not.toContain(-1);
        expect([...places].sort((a, b) => a - b)).toEqual(places);
        for (const { rate, verdict } of results) {
          if (rate < 0.9 * limit) expect(verdict).not.toBe("diverged");
          if (rate > 1.1 * limit) expect(verdict).toBe("diverged");
        }
      }
    }
  },
);
