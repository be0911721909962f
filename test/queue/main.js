// What searches over a queue must stand, with figures:
//
//   npm run build && node test/queue/main.js [scale] [chaos] [partition] [refusals] [tiny] [--short] [--seed n]
//
// scale: 1, 2, 4 and 8 workers give the ledger of the search in one process, byte for byte, in how many seconds; chaos: workers, Redis and the producer are killed;
// partition: Redis does not answer for half a minute; refusals: wrong password, another version, a full Redis; tiny: 10,000 trials, what each costs besides itself.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { QueueEvents } from "bullmq";
import { Random } from "../../dist/numerics.js";
import { startRedis } from "../support/redis.js";
import { printed, program, sleep, startStudy, startWorker, stop } from "./processes.js";
import { tiny } from "./tiny.js";

const words = process.argv.slice(2);
const short = words.includes("--short");
const seed = words.includes("--seed") ? Number(words[words.indexOf("--seed") + 1]) : Math.floor(Date.now() % 1e6);
const folder = await mkdtemp(join(tmpdir(), "stepsize-queue-"));
// of a trial: what is killed in a short run is done the sooner
process.env.EPOCHS ??= short ? "6" : "20";
const TRIALS = 156;

const lines = (path) => readFileSync(path, "utf8").trimEnd().split("\n").sort().join("\n");
/** The trials in a ledger. */
const count = (path) => (existsSync(path) ? lines(path).split("\n").length : 0);
const file = (name) => join(folder, `${name}.jsonl`);
let failed = 0;
/** Servers that a scenario started, which end with it. */
const servers = [];

async function opened(...options) {
  const redis = await startRedis(...options);
  servers.push(redis);
  return redis;
}

function check(right, text) {
  if (!right) failed++;
  console.log(`${right ? "ok" : "WRONG"}: ${text}`);
}

/** The ledger of the search in one process, and its seconds. */
async function inProcess() {
  const one = startStudy(file("alone"));
  await one.ended;
  return { ledger: lines(file("alone")), seconds: JSON.parse(one.out).seconds };
}

async function scale() {
  const redis = await opened();
  const alone = await inProcess();
  const began = performance.now();
  const both = [startStudy(file("bare1")), startStudy(file("bare2"))];
  await Promise.all(both.map(({ ended }) => ended));
  const bare = (2 * alone.seconds) / ((performance.now() - began) / 1000);
  console.log(
    `in one process ${alone.seconds.toFixed(1)} s; two bare processes at once do ${bare.toFixed(2)} times its work (load ${load()})`,
  );
  let first;
  for (const many of [1, 2, 4, 8]) {
    const client = redis.client();
    await client.flushall();
    client.disconnect();
    const workers = Array.from({ length: many }, () => startWorker(redis.url));
    await Promise.all(workers.map((worker) => printed(worker, "side by side")));
    const name = `workers${many}`;
    const study = startStudy(file(name), redis.url);
    const code = await study.ended;
    if (code !== 0) console.error(study.err);
    const { seconds } = JSON.parse(study.out);
    first ??= seconds;
    const same = lines(file(name)) === alone.ledger;
    check(
      same,
      `${many} workers: ${TRIALS} trials in ${seconds.toFixed(1)} s, ${(first / seconds).toFixed(2)} times one worker; the ledger is ${same ? "" : "not "}that of one process (load ${load()})`,
    );
    await stop(...workers);
  }
}

const load = () => loadavg()[0].toFixed(1);

/** Counts how often trials were begun. */
async function counting(redis) {
  const begun = new Map();
  const events = new QueueEvents("trials", { prefix: "{stepsize}", connection: { port: redis.port, maxRetriesPerRequest: null } });
  events.on("error", () => {});
  events.on("active", ({ jobId }) => begun.set(jobId, (begun.get(jobId) ?? 0) + 1));
  await events.waitUntilReady();
  return { begun, close: () => events.close().catch(() => {}) };
}

async function chaos() {
  const random = new Random(seed);
  console.log(`chaos with seed ${seed}`);
  const { ledger, seconds } = await inProcess();
  const redis = await opened();
  const counted = await counting(redis);
  const flags = ["--take-over", "2s"];
  const workers = Array.from({ length: 3 }, () => startWorker(redis.url, ...flags));
  await Promise.all(workers.map((worker) => printed(worker, "side by side")));
  const path = file("chaos");
  let study = startStudy(path, redis.url);
  const done = () => count(path);
  let [kills, restarts, producers] = [0, 0, 0];
  let going = true;
  const killing = (async () => {
    while (going) {
      await sleep(2000);
      if (!going) break;
      const at = Math.floor(random.uniform() * workers.length);
      // one that has not begun to work yet loses nothing
      if (!workers[at].out.includes("side by side")) continue;
      workers[at].child.kill("SIGKILL");
      kills++;
      workers[at] = startWorker(redis.url, ...flags);
    }
  })();
  const breaking = (async () => {
    for (const [share, action] of [
      [0.25, "term"],
      [0.5, "producer"],
      [0.7, "crash"],
    ]) {
      while (going && done() < share * TRIALS) await sleep(50);
      if (!going) return;
      if (action === "producer") {
        study.child.kill("SIGKILL");
        await study.ended;
        await sleep(500);
        producers++;
        study = startStudy(path, redis.url);
        continue;
      }
      await redis.stop(action === "crash" ? "SIGKILL" : "SIGTERM");
      await sleep(1000);
      await redis.start();
      restarts++;
    }
  })();
  const began = performance.now();
  for (let current; current !== study; ) {
    current = study;
    const code = await current.ended;
    if (code === 0) break;
    if (code !== "SIGKILL") console.error(code, current.err);
    while (code === "SIGKILL" && study === current) await sleep(20);
  }
  const took = (performance.now() - began) / 1000;
  going = false;
  await Promise.all([killing, breaking]);
  await counted.close();
  const runs = [...counted.begun.values()].reduce((sum, times) => sum + times, 0);
  check(
    lines(path) === ledger,
    `the ledger is that of one process after ${kills} workers were killed, Redis restarted ${restarts} times (once killed), the producer killed ${producers} times; ${took.toFixed(1)} s (${seconds.toFixed(1)} s alone)`,
  );
  const lost = lines(path)
    .split("\n")
    .filter((line) => "lost" in JSON.parse(line).result);
  check(lost.length === 0, `${lost.length} trials are lost`);
  const inFlight = kills + 3 * restarts + 3 * producers;
  // a Redis that is killed forgets up to a second of what it was told
  check(
    counted.begun.size <= TRIALS && runs <= TRIALS + inFlight + 16,
    `${counted.begun.size} of ${TRIALS} trials were seen to begin, ${runs} times in all; ${inFlight} were in flight at most`,
  );
  if (workers.some(({ err }) => err !== ""))
    console.log(
      workers
        .map(({ err }) => err)
        .join("")
        .trimEnd(),
    );
  await stop(...workers);
}

