// A convolutional network of TensorFlow.js reads digits: trained by AdamW with a warm-up and a cosine of this library, beside tfjs's own Adam.
// In a page import "@tensorflow/tfjs" in place of the three packages. Its wasm backend has no gradient of a convolution.
//
//   npm i @tensorflow/tfjs-core @tensorflow/tfjs-layers @tensorflow/tfjs-backend-cpu && node examples/tfjs-digits.js
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { adamw, cosine, load, warmup } from "stepsize";
import { digits } from "stepsize/data/digits";
import { StepsizeOptimizer } from "stepsize/tfjs";

tf.enableProdMode();
await tf.setBackend("cpu");

const [, ...lines] = digits().trim().split("\n");
const rows = lines.map((line) => line.split(",").map(Number));
const part = (from, to) => {
  const some = rows.slice(from, to);
  const pixels = some.flatMap((row) => row.slice(0, 64).map((value) => value / 16));
  return {
    x: tf.tensor(pixels, [some.length, 8, 8, 1]),
    y: tf.oneHot(
      tf.tensor1d(
        some.map((row) => row[64]),
        "int32",
      ),
      10,
    ),
  };
};
const [training, held] = [part(0, 704), part(704)];
const [batchSize, epochs] = [32, 6];
const steps = (704 / batchSize) * epochs;

/** The same weights at the start for both. */
function network() {
  const he = (seed) => ({ className: "HeNormal", config: { seed } });
  return sequential({
    layers: [
      layers.conv2d({
        filters: 8,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        activation: "relu",
        kernelInitializer: he(1),
        inputShape: [8, 8, 1],
      }),
      layers.conv2d({ filters: 16, kernelSize: 3, strides: 2, padding: "same", activation: "relu", kernelInitializer: he(2) }),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax", kernelInitializer: he(3) }),
    ],
  });
}

async function train(name, optimizer) {
  const model = network();
  model.compile({ optimizer, loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  const start = performance.now();
  await model.fit(training.x, training.y, { batchSize, epochs, shuffle: false, verbose: 0, yieldEvery: "never" });
  const seconds = (performance.now() - start) / 1000;
  const accuracy = model.evaluate(held.x, held.y)[1].dataSync()[0];
  console.log(`${name}: ${(100 * accuracy).toFixed(1)} % of the held-out digits, ${seconds.toFixed(1)} s`);
}

await train("tf.train.adam", tf.train.adam(1e-3));

const learningRate = warmup({ steps: 22, then: cosine({ rate: 0.01, steps: steps - 22 }) });
const optimizer = new StepsizeOptimizer(
  await load(),
  adamw({ learningRate, weightDecay: 0.01, groups: [{ match: "*/bias*", weightDecay: 0 }] }),
);
await train("AdamW, warm-up and cosine", optimizer);
console.log(`${optimizer.iterations} steps, the last at a rate of ${optimizer.learningRate.toPrecision(2)}`);
optimizer.dispose();
