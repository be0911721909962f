// From a CSV file to a saved model, and back to predictions in words.
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adamw, cosine, load, loadModel, mlp, Trainer, warmup } from "stepsize";
import { datasetsFromCSV, decodeOutputs, encodeFeatures, noteText, parseCSV, readEncoder } from "stepsize/data";

const text = await readFile(new URL("../data/penguins.csv", import.meta.url), "utf8");
const { encoder, notes, ...data } = datasetsFromCSV(text, { target: "species", missing: "mean", validation: 0.15, test: 0.15 });
for (const note of notes) console.log("note:", noteText(note));

const run = {
  model: mlp({ inputs: data.training.columns, hidden: [32], outputs: data.training.outputs }),
  loss: "crossEntropy",
  optimizer: adamw({ learningRate: warmup({ steps: 20, then: cosine({ rate: 0.02, steps: 220 }) }) }),
  batchSize: 32,
  epochs: 30,
  seed: 1,
  earlyStopping: { patience: 10 },
};

const engine = await load();
const trainer = new Trainer(engine, run, data);
for await (const { epoch, loss, validation, learningRate } of trainer.epochs()) {
  if (epoch % 5 === 0) console.log(epoch, loss.toFixed(4), validation.score.toFixed(3), learningRate.toPrecision(3));
}
console.log("held-out accuracy", trainer.evaluate(data.test).score);

const file = join(tmpdir(), "penguins.safetensors");
await writeFile(file, trainer.checkpoint({ encoder }));

// elsewhere, later: the file knows how cells become numbers
const { model, notes: stored } = loadModel(engine, await readFile(file));
const again = readEncoder(stored.encoder);
const strangers = parseCSV(
  "island,beak_length_mm,beak_depth_mm,flipper_length_mm,body_mass_g,sex\nBiscoe,49.1,14.8,220,5150,FEMALE\nDream,,18.9,187,3900,MALE\n",
);
console.log(decodeOutputs(again, model.predict(encodeFeatures(again, strangers).features)));
