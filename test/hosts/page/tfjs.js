import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-webgl";
import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import * as stepsize from "stepsize";
import { digits } from "stepsize/data/digits";
import { StepsizeOptimizer } from "stepsize/tfjs";
import { train } from "../job.js";

/** How far weights of the two backends may be apart after 25 steps: they add in another order, and a graphics card may round otherwise. */
const TOLERANCE = 1e-4;

const engine = await stepsize.load();
const [, ...lines] = digits().trim().split("\n");
const rows = lines.slice(0, 64).map((line) => line.split(",").map(Number));

/** Weights of a small convolutional network after 25 steps by AdamW, and what tfjs holds after the second and the last. */
async function trainOn(backend) {
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no ${backend} backend here`);
  const x = tf.tensor(
    rows.flatMap((row) => row.slice(0, 64).map((value) => value / 16)),
    [rows.length, 8, 8, 1],
  );
  const y = tf.tidy(() =>
    tf.oneHot(
      rows.map((row) => row[64]),
      10,
    ),
  );
  const seeded = (seed) => ({ className: "HeNormal", config: { seed } });
  const model = sequential({
    layers: [
      layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu", kernelInitializer: seeded(1), inputShape: [8, 8, 1] }),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax", kernelInitializer: seeded(2) }),
    ],
  });
  const optimizer = new StepsizeOptimizer(engine, stepsize.adamw({ learningRate: 0.01, clipNorm: 1 }));
  model.compile({ optimizer, loss: "categoricalCrossentropy" });
  const held = [];
  const losses = [];
  for (let step = 1; step <= 25; step++) {
    losses.push(await model.trainOnBatch(x, y));
    const { numTensors, numDataBuffers, numBytes, numBytesInGPU } = tf.memory();
    if (step === 2 || step === 25) held.push(JSON.stringify({ numTensors, numDataBuffers, numBytes, numBytesInGPU }));
  }
  const weights = model.getWeights().flatMap((weight) => [...weight.dataSync()]);
  if (tf.getBackend() !== backend) throw new Error(`tfjs ran on ${tf.getBackend()}`);
  if (held[0] !== held[1]) throw new Error(`tf.memory() is not flat on ${backend}: ${held.join(", then ")}`);
  return { weights, fall: losses[0] / losses[24] };
}

async function compare() {
  const [there, here] = [await trainOn("webgl"), await trainOn("cpu")];
  const distance = Math.max(...there.weights.map((weight, i) => Math.abs(weight - here.weights[i])));
  if (!(distance <= TOLERANCE)) throw new Error(`weights on webgl are ${distance} from those on cpu`);
  if (!(there.fall > 10)) throw new Error(`the loss on webgl fell by a factor of ${there.fall} only`);
  return `webgl: weights within ${distance.toExponential(0)} of cpu's after 25 steps of AdamW, tf.memory() flat`;
}

const result = await train(stepsize, undefined, false)
  .then(async (trained) => ({ ...trained, reason: await compare() }))
  .catch((error) => ({ error: String(error) }));
await fetch(new URLSearchParams(location.search).get("result"), { method: "POST", body: JSON.stringify(result) });
