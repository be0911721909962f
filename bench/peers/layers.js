// A step of a convolutional network and of an attention block beside tfjs, jax-js and PyTorch on one thread: node layers.js [PYTHON], here, once the
// root package is built and this folder has been installed. The losses must be ours; then both take turns, and the least times are compared: times of
// the processor, in which nothing else that the machine does counts, since all keep to one thread here. The step of jax-js is without its optimizer and of the
// attention block needs Node 22, PyTorch is a process of its own. Rates are of the products' operations, beside the multiply-add peak of four lanes.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import {
  activation,
  adam,
  attention,
  conv2d,
  dense,
  flatten,
  layerNorm,
  load,
  maxPool2d,
  Network,
  Optimizer,
  residual,
  sequential,
} from "../../dist/entries/index.js";
import { peakCalls } from "../machine.js";
import { filled } from "../measure.js";
import { RATE, version } from "./problem.js";

/** Turns with each backend: what wasm cannot do is left to its cpu backend, which takes seconds a step. */
const ROUNDS = { wasm: 8, cpu: 2 };

/** Conv(16), pool, conv(32), pool and dense on pictures of 28 × 28 with 8 channels. */
const convolution = {
  name: "conv(16)-pool-conv(32)-pool-dense, 32 pictures of 8 x 28 x 28",
  rows: 32,
  inputs: [28, 28, 8],
  outputs: [10],
  // forward and for two gradients, of which the first convolution needs one
  operations: 2 * 32 * (2 * 784 * 72 * 16 + 3 * 196 * 144 * 32 + 3 * 1568 * 10),
  loss: "crossEntropy",
  layers: [
    conv2d({ filters: 16, kernel: 3, padding: "same" }),
    activation("relu"),
    maxPool2d(),
    conv2d({ filters: 32, kernel: 3, padding: "same" }),
    activation("relu"),
    maxPool2d(),
    flatten(),
    dense({ units: 10 }),
  ],
  theirs([w1, b1, w2, b2, w3, b3], x, t) {
    const part = (x, w, b) => tf.maxPool(tf.relu(tf.add(tf.conv2d(x, w, 1, "same"), b)), 2, 2, "valid");
    const flat = part(part(x, w1, b1), w2, b2).reshape([32, -1]);
    return tf.losses.softmaxCrossEntropy(t, tf.add(tf.matMul(flat, w3), b3));
  },
  inJax({ lax, nn, np }, weights, x, t) {
    const pool = (y, c, size) => np.max(np.max(y.reshape([32, c, size / 2, 2, size / 2, 2]), 5), 3);
    const part = (y, w, b, c, size) => {
      const filters = np.transpose(w, [3, 2, 0, 1]);
      return pool(nn.relu(lax.conv(y, filters, [1, 1], "SAME").add(b.reshape([1, c, 1, 1]))), c, size);
    };
    const kernels = [
      [3, 3, 8, 16],
      [3, 3, 16, 32],
    ];
    return {
      values: weights.map(({ shape, value }, i) => np.array(value).reshape(i % 2 === 0 && i < 4 ? kernels[i / 2] : shape)),
      features: np.transpose(np.array(x).reshape([32, 28, 28, 8]), [0, 3, 1, 2]),
      targets: np.array(Float32Array.from({ length: 320 }, (_, i) => (t[Math.floor(i / 10)] === i % 10 ? 1 : 0))).reshape([32, 10]),
      loss([w1, b1, w2, b2, w3, b3], x, t) {
        const flat = np.transpose(part(part(x, w1, b1, 16, 28), w2, b2, 32, 14), [0, 2, 3, 1]).reshape([32, 32 * 49]);
        return nn
          .logSoftmax(np.matmul(flat, w3).add(b3))
          .mul(t)
          .sum()
          .mul(-1 / 32);
      },
    };
  },
};

