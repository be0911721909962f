import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { digits } from "../../src/data/samples/digits.js";
import { iris } from "../../src/data/samples/iris.js";
import { penguins } from "../../src/data/samples/penguins.js";

const file = (name: string) => readFileSync(new URL(`../../data/${name}`, import.meta.url));

test("samples that programs import are the files of data/", () => {
  expect(iris()).toBe(file("iris.csv").toString());
  expect(penguins()).toBe(file("penguins.csv").toString());
  expect(digits()).toBe(gunzipSync(file("digits.csv.gz")).toString());
});
