// The same loops in C and the same networks in PyTorch, where there is a compiler and a Python that has it (PYTHON names one).
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "../../dist/engine.js";
import { compare, filled } from "../measure.js";
import { networks, trainable } from "../training.js";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Strict arithmetic: without -ffp-contract=off gcc fuses multiply and add, which are other bits. */
const strict = ["-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"];

export async function measureNative(sizes) {
  const absent = [];
  const results = { absent };
  try {
    results.compiler = execFileSync("gcc", ["--version"], { encoding: "utf8" }).split("\n")[0];
    results.loops = await loops(sizes);
  } catch (error) {
    absent.push(`No figures for C: ${reason(error)}.`);
  }
  try {
    Object.assign(results, await inPyTorch());
  } catch (error) {
    absent.push(`No figures for PyTorch: ${reason(error)}. Name a Python that has it in PYTHON.`);
  }
  return results;
}

function reason(error) {
  return error.code === "ENOENT"
    ? `${error.path} is absent`
    : String(error.stderr || error.message)
        .trim()
        .split("\n")
        .at(-1);
}

/** C is run before and after ours, thrice, and the least counts on both sides. */
async function loops(sizes) {
  const folder = mkdtempSync(join(tmpdir(), "stepsize-native-"));
  try {
    const build = (name, ...options) => {
      execFileSync("gcc", [...strict, ...options, join(here, "loops.c"), "-lm", "-o", join(folder, name)], { stdio: "pipe" });
      return () => run(join(folder, name), sizes.map(String));
    };
    const c = build("loops", "-mprefer-vector-width=128");
    const wide = build("wide", "-mprefer-vector-width=512");
    const ours = await kernels();
    const best = new Map();
    const keep = (column, rows) => {
      for (const [name, n, time] of rows) {
        const key = `${name},${n}`;
        const row = best.get(key) ?? { name, n: Number(n) };
        row[column] = Math.min(row[column] ?? Infinity, Number(time) / n);
        best.set(key, row);
      }
    };
    for (let round = 0; round < 3; round++) {
      keep("c", c());
      for (const n of sizes) keep("wasm", ours(n));
      keep("wide", wide());
    }
    return [...best.values()];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The kernels themselves, as the C loops are: no schedule, no flush. */
async function kernels() {
  const engine = await load({ backend: "wasm" });
  const k = engine.kernels;
  return (n) => {
    const vectors = [1, 2, 3, 4].map((seed) => {
      const vector = engine.vector(n);
      vector.view.set(filled(n, seed).map(Math.abs));
      return vector;
    });
    const [p, g, m, v] = vectors.map(({ pointer }) => pointer);
    const times = compare({
      sgd: () => k.sgd(p, g, n, 1e-6, 0, 1),
      "sgd momentum": () => k.sgdMomentum(p, g, m, n, 1e-6, 0.9, 1, 0, 1),
      adagrad: () => k.adagrad(p, g, m, n, 1e-6, 1e-10, 0, 1),
      adadelta: () => k.adadelta(p, g, m, v, n, 1e-6, 0.9, 0.1, 1e-6, 0, 1),
      rmsprop: () => k.rmsprop(p, g, m, n, 1e-6, 0.99, 0.01, 1e-8, 0, 1),
      adam: () => k.adam(p, g, m, v, n, 1e-6, 0.9, 0.1, 0.999, 0.001, 1, 1e-8, 0, 1),
      adamw: () => k.adamw(p, g, m, v, n, 1e-6, 0.9, 0.1, 0.999, 0.001, 1, 1e-8, 1e-8, 1),
    });
    for (const vector of vectors) vector.dispose();
    return Object.entries(times).map(([name, { min }]) => [name, n, min]);
  };
}

/** PyTorch and ours in turn, thrice. */
async function inPyTorch() {
  const names = networks.map(({ name, sizes, rows }) => `${name}:${sizes.join("-")}:${rows}`);
  const engine = await load({ backend: "wasm" });
  const rows = networks.map(({ name }) => ({ name, wasm: Infinity, torch: Infinity }));
  let torch;
  for (let round = 0; round < 3; round++) {
    const [[version], ...theirs] = run(process.env.PYTHON ?? "python3", [join(here, "networks.py"), ...names]);
    torch = version;
    for (const [i, row] of rows.entries()) {
      row.torch = Math.min(row.torch, Number(theirs[i].at(-1)));
      const ours = trainable(engine, networks[i]);
      row.wasm = Math.min(row.wasm, compare({ wasm: () => ours.step() }, 32).wasm.min);
      ours.dispose();
    }
  }
  return { torch, networks: rows };
}

function run(command, options) {
  const text = execFileSync(command, options, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  return text
    .trim()
    .split("\n")
    .map((line) => line.split(","));
}