/** A residual block of layer norm and causal attention, 4 heads of 64 over 64 tokens. */
const block = {
  name: "attention block, 4 heads x 64, 64 tokens, batch 16",
  rows: 16,
  inputs: [64, 256],
  outputs: [64, 256],
  // forward and for two gradients: both dense layers, and of each head the two products, without leaving out what a step does not see
  operations: 2 * 3 * (1024 * 256 * 1024 + 2 * 16 * 4 * 64 ** 3),
  loss: "meanSquared",
  layers: [residual([layerNorm(), attention({ heads: 4, rotary: false })])],
  theirs([gamma, beta, w, out], x, t) {
    const { mean, variance } = tf.moments(x, -1, true);
    const normed = tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5))), gamma), beta);
    const joint = tf
      .matMul(normed.reshape([1024, 256]), w)
      .reshape([16, 64, 3, 4, 64])
      .transpose([2, 0, 3, 1, 4]);
    const [q, k, v] = tf.unstack(joint);
    const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / 8), future);
    const mixed = tf.matMul(tf.softmax(scores), v).transpose([0, 2, 1, 3]).reshape([1024, 256]);
    return tf.losses.meanSquaredError(t, tf.add(x, tf.matMul(mixed, out).reshape([16, 64, 256])));
  },
  inJax({ nn, np }, [gamma, beta, joint, out], x, t) {
    const part = (k) => Float32Array.from({ length: 256 * 256 }, (_, i) => joint.value[Math.floor(i / 256) * 768 + k * 256 + (i % 256)]);
    const square = (values) => np.array(values).reshape([256, 256]);
    return {
      values: [np.array(gamma.value), np.array(beta.value), ...[0, 1, 2].map((k) => square(part(k))), square(out.value)],
      features: np.array(x).reshape([16, 64, 256]),
      targets: np.array(t).reshape([16, 64, 256]),
      loss([gamma, beta, q, k, v, out], x, t) {
        const normed = nn.standardize(x.ref, -1, { epsilon: 1e-5 }).mul(gamma).add(beta).reshape([1024, 256]);
        const [query, key, value] = [q, k, v].map((w) => np.matmul(normed.ref, w).reshape([16, 64, 4, 64]));
        normed.dispose();
        const mixed = nn.dotProductAttention(query, key, value, { isCausal: true }).reshape([1024, 256]);
        const difference = x.add(np.matmul(mixed, out).reshape([16, 64, 256])).sub(t);
        return np.mean(difference.ref.mul(difference));
      },
    };
  },
};
let future;

/** A step of jax-js: loss and gradients, in one jit on its wasm device. */
async function jaxOf(problem, weights, x, t) {
  // Node 20 has none, and jax-js asks it for threads
  globalThis.navigator ??= {};
  const { init, jit, lax, nn, numpy: np, valueAndGrad } = await import("@jax-js/jax");
  await init("wasm");
  const { values, features, targets, loss } = problem.inJax({ lax, nn, np }, weights, x, t);
  const step = jit((p, x, t) => {
    const [value, gradients] = valueAndGrad(loss)(p, x, t);
    return [value, ...gradients];
  });
  return () => {
    const [value, ...gradients] = step(
      values.map((array) => array.ref),
      features.ref,
      targets.ref,
    );
    // arrays are lazy: they are worked out when they are read
    for (const gradient of gradients) gradient.dataSync();
    return value.dataSync()[0];
  };
}

function targetsOf({ loss, rows, outputs }) {
  return loss === "crossEntropy" ? Int32Array.from({ length: rows }, (_, i) => (i * 7) % 10) : filled(rows * size(outputs), 2);
}

const engine = await load();

function ours({ rows, inputs, outputs, loss, layers }, x, t) {
  const network = new Network(engine, sequential(layers, { inputs }), loss, { rows, seed: 1 });
  const optimizer = new Optimizer(network.parameters, adam({ learningRate: RATE }));
  const [features, targets] = [engine.vector(x.length), engine.vector(t.length)];
  features.view.set(x);
  const numbers = loss === "crossEntropy" ? new Uint32Array(targets.view.buffer, targets.pointer, t.length) : targets.view;
  numbers.set(t);
  const batch = {
    rows,
    step: 0,
    featuresPointer: features.pointer,
    targetsPointer: targets.pointer,
    features: features.view,
    targets: numbers,
  };
  const weights = [...network.parameters].map(({ shape, value }) => ({ shape: [...shape], value: value.slice() }));
  const run = () => {
    const value = network.train(batch);
    optimizer.step();
    return value;
  };
  return { run, weights, outputs };
}

function theirs({ rows, inputs, outputs, loss, theirs }, weights, x, t) {
  const variables = weights.map(({ shape, value }) => tf.variable(tf.tensor(value, shape)));
  const features = tf.tensor(x, [rows, ...inputs]);
  const targets = loss === "crossEntropy" ? tf.oneHot(tf.tensor1d(t, "int32"), outputs[0]).toFloat() : tf.tensor(t, [rows, ...outputs]);
  const optimizer = tf.train.adam(RATE, 0.9, 0.999, 1e-8);
  return () => {
    const value = optimizer.minimize(() => theirs(variables, features, targets), true);
    const number = value.dataSync()[0];
    value.dispose();
    return number;
  };
}

