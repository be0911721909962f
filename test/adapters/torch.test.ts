import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { conv2d, dense, flatten, layer, load, loadState, Network, OptionError, saveState, sequential } from "../../src/entries/index.js";
import { fromTorch, toTorch } from "../../src/entries/torch.js";
import { readNetwork } from "../../src/models/sequential.js";
import { CheckpointError } from "../../src/options/errors.js";
import { runFromJSON } from "../../src/training/from-json.js";
import { readSafetensors, writeSafetensors } from "../../src/training/safetensors.js";
import { thrown } from "../support/errors.js";

interface Case {
  name: string;
  model: object;
  file: string;
  x: number[];
  y: number[];
}
const { cases }: { cases: Case[] } = JSON.parse(readFileSync(new URL("../golden/torch_files.json", import.meta.url), "utf8"));
const engine = await load();
const modelOf = (model: object) =>
  readNetwork(runFromJSON({ model, loss: "meanSquared", optimizer: { kind: "sgd" }, batchSize: 1, epochs: 1, seed: 1 }).model, "model");

describe.each(cases)("$name", ({ model: plain, file, x, y }) => {
  const model = modelOf(plain);
  const bytes = Uint8Array.from(Buffer.from(file, "base64"));

  test("gives what PyTorch gives, with its weights", () => {
    const network = new Network(engine, model, "meanSquared", { rows: 4, seed: 1 });
    expect(loadState(fromTorch(bytes, { model }), network.parameters)).toMatchObject({ missing: [], unused: [] });
    const outputs = network.predict(x);
    expect(outputs.length).toBe(y.length);
    expect(Math.max(...y.map((value, i) => Math.abs(value - (outputs[i] as number)) / Math.max(1, Math.abs(value))))).toBeLessThan(2e-6);

    // and back: the file that was read, but for the count of batches
    const back = readSafetensors(toTorch(saveState(network.parameters), { model })).tensors;
    const there = readSafetensors(bytes).tensors;
    expect([...back.keys()].sort()).toEqual([...there.keys()].sort());
    for (const [name, tensor] of there) if (tensor.type === "F32") expect(back.get(name), name).toEqual(tensor);
    network.dispose();
  });

  test("a file that lacks a tensor, has one more or one of another shape is refused with its name", () => {
    const { tensors, metadata } = readSafetensors(bytes);
    const [name, tensor] = [...tensors].find(([, { type }]) => type === "F32") as [string, NonNullable<ReturnType<typeof tensors.get>>];
    const message = (changed: typeof tensors) => {
      const error = thrown(() => fromTorch(writeSafetensors({ tensors: changed, metadata }), { model }));
      expect(error).toBeInstanceOf(CheckpointError);
      return (error as Error).message;
    };
    expect(message(new Map([...tensors].filter(([key]) => key !== name)))).toContain(`no tensor "${name}"`);
    expect(message(new Map([...tensors, ["stranger.weight", tensor]]))).toContain('"stranger.weight"');
    expect(message(new Map([...tensors, [name, { ...tensor, shape: [1, ...tensor.shape] }]]))).toContain(`"${name}" has the shape [1, `);
  });
});

test("layers of other names, and what cannot be mapped", () => {
  const model = sequential([dense({ units: 2 }), dense({ units: 1 })], { inputs: 3 });
  const network = new Network(engine, model, "meanSquared", { rows: 1, seed: 1 });
  const names = { "layers.0": "encoder.fc1" };
  const bytes = toTorch(saveState(network.parameters), { model, names });
  expect([...readSafetensors(bytes).tensors.keys()].sort()).toEqual(["1.bias", "1.weight", "encoder.fc1.bias", "encoder.fc1.weight"]);
  expect(loadState(fromTorch(bytes, { model, names }), network.parameters).missing).toEqual([]);
  const message = (action: () => unknown) => {
    const error = thrown(action);
    expect(error).toBeInstanceOf(OptionError);
    return (error as Error).message;
  };
  expect(message(() => fromTorch(bytes, { model, names: { "layers.7": "x" } }))).toMatch(
    /names.layers.7 is not of a layer with weights; there are layers.0, layers.1/,
  );
  expect(message(() => fromTorch(bytes, {} as never))).toMatch(/fromTorch.model is missing/);
  expect(message(() => fromTorch(bytes, { model, names: { "layers.0": 1 } as never }))).toMatch(/PyTorch's names/);
  const own = layer(
    {
      kind: "own",
      fields: {},
      shape: (_, input) => input,
      parameters: (_, input) => ({ scale: { shape: input } }),
      bind: () => ({}) as never,
    },
    {},
  );
  expect(message(() => fromTorch(bytes, { model: sequential([own], { inputs: 3 }) }))).toMatch(/own|no counterpart in PyTorch/);
  const open = sequential([conv2d({ filters: 2, kernel: 2 }), flatten()], { inputs: [3, 3, 1] });
  expect(message(() => fromTorch(bytes, { model: open }))).toMatch(/must not end with a flattened picture/);
  network.dispose();
});
