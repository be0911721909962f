/** A CRC-32 (ISO 3309, as in zip and PNG) over pieces of bytes and text, one after the other. */
export class Crc32 {
  readonly #table = tableOf(0xedb88320);
  readonly #encoder = new TextEncoder();
  #value = 0xffffffff;

  add(piece: Uint8Array | string): this {
    const bytes = typeof piece === "string" ? this.#encoder.encode(piece) : piece;
    const table = this.#table;
    let value = this.#value;
    for (let i = 0; i < bytes.length; i++) value = (table[(value ^ (bytes[i] as number)) & 255] as number) ^ (value >>> 8);
    this.#value = value;
    return this;
  }

  /** Eight hexadecimal digits. */
  toString(): string {
    return (~this.#value >>> 0).toString(16).padStart(8, "0");
  }
}

function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
}
