// Every optimizer of the registry, in wasm against the fastest plain JavaScript loop, or against the JavaScript twin where there is none.
import { load } from "../dist/engine/load.js";
import { Parameters } from "../dist/engine/parameters.js";
import { optimizerFromJSON, rules } from "../dist/optimizers/index.js";
import { Optimizer } from "../dist/optimizers/optimizer.js";
import { ruleOf } from "../dist/optimizers/rule.js";
import { COPY_BYTES, copyCall } from "./machine.js";
import { agree, compare, filled, sameBits, tile } from "./measure.js";
import { plain } from "./plain.js";

/** Options under which a kind is shown a second time. */
const variants = [
  { name: "sgd momentum", kind: "sgd", momentum: 0.9 },
  { name: "adamw bfloat16", kind: "adamw", stateDtype: "bfloat16" },
];
/** How far the plain loop may be off where it keeps its state in float32. */
const tolerances = { "adamw bfloat16": 1e-3 };
/** Every 32nd step flushes what has faded: times are means over as many. */
const PERIOD = 32;
/** Steps made and compared before anything is timed, the flush among them where that does not take long. */
const checked = (n) => (n <= 16384 ? PERIOD + 1 : 3);
/** An optimizer whose step takes longer, in milliseconds, is not timed at that size and above: those with products of large matrices. */
const PATIENCE = 50;
/** Where there is no plain loop the twin is timed, unless a step of it takes longer. */
const TWIN_PATIENCE = 2;

/** What a step is told; only those that need a loss or a closure look at it. */
export const loss = () => 1;

/** All of the registry, each with its variants. */
export function contestants() {
  return [...rules.keys()].flatMap((kind) => [{ name: kind, kind }, ...variants.filter((variant) => variant.kind === kind)]);
}

/** `machine` holds the bandwidths by size. Returns a row for each optimizer whose kind was asked for, and size. */
export async function measureOptimizers(machine, kinds) {
  const [wasm, js] = [await load({ backend: "wasm" }), await load({ backend: "js" })];
  const rows = [];
  const slow = new Set();
  for (const bandwidth of machine.bandwidth) {
    const data = { values: filled(bandwidth.n, 1), gradients: filled(bandwidth.n, 2) };
    for (const contestant of contestants().filter(({ name, kind }) => kinds.includes(kind) && !slow.has(name))) {
      const row = measureOne(wasm, js, contestant, bandwidth, data);
      if (row) rows.push(row);
      else slow.add(contestant.name);
    }
  }
  return rows;
}

function measureOne(wasm, js, { name, ...options }, { n, copy, triad, update }, data) {
  let ours;
  let twin;
  try {
    // the same gradient again and again takes some to infinity; what the guard costs is measured apart
    const unguarded = { ...options, guard: "off" };
    ours = bound(wasm, unguarded, data);
    twin = bound(js, unguarded, data);
    const [step, twinStep] = check(ours, twin, n, name);
    if (step > PATIENCE) return undefined;
    const byHand = plain[name] && checkedByHand(wasm, name, options, data, ours.rate);
    const opponents = { wasm: () => ours.optimizer.step(loss) };
    if (byHand) opponents.js = byHand;
    else if (twinStep <= TWIN_PATIENCE) opponents.js = () => twin.optimizer.step(loss);
    const times = compare(opponents, byHand ? { wasm: PERIOD } : PERIOD);
    const bandwidth = (ours.bytes * n) / times.wasm.min;
    return {
      name,
      n,
      bytes: ours.bytes,
      opponent: byHand ? "plain" : "twin",
      wasm: perParameter(times.wasm, n),
      js: times.js && perParameter(times.js, n),
      bandwidth,
      copy,
      triad,
      share: bandwidth / Math.max(copy, triad, update),
    };
  } catch (error) {
    throw new Error(`${name} at n = ${n}: ${error.message}`, { cause: error });
  } finally {
    ours?.dispose();
    twin?.dispose();
  }
}

