import type { Shape } from "../engine/parameters.js";
import { CheckpointError } from "../options/errors.js";
import { show } from "../options/options.js";

/** A tensor of a safetensors file: of float32, or of bfloat16 by its bits. */
export interface StoredTensor {
  readonly shape: Shape;
  readonly values: Float32Array | Uint16Array;
}

export interface SafeTensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

const HEADER_LIMIT = 100_000_000;
const METADATA = "__metadata__";
const littleEndian = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ new Uint16Array([1]).buffer)[0] === 1;

/** Writes tensors in the safetensors format: eight bytes of header length, a JSON header, then the numbers, little-endian. */
export function writeSafeTensors({ tensors, metadata }: SafeTensors): Uint8Array<ArrayBuffer> {
  const header: [string, unknown][] = [[METADATA, Object.fromEntries(metadata)]];
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    const dtype = values instanceof Uint16Array ? "BF16" : "F32";
    header.push([name, { dtype, shape, data_offsets: [offset, offset + values.byteLength] }]);
    offset += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length).set(json, 8);
  let at = 8 + length;
  for (const { values } of tensors.values()) {
    bytes.set(littleEndian ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength) : swapped(values), at);
    at += values.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file of float32 and bfloat16 tensors, trusting nothing in it: lengths, offsets, shapes and names are checked before anything is
 * copied.
 *
 * @throws CheckpointError that says what is wrong.
 */
export function readSafeTensors(bytes: Uint8Array): SafeTensors {
  if (!(bytes instanceof Uint8Array)) throw new CheckpointError(`the file must be given as a Uint8Array, got ${show(bytes)}`);
  if (bytes.length < 8) throw new CheckpointError(`the file has ${bytes.length} bytes: too short for a safetensors file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(Math.min(HEADER_LIMIT, bytes.length - 8))) {
    throw new CheckpointError(`the header claims ${length} bytes, the file has ${bytes.length}: damaged, or no safetensors file`);
  }
  const start = 8 + Number(length);
  const header = parseHeader(bytes.subarray(8, start));
  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  for (const [name, value] of header) {
    if (name === METADATA) {
      if (typeof value !== "object" || value === null) throw new CheckpointError(`the metadata must be a JSON object, got ${show(value)}`);
      for (const [key, text] of Object.entries(value)) {
        if (typeof text !== "string") throw new CheckpointError(`metadata ${show(key)} must be text, got ${show(text)}`);
        metadata.set(key, text);
      }
    } else entries.push(readEntry(name, value, bytes.length - start));
  }
  entries.sort((a, b) => a.from - b.from);
  let end = 0;
  for (const { name, from, to } of entries) {
    if (from !== end) throw new CheckpointError(`tensor ${show(name)} starts at ${from}, expected ${end}: tensors must lie side by side`);
    end = to;
  }
  if (end !== bytes.length - start) throw new CheckpointError(`${bytes.length - start - end} bytes follow the last tensor`);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, from, to } of entries) {
    // a copy of its own: the slice of a Node Buffer would be a view
    const piece = new Uint8Array(bytes.subarray(start + from, start + to));
    const values = new ARRAYS[dtype](piece.buffer);
    tensors.set(name, { shape, values: littleEndian ? values : new ARRAYS[dtype](swapped(values).buffer) });
  }
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array): [string, unknown][] {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError("the header is not JSON: damaged, or no safetensors file", { cause });
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) throw new CheckpointError("the header must be a JSON object");
  const entries = Object.entries(header);
  // JSON.parse keeps the last of two equal keys: count the entries that were written
  const written = text.match(/"(?:dtype|__metadata__)"\s*:/g)?.length ?? 0;
  if (written !== entries.length) throw new CheckpointError("the header names a tensor twice");
  return entries;
}

const ARRAYS = { F32: Float32Array, BF16: Uint16Array } as const;

interface Entry {
  readonly name: string;
  readonly dtype: keyof typeof ARRAYS;
  readonly shape: Shape;
  readonly from: number;
  readonly to: number;
}

function readEntry(name: string, value: unknown, limit: number): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (dtype !== "F32" && dtype !== "BF16") {
    throw new CheckpointError(`tensor ${show(name)} has the type ${show(dtype)}, only F32 and BF16 can be read`);
  }
  if (!isCounts(shape)) throw new CheckpointError(`tensor ${show(name)} has no valid shape`);
  if (!isCounts(offsets) || offsets.length !== 2) throw new CheckpointError(`tensor ${show(name)} has no valid data_offsets`);
  const [from, to] = offsets as [number, number];
  const size = shape.reduce((product, dimension) => product * dimension, ARRAYS[dtype].BYTES_PER_ELEMENT);
  if (from > to || to > limit || to - from !== size) {
    throw new CheckpointError(`tensor ${show(name)} of shape [${shape.join(", ")}] cannot lie at ${from} to ${to} of ${limit} bytes`);
  }
  return { name, dtype, shape, from, to };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

/** The bytes with those of each number in the other order. */
function swapped({ buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: width }: Float32Array | Uint16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return Uint8Array.from(bytes, (_, i) => bytes[i - 2 * (i % width) + width - 1] as number);
}
