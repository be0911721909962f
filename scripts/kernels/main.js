// Writes what follows from the formulas in assembly/elementwise/: loops for the compiler (assembly/generated/), twins in JavaScript and the table
// of what threads may split (src/generated/), and a description for tests and benches (build/elementwise.json).
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeIfChanged } from "../write.js";
import { loopInC } from "./c.js";
import { readFormulas } from "./read.js";
import { twinsOf } from "./twin.js";
import { assemblyOf } from "./wasm.js";

const SOURCES = "assembly/elementwise";
const LOOPS = "assembly/generated";
const TWINS = "src/generated/twins";

/** Every file of formulas. */
function readAll() {
  const names = readdirSync(SOURCES).filter((name) => name.endsWith(".ts"));
  const files = names.sort().map((name) => ({ name: name.slice(0, -3), ...readFormulas(`${SOURCES}/${name}`) }));
  const seen = new Map();
  for (const { path, kernels } of files) {
    for (const { name } of kernels) {
      if (seen.has(name)) throw new Error(`${path}: the kernel ${name} stands in ${seen.get(name)} too`);
      seen.set(name, path);
    }
  }
  return files;
}

/** The loops of some kernels in C, as bench/native/loops.c includes them. */
export function loopsInC(names) {
  const kernels = readAll().flatMap((file) => file.kernels);
  return names.map((name) => loopInC(kernels.find((kernel) => kernel.name === name))).join("\n");
}

export function writeKernels() {
  const files = readAll();
  const limits = limitsOf();
  const loops = new Map(files.map((file) => [`${file.name}.ts`, assemblyOf(file)]));
  const twins = new Map(files.map((file) => [`${file.name}.ts`, twinsOf(file, limits)]));
  loops.set(
    "index.ts",
    lines(files.map(({ name, kernels }) => `export { ${kernels.map((kernel) => kernel.name).join(", ")} } from "./${name}";`)),
  );
  twins.set("index.ts", lines(files.map(({ name }) => `export * from "./${name}.js";`)));
  twins.set(
    "forward.ts",
    lines(files.flatMap((file) => activationsOf(file).map((name) => `export { ${name} } from "./${file.name}.js";`))),
  );
  writeFolder(LOOPS, loops);
  writeFolder(TWINS, twins);
  writeIfChanged("src/generated/elementwise.ts", tableOf(files));
  mkdirSync("build", { recursive: true });
  writeIfChanged("build/elementwise.json", `${JSON.stringify(files.flatMap(described), null, 1)}\n`);
}

/** The kernels of a file that have a gradient: activations, with which a network predicts. */
function activationsOf({ kernels }) {
  const names = kernels.map(({ name }) => name);
  return names.filter((name) => names.includes(`${name}Gradient`));
}

function lines(all) {
  return `// Made by scripts/kernels/ from ${SOURCES}/.\n${all.join("\n")}\n`;
}

function tableOf(files) {
  const kernels = files.flatMap((file) => file.kernels);
  return lines([
    "",
    "/** The kernels that work element by element, and how many arrays each takes; threads may split them by elements. */",
    "export const elementwise = {",
    ...kernels.map(({ name, pointers }) => `  ${name}: ${pointers.length},`),
    "} as const;",
  ]);
}

/** What tests and benches know of the kernels of a file. */
function described({ path, kernels }) {
  return kernels.map(({ name, pointers, scalars, tail }) => ({
    name,
    path,
    arrays: pointers.map(({ name, loaded, stored, nonnegative }) => ({
      name,
      access: loaded ? (stored ? "inout" : "in") : "out",
      nonnegative,
    })),
    scalars: scalars.map((scalar) => scalar.name),
    tail,
  }));
}

/** The constants of assembly/limits.ts. */
function limitsOf() {
  const text = readFileSync("assembly/limits.ts", "utf8");
  return new Map([...text.matchAll(/export const (\w+): f32 = ([\d.e-]+);/g)].map(([, name, literal]) => [name, { literal }]));
}

/** Writes the files of a folder, and removes what else is there: the twins of formulas that are gone. */
function writeFolder(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(`${folder}/${name}`, { recursive: true });
  for (const [name, text] of files) writeIfChanged(`${folder}/${name}`, text);
}
