import { expect, test } from "vitest";
import { Engine, load } from "../../src/engine/load.js";
import { exp, log } from "../../src/engine/reference/math.js";
import { drawTable, pools, sameBits } from "../support/floats.js";

interface Script {
  readonly functions: Readonly<Record<string, { readonly stated: number }>>;
  probes(kind: typeof Engine): Engine;
  measure(engine: Engine, name: string, step: number): { ulp: number; at: number; floats: number };
}

const script = new URL("../../scripts/ulp.js", import.meta.url).href;
const { functions, measure, probes } = (await import(script)) as Script;
const engine = await load({ backend: "wasm" });
const probing = probes(Engine);

// Both backends have the same bits, so one is measured: every 4,001st float; `node scripts/ulp.js --all` takes them all.
test.each(Object.entries(functions))("the error of %s is at most what its docstring states", (name, { stated }) => {
  const { ulp, at, floats } = measure(name in probing.kernels ? probing : engine, name, 4001);
  expect(floats).toBeGreaterThan(5e5);
  expect(ulp, `at ${at}`).toBeLessThanOrEqual(stated);
  expect(ulp).toBeGreaterThan(stated / 4); // the bound says something
});

test.each(Object.entries({ exp, log }))("%s of assembly/math.ts has the bits of its twin", (name, twin) => {
  const kernels = probing.kernels as unknown as Record<string, (x: number, y: number, n: number) => void>;
  for (const pool of Object.keys(pools)) {
    const inputs = new Float32Array(drawTable(pool, 20261125).buffer);
    const [x, y] = [probing.vector(inputs.length), probing.vector(inputs.length)];
    x.view.set(inputs);
    kernels[name]?.(x.pointer, y.pointer, inputs.length);
    expect(sameBits(y.view, inputs.map(twin)), pool).toBe(true);
    x.dispose();
    y.dispose();
  }
});
