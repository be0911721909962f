import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { writeSafetensors } from "../../src/training/safetensors.js";
import { Trainer } from "../../src/training/trainer.js";
import { runNode, scratch } from "../support/cli.js";

const directory = scratch();
const script = fileURLToPath(new URL("../support/peak.js", import.meta.url));
/** What reading needs besides: code, garbage of the nursery, the stack. */
const CONSTANT = 24e6;

async function measure(what: string, file: string, size = 0): Promise<{ peak: number; outcome: string }> {
  const { code, out, err } = await runNode("--max-semi-space-size=1", ["--expose-gc", script, what, file, String(size)], directory);
  expect(code, err).toBe(0);
  const { peak, outcome } = JSON.parse(out) as { peak: number; outcome: string };
  console.log(`${what} ${outcome}: ${(peak / 1e6).toFixed(1)} MB more`);
  return { peak, outcome };
}

function write(name: string, bytes: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

const engine = await load();
const LARGE = 16e6;
const tensors = writeSafetensors({
  tensors: new Map([["weight", { type: "F32", shape: [LARGE], values: Float32Array.from({ length: LARGE }, (_, i) => i) }]]),
  metadata: new Map(),
});
const run = {
  model: mlp({ inputs: 1, hidden: [1600, 1600], outputs: 1 }),
  loss: "meanSquared",
  optimizer: adam(),
  batchSize: 1,
  epochs: 2,
} as const;
using trainer = new Trainer(engine, run, { training: dataset([[1]], [1], { task: "regression" }) });
const checkpoint = trainer.checkpoint();

describe("at its peak, memory for reading", () => {
  test("a file of tensors is one copy of it", async () => {
    const { peak, outcome } = await measure("tensors", write("tensors", tensors));
    expect(outcome).toBe("read");
    expect(peak).toBeGreaterThan(tensors.length / 2);
    expect(peak).toBeLessThan(tensors.length + CONSTANT);
  });

  test("a checkpoint is less than twice its size", async () => {
    const { peak, outcome } = await measure("model", write("checkpoint", checkpoint));
    expect(outcome).toBe("read");
    expect(peak).toBeLessThan(2 * checkpoint.length + CONSTANT);
  });

  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ["that is cut", (bytes) => bytes.subarray(0, bytes.length - 4)],
    ["with bytes behind it", (bytes) => Buffer.concat([bytes, new Uint8Array(4)])],
    [
      "whose header claims more than there is",
      (bytes) => {
        const copy = bytes.slice();
        new DataView(copy.buffer).setBigUint64(0, 2n ** 40n, true);
        return copy;
      },
    ],
  ])("a file %s is next to none", async (_, change) => {
    for (const [what, bytes] of [
      ["tensors", tensors],
      ["model", checkpoint],
    ] as const) {
      const { peak, outcome } = await measure(what, write("changed", change(bytes)));
      expect(outcome).toBe("CheckpointError");
      expect(peak).toBeLessThan(CONSTANT);
    }
  });

  test("a checkpoint with another bit is less than twice its size", async () => {
    const copy = checkpoint.slice();
    copy[copy.length - 100] = (copy[copy.length - 100] as number) ^ 1;
    const { peak, outcome } = await measure("model", write("flipped", copy));
    expect(outcome).toBe("CheckpointError");
    expect(peak).toBeLessThan(2 * checkpoint.length + CONSTANT);
  });

  test("a table is twice its numbers in float32", async () => {
    const rows = 500_000;
    const { peak, outcome } = await measure("table", "-", rows);
    expect(outcome).toBe("read");
    expect(peak).toBeGreaterThan((rows * 20 * 4) / 2);
    expect(peak).toBeLessThan(2 * rows * 20 * 4 + 2 * CONSTANT);
  });
});
