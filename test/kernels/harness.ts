import type { Engine, Kernels } from "../../src/engine/load.js";
import { padded, type Vector } from "../../src/engine/memory.js";
import { asBits, firstDifference, fromBits } from "../support/floats.js";
import type { Argument, ArrayArgument, Dimensions, Row } from "./row.js";

export type KernelName = keyof Kernels;
type NamedArray = Extract<Argument, ArrayArgument>;
type NamedScalar = Extract<Argument, { values: readonly number[] }>;

/** One call of a kernel in both backends. */
export interface Call {
  readonly dimensions: Dimensions;
  readonly scalars: Readonly<Record<string, number>>;
  /** Fills an operand with the bits of its elements. */
  fill(array: string, target: Uint32Array): void;
  /** The arrays that are given as null pointers. */
  readonly absent?: readonly string[];
  /** Give the output the place of the first input. */
  readonly inPlace?: boolean;
}

/** Floats in front of and behind each array. */
const FENCE = 8;

/** A pattern that no kernel writes by chance: another at each place, so that a copied canary is seen as well. */
const canary = (index: number): number => (0xdead0000 | (index & 0xffff)) >>> 0;

interface Placed extends NamedArray {
  readonly start: number;
  readonly length: number;
}

/**
 * Runs kernels in both backends over the same operands and compares all the memory around them. `check` returns what differs, in words, or
 * nothing.
 */
export class Harness {
  readonly #engines: readonly [Engine, Engine];
  readonly #blocks: readonly [Vector, Vector];
  readonly #image: Uint32Array;

  constructor(wasm: Engine, js: Engine, floats: number) {
    this.#engines = [wasm, js];
    this.#blocks = [wasm.vector(floats), js.vector(floats)];
    this.#image = new Uint32Array(floats);
  }

  check(name: KernelName, row: Row, call: Call): string | undefined {
    const problem = this.#run(name, row, call);
    return problem && `${name}(${show({ ...call.dimensions, ...call.scalars })}${call.inPlace ? ", in place" : ""}): ${problem}`;
  }

  dispose(): void {
    for (const block of this.#blocks) block.dispose();
  }

  #run(name: KernelName, row: Row, call: Call): string | undefined {
    const { arrays, end } = this.#place(row, call);
    for (const block of this.#blocks) asBits(block.view).set(this.#image.subarray(0, end));
    const [wasm, js] = this.#engines.map(({ kernels }, i) => {
      const { pointer } = this.#blocks[i] as Vector;
      const kernel = kernels[name] as (...values: number[]) => number | undefined;
      return kernel(...row.arguments.map((argument) => given(argument, call, arrays, pointer)));
    });
    if (!Object.is(wasm, js)) return `wasm returns ${wasm}, js ${js}`;
    if ((wasm === undefined) === (row.returnsNumber ?? false)) return `returns ${wasm}`;
    const [left, right] = this.#blocks.map(({ view }) => asBits(view).subarray(0, end)) as [Uint32Array, Uint32Array];
    return compareResults(arrays, left, right, this.#image) ?? intact(row, arrays, { wasm: left, js: right }, this.#image.subarray(0, end));
  }

  /** Lays the operands out in the image, a fence of canaries around each. */
  #place(row: Row, call: Call): { arrays: Placed[]; end: number } {
    const arrays: Placed[] = [];
    let at = FENCE;
    for (const argument of row.arguments) {
      if (!("access" in argument) || call.absent?.includes(argument.name)) continue;
      const first = arrays[0];
      if (call.inPlace && argument.access === "out" && first !== undefined) {
        arrays[0] = { ...first, access: "inout" };
        arrays.push({ ...argument, start: first.start, length: first.length });
        continue;
      }
      const length = whole(argument.name, argument.size(call.dimensions));
      arrays.push({ ...argument, start: at, length });
      at += padded(length) + FENCE;
    }
    const image = this.#image.subarray(0, at);
    if (image.length < at) throw new Error(`the harness has room for ${image.length} floats, not for ${at}`);
    for (let i = 0; i < at; i++) image[i] = canary(i);
    for (const { name, pairs, start, length } of arrays) {
      call.fill(name, image.subarray(start, start + length));
      if (pairs && length > 0 && (call.dimensions["n"] as number) % 2 === 1)
        image[start + length - 1] = (image[start + length - 1] as number) & 0xffff;
      if (row.padding === "zero") image.fill(0, start + length, start + padded(length));
    }
    return { arrays, end: at };
  }
}

