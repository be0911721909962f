// Writes src/generated/samples/: the data sets of data/ that programs can import, as texts.
import { mkdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { writeIfChanged } from "./write.js";

mkdirSync("src/generated/samples", { recursive: true });
for (const name of ["iris", "penguins"]) write(name, readFileSync(`data/${name}.csv`, "utf8"));
// a sign for each pixel, from 0 to g, and one for the digit: a third of the text
const [, ...rows] = gunzipSync(readFileSync("data/digits.csv.gz")).toString().trimEnd().split("\n");
write("digits", rows.map((row) => row.split(",").map((cell) => Number(cell).toString(17)).join("")).join("")); // biome-ignore format: one line

function write(name, text) {
  writeIfChanged(
    `src/generated/samples/${name}.ts`,
    `// Made by scripts/samples.js.\nexport const text: string = ${JSON.stringify(text)};\n`,
  );
}
