// npm run bench [-- --smoke] [--only NAME,NAME] [--python FILE] [--json FILE]
// Checks that both backends agree, then times: the machine, the optimizers, also beyond all caches, the matrix products, training steps, the
// guard, denormal traps, two threads, a hundred million parameters, and the same in C and PyTorch. --only takes kinds of optimizers and the names of parts.
import { parseArgs } from "node:util";
import { measureGuard } from "./guard.js";
import { describeMachine, measureMachine } from "./machine.js";
import { smoke } from "./measure.js";
import { measureNative } from "./native/main.js";
import { contestants, measureMemory, measureOptimizers } from "./optimizers.js";
import { measureProducts, scanProducts } from "./products.js";
import { tables, toTerminal, writeResults } from "./report.js";
import { measureScale, measureThreads } from "./threads.js";
import { measureTraining, measureTraps } from "./training.js";

const { values: options } = parseArgs({
  options: { smoke: { type: "boolean" }, only: { type: "string" }, python: { type: "string" }, json: { type: "string" } },
});
const sizes = options.smoke ? [1024, 16384] : [1024, 16384, 262144, 4194304];
if (options.smoke) smoke();

const kinds = [...new Set(contestants().map(({ kind }) => kind))];
const parts = {
  machine: () => measureMachine(sizes),
  optimizers: () => measureOptimizers(results.machine, wantedKinds),
  memory: () => measureMemory(options.smoke),
  products: () => measureProducts(options.smoke),
  scan: () => scanProducts(options.smoke),
  training: () => measureTraining(options.smoke),
  guard: () => measureGuard(),
  traps: () => measureTraps(options.smoke),
  threads: () => measureThreads(options.smoke),
  scale: () => measureScale(),
  native: () => measureNative(options.python),
};
const names = options.only?.split(",") ?? Object.keys(parts).filter((part) => !options.smoke || (part !== "native" && part !== "scale"));
const unknown = names.find((name) => !Object.hasOwn(parts, name) && !kinds.includes(name));
if (unknown !== undefined) {
  console.error(`no part and no optimizer is named ${unknown}: there are ${[...Object.keys(parts), ...kinds].join(", ")}`);
  process.exit(2);
}
const wantedKinds = names.includes("optimizers") ? kinds : kinds.filter((kind) => names.includes(kind));

const results = { host: describeMachine() };
const { processor, cores, engine, date, load } = results.host;
console.log(`${processor}, ${cores} cores; ${engine}; ${date}; load average ${load.join(", ")}`);
for (const [part, measure] of Object.entries(parts)) {
  const wanted = part === "machine" || names.includes(part) || (part === "optimizers" && wantedKinds.length > 0);
  if (!wanted) continue;
  results[part] = await measure();
  show(part);
  if (options.json) writeResults(options.json, results);
}
for (const text of results.native?.absent ?? []) console.log(`\n${text}`);

function show(part) {
  for (const table of tables({ [part]: results[part] })) console.log(toTerminal(table));
}
