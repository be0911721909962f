// Inspects the compiled kernels: what they may not contain, and that README.md states the SHA-256 of core.wasm.
//
//   npm run build && node scripts/core.js           writes the hash into README.md
//   node scripts/core.js --check                    changes nothing; exits with 1 and says what is wrong
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "assemblyscript/binaryen";

const { Features } = binaryen;
const FEATURES =
  Features.MVP | Features.MutableGlobals | Features.SignExt | Features.NontrappingFPToInt | Features.BulkMemory | Features.SIMD128;
const modules = [
  { path: "build/core.wasm", imports: [], features: FEATURES },
  { path: "build/threads.wasm", imports: ["env.memory"], features: FEATURES | Features.Atomics },
];
const README = "README.md";
const MARKED = /(<!-- core\.wasm -->).*?(<!-- end of core\.wasm -->)/s;

/** What is wrong with a module. */
function faults({ path, imports, features }) {
  const bytes = readFileSync(path);
  const module = binaryen.readBinary(bytes);
  module.setFeatures(features);
  // not compiled then: this engine may not know the instruction
  if (!module.validate()) return [`${path} has an instruction beyond SIMD, such as a relaxed one (see above)`];
  const found = [];
  const imported = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ module, name }) => `${module}.${name}`);
  if (imported.join() !== imports.join()) found.push(`${path} imports ${imported.join(", ")}`);
  if (segments(module).some(({ offset, data }) => offset < 16 || offset + data.byteLength > 1024)) {
    found.push(`${path} holds data outside of the table of constants (scripts/constants.js)`);
  }
  return found;
}

function segments(module) {
  return Array.from({ length: module.getNumDataSegments() }, (_, i) => module.getDataSegmentInfo(module.getDataSegmentByIndex(i)));
}

const check = process.argv.includes("--check");
const found = modules.flatMap(faults);
const hash = createHash("sha256").update(readFileSync("build/core.wasm")).digest("hex");
const readme = readFileSync(README, "utf8");
const right = readme.replace(MARKED, `$1\`${hash}\`$2`);
if (!MARKED.test(readme)) found.push(`${README} has no place for the hash of core.wasm`);
else if (right !== readme && check) found.push(`${README} states another hash of core.wasm: node scripts/core.js`);
else writeFileSync(README, right);

for (const fault of found) console.error(fault);
console.log(`core.wasm ${hash}`);
process.exitCode = found.length > 0 ? 1 : 0;