const size = (shape) => shape.reduce((product, length) => product * length, 1);
const milliseconds = (run) => {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};

tf.enableProdMode();
setThreadsCount(1);
setWasmPaths(fileURLToPath(new URL("./node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/", import.meta.url)));
let problems = [convolution, block];
for (const backend of ["wasm", "cpu"]) {
  const left = [];
  await tf.setBackend(backend);
  await tf.ready();
  future = tf.tensor2d(
    Float32Array.from({ length: 64 * 64 }, (_, i) => (i % 64 > Math.floor(i / 64) ? -1e9 : 0)),
    [64, 64],
  );
  for (const problem of problems) {
    const x = filled(problem.rows * size(problem.inputs), 1);
    const t = targetsOf(problem);
    const a = ours(problem, x, t);
    const name = `${problem.name}, tfjs ${version("@tensorflow/tfjs")} ${backend}`;
    try {
      const b = theirs(problem, a.weights, x, t);
      for (let i = 0; i < 3; i++) {
        const [mine, other] = [a.run(), b()];
        if (!(Math.abs(mine - other) < 2e-3 * Math.abs(mine))) throw new Error(`its loss is ${other} after ${i} steps, ours ${mine}`);
      }
      const times = Array.from({ length: ROUNDS[backend] }, () => [
        Math.min(milliseconds(a.run), milliseconds(a.run), milliseconds(a.run)),
        milliseconds(b),
      ]);
      const [mine, other] = [0, 1].map((i) => Math.min(...times.map((pair) => pair[i])));
      console.log(`${name}: ${mine.toFixed(1)} ms and ${other.toFixed(1)} ms, ${(other / mine).toFixed(1)}x`);
    } catch (error) {
      console.log(`${name}: ${error.message.split("\n")[0]}`);
      left.push(problem);
    }
  }
  problems = left;
}

// in stretches of two milliseconds
const { calls, of } = peakCalls(1e8);
for (const problem of [convolution, block]) {
  const x = filled(problem.rows * size(problem.inputs), 1);
  const t = targetsOf(problem);
  const a = ours(problem, x, t);
  const name = `${problem.name}, jax-js ${version("@jax-js/jax")} wasm`;
  try {
    const b = await jaxOf(problem, a.weights, x, t);
    const [mine, other] = [a.run(), b()];
    if (!(Math.abs(mine - other) < 2e-3 * Math.abs(mine))) throw new Error(`its loss is ${other}, ours ${mine}`);
    b();
    const times = Array.from({ length: 10 }, () => [
      Math.min(milliseconds(a.run), milliseconds(a.run), milliseconds(a.run)),
      milliseconds(b),
      ...Object.values(calls).map(milliseconds),
    ]);
    const [least, theirs, ...peaks] = times[0].map((_, i) => Math.min(...times.map((round) => round[i])));
    const peak = of(Object.fromEntries(Object.keys(calls).map((name, i) => [name, { min: peaks[i] * 1e6 }])));
    const [rate, rateOfTheirs] = [least, theirs].map((time) => (problem.operations / time / 1e6).toFixed(1));
    console.log(
      `${name}: ${least.toFixed(1)} ms and ${theirs.toFixed(1)} ms, ${(theirs / least).toFixed(1)}x; ${rate} and ${rateOfTheirs} GF/s, the peak is ${peak.toFixed(1)}`,
    );
  } catch (error) {
    console.log(`${name}: ${error.message.split("\n")[0]}`);
  }
}

const python = process.argv[2];
if (python !== undefined) {
  const lines = execFileSync(python, [fileURLToPath(new URL("layers.py", import.meta.url))], { encoding: "utf8" })
    .trim()
    .split("\n");
  for (const [i, problem] of [convolution, block].entries()) {
    const [torch, least] = lines[i].split(" ");
    const x = filled(problem.rows * size(problem.inputs), 1);
    const isClasses = problem.loss === "crossEntropy";
    const t = isClasses
      ? Int32Array.from({ length: problem.rows }, (_, row) => (row * 7) % 10)
      : filled(problem.rows * size(problem.outputs), 2);
    const { run } = ours(problem, x, t);
    const mine = Math.min(...Array.from({ length: 30 }, () => milliseconds(run)));
    console.log(
      `${problem.name}, PyTorch ${torch}, one thread: ${mine.toFixed(1)} ms and ${Number(least).toFixed(1)} ms, ${(Number(least) / mine).toFixed(2)}x`,
    );
  }
}
