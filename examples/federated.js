// Federated averaging: two workers train on rows of their own, in threads of their own, and send weights alone; after each round both go on from the mean.
// The whole is run twice, and gives the same bits: a server can check what a worker claims by doing its work again.
//
//   node examples/federated.js
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { load, loadState, mlp, Network, Optimizer, saveState, sgd } from "stepsize";
import { datasetsFromCSV } from "stepsize/data";

const model = mlp({ inputs: 4, hidden: [16], outputs: 3 });
const read = () => datasetsFromCSV(readFileSync(new URL("../data/iris.csv", import.meta.url), "utf8"), { target: "species", seed: 1 });
const [ROUNDS, STEPS, WORKERS] = [15, 10, 2];

/** Trains on every second row, from the weights that come in. */
async function work({ worker }) {
  const engine = await load();
  const { training } = read();
  const rows = Array.from({ length: training.rows }, (_, row) => row).filter((row) => row % WORKERS === worker);
  const network = new Network(engine, model, "crossEntropy", { rows: rows.length, seed: 1 });
  const optimizer = new Optimizer(network.parameters, sgd({ learningRate: 0.1, momentum: 0.9 }));
  const [features, targets] = [engine.vector(rows.length * 4), engine.vector(rows.length)];
  const classes = new Uint32Array(targets.view.buffer, targets.pointer, rows.length);
  for (const [i, row] of rows.entries()) {
    features.view.set(training.features.subarray(row * 4, row * 4 + 4), i * 4);
    classes[i] = training.targets[row];
  }
  const batch = {
    rows: rows.length,
    featuresPointer: features.pointer,
    targetsPointer: targets.pointer,
    features: features.view,
    targets: classes,
  };
  parentPort.on("message", (weights) => {
    loadState(weights, network.parameters);
    for (let step = 0; step < STEPS; step++) {
      const loss = network.train({ ...batch, step });
      optimizer.step(loss);
    }
    parentPort.postMessage(saveState(network.parameters));
  });
}

async function federate() {
  const engine = await load();
  const { validation } = read();
  const network = new Network(engine, model, "crossEntropy", { rows: validation.rows, seed: 1 });
  const workers = Array.from({ length: WORKERS }, (_, worker) => new Worker(new URL(import.meta.url), { workerData: { worker } }));
  const answer = async (worker, weights) => {
    worker.postMessage(weights);
    const [trained] = await once(worker, "message");
    return trained;
  };
  const { values } = network.parameters;
  for (let round = 0; round < ROUNDS; round++) {
    const weights = saveState(network.parameters);
    const files = await Promise.all(workers.map((worker) => answer(worker, weights)));
    // the sum is taken in the order of the workers, not in that of their answers
    const sum = new Float32Array(values.length);
    for (const file of files) {
      loadState(file, network.parameters);
      for (const [i, value] of values.view.entries()) sum[i] += value;
    }
    values.view.set(sum.map((value) => value / WORKERS));
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  const outputs = network.predict(validation.features);
  const right = Array.from({ length: validation.rows }, (_, row) => {
    const logits = outputs.subarray(row * 3, row * 3 + 3);
    return logits.indexOf(Math.max(...logits)) === validation.targets[row];
  }).filter(Boolean).length;
  console.log(`${ROUNDS} rounds of ${WORKERS} workers: ${right} of ${validation.rows} held-out flowers`);
  return createHash("sha256").update(saveState(network.parameters)).digest("hex");
}

if (isMainThread) {
  const [first, second] = [await federate(), await federate()];
  console.log(first === second ? `the same bits: ${first.slice(0, 16)}` : `other bits: ${first} and ${second}`);
} else await work(workerData);
