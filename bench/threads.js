// Two threads against one: what a step of AdamW and the products of a dense layer gain, by size. And what a parameter costs up to 100 Mi.
import { availableParallelism } from "node:os";
import { load, loadSync } from "../dist/engine/load.js";
import { Parameters } from "../dist/engine/parameters.js";
import { adamw } from "../dist/optimizers/kinds/adam.js";
import { Optimizer } from "../dist/optimizers/optimizer.js";
import { compare, filled, Probe, sameBits, tile } from "./measure.js";
import { operands } from "./products.js";

const lengths = [1 << 14, 1 << 16, 1 << 18, 1 << 22];
/** rows × inputs × outputs: a hidden layer of a small network, the first layers of middling and larger ones, and a batch of one. */
const products = [
  [32, 64, 32],
  [64, 64, 64],
  [32, 784, 128],
  [128, 784, 256],
  [1, 784, 512],
];
const PERIOD = 32;

/** A row for each size, of the shorter ones alone in a short run; none where there is one processor. */
export async function measureThreads(short = false) {
  if (availableParallelism() < 2) return [];
  const engines = [await load({ backend: "wasm" }), await load({ threads: 2 })];
  const rows = [];
  try {
    // a quiet moment of both processors, not of this one alone
    const probe = new Probe(operands(engines[1], 64, 64, 64).calls.forward);
    for (const n of lengths.filter((n) => !short || n < 1e5)) {
      const [one, two] = engines.map((engine) => bound(engine, n));
      for (let step = 0; step < 3; step++) for (const { optimizer } of [one, two]) optimizer.step();
      sameBits(`adamw of ${n}`, one.parameters.values.view, two.parameters.values.view);
      rows.push({
        name: "adamw",
        size: n,
        ...compare({ one: () => one.optimizer.step(), two: () => two.optimizer.step() }, PERIOD, probe),
      });
      for (const { dispose } of [one, two]) dispose();
    }
    for (const [height, inputs, outputs] of products.filter(([height]) => !short || height === 64)) {
      const [one, two] = engines.map((engine) => operands(engine, height, inputs, outputs));
      for (const name of Object.keys(one.calls)) {
        const size = `${height}x${inputs}x${outputs}`;
        for (const { calls } of [one, two]) calls[name]();
        sameBits(`${name} ${size}`, one.results[name](), two.results[name]());
        rows.push({ name, size, ...compare({ one: one.calls[name], two: two.calls[name] }, 1, probe) });
      }
      for (const { dispose } of [one, two]) dispose();
    }
  } finally {
    engines[1].dispose();
  }
  return rows;
}

/** AdamW by number of parameters, in ns a parameter, on one thread and on two, each in a memory of its own. */
export async function measureScale(sizes = [1, 4, 16, 64, 100].map((mebi) => mebi * 2 ** 20)) {
  const rows = [];
  for (const n of sizes) {
    const engines = [loadSync(), await load({ threads: 2 })];
    const [one, two] = engines.map((engine) => bound(engine, n));
    for (let step = 0; step < 2; step++) for (const { optimizer } of [one, two]) optimizer.step();
    sameBits(`adamw of ${n}`, one.parameters.values.view, two.parameters.values.view);
    const times = compare({ one: () => one.optimizer.step(), two: () => two.optimizer.step() });
    rows.push({ n, memory: engines[0].arena.memory.buffer.byteLength, ...times });
    engines[1].dispose();
  }
  return rows;
}

function bound(engine, n) {
  const parameters = new Parameters(engine, { weight: [n] });
  const optimizer = new Optimizer(parameters, adamw());
  const { value, gradient } = parameters.get("weight");
  tile(filled(1 << 16, 1), value);
  tile(filled(1 << 16, 2), gradient);
  return {
    parameters,
    optimizer,
    dispose() {
      optimizer.dispose();
      parameters.dispose();
    },
  };
}
