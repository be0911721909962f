// The study of test/queue: digits, four optimizers × 13 rates × 3 seeds, with a ledger of a line for each trial.
//
//   node test/queue/study.js LEDGER [URL]
//
// Without a URL it runs in this thread.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { bullmqExecutor } from "../../dist/bullmq.js";
import { datasetsFromCSV } from "../../dist/data.js";
import { adam, load, logspace, mlp } from "../../dist/index.js";
import { runWith, searchRuns } from "../../dist/search.js";

const [path, url] = process.argv.slice(2);
const csv = gunzipSync(readFileSync(new URL("../../data/digits.csv.gz", import.meta.url))).toString();
const data = datasetsFromCSV(csv, { target: "digit", seed: 1 });
const run = {
  model: mlp({ inputs: data.training.columns, hidden: [32], outputs: 10 }),
  loss: "crossEntropy",
  optimizer: adam(),
  ...{ batchSize: 32, epochs: Number(process.env.EPOCHS ?? 20), seed: 1 },
};
const kinds = ["adam", "sgd", "rmsprop", "lion"];
const runs = kinds.map((kind) => ({ values: { kind }, run: runWith(run, { optimizer: kind }) }));

/** What a process that was killed has written, but for a last line that was torn. */
const known = new Map();
const whole = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
for (const line of whole) {
  const { key, result } = JSON.parse(line);
  known.set(key, result);
}
writeFileSync(path, whole.map((line) => `${line}\n`).join(""));
const ledger = {
  get: (key) => known.get(key),
  put: (key, result) => {
    if (!known.has(key)) appendFileSync(path, `${JSON.stringify({ key, result })}\n`);
    known.set(key, result);
  },
};

const onNotice = ({ kind, text }) => kind === "workers" || console.error(text);
const executor = url === undefined ? undefined : bullmqExecutor({ connection: url, keep: Number(process.env.KEEP ?? 3600), onNotice });
const started = performance.now();
try {
  const { best } = await searchRuns(await load(), runs, data, {
    ...{ rates: logspace(1e-5, 1, 13), repeats: 3, budget: { trials: 13 * 3 * kinds.length }, resplit: true, ledger },
    ...(executor && { executor }),
  });
  console.log(JSON.stringify({ best: kinds[best], trials: known.size, seconds: (performance.now() - started) / 1000 }));
} finally {
  await executor?.close();
}
