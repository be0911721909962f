// The same loops in C and the same networks in PyTorch, where there is a compiler and a Python that has it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "../../dist/entries/slim.js";
import { loopsInC } from "../../scripts/kernels/main.js";
import { compare } from "../measure.js";
import { networks, trainable } from "../training.js";
import { callsInC, checksum, filledAsInC, loops } from "./loops.js";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Strict arithmetic: without -ffp-contract=off gcc fuses multiply and add, which are other bits. */
const strict = ["-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"];
/** Programs are run in turn with ours, so many times. */
const ROUNDS = 3;

/** Loops are compared where the cache holds them; what memory holds waits for it in any language. */
const SIZES = [1024, 16384];

/** `python` is the command of one that has PyTorch. What is absent is said in `absent`. */
export async function measureNative(python = "python3") {
  const results = { absent: [] };
  const attempt = async (what, advice, measure) => {
    try {
      Object.assign(results, await measure());
    } catch (error) {
      results.absent.push(`No figures for ${what}: ${reason(error)}.${advice}`);
    }
  };
  await attempt("C", "", () => inC());
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

async function inC() {
  const compiler = execFileSync("gcc", ["--version"], { encoding: "utf8" }).split("\n")[0];
  const folder = mkdtempSync(join(tmpdir(), "stepsize-native-"));
  try {
    writeFileSync(join(folder, "kernels.h"), loopsInC(Object.keys(loops)));
    writeFileSync(join(folder, "calls.h"), callsInC());
    const build = (name, ...options) => {
      execFileSync("gcc", [...strict, ...options, "-I", folder, join(here, "loops.c"), "-lm", "-o", join(folder, name)], { stdio: "pipe" });
      return join(folder, name);
    };
    const programs = { c: build("loops", "-mprefer-vector-width=128"), wide: build("wide", "-mprefer-vector-width=512") };
    const engine = await load({ backend: "wasm", core: readFileSync("dist/engine/core.wasm") });
    const rows = SIZES.flatMap((n) => Object.keys(loops).map((name) => measureLoop(engine, programs, name, n)));
    return { compiler, loops: rows };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A kernel itself, as the C loop is: no schedule, no flush. */
function measureLoop(engine, programs, name, n) {
  const [arrays, numbers] = loops[name];
  const vectors = Array.from({ length: arrays }, (_, array) => {
    const vector = engine.vector(n);
    vector.view.set(filledAsInC(n, array));
    return vector;
  });
  // written out: a call whose arguments are spread takes 150 ns longer
  const written = [...vectors.map(({ pointer }) => pointer), n, ...numbers].join();
  const kernel = new Function("kernel", `return () => kernel(${written})`)(engine.kernels[name]);
  kernel();
  const seen = checksum(vectors.map(({ view }) => view));
  const row = { name, n };
  const keep = (column, min, median) => {
    row[column] = better(row[column], { min: min / n, median: median / n });
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [column, program] of Object.entries(programs)) {
      const [[sum, min, median]] = run(program, [String(n), name]).map((cells) => cells.map(Number));
      if (sum !== seen) throw new Error(`${name}, n = ${n}: C and wasm differ`);
      keep(column, min, median);
    }
    const { wasm } = compare({ wasm: kernel });
    keep("wasm", wasm.min, wasm.median);
  }
  for (const vector of vectors) vector.dispose();
  return row;
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
