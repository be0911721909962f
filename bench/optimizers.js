// Every optimizer of the registry, in wasm against the fastest plain JavaScript loop, or against the JavaScript twin where there is none.
import { load } from "../dist/engine.js";
import { Optimizer } from "../dist/optimizer.js";
import { optimizerFromJSON, rules } from "../dist/optimizers/index.js";
import { ruleOf } from "../dist/optimizers/rule.js";
import { Parameters } from "../dist/parameters.js";
import { agree, compare, filled, sameBits } from "./measure.js";
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
/** An optimizer that takes longer than this for a step (not elementwise, or its twin) is not timed at that size, in milliseconds. */
const PATIENCE = 1500;

/** What a step is told; only those that need a loss or a closure look at it. */
export const loss = () => 1;

export function contestants(only) {
  const all = [...[...rules.keys()].map((kind) => ({ name: kind, kind })), ...variants];
  all.sort((a, b) => order(a.kind) - order(b.kind));
  return all.filter(({ name }) => only === undefined || name.includes(only));
}

const order = (kind) => [...rules.keys()].indexOf(kind);

/** `machine` holds the bandwidths by size. Returns a row for each optimizer and size. */
export async function measureOptimizers(machine, sizes, only) {
  const [wasm, js] = [await load({ backend: "wasm" }), await load({ backend: "js" })];
  const rows = [];
  for (const contestant of contestants(only)) {
    for (const n of sizes) {
      const row = measureOne(
        wasm,
        js,
        contestant,
        n,
        machine.bandwidth.find((size) => size.n === n),
      );
      if (row) rows.push(row);
    }
  }
  return rows;
}

function measureOne(wasm, js, { name, ...options }, n, bandwidth) {
  let ours;
  let twin;
  try {
    ours = bound(wasm, options, n);
    twin = bound(js, options, n);
    const impatient = check(ours, twin, n, name);
    if (impatient) return undefined;
    const p = filled(n, 1);
    const g = filled(n, 2);
    const byHand = plain[name]?.(ours.rate, n);
    let t = 1;
    if (byHand) {
      const fresh = bound(wasm, options, n);
      for (; t <= checked(n); t++) {
        byHand(p, g, t);
        fresh.optimizer.step(loss);
      }
      agree(`${name} in plain JavaScript, n = ${n}`, fresh.value(), p, tolerances[name]);
      fresh.dispose();
    }
    const opponents = { wasm: () => ours.optimizer.step(loss) };
    if (byHand) opponents.js = () => byHand(p, g, t++);
    else opponents.js = () => twin.optimizer.step(loss);
    const times = compare(opponents, PERIOD);
    const bytes = 12 + 2 * ours.state;
    return {
      name,
      n,
      bytes,
      opponent: byHand ? "plain" : "twin",
      wasm: perParameter(times.wasm, n),
      js: perParameter(times.js, n),
      bandwidth: (bytes * n) / times.wasm.min,
      share: (bytes * n) / times.wasm.min / Math.max(bandwidth.copy, bandwidth.triad, bandwidth.update),
    };
  } catch (error) {
    throw new Error(`${name} at n = ${n}: ${error.message}`, { cause: error });
  } finally {
    ours?.dispose();
    twin?.dispose();
  }
}

function perParameter({ min, median }, n) {
  return { min: min / n, median: median / n };
}

function bound(engine, options, n) {
  const description = optimizerFromJSON(options);
  const side = 2 ** Math.ceil(Math.log2(n) / 2);
  const parameters = new Parameters(engine, { weight: [side, n / side] });
  const optimizer = new Optimizer(parameters, description);
  const weight = parameters.get("weight");
  weight.value.set(filled(n, 1));
  weight.gradient.set(filled(n, 2));
  return {
    optimizer,
    rate: ruleOf(description).learningRate,
    /** Bytes of state a parameter. */
    state: Object.values(optimizer.state().slots).reduce((sum, { weight }) => sum + (weight?.byteLength ?? 0), 0) / n,
    value: () => parameters.get("weight").value,
    dispose() {
      optimizer.dispose();
      parameters.dispose();
    },
  };
}

/** Steps both backends and compares every bit. Returns whether a step takes too long to be timed. */
function check(ours, twin, n, name) {
  for (let step = 0; step < checked(n); step++) {
    const start = performance.now();
    ours.optimizer.step(loss);
    const middle = performance.now();
    if (middle - start > PATIENCE) return true;
    twin.optimizer.step(loss);
    if (performance.now() - middle > PATIENCE) return true;
  }
  sameBits(`${name}, n = ${n}: wasm and JavaScript differ`, ours.value(), twin.value());
  const [a, b] = [ours.optimizer.state().slots, twin.optimizer.state().slots];
  for (const slot of Object.keys(a)) sameBits(`${name}, n = ${n}, ${slot}`, a[slot].weight, b[slot].weight);
  return false;
}
