import { hash } from "../numerics/random.js";

/** Sixteen hexadecimal digits of the bytes of some arrays, the same on every machine: to tell contents apart, not to withstand forgery. */
export function fingerprint(...arrays: readonly ArrayBufferView[]): string {
  let [a, b] = [hash(0x243f6a88, arrays.length, []), hash(0x9e3779b9, arrays.length, [])];
  for (const { buffer, byteOffset, byteLength } of arrays) {
    const bytes = new DataView(buffer, byteOffset, byteLength);
    const whole = byteLength - (byteLength % 4);
    const add = (word: number) => {
      a = Math.imul(a ^ word, 0x85ebca6b);
      a ^= a >>> 15;
      b = Math.imul((b << 5) ^ (b >>> 27) ^ word, 0xc2b2ae35);
    };
    for (let i = 0; i < whole; i += 4) add(bytes.getUint32(i, true));
    for (let i = whole; i < byteLength; i++) add(bytes.getUint8(i));
    add(byteLength);
  }
  const digits = (word: number) => (hash(word, 0, []) >>> 0).toString(16).padStart(8, "0");
  return digits(a) + digits(b);
}
