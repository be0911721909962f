import type { Memory } from "../memory.js";

const PAGE = 65536;

/** All that pointers of 32 bits can reach. */
const MOST = 0x1_0000_0000;

/** The twin of `WebAssembly.Memory`: a buffer that grows by being replaced. Grows at least by half if it can, since every growth copies. */
export class PlainMemory implements Memory {
  buffer = new ArrayBuffer(PAGE);

  grow(pages: number): number {
    const old = this.buffer;
    const needed = old.byteLength + pages * PAGE;
    const generous = Math.min(MOST, Math.ceil((old.byteLength * 1.5) / PAGE) * PAGE);
    this.buffer = generous > needed ? (allocate(generous) ?? new ArrayBuffer(needed)) : new ArrayBuffer(needed);
    new Uint8Array(this.buffer).set(new Uint8Array(old));
    return old.byteLength / PAGE;
  }
}

function allocate(bytes: number): ArrayBuffer | undefined {
  try {
    return new ArrayBuffer(bytes);
  } catch {
    return undefined;
  }
}
