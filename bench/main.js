// npm run bench [-- --smoke] [--only NAME] [--json FILE] [--markdown]
// Checks that both backends agree, then times: the machine, the optimizers, the matrix products, training steps and denormal traps. --only
// takes the name of an optimizer, or machine, optimizers, products, training, traps or native.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { describeMachine, measureMachine } from "./machine.js";
import { smoke } from "./measure.js";
import { measureNative } from "./native/main.js";
import { contestants, measureOptimizers } from "./optimizers.js";
import { measureProducts } from "./products.js";
import { tables, toMarkdown, toTerminal } from "./report.js";
import { measureTraining, measureTraps } from "./training.js";

const { values: options } = parseArgs({
  options: { smoke: { type: "boolean" }, only: { type: "string" }, json: { type: "string" }, markdown: { type: "boolean" } },
});

const sections = ["machine", "optimizers", "products", "training", "traps", "native"];
const { only } = options;
const optimizer = sections.includes(only) ? undefined : only;
if (optimizer !== undefined && contestants(optimizer).length === 0) {
  console.error(
    `no optimizer and no part is named ${only}: there are ${[...sections, ...contestants().map(({ name }) => name)].join(", ")}`,
  );
  process.exit(2);
}
const wanted = (section) => only === undefined || only === section || (section === "optimizers" && optimizer !== undefined);

const sizes = options.smoke ? [1024, 16384] : [1024, 16384, 262144, 4194304];
if (options.smoke) smoke();

const results = { host: describeMachine(), notes: [] };
const { processor, cores, engine, date } = results.host;
console.log(`${processor}, ${cores} cores; ${engine}; ${date}`);

results.machine = measureMachine(sizes);
show("machine");
if (wanted("optimizers")) {
  results.optimizers = await measureOptimizers(results.machine, sizes, optimizer);
  show("optimizers");
}
if (wanted("products")) {
  results.products = await measureProducts(options.smoke);
  show("products");
}
if (wanted("training")) {
  results.training = await measureTraining(options.smoke);
  show("training");
}
if (wanted("traps")) {
  results.traps = await measureTraps(options.smoke);
  show("traps");
}
if (wanted("native") && !options.smoke) {
  results.native = await measureNative(sizes);
  results.notes.push(...results.native.absent);
  show("native");
}

for (const note of results.notes) console.log(`\n${note}`);
if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
if (options.markdown) writeFileSync(new URL("RESULTS.md", import.meta.url), toMarkdown(results, "`npm run bench -- --markdown`"));

function show(section) {
  for (const part of tables({ [section]: results[section] })) console.log(toTerminal(part));
}
