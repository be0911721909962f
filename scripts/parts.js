// Takes the compiled kernels apart: the core, which every program has, and parts, which come with the optimizer or the layer that calls them, so that a
// program carries no others. A part is one file of assembly/ (or two of one name), cut out of core.wasm as it was compiled: it imports the core's memory
// and what the core exports of that which it calls, and reads the table of constants (constants.js) that the core has put there.
import { readdirSync, readFileSync } from "node:fs";
import binaryen from "assemblyscript/binaryen";

/** What the core exports for parts, which is no kernel. */
export const FOR_PARTS = ["product"];

/** What every program has, beside the activations. */
const CORE = [
  ...["bfloat16", "dense", "product", "reductions", "vectors"].map((name) => `linalg/${name}`),
  ...["nn/batches", "nn/losses", "generated/vectors"],
];

/** `{ core, parts }` of the bytes of core.wasm: bytes, and by the name of each part `{ bytes, kernels }`. */
export function partsOf(bytes) {
  const names = exportsOf(bytes);
  const parts = new Map();
  for (const [file, kernels] of sources()) {
    // a network finds its activation and the gradient of that by their names
    const areActivations = file.startsWith("generated/") && kernels.some((kernel) => kernels.includes(`${kernel}Gradient`));
    if (areActivations || CORE.some((start) => file.startsWith(start))) continue;
    const own = kernels.filter((kernel) => names.includes(kernel));
    const name = file.replace(/.*\//, "");
    if (own.length > 0) parts.set(name, [...(parts.get(name) ?? []), ...own]);
  }
  const inParts = new Set([...parts.values()].flat());
  const inCore = names.filter((name) => !inParts.has(name));
  const part = (kernels) => ({ kernels, bytes: cut(bytes, kernels, inCore, ownMemoryToImported) });
  return { core: cut(bytes, inCore), parts: new Map([...parts].sort().map(([name, kernels]) => [name, part(kernels)])) };
}

/** The files of assembly/ that export kernels, without ".ts", with the names of the functions that they export. */
function sources() {
  const files = readdirSync("assembly", { recursive: true }).filter((file) => /^(generated|linalg|nn|optimizers)\/.*\.ts$/.test(file));
  return files.sort().map((file) => {
    const text = readFileSync(`assembly/${file}`, "utf8");
    return [file.slice(0, -3), [...text.matchAll(/^export function (\w+)/gm)].map(([, name]) => name)];
  });
}

function exportsOf(bytes) {
  return WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
}

/** The module with these exports and what they need, of which functions exported by these other names are imported. */
function cut(bytes, kept, imported = [], change = (text) => text) {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(binaryen.Features.All);
  for (const name of imported) {
    const { kind, value } = binaryen.getExportInfo(module.getExport(name));
    if (kind !== binaryen.ExternalFunction) continue;
    const { params, results } = binaryen.getFunctionInfo(module.getFunction(value));
    module.removeFunction(value);
    module.addFunctionImport(value, "env", name, params, results);
  }
  for (const name of exportsOf(bytes)) if (!kept.includes(name)) module.removeExport(name);
  module.runPasses(["remove-unused-module-elements"]);
  const made = binaryen.parseText(change(module.emitText()));
  module.dispose();
  made.setFeatures(binaryen.Features.All);
  if (!made.validate()) throw new Error(`a part is invalid: ${kept.join(", ")}`);
  const result = made.emitBinary();
  made.dispose();
  return result;
}

function ownMemoryToImported(text) {
  if (/\(global /.test(text)) throw new Error(`a part has a global, which the core would not share:\n${text}`);
  return text
    .replace(/\n \(memory .*\)/g, "")
    .replace(/\n \(data .*\)(?=\n)/g, "")
    .replace(/^\(module/, '(module\n (import "env" "memory" (memory $0 1))');
}
