// The wire format of Protocol Buffers, as far as a model needs it: https://protobuf.dev/programming-guides/encoding
// A field is pieces of bytes, which are copied once, when all of them are known: weights are not copied before.

const VARINT = 0;
const BYTES = 2;
const FIXED = 5;

/** The bytes of some fields, in pieces. */
export type Pieces = readonly Uint8Array[];

/** A whole number; one below 0 as 64 bits of two's complement. */
export function whole(field: number, value: number): Pieces {
  return [varint(tag(field, VARINT)), varint(BigInt.asUintN(64, BigInt(value)))];
}

/** A number of 32 bits. */
export function float(field: number, value: number): Pieces {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [varint(tag(field, FIXED)), bytes];
}

export function text(field: number, value: string): Pieces {
  return message(field, [new TextEncoder().encode(value)]);
}

/** A message of such fields, or bytes as they are. */
export function message(field: number, ...fields: readonly Pieces[]): Pieces {
  const pieces = fields.flat();
  return [varint(tag(field, BYTES)), varint(BigInt(lengthOf(pieces))), ...pieces];
}

function tag(field: number, type: number): bigint {
  return BigInt((field << 3) | type);
}

function lengthOf(pieces: Pieces): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** Seven bits a byte, the lowest first; all but the last have the eighth set. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    const low = Number(rest & 0x7fn);
    if (rest < 0x80n) return Uint8Array.of(...bytes, low);
    bytes.push(low | 0x80);
  }
}
