import { CheckpointError } from "../options/errors.js";
import { demand, show } from "../options/options.js";
import { duplicateKey } from "./duplicates.js";

/** The arrays that hold the numbers of each type of a safetensors file; of 16-bit floats the bits. */
const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const satisfies Record<TensorType, unknown>;

/** A type of number in a safetensors file. */
export type TensorType = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "I16" | "I8" | "U64" | "U32" | "U16" | "U8" | "BOOL";

/** The numbers of a tensor; of 16-bit floats the bits. */
export type TensorValues =
  | Float64Array<ArrayBufferLike>
  | Float32Array<ArrayBufferLike>
  | Uint32Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | Uint16Array<ArrayBufferLike>
  | Int16Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>
  | Int8Array<ArrayBufferLike>
  | BigUint64Array<ArrayBufferLike>
  | BigInt64Array<ArrayBufferLike>;

/** A tensor of a safetensors file. */
export interface StoredTensor {
  readonly type: TensorType;
  /** Sizes, the slowest dimension first; empty for a scalar. */
  readonly shape: readonly number[];
  /** As many numbers as the sizes multiply to, row by row. */
  readonly values: TensorValues;
}

/** A safetensors file in memory. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** 2^-24, the least half-precision number above 0. */
const LEAST_HALF = 5.9604644775390625e-8;
const HEADER_LIMIT = 100_000_000;
const METADATA = "__metadata__";
const littleEndian = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ new Uint16Array([1]).buffer)[0] === 1;

/**
 * Writes tensors in the safetensors format: eight bytes of header length, a JSON header, then the numbers, little-endian. PyTorch, JAX and
 * Hugging Face's libraries read it.
 *
 * @throws OptionError for a tensor whose values do not fit its type or shape, and for metadata that are not texts.
 * @example
 * const bytes = writeSafetensors({
 *   tensors: new Map([["weight", { type: "F32", shape: [2], values: new Float32Array([1, 2]) }]]),
 *   metadata: new Map(),
 * });
 */
export function writeSafetensors(file: SafetensorsFile): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = checkFile(file);
  const header: [string, unknown][] = [[METADATA, Object.fromEntries(metadata)]];
  // readers want numbers at multiples of their size: wide ones first
  const entries = [...tensors].sort(([, a], [, b]) => b.values.BYTES_PER_ELEMENT - a.values.BYTES_PER_ELEMENT);
  let offset = 0;
  for (const [name, { type, shape, values }] of entries) {
    header.push([name, { dtype: type, shape, data_offsets: [offset, offset + values.byteLength] }]);
    offset += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length).set(json, 8);
  let at = 8 + length;
  for (const [, { values }] of entries) {
    bytes.set(bytesOf(values), at);
    at += values.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file of any numbers, trusting nothing in it: lengths, offsets, shapes and names are checked before anything is copied.
 *
 * @throws CheckpointError that says what is wrong.
 * @example
 * const file = readSafetensors(writeSafetensors({ tensors: new Map(), metadata: new Map([["made by", "me"]]) }));
 * file.metadata.get("made by"); // "me"
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
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
    if (name === METADATA) readMetadata(value, metadata);
    else entries.push(readEntry(name, value, bytes.length - start));
  }
  entries.sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name, from, to } of entries) {
    if (from !== end) throw new CheckpointError(`tensor ${show(name)} starts at ${from}, expected ${end}: tensors must lie side by side`);
    end = to;
  }
  if (end !== bytes.length - start) throw new CheckpointError(`${bytes.length - start - end} bytes follow the last tensor`);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, type, shape, from, to } of entries) {
    // a copy of its own: the slice of a Node Buffer would be a view
    const piece = new Uint8Array(bytes.subarray(start + from, start + to));
    const values = new ARRAYS[type](piece.buffer);
    tensors.set(name, { type, shape, values: littleEndian ? values : new ARRAYS[type](bytesOf(values).slice().buffer) });
  }
  return { tensors, metadata };
}

