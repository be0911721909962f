// Which learning rate suits this run?
import { readFile } from "node:fs/promises";
import { logspace, mlp, searchLearningRate, sgd } from "stepsize";
import { datasetsFromCSV } from "stepsize/data";

const text = await readFile(new URL("../data/iris.csv", import.meta.url), "utf8");
const data = datasetsFromCSV(text, { target: "species", validation: 0.2, test: 0.2 });

const run = {
  model: mlp({ inputs: 4, hidden: [16], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: sgd({ momentum: 0.9 }),
  batchSize: 16,
  epochs: 20,
};

const { rates, best, good, test } = await searchLearningRate(run, data, { rates: logspace(1e-5, 10, 13), repeats: 3 });
for (const { rate, verdict, reason } of rates) console.log(rate.toPrecision(3).padEnd(10), verdict.padEnd(10), reason);
console.log(`best ${best.rate.toPrecision(3)}, good from ${good.from.toPrecision(3)} to ${good.to.toPrecision(3)}`);
console.log(`accuracy ${test.score.toFixed(3)} on rows held out from the choice`);
