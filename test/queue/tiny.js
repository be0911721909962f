import { bullmqExecutor } from "../../dist/bullmq.js";
import { adam, dataset, load, mlp, threadExecutor } from "../../dist/index.js";
import { printed, startWorker, stop, usage } from "./processes.js";

const rows = Array.from({ length: 8 }, (_, i) => [i % 3, i % 2]);
const labels = rows.map(([a, b]) => (a > b ? "more" : "less"));
const data = { training: dataset(rows.slice(0, 4), labels.slice(0, 4)), validation: dataset(rows.slice(4), labels.slice(4)) };
const run = {
  model: mlp({ inputs: 2, hidden: [], outputs: 2 }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: 4,
  epochs: 1,
  seed: 1,
};
const BATCH = 1000;

/** Very small trials: what each costs besides itself, and whether memory and keys stay. */
export async function tiny(redis, count, check) {
  const jobsOf = (from) => Array.from({ length: BATCH }, (_, i) => ({ run, rate: 1e-3 * (1 + from + i), repeat: 0, seed: 1, split: null }));
  const cpu = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
  const alone = threadExecutor(await load());
  await alone.run(jobsOf(0), { data });
  const before = cpu();
  await alone.run(jobsOf(0), { data });
  const own = (1000 * (cpu() - before)) / BATCH;
  const worker = startWorker(redis.url);
  await printed(worker, "side by side");
  const executor = bullmqExecutor({ connection: redis.url, keep: 0 });
  await executor.open();
  const memory = [];
  const watch = () => {
    globalThis.gc?.();
    memory.push([process.memoryUsage().rss / 1e6, usage(worker).megabytes]);
  };
  // the first thousand warm up
  await executor.run(jobsOf(count), { data });
  watch();
  const client = redis.client();
  const info = async () => {
    const text = await client.info("everything");
    const of = (name) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(text)[1]);
    return {
      seconds: of("used_cpu_user") + of("used_cpu_sys"),
      bytes: of("total_net_input_bytes") + of("total_net_output_bytes"),
      commands: of("total_commands_processed"),
      peak: of("used_memory_peak") / 1e6,
    };
  };
  const redisBefore = await info();
  const began = performance.now();
  const [producer, worked] = [cpu(), usage(worker).seconds];
  for (let from = 0; from < count; from += BATCH) {
    await executor.run(jobsOf(from), { data });
    watch();
  }
  const wall = (performance.now() - began) / count;
  const [ofProducer, ofWorker] = [(1000 * (cpu() - producer)) / count, (1000 * (usage(worker).seconds - worked)) / count];
  console.log(
    `${count} trials of ${own.toFixed(2)} ms: ${wall.toFixed(2)} ms each on the clock, processor time ${ofProducer.toFixed(2)} ms at the producer, ${ofWorker.toFixed(2)} ms at the worker`,
  );
  const after = await info();
  client.disconnect();
  const each = (name) => (after[name] - redisBefore[name]) / count;
  console.log(
    `of Redis a trial takes ${(1000 * each("seconds")).toFixed(2)} ms of its processor, ${each("commands").toFixed(1)} commands (those of scripts among them) and ${(each("bytes") / 1000).toFixed(1)} kB over the network; ${after.peak.toFixed(0)} MB of memory at the most`,
  );
  check(ofProducer < 3, `${ofProducer.toFixed(2)} ms a trial at the producer (under 3)`);
  check(ofWorker - own < 5, `${(ofWorker - own).toFixed(2)} ms a trial at the worker besides the trial itself (under 5)`);
  const [first, last] = [memory[Math.floor(memory.length / 2)], memory.at(-1)];
  const words = ["producer", "worker"].map((name, i) => `${name} ${memory.map((now) => now[i].toFixed(0)).join(", ")} MB`);
  check(last[0] < 1.25 * first[0] + 20 && last[1] < 1.25 * first[1] + 20, `memory stays: ${words.join("; ")}`);
  await executor.close();
  await stop(worker);
  const keys = (await redis.keys()).filter((key) => key !== "{stepsize}:version");
  check(keys.length === 0, `keys that are left: ${keys.length === 0 ? "none but the version, for a minute" : keys.join(", ")}`);
}
