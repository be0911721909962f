// What every opponent is given: the same weights, the same batches, and the figures that the first steps must give.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { filled } from "../measure.js";

export const RATE = 1e-3;

/** Of an installed package. */
export function version(name) {
  return JSON.parse(readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
}

export const networks = [
  { name: "64-32-10, batch 32", sizes: [64, 32, 10], rows: 32 },
  { name: "784-128-10, batch 32", sizes: [784, 128, 10], rows: 32 },
  { name: "784-256-10, batch 128", sizes: [784, 256, 10], rows: 128 },
];

/** Row-major weights [inputs × outputs] and zero biases of each layer. */
export function weightsOf({ sizes }) {
  return sizes.slice(1).map((outputs, i) => ({
    inputs: sizes[i],
    outputs,
    w: filled(sizes[i] * outputs, 50 + i, Math.sqrt(2 / sizes[i])),
    b: new Float32Array(outputs),
  }));
}

export function noise({ sizes, rows }, count = 8) {
  return Array.from({ length: count }, (_, i) => ({
    x: filled(rows * sizes[0], i + 1),
    t: Int32Array.from({ length: rows }, (_, row) => (row * 7 + i * 3) % sizes.at(-1)),
  }));
}

/** The digits in whole batches of 32, in the order of the file. */
export function digits() {
  const [, ...lines] = gunzipSync(readFileSync(new URL("../../data/digits.csv.gz", import.meta.url)))
    .toString()
    .trim()
    .split("\n")
    .map((line) => line.split(",").map(Number));
  const rows = 32;
  return Array.from({ length: Math.floor(lines.length / rows) }, (_, i) => {
    const part = lines.slice(i * rows, (i + 1) * rows);
    return {
      x: Float32Array.from(part.flatMap((line) => line.slice(0, 64).map((v) => v / 16))),
      t: Int32Array.from(part.map((line) => line[64])),
    };
  });
}
