// Processor time to a learning rate that is within a point of the best, on the same task: this package, scikit-learn's GridSearchCV, a PyTorch loop,
// Optuna with TPE alone, with the median pruner and with Hyperband. Then what workers are worth (bench/search/workers.js).
//
//   npm run bench:search [-- --python FILE] [--tuners "scikit-learn,PyTorch"] [--rounds 3] [--write]
//
// The task: 1,257 handwritten digits to learn from and 270 to validate, standardised once for all; 64 hidden ReLU units, Adam, batches of 32, 30
// epochs; the rates are 13 from 1e-6 to 1, or 13 that Optuna chooses between these. Initial weights and orders are each library's own, by seed.
// --write puts the table into docs/search.md. Without a Python that has the others, this package runs alone.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { logspace } from "../../dist/index.js";
import { withMarked } from "../../scripts/marked.js";
import { describeMachine } from "../machine.js";
import { digits } from "./digits.js";
import { measureWorkers, workersText } from "./workers.js";

/** Rates whose accuracy is less than a point below the best: bench/search/truth.js on data/digits.csv.gz with Adam, 101 rates. */
const TRUE = JSON.parse(readFileSync(new URL("digits-adam.json", import.meta.url), "utf8"));
const METHODS = ["scikit-learn", "PyTorch", "Optuna TPE", "Optuna median", "Optuna Hyperband"];
const OURS = "stepsize";
const PRUNED = "stepsize, pruned";

const { values } = parseArgs({
  options: {
    python: { type: "string" },
    tuners: { type: "string", default: METHODS.join(",") },
    rounds: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
});
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

function taskOf() {
  const { training, validation } = digits();
  const part = ({ rows, columns, features, targets }) => ({
    features: Array.from({ length: rows }, (_, i) => Array.from(features.subarray(i * columns, (i + 1) * columns))),
    labels: Array.from(targets),
  });
  const settings = { hidden: [64], batchSize: 32, epochs: 30, rates: logspace(1e-6, 1, 13), classes: training.classes };
  return { training: part(training), validation: part(validation), ...settings };
}

function versions(python) {
  const code =
    "import platform, sklearn, torch, optuna; print(f'Python {platform.python_version()}, scikit-learn {sklearn.__version__}, PyTorch {torch.__version__}, Optuna {optuna.__version__}')";
  try {
    return execFileSync(python, ["-c", code], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}

const others = values.python === undefined ? undefined : versions(values.python);
if (values.python !== undefined && others === undefined) console.log(`${values.python} has no scikit-learn, PyTorch and Optuna: left out`);
const methods = [OURS, PRUNED, ...(others === undefined ? [] : METHODS.filter((method) => values.tuners.split(",").includes(method)))];
const found = new Map(methods.map((method) => [method, []]));
const folder = mkdtempSync(join(tmpdir(), "stepsize-bench-"));
try {
  const task = taskOf();
  const file = join(folder, "task.json");
  for (let round = 0; round < Number(values.rounds); round++) {
    writeFileSync(file, JSON.stringify({ task, seed: round + 1 }));
    // in turns, so that what disturbs one round disturbs all
    for (const method of methods) {
      const [program, args] =
        method === OURS || method === PRUNED
          ? [process.execPath, [here("ours.js"), file, ...(method === PRUNED ? ["prune"] : [])]]
          : [values.python, [here("tuners.py"), method, file]];
      const result = JSON.parse(execFileSync(program, args, { encoding: "utf8", env: { ...process.env, OMP_NUM_THREADS: "1" } }));
      found.get(method).push(result);
      console.error(`round ${round + 1}, ${method}: rate ${result.rate}, ${result.seconds.toFixed(2)} s`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

const least = (method) => Math.min(...found.get(method).map(({ seconds }) => seconds));
const own = least(OURS);
const lines = methods.map((method) => {
  const results = found.get(method);
  const right = results.filter(({ rate }) => rate >= TRUE.from && rate <= TRUE.to).length;
  const rates = results.map(({ rate }) => Number(rate.toPrecision(2))).join(", ");
  const times = method === OURS ? "" : `${(least(method) / own).toFixed(1)}×`;
  return `| ${method} | ${least(method).toFixed(2)} | ${times} | ${right} of ${results.length} | ${rates} |`;
});
const { processor, cores, system, engine, date, load } = describeMachine();
const table = [
  "| tuner | CPU seconds, the least | beside stepsize | within a point of the best | rates named |",
  "| --- | ---: | ---: | ---: | --- |",
  ...lines,
  "",
  `${processor}, ${cores} cores, ${system}; ${engine}${others === undefined ? "" : `; ${others}`}; ${date}, load average ${load[0]}.`,
  `Within a point of the best are ${Number(TRUE.from.toPrecision(3))} to ${Number(TRUE.to.toPrecision(3))}, by ${TRUE.splits} fresh splits of each of 101 rates.`,
].join("\n");
console.log(table);
const workers = workersText(await measureWorkers(10));
console.log(`\n${workers}`);
if (values.write) {
  const path = here("../../docs/search.md");
  const page = withMarked(readFileSync(path, "utf8"), "bench", `\n\n${table}\n\n`);
  writeFileSync(path, withMarked(page, "workers", `\n\n${workers}\n\n`));
}
