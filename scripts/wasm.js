// Writes what follows from the formulas (scripts/kernels/), compiles assembly/ and writes what the TypeScript side is built from: the bytes as
// text (works in every host with nothing to configure) and the interface `Kernels`, taken from the compiler's own declarations so that a kernel
// without a twin does not compile.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constantsToMemory } from "./constants.js";
import { writeKernels } from "./kernels/main.js";
import { orderOf, pack, texts } from "./pack.js";
import { FOR_PARTS, partsOf } from "./parts.js";
import { writeIfChanged } from "./write.js";

writeKernels();

// compiling takes twenty seconds of processor time: what was compiled from the same sources stays
const stamp = stampOf();
if (!existsSync("build/stamp") || readFileSync("build/stamp", "utf8") !== stamp) {
  for (const [target, file] of [
    ["wasm", "build/core.wasm"],
    ["threads", "build/threads.wasm"],
  ]) {
    asc("--config", "asconfig.json", "--target", target);
    writeFileSync(file, constantsToMemory(readFileSync(file)));
  }
  asc(
    "assembly/probes.ts",
    "--config",
    "none",
    "--outFile",
    "build/probes.wasm",
    "--runtime",
    "stub",
    "--noAssert",
    "--enable",
    "simd",
    "-O3",
  );
  writeFileSync("build/stamp", stamp);
}

const declarations = readFileSync("build/core.d.ts", "utf8");
const kernels = [...declarations.matchAll(/export function (\w+)(\([^)]*\): \w+);/g)].filter(([, name]) => !FOR_PARTS.includes(name));
if (kernels.length === 0) throw new Error("no kernels in build/core.d.ts: has the format of asc's bindings changed?");

mkdirSync("src/generated", { recursive: true });
writeIfChanged(
  "src/generated/kernels.ts",
  `// Made by scripts/wasm.js from asc's declarations of assembly/index.ts.

/** The kernel table: what the wasm module exports and what src/engine/reference/ implements. Pointers are byte offsets, \`n\` counts floats. */
export interface Kernels {
${kernels.map(([, name, signature]) => `  ${name}${signature};`).join("\n")}
}
`,
);
const { core, parts } = partsOf(readFileSync("build/core.wasm"));
const order = orderOf(core);
for (const [file, bytes, what] of [
  ["core", core, "the compiled kernels that every program has"],
  ["core-threads", readFileSync("build/threads.wasm"), "the kernels compiled for a shared memory, which they import"],
]) {
  writeIfChanged(
    `src/generated/${file}.ts`,
    `// Made by scripts/wasm.js: ${what}.
export const core = "${pack(bytes)}";
`,
  );
}
mkdirSync("src/generated/parts", { recursive: true });
for (const file of readdirSync("src/generated/parts")) if (!parts.has(file.slice(0, -3))) rmSync(`src/generated/parts/${file}`);
for (const [name, { bytes, kernels }] of parts) {
  writeIfChanged(
    `src/generated/parts/${name}.ts`,
    `// Made by scripts/wasm.js: the compiled kernels ${kernels.join(", ")}.
export const ${name}Kernels = "${texts(bytes, order)}";
`,
  );
}

writeIfChanged(
  "src/generated/hash.ts",
  `// Made by scripts/wasm.js.

/** The first half of the SHA-256 of the compiled kernels, whose bits the JavaScript twin gives too. */
export const coreHash = "${createHash("sha256").update(readFileSync("build/core.wasm")).digest("hex").slice(0, 32)}";
/** The version in package.json. */
export const version = "${JSON.parse(readFileSync("package.json", "utf8")).version}";
`,
);

// what "stepsize/core.wasm" and the entry points of workers and edge functions import
mkdirSync("dist/engine", { recursive: true });
copyFileSync("build/core.wasm", "dist/engine/core.wasm");
copyFileSync("src/engine/core.d.wasm.ts", "dist/engine/core.d.wasm.ts");

function asc(...options) {
  execFileSync(process.execPath, ["node_modules/assemblyscript/bin/asc.js", ...options], { stdio: "inherit" });
}

/** A hash of all that the modules are compiled from. */
function stampOf() {
  const sources = readdirSync("assembly", { recursive: true })
    .map((name) => `assembly/${name}`)
    .filter((name) => name.endsWith(".ts"))
    .sort();
  const hash = createHash("sha256");
  for (const file of [...sources, "asconfig.json", "scripts/wasm.js", "scripts/constants.js", "node_modules/assemblyscript/package.json"])
    hash.update(`${file}\n`).update(readFileSync(file));
  return hash.digest("hex");
}
