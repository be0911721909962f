/** The tables of polynomials. */
const tables = /* @__PURE__ */ new Map<number, Uint32Array>();

/** A CRC-32 (ISO 3309, as in zip and PNG, or of another polynomial) over pieces of bytes and text, one after the other. */
export class Crc32 {
  readonly #table: Uint32Array;
  readonly #encoder = new TextEncoder();
  #value = 0xffffffff;

  constructor(polynomial = 0xedb88320) {
    this.#table = tables.get(polynomial) ?? tableOf(polynomial);
    tables.set(polynomial, this.#table);
  }

  add(piece: Uint8Array | string): this {
    const bytes = typeof piece === "string" ? this.#encoder.encode(piece) : piece;
    const table = this.#table;
    let value = this.#value;
    for (let i = 0; i < bytes.length; i++) value = (table[(value ^ (bytes[i] as number)) & 255] as number) ^ (value >>> 8);
    this.#value = value;
    return this;
  }

  get value(): number {
    return ~this.#value >>> 0;
  }

  /** Eight hexadecimal digits. */
  toString(): string {
    return this.value.toString(16).padStart(8, "0");
  }
}

function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
}
