import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TrainDocument } from "../../src/search/report/document.js";
import { type Checkpoint, readCheckpoint } from "../../src/training/checkpoint.js";
import { iris, main, runNode, scratch } from "../support/cli.js";

const cwd = scratch();
const cli = (...args: string[]) => runNode(main, args, cwd);
const saved = (name: string): Checkpoint => readCheckpoint(readFileSync(join(cwd, name)));
const weights = ({ values }: Checkpoint) => Object.fromEntries([...values].map(([name, { values }]) => [name, values]));

describe("train --from", () => {
  test("starts a new run from the weights of a saved one, in its encoding, and can be resumed", async () => {
    await cli("train", iris, "-t", "species", "-r", "0.01", "--epochs", "8", "--hidden", "8", "--save", "base.safetensors");
    const base = saved("base.safetensors");

    // other flowers: half of the rows, the lengths twice as large
    const [header, ...rows] = readFileSync(iris, "utf8").trim().split("\n");
    const other = rows.filter((_, i) => i % 2 === 0).map((row) => row.replace(/^[\d.]+/, (length) => String(Number(length) * 2)));
    writeFileSync(join(cwd, "other.csv"), [header, ...other, ""].join("\n"));

    const still = await cli("train", "other.csv", "--from", "base.safetensors", "-r", "0", "--epochs", "1", "--save", "still.safetensors");
    expect(still).toMatchObject({ code: 0, err: "" });
    expect(still.out).toContain("started from the weights in base.safetensors");
    expect(weights(saved("still.safetensors"))).toEqual(weights(base));
    expect((saved("still.safetensors").notes as { encoder: object }).encoder).toEqual((base.notes as { encoder: object }).encoder);

    const tune = ["train", "other.csv", "--from", "base.safetensors", "-r", "0.02", "-o", "sgd"];
    await cli(...tune, "--epochs", "4", "--save", "tuned.safetensors");
    expect(weights(saved("tuned.safetensors"))).not.toEqual(weights(base));
    await cli(...tune, "--epochs", "2", "--save", "short.safetensors");
    const resumed = await cli("train", "other.csv", "--resume", "short.safetensors", "--epochs", "4", "--save", "long.safetensors");
    expect(resumed).toMatchObject({ code: 0, err: "" });
    expect(weights(saved("long.safetensors"))).toEqual(weights(saved("tuned.safetensors")));
    const predicted = await cli("predict", "long.safetensors", "other.csv");
    expect(predicted.out.split("\n")).toHaveLength(other.length + 2);
  });

  test.each([
    [["--hidden", "4"], "--hidden differs from the model in base.safetensors, whose weights are bound to it: leave --hidden out"],
    [["--target", "petal width"], "--target differs from the model in base.safetensors"],
    [["--resume", "base.safetensors"], "--resume goes on with a run, --from starts a new one: give one of them"],
  ])("refuses %j", async (args, message) => {
    const { code, err } = await cli("train", iris, "--from", "base.safetensors", "-r", "0.01", ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test("refuses data that the model does not know", async () => {
    writeFileSync(join(cwd, "strange.csv"), readFileSync(iris, "utf8").replaceAll("virginica", "ensata"));
    const { code, err } = await cli("train", "strange.csv", "--from", "base.safetensors", "-r", "0.01");
    expect(code).not.toBe(0);
    expect(err).toMatch(/ensata/);
  });
});

describe("--optimizer muon", () => {
  const train = (...args: string[]) => cli("train", iris, "-t", "species", "-o", "muon", "--epochs", "3", "--json", ...args);
  const optimizer = (out: string) =>
    (
      JSON.parse(out) as TrainDocument & {
        run: { optimizer: { learningRate: object | number; fallback: { kind: string; learningRate: object | number } } };
      }
    ).run.optimizer;

  test("leaves biases to adamw, at the same rate", async () => {
    const { out, code } = await train("--rate", "0.02");
    expect(code).toBe(0);
    expect(optimizer(out)).toMatchObject({
      learningRate: 0.02,
      adjustRate: "matchRmsAdamw",
      fallback: { kind: "adamw", learningRate: 0.02 },
    });
  });

  test("gives them the same schedule", async () => {
    const { out } = await train("--rate", "0.02", "--schedule", "cosine", "--warmup", "2");
    const { learningRate, fallback } = optimizer(out);
    expect(fallback.learningRate).toEqual(learningRate);
    expect(typeof learningRate).toBe("object");
  });

  test("keeps the ratio of a rate that they were given", async () => {
    const { out } = await train("--rate", "0.02", "--set", 'fallback={"kind":"sgd","learningRate":0.0005}');
    const { fallback } = optimizer(out);
    expect(fallback).toMatchObject({ kind: "sgd", learningRate: 0.01 });
  });
});

test("--warmup 0 is no warm-up", async () => {
  const args = ["train", iris, "-t", "species", "-r", "0.01", "--epochs", "2", "--json"];
  const [none, without] = [await cli(...args, "--warmup", "0"), await cli(...args)];
  const history = ({ out }: { out: string }) => (JSON.parse(out) as TrainDocument).history;
  expect(none.code).toBe(0);
  expect(history(none)).toEqual(history(without));
  const negative = await cli(...args, "--warmup", "-1");
  expect(negative).toMatchObject({ code: 2, err: "stepsize: --warmup must be an integer at least 0, got -1\n" });
});
