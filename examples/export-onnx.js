// From a CSV file to an ONNX file, which takes the columns as they are: cells become numbers and numbers are scaled within it. Where onnxruntime-node is
// installed (npm install onnxruntime-node), it runs the file.
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adamw, load, mlp, Trainer } from "stepsize";
import { datasetsFromCSV } from "stepsize/data";
import { toOnnx } from "stepsize/onnx";

const text = await readFile(new URL("../data/penguins.csv", import.meta.url), "utf8");
const { encoder, ...data } = datasetsFromCSV(text, { target: "species", missing: "mean", test: 0.2 });
const run = {
  model: mlp({ inputs: data.training.columns, hidden: [16], outputs: data.training.outputs }),
  loss: "crossEntropy",
  optimizer: adamw({ learningRate: 0.01 }),
  batchSize: 32,
  epochs: 20,
  seed: 1,
};
const trainer = new Trainer(await load(), run, data);
await trainer.train();
console.log("held-out accuracy", trainer.evaluate(data.test).score);

const bytes = toOnnx(trainer.model, { encoder, probabilities: "softmax" });
const path = join(tmpdir(), "penguins.onnx");
await writeFile(path, bytes);
console.log(`penguins.onnx: ${bytes.length} bytes`);

const onnxruntime = await import("onnxruntime-node").catch(() => undefined);
if (onnxruntime === undefined) console.log("onnxruntime-node is not installed: the file is not run here");
else {
  const { InferenceSession, Tensor } = onnxruntime;
  const session = await InferenceSession.create(path);
  // a bird to a row, in the order of the encoder's columns; NaN and an empty text are missing
  const columns = encoder.columns.map(({ name, type }) => `${name} (${type})`);
  console.log(`columns: ${columns.join(", ")}`);
  const numbers = new Tensor("float64", [49.1, 14.8, 220, 5150, Number.NaN, 18.9, 187, 3900], [2, 4]);
  const texts = new Tensor("string", ["Biscoe", "MALE", "Dream", ""], [2, 2]);
  const { probabilities } = await session.run({ numbers, texts });
  for (let row = 0; row < 2; row++) {
    const shares = encoder.target.classes.map((name, i) => `${name} ${probabilities.data[row * 3 + i].toFixed(3)}`);
    console.log(shares.join(", "));
  }
}
