import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { type Engine, load } from "../../src/engine/load.js";
import { layerRules } from "../../src/generated/layerRules.js";
import { ACTIVATIONS } from "../../src/models/activations.js";
import { sequentialFromJSON } from "../../src/models/json.js";
import { Network } from "../../src/models/network.js";
import { widthsOf } from "../../src/models/sequential.js";
import { Batches } from "../../src/training/batches.js";
import { sameBits } from "../support/floats.js";

type Numbers = Readonly<Record<string, number[]>>;

interface Case {
  readonly name: string;
  readonly inputs: number[];
  readonly layers: readonly { readonly kind: string; readonly function?: string }[];
  readonly rows: number;
  readonly x: number[];
  readonly target: number[];
  readonly parameters: Numbers;
  readonly loss: number;
  readonly outputs: number[];
  readonly gradients: Numbers;
  readonly buffers: Numbers;
  readonly evaluated: number[];
}

const { cases } = JSON.parse(readFileSync(new URL("../golden/layers.json", import.meta.url), "utf8")) as { cases: Case[] };

const networks = (
  JSON.parse(readFileSync(new URL("../golden/networks.json", import.meta.url), "utf8")) as { cases: { activation: string }[] }
).cases;

/** The largest difference, relative to the largest expected number, here or among others of its kind. */
function difference(got: ArrayLike<number>, expected: readonly number[], others: readonly number[] = []): number {
  expect(got.length).toBe(expected.length);
  const size = Math.max(...expected.map(Math.abs), ...others.map(Math.abs), 1e-3);
  return Math.max(...expected.map((value, i) => Math.abs(value - (got[i] as number)) / size));
}

/** A network with the parameters of a case, and its batch. */
function prepare(engine: Engine, { inputs, layers, rows, x, target, parameters }: Case) {
  const description = sequentialFromJSON({ kind: "sequential", inputs, layers }, "model");
  const network = new Network(engine, description, "meanSquared", { rows, seed: 0 });
  const widths = widthsOf(description);
  const rowsOf = (flat: readonly number[], width: number) => Array.from({ length: rows }, (_, r) => flat.slice(r * width, (r + 1) * width));
  const data = dataset(rowsOf(x, widths.inputs), rowsOf(target, widths.outputs), { task: "regression" });
  const batches = new Batches(engine, data, rows, "meanSquared", [widths.outputs]);
  for (const parameter of network.parameters) parameter.value.set(parameters[parameter.name] as number[]);
  return { network, batches };
}

const tolerance = 2e-6;

describe.each(["wasm", "js"] as const)("layers agree with PyTorch in %s", (backend) => {
  test.each(cases)("$name", async (one) => {
    const engine = await load({ backend });
    const { network, batches } = prepare(engine, one);
    expect([...network.parameters].map(({ name }) => name).sort()).toEqual(Object.keys(one.parameters).sort());
    const loss = network.train(batches.gather(0, one.rows, 0));
    expect(Math.abs(loss - one.loss)).toBeLessThan(tolerance * Math.abs(one.loss));
    // a bias ahead of a batch norm has no gradient but rounding: what is large among all of them counts
    const all = Object.values(one.gradients).flat();
    for (const { name, gradient } of network.parameters) {
      const found = difference(gradient, one.gradients[name] as number[], all);
      expect(found, `the gradient of ${name}`).toBeLessThan(tolerance);
    }
    for (const { name, value } of network.parameters.buffers)
      expect(difference(value, one.buffers[name] as number[])).toBeLessThan(tolerance);
    expect(difference(network.predict(one.x), one.evaluated)).toBeLessThan(tolerance);
    batches.dispose();
    network.dispose();
  });
});

test("every layer and activation has three cases of PyTorch", () => {
  const counted = (is: (layer: Case["layers"][number]) => boolean) => cases.filter(({ layers }) => layers.some(is)).length;
  for (const { kind } of layerRules)
    if (kind !== "dropout") expect([kind, counted((layer) => layer.kind === kind) >= 3]).toEqual([kind, true]);
  for (const name of ACTIVATIONS) {
    const known = networks.filter(({ activation }) => activation === name).length + counted((layer) => layer.function === name);
    expect([name, known >= 3]).toEqual([name, true]);
  }
});

test("both backends, and any number of threads, give the same bits", async () => {
  const engines = [await load({ backend: "js" }), await load({ backend: "wasm" }), await load({ threads: 3 })];
  for (const one of cases) {
    const results = engines.map((engine) => {
      const { network, batches } = prepare(engine, one);
      network.train(batches.gather(0, one.rows, 0));
      const { values, gradients } = network.parameters;
      const taken = [values.view.slice(), gradients.view.slice(), network.predict(one.x)];
      batches.dispose();
      network.dispose();
      return taken;
    });
    for (const other of results.slice(1))
      expect([one.name, other.every((view, i) => sameBits(view, results[0]?.[i] as Float32Array))]).toEqual([one.name, true]);
  }
  for (const engine of engines) engine.dispose();
});
