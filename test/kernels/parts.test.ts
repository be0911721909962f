import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { HEAD, unpack } from "../../src/engine/packed.js";
import { core } from "../../src/generated/core.js";
import { parts } from "../support/parts.js";

const root = fileURLToPath(new URL("../../src", import.meta.url));
const exportsOf = (text: string) => WebAssembly.Module.exports(new WebAssembly.Module(unpack(text))).map(({ name }) => name);
const partOf = new Map(parts.flatMap(({ name, text }) => exportsOf(core.slice(0, HEAD) + text).map((kernel) => [kernel, name])));
const files = (readdirSync(root, { recursive: true }) as string[])
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /^(optimizers|models|training)\/.*\.ts$/.test(file));

/** The parts whose kernels a source text calls, and those that it adds. */
function readParts(text: string) {
  const called = [...text.matchAll(/\b(?:kernels|k)\s*\.\s*(\w+)/g)].map(([, name]) => partOf.get(name as string));
  const added = [...text.matchAll(/addKernels\(([^)]*)\)/g)].flatMap(([, list]) => [...(list as string).matchAll(/(\w+)Kernels\b/g)]);
  return {
    called: [...new Set(called)].filter((name) => name !== undefined).sort(),
    added: [...new Set(added.map(([, name]) => name))].sort(),
  };
}

test("each file adds the parts whose kernels it calls, and no others", () => {
  const read = files.map((file) => ({ file, ...readParts(readFileSync(join(root, file), "utf8")) }));
  expect(read.filter(({ called }) => called.length > 0).length).toBeGreaterThan(40);
  for (const { file, called, added } of read) expect({ file, added }).toEqual({ file, added: called });
});

test("every part is added somewhere", () => {
  const added = new Set(files.flatMap((file) => readParts(readFileSync(join(root, file), "utf8")).added));
  expect(parts.map(({ name }) => name).filter((name) => !added.has(name))).toEqual([]);
});
