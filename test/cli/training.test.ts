import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { iris, main, runNode, scratch } from "../support/cli.js";

const folder = scratch();
const train = (...words: string[]) =>
  runNode(main, ["train", iris, "--target", "species", "--rate", "0.01", "--epochs", "4", "--quiet", ...words], folder);

test("train takes a loss, weights of classes and metrics, and writes a log that a resumed run goes on with", async () => {
  const settings = ["--loss", "focal:gamma=1", "--class-weights", "balanced", "--metric", "f1,rocAuc", "--patience", "5"];
  const first = await train(...settings, "--log", "run.csv", "--save", "m.safetensors");
  expect(first).toMatchObject({ code: 0, err: "" });
  const lines = readFileSync(join(folder, "run.csv"), "utf8").trim().split("\n");
  expect(lines[0]).toBe("epoch,step,learningRate,loss,validation.loss,validation.score,validation.f1,validation.rocAuc");
  expect(lines.length).toBe(5);
  const more = ["train", iris, "--resume", "m.safetensors", "--epochs", "6", "--quiet", "--log", "run.csv"];
  expect(await runNode(main, more, folder)).toMatchObject({ code: 0, err: "" });
  const gone = readFileSync(join(folder, "run.csv"), "utf8").trim().split("\n");
  expect(gone.slice(0, 5)).toEqual(lines);
  expect(gone.slice(5).map((line) => line.split(",")[0])).toEqual(["5", "6"]);
});

test("a log is lines of JSON, or events, as its name says", async () => {
  expect(await train("--log", "run.jsonl")).toMatchObject({ code: 0, err: "" });
  const records = readFileSync(join(folder, "run.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(records.filter(({ type }) => type === "epoch").map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  expect(records[0]).toMatchObject({ type: "step", epoch: 1, step: 1, epochs: 4 });
  expect(await train("--log", "events.out.tfevents.1")).toMatchObject({ code: 0, err: "" });
  expect(readFileSync(join(folder, "events.out.tfevents.1")).readUInt32LE(0)).toBe(26);
  const other = await train("--log", "run.txt");
  expect(other.code).not.toBe(0);
  expect(other.err).toMatch(/--log run.txt must end in .csv or .jsonl/);
  expect(existsSync(join(folder, "run.txt"))).toBe(false);
  expect((await train("--loss", "focl")).err).toMatch(/--loss .*did you mean/);
  expect((await train("--metric", "rocAUC")).err).toMatch(/--metric.*did you mean rocAuc/);
  expect((await train("--class-weights", "1,2")).err).toMatch(/--class-weights must be one for each of 3 classes/);
});