function checkFile(file: SafetensorsFile): SafetensorsFile {
  demand(typeof file === "object" && file !== null, "safetensors", file, "{ tensors, metadata }");
  const { tensors, metadata } = file;
  demand(tensors instanceof Map, "safetensors.tensors", tensors, "a Map of tensors by name");
  demand(metadata instanceof Map, "safetensors.metadata", metadata, "a Map of texts by name");
  for (const [key, text] of metadata) demand(typeof text === "string", `safetensors.metadata.${key}`, text, "a text");
  for (const [name, tensor] of tensors) {
    const path = `safetensors.tensors.${name}`;
    demand(typeof name === "string" && name !== METADATA, "safetensors.tensors", name, `named by texts other than ${METADATA}`);
    const { type, shape, values } = (tensor ?? {}) as Partial<StoredTensor>;
    demand(Object.hasOwn(ARRAYS, type as TensorType), `${path}.type`, type, `one of ${Object.keys(ARRAYS).join(", ")}`);
    demand(isCounts(shape), `${path}.shape`, shape, "an array of sizes");
    const length = (shape as number[]).reduce((product, size) => product * size, 1);
    const array = ARRAYS[type as TensorType];
    demand(values instanceof array && values.length === length, `${path}.values`, values, `a ${array.name} of ${length}`);
  }
  return file;
}

/** The numbers of a tensor as they stand in a file: little-endian. A view where the machine is, else a copy. */
export function bytesOf(values: TensorValues): Uint8Array {
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: width } = values;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return littleEndian ? bytes : Uint8Array.from(bytes, (_, i) => bytes[i - 2 * (i % width) + width - 1] as number);
}

/** The numbers of a tensor of floats, rounded to 32 bits; undefined for integers and truth values. */
export function floatsOf({ type, values }: StoredTensor): Float32Array | undefined {
  if (type === "F32") return values as Float32Array;
  if (type === "F64") return Float32Array.from(values as Float64Array);
  if (type === "BF16") return new Float32Array(Uint32Array.from(values as Uint16Array, (bits) => bits << 16).buffer);
  if (type === "F16") return Float32Array.from(values as Uint16Array, halfFloat);
  return undefined;
}

/** The number that 16 bits of IEEE half precision stand for. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * LEAST_HALF : sign * (1024 + fraction) * (1 << exponent) * (LEAST_HALF / 2);
}

function parseHeader(bytes: Uint8Array): [string, unknown][] {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError("the header is not JSON: damaged, or no safetensors file", { cause });
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) throw new CheckpointError("the header must be a JSON object");
  // JSON.parse keeps the last of two equal keys
  const twice = duplicateKey(text);
  if (twice !== undefined) throw new CheckpointError(`the header has ${show(twice)} twice`);
  return Object.entries(header);
}

function readMetadata(value: unknown, metadata: Map<string, string>): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CheckpointError(`the metadata must be a JSON object, got ${show(value)}`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") throw new CheckpointError(`metadata ${show(key)} must be text, got ${show(text)}`);
    metadata.set(key, text);
  }
}

interface Entry {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

function readEntry(name: string, value: unknown, limit: number): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(ARRAYS, dtype)) {
    throw new CheckpointError(`tensor ${show(name)} has the type ${show(dtype)}, which is none of ${Object.keys(ARRAYS).join(", ")}`);
  }
  const type = dtype as TensorType;
  if (!isCounts(shape)) throw new CheckpointError(`tensor ${show(name)} has no valid shape`);
  if (!isCounts(offsets) || offsets.length !== 2) throw new CheckpointError(`tensor ${show(name)} has no valid data_offsets`);
  const [from, to] = offsets as [number, number];
  const width = ARRAYS[type].BYTES_PER_ELEMENT;
  const size = shape.reduce((product, dimension) => product * dimension, width);
  // format 1 of our checkpoints wrote state with lengths of its own under the shape of its parameter: the bytes count
  const ofState = name.startsWith("optimizer.") && from <= to && (to - from) % width === 0;
  if (from > to || to > limit || (to - from !== size && !ofState)) {
    throw new CheckpointError(`tensor ${show(name)} of shape [${shape.join(", ")}] cannot lie at ${from} to ${to} of ${limit} bytes`);
  }
  return { name, type, shape: to - from === size ? shape : [(to - from) / width], from, to };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}
