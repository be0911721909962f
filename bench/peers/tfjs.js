// TensorFlow.js as its guide says is fastest: production mode, tidy, fused layers, gradients by the optimizer, variables that stay; wasm with
// SIMD and one thread.
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { RATE, version } from "./problem.js";

/** Not Adadelta, which is plain SGD in tfjs 4.22 because it reads its accumulator before it has been written. */
const optimizers = {
  adam: () => tf.train.adam(RATE, 0.9, 0.999, 1e-8),
  momentum: () => tf.train.momentum(RATE, 0.9),
  sgd: () => tf.train.sgd(RATE),
  adagrad: () => tf.train.adagrad(RATE, 0.1),
  rmsprop: () => tf.train.rmsprop(RATE, 0.9, 0, 1e-7),
  adamax: () => tf.train.adamax(RATE, 0.9, 0.999, 1e-8),
};

export async function start(backend) {
  tf.enableProdMode();
  if (backend === "wasm") {
    setThreadsCount(1);
    setWasmPaths(fileURLToPath(new URL("./node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/", import.meta.url)));
  }
  await tf.setBackend(backend);
  await tf.ready();
  let setup = `tfjs ${version("@tensorflow/tfjs")} ${backend}`;
  if (backend === "wasm") {
    if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) throw new Error("its SIMD is not to be had here");
    if ((await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT")) && getThreadsCount() !== 1)
      throw new Error("it takes more than one thread");
    setup += ": SIMD, one thread";
  }
  return {
    name: `tfjs ${backend}`,
    setup,
    steps: Object.keys(optimizers),
    step(kind, p, g) {
      const variable = tf.variable(tf.tensor1d(p));
      const gradient = tf.tensor1d(g);
      const optimizer = optimizers[kind]();
      return {
        run: () => optimizer.applyGradients([{ name: variable.name, tensor: gradient }]),
        value: () => variable.dataSync(),
        dispose() {
          for (const taken of [variable, gradient, optimizer]) taken.dispose();
        },
      };
    },
    network({ sizes, rows }, weights, batches) {
      const layers = weights.map(({ w, b, inputs, outputs }) => ({
        w: tf.variable(tf.tensor2d(w, [inputs, outputs])),
        b: tf.variable(tf.tensor1d(b)),
      }));
      const data = batches.map(({ x, t }) => ({
        x: tf.tensor2d(x, [rows, sizes[0]]),
        t: tf.tidy(() => tf.oneHot(tf.tensor1d(t, "int32"), sizes.at(-1)).toFloat()),
      }));
      const optimizer = optimizers.adam();
      let next = 0;
      return {
        run() {
          const { x, t } = data[next++ % data.length];
          const loss = optimizer.minimize(() => {
            const z = layers.reduce(
              (a, { w, b }, i) => tf.fused.matMul({ a, b: w, bias: b, activation: i + 1 < layers.length ? "relu" : "linear" }),
              x,
            );
            return tf.losses.softmaxCrossEntropy(t, z);
          }, true);
          const value = loss.dataSync()[0];
          loss.dispose();
          return value;
        },
        dispose() {
          for (const { w, b } of layers) for (const variable of [w, b]) variable.dispose();
          for (const { x, t } of data) for (const tensor of [x, t]) tensor.dispose();
          optimizer.dispose();
        },
      };
    },
  };
}
