import { expect, test } from "vitest";
import { type Engine, load } from "../../src/engine/load.js";

interface Script {
  readonly functions: Readonly<Record<string, { readonly stated: number }>>;
  measure(engine: Engine, name: string, step: number): { ulp: number; at: number; floats: number };
}

const script = new URL("../../scripts/ulp.js", import.meta.url).href;
const { functions, measure } = (await import(script)) as Script;
const engine = await load({ backend: "wasm" });

// Both backends have the same bits, so one is measured: every 4,001st float; `node scripts/ulp.js --all` takes them all.
test.each(Object.entries(functions))("the error of %s is at most what its docstring states", (name, { stated }) => {
  const { ulp, at, floats } = measure(engine, name, 4001);
  expect(floats).toBeGreaterThan(5e5);
  expect(ulp, `at ${at}`).toBeLessThanOrEqual(stated);
  expect(ulp).toBeGreaterThan(stated / 4); // the bound says something
});
