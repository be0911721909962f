// TensorFlow.js as its guide says is fastest: production mode, tidy, fused layers, gradients by the optimizer; wasm with SIMD on one thread.

import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { RATE } from "./problem.js";

export async function start(backend) {
  tf.enableProdMode();
  if (backend === "wasm") {
    setThreadsCount(1);
    setWasmPaths(fileURLToPath(new URL("./node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/", import.meta.url)));
  }
  const use = async () => {
    await tf.setBackend(backend);
    await tf.ready();
  };
  await use();
  const make = (kind) => (kind === "adam" ? tf.train.adam(RATE, 0.9, 0.999, 1e-8) : tf.train.momentum(RATE, 0.9));
  return {
    name: `tfjs ${backend}`,
    use,
    step(kind, p, g) {
      const variable = tf.variable(tf.tensor1d(p));
      const gradient = tf.tensor1d(g);
      const optimizer = make(kind);
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
      const optimizer = make("adam");
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
