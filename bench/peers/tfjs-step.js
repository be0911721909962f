// A step of a tfjs model with its own Adam and with ours: node tfjs-step.js [--smoke], here, once the root package is built and this folder has been
// installed. The same gradients for both, in turns; weights must agree first. Times are the least of all turns.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { adam, load } from "../../dist/entries/index.js";
import { StepsizeOptimizer } from "../../dist/entries/tfjs.js";
import { filled } from "../measure.js";
import { version } from "./problem.js";

const { values: options } = parseArgs({ options: { smoke: { type: "boolean" } } });
const rounds = options.smoke ? 3 : 15;
/** Shapes of the weights: a small dense network, a convolutional one for pictures of 28 × 28, a large dense one. */
const models = {
  "64-32-10": [[64, 32], [32], [32, 10], [10]],
  "conv 16, conv 32, dense": [[3, 3, 1, 16], [16], [3, 3, 16, 32], [32], [1568, 10], [10]],
  "784-256-10": [[784, 256], [256], [256, 10], [10]],
};
const size = (shape) => shape.reduce((product, length) => product * length, 1);
const engine = await load();
tf.enableProdMode();
setThreadsCount(1);
setWasmPaths(fileURLToPath(new URL("./node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/", import.meta.url)));

function start(optimizer, shapes) {
  const variables = shapes.map((shape, i) => tf.tidy(() => tf.variable(tf.tensor(filled(size(shape), i + 1), shape))));
  const gradients = variables.map(({ name, shape }, i) => ({ name, tensor: tf.tensor(filled(size(shape), i + 50), shape) }));
  return {
    run: () => optimizer.applyGradients(gradients),
    values: () => variables.flatMap((variable) => [...variable.dataSync()]),
    dispose() {
      optimizer.dispose();
      tf.dispose([variables, gradients.map(({ tensor }) => tensor)]);
    },
  };
}

/** Milliseconds of a call, of a few that follow each other. */
function time(run) {
  const calls = 10;
  const start = performance.now();
  for (let i = 0; i < calls; i++) run();
  return (performance.now() - start) / calls;
}

for (const backend of ["wasm", "cpu"]) {
  await tf.setBackend(backend);
  await tf.ready();
  for (const [name, shapes] of Object.entries(models)) {
    const theirs = start(tf.train.adam(1e-3), shapes);
    const ours = start(new StepsizeOptimizer(engine, adam({ learningRate: 1e-3, epsilon: 1e-7 })), shapes);
    for (let i = 0; i < 20; i++) for (const one of [theirs, ours]) one.run();
    const [a, b] = [theirs.values(), ours.values()];
    const apart = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
    if (!(apart < 1e-5)) throw new Error(`${name}, ${backend}: the weights differ by ${apart}`);
    const times = Array.from({ length: rounds }, () => [time(ours.run), time(theirs.run)]);
    const [mine, other] = [0, 1].map((i) => Math.min(...times.map((pair) => pair[i])));
    const count = shapes.reduce((sum, shape) => sum + size(shape), 0);
    console.log(
      `tfjs ${version("@tensorflow/tfjs")} ${backend}, ${name}, ${count} parameters: ${(mine * 1e3).toFixed(0)} µs a step, its Adam ${(other * 1e3).toFixed(0)} µs, ${(other / mine).toFixed(1)}x`,
    );
    theirs.dispose();
    ours.dispose();
  }
}
