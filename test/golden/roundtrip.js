// Weights to PyTorch and back: node test/golden/roundtrip.js [--python PATH], after a build. Python needs torch and safetensors.
//
// The logits must agree before and after a step of Adam that both make, and weights that PyTorch only held must come back with the same bits.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { adam, dataset, load, loadState, mlp, Network, saveState, Trainer } from "../../dist/index.js";
import { inTemporaryFolder } from "../support/tarball.js";

const FURTHEST = 1e-6;
const { values } = parseArgs({ options: { python: { type: "string", default: "python3" } } });
const script = fileURLToPath(new URL("roundtrip.py", import.meta.url));
const sizes = [4, 8, 6, 3];
const [inputs, ...rest] = sizes;
const model = mlp({ inputs, hidden: rest.slice(0, -1), outputs: rest.at(-1), activation: "tanh" });
const rows = Array.from({ length: 10 }, (_, row) => Array.from({ length: inputs }, (_, i) => Math.fround(Math.sin(row * 4 + i))));
const classes = rows.map((_, row) => row % 3);
const names = Object.fromEntries(rest.flatMap((_, i) => ["weight", "bias"].map((part) => [`layers.${i}.${part}`, `${2 * i}.${part}`])));
const PYTORCH = { names, transpose: ["layers.*.weight"] };

const engine = await load();
const data = dataset(rows, classes, { classes: ["a", "b", "c"] });
const run = { model, loss: "crossEntropy", optimizer: adam({ learningRate: 0.01 }), batchSize: rows.length, epochs: 1, seed: 3 };
const trainer = new Trainer(engine, run, { training: data });

await inTemporaryFolder(async (folder) => {
  const path = (name) => join(folder, name);
  writeFileSync(path("ours.safetensors"), saveState(trainer.model.parameters));
  writeFileSync(path("inputs.json"), JSON.stringify({ sizes, inputs: rows, classes }));
  execFileSync(values.python, [script, folder], { stdio: "inherit" });
  const { version, before, after } = JSON.parse(readFileSync(path("logits.json"), "utf8"));

  const mine = [...trainer.model.parameters].map(({ value }) => value.slice());
  const there = trainer.model.predict(rows.flat());
  const read = (name) => {
    const network = new Network(engine, model, "crossEntropy", { rows: rows.length, seed: 9 });
    const { loaded, missing, unused } = loadState(readFileSync(path(name)), network.parameters, undefined, PYTORCH);
    assert.deepEqual([loaded.length, missing, unused], [2 * rest.length, [], []]);
    return network;
  };
  const same = read("same.safetensors");
  assert.deepEqual(
    [...same.parameters].map(({ value }) => value.slice()),
    mine,
  );
  await trainer.train();
  const stepped = trainer.model.predict(rows.flat());
  const theirs = read("theirs.safetensors").predict(rows.flat());
  const further = (a, b) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
  const differences = {
    "logits before": further(there, before.flat()),
    "after a step": further(stepped, after.flat()),
    "of what came back": further(theirs, after.flat()),
  };
  for (const [what, difference] of Object.entries(differences)) {
    console.log(`${what}: off by ${difference}`);
    assert.ok(difference < FURTHEST, what);
  }
  console.log(`PyTorch ${version}: weights agree both ways`);
});