function given(argument: Argument, call: Call, arrays: readonly Placed[], pointer: number): number {
  if ("dimension" in argument) return whole(argument.name, call.dimensions[argument.name]);
  if ("of" in argument) return whole(argument.name, argument.of(call.dimensions));
  if ("values" in argument) return call.scalars[argument.name] as number;
  const array = arrays.find(({ name }) => name === argument.name);
  return array === undefined ? 0 : pointer + array.start * 4;
}

/** A size that is no number would be no elements, of which nothing could differ. */
function whole(name: string, size: number | undefined): number {
  if (!Number.isSafeInteger(size)) throw new Error(`${name} is ${size} long: a dimension that it follows from is missing`);
  return size as number;
}

function compareResults(arrays: readonly Placed[], wasm: Uint32Array, js: Uint32Array, before: Uint32Array): string | undefined {
  for (const { name, pairs, start, length } of arrays) {
    const [left, right] = [wasm, js].map((memory) => memory.subarray(start, start + length)) as [Uint32Array, Uint32Array];
    const index = pairs ? left.findIndex((bits, i) => bits !== right[i]) : firstDifference(left, right);
    if (index < 0) continue;
    const at = start + index;
    const operands = arrays
      .filter((other) => other.length === length)
      .map((other) => `${other.name} ${float(before[other.start + index])}`);
    return `${name}[${index}] is ${float(wasm[at])} in wasm, ${float(js[at])} in js; before: ${operands.join(", ")}`;
  }
  return undefined;
}

/** What no kernel may touch: canaries, inputs, and the padding as the row has it. */
function intact(row: Row, arrays: readonly Placed[], after: Record<string, Uint32Array>, before: Uint32Array): string | undefined {
  const expected = before.slice();
  for (const [backend, memory] of Object.entries(after)) {
    expected.set(before);
    for (const { name, access, start, length } of arrays) {
      const end = start + padded(length);
      if (access !== "in") expected.set(memory.subarray(start, start + length), start);
      if (row.padding === "untouched") continue;
      for (let i = start + length; i < end; i++) {
        if (fromBits(memory[i] as number) !== 0) return `the padding of ${name} is ${float(memory[i])} in ${backend}`;
        expected[i] = memory[i] as number; // -0 is zero too
      }
    }
    if (Buffer.compare(new Uint8Array(expected.buffer), new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength)) !== 0) {
      const at = expected.findIndex((bits, i) => bits !== memory[i]);
      return `${place(arrays, at)} was ${float(before[at])}, is ${float(memory[at])} in ${backend}`;
    }
  }
  return undefined;
}

function place(arrays: readonly Placed[], at: number): string {
  const nearest = arrays.filter(({ start }) => start <= at).at(-1);
  if (nearest === undefined) return "the fence in front of all";
  const { name, access, start, length } = nearest;
  return `${name}[${at - start}] (${access}, ${length} long)`;
}

function float(bits: number | undefined): string {
  return bits === undefined ? "?" : `${fromBits(bits)} (0x${bits.toString(16)})`;
}

function show(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

/** The scalars of set number `index`: each its own list's value, cycled. */
export function scalarSet(row: Row, index: number): Record<string, number> {
  return Object.fromEntries(scalarsOf(row).map(({ name, values }) => [name, values[index % values.length] as number]));
}

/** How many sets it takes until every value of every scalar, and every optional array, has had its turn. */
export function setsOf(row: Row): number {
  const optional = row.arguments.some((argument) => "access" in argument && argument.optional) ? 4 : 1;
  return Math.max(optional, ...scalarsOf(row).map(({ values }) => values.length));
}

/** Optional arrays are missing in every other pair of sets. */
export function absentIn(row: Row, index: number): string[] {
  return row.arguments.filter((argument) => "access" in argument && argument.optional && index % 4 >= 2).map(({ name }) => name);
}

export function scalarsOf(row: Row): NamedScalar[] {
  return row.arguments.filter((argument): argument is NamedScalar => "values" in argument);
}

/** What a call is given sizes of. The sizes of pictures all follow from these two. */
export function dimensionsOf(row: Row): string[] {
  const names = row.arguments.filter((argument) => "dimension" in argument).map(({ name }) => name);
  return names.length > 0 ? names : ["rows", "columns"];
}

export function arrayOf(row: Row, name: string): ArrayArgument {
  return row.arguments.find((argument) => argument.name === name) as NamedArray;
}
