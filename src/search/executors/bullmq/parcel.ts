import type { Dataset } from "../../../data/dataset.js";
import type { SearchData } from "../../trial.js";

/** The columns of a set: where its numbers begin, in bytes behind the header, and how many there are. */
interface Part {
  readonly head: Omit<Dataset, "features" | "targets" | "weights">;
  readonly features: number;
  readonly targets: number;
  readonly weights: number;
}

const NAMES = ["training", "validation", "test"] as const;

/** Data sets as bytes: the length of a header, the header as JSON, and the numbers one behind the other. */
export function packData(data: SearchData): Uint8Array {
  const arrays: (Float32Array | Uint32Array)[] = [];
  const parts = NAMES.map((name): Part | null => {
    const set = data[name];
    if (set === undefined) return null;
    const { task, rows, columns, featureNames, outputs, classes, features, targets, weights } = set;
    arrays.push(features, targets, ...(weights === undefined ? [] : [weights]));
    const head = { task, rows, columns, featureNames, outputs, ...(classes && { classes }) } as Part["head"];
    return { head, features: features.length, targets: targets.length, weights: weights?.length ?? 0 };
  });
  const header = new TextEncoder().encode(JSON.stringify(parts));
  // numbers begin at a multiple of four bytes
  const start = 4 + Math.ceil(header.length / 4) * 4;
  const bytes = new Uint8Array(start + arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  let at = start;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

/** Data sets of bytes whose hash was checked. */
export function unpackData(packed: Uint8Array): SearchData {
  // arrays are views on them
  const bytes = packed.byteOffset % 4 === 0 ? packed : packed.slice();
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const parts = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as (Part | null)[];
  let at = bytes.byteOffset + 4 + Math.ceil(length / 4) * 4;
  const take = <T>(type: new (buffer: ArrayBuffer, offset: number, length: number) => T, count: number): T => {
    const array = new type(bytes.buffer as ArrayBuffer, at, count);
    at += 4 * count;
    return array;
  };
  const sets = parts.map((part) => {
    if (part === null) return undefined;
    const { head, features, targets, weights } = part;
    return Object.freeze({
      ...head,
      features: take(Float32Array, features),
      targets: head.task === "classification" ? take(Uint32Array, targets) : take(Float32Array, targets),
      ...(weights > 0 && { weights: take(Float32Array, weights) }),
    }) as Dataset;
  });
  return Object.fromEntries(sets.flatMap((set, i) => (set === undefined ? [] : [[NAMES[i], set]]))) as unknown as SearchData;
}
