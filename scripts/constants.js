// Moves constant vectors into memory. V8 makes a v128.const anew wherever it is used, in loops too, with three instructions (move, move,
// shuffle); a load that broadcasts is one and saves 13 bytes. On Node 24 exp, tanh and gelu take two thirds of the time, the core is a fifth smaller.
import binaryen from "assemblyscript/binaryen";

/** Pointer 0 means "none"; what is allocated begins at LIMIT (packedOf in src/memory.ts). */
const BASE = 16;
const LIMIT = 1024;

/** The module with every vector of four equal numbers, but for those that are all zeros or all ones, read from a table at BASE. */
export function constantsToMemory(bytes) {
  const module = binaryen.readBinary(bytes);
  const table = new Map();
  const text = module.emitText().replace(/\(v128\.const i32x4 0x([0-9a-f]{8}) 0x\1 0x\1 0x\1\)/g, (whole, bits) => {
    if (/^(0+|f+)$/.test(bits)) return whole;
    if (!table.has(bits)) table.set(bits, BASE + 4 * table.size);
    return `(v128.load32_splat (i32.const ${table.get(bits)}))`;
  });
  module.dispose();
  if (BASE + 4 * table.size > LIMIT) throw new Error(`${table.size} constants do not fit below ${LIMIT}`);
  const data = [...table.keys()].map((bits) => bits.replace(/(..)(..)(..)(..)/, "\\$4\\$3\\$2\\$1")).join("");
  const moved = binaryen.parseText(text.replace(/\)\s*$/, ` (data (i32.const ${BASE}) "${data}"))`));
  moved.setFeatures(binaryen.Features.All);
  if (!moved.validate()) throw new Error("the module is invalid once its constants are in memory");
  return moved.emitBinary();
}
