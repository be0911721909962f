import { readdirSync } from "node:fs";
import type { Engine } from "../../src/engine/engine.js";
import { addKernels } from "../../src/engine/parts.js";

const folder = new URL("../../src/generated/parts/", import.meta.url);

/** The parts of the compiled kernels (scripts/parts.js): the name of each, and its text. */
export const parts = await Promise.all(
  readdirSync(folder).map(async (file) => {
    const name = file.replace(/\.ts$/, "");
    const { [`${name}Kernels`]: text } = (await import(new URL(file, folder).href)) as Record<string, string>;
    return { name, text: text as string };
  }),
);

/** The engine with all kernels in its table, as tests of kernels call them without an optimizer or a layer. */
export function whole(engine: Engine): Engine {
  addKernels(engine.kernels, ...parts.map(({ text }) => text));
  return engine;
}
