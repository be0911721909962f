import type { Memory } from "../memory.js";

const PAGE = 65536;

/** The twin of `WebAssembly.Memory`: a buffer that grows by being replaced. Grows at least by half, since every growth copies. */
export class PlainMemory implements Memory {
  buffer = new ArrayBuffer(PAGE);

  grow(pages: number): number {
    const old = this.buffer;
    const needed = old.byteLength + pages * PAGE;
    const generous = Math.ceil((old.byteLength * 1.5) / PAGE) * PAGE;
    this.buffer = new ArrayBuffer(Math.max(needed, generous));
    new Uint8Array(this.buffer).set(new Uint8Array(old));
    return old.byteLength / PAGE;
  }
}
