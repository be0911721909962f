import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CheckpointError } from "../../src/options/errors.js";
import { readSafetensors, writeSafetensors } from "../../src/training/safetensors.js";

const example = {
  tensors: new Map([
    ["a.weight", { type: "F32" as const, shape: [2, 3], values: Float32Array.of(1, -0, 3e-45, Infinity, 5, 6) }],
    ["b", { type: "F32" as const, shape: [], values: Float32Array.of(7) }],
  ]),
  metadata: new Map([["who", 'me "dtype": you']]),
};

/** A file with a header of one's own. */
function file(header: string, data: number, length = BigInt(new TextEncoder().encode(header).length)): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (from: number, to: number, shape = `[${(to - from) / 4}]`) =>
  `{"dtype":"F32","shape":${shape},"data_offsets":[${from},${to}]}`;

test("a round trip keeps names, shapes, metadata and every bit", () => {
  const { tensors, metadata } = readSafetensors(writeSafetensors(example));
  expect(metadata).toEqual(example.metadata);
  expect([...tensors.keys()]).toEqual([...example.tensors.keys()]);
  for (const [name, { shape, values }] of example.tensors) {
    expect(tensors.get(name)?.shape).toEqual(shape);
    const read = tensors.get(name)?.values as Float32Array;
    expect(new Uint32Array(read.buffer)).toEqual(new Uint32Array(values.buffer));
  }
});

test("any tensors survive a round trip, whatever their names", () => {
  const tensor = fc
    .array(fc.float({ noNaN: true }), { maxLength: 9 })
    .map((numbers) => ({ type: "F32" as const, shape: [numbers.length], values: Float32Array.from(numbers) }));
  const name = fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => text !== "__metadata__");
  fc.assert(
    fc.property(fc.array(fc.tuple(name, tensor)), (entries) => {
      const tensors = new Map(entries);
      expect(readSafetensors(writeSafetensors({ tensors, metadata: new Map() })).tensors).toEqual(tensors);
    }),
  );
});

test("the layout is the format's: header padded to eight bytes, data right behind it", () => {
  const bytes = writeSafetensors(example);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  expect(bytes.length).toBe(8 + length + 28);
  expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toMatchObject({
    b: { dtype: "F32", shape: [], data_offsets: [24, 28] },
  });
});

describe("a file that lies is refused", () => {
  test.each<[string, Uint8Array, string]>([
    ["too short", new Uint8Array(5), "the file has 5 bytes: too short"],
    ["a header beyond the file", file("{}", 0, 100n), "the header claims 100 bytes"],
    ["a huge header", file("{}", 0, 2n ** 63n), "the header claims 9223372036854775808 bytes"],
    ["no JSON", file("{]", 0), "the header is not JSON"],
    ["an array", file("[]", 0), "the header must be a JSON object"],
    ["another type", file('{"a":{"dtype":"F6","shape":[1],"data_offsets":[0,8]}}', 8), 'tensor "a" has the type "F6"'],
    ["negative offsets", file(`{"a":${entry(-4, 0)}}`, 0), "no valid data_offsets"],
    ["a fractional shape", file(`{"a":${entry(0, 4, "[0.5]")}}`, 4), "no valid shape"],
    ["offsets beyond the data", file(`{"a":${entry(0, 8)}}`, 4), "cannot lie at 0 to 8 of 4 bytes"],
    ["a shape that does not fit", file(`{"a":${entry(0, 8, "[3]")}}`, 8), "of shape [3] cannot lie"],
    ["a shape that overflows", file(`{"a":${entry(0, 8, "[9007199254740991,9007199254740991]")}}`, 8), "cannot lie"],
    ["an overlap", file(`{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12), "tensors must lie side by side"],
    ["a gap", file(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), "tensors must lie side by side"],
    ["bytes at the end", file(`{"a":${entry(0, 4)}}`, 9), "5 bytes follow the last tensor"],
    ["a name twice", file(`{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4), 'the header has "a" twice'],
    [
      "a key of a tensor twice, escaped",
      file(`{"a":{"dtype":"F32","\\u0064type":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
      'has "dtype" twice',
    ],
    ["metadata that is nothing", file('{"__metadata__":null}', 0), "the metadata must be a JSON object, got null"],
    ["metadata that is no text", file('{"__metadata__":{"a":1}}', 0), 'metadata "a" must be text'],
  ])("%s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(CheckpointError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test("whatever the bytes, it ends in tensors or in a CheckpointError", () => {
    const valid = writeSafetensors(example);
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.nat(255), fc.nat(valid.length), (at, byte, end) => {
        const bytes = valid.slice(0, end);
        if (at < end) bytes[at] = byte;
        try {
          readSafetensors(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("a Buffer of Node, which may lie in a pool, reads as the same bytes", () => {
    const bytes = writeSafetensors(example);
    const pooled = Buffer.from(bytes);
    expect(pooled.byteOffset + pooled.buffer.byteLength).toBeGreaterThan(pooled.length);
    expect(readSafetensors(pooled)).toEqual(readSafetensors(bytes));
  });

  test("a tensor named __proto__ is a tensor like others", () => {
    const { tensors } = readSafetensors(file(`{"__proto__":${entry(0, 4)}}`, 4));
    expect([...tensors.keys()]).toEqual(["__proto__"]);
    expect(({} as { dtype?: unknown }).dtype).toBeUndefined();
  });
});
