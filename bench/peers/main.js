// What people would use instead, timed beside stepsize: npm ci && npm start [-- --smoke] [--json FILE], here; the root package must be built.
// Each opponent's results are checked against ours, then both take turns.
import { parseArgs } from "node:util";
import { describeMachine } from "../machine.js";
import { agree, compare, effort, filled } from "../measure.js";
import { tables, toTerminal, writeResults } from "../report.js";
import { start as startBrain } from "./brain.js";
import { start as startJax } from "./jax.js";
import { start as startMatrix } from "./matrix.js";
import { digits, networks, noise, weightsOf } from "./problem.js";
import { start as startStepsize } from "./stepsize.js";
import { start as startTfjs } from "./tfjs.js";

const { values: options } = parseArgs({ options: { smoke: { type: "boolean" }, json: { type: "string" } } });
const sizes = options.smoke ? [1024] : [1024, 16384, 262144, 4194304];
if (options.smoke) Object.assign(effort, { rounds: 2, samples: 4, warm: 10, budget: 20 });
else Object.assign(effort, { rounds: 10, samples: 8, budget: 250 });
/** What is not timed when the time is up is noted. */
const DEADLINE = performance.now() + 6 * 60_000;

const ours = await startStepsize();
const peers = { setups: [], steps: [], networks: [] };
const results = { host: describeMachine(), peers, notes: [] };
const opponents = {
  "tfjs wasm": () => startTfjs("wasm"),
  "jax-js": startJax,
  "brain.js": startBrain,
  "ml-matrix": startMatrix,
  "tfjs cpu": () => startTfjs("cpu"), // last, because it takes longest
};
for (const [name, start] of Object.entries(opponents)) {
  let peer;
  try {
    peer = await start();
  } catch (error) {
    note(`${name} did not start: ${error.message}`);
    continue;
  }
  peers.setups.push(peer.setup);
  for (const n of sizes) for (const kind of peer.steps ?? []) attempt(`${name}, ${kind}, n = ${n}`, () => raceStep(peer, kind, n));
  for (const network of networks) attempt(`${name}, ${network.name}`, () => raceNetwork(peer, network, noise(network)));
  const batches = digits();
  const epoch = { ...networks[0], name: `an epoch of digits (${batches.length} batches of 32), 64-32-10`, calls: batches.length };
  attempt(`${name}, digits`, () => raceNetwork(peer, epoch, batches));
  if (options.json) writeResults(options.json, results);
}
for (const table of tables(results)) console.log(toTerminal(table));
for (const text of results.notes) console.log(text);
// some of them leave handles open
process.exit(0);

function attempt(what, race) {
  if (performance.now() > DEADLINE) return note(`${what}: not timed, the time was up`);
  try {
    race();
  } catch (error) {
    note(`${what}: ${error.message}`);
  }
}

function note(text) {
  results.notes.push(text);
  console.error(text);
}

function raceStep(peer, optimizer, n) {
  const [p, g] = [filled(n, 1), filled(n, 2)];
  const [a, b] = [ours.step(optimizer, p, g), peer.step(optimizer, p, g)];
  try {
    for (let i = 0; i < 3; i++) {
      a.run();
      b.run();
    }
    agree(`${peer.name} ${optimizer}`, b.value(), a.value());
    keep(peers.steps, { optimizer, n, opponent: peer.name, ...compare({ ours: a.run, theirs: b.run }) });
  } finally {
    a.dispose();
    b.dispose();
  }
}

/** `calls` steps count as one. */
function raceNetwork(peer, network, batches) {
  const { name, calls = 1 } = network;
  const weights = weightsOf(network);
  const [a, b] = [ours.network(network, weights, batches), peer.network(network, weights, batches)];
  try {
    check(peer, a, b, batches.length);
    const repeat = (run) => () => {
      for (let i = 0; i < calls; i++) run();
    };
    keep(peers.networks, { name, opponent: peer.name, ...compare({ ours: repeat(a.run), theirs: repeat(b.run) }) });
  } finally {
    a.dispose();
    b.dispose();
  }
}

/** Two epochs: every loss must be ours, or the error of what has another loss must fall. */
function check({ other }, a, b, epoch) {
  const losses = Array.from({ length: 2 * epoch }, () => [a.run(), b.run()]);
  if (other) {
    const mean = (part) => part.reduce((sum, [, error]) => sum + error, 0) / epoch;
    const [first, last] = [mean(losses.slice(0, epoch)), mean(losses.slice(epoch))];
    if (!(last < first)) throw new Error(`its error does not fall: ${first}, then ${last}`);
    return;
  }
  for (const [i, [x, y]] of losses.entries()) {
    if (!(Math.abs(x - y) < 2e-3 * Math.abs(x))) throw new Error(`its loss is ${y} after ${i} steps, ours ${x}`);
  }
}

function keep(rows, row) {
  rows.push(row);
  console.error(`${row.name ?? `${row.optimizer} ${row.n}`} ${row.opponent}: ${(row.theirs.min / row.ours.min).toFixed(1)}x`);
}