async function partition() {
  const silence = short ? 8 : 30;
  const { ledger } = await inProcess();
  const redis = await opened();
  const workers = [startWorker(redis.url), startWorker(redis.url)];
  await Promise.all(workers.map((worker) => printed(worker, "side by side")));
  for (const [name, cut, mend] of [
    ["frozen", async () => redis.freeze(), async () => redis.thaw()],
    ["stopped", () => redis.stop(), () => redis.start()],
  ]) {
    const path = file(name);
    const study = startStudy(path, redis.url, { KEEP: "0" });
    while (count(path) < 5) await sleep(20);
    await cut();
    await sleep(1000 * silence);
    await mend();
    const code = await study.ended;
    const told = /waiting for Redis.*there again after \d+ s/s;
    check(code === 0 && lines(path) === ledger, `Redis ${name} for ${silence} s: the ledger is that of one process`);
    check(
      [study, ...workers].every(({ err }) => told.test(err)),
      `the producer and its workers say so: ${study.err.trim().split("\n").join(" / ")}`,
    );
  }
  await stop(...workers);
}

async function refusals() {
  const iris = ["data/iris.csv", "-t", "species", "--no-report", "--repeats", "1"];
  const search = (url, ...more) => program("dist/cli/main.js", ["search", ...iris, "--queue", url, ...more]);
  const refused = async (what, own, pattern) => {
    const code = await own.ended;
    const told = own.err.trimEnd().split("\n");
    check(
      code === 2 && told.length === 1 && pattern.test(told[0]) && !own.err.includes("secret"),
      `${what}: exit ${code}, ${own.err.trim()}`,
    );
  };
  {
    const redis = await opened("--requirepass", "right");
    const url = redis.url.replace("//", "//:secret@");
    await refused("a wrong password of a search", search(url), /refuses this user name or password/);
    await refused("a wrong password of a worker", startWorker(url), /refuses this user name or password/);
    await refused("none", search(redis.url), /refuses this user name or password/);
  }
  const redis = await opened();
  await refused("no Redis", search("redis://127.0.0.1:1/0"), /nothing listens there/);
  await refused("TLS where there is none", search(redis.url.replace("redis:", "rediss:")), /cannot reach Redis/);
  const client = redis.client();
  await client.set("{stepsize}:version", "9.9.9, core 0123", "EX", 60);
  await refused("a worker of another version", startWorker(redis.url), /serves stepsize 9\.9\.9, core 0123, this is /);
  await refused("a search of another version", search(redis.url), /serves stepsize 9\.9\.9, core 0123, this is /);
  await client.del("{stepsize}:version");
  const worker = startWorker(redis.url);
  await printed(worker, "side by side");
  const path = file("full");
  const study = startStudy(path, redis.url, { KEEP: "3600" });
  while (count(path) < 10) await sleep(50);
  const used = Number(/used_memory:(\d+)/.exec(await client.info("memory"))[1]);
  await client.config("SET", "maxmemory", Math.floor(used / 2));
  await refused("a worker of a full Redis", worker, /is full/);
  const code = await study.ended;
  check(code !== 0 && /is full/.test(study.err), `its search: ${study.err.split("\n").find((line) => line.includes("full"))}`);
  const kept = count(path);
  await client.config("SET", "maxmemory", 0);
  const others = [startWorker(redis.url)];
  const again = startStudy(path, redis.url);
  await again.ended;
  const { ledger } = await inProcess();
  check(lines(path) === ledger, `nothing is lost: it goes on after ${kept} trials to the ledger of one process`);
  await stop(...others);
  client.disconnect();
}

const scenarios = {
  scale,
  chaos,
  partition,
  refusals,
  tiny: () => opened("--appendonly", "no").then((redis) => tiny(redis, short ? 1000 : 10_000, check)),
};
const chosen = words.filter((word) => Object.hasOwn(scenarios, word));
try {
  for (const name of chosen.length > 0 ? chosen : Object.keys(scenarios)) {
    console.log(`\n===== ${name}`);
    await scenarios[name]();
    for (const redis of servers.splice(0)) await redis[Symbol.asyncDispose]();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failed > 0) console.error(`${failed} checks failed`);
process.exit(failed > 0 ? 1 : 0);
