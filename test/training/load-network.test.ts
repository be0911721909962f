import { expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import { ACTIVATIONS } from "../../src/models/activations.js";
import { activation } from "../../src/models/layers/activation.js";
import { conv2d } from "../../src/models/layers/conv2d.js";
import { dense } from "../../src/models/layers/dense.js";
import { dropout } from "../../src/models/layers/dropout.js";
import { flatten } from "../../src/models/layers/flatten.js";
import { mlp } from "../../src/models/mlp.js";
import { type NetworkDescription, sequential } from "../../src/models/sequential.js";
import { scheduleFreeAdamw } from "../../src/optimizers/kinds/scheduleFree.js";
import { CheckpointError, OptionError } from "../../src/options/errors.js";
import { loadModel } from "../../src/training/from-json.js";
import { loadNetwork } from "../../src/training/load-network.js";
import { Trainer } from "../../src/training/trainer.js";

const engine = await load();
const rows = Array.from({ length: 300 }, (_, i) => [i % 7, (i % 5) - 2, i % 3, Math.sin(i)]);
const labels = rows.map(([a, b]) => `class ${Math.abs((a as number) + (b as number)) % 3}`);
const training = dataset(rows, labels);

/** The checkpoint of a run whose optimizer predicts with other values than it trains, at its end or after a batch. */
async function trained(model: NetworkDescription, { finished = true } = {}): Promise<Uint8Array> {
  const optimizer = scheduleFreeAdamw({ learningRate: 0.01 });
  const trainer = new Trainer(engine, { model, loss: "crossEntropy", optimizer, batchSize: 100, epochs: 2, seed: 3 }, { training });
  try {
    for await (const _ of trainer.steps()) if (!finished) break;
    return trainer.checkpoint({ labels: "abc" });
  } finally {
    trainer.dispose();
  }
}

const models: [string, NetworkDescription][] = [
  ...ACTIVATIONS.map((name): [string, NetworkDescription] => [
    `mlp with ${name}`,
    mlp({ inputs: 4, hidden: [9, 5], outputs: 3, activation: name, dropout: 0.2 }),
  ]),
  [
    "sequential",
    sequential([dense({ units: 6 }), flatten(), activation("elu"), dropout({ rate: 0.3 }), dense({ units: 3 })], { inputs: [2, 2] }),
  ],
];

test.each(models)("%s predicts as loadModel does, to the bit", async (_, model) => {
  const bytes = await trained(model);
  const whole = loadModel(engine, bytes);
  const predictor = loadNetwork(bytes);
  expect(predictor.notes).toEqual({ labels: "abc" });
  expect(predictor.predict(rows.flat())).toEqual(whole.model.predict(rows.flat()));
  whole.model.dispose();
  predictor.dispose();
  expect(() => predictor.predict([1, 2, 3, 4])).toThrow("disposed");
});

test("refuses a run that is under way, a layer that it does not know, and a damaged file", async () => {
  const model = mlp({ inputs: 4, outputs: 3 });
  const underWay = await trained(model, { finished: false });
  expect(() => loadNetwork(underWay)).toThrow(
    new CheckpointError("the run of the checkpoint was under way: loadModel finds the values to predict with"),
  );
  const windows = await trained(sequential([conv2d({ filters: 2, kernel: 2 }), flatten(), dense({ units: 3 })], { inputs: [2, 2, 1] }));
  expect(() => loadNetwork(windows)).toThrow(OptionError);
  expect(() => loadNetwork(windows)).toThrow(
    "run.model.layers[0].kind is no layer known here; there are dense, activation, dropout, flatten",
  );
  const bytes = await trained(model);
  for (const at of [3, 40, bytes.length - 5]) {
    const damaged = bytes.slice();
    damaged[at] = (damaged[at] as number) ^ 4;
    expect(() => loadNetwork(damaged)).toThrow(CheckpointError);
  }
  expect(() => loadNetwork("model" as never)).toThrow(CheckpointError);
});
