// The search of this package on the task that bench/search/main.js writes; prints the rate it names and the processor time it took.
import { readFileSync } from "node:fs";
import { adam, dataset, load, mlp, searchLearningRate } from "../../dist/index.js";

const prune = process.argv[3] === "prune";
const { task, seed } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const part = ({ features, labels }) => dataset(features, labels, { classes: task.classes });
const data = { training: part(task.training), validation: part(task.validation) };
const run = {
  model: mlp({ inputs: task.training.features[0].length, hidden: task.hidden, outputs: task.classes.length }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: task.batchSize,
  epochs: task.epochs,
  seed,
};
const engine = await load();
const start = process.cpuUsage();
const { best, rates } = await searchLearningRate(run, data, { engine, rates: task.rates, repeats: 1, prune });
const { user, system } = process.cpuUsage(start);
engine.dispose();
console.log(JSON.stringify({ rate: best.rate, seconds: (user + system) / 1e6, runs: rates.length }));
