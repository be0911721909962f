import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import { dense } from "../../src/models/layers/dense.js";
import { embedding } from "../../src/models/layers/embedding.js";
import { flatten } from "../../src/models/layers/flatten.js";
import { Network } from "../../src/models/network.js";
import { sequential } from "../../src/models/sequential.js";
import { adamw } from "../../src/optimizers/kinds/adam.js";
import { sparseAdam } from "../../src/optimizers/kinds/sparseAdam.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { DataError, DivergedError } from "../../src/options/errors.js";
import { Batches } from "../../src/training/batches.js";
import { Trainer } from "../../src/training/trainer.js";
import { sameBits } from "../support/floats.js";

const COUNT = 40;
const description = sequential([embedding({ count: COUNT, width: 6 }), flatten(), dense({ units: 1 })], { inputs: 3 });
const rows = Array.from({ length: 60 }, (_, i) => [(i * 7) % COUNT, (i * i) % 11, 39 - (i % 3)]);
const data = dataset(
  rows,
  rows.map(([a = 0, b = 0]) => a / 20 - b / 5),
  { task: "regression" },
);

describe.each(["wasm", "js"] as const)("an embedding in %s", (backend) => {
  test("gives gradients to the rows that were looked up, and zeroes those of the pass before", async () => {
    const engine = await load({ backend });
    const network = new Network(engine, description, "meanSquared", { rows: 4, seed: 1 });
    using batches = new Batches(engine, data, 4, "meanSquared", [1]);
    const { gradient } = network.parameters.get("layers.0.weight");
    for (const from of [0, 4, 20]) {
      network.train(batches.gather(from, 4, 0));
      const used = new Set(rows.slice(from, from + 4).flat());
      for (let row = 0; row < COUNT; row++)
        expect(gradient.subarray(row * 6, row * 6 + 6).some((value) => value !== 0)).toBe(used.has(row));
    }
    network.dispose();
  });

  test("is stepped by its rows alone to the bits of the whole", async () => {
    const engine = await load({ backend });
    const make = (known: boolean) => {
      const network = new Network(engine, description, "meanSquared", { rows: 5, seed: 1 });
      if (!known) network.parameters.get("layers.0.weight").gradientRows = undefined;
      return { network, optimizer: new Optimizer(network.parameters, sparseAdam({ learningRate: 0.05 })) };
    };
    const [known, whole] = [make(true), make(false)];
    using batches = new Batches(engine, data, 5, "meanSquared", [1]);
    for (let step = 0; step < 100; step++) {
      batches.gather((step * 5) % 60, 5, step);
      for (const { network, optimizer } of [known, whole]) optimizer.step(network.train(batches));
    }
    expect(sameBits(known.network.parameters.values.view, whole.network.parameters.values.view)).toBe(true);
    expect(known.optimizer.state()).toEqual(whole.optimizer.state());
  });

  test("learns with any optimizer, accumulated and clipped", async () => {
    const engine = await load({ backend });
    const optimizers = [
      sparseAdam({ learningRate: 0.05, accumulate: 3 }),
      adamw({ learningRate: 0.05, clipNorm: 1 }),
      sparseAdam({ clipNorm: 1, learningRate: 0.05 }),
    ];
    for (const optimizer of optimizers) {
      using trainer = new Trainer(
        engine,
        { model: description, loss: "meanSquared", optimizer, batchSize: 8, epochs: 40 },
        { training: data },
      );
      await trainer.train();
      expect(trainer.history.at(-1)?.loss).toBeLessThan(0.1);
    }
  });
});

test("a row that stops being finite is found at once, wherever it is", async () => {
  const engine = await load();
  const network = new Network(engine, description, "meanSquared", { rows: 4, seed: 1 });
  const optimizer = new Optimizer(network.parameters, sparseAdam());
  using batches = new Batches(engine, data, 4, "meanSquared", [1]);
  optimizer.step(network.train(batches.gather(0, 4, 0)));
  network.parameters.get("layers.0.weight").gradient[6 * (rows[0]?.[0] as number)] = 1e30;
  expect(() => optimizer.step(1)).toThrow(DivergedError);
});

test.each([-1, COUNT, 0.5, 1e9])("refuses %d", async (thing) => {
  const engine = await load();
  const network = new Network(engine, description, "meanSquared", { rows: 4, seed: 1 });
  expect(() => network.predict([0, 1, 2, 3, 4, thing])).toThrow(DataError);
  expect(() => network.predict([0, 1, 2, 3, 4, thing])).toThrow("takes whole numbers from 0 to 39");
});
