// The same loops in C and the same networks in PyTorch, where there is a compiler and a Python that has it.
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
/** Programs are run in turn with ours, so many times. */
const ROUNDS = 3;

/** `python` is the command of one that has PyTorch. What is absent is said in `absent`. */
export async function measureNative(sizes, python = "python3") {
  const results = { absent: [] };
  const attempt = async (what, advice, measure) => {
    try {
      Object.assign(results, await measure());
    } catch (error) {
      results.absent.push(`No figures for ${what}: ${reason(error)}.${advice}`);
    }
  };
  await attempt("C", "", () => inC(sizes));
  await attempt("PyTorch", " `--python FILE` names a Python that has it.", () => inPyTorch(python));
  return results;
}

function reason(error) {
  if (error.code === "ENOENT") return `${error.path} is absent`;
  if (error.code === "ETIMEDOUT") return "it took too long";
  return String(error.stderr || error.message)
    .trim()
    .split("\n")
    .at(-1);
}

/** What is least of all rounds: of the minima, and of the medians. */
function better(a, b) {
  return a ? { min: Math.min(a.min, b.min), median: Math.min(a.median, b.median) } : b;
}

async function inC(sizes) {
  const compiler = execFileSync("gcc", ["--version"], { encoding: "utf8" }).split("\n")[0];
  const folder = mkdtempSync(join(tmpdir(), "stepsize-native-"));
  try {
    const build = (name, ...options) => {
      execFileSync("gcc", [...strict, ...options, join(here, "loops.c"), "-lm", "-o", join(folder, name)], { stdio: "pipe" });
      return () =>
        run(join(folder, name), sizes.map(String)).map(([name, n, min, median]) => [name, n, { min: min / n, median: median / n }]);
    };
    const c = build("loops", "-mprefer-vector-width=128");
    const wide = build("wide", "-mprefer-vector-width=512");
    const best = new Map();
    const keep = (column, rows) => {
      for (const [name, n, times] of rows) {
        const row = best.get(`${name},${n}`) ?? { name, n: Number(n) };
        row[column] = better(row[column], times);
        best.set(`${name},${n}`, row);
      }
    };
    for (let round = 0; round < ROUNDS; round++) {
      keep("c", c());
      for (const n of sizes) keep("wasm", await inWasm(n));
      keep("wide", wide());
    }
    return { compiler, loops: [...best.values()] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The kernels themselves, as the C loops are: no schedule, no flush. */
async function inWasm(n) {
  const engine = await load({ backend: "wasm" });
  const k = engine.kernels;
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
  return Object.entries(times).map(([name, { min, median }]) => [name, n, { min: min / n, median: median / n }]);
}

async function inPyTorch(python) {
  const names = networks.map(({ name, sizes, rows }) => `${name}:${sizes.join("-")}:${rows}`);
  const script = join(here, "networks.py");
  const engine = await load({ backend: "wasm" });
  const rows = networks.map(({ name }) => ({ name }));
  let torch;
  const keep = (column, options) => {
    const [[version], ...theirs] = run(python, [script, ...options, ...names]);
    torch = version;
    for (const [i, row] of rows.entries()) {
      const [min, median] = theirs[i].slice(-2);
      row[column] = better(row[column], { min: Number(min), median: Number(median) });
    }
  };
  for (let round = 0; round < ROUNDS; round++) {
    keep("eager", []);
    for (const [i, row] of rows.entries()) {
      const ours = trainable(engine, networks[i]);
      row.wasm = better(row.wasm, compare({ wasm: () => ours.step() }, 32).wasm);
      ours.dispose();
    }
  }
  try {
    keep("compiled", ["--compile"]);
  } catch {
    // wants a C++ compiler and Python's headers: the table has a dash there
  }
  return { torch, networks: rows };
}

/** The lines that a program prints, as cells. */
function run(command, options) {
  const text = execFileSync(command, options, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 });
  return text
    .trim()
    .split("\n")
    .map((line) => line.split(","));
}
