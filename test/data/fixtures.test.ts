import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type CSVOptions, datasetsFromCSV, decodeOutputs, encodeFeatures, encodeTable, parseCSV, readEncoder } from "../../src/data/csv.js";
import { csv } from "../support/data.js";

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));

// written before columns had types: splits and numbers of runs that were logged must stay
describe("features and targets have the bits they always had", () => {
  const files = {
    digits: ["digits", "digit"],
    iris: ["iris", "species"],
    penguins: ["penguins", "species"],
    mass: ["penguins", "body_mass_g"],
  };
  test.each(Object.entries(fixture("encodings") as Record<string, string>))("%s", (name, expected) => {
    const [file = "", missing, missingText, seed, share] = name.split(", ");
    const [source, target] = files[file as keyof typeof files] as ["iris", string];
    const options = { target, missing, missingText, validation: 0.15, seed: Number(seed?.slice(5)), test: Number(share?.slice(5)) };
    const { training, validation, test } = datasetsFromCSV(csv(source), options as CSVOptions);
    const hash = createHash("sha256");
    for (const part of [training, validation, test]) if (part) hash.update(part.features).update(part.targets);
    expect(hash.digest("hex").slice(0, expected.length)).toBe(expected);
  });
});

describe("an encoder of format 1", () => {
  const old = fixture("encoder-format-1");
  const encoder = readEncoder(old);

  test("is read, and gives what it gave", () => {
    expect(encoder).toMatchObject({ format: 2, decimal: ".", columns: old.columns, target: old.target, notes: [] });
    expect(readEncoder(JSON.parse(JSON.stringify(encoder)))).toEqual(encoder);
    const table = parseCSV(csv("penguins"));
    const now = datasetsFromCSV(table, { target: "species", missing: "mean", seed: 5, test: 0.1 });
    expect(encoder.columns).toEqual(now.encoder.columns);
    expect(encodeTable(encoder, table)).toStrictEqual(encodeTable(now.encoder, table));
    expect(decodeOutputs(encoder, [0, 1, 0])).toEqual(["Chinstrap"]);
  });

  test("whose categories are numbers as they stood in the file", () => {
    const columns = [{ type: "text", name: "size", categories: ["1.0", "2.50", "007"] }];
    const written = readEncoder({ ...old, columns });
    const { features } = encodeFeatures(written, parseCSV("size\n1.0\n2.5\n007\n1\n"));
    expect([...features]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0]);
  });
});
