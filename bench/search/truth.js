// What is true of every learning rate on a data set, by an experiment far larger than a search: to judge the answers of `stepsize search` by.
//
//   npm run build && node bench/search/truth.js TRUTH.json FILE.csv:TARGET ... [--optimizers sgd,adam,lion,adagrad] [--splits 10]
//
// 101 rates, twenty a decade, each trained as the command line does by default (64 hidden units, 30 epochs, batches of 32) on fresh splits with
// fresh initial weights and orders, and scored on the 30 % of the rows that it did not learn from. bench/search/quality.js looks answers up in it.
// What TRUTH.json has already is kept.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { datasetsFromCSV } from "../../dist/data.js";
import { load, logspace, mlp, runTrial } from "../../dist/index.js";
import { OPTIMIZERS } from "./optimizers.js";

const EPOCHS = 30;
/** What a run that failed scores. */
const FAILED = -9;
/** So far below the best is a failure. */
const FAR = 0.1;

const { values, positionals } = parseArgs({
  options: { optimizers: { type: "string", default: "sgd,adam,lion,adagrad" }, splits: { type: "string", default: "10" } },
  allowPositionals: true,
});
const [path, ...sets] = positionals;
const splits = Number(values.splits);
const engine = await load();
const truth = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};

const mean = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** Scores by rate and split. */
async function scoresOf(file, target, { description, from, to }) {
  const rates = logspace(from, to, 101);
  const scores = rates.map(() => []);
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  for (let split = 0; split < splits; split++) {
    // other seeds than those of a search, which counts from 1
    const seed = 1000 + split;
    const data = datasetsFromCSV(text, { target, validation: 0.3, test: 0, seed, missing: "mean" });
    const { training, validation } = data;
    const run = {
      model: mlp({ inputs: training.columns, hidden: [64], outputs: training.outputs }),
      loss: training.task === "classification" ? "crossEntropy" : "meanSquared",
      optimizer: description,
      batchSize: 32,
      epochs: EPOCHS,
      seed,
    };
    for (const [i, rate] of rates.entries()) {
      const { kept, divergence } = await runTrial({ engine, run, data: { training, validation }, rate, seed });
      scores[i].push(divergence === null ? Math.max(FAILED, kept.validation.score) : FAILED);
    }
  }
  return { rates, scores };
}

/** What quality.js looks up: mean scores, smoothed over five neighbours for the best; distance below it, paired by split. */
function summary({ rates, scores }) {
  const means = scores.map(mean);
  const around = (values, i) => values.slice(Math.max(0, i - 2), i + 3);
  const smooth = means.map((_, i) => mean(around(means, i)));
  const at = smooth.indexOf(Math.max(...smooth));
  const best = scores[at].map((_, split) => mean(around(scores, at).map((values) => values[split])));
  const deviation = (numbers) => Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean(numbers)) ** 2, 0) / (numbers.length - 1));
  const differences = scores.map((values) => values.map((score, split) => best[split] - score));
  return {
    seeds: splits,
    best: mean(best),
    bestRate: rates[at],
    rates,
    score: means,
    below: differences.map(mean),
    standardError: differences.map((values) => deviation(values) / Math.sqrt(splits)),
    fails: differences.map((values) => values.filter((difference) => difference > FAR).length / splits),
  };
}

for (const set of sets) {
  const cut = set.lastIndexOf(":");
  const [file, target] = [set.slice(0, cut), set.slice(cut + 1)];
  const name = basename(file).replace(/\.csv(\.gz)?$/, "");
  truth[name] ??= { file: resolve(file), target, optimizers: {} };
  for (const optimizer of values.optimizers.split(",")) {
    if (truth[name].optimizers[optimizer]) continue;
    truth[name].optimizers[optimizer] = summary(await scoresOf(file, target, OPTIMIZERS[optimizer]));
    writeFileSync(path, JSON.stringify(truth));
    console.log(`${name} ${optimizer}: best ${truth[name].optimizers[optimizer].bestRate}, ${truth[name].optimizers[optimizer].best}`);
  }
}
engine.dispose();
