// Rows that are not like those an encoder learnt from, and files whose cells are all missing: each is an error that names the place.
import { describe, expect, test } from "vitest";
import { encodeFeatures, encodeTable, fitEncoder, noteText, parseCSV } from "../../src/data/csv.js";
import type { Note } from "../../src/data/notes.js";
import { csvStream } from "../../src/data/stream/csv.js";
import { load } from "../../src/engine/load.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { DataError } from "../../src/options/errors.js";
import { Trainer } from "../../src/training/trainer.js";

const known = parseCSV("day,size,kind,label,price\n2024-01-01,1,x,a,10\n2024-02-01,2,y,b,20\n2024-03-01,3,x,a,30\n2024-04-01,5,y,b,45\n");
const encoderFor = (target: string, features: string[]) =>
  fitEncoder(known, { target, features, task: target === "price" ? "regression" : "classification" });
const rows = (...lines: string[]) => parseCSV(`day,size,kind,label,price\n${lines.join("\n")}\n`);

describe("an encoder refuses", () => {
  test.each<[string, string, string[], string[], string]>([
    [
      "a label that is missing",
      "label",
      ["size"],
      ["2024-01-01,1,x,a,10", "2024-01-01,1,x,,10"],
      "row 2, column label: the target is missing",
    ],
    [
      "a quantity that is missing",
      "price",
      ["size"],
      ["2024-01-01,1,x,a,10", "2024-01-01,1,x,a,"],
      "row 2, column price: the target is missing",
    ],
    [
      "numbers where dates were",
      "label",
      ["day"],
      ["17,1,x,a,10", "18,1,x,b,10"],
      "column day holds numbers, the training rows have dates",
    ],
    ["a text that it does not know", "label", ["kind"], ["2024-01-01,1,z,a,10"], "row 1, column kind"],
    ["a text that is missing", "label", ["kind"], ["2024-01-01,1,,a,10"], "row 1, column kind: the cell is missing"],
    ["a number that is missing", "label", ["size"], ["2024-01-01,,x,a,10"], "row 1, column size: the cell is missing"],
  ])("%s", (_, target, features, lines, message) => {
    const encoder = encoderFor(target, features);
    expect(() => encodeTable(encoder, rows(...lines))).toThrow(DataError);
    expect(() => encodeTable(encoder, rows(...lines))).toThrow(message);
  });

  test("and predicts without the target", () => {
    expect([...encodeFeatures(encoderFor("label", ["size"]), rows("2024-01-01,3,x,,")).features]).toHaveLength(1);
  });

  test.each<[string, string, object, string]>([
    [
      "a column of numbers without cells",
      "a,b,y\n,1,u\n,2,v\n,3,u\n",
      { features: ["a"], numeric: ["a"] },
      "column a: every cell of the training rows is missing: exclude it",
    ],
    [
      "a target of labels without cells",
      "a,y\n1,\n2,\n",
      { task: "classification" },
      "column y: every cell is missing, so there is nothing to learn",
    ],
    [
      "a target of quantities without cells",
      "a,y\n1,\n2,\n",
      { task: "regression" },
      "column y: every cell is missing, so there is nothing to learn",
    ],
  ])("%s", (_, text, options, message) => {
    expect(() => fitEncoder(parseCSV(text), { target: "y", missing: "mean", ...options } as never)).toThrow(message);
  });
});

describe("a stream of a file", () => {
  const encoder = encoderFor("price", ["size"]);
  const text = "day,size,kind,label,price\n2024-01-01,1,x,a,10\n2024-02-01,2,y,b,20\n2024-03-01,3,x,a,30\n2024-04-01,5,y,b,45\n";
  const run = {
    model: mlp({ inputs: 1, hidden: [3], outputs: 1 }),
    loss: "meanSquared",
    optimizer: adam(),
    batchSize: 2,
    epochs: 2,
  } as const;

  test("of quantities trains and validates as the table does", async () => {
    const engine = await load();
    const whole = encodeTable(encoder, known);
    const results = await Promise.all(
      [
        { training: whole, validation: whole },
        { training: csvStream(() => [text], encoder, { shuffle: 100 }), validation: csvStream(() => [text], encoder) },
      ].map(async (data) => {
        const trainer = new Trainer(engine, run, data as never);
        await trainer.train();
        const { history } = trainer;
        trainer.dispose();
        return history;
      }),
    );
    expect(results[1]).toEqual(results[0]);
  });

  test.each<[string, unknown[], string]>([
    ["numbers in place of text", [5], "a CSV file must come as bytes or as text, got 5"],
    ["nothing", [null], "a CSV file must come as bytes or as text, got null"],
    ["a target that is missing", [`${text}2024-04-01,5,y,b,\n`], "row 5, column price: the target is missing"],
  ])("refuses %s", async (_, pieces, message) => {
    const trainer = new Trainer(await load(), run, { training: csvStream(() => pieces as string[], encoder) });
    await expect(trainer.train()).rejects.toThrow(message);
    trainer.dispose();
  });
});

test.each<[Note, string]>([
  [{ kind: "delimiter", delimiter: "\t" } as Note, "tabs"],
  [{ kind: "delimiter", delimiter: " " } as Note, "blanks"],
  [{ kind: "delimiter", delimiter: ";" } as Note, '";"'],
])("a note %j says how a file was read", (note, words) => {
  expect(noteText(note, "command line")).toContain(`cells are parted by ${words}`);
});
