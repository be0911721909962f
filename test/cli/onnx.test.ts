import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { datasetsFromCSV } from "../../src/entries/data.js";
import * as stepsize from "../../src/entries/index.js";
import { toOnnx } from "../../src/entries/onnx.js";
import { readModel } from "../onnx/reader.js";
import { iris, main, penguins, runNode, scratch } from "../support/cli.js";

const cwd = scratch();
const cli = (...args: string[]) => runNode(main, args, cwd);
const file = (name: string) => new Uint8Array(readFileSync(join(cwd, name)));
const train = (data: string, target: string, name: string, ...more: string[]) =>
  cli("train", data, "-t", target, "--rate", "0.01", "--epochs", "2", "--save", name, "--quiet", ...more);

describe("export of a model as ONNX", () => {
  beforeAll(async () => {
    await train(penguins, "species", "penguins.safetensors", "--missing", "mean");
    await train(iris, "petal_length_cm", "length.safetensors");
  });

  test("takes the columns of the training data, and gives the probabilities of the classes", async () => {
    expect(await cli("export", "penguins.safetensors", "penguins.onnx")).toEqual({
      code: 0,
      out: "penguins.onnx: the network of penguins.safetensors, from 4 numbers and 2 texts to the probabilities of 3 classes\n",
      err: "",
    });
    const { inputs, outputs, metadata } = readModel(file("penguins.onnx"));
    expect(inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["numbers", ["batch", 4]],
      ["texts", ["batch", 2]],
    ]);
    expect(outputs.map(({ name, shape }) => [name, shape])).toEqual([["probabilities", ["batch", 3]]]);
    expect(metadata).toMatchObject({ target: "species", classes: '["Adelie","Chinstrap","Gentoo"]', texts: '["island","sex"]' });
  });

  test("gives a quantity in its units, whatever the file is called", async () => {
    expect((await cli("export", "length.safetensors", "length", "--format", "onnx")).out).toMatch(
      /^length: the network of .*, from 3 numbers and 1 text to petal_length_cm\n$/,
    );
    expect(readModel(file("length")).outputs.map(({ name }) => name)).toEqual(["predictions"]);
  });

  test("a checkpoint of a program's own becomes what toOnnx makes of its network", async () => {
    const engine = await stepsize.load();
    const model = stepsize.sequential([stepsize.conv1d({ filters: 2, kernel: 2 }), stepsize.flatten(), stepsize.dense({ units: 2 })], {
      inputs: [3, 1],
    });
    const run = { model, loss: "crossEntropy", optimizer: stepsize.adam(), batchSize: 2, epochs: 1 } as const;
    const trainer = new stepsize.Trainer(engine, run, {
      training: stepsize.dataset(
        [
          [1, 2, 3],
          [3, 2, 1],
        ],
        ["up", "down"],
      ),
    });
    await trainer.train();
    writeFileSync(join(cwd, "own.safetensors"), trainer.checkpoint());
    expect((await cli("export", "own.safetensors", "own.onnx")).out).toBe("own.onnx: the network of own.safetensors, from [3, 1] to [2]\n");
    expect(file("own.onnx")).toEqual(toOnnx(trainer.model));
    trainer.dispose();
  });

  test("of two classes that share an output, how likely the second is", async () => {
    const { encoder, training } = datasetsFromCSV("a,y\n1,no\n2,yes\n3,no\n4,yes\n", { target: "y" });
    const run = {
      model: stepsize.mlp({ inputs: 1, outputs: 1 }),
      loss: "binaryCrossEntropy",
      optimizer: stepsize.adam(),
      batchSize: 2,
      epochs: 1,
    } as const;
    const trainer = new stepsize.Trainer(await stepsize.load(), run, { training });
    await trainer.train();
    writeFileSync(join(cwd, "two.safetensors"), trainer.checkpoint({ encoder }));
    expect((await cli("export", "two.safetensors", "two.onnx")).code).toBe(0);
    expect(readModel(file("two.onnx")).nodes.at(-1)?.operator).toBe("Sigmoid");
    trainer.dispose();
  });

  test("what is no model is refused in a line, and nothing is written", async () => {
    expect(await cli("export", iris, "no.onnx")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^stepsize: cannot read .*iris\.csv: .*no safetensors file\n$/),
    });
    expect(await cli("export", "nowhere", "no.onnx")).toMatchObject({
      code: 2,
      err: "stepsize: cannot read nowhere: there is no such file or directory\n",
    });
    expect(await cli("export", "penguins.safetensors", "penguins.safetensors", "--format", "onnx")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/it is the file that is read/),
    });
    expect(await cli("export", "penguins.safetensors", "p.csv")).toMatchObject({ code: 2, err: expect.stringMatching(/no ledger\n$/) });
  });
});
