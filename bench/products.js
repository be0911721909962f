// The three matrix products of a dense layer, beside the multiply-add peak.
import { load } from "../dist/engine/load.js";
import { peakCalls } from "./machine.js";
import { compare, filled, sameBits } from "./measure.js";

/** rows × inputs × outputs. */
const sizes = [
  [32, 64, 32],
  [32, 32, 10],
  [32, 784, 128],
  [128, 784, 256],
  [64, 64, 64],
  [256, 256, 256],
  [512, 512, 512],
  [1, 64, 32],
  [1, 784, 128],
  [32, 64, 1],
];

export async function measureProducts(short = false) {
  const [wasm, js] = [await load({ backend: "wasm" }), await load({ backend: "js" })];
  return sizes
    .filter(([rows, , outputs]) => !short || rows * outputs < 5000)
    .flatMap(([rows, inputs, outputs]) => {
      const ours = operands(wasm, rows, inputs, outputs);
      const twin = operands(js, rows, inputs, outputs);
      const results = Object.keys(ours.calls).map((name) => {
        const operations = 2 * rows * inputs * outputs;
        if (operations < 1e8) {
          ours.calls[name]();
          twin.calls[name]();
          sameBits(`${name} ${rows}x${inputs}x${outputs}`, ours.results[name](), twin.results[name]());
        }
        const work = padded(name, rows, inputs, outputs);
        const peak = peakCalls(work);
        const times = compare({ wasm: ours.calls[name], ...peak.calls });
        const rate = operations / times.wasm.min;
        const share = work / times.wasm.min / peak.of(times);
        return { name, size: `${rows}x${inputs}x${outputs}`, wasm: times.wasm, rate, share };
      });
      ours.dispose();
      twin.dispose();
      return results;
    });
}

/** Operations; the lanes of a vector that a narrow result leaves unused count as work. */
function padded(name, rows, inputs, outputs) {
  const whole = (n) => Math.ceil(n / 4) * 4;
  return name === "input gradient" ? 2 * rows * whole(inputs) * outputs : 2 * rows * inputs * whole(outputs);
}

/** The scan: each dimension takes every size to 70 while the two others are of these. */
const COMMON = [16, 32, 64];
const LARGEST = 70;

/** Of each product how many shapes were tried, how many stayed under a third of the peak, and the worst of them. */
export async function scanProducts(short = false) {
  const engine = await load({ backend: "wasm" });
  const { calls, of } = peakCalls();
  const peak = of(compare(calls));
  const found = new Map();
  const scan = (all, passes) => {
    for (let pass = 0; pass < passes; pass++) {
      for (const shape of all) {
        const { calls, dispose } = operands(engine, ...shape);
        for (const [name, call] of Object.entries(calls)) {
          const work = padded(name, ...shape);
          const key = `${name} ${shape.join("x")}`;
          const share = work / quickly(call, work / peak) / peak;
          found.set(key, { name, shape, share: Math.max(found.get(key)?.share ?? 0, share) });
        }
        dispose();
      }
    }
  };
  scan([...shapes(short ? 3 : LARGEST)], short ? 1 : 3);
  const low = () => [...found.values()].filter(({ share }) => share < 1 / 3);
  // again, because a busy moment lowers a share and nothing raises it
  if (!short) scan([...new Map(low().map(({ shape }) => [shape.join("x"), shape])).values()], 5);
  return [...new Set([...found.values()].map(({ name }) => name))].map((name) => {
    const tried = [...found.values()].filter((one) => one.name === name);
    const worst = tried.sort((a, b) => a.share - b.share).slice(0, 4);
    return {
      name,
      tried: tried.length,
      low: tried.filter(({ share }) => share < 1 / 3).length,
      worst: worst.map(({ shape, share }) => ({ size: shape.join("x"), share })),
    };
  });
}

function* shapes(largest) {
  for (let dimension = 0; dimension < 3; dimension++) {
    for (let size = 1; size <= largest; size++) {
      for (const a of COMMON) for (const b of COMMON) yield [a, b].toSpliced(dimension, 0, size);
    }
  }
}

/** The least of some samples of 30 µs at the `least` that a call can take, in nanoseconds. */
function quickly(call, least) {
  const calls = Math.max(1, Math.round(30_000 / least / 2));
  let best = Infinity;
  for (let sample = 0; sample < 5; sample++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    best = Math.min(best, performance.now() - start);
  }
  return (best * 1e6) / calls;
}

export function operands(engine, rows, inputs, outputs) {
  const vectors = [rows * inputs, inputs * outputs, outputs, rows * outputs, inputs * outputs, rows * inputs].map((n) => engine.vector(n));
  for (const [i, vector] of vectors.slice(0, 3).entries()) vector.view.set(filled(vector.length, i + 1));
  const [x, w, b, y, dw, dx] = vectors;
  const { kernels } = engine;
  return {
    calls: {
      forward: () => kernels.dense(x.pointer, w.pointer, b.pointer, y.pointer, rows, inputs, outputs, 1, outputs),
      "weight gradient": () => kernels.denseWeightGradient(x.pointer, y.pointer, dw.pointer, rows, inputs, outputs, inputs),
      "input gradient": () => kernels.denseInputGradient(y.pointer, w.pointer, dx.pointer, rows, inputs, outputs, x.pointer, inputs),
    },
    results: { forward: () => y.view, "weight gradient": () => dw.view, "input gradient": () => dx.view },
    dispose: () => {
      for (const vector of vectors) vector.dispose();
    },
  };
}
