// As main.js, when a search in Web Workers gives the bytes of one in the page.
import * as stepsize from "stepsize";
import { workersExecutor } from "stepsize/workers";
import { train } from "../job.js";

async function search({ adam, dataset, mlp, searchLearningRate }) {
  const set = (from) => {
    const rows = Array.from({ length: 40 }, (_, i) => [(from + i) % 7, (from + i) % 5, (from + i) % 3]);
    return dataset(rows, rows.map(([a, b, c]) => (a + b + c) % 2 === 0)); // biome-ignore format: one line
  };
  const data = { training: set(0), validation: set(40) };
  const run = { model: mlp({ inputs: 3, hidden: [8], outputs: 2 }), loss: "crossEntropy", optimizer: adam(), batchSize: 8, epochs: 4 };
  const options = { resplit: true, repeats: 2, budget: { trials: 26 } };
  const here = JSON.stringify(await searchLearningRate(run, data, options));
  const executor = workersExecutor({ workers: 2 });
  const there = JSON.stringify(await searchLearningRate(run, data, { ...options, executor }));
  executor.dispose();
  if (here !== there) throw new Error("workers give another answer");
}

const result = await search(stepsize)
  .then(() => train(stepsize))
  .catch((error) => ({ error: String(error) }));
await fetch(new URLSearchParams(location.search).get("result"), { method: "POST", body: JSON.stringify(result) });