/** The plain loop as a call, once it has agreed with ours over some steps. */
function checkedByHand(engine, name, options, data, rate) {
  const n = data.values.length;
  const step = plain[name](rate, n);
  const [p, g] = [data.values.slice(), data.gradients];
  const fresh = bound(engine, options, data);
  let t = 1;
  for (; t <= checked(n); t++) {
    step(p, g, t);
    fresh.optimizer.step(loss);
  }
  agree(`${name} in plain JavaScript, n = ${n}`, fresh.value(), p, tolerances[name]);
  fresh.dispose();
  return () => step(p, g, t++);
}

/**
 * Elementwise steps of so many parameters that no cache holds them, in turns with a copy of as many numbers. A large cache holds 4 Mi of them or
 * not, by what others on the machine do.
 */
export async function measureMemory(short = false) {
  const n = short ? 1 << 16 : 1 << 25;
  const engine = await load({ backend: "wasm" });
  const some = { values: filled(1 << 14, 1), gradients: filled(1 << 14, 2) };
  const many = Object.fromEntries(Object.entries(some).map(([name, numbers]) => [name, tile(numbers, new Float32Array(n))]));
  const copy = copyCall(n);
  return contestants()
    .filter(({ name }) => plain[name])
    .map(({ name, ...options }) => {
      const [few, all] = [some, many].map((data) => bound(engine, options, data));
      for (let step = 0; step < 3; step++) for (const { optimizer } of [few, all]) optimizer.step();
      sameBits(`${name}, the first of ${n}`, few.value(), all.value().subarray(0, some.values.length));
      const times = compare({ wasm: () => all.optimizer.step(), copy }, PERIOD);
      const { bytes } = all;
      for (const { dispose } of [few, all]) dispose();
      const [bandwidth, ofCopy] = [(bytes * n) / times.wasm.min, (COPY_BYTES * n) / times.copy.min];
      return { name, n, bytes, wasm: perParameter(times.wasm, n), bandwidth, copy: ofCopy };
    });
}

function perParameter({ min, median }, n) {
  return { min: min / n, median: median / n };
}

function bound(engine, options, { values, gradients }) {
  const n = values.length;
  const description = optimizerFromJSON(options);
  const side = 2 ** Math.ceil(Math.log2(n) / 2);
  const parameters = new Parameters(engine, { weight: [side, n / side] });
  const optimizer = new Optimizer(parameters, description);
  const weight = parameters.get("weight");
  weight.value.set(values);
  weight.gradient.set(gradients);
  const state = Object.values(optimizer.state().slots).reduce((sum, { weight }) => sum + (weight?.byteLength ?? 0), 0) / n;
  return {
    optimizer,
    rate: ruleOf(description).learningRate,
    /** What a step moves for a parameter: value and state read and written, gradient read. */
    bytes: 12 + 2 * state,
    value: () => parameters.get("weight").value,
    dispose() {
      optimizer.dispose();
      parameters.dispose();
    },
  };
}

/** Steps both backends and compares every bit, unless ours takes long. Returns the least that a step of each took, in milliseconds. */
function check(ours, twin, n, name) {
  const least = [Infinity, Infinity];
  const timed = (index, { optimizer }) => {
    const start = performance.now();
    optimizer.step(loss);
    least[index] = Math.min(least[index], performance.now() - start);
  };
  for (let step = 0; step < checked(n); step++) {
    timed(0, ours);
    if (least[0] > PATIENCE) return least;
    timed(1, twin);
    if (least[1] > PATIENCE && step >= 2) break;
  }
  sameBits(`${name}, n = ${n}: wasm and JavaScript differ`, ours.value(), twin.value());
  const [a, b] = [ours.optimizer.state().slots, twin.optimizer.state().slots];
  for (const slot of Object.keys(a)) sameBits(`${name}, n = ${n}, ${slot}`, a[slot].weight, b[slot].weight);
  return least;
}
