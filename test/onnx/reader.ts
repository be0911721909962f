// A small reader of ONNX files, by the numbers of onnx.proto, apart from what writes them.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** The values of each field of a message, in order: numbers, or bytes. */
type Fields = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

export interface ReadNode {
  readonly operator: string;
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface ReadPort {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly (number | string)[];
  readonly about: string;
}

export interface ReadModel {
  readonly version: number;
  readonly producer: readonly [string, string];
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly nodes: readonly ReadNode[];
  readonly constants: readonly {
    readonly name: string;
    readonly type: number;
    readonly shape: readonly number[];
    readonly bytes: number;
  }[];
  readonly inputs: readonly ReadPort[];
  readonly outputs: readonly ReadPort[];
}

const PRODUCER_VERSION = 3;

function* fieldsIn(bytes: Uint8Array): Generator<{ field: number; value: bigint | Uint8Array; from: number; to: number }> {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 63n) throw new Error(`a number without an end at ${at}`);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const from = at;
    const tag = Number(varint());
    const [field, wire] = [tag >> 3, tag & 7];
    const length = wire === 0 ? 0 : wire === 2 ? Number(varint()) : wire === 5 ? 4 : Number.NaN;
    if (!(at + length <= bytes.length)) throw new Error(`field ${field} of type ${wire} does not fit at ${at}`);
    const value = wire === 0 ? varint() : bytes.subarray(at, at + length);
    at += length;
    yield { field, value, from, to: at };
  }
}

function read(bytes: Uint8Array): Fields {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  for (const { field, value } of fieldsIn(bytes)) fields.set(field, [...(fields.get(field) ?? []), value]);
  return fields;
}

const all = (fields: Fields, field: number) => (fields.get(field) ?? []) as Uint8Array[];
const texts = (fields: Fields, field: number) => all(fields, field).map((bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes));
const text = (fields: Fields, field: number) => texts(fields, field)[0] ?? "";
const numbers = (fields: Fields, field: number) => (fields.get(field) ?? []).map(Number);
const inner = (fields: Fields, field: number) => read(all(fields, field)[0] ?? new Uint8Array(0));

export function readModel(file: Uint8Array): ReadModel {
  const model = read(file);
  const graph = inner(model, 7);
  return {
    version: numbers(model, 1)[0] as number,
    producer: [text(model, 2), text(model, PRODUCER_VERSION)],
    opsets: Object.fromEntries(
      all(model, 8)
        .map(read)
        .map((opset): [string, number] => [text(opset, 1), Number(opset.get(2)?.[0])]),
    ),
    metadata: Object.fromEntries(
      all(model, 14)
        .map(read)
        .map((entry) => [text(entry, 1), text(entry, 2)]),
    ),
    nodes: all(graph, 1)
      .map(read)
      .map((node) => ({
        operator: text(node, 4),
        name: text(node, 3),
        domain: text(node, 7),
        inputs: texts(node, 1),
        outputs: texts(node, 2),
      })),
    constants: all(graph, 5)
      .map(read)
      .map((tensor) => ({
        name: text(tensor, 8),
        type: numbers(tensor, 2)[0] as number,
        shape: numbers(tensor, 1),
        bytes: all(tensor, 9)[0]?.length ?? 0,
      })),
    inputs: all(graph, 11).map(portOf),
    outputs: all(graph, 12).map(portOf),
  };
}

function portOf(bytes: Uint8Array): ReadPort {
  const port = read(bytes);
  const tensor = inner(inner(port, 2), 1);
  const shape = all(inner(tensor, 2), 1).map((size) => numbers(read(size), 1)[0] ?? text(read(size), 2));
  return { name: text(port, 1), type: numbers(tensor, 1)[0] as number, shape, about: text(port, 3) };
}

/** SHA-256 of a file but for the version of this library that wrote it. */
export function digestOf(file: Uint8Array): string {
  const hash = sha256.create();
  for (const { field, from, to } of fieldsIn(file)) if (field !== PRODUCER_VERSION) hash.update(file.subarray(from, to));
  return bytesToHex(hash.digest());
}
