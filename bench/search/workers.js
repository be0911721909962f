// Two workers against one, beside the bound of this machine: two processes with a thread each, side by side. And what a pool costs by itself: one worker
// against no pool.
//
//   node bench/search/workers.js [--rounds 5]
//
// Each way runs the same search, 13 rates by two repeats on the digits. All are warm and take turns, so that what is compared is the handing out
// of trials and not the start of threads; equality comes before time.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { adam, load, mlp, searchLearningRate } from "../../dist/index.js";
import { workersExecutor } from "../../dist/workers.js";
import { digits } from "./digits.js";

const { training, validation } = digits();
const data = { training, validation };
const run = {
  model: mlp({ inputs: training.columns, hidden: [64], outputs: training.outputs }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: 32,
  epochs: 30,
};
const engine = await load();
const search = (executor) => searchLearningRate(run, data, { engine, repeats: 2, budget: { trials: 26 }, ...(executor && { executor }) });

/** A process of its own that runs the search whenever it is told to. */
async function child() {
  process.on("message", async () => {
    await search();
    process.send("done");
  });
  await search();
  process.send("ready");
}

/** Milliseconds of the wall, and of all processors in this process. */
async function timed(action) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const result = await action();
  const { user, system } = process.cpuUsage(used);
  return { result: JSON.stringify(result), wall: performance.now() - start, cpu: (user + system) / 1000 };
}

/** How many times as fast two workers are as one thread, how many times two processes are, and the share that a pool costs. */
export async function measureWorkers(rounds) {
  const children = [1, 2].map(() => fork(fileURLToPath(import.meta.url), ["--child"]));
  await Promise.all(children.map((one) => once(one, "message")));
  const processes = (count) => async () => {
    const done = children.slice(0, count).map((one) => once(one, "message"));
    for (const one of children.slice(0, count)) one.send("go");
    await Promise.all(done);
  };
  const [alone, two, shared] = [{ workers: 1 }, { workers: 2 }, { workers: 2, engine }].map((options) => workersExecutor(options));
  shared.prepare(2);
  const ways = {
    thread: () => search(),
    "one worker": () => search(alone),
    "two workers": () => search(two),
    "a worker and this thread": () => search(shared),
    "one process": processes(1),
    "two processes": processes(2),
  };
  const times = new Map(Object.keys(ways).map((name) => [name, []]));
  let answer;
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const [name, way] of Object.entries(ways)) {
        const { result, ...time } = await timed(way);
        answer ??= result;
        if (result !== undefined && result !== answer) throw new Error(`${name} came to another answer`);
        // the first round warms
        if (round > 0) times.get(name).push(time);
      }
    }
  } finally {
    for (const one of children) one.kill();
    for (const pool of [alone, two, shared]) pool.dispose();
  }
  const least = (name, what) => Math.min(...times.get(name).map((time) => time[what]));
  return {
    two: least("thread", "wall") / least("two workers", "wall"),
    shared: least("thread", "wall") / least("a worker and this thread", "wall"),
    // each of them does all of the work
    bound: (2 * least("one process", "wall")) / least("two processes", "wall"),
    cost: least("one worker", "cpu") / least("thread", "cpu") - 1,
  };
}

if (process.argv[2] === "--child") await child();
else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
  console.log(workersText(await measureWorkers(Number(values.rounds))));
  engine.dispose();
}

export function workersText({ two, shared, bound, cost }) {
  const times = (value) => `${value.toFixed(2)}×`;
  return (
    `Two workers are ${times(two)} as fast as one thread, a worker and this thread ${times(shared)}; two processes with a thread each do ` +
    `${times(bound)} the work of one. A pool of one worker takes ${(100 * cost).toFixed(1)} % more processor time than no pool.`
  );
}
