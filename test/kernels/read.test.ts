import { expect, test } from "vitest";

interface Reader {
  readFormulas(path: string, text: string): { kernels: { name: string; vectors: number; tail: boolean }[] };
}

const script = new URL("../../scripts/kernels/read.js", import.meta.url).href;
const { readFormulas } = (await import(script)) as Reader;

const HEAD = 'import { add, load, lt, mul, select, splat, store } from "../lanes";';
const read = (...lines: string[]) => readFormulas("toy.ts", [HEAD, ...lines].join("\n"));
/** A kernel with these statements on its second line, the third of the file. */
const kernel = (statements: string, doc = "") => [`${doc}export function toy(p: usize, g: usize, RATE: v128): void {`, statements, "}"];
const right = "store(p, add(load(p), mul(RATE, load(g))));";

test("a formula is read, with its tags", () => {
  expect(read(...kernel(right)).kernels).toMatchObject([{ name: "toy", vectors: 1, tail: false }]);
  expect(read(...kernel(right, "/** @vectors 2 */ ")).kernels).toMatchObject([{ vectors: 2 }]);
  expect(read(...kernel(right, "/** @tail */ ")).kernels).toMatchObject([{ tail: true }]);
});

const refusals: Record<string, [lines: string[], message: RegExp]> = {
  "a load after a store": [kernel("store(p, load(p)); store(g, load(g));"), /^toy\.ts:3: load\(g\) after a store/],
  "a second store": [kernel("const G = load(g); store(p, G); store(p, RATE);"), /^toy\.ts:3: p is stored twice/],
  "a pointer that is not used": [kernel("store(p, load(p));"), /^toy\.ts:2: toy neither loads nor stores g/],
  "a kernel that stores nothing": [kernel("const P = load(p), G = load(g);"), /^toy\.ts:2: toy stores nothing/],
  "a mask for a number": [
    kernel("store(p, add(load(p), lt(load(g), RATE)));"),
    /^toy\.ts:3: add takes a number and a number, not a number and a mask/,
  ],
  "a number for a mask": [kernel("store(p, select(load(p), load(g), RATE));"), /^toy\.ts:3: select takes .* and a mask, not /],
  "a mask that is stored": [kernel("store(p, lt(load(p), load(g)));"), /^toy\.ts:3: a mask cannot be stored/],
  "a name that is not there": [kernel("store(p, add(load(p), mul(RAT, load(g))));"), /^toy\.ts:3: RAT is no vector known here/],
  "a helper that is not imported": [kernel("store(p, sub(load(p), load(g)));"), /^toy\.ts:3: sub is not imported/],
  "a helper without a meaning for one number": [
    ['import { shuffle } from "../lanes";'],
    /^toy\.ts:2: shuffle of lanes\.ts has no meaning for one number/,
  ],
  "a loop": [kernel("for (;;) {}"), /^toy\.ts:3: a formula is made of const NAME = \.\.\. and store/],
  "a variable that changes": [kernel("let P = load(p); store(p, add(P, load(g)));"), /^toy\.ts:3: a formula is made of const/],
  "an operator between vectors": [kernel("store(p, load(p) + load(g));"), /^toy\.ts:3: .* a formula is made of names and calls/],
  "a number not known at build time": [
    kernel("store(p, add(load(p), mul(splat(x), load(g))));"),
    /^toy\.ts:3: x is no number known at build time/,
  ],
  "a tag that does not exist": [kernel(right, "/** @twice */ "), /^toy\.ts:2: @twice : there are @vectors and @tail/],
  "n among the pointers": [
    ["export function toy(p: usize, n: usize): void {", "store(p, load(n));", "}"],
    /^toy\.ts:2: two things would be called n/,
  ],
  "scalars that are not vectors": [
    ["export function toy(p: usize, rate: f32): void {", "store(p, load(p));", "}"],
    /^toy\.ts:2: rate: f32: pointers first/,
  ],
  "a kernel that returns": [["export function toy(p: usize): f64 {", "store(p, load(p));", "}"], /^toy\.ts:2: toy has to return void/],
  "a file without a kernel": [[], /^toy\.ts:1: no kernel/],
};

test.each(Object.entries(refusals))("%s is refused, with its line", (_, [lines, message]) => {
  expect(() => read(...lines)).toThrow(message);
});
