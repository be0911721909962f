// npm ci && npm start [-- --smoke] [--json] [--markdown], here; the root package must be built. Each opponent's results are checked against ours, then both take turns.
import { writeFileSync } from "node:fs";
import { describeMachine } from "../machine.js";
import { agree, compare, effort, filled } from "../measure.js";
import { toMarkdown, toTerminal } from "../report.js";
import { start as startBrain } from "./brain.js";
import { start as startJax } from "./jax.js";
import { start as startMatrix } from "./matrix.js";
import { digits, networks, noise, weightsOf } from "./problem.js";
import { start as startStepsize } from "./stepsize.js";
import { start as startTfjs } from "./tfjs.js";

Object.assign(effort, { rounds: 8, samples: 8, budget: 300 });
const sizes = process.argv.includes("--smoke") ? [1024] : [1024, 16384, 262144, 4194304];

const ours = await startStepsize();
const steps = [];
const trainings = [];
const notes = [];
const opponents = [() => startTfjs("wasm"), () => startTfjs("cpu"), startJax, startBrain, startMatrix];
for (const start of opponents) {
  let peer;
  try {
    peer = await start();
  } catch (error) {
    notes.push(`${start.name} did not start: ${error.message}`);
    continue;
  }
  await peer.use?.();
  if (peer.step)
    for (const kind of ["adam", "momentum"]) for (const n of sizes) attempt(`${peer.name}, ${kind}, ${n}`, () => raceStep(peer, kind, n));
  for (const network of networks) attempt(`${peer.name}, ${network.name}`, () => raceNetwork(peer, network, noise(network), 1));
  const batches = digits();
  const epoch = { ...networks[0], name: `an epoch of digits (${batches.length} batches of 32), 64-32-10` };
  attempt(`${peer.name}, digits`, () => raceNetwork(peer, epoch, batches, batches.length));
}

function attempt(what, race) {
  try {
    race();
  } catch (error) {
    notes.push(`${what}: ${error.message}`);
    console.error(notes.at(-1));
  }
}

function raceStep(peer, kind, n) {
  const [p, g] = [filled(n, 1), filled(n, 2)];
  const a = ours.step(kind, p, g);
  const b = peer.step(kind, p, g);
  for (let i = 0; i < 3; i++) {
    a.run();
    b.run();
  }
  agree(`${peer.name} ${kind}`, b.value(), a.value());
  const times = compare({ ours: a.run, theirs: b.run });
  steps.push([kind, label(n), peer.name, ns(times.ours.min / n), ns(times.theirs.min / n), ratio(times)]);
  console.error(steps.at(-1).join("  "));
  a.dispose();
  b.dispose();
}

function raceNetwork(peer, network, batches, calls) {
  const weights = weightsOf(network);
  const a = ours.network(network, weights, batches);
  const b = peer.network(network, weights, batches);
  const first = [a.run(), b.run()];
  let last;
  for (let i = 1; i < 3 * batches.length; i++) last = [a.run(), b.run()];
  if (peer.other) {
    if (!(last[1] < first[1])) throw new Error(`its error does not fall: ${first[1]}, then ${last[1]}`);
  } else {
    for (const [x, y] of [first, last]) if (!(Math.abs(x - y) < 2e-3 * Math.abs(x))) throw new Error(`its loss is ${y}, ours ${x}`);
  }
  const repeat = (run) => () => {
    for (let i = 0; i < calls; i++) run();
  };
  const times = compare({ ours: repeat(a.run), theirs: repeat(b.run) });
  trainings.push([network.name, peer.name, micro(times.ours.min), micro(times.theirs.min), ratio(times)]);
  console.error(trainings.at(-1).join("  "));
  a.dispose();
  b.dispose();
}

function ratio({ ours, theirs }) {
  return `${(theirs.min / ours.min).toFixed(1)}x`;
}
function ns(x) {
  return x.toFixed(x < 10 ? 2 : 0);
}
function micro(x) {
  return (x / 1000).toFixed(x < 1e5 ? 1 : 0);
}
function label(n) {
  return n >= 1 << 20 ? `${n / (1 << 20)} Mi` : `${n / 1024} Ki`;
}

const results = {
  host: describeMachine(),
  notes: [
    "Every opponent is set up as its documentation says is fastest; its first losses or values agreed with ours before it was timed.",
    ...notes,
  ],
  tables: [
    { title: "Optimizer steps, ns a parameter", head: ["optimizer", "n", "opponent", "stepsize", "opponent takes", "ratio"], rows: steps },
    { title: "Training steps with Adam, µs", head: ["network", "opponent", "stepsize", "opponent takes", "ratio"], rows: trainings },
  ],
};
for (const table of results.tables) console.log(toTerminal(table));
for (const note of notes) console.log(note);
if (process.argv.includes("--json")) writeFileSync("results.json", `${JSON.stringify(results, null, 2)}\n`);
if (process.argv.includes("--markdown")) {
  writeFileSync(new URL("RESULTS.md", import.meta.url), toMarkdown(results, "`npm run node24 -- --markdown` in bench/peers"));
}
