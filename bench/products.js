// The three matrix products of a dense layer, beside the multiply-add peak.
import { load } from "../dist/engine.js";
import { peakCalls, peakOf } from "./machine.js";
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
        const times = compare({ wasm: ours.calls[name], ...peakCalls().calls });
        // lanes of a vector that a narrow result leaves unused count as work
        const padded = name === "input gradient" ? (operations / inputs) * padding(inputs) : (operations / outputs) * padding(outputs);
        const rate = operations / times.wasm.min;
        return { name, size: `${rows}x${inputs}x${outputs}`, wasm: times.wasm, rate, share: padded / times.wasm.min / peakOf(times) };
      });
      ours.dispose();
      twin.dispose();
      return results;
    });
}

const padding = (n) => Math.ceil(n / 4) * 4;

function operands(engine, rows, inputs, outputs) {
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
