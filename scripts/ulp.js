// Measures the error of the functions of assembly/math.ts and of the activations, in units in the last place of a float, against float64.
//
//   npm run build && node scripts/ulp.js [--all] [exp log tanh ...]
//
// Every 997th float of each range, or with --all every one (a quarter of an hour). The docstrings of assembly/ state what --all prints.
import { readFileSync } from "node:fs";

const CUBE = 0.044715;
const GELU = 2 * Math.sqrt(2 / Math.PI);
const MAX = 3.4028234663852886e38;
/** assembly/limits.ts */
const TINY = 2 ** -50;

/**
 * What each kernel computes, the floats it is measured over, below which size it may give 0 by design, and the most ULP that the docstrings
 * in assembly/ state.
 */
export const functions = {
  exp: { exact: Math.exp, from: -MAX, to: MAX, zero: Math.exp(-87.3), stated: 0.99 },
  log: { exact: Math.log, from: 2 ** -126, to: MAX, zero: 0, stated: 0.87 },
  tanh: { exact: Math.tanh, from: -MAX, to: MAX, zero: 0, stated: 1.34 },
  sigmoid: { exact: (x) => 1 / (1 + Math.exp(-x)), from: -MAX, to: MAX, zero: TINY, stated: 2.5 },
  gelu: { exact: (x) => x / (1 + Math.exp(-GELU * (x + CUBE * x ** 3))), from: -MAX, to: MAX, zero: TINY, stated: 89 },
  softplus: { exact: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), from: -MAX, to: MAX, zero: TINY, stated: 2.2 },
};

const CHUNK = 1 << 20;
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
/** The distance between floats, by the exponent of a float64. */
const SPACING = Float64Array.from({ length: 2048 }, (_, exponent) => 2 ** (Math.max(exponent - 1023, -126) - 23));

/**
 * An engine with the kernels exp and log (assembly/probes.ts), which are measured though the library has no use for them over vectors. `Engine` is the
 * class of src/engine/engine.ts.
 */
export function probes(Engine) {
  const module = new WebAssembly.Module(readFileSync(new URL("../build/probes.wasm", import.meta.url)));
  const { exports } = new WebAssembly.Instance(module);
  return new Engine("wasm", "probes", exports, exports.memory);
}

/** The largest error over every `step`-th float of a range, and where it is. */
export function measure(engine, name, step) {
  const { exact, from, to, zero } = functions[name];
  const x = engine.vector(CHUNK);
  const y = engine.vector(CHUNK);
  const worst = { name, ulp: 0, at: Number.NaN, gives: Number.NaN, exact: Number.NaN, floats: 0 };
  for (const [low, high] of intervals(from, to)) {
    for (let bits = low; bits <= high; bits += CHUNK * step) {
      const count = Math.min(CHUNK, Math.floor((high - bits) / step) + 1);
      const inputs = new Uint32Array(x.view.buffer, x.pointer, count);
      for (let i = 0; i < count; i++) inputs[i] = bits + i * step;
      engine.kernels[name](x.pointer, y.pointer, count);
      worst.floats += count;
      compare(worst, x.view, y.view, count, exact, zero * 1.00001);
    }
  }
  x.dispose();
  y.dispose();
  return worst;
}

function compare(worst, inputs, outputs, count, exact, zero) {
  for (let i = 0; i < count; i++) {
    const reference = exact(inputs[i]);
    const output = outputs[i];
    if (output === 0 && Math.abs(reference) <= zero) continue;
    const ulp = error(output, reference);
    if (ulp > worst.ulp) Object.assign(worst, { ulp, at: inputs[i], gives: output, exact: reference });
  }
}

/** An overflow is right where the float would be infinite too; any other result that is not finite is infinitely wrong. */
function error(output, reference) {
  if (!Number.isFinite(output)) return output === Math.fround(reference) ? 0 : Number.POSITIVE_INFINITY;
  double[0] = reference;
  return Math.abs(output - reference) / SPACING[(halves[1] >>> 20) & 2047];
}

/** The bits of the floats from `from` to `to`, as intervals of rising bits: the negative ones, then the others. */
function intervals(from, to) {
  const negative = from < 0 ? [[bitsOf(-0), bitsOf(from)]] : [];
  return [...negative, [from < 0 ? 0 : bitsOf(from), bitsOf(to)]];
}

function bitsOf(value) {
  return new Uint32Array(Float32Array.of(value).buffer)[0];
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const all = process.argv.includes("--all");
  const chosen = process.argv.slice(2).filter((argument) => argument !== "--all");
  const unknown = chosen.filter((name) => !Object.hasOwn(functions, name));
  if (unknown.length > 0) throw new Error(`no function ${unknown.join(", ")}: there are ${Object.keys(functions).join(", ")}`);
  const { Engine, load } = await import("../dist/engine/load.js");
  const engine = await load({ backend: "wasm" });
  const probing = probes(Engine);
  for (const name of chosen.length > 0 ? chosen : Object.keys(functions)) {
    const { ulp, at, gives, exact, floats } = measure(name in probing.kernels ? probing : engine, name, all ? 1 : 997);
    if (ulp > functions[name].stated) process.exitCode = 1;
    console.log(`${name.padEnd(9)} at most ${ulp.toFixed(3)} ULP over ${floats} floats, at ${at}: ${gives} for ${exact}`);
  }
}
